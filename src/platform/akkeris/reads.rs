//! The lists of add-ons, and one of them.
//!
//! Requests per refresh. The quick list: two, and a third once a minute; it tells no states. An app's own list: four, and one for each
//! add-on that it has attached from elsewhere. Everything with true states: two, and one for each app that owns an add-on.

mod asking;
mod primaries;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};

use self::primaries::settle;
use super::map::{self, Primaries, Truth};
use super::rules::Rules;
use super::{Akkeris, wire};
use crate::model::{Addon, App, printable};
use crate::platform::{Fresh, ReadError, ReadErrorKind};

/// How many requests run at a time: each of them may ask a broker.
const AT_ONCE: usize = 8;

/// Everything that the two lists of everything tell.
struct Everything {
    addons: Vec<wire::Addon>,
    attachments: HashMap<String, Vec<wire::Attachment>>,
    apps: Arc<Vec<App>>,
    primaries: Primaries,
    at: jiff::Timestamp,
}

impl Akkeris {
    /// The quick list.
    pub(super) async fn list(&self) -> Result<Fresh<Vec<Addon>>, ReadError> {
        let mut everything = self.everything().await?;
        self.remember_primaries(&mut everything);
        let at = everything.at;
        Ok(Fresh { value: self.mapped(everything, &|_| Truth::Listed, HashMap::new()), at, etag: None })
    }

    /// Every add-on with its true state.
    pub(super) async fn list_in_full(&self) -> Result<Vec<Addon>, ReadError> {
        let mut everything = self.everything().await?;
        let owners: HashSet<String> = everything.addons.iter().map(|addon| addon.app.name.clone()).collect();
        let asked = owners.into_iter().map(|app| async move {
            let read = self.owned(&app).await;
            (app, read)
        });
        let mut read = stream::iter(asked.collect::<Vec<_>>()).buffer_unordered(AT_ONCE);
        let (mut known, mut unread) = (HashMap::new(), HashMap::new());
        while let Some((app, rows)) = read.next().await {
            match rows {
                Ok(rows) => known.extend(rows.into_iter().map(|row| (row.id.clone(), row))),
                // The app is gone, and what it owned with it: the later list tells.
                Err(error) if error.kind == ReadErrorKind::NotFound => {}
                // Where nobody answers, the other apps would not be answered either.
                Err(error) if error.kind.is_no_answer() || error.kind == ReadErrorKind::Unauthorized => {
                    return Err(error);
                }
                Err(error) => {
                    unread.insert(app, format!("the add-ons of its app could not be asked: {}", error.message));
                }
            }
        }
        drop(read);
        let Everything { addons, attachments, primaries, .. } = &mut everything;
        let owners: HashMap<&str, &str> = addons.iter().map(|row| (row.id.as_str(), row.app.name.as_str())).collect();
        let is_others = |row: &&wire::Attachment| owners.get(row.addon.id.as_str()) != Some(&row.app.name.as_str());
        self.ask_primaries(attachments.values().flatten().filter(is_others), primaries).await?;
        let missing: Vec<&wire::Addon> = everything.addons.iter().filter(|row| !known.contains_key(&row.id)).collect();
        let are_all_there = missing.iter().all(|row| unread.contains_key(&row.app.name));
        // Destroyed while we asked, or without its broker: a list that was asked for later tells.
        let still: Option<HashSet<String>> = match are_all_there {
            true => None,
            false => Some(self.all_addons().await?.value.into_iter().map(|row| row.id).collect()),
        };
        if let Some(still) = &still {
            everything.addons.retain(|row| known.contains_key(&row.id) || still.contains(&row.id));
        }
        let truth = |row: &wire::Addon| match unread.get(&row.app.name) {
            Some(why) => Truth::Unread(why.clone()),
            None => Truth::Unreachable,
        };
        Ok(self.mapped(everything, &truth, known))
    }

    /// What an app owns or has attached.
    pub(super) async fn list_of(&self, app: &str) -> Result<Fresh<Vec<Addon>>, ReadError> {
        let (owned, attached) = tokio::try_join!(self.owned(app), self.attached(app))?;
        // After the app's own list: what is here and was not there is really left out, and not just destroyed.
        let mut everything = self.everything().await?;
        for row in &attached {
            if let Some(primary) = row.primary {
                everything.primaries.insert((app.to_owned(), row.addon.id.clone()), primary);
            }
        }
        settle(&mut everything);
        self.remember_primaries(&mut everything);
        let here: HashSet<&str> = attached.iter().map(|row| row.addon.id.as_str()).collect();
        everything.addons.retain(|row| row.app.name == app || here.contains(row.id.as_str()));
        let elsewhere = everything.addons.iter().filter(|row| row.app.name != app).map(|row| row.id.clone());
        let asked = elsewhere.map(|id| async move {
            let read = self.one(&id).await.map(|fresh| fresh.value);
            (id, read)
        });
        let read: Vec<_> = stream::iter(asked.collect::<Vec<_>>()).buffer_unordered(AT_ONCE).collect().await;
        let mut known: HashMap<String, wire::Addon> = owned.into_iter().map(|row| (row.id.clone(), row)).collect();
        let mut unread = HashMap::new();
        for (id, one) in read {
            match one {
                Ok(row) => drop(known.insert(id, row)),
                Err(error) if error.kind == ReadErrorKind::ServerError(503) => {}
                Err(error) if error.kind.is_no_answer() => return Err(error),
                Err(error) => drop(unread.insert(id, error.message)),
            }
        }
        // What the lists of everything don't have, or no longer: it was there a moment ago, and its own read tells more.
        let listed: HashSet<String> = everything.addons.iter().map(|row| row.id.clone()).collect();
        let unlisted: Vec<String> = known.keys().filter(|id| !listed.contains(*id)).cloned().collect();
        everything.addons.extend(unlisted.iter().filter_map(|id| known.remove(id)));
        let truth = |row: &wire::Addon| match unread.get(&row.id) {
            _ if unlisted.contains(&row.id) => Truth::True,
            Some(why) => Truth::Unread(why.clone()),
            None => Truth::Unreachable,
        };
        let at = everything.at;
        Ok(Fresh { value: self.mapped(everything, &truth, known), at, etag: None })
    }

    /// One, by its id, or by the name that it has on its owner.
    pub(super) async fn find(&self, id_or_name: &str) -> Result<Fresh<Addon>, ReadError> {
        // The global path takes the id alone (seen on a running server).
        if !is_id(id_or_name) {
            let id = self.id_of(id_or_name).await?;
            return self.by_id(&id).await;
        }
        self.by_id(id_or_name).await
    }

    async fn by_id(&self, id: &str) -> Result<Fresh<Addon>, ReadError> {
        let read = async {
            match self.one(id).await {
                Ok(row) => Ok((Truth::True, row)),
                // Its broker is away: the list, which asks none, may still know it.
                Err(error) if error.kind == ReadErrorKind::ServerError(503) => {
                    let everything = self.all_addons().await.map_err(|_| error.clone())?;
                    let at = everything.at;
                    let row = everything.value.into_iter().find(|row| row.id == id).ok_or(error)?;
                    Ok((Truth::Unreachable, Fresh { value: row, at, etag: None }))
                }
                Err(error) => Err(error),
            }
        };
        let (read, rows, apps, rules) =
            tokio::join!(read, self.attachments_of(id), self.known_apps(), self.known_rules());
        let (truth, fresh) = match read {
            Ok(read) => read,
            Err(error) => {
                if error.kind == ReadErrorKind::NotFound {
                    self.memory.forget(id);
                }
                return Err(error);
            }
        };
        // Without that list the add-on itself still tells at which apps it is.
        let is_no_list = |error: &ReadError| matches!(error.kind, ReadErrorKind::NotFound | ReadErrorKind::Nonsense);
        let rows = rows.or_else(|error| if is_no_list(&error) { Ok(Vec::new()) } else { Err(error) })?;
        let mut primaries = Primaries::new();
        let owner = &fresh.value.app.name;
        self.ask_primaries(rows.iter().filter(|row| row.app.name != *owner), &mut primaries).await?;
        let apps = apps?;
        let around = self.around(&apps, rules.as_deref(), &primaries);
        Ok(Fresh { value: map::addon(&around, fresh.value, &rows, &truth), at: fresh.at, etag: None })
    }

    /// The id of the one add-on of that name. Names are not unique here (seen on a running server).
    async fn id_of(&self, name: &str) -> Result<String, ReadError> {
        let rows = self.all_addons().await?.value;
        let found: Vec<wire::Addon> = rows.into_iter().filter(|row| row.name == name).collect();
        let shown = printable(name);
        match found.as_slice() {
            [] => Err(ReadError::new(ReadErrorKind::NotFound, format!("There is no add-on called {shown}."))),
            [one] => Ok(one.id.clone()),
            several => {
                let ids: Vec<String> = several.iter().map(|row| format!("{} (of {})", row.id, row.app.name)).collect();
                Err(ReadError::new(
                    ReadErrorKind::Refused { status: 409, code: "ambiguous".to_owned() },
                    format!(
                        "{} add-ons are called {shown}: {}. Name one by its id.",
                        several.len(),
                        printable(&ids.join(", "))
                    ),
                ))
            }
        }
    }

    /// The app that owns an add-on: remembered, for it never changes, else read in the list that asks no broker.
    pub(super) async fn owner_of(&self, id: &str) -> Result<String, ReadError> {
        if let Some(app) = self.memory.owner(id) {
            return Ok(app);
        }
        let rows = self.all_addons().await?.value;
        let found = rows.into_iter().find(|row| row.id == id);
        found.map(|row| row.app.name).ok_or_else(|| {
            let message = format!("There is no add-on with the id {}.", printable(id));
            ReadError::new(ReadErrorKind::NotFound, message)
        })
    }

    /// What every add-on is called, and whose it is.
    pub(super) async fn learn_names(&self) -> Result<(), ReadError> {
        for row in self.all_addons().await?.value {
            self.memory.note(&printable(&row.id), |seen| {
                seen.name = printable(&row.name);
                seen.app = printable(&row.app.name);
            });
        }
        Ok(())
    }

    async fn everything(&self) -> Result<Everything, ReadError> {
        let (addons, attachments, apps, _) =
            tokio::join!(self.all_addons(), self.all_attachments(), self.known_apps(), self.known_rules());
        let (addons, attachments, mut apps) = (addons?, attachments?, apps?);
        let has_home = |row: &wire::Addon| apps.iter().any(|app| app.name == row.app.name);
        if !addons.value.iter().all(has_home) {
            apps = self.apps_anew().await?;
        }
        let ids: HashSet<&str> = addons.value.iter().map(|row| row.id.as_str()).collect();
        self.memory.keep_only(&ids);
        let mut by_addon: HashMap<String, Vec<wire::Attachment>> = HashMap::new();
        for row in attachments.value {
            // The owner's row is in this list, and in no other.
            self.memory.note_attachment(&row.id, &row.addon.id);
            by_addon.entry(row.addon.id.clone()).or_default().push(row);
        }
        let at = addons.at;
        let addons = addons.value;
        let mut everything = Everything { addons, attachments: by_addon, apps, primaries: Primaries::new(), at };
        settle(&mut everything);
        Ok(everything)
    }

    /// What was last known of those that nothing is told of now.
    fn remember_primaries(&self, everything: &mut Everything) {
        for row in everything.attachments.values().flatten() {
            let key = (row.app.name.clone(), row.addon.id.clone());
            let known = || self.memory.seen(&row.addon.id)?.primaries.get(&row.app.name).copied();
            if !everything.primaries.contains_key(&key)
                && let Some(primary) = known()
            {
                everything.primaries.insert(key, primary);
            }
        }
    }

    /// Asks the apps of attachments of which it is not known whether they are primary. That asks no broker.
    async fn ask_primaries<'a>(
        &self,
        rows: impl Iterator<Item = &'a wire::Attachment>,
        primaries: &mut Primaries,
    ) -> Result<(), ReadError> {
        let open = rows.filter(|row| row.primary.is_none());
        let open = open.filter(|row| !primaries.contains_key(&(row.app.name.clone(), row.addon.id.clone())));
        let apps: HashSet<String> = open.map(|row| row.app.name.clone()).collect();
        let asked = apps.into_iter().map(|app| async move { self.attached(&app).await });
        let read: Vec<Vec<wire::Attachment>> =
            stream::iter(asked.collect::<Vec<_>>()).buffer_unordered(AT_ONCE).try_collect().await?;
        let told = read.into_iter().flatten().filter_map(|row| Some(((row.app.name, row.addon.id), row.primary?)));
        primaries.extend(told);
        Ok(())
    }

    /// The rows as add-ons; those in `known` as they were read there, the others as `truth` says.
    fn mapped(
        &self,
        everything: Everything,
        truth: &dyn Fn(&wire::Addon) -> Truth,
        mut known: HashMap<String, wire::Addon>,
    ) -> Vec<Addon> {
        let Everything { addons, attachments, apps, primaries, .. } = everything;
        for ((app, addon), primary) in &primaries {
            self.memory.note_primary(addon, app, *primary);
        }
        let rules = self.memory.rules();
        let around = self.around(&apps, rules.as_deref(), &primaries);
        let none = Vec::new();
        let mut list: Vec<Addon> = addons
            .into_iter()
            .map(|row| {
                let (truth, row) = match known.remove(&row.id) {
                    Some(read) => (Truth::True, read),
                    None => (truth(&row), row),
                };
                let rows = attachments.get(&row.id).unwrap_or(&none);
                map::addon(&around, row, rows, &truth)
            })
            .collect();
        list.retain(|addon| self.is_ours(addon.team.as_deref()));
        list.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.key.id.cmp(&b.key.id)));
        list
    }

    fn around<'a>(&'a self, apps: &'a [App], rules: Option<&'a Rules>, primaries: &'a Primaries) -> map::Around<'a> {
        map::Around { profile: &self.profile, apps, rules, memory: &self.memory, primaries }
    }
}

/// Whether a text is a native id.
pub(in crate::platform) fn is_id(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => c == '-',
            _ => c.is_ascii_hexdigit(),
        })
}
