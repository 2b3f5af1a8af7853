//! What is read through actions of a service, the audits, and where variables come from.

use std::collections::HashMap;

use futures_util::{StreamExt, stream};
use serde_json::Value;

use super::map::others::{self, Of};
use super::names::bare;
use super::rules::{is_database, lacks};
use super::{Akkeris, actions, client, wire};
use crate::model::{ActionAnswer, ActionField, Backup, Backups, ConfigVar, ConfigVarName, Text, Verb, Work, printable};
use crate::platform::{Fresh, ReadError, ReadErrorKind};

/// How many databases are asked at a time whether a backup is theirs.
const AT_ONCE: usize = 8;
/// How many audits are asked for.
const AUDITS: &str = "100";

impl Akkeris {
    /// The backups of one add-on.
    pub(super) async fn copies(&self, addon_id: &str) -> Result<Backups, ReadError> {
        let app = self.owner_of(addon_id).await?;
        self.refuse(addon_id, Verb::ListBackups).await?;
        let path = ["apps", &app, "addons", addon_id, "actions", "backups"];
        // Empty is [] or null (both were seen, of two actions of the same broker).
        let list: Option<Vec<wire::Backup>> = client::get(&self.http, &path, &[], "a list of backups").await?.value;
        let seen = self.memory.seen(addon_id);
        let of = Of {
            addon_id,
            addon: seen.as_ref().map(|seen| seen.name.as_str()).filter(|name| !name.is_empty()),
            service: seen.as_ref().map(|seen| seen.service.as_str()).filter(|service| !service.is_empty()),
        };
        let list = others::backups(list.unwrap_or_default(), of);
        list.iter().for_each(|backup| self.memory.note_backup(&backup.id, addon_id));
        Ok(Backups { facts: Vec::new(), list, policy: None })
    }

    /// What the catalog says that this one does not have costs no call to its broker.
    async fn refuse(&self, addon_id: &str, verb: Verb) -> Result<(), ReadError> {
        let known = || self.memory.seen(addon_id).filter(|seen| !seen.service.is_empty());
        if known().is_none() {
            // The list of all asks no broker.
            self.list().await?;
        }
        let Some(seen) = known() else { return Ok(()) };
        let rules = self.known_rules().await;
        let plan = rules.as_ref().and_then(|rules| rules.plan(&seen.service, &seen.plan));
        match lacks(&seen.service, plan, verb) {
            Some(why) => Err(ReadError::unsupported(&why)),
            None => Ok(()),
        }
    }

    /// One backup: its id does not tell the add-on, so it is the one remembered, or all are asked that may have it.
    ///
    /// Asked for alone, an unknown backup is a 503 like everything else; the list says that it is not there.
    pub(super) async fn copy(&self, backup_id: &str) -> Result<Fresh<Backup>, ReadError> {
        let at = jiff::Timestamp::now();
        let find = |backups: Backups| backups.list.into_iter().find(|backup| backup.id == backup_id);
        if let Some(addon_id) = self.memory.addon_of_backup(backup_id)
            && let Some(found) = find(self.copies(&addon_id).await?)
        {
            return Ok(Fresh { value: found, at, etag: None });
        }
        let addons = self.list().await?.value;
        let may_have = addons.into_iter().filter(|addon| is_database(&addon.service));
        let may_have = may_have.filter(|addon| addon.cannot(Verb::ListBackups).is_none());
        let asked = may_have.map(|addon| async move { self.copies(&addon.key.id).await });
        let mut read = stream::iter(asked.collect::<Vec<_>>()).buffer_unordered(AT_ONCE);
        let mut unread = None;
        while let Some(backups) = read.next().await {
            match backups {
                Ok(backups) => {
                    if let Some(found) = find(backups) {
                        return Ok(Fresh { value: found, at, etag: None });
                    }
                }
                Err(error) => unread = Some(error),
            }
        }
        // Where one could not be asked, it may be that one's.
        Err(unread.unwrap_or_else(|| {
            let message = format!("There is no backup {}.", printable(backup_id));
            ReadError::new(ReadErrorKind::NotFound, message)
        }))
    }

    /// The newest file of a database's log.
    pub(super) async fn log(&self, addon_id: &str, lines: u32) -> Result<Vec<String>, ReadError> {
        let app = self.owner_of(addon_id).await?;
        self.refuse(addon_id, Verb::Logs).await?;
        let path = ["apps", &app, "addons", addon_id, "actions", "logs"];
        let body: wire::LogBody = client::get(&self.http, &path, &[], "the log of a database").await?.value;
        let lines = others::log(body.logs, lines);
        Ok(lines.iter().map(|line| self.http.target().clean(line)).collect())
    }

    /// What can be told to an action. Those of our table take nothing.
    pub(super) async fn fields_of_action(
        &self,
        addon_id: &str,
        action: &str,
    ) -> Result<Option<Vec<ActionField>>, ReadError> {
        if actions::is_known(action) {
            return Ok(Some(Vec::new()));
        }
        let app = self.owner_of(addon_id).await?;
        let mut path = vec!["apps", &app, "addons", addon_id, "actions"];
        path.extend(action.split('/'));
        path.push("schema");
        let schema: Result<Fresh<Value>, ReadError> =
            client::get(&self.http, &path, &[], "the description of an action").await;
        match schema {
            Ok(schema) => Ok(Some(actions::schema::fields(&schema.value))),
            // An unknown action is a 404 of a built-in service and a 503 of a broker (seen on a running server), and an
            // action may well be there without a description.
            Err(error)
                if matches!(
                    error.kind,
                    ReadErrorKind::NotFound | ReadErrorKind::ServerError(503) | ReadErrorKind::Nonsense
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Runs an action that only reads.
    pub(super) async fn answer_of_action(
        &self,
        addon_id: &str,
        action: &str,
        subject: Option<&str>,
    ) -> Result<ActionAnswer, ReadError> {
        let Some(parts) = actions::reading(action, subject) else {
            let shown = printable(action);
            return Err(ReadError::unsupported(&format!(
                "The action {shown} is not known to only read, so it is not run as a read."
            )));
        };
        let app = self.owner_of(addon_id).await?;
        let mut path = vec!["apps", &app, "addons", addon_id, "actions"];
        path.extend(parts.iter().map(String::as_str));
        let value: Value = client::get(&self.http, &path, &[], "an answer of a service").await?.value;
        let target = self.http.target();
        Ok(actions::answer::answer(&value, &|text| target.clean(text)))
    }

    /// What was done, of one add-on or at all, as far as the audits go back.
    pub(super) async fn audits(&self, addon_id: Option<&str>) -> Result<Fresh<Vec<Work>>, ReadError> {
        let app = match addon_id {
            Some(id) => Some(self.owner_of(id).await?),
            None => None,
        };
        // The audits know an app by its short name and its space (seen on a running server).
        let parts = app.as_deref().and_then(|app| app.split_once('-'));
        let mut query = Vec::new();
        if let Some((short, space)) = parts {
            // Any of %, @, + and a space in a value makes the whole path unknown (seen on a running server).
            let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
            if !is_plain(short) || !is_plain(space) {
                return Err(ReadError::unsupported("The name of this app can't be asked for in the audits."));
            }
            query.extend([("app", short), ("space", space)]);
        }
        query.push(("size", AUDITS));
        let audits: Fresh<Vec<wire::Audit>> =
            client::get(&self.http, &["audits"], &query, "a list of audits").await.map_err(not_set_up)?;
        Ok(Fresh { value: others::works(audits.value, addon_id), at: audits.at, etag: None })
    }

    /// Which add-on gives each variable, by the notes. Those name attachments, which may be called otherwise than the add-on.
    pub(super) async fn sources(&self, app: &str) -> Result<HashMap<String, String>, ReadError> {
        let path = ["apps", app, "config-vars", "notes"];
        let notes = client::get::<HashMap<String, wire::Note>>(&self.http, &path, &[], "notes of config vars");
        let (notes, rows) = tokio::try_join!(notes, self.attached(app))?;
        for row in &rows {
            self.memory.note_attachment(&row.id, &row.addon.id);
        }
        // An attachment has no add-on name: it has to be known what each id is called, now as later.
        if rows.iter().any(|row| self.memory.addon_of_attachment(&row.id).is_none()) {
            self.learn_names().await?;
        }
        let source = |(name, note): (String, wire::Note)| {
            if note.kind != "addon" {
                return None;
            }
            let wire::NotedAddon { id, name: attachment } = note.addon?;
            let addon = id.as_deref().and_then(|id| self.memory.addon_of_attachment(id));
            Some((name, addon.or_else(|| attachment.as_deref().map(printable))?))
        };
        Ok(notes.value.into_iter().filter_map(source).collect())
    }

    /// The values of one add-on under their bare names.
    pub(super) async fn values_of_addon(&self, addon_id: &str) -> Result<Vec<ConfigVar>, ReadError> {
        let config = ["addons", addon_id, "config"];
        let values = client::get::<HashMap<String, String>>(&self.http, &config, &[], "the variables of an add-on");
        let (values, addon) = tokio::try_join!(values, self.find(addon_id))?;
        // Spaces of compliance socs get them without their passwords (seen on a running server): good for nothing.
        if values.value.values().any(|value| value.contains("[redacted]")) {
            return Err(ReadError::unsupported(
                "Akkeris does not tell the passwords of add-ons in socs spaces, so it can't be connected to from here.",
            ));
        }
        let addon = addon.value;
        let is_primary = addon.attachments.items().iter().any(|one| one.owner_row && one.primary == Some(true));
        let mut variables: Vec<ConfigVar> = values
            .value
            .into_iter()
            .map(|(name, value)| {
                let name = Text::from(name);
                let bare = bare(std::slice::from_ref(&name), is_primary, &addon.name).and_then(|mut names| names.pop());
                let name =
                    ConfigVarName { name: printable(&bare.unwrap_or(name)), addon: Some(addon.name.to_string()) };
                ConfigVar { name, value: value.into() }
            })
            .collect();
        variables.sort_by(|a, b| a.name.name.cmp(&b.name.name));
        Ok(variables)
    }

    /// An app's releases as they come: least recently updated first.
    pub(super) async fn wire_releases(&self, app: &str) -> Result<Vec<wire::Release>, ReadError> {
        let path = ["apps", app, "releases"];
        client::get(&self.http, &path, &[], "a list of releases").await.map(|fresh| fresh.value)
    }
}

/// Audits need a search server behind the controller (seen on a running server).
fn not_set_up(error: ReadError) -> ReadError {
    match &error.kind {
        ReadErrorKind::Refused { status: 501, .. } => {
            let message = "Who did what is not told here: the audits of this Akkeris are not set up (501).";
            ReadError { message: message.to_owned(), ..error }
        }
        _ => error,
    }
}
