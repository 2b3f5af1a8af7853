//! One profile of the combined list: what is known of it, and how it is asked.

use std::time::Duration;

use indexmap::IndexSet;
use jiff::Timestamp;

use super::ProfileChoice;
use crate::app::merging::Merging;
use crate::model::{Addon, LastCopy, Owner, ReadOnly, Total, last_copy, price_of};
use crate::model::{BackupsRead, Known, Price};
use crate::store::poll::Offline;
use crate::store::{Source as From, Store};

/// How many missing rows of one profile are asked for one by one at a time.
const FOLLOWED: usize = 20;

/// How a profile of the combined list is reached just now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceLink {
    /// It is not looked at, and why.
    Closed(String),
    /// Nothing was answered yet, and nothing was seen before.
    Connecting,
    /// What is shown was seen at this moment; nothing was answered since.
    Cached(Timestamp),
    /// The last answers were good.
    Live,
    /// It can't be read; what is shown, if anything, is as it was.
    Stale {
        /// The last good read; `None` if there was none.
        since: Option<Timestamp>,
        /// Why, as a sentence.
        error: String,
        /// What class of failure it is, in words.
        words: &'static str,
        /// When the next try is due, once that is known.
        next_try: Option<Timestamp>,
    },
}

impl SourceLink {
    /// The one word for a summary: `live`, `STALE`, `UNREADABLE`, `cached`, `connecting` or `closed`.
    pub fn word(&self) -> &'static str {
        match self {
            SourceLink::Closed(_) => "closed",
            SourceLink::Connecting => "connecting",
            SourceLink::Cached(_) => "cached",
            SourceLink::Live => "live",
            SourceLink::Stale { since: Some(_), .. } => "STALE",
            SourceLink::Stale { since: None, .. } => "UNREADABLE",
        }
    }

    /// Whether what is shown is what the platform said last, and not long ago.
    pub fn is_live(&self) -> bool {
        *self == SourceLink::Live
    }
}

/// One profile of the combined list.
#[derive(Debug)]
pub struct Source {
    /// Which.
    pub choice: ProfileChoice,
    /// What is known of it while it is not the one that is entered.
    pub(in crate::app) store: Store,
    pub(in crate::app) merging: Option<Merging>,
    /// What it comes to: all of its rows.
    pub(super) total: Total,
    /// Why its platform has no backups at all, where that is known.
    pub(in crate::app) no_backups: Option<String>,
    /// When it answered last.
    pub(in crate::app) answered: Option<Duration>,
    /// Whether its cache was read.
    pub(in crate::app) has_cache: bool,
    /// By what it is found, in lower case.
    pub(super) search: String,
    /// Whether an add-on of it has no price but that of its plan, which is not known.
    pub(in crate::app) wants_prices: bool,
    /// The apps through which it is asked how its add-ons stand, each once, where lists do not tell it.
    pub(in crate::app) apps: IndexSet<String>,
    /// The native ids of some of its add-ons that lists no longer have.
    pub(in crate::app) missing: Vec<String>,
}

impl Source {
    pub(in crate::app) fn new(choice: ProfileChoice) -> Self {
        let danger = choice.danger_word().unwrap_or_default();
        let search = format!("{} {} {danger}", choice.name, choice.words.platform).to_lowercase();
        Self {
            store: Store::new(choice.name.clone()),
            merging: None,
            total: Total::default(),
            no_backups: None,
            answered: None,
            has_cache: false,
            search,
            wants_prices: false,
            apps: IndexSet::new(),
            missing: Vec::new(),
            choice,
        }
    }

    /// Why it is not looked at; `None` when it is. What was found lying about is used by nobody who did not ask for it.
    pub fn closed(&self) -> Option<String> {
        match (&self.choice.trouble, self.choice.read_only) {
            (Some(why), _) => Some(why.clone()),
            (None, Some(ReadOnly::Found)) => {
                Some("its credential was found, and no profile names it: it is used once it is entered (p)".to_owned())
            }
            _ => None,
        }
    }

    /// What all of its rows come to.
    pub fn total(&self) -> &Total {
        &self.total
    }

    /// How a store of it is reached.
    pub(super) fn link(
        &self,
        store: &Store,
        offline: Option<&Offline>,
        is_entered: bool,
        next_try: Option<Timestamp>,
    ) -> SourceLink {
        if let Some(why) = self.closed().filter(|_| !is_entered) {
            return SourceLink::Closed(why);
        }
        let fresh = &store.addons.fresh;
        let offline = offline.map(|offline| &offline.error);
        match (offline.or(fresh.error.as_ref()), fresh.fetched_at, fresh.source) {
            (Some(error), since, _) => SourceLink::Stale {
                since,
                error: error.message.clone(),
                words: error.kind.words(),
                next_try: next_try.or(fresh.next_try),
            },
            (None, None, _) => SourceLink::Connecting,
            (None, Some(at), From::Cache) => SourceLink::Cached(at),
            (None, Some(_), From::Live) => SourceLink::Live,
        }
    }

    /// What an add-on of it costs, as far as it is known.
    pub(super) fn price(&self, store: &Store, addon: &Addon) -> Known<Price> {
        price_of(addon, store.catalog.value.as_ref())
    }

    /// The last copy of an add-on of it.
    pub(super) fn last_copy(&self, store: &Store, no_backups: Option<&str>, addon: &Addon, now: Timestamp) -> LastCopy {
        let slot = store.backups.get(addon.key.id.as_str());
        let read = match slot.map(|slot| (&slot.value, &slot.fresh.error)) {
            Some((_, Some(error))) if error.is_unsupported() => BackupsRead::Unsupported(&error.message),
            Some((Some(backups), _)) => BackupsRead::Told(backups),
            Some((None, Some(error))) => BackupsRead::Failed(&error.message),
            Some((None, None)) | None => BackupsRead::No,
        };
        last_copy(addon, no_backups, read, now, self.choice.backup_max_age)
    }

    /// Gathers what is asked for row by row or app by app, once per change of the rows.
    pub(super) fn gather(&mut self) {
        let rows = self.store.addons.iter().filter(|_| !self.choice.words.list_tells_states);
        self.apps = rows.filter_map(|row| asked_through(&row.addon)).map(str::to_owned).collect();
        let missing = self.store.addons.iter().filter(|row| row.missing_since.is_some());
        self.missing = missing.take(FOLLOWED).map(|row| row.addon.key.id.to_string()).collect();
    }
}

/// The app through which it is asked how an add-on stands.
pub(in crate::app) fn asked_through(addon: &Addon) -> Option<&str> {
    match &addon.owner {
        Owner::App(app) => Some(app),
        Owner::Team(_) => addon.apps().first().copied(),
    }
}
