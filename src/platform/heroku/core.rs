//! What reader and writer share: the clients, what was listed, and what a person gave us for one write.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use jiff::Timestamp;
use secrecy::SecretString;

use super::MANNERS;
use super::client::{self, ALL, Asked, EXPANDED, INCLUDED};
use super::data::Layer;
use super::data::whose::Moves;
use super::pages::{self, Listed, Pages, ROW};
use super::services::Kind;
use super::{map, wire};
use crate::config::Profile;
use crate::model::{Addon, Attachment, Fact, Known, Owner, Text, Texts, printable};
use crate::platform::apart::apart;
use crate::platform::http::{Http, nonsense};
use crate::platform::{Conditional, ConnectError, Fresh, ReadError, Settings};

/// Where an add-on is and by which names it is known: what requests need beside its id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) id: Text,
    pub(super) name: Text,
    pub(super) app: Text,
    pub(super) service: Text,
    pub(super) plan: Option<Text>,
    pub(super) created_at: Option<Timestamp>,
    /// App, name there, since when.
    pub(super) names: Vec<(Text, Text, Option<Timestamp>)>,
}

impl Place {
    fn of(addon: &Addon) -> Self {
        let app = match &addon.owner {
            Owner::App(app) => app.clone(),
            Owner::Team(_) => Text::default(),
        };
        let row = |row: &Attachment| Some((row.app.clone(), row.alias.clone()?, row.created_at));
        Self {
            id: addon.key.id.clone(),
            name: addon.name.clone(),
            app,
            service: addon.service.clone(),
            plan: addon.plan.clone(),
            created_at: addon.created_at,
            names: addon.attachments.items().iter().filter_map(row).collect(),
        }
    }

    /// Which kind of service it is of.
    pub(super) fn kind(&self) -> Kind {
        Kind::of(&self.service, self.plan.as_deref())
    }

    /// Its names on the app that owns it, that of the primary first.
    pub(super) fn own_names(&self) -> Vec<&str> {
        let primary = super::services::primary_name(&self.service);
        let mut names: Vec<&str> =
            self.names.iter().filter(|(app, ..)| *app == self.app).map(|(_, name, _)| name.as_str()).collect();
        names.sort_by_key(|name| (Some(*name) != primary, name.starts_with("HEROKU_")));
        names
    }
}

/// One list as it was read last.
type Kept = Mutex<Option<Arc<Pages>>>;

/// An attachment on its way to its add-on.
pub(super) struct Joint {
    of: Text,
    row: Attachment,
    credential: Option<Fact>,
}

/// Puts attachments to their add-ons. Those of add-ons that the token does not see have nothing to be joined to, and are left
/// out.
pub(super) fn joined(mut addons: Vec<Addon>, rows: Vec<Joint>) -> Vec<Addon> {
    // A list that changes while it is paged through may tell a row twice.
    let mut seen = HashSet::with_capacity(addons.len());
    addons.retain(|addon| seen.insert(addon.key.id.clone()));
    let mut by_addon: HashMap<Text, Vec<Joint>> = HashMap::new();
    for row in rows {
        by_addon.entry(row.of.clone()).or_default().push(row);
    }
    for addon in &mut addons {
        let own = by_addon.remove(&addon.key.id).or_else(|| by_addon.remove(&addon.name));
        join(addon, own.unwrap_or_default());
    }
    addons
}

fn join(addon: &mut Addon, rows: Vec<Joint>) {
    let mut attachments = Vec::with_capacity(rows.len());
    for Joint { row, credential, .. } in rows {
        attachments.push(row);
        addon.facts.extend(credential);
    }
    attachments.sort_by(|one, other| (&one.app, &one.alias).cmp(&(&other.app, &other.alias)));
    addon.attachments = Known::Is(attachments);
    addon.facts.shrink_to_fit();
}

/// What came of asking for one of the two lists.
struct Taken<T> {
    /// The rows, where any of them came.
    rows: Option<Vec<T>>,
    /// The pages that they are of, where all of these have a tag.
    pages: Option<Arc<Pages>>,
    at: Timestamp,
}

/// Takes in one of the two lists, which is remembered.
fn taken<T>(listed: Listed<T>, known: Option<Arc<Pages>>, kept: &Kept) -> Taken<T> {
    match listed {
        Listed::Changed(Fresh { value, at, .. }, pages) => {
            let pages = pages.map(Arc::new);
            lock(kept).clone_from(&pages);
            Taken { rows: Some(value), pages, at }
        }
        Listed::Unchanged(at) => Taken { rows: None, pages: known, at },
    }
}

pub(super) struct Core {
    pub(super) http: Http,
    pub(super) data: Layer,
    pub(super) profile: Profile,
    pub(super) settings: Settings,
    addons: Kept,
    attachments: Kept,
    places: Mutex<HashMap<Text, Arc<Place>>>,
    was_listed: Mutex<bool>,
    moves: Mutex<HashMap<String, (Instant, Arc<Moves>)>>,
    /// What providers said when their add-ons were asked for. Reads don't tell it again.
    messages: Mutex<HashMap<String, String>>,
    /// The code of a second factor, for the next write alone.
    code: Mutex<Option<SecretString>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the fact of a provider's message is called.
const PROVIDER_MESSAGE: &str = "provider message";

/// Between the two tags of one answer. No tag has it.
const BETWEEN: char = '\u{1f}';

/// Stands for both lists, where both have come with tags.
fn tag_of(addons: Option<&Pages>, rows: Option<&Pages>) -> Option<String> {
    Some(format!("{}{BETWEEN}{}", addons?.tag(), rows?.tag()))
}

impl Core {
    pub(super) fn new(profile: &Profile, settings: Settings) -> Result<Self, ConnectError> {
        Ok(Self {
            http: Http::new(profile, settings.clone(), &MANNERS)?,
            data: Layer::new(profile, settings.clone())?,
            profile: profile.clone(),
            settings,
            addons: Mutex::default(),
            attachments: Mutex::default(),
            places: Mutex::default(),
            was_listed: Mutex::default(),
            moves: Mutex::default(),
            messages: Mutex::default(),
            code: Mutex::default(),
        })
    }

    /// Whether something of that team is to be shown. What has no team is in nobody's way.
    pub(super) fn is_ours(&self, team: Option<&str>) -> bool {
        self.profile.teams.is_empty() || team.is_none_or(|team| self.profile.teams.iter().any(|one| one == team))
    }

    /// The whole account in two lists, joined here: nothing is asked app by app.
    pub(super) async fn list(&self, etag: Option<&str>) -> Result<Conditional<Vec<Addon>>, ReadError> {
        let addons = Asked::whole(&["addons"], "add-ons").with(&EXPANDED).kept();
        let rows = Asked::whole(&["addon-attachments"], "attachments").with(&INCLUDED).kept();
        let (known_addons, known_rows) = (lock(&self.addons).clone(), lock(&self.attachments).clone());
        let texts = Mutex::new(Texts::default());
        let addon = |addon: wire::Addon| self.alone(&addon, &mut lock(&texts));
        let row = |row: wire::Attachment| self.row(&row, &mut lock(&texts));
        let (listed_addons, listed_rows) = tokio::try_join!(
            pages::list(&self.http, &addons, known_addons.as_deref(), &addon),
            pages::list(&self.http, &rows, known_rows.as_deref(), &row)
        )?;
        let addons = taken(listed_addons, known_addons, &self.addons);
        let rows = taken(listed_rows, known_rows, &self.attachments);
        let at = addons.at.min(rows.at);
        // Of these very rows: another list may have been read meanwhile.
        let tag = tag_of(addons.pages.as_deref(), rows.pages.as_deref());
        if etag.is_some() && etag == tag.as_deref() {
            return Ok(Conditional::Unchanged(at));
        }
        let (addons, rows) = (self.unpacked(addons, "add-ons", addon)?, self.unpacked(rows, "attachments", row)?);
        let value = apart((addons.len() + rows.len()) * ROW, || joined(addons, rows));
        self.note(&value, true);
        let value = value.into_iter().filter(|addon| self.is_ours(addon.team.as_deref())).collect();
        Ok(Conditional::Changed(Fresh { value, at, etag: tag }))
    }

    /// The rows of a list: those that came, or else those of its pages.
    fn unpacked<T: serde::de::DeserializeOwned, M>(
        &self,
        taken: Taken<M>,
        what: &str,
        map: impl Fn(T) -> M,
    ) -> Result<Vec<M>, ReadError> {
        let Taken { rows, pages, .. } = taken;
        let rows = rows.or_else(|| pages.and_then(|pages| apart(pages.len() * ROW, || pages.rows(map))));
        rows.ok_or_else(|| nonsense(self.http.target(), &format!("a list of {what}"), None))
    }

    /// An add-on without its attachments, which come by another list.
    pub(super) fn alone(&self, addon: &wire::Addon, texts: &mut Texts) -> Addon {
        let mut made = map::addon(&self.profile.name, addon, Known::Is(Vec::new()));
        if made.fact(PROVIDER_MESSAGE).is_none()
            && let Some(message) = lock(&self.messages).get(made.key.id.as_str())
        {
            made.facts.push(Fact::new(PROVIDER_MESSAGE, message.as_str()));
        }
        self.data.add_reasons(&mut made);
        made.share(texts);
        made
    }

    /// An attachment, and which add-on it is of.
    pub(super) fn row(&self, row: &wire::Attachment, texts: &mut Texts) -> Joint {
        let mut joint = Joint {
            // By its id; by its name, which is global, where none is told.
            of: Text::from(printable(row.addon.id.as_deref().unwrap_or(&row.addon.name))),
            row: map::attachment(row),
            credential: map::credential(row),
        };
        texts.share(&mut joint.of);
        joint.row.share(texts);
        joint
    }

    /// Remembers where add-ons are.
    pub(super) fn note(&self, addons: &[Addon], is_all: bool) {
        let mut places = lock(&self.places);
        if is_all {
            places.clear();
            *lock(&self.was_listed) = true;
        }
        places.extend(addons.iter().map(|addon| (addon.key.id.clone(), Arc::new(Place::of(addon)))));
    }

    /// Where an add-on is, as far as it was seen already.
    pub(super) fn seen(&self, addon_id: &str) -> Option<Arc<Place>> {
        lock(&self.places).get(addon_id).cloned()
    }

    /// Where an add-on is; asked for where it was not seen yet.
    pub(super) async fn place(&self, addon_id: &str) -> Result<Arc<Place>, ReadError> {
        match self.seen(addon_id) {
            Some(place) => Ok(place),
            None => Ok(Arc::new(Place::of(&self.addon(addon_id).await?.value))),
        }
    }

    /// Where all add-ons are; listed where they were not yet.
    pub(super) async fn places(&self) -> Result<Vec<Arc<Place>>, ReadError> {
        let was_listed = *lock(&self.was_listed);
        if !was_listed {
            self.list(None).await?;
        }
        Ok(lock(&self.places).values().cloned().collect())
    }

    /// One add-on with its attachments, by id or name: two requests.
    pub(super) async fn addon(&self, id_or_name: &str) -> Result<Fresh<Addon>, ReadError> {
        let path = ["addons", id_or_name];
        let rows_path = ["addons", id_or_name, "addon-attachments"];
        let rows = Asked {
            path: &rows_path,
            headers: &INCLUDED,
            range: ALL,
            what: "attachments",
            is_whole: true,
            is_kept: false,
        };
        let (addon, rows) = tokio::try_join!(
            client::one::<wire::Addon>(&self.http, &path, &[], &EXPANDED, "an add-on"),
            pages::fresh::<wire::Attachment>(&self.http, &rows)
        )?;
        let mut texts = Texts::default();
        let mut value = self.alone(&addon.value, &mut texts);
        join(&mut value, rows.value.iter().map(|row| self.row(row, &mut texts)).collect());
        self.note(std::slice::from_ref(&value), false);
        Ok(Fresh { value, at: addon.at, etag: None })
    }

    /// How the names of an app moved, as far as that was read, and when.
    pub(super) fn moves_of(&self, app: &str) -> Option<(Instant, Arc<Moves>)> {
        lock(&self.moves).get(app).cloned()
    }

    /// Keeps that.
    pub(super) fn keep_moves(&self, app: &str, moves: Arc<Moves>) {
        lock(&self.moves).insert(app.to_owned(), (Instant::now(), moves));
    }

    /// Keeps what a provider said.
    pub(super) fn keep_message(&self, addon_id: &str, message: &str) {
        if !message.is_empty() {
            lock(&self.messages).insert(addon_id.to_owned(), message.to_owned());
        }
    }

    /// Keeps the code for the next write.
    pub(super) fn keep_code(&self, code: SecretString) {
        *lock(&self.code) = Some(code);
    }

    /// The code, once.
    pub(super) fn take_code(&self) -> Option<SecretString> {
        lock(&self.code).take()
    }
}
