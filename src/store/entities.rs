//! What we know of one profile's platform: entities by id, each with how fresh it is. An error is kept beside the last good
//! data and never empties anything.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use indexmap::set::MutableValues;
use indexmap::{IndexMap, IndexSet};
use jiff::Timestamp;

use super::poll::Topic;
use crate::model::{
    Account, ActionAnswer, ActionField, Addon, AddonKey, App, Backup, Backups, Catalog, ConfigVarName, Environment,
    Plan, ProfileName, Release, ServiceAction, Team, TimelineEvent, Usage, Work,
};
use crate::platform::ReadError;
use crate::store::{Rehearsal, Tally};

/// Where data came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// Read from the platform in this session.
    #[default]
    Live,
    /// Read from our own disk: what an earlier session saw last.
    Cache,
}

/// How fresh a piece of data is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Freshness {
    /// The last good read, by the platform's clock. It moves with every poll, so it is not for the screen while live.
    pub fetched_at: Option<Timestamp>,
    /// The last read that brought something new: the time to show.
    pub changed_at: Option<Timestamp>,
    /// Where the data came from.
    pub source: Source,
    /// Set while reads fail: the time of the last good read, since which the data may be wrong.
    pub stale_since: Option<Timestamp>,
    /// Why the last read failed.
    pub error: Option<ReadError>,
    /// How many reads failed in a row.
    pub failures: u32,
    /// When it is read again, while reads fail and somebody looks at it.
    pub next_try: Option<Timestamp>,
}

impl Freshness {
    /// Freshness of what was read from disk and fetched at that time.
    pub fn cached(at: Timestamp) -> Self {
        Self { fetched_at: Some(at), changed_at: Some(at), source: Source::Cache, ..Self::default() }
    }

    /// Whether it was never read, neither now nor in an earlier session.
    pub fn is_never(&self) -> bool {
        self.fetched_at.is_none()
    }

    /// Whether it was read live and the last read was good.
    pub fn is_live(&self) -> bool {
        self.fetched_at.is_some() && self.source == Source::Live && self.error.is_none()
    }

    /// The one word for the screen: `unreadable` (never read, and reading fails), `never`, `stale`, `cached` or `live`.
    pub fn word(&self) -> &'static str {
        match (self.fetched_at, &self.error, self.source) {
            (None, Some(_), _) => "unreadable",
            (None, None, _) => "never",
            (Some(_), Some(_), _) => "stale",
            (Some(_), None, Source::Cache) => "cached",
            (Some(_), None, Source::Live) => "live",
        }
    }

    /// Notes a good read; true if that can be seen.
    pub fn good(&mut self, at: Timestamp, is_new: bool) -> bool {
        let is_seen = is_new || !self.is_live();
        self.fetched_at = Some(at);
        if is_seen {
            self.changed_at = Some(at);
        }
        (self.source, self.stale_since, self.error) = (Source::Live, None, None);
        (self.failures, self.next_try) = (0, None);
        is_seen
    }

    /// Notes a failed read at `now`, and when it is tried again; true if that can be seen.
    pub fn failed(&mut self, error: ReadError, now: Timestamp, next_try: Option<Timestamp>) -> bool {
        let is_like = self.error.as_ref().is_some_and(|known| known.is_like(&error));
        let is_seen = !is_like || self.next_try != next_try;
        (self.failures, self.next_try) = (self.failures.saturating_add(1), next_try);
        self.stale_since.get_or_insert(self.fetched_at.unwrap_or(now));
        self.error = Some(error);
        is_seen
    }
}

/// One piece of data that may never have been read.
#[derive(Clone, Debug)]
pub struct Slot<T> {
    /// What was read last; `None` if it never was.
    pub value: Option<T>,
    /// How fresh it is.
    pub fresh: Freshness,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self { value: None, fresh: Freshness::default() }
    }
}

impl<T: PartialEq> Slot<T> {
    /// What an earlier session saw last.
    pub fn cached(value: T, at: Timestamp) -> Self {
        Self { value: Some(value), fresh: Freshness::cached(at) }
    }

    /// Notes a good read; true if that can be seen.
    pub fn good(&mut self, value: T, at: Timestamp) -> bool {
        let is_new = self.value.as_ref() != Some(&value);
        if is_new {
            self.value = Some(value);
        }
        self.fresh.good(at, is_new)
    }
}

/// One add-on as known here. Cheap to copy: what was read is shared.
#[derive(Clone, Debug)]
pub struct Row {
    /// What was read last.
    pub addon: Arc<Addon>,
    /// Set while good lists no longer contain it, until its own read says that it is gone.
    pub missing_since: Option<Timestamp>,
    /// The number of the request that told it; an older answer does not overwrite it.
    pub(super) asked: u64,
    /// The number of the request that told how it stands, where lists do not.
    pub(super) stated: u64,
    /// The number of the last list that contained it.
    pub(super) listed: u64,
    /// Name, apps, aliases, variables and service in lower case: what the filter looks through.
    pub(super) search: Arc<str>,
}

impl Row {
    pub(super) fn new(addon: Arc<Addon>, asked: u64) -> Self {
        let search = search_text(&addon);
        Self { addon, missing_since: None, asked, stated: 0, listed: 0, search }
    }

    /// What the filter looks through, in lower case.
    pub fn search_text(&self) -> &str {
        &self.search
    }
}

/// A list that lost suspiciously many rows at once: they are kept until the next list agrees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shrink {
    /// When that list was read.
    pub at: Timestamp,
    /// The rows that were not in it.
    pub absent: Vec<AddonKey>,
    /// How many rows there were before.
    pub of: usize,
}

/// A row, found by its key: the key is kept once, in what was read.
#[derive(Clone, Debug)]
pub(super) struct ByKey(pub(super) Row);

impl Borrow<AddonKey> for ByKey {
    fn borrow(&self) -> &AddonKey {
        &self.0.addon.key
    }
}

impl Hash for ByKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.addon.key.hash(state);
    }
}

impl PartialEq for ByKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.addon.key == other.0.addon.key
    }
}

impl Eq for ByKey {}

/// All add-ons. Cheap to copy: the rows are shared until one of the copies changes.
#[derive(Clone, Debug, Default)]
pub struct Addons {
    pub(super) rows: Arc<IndexSet<ByKey>>,
    /// How fresh the list is.
    pub fresh: Freshness,
    /// The tag of the last list.
    pub(super) etag: Option<String>,
    /// The newest request of those that told of an add-on by itself and changed something: the last list does not say what
    /// the rows say.
    pub(super) told_since: Option<u64>,
    /// The warning about a list that shrank too much, while it stands.
    pub shrink: Option<Shrink>,
    /// Rows that were read as gone, and by which request: an older list does not bring them back.
    pub(super) gone: IndexMap<AddonKey, u64>,
    /// Whether the last list told how each of them stands.
    pub(super) lists_tell_states: bool,
    pub(super) revision: u64,
    /// How many of the rows need a look.
    pub(super) tally: Tally,
    /// How many there are on disk, while only the first of them are here.
    pub(super) on_disk: Option<Tally>,
}

impl Addons {
    /// The add-on of that key.
    pub fn get(&self, key: &AddonKey) -> Option<&Row> {
        self.rows.get(key).map(|row| &row.0)
    }

    /// The row at a place in the platform's order.
    pub fn at(&self, index: usize) -> Option<&Row> {
        self.rows.get_index(index).map(|row| &row.0)
    }

    /// The place of that key in the platform's order.
    pub fn index_of(&self, key: &AddonKey) -> Option<usize> {
        self.rows.get_index_of(key)
    }

    /// All rows, in the platform's order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Row> {
        self.rows.iter().map(|row| &row.0)
    }

    /// The tag to ask for the next list with. None where something was read by itself since the last list: the next one has
    /// to say what it thinks of that, even where it is as it was.
    pub fn etag(&self) -> Option<String> {
        self.etag.clone().filter(|_| self.told_since.is_none())
    }

    /// How many rows there are, missing ones included.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows. Only with a live or cached list does that mean that there are no add-ons.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Grows whenever a row comes, goes or changes.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// How many there are, and how many of them need a look: those on disk that are not here yet, too.
    pub fn tally(&self) -> &Tally {
        self.on_disk.as_ref().unwrap_or(&self.tally)
    }

    /// Whether all that was seen last is here.
    pub fn is_whole(&self) -> bool {
        self.on_disk.is_none()
    }

    /// A row to be changed. Its key must stay, and the tally has to be kept.
    pub(super) fn row_mut(&mut self, key: &AddonKey) -> Option<&mut Row> {
        row_in(&mut self.rows, key)
    }
}

/// One of these rows, to be changed.
pub(super) fn row_in<'a>(rows: &'a mut Arc<IndexSet<ByKey>>, key: &AddonKey) -> Option<&'a mut Row> {
    let (_, row) = Arc::make_mut(rows).get_full_mut2(key)?;
    Some(&mut row.0)
}

/// All that is known through one profile.
#[derive(Clone, Debug)]
pub struct Store {
    /// Through which profile it was read.
    pub profile: ProfileName,
    /// Who we are there.
    pub account: Slot<Account>,
    /// The teams.
    pub teams: Slot<Vec<Team>>,
    /// The apps.
    pub apps: Slot<Vec<App>>,
    /// Services and plans.
    pub catalog: Slot<Catalog>,
    /// The plans of services whose plans the catalog does not tell, by the service's name.
    pub plans: IndexMap<String, Slot<Vec<Plan>>>,
    /// How well it was read how the add-ons of an app stand, by the app's name, where lists do not tell it.
    pub states: IndexMap<String, Freshness>,
    /// The actions that services bring along, by the add-on's native id.
    pub actions: IndexMap<String, Slot<Vec<ServiceAction>>>,
    /// What can be told to an action, by its topic; nothing inside where that is not described.
    pub action_fields: IndexMap<Topic, Slot<Option<Vec<ActionField>>>>,
    /// What actions said that only read, by their topic.
    pub action_answers: IndexMap<Topic, Slot<ActionAnswer>>,
    /// The add-ons with their attachments.
    pub addons: Addons,
    /// Timelines by the add-on's native id.
    pub events: IndexMap<String, Slot<Vec<TimelineEvent>>>,
    /// Backups by the add-on's native id.
    pub backups: IndexMap<String, Slot<Backups>>,
    /// All backups, also those of add-ons that are gone.
    pub all_backups: Slot<Vec<Backup>>,
    /// The platform's own operations, newest first.
    pub works: Slot<Vec<Work>>,
    /// What is used, by the add-on's native id.
    pub usage: IndexMap<String, Slot<Usage>>,
    /// What the journal knows about restoring, by the add-on's native id.
    pub rehearsals: IndexMap<String, Slot<Rehearsal>>,
    /// The last lines of the servers' logs, by the add-on's native id.
    pub logs: IndexMap<String, Slot<Vec<String>>>,
    /// Variable names by the app's name.
    pub variables: IndexMap<String, Slot<Vec<ConfigVarName>>>,
    /// Releases by the app's name.
    pub releases: IndexMap<String, Slot<Vec<Release>>>,
    /// What apps are deployed as, by the app's name.
    pub environments: IndexMap<String, Slot<Vec<Environment>>>,
    /// Deployments, newest first, by their topic.
    pub deployments: IndexMap<Topic, Slot<Vec<Work>>>,
    /// The platform's own operations that are looked at one by one, by their id.
    pub single_works: IndexMap<String, Slot<Work>>,
    /// What they have written, by their id.
    pub work_logs: IndexMap<String, Slot<Vec<String>>>,
    /// The reads of single add-ons and operations that fail.
    pub single: IndexMap<Topic, Freshness>,
}

impl Store {
    /// Nothing is known yet.
    pub fn new(profile: ProfileName) -> Self {
        Self {
            profile,
            account: Slot::default(),
            teams: Slot::default(),
            apps: Slot::default(),
            catalog: Slot::default(),
            plans: IndexMap::new(),
            states: IndexMap::new(),
            actions: IndexMap::new(),
            action_fields: IndexMap::new(),
            action_answers: IndexMap::new(),
            addons: Addons::default(),
            events: IndexMap::new(),
            backups: IndexMap::new(),
            all_backups: Slot::default(),
            works: Slot::default(),
            usage: IndexMap::new(),
            rehearsals: IndexMap::new(),
            logs: IndexMap::new(),
            variables: IndexMap::new(),
            releases: IndexMap::new(),
            environments: IndexMap::new(),
            deployments: IndexMap::new(),
            single_works: IndexMap::new(),
            work_logs: IndexMap::new(),
            single: IndexMap::new(),
        }
    }

    /// Puts plans that were read service by service into a catalog that does not tell them.
    pub fn plans_into(&self, catalog: &mut Catalog) {
        for service in catalog.services.iter_mut().filter(|service| service.are_plans_unread) {
            if let Some(plans) = self.plans.get(&service.name).and_then(|slot| slot.value.as_ref()) {
                service.plans.clone_from(plans);
            }
        }
    }

    /// The same with the catalog that is known.
    pub fn fill_plans(&mut self) {
        if let Some(mut catalog) = self.catalog.value.take() {
            self.plans_into(&mut catalog);
            self.catalog.value = Some(catalog);
        }
    }

    /// The key of an add-on of this profile.
    pub fn key(&self, id: &str) -> AddonKey {
        AddonKey { profile: self.profile.clone(), id: id.into() }
    }
}

/// Everything by which a person may look for an add-on, in lower case, parts separated by a character nobody types.
pub(super) fn search_text(addon: &Addon) -> Arc<str> {
    let mut text = format!("{}\u{1f}{}", addon.name, addon.service_and_plan());
    let mut add = |part: &str| {
        text.push('\u{1f}');
        text.push_str(part);
    };
    for attachment in addon.attachments.items() {
        add(&attachment.app);
        attachment.alias.iter().for_each(|alias| add(alias));
        attachment.config_vars.items().iter().for_each(|name| add(name));
    }
    addon.config_vars.items().iter().for_each(|name| add(name));
    if text.is_ascii() {
        text.make_ascii_lowercase();
        text.into()
    } else {
        text.to_lowercase().into()
    }
}
