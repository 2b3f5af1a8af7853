//! The lists of add-ons, and one of them.
//!
//! Requests per refresh: one for the apps, one for each app, and one for each add-on that this machine has seen and no app
//! has: there is no list of a team's add-ons (documented). One add-on: its own, and, where that does not tell which apps have
//! it, the list once more, unless it was read within the last seconds.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde_json::Value;
use tokio::time::Instant;

use super::Watasu;
use super::decode;
use super::map::{Reading, Row, attached};
use super::mcp::shapes::{Kind, links};
use super::mcp::{Payload, Resource};
use crate::model::{Account, Addon, App, Fact, Known, Owner, Release, Team, Text};
use crate::platform::http::nonsense;
use crate::platform::{Fresh, ReadError, ReadErrorKind};

/// How many reads run at a time.
const AT_ONCE: usize = 4;
/// For how long what the last list told of attachments is true enough to be shown beside one add-on.
const LIST_KEPT: Duration = Duration::from_secs(5);

/// A list that was read to its end.
#[derive(Clone)]
pub(super) struct Listed {
    addons: Arc<Vec<Addon>>,
    /// Whether every app told its add-ons: then one that none has is attached to none.
    is_whole: bool,
    at: jiff::Timestamp,
    read_at: Instant,
}

impl Watasu {
    /// How payloads are read here.
    pub(super) fn reading<T>(&self, with: impl FnOnce(&Reading<'_>) -> T) -> T {
        let clean = |text: &str| self.mcp.target().clean(text);
        with(&Reading { profile: &self.profile, clean: &clean })
    }

    fn not_understood(&self, what: &str) -> ReadError {
        nonsense(self.mcp.target(), what, None)
    }

    pub(super) async fn whoami(&self) -> Result<Account, ReadError> {
        let read = self.mcp.read(Kind::Whoami, None).await?;
        let account = match &read.payload {
            Payload::Json(value) => self.reading(|reading| reading.account(value)),
            // An address is the one word in a text that names somebody for sure.
            Payload::Text(text) => {
                let is_around =
                    |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '`' | '*' | ',' | '"');
                let found =
                    text.split(is_around).map(|word| word.trim_end_matches(['.', ':'])).find(|word| word.contains('@'));
                found.map(|name| Account { name: self.mcp.target().clean(name), rights: None })
            }
        };
        account.ok_or_else(|| self.not_understood("an account"))
    }

    pub(super) async fn all_teams(&self) -> Result<Vec<Team>, ReadError> {
        let items =
            self.list(Kind::Teams, None, "teams").await?.ok_or_else(|| self.not_understood("a list of teams"))?;
        let mut teams: Vec<Team> = self.reading(|reading| items.iter().filter_map(|item| reading.team(item)).collect());
        teams.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(teams)
    }

    /// All apps: those of the one list, or, where the server has none, team by team.
    pub(super) async fn all_apps(&self) -> Result<Vec<App>, ReadError> {
        let mut apps = match self.list(Kind::Apps, None, "apps").await {
            Ok(items) => {
                let items = items.ok_or_else(|| self.not_understood("a list of apps"))?;
                self.reading(|reading| items.iter().filter_map(|item| reading.app(item)).collect())
            }
            Err(error) if error.is_unsupported() => self.apps_by_team().await?,
            Err(error) => return Err(error),
        };
        apps.sort_by(|a: &App, b: &App| a.name.cmp(&b.name));
        apps.dedup_by(|a, b| a.name == b.name);
        Ok(apps)
    }

    async fn apps_by_team(&self) -> Result<Vec<App>, ReadError> {
        let mut apps = Vec::new();
        for team in self.all_teams().await? {
            let items = self.list(Kind::TeamApps, Some(&team.name), "apps").await?;
            let items = items.ok_or_else(|| self.not_understood("a list of apps"))?;
            let of_team =
                self.reading(|reading| items.iter().filter_map(|item| reading.app(item)).collect::<Vec<App>>());
            apps.extend(
                of_team
                    .into_iter()
                    .map(|app| App { team: app.team.or_else(|| Some(team.name.as_str().into())), ..app }),
            );
        }
        Ok(apps)
    }

    /// The items of a list, followed to its end. Nothing where what came is no list; of text, the things that it links to.
    async fn list(&self, kind: Kind, of: Option<&str>, plural: &str) -> Result<Option<Vec<Value>>, ReadError> {
        let first = self.mcp.read(kind, of).await?;
        match &first.payload {
            Payload::Json(_) => self.followed(first, plural).await.map(|list| list.map(|(items, _)| items)),
            text @ Payload::Text(_) => {
                let wanted = match kind {
                    Kind::Apps | Kind::TeamApps => Kind::App,
                    _ => return Ok(None),
                };
                let named: Vec<Value> = links(text)
                    .into_iter()
                    .filter(|(kind, ..)| *kind == wanted)
                    .map(|(_, of, _)| Value::String(of))
                    .collect();
                Ok((!named.is_empty()).then_some(named))
            }
        }
    }

    /// A list that may go on at a link that it returns. One that goes on, and does not say where, is not taken for whole.
    async fn followed(
        &self,
        first: Resource,
        plural: &str,
    ) -> Result<Option<(Vec<Value>, jiff::Timestamp)>, ReadError> {
        let mut all = Vec::new();
        let mut visited = HashSet::new();
        let mut page = first;
        loop {
            let Payload::Json(value) = &page.payload else { return Ok(None) };
            let Some(items) = decode::items(value, plural) else { return Ok(None) };
            all.extend(items.iter().cloned());
            let Some(next) = decode::next(value) else { return Ok(Some((all, page.at))) };
            if !next.contains("://") || !visited.insert(next.to_owned()) || visited.len() > 200 {
                let message = format!(
                    "{} ends its list of {plural} with the word that it goes on, and does not tell where: the list is not whole, and was not taken.",
                    self.mcp.target()
                );
                return Err(ReadError::new(ReadErrorKind::Nonsense, message));
            }
            let next = next.to_owned();
            page = self.mcp.read_uri(&next).await?;
            self.mcp.note_links(&page.payload);
        }
    }

    /// Every add-on that can be known of.
    pub(super) async fn everything(&self) -> Result<Fresh<Vec<Addon>>, ReadError> {
        let listed = self.listed(None).await?;
        let mut addons = listed.addons.to_vec();
        addons.retain(|addon| self.is_ours(addon.team.as_deref()));
        Ok(Fresh { value: addons, at: listed.at, etag: None })
    }

    /// The whole list, not older than that; at most one is read at a time.
    async fn listed(&self, kept: Option<Duration>) -> Result<Listed, ReadError> {
        let mut last = self.listed.lock().await;
        if let (Some(kept), Some(listed)) = (kept, last.as_ref())
            && listed.read_at.elapsed() < kept
        {
            return Ok(listed.clone());
        }
        let listed = self.read_everything().await?;
        *last = Some(listed.clone());
        Ok(listed)
    }

    async fn read_everything(&self) -> Result<Listed, ReadError> {
        let apps = self.all_apps().await?;
        let asked = apps.iter().map(|app| async move { (app, self.rows_of(app).await) }).collect::<Vec<_>>();
        let mut answers = stream::iter(asked).buffer_unordered(AT_ONCE);
        let mut found: BTreeMap<String, Addon> = BTreeMap::new();
        let mut at = None;
        let mut is_whole = true;
        let mut told: HashSet<String> = HashSet::new();
        while let Some((app, answer)) = answers.next().await {
            match answer {
                Ok((rows, read_at, is_read)) => {
                    at = at.max(Some(read_at));
                    is_whole &= is_read;
                    told.extend(rows.iter().filter(|row| row.tells_attachments).map(|row| row.addon.name.to_string()));
                    rows.into_iter().for_each(|row| join(&mut found, row, app));
                }
                Err(error) if is_of_all(&error) || error.is_unsupported() => return Err(error),
                // Gone, or out of this key's scope: then its add-ons may be known by their names.
                Err(_) => is_whole = false,
            }
        }
        drop(answers);
        // A read by name tells nothing of apps that were not asked; one that answers is attached to none of those that were.
        let (mut others, read_at) = self.others(&found, is_whole).await?;
        at = at.max(read_at);
        let mut addons: Vec<Addon> = found.into_values().collect();
        self.memory.note(&addons);
        addons.append(&mut others);
        if !is_whole {
            addons.iter_mut().filter(|addon| !told.contains(addon.name.as_str())).for_each(unsure_of_attachments);
        }
        addons.sort_by(|a, b| a.name.cmp(&b.name));
        let at = at.unwrap_or_else(jiff::Timestamp::now);
        Ok(Listed { addons: Arc::new(addons), is_whole, at, read_at: Instant::now() })
    }

    /// What an app has, and whether it told all of it.
    async fn rows_of(&self, app: &App) -> Result<(Vec<Row>, jiff::Timestamp, bool), ReadError> {
        let read = self.mcp.read(Kind::AppAddons, Some(&app.name)).await?;
        let at = read.at;
        match &read.payload {
            Payload::Json(_) => match self.followed(read.clone(), "addons").await? {
                Some((items, at)) => {
                    let rows = self.reading(|reading| {
                        items
                            .iter()
                            .filter_map(|item| reading.addon(item, None))
                            .map(|row| self.known_by(row))
                            .collect::<Vec<Row>>()
                    });
                    let is_read = rows.len() == items.len();
                    Ok((self.with_states(rows).await?, at, is_read))
                }
                None => Ok((vec![self.not_a_list(app, &read.payload)], at, false)),
            },
            text @ Payload::Text(_) => {
                let named = links(text).into_iter().filter(|(kind, ..)| *kind == Kind::Addon);
                let names: HashSet<String> = named.map(|(_, name, _)| name).collect();
                if names.is_empty() {
                    return Ok((vec![self.not_a_list(app, text)], at, false));
                }
                let rows = self.reading(|reading| {
                    names
                        .iter()
                        .filter_map(|name| reading.addon(&Value::String(name.clone()), None))
                        .collect::<Vec<Row>>()
                });
                Ok((self.with_states(rows).await?, at, true))
            }
        }
    }

    fn not_a_list(&self, app: &App, payload: &Payload) -> Row {
        let text = match payload {
            Payload::Text(text) => text.clone(),
            Payload::Json(value) => serde_json::to_string_pretty(value).unwrap_or_default(),
        };
        let addon = self.reading(|reading| reading.unread_list(app, &text));
        Row { addon, tells_attachments: true, tells_state: true }
    }

    /// Rows that don't tell how they stand are asked themselves.
    async fn with_states(&self, rows: Vec<Row>) -> Result<Vec<Row>, ReadError> {
        let asked = rows.into_iter().map(|row| async move {
            if row.tells_state {
                return Ok(row);
            }
            match self.row(&row.addon.name).await {
                Ok((read, _)) => Ok(read),
                Err(error) if is_of_all(&error) => Err(error),
                Err(_) => Ok(row),
            }
        });
        let mut rows = Vec::new();
        let mut answers = stream::iter(asked.collect::<Vec<_>>()).buffered(AT_ONCE);
        while let Some(row) = answers.next().await {
            rows.push(row?);
        }
        Ok(rows)
    }

    /// Those that this machine has seen and no app has.
    async fn others(
        &self,
        found: &BTreeMap<String, Addon>,
        is_whole: bool,
    ) -> Result<(Vec<Addon>, Option<jiff::Timestamp>), ReadError> {
        let seen = self.memory.others(|name| found.contains_key(name));
        let asked = seen.into_iter().map(|(name, seen)| async move {
            let read = self.row(&name).await;
            (name, seen, read)
        });
        let mut answers = stream::iter(asked.collect::<Vec<_>>()).buffer_unordered(AT_ONCE);
        let (mut others, mut at) = (Vec::new(), None);
        while let Some((name, seen, read)) = answers.next().await {
            let mut addon = match read {
                Ok((row, read_at)) => {
                    at = at.max(Some(read_at));
                    let mut addon = row.addon;
                    if !row.tells_attachments && is_whole {
                        addon.attachments = Known::Is(Vec::new());
                    }
                    self.memory.note(std::slice::from_ref(&addon));
                    addon
                }
                Err(error) if error.kind == ReadErrorKind::NotFound => {
                    self.memory.note_missing(&name);
                    continue;
                }
                Err(error) if is_of_all(&error) => return Err(error),
                Err(error) => {
                    self.reading(|reading| reading.blank(&name, &format!("it could not be read: {}", error.message)))
                }
            };
            complete(&mut addon, seen.service.as_deref(), seen.team.as_deref());
            others.push(addon);
        }
        Ok((others, at))
    }

    /// One add-on by its own resource.
    async fn row(&self, name: &str) -> Result<(Row, jiff::Timestamp), ReadError> {
        let read = self.mcp.read(Kind::Addon, Some(name)).await?;
        let row = match &read.payload {
            Payload::Json(value) => self
                .reading(|reading| reading.addon(value, Some(name)))
                .ok_or_else(|| self.not_understood("an add-on"))?,
            Payload::Text(text) => {
                let addon = self.reading(|reading| reading.unread(name, text));
                Row { addon, tells_attachments: false, tells_state: true }
            }
        };
        Ok((self.known_by(row), read.at))
    }

    /// With the id that it had when it told one.
    fn known_by(&self, mut row: Row) -> Row {
        if row.addon.key.id == row.addon.name
            && let Some(id) = self.memory.id_of(&row.addon.name)
        {
            row.addon.key.id = id.into();
        }
        row
    }

    /// One add-on, by id or name, with the apps that have it.
    pub(super) async fn find(&self, id_or_name: &str) -> Result<Fresh<Addon>, ReadError> {
        let name = self.memory.name_of(id_or_name).unwrap_or_else(|| id_or_name.to_owned());
        let (row, at) = match self.row(&name).await {
            Ok(read) => read,
            Err(error) => {
                if error.kind == ReadErrorKind::NotFound {
                    self.memory.note_missing(&name);
                }
                return Err(error);
            }
        };
        let mut addon = row.addon;
        self.memory.note(std::slice::from_ref(&addon));
        if let Some(seen) = self.memory.seen(&addon.name) {
            complete(&mut addon, seen.service.as_deref(), seen.team.as_deref());
        }
        if !row.tells_attachments {
            let listed = self.listed(Some(LIST_KEPT)).await?;
            let same = listed.addons.iter().find(|one| one.name == addon.name);
            addon.attachments = match same {
                Some(same) => same.attachments.clone(),
                None if listed.is_whole => Known::Is(Vec::new()),
                None => Known::Unknown(NOT_WHOLE.into()),
            };
            if let Some(same) = same {
                complete(&mut addon, Some(&same.service), same.team.as_deref());
                addon.plan = addon.plan.or_else(|| same.plan.clone());
                addon.facts.extend(same.facts.iter().find(|fact| fact.name == IN_DOUBT).cloned());
            }
        }
        Ok(Fresh { value: addon, at, etag: None })
    }

    /// What an app has.
    pub(super) async fn of_app(&self, app: &str) -> Result<Fresh<Vec<Addon>>, ReadError> {
        let app = self.all_apps().await?.into_iter().find(|one| one.name == app).ok_or_else(|| {
            let message = format!(
                "{} shows no app {}: it is gone, or out of this key's scope.",
                self.mcp.target(),
                crate::model::printable(app)
            );
            ReadError::new(ReadErrorKind::NotFound, message)
        })?;
        let (rows, at, _) = self.rows_of(&app).await?;
        let mut found = BTreeMap::new();
        rows.into_iter().for_each(|row| join(&mut found, row, &app));
        let addons: Vec<Addon> = found.into_values().collect();
        self.memory.note(&addons);
        Ok(Fresh { value: addons, at, etag: None })
    }

    /// The newest release of an app: the only one that is told (documented).
    pub(super) async fn latest_release(&self, app: &str) -> Result<Vec<Release>, ReadError> {
        let read = self.mcp.read(Kind::LatestRelease, Some(app)).await?;
        let release = match &read.payload {
            Payload::Json(value) => self.reading(|reading| reading.release(value)),
            Payload::Text(_) => None,
        };
        release.map(|release| vec![release]).ok_or_else(|| self.not_understood("a release"))
    }
}

/// The fact that says why more apps may have an add-on than are told.
pub(super) const IN_DOUBT: &str = "other apps";
const NOT_WHOLE: &str = "not every app's add-ons could be read, so others may have it, too";

/// Whether an error is not of one resource: the others would not be answered either.
fn is_of_all(error: &ReadError) -> bool {
    error.kind.is_no_answer() || matches!(error.kind, ReadErrorKind::Unauthorized | ReadErrorKind::RateLimited(_))
}

/// One more row of an app: an add-on that several apps have comes once for each.
fn join(found: &mut BTreeMap<String, Addon>, row: Row, app: &App) {
    let Row { mut addon, tells_attachments, .. } = row;
    if addon.team.is_none() {
        complete(&mut addon, None, app.team.as_deref());
    }
    let of_app = || vec![attached(&addon.name, &app.name, None, &unknown_alias(&addon))];
    if !tells_attachments {
        addon.attachments = Known::Is(of_app());
    }
    match found.get_mut(addon.name.as_str()) {
        None => {
            found.insert(addon.name.to_string(), addon);
        }
        Some(known) => {
            if let (Known::Is(rows), Known::Is(more)) = (&mut known.attachments, addon.attachments) {
                let new = more.into_iter().filter(|one| !rows.iter().any(|row| row.id == one.id));
                let new: Vec<_> = new.collect();
                rows.extend(new);
            }
        }
    }
}

/// Where only the app is told, under which alias it has the add-on is not known, nor what its variables are called.
fn unknown_alias(addon: &Addon) -> Known<Vec<Text>> {
    match &addon.config_vars {
        Known::Is(names) if names.is_empty() => Known::Is(Vec::new()),
        Known::Is(_) => Known::Unknown("Watasu did not tell the alias, which stands before each name".into()),
        Known::Unknown(why) => Known::Unknown(why.clone()),
    }
}

/// What its own payload left out, and is known of it.
fn complete(addon: &mut Addon, service: Option<&str>, team: Option<&str>) {
    if let Some(service) = service.filter(|service| super::services::is_told(service))
        && !super::services::is_told(&addon.service)
    {
        addon.service = service.into();
        addon.config_vars = super::services::config_vars(service);
        addon.cannot = Arc::new(super::services::cannot(service));
        if super::services::no_backups(service).is_some() {
            addon.last_backup = Known::Is(None);
        }
    }
    if let Some(team) = team.filter(|_| addon.team.is_none()) {
        addon.team = Some(team.into());
        addon.owner = Owner::Team(team.into());
    }
}

/// Where some app did not tell what it has, that no more apps have an add-on is not known.
fn unsure_of_attachments(addon: &mut Addon) {
    if addon.attachments.items().is_empty() {
        addon.attachments = Known::Unknown(NOT_WHOLE.into());
    } else {
        addon.facts.push(Fact::new(IN_DOUBT, NOT_WHOLE));
    }
}
