//! Backups, and what happened in the account.

use futures_util::{StreamExt, stream};
use reqwest::Url;
use reqwest::header::LOCATION;
use secrecy::ExposeSecret;
use serde_json::Value;

use super::super::{FILES, Orkestr, map, wire};
use super::AT_ONCE;
use crate::model::{Addon, Backup, BackupPolicy, Backups, ConfigVar, ConfigVarName, Fact, Work, printable};
use crate::platform::http::{Http, Opened, ending, refused_read};
use crate::platform::{Download, Fresh, ReadError, ReadErrorKind};

/// How many lines of what happened are asked for.
const ACTS: &str = "50";
/// How often an address may lead on to another one.
const REDIRECTS: usize = 5;

impl Orkestr {
    /// The backups of one add-on: the list, whether it is backed up by itself, and what else is told.
    pub(in super::super) async fn copies(&self, addon_id: &str) -> Result<Backups, ReadError> {
        let project = self.project_of(addon_id).await?;
        let path = ["api", "v1", "projects", &project.id, "addons", addon_id, "backups"];
        // Only the add-on's own read tells whether it is backed up by itself (its client).
        let (list, addon) = tokio::try_join!(
            self.ask::<wire::Listed<wire::Backup>>(&path, &[], "a list of backups"),
            self.one(&project, addon_id)
        )?;
        let addon = addon.value;
        let list = map::backups(list.value.rows, &addon);
        list.iter().for_each(|backup| self.memory.note_backup(&backup.id, addon_id));
        let newest = list.first().map(|backup| backup.id.as_str());
        let facts = match self.memory.info(addon_id, newest) {
            Some(facts) => facts,
            None => self.info(&project.id, addon_id, newest).await,
        };
        let is_automatic = is_automatic(&addon);
        let policy = is_automatic.map(|is_on| BackupPolicy { is_automatic: Some(is_on), ..BackupPolicy::default() });
        Ok(Backups { list, policy, facts })
    }

    /// What is told of retention, quota and the next run. That it can't be read is told in its place.
    async fn info(&self, project: &str, addon_id: &str, newest: Option<&str>) -> Vec<Fact> {
        let path = ["api", "v1", "projects", project, "addons", addon_id, "backup-info"];
        match self.ask::<Value>(&path, &[], "facts about backups").await {
            Ok(value) => {
                let target = self.http.target();
                let facts = map::info(&value.value, &|text| target.clean(text));
                self.memory.note_info(addon_id, newest, &facts);
                facts
            }
            Err(error) => vec![Fact::new("backup info", format!("not read: {}", error.message))],
        }
    }

    /// Whether an add-on is backed up by itself, live.
    pub(in super::super) async fn is_backed_up_by_itself(&self, addon_id: &str) -> Result<Option<bool>, ReadError> {
        let project = self.project_of(addon_id).await?;
        Ok(is_automatic(&self.one(&project, addon_id).await?.value))
    }

    /// One backup: its id does not tell the add-on, so it is the one remembered, or all are asked.
    pub(in super::super) async fn copy(&self, backup_id: &str) -> Result<Fresh<Backup>, ReadError> {
        let at = jiff::Timestamp::now();
        let find = |backups: Backups| backups.list.into_iter().find(|backup| backup.id == backup_id);
        let fresh = |value| Fresh { value, at, etag: None };
        let mut unread = None;
        match self.memory.addon_of_backup(backup_id) {
            Some(addon_id) => match self.copies(&addon_id).await {
                Ok(backups) => {
                    if let Some(found) = find(backups) {
                        return Ok(fresh(found));
                    }
                }
                // Its add-on is gone, and it with that, as far as anybody tells.
                Err(error) if error.kind == ReadErrorKind::NotFound => {}
                Err(error) => return Err(error),
            },
            None => {
                let addons = self.list_in_full().await?;
                let asked = addons.into_iter().map(|addon| async move { self.copies(&addon.key.id).await });
                let mut read = stream::iter(asked.collect::<Vec<_>>()).buffer_unordered(AT_ONCE);
                while let Some(backups) = read.next().await {
                    match backups {
                        Ok(backups) => {
                            if let Some(found) = find(backups) {
                                return Ok(fresh(found));
                            }
                        }
                        Err(error) => unread = Some(error),
                    }
                }
            }
        }
        // Where one could not be asked, it may be that one's.
        Err(unread.unwrap_or_else(|| {
            ReadError::new(ReadErrorKind::NotFound, format!("There is no backup {}.", printable(backup_id)))
        }))
    }

    /// The add-on of a backup, by its id.
    pub(in super::super) async fn addon_of_backup(&self, backup_id: &str) -> Result<String, ReadError> {
        if let Some(addon_id) = self.memory.addon_of_backup(backup_id) {
            return Ok(addon_id);
        }
        let backup = self.copy(backup_id).await?.value;
        backup.addon_id.ok_or_else(|| {
            ReadError::new(ReadErrorKind::NotFound, format!("There is no backup {}.", printable(backup_id)))
        })
    }

    /// The bytes, from the address that orkestr gives for them. It is taken for a signed one (inferred): it is a secret, and our
    /// token is not sent there.
    pub(in super::super) async fn bytes_of(&self, backup_id: &str) -> Result<Download, ReadError> {
        let addon_id = self.addon_of_backup(backup_id).await?;
        let project = self.project_of(&addon_id).await?;
        let path = ["api", "v1", "projects", &project.id, "addons", &addon_id, "backups", backup_id, "download"];
        let signed: wire::Signed = self.ask(&path, &[], "the address of a backup").await?.value;
        let Some(mut address) = signed.url else {
            let message = format!("orkestr does not tell where the bytes of {backup_id} are: it may not be finished.");
            return Err(ReadError::new(ReadErrorKind::NotFound, message));
        };
        for _ in 0..=REDIRECTS {
            let there =
                Http::open_elsewhere(&self.profile, self.settings.clone(), &FILES, address.expose_secret()).await?;
            let answer = match there.opened {
                Opened::Bytes(response, request) => {
                    let mut download = there.http.download(response, request);
                    if download.extension.is_none() {
                        download.extension = ending_of(address.expose_secret());
                    }
                    return Ok(download);
                }
                Opened::Answer(answer) => answer,
            };
            let onward = answer.headers.get(LOCATION).and_then(|to| to.to_str().ok());
            let onward = onward.filter(|_| (300..=399).contains(&answer.status));
            let onward = onward.and_then(|to| Url::parse(address.expose_secret()).ok()?.join(to).ok());
            match onward {
                Some(url) => address = url.to_string().into(),
                None => return Err(expired(refused_read(there.http.target(), &answer, None))),
            }
        }
        let message = "The address that orkestr gave for the backup leads in circles, so nothing was downloaded.";
        Err(ReadError::new(ReadErrorKind::Nonsense, message))
    }

    /// What happened in the account lately, as far as it tells: of one add-on, or all.
    pub(in super::super) async fn activity(&self, addon_id: Option<&str>) -> Result<Fresh<Vec<Work>>, ReadError> {
        let of = match addon_id {
            Some(id) => Some(self.known(id).await?),
            None => None,
        };
        let query = [("skip", "0"), ("limit", ACTS)];
        let list: Fresh<wire::Listed<wire::Act>> =
            self.ask(&["api", "v1", "activity"], &query, "a list of what happened").await?;
        let target = self.http.target();
        let value = map::acts(list.value.rows, of.as_ref(), &|text| target.clean(text));
        Ok(Fresh { value, at: list.at, etag: None })
    }

    /// The one variable of an add-on, with its value.
    pub(in super::super) async fn connection(&self, addon_id: &str) -> Result<Vec<ConfigVar>, ReadError> {
        let project = self.project_of(addon_id).await?;
        let path = ["api", "v1", "projects", &project.id, "addons", addon_id];
        let told: wire::Connected = self.ask(&path, &[], "an add-on").await?.value;
        let Some(value) = told.connection_url.filter(|url| !url.expose_secret().is_empty()) else {
            let message = "orkestr did not tell the address of this add-on: it may not be made yet.";
            return Err(ReadError::unsupported(message));
        };
        let addon = self.memory.row(addon_id).map(|row| row.name);
        let name = told.env_var_name.map_or_else(|| map::POSTGRES_VARIABLE.to_owned(), |name| printable(&name));
        Ok(vec![ConfigVar { name: ConfigVarName { name, addon: addon.map(Into::into) }, value }])
    }
}

fn is_automatic(addon: &Addon) -> Option<bool> {
    addon.fact(map::AUTOMATIC).map(|word| word == map::ON)
}

/// How the file in an address ends.
fn ending_of(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    ending(url.path_segments()?.next_back()?)
}

/// A signed address does not hold for long.
fn expired(error: ReadError) -> ReadError {
    let message = format!(
        "The address that orkestr gave for the backup gave no file: {} It holds for a short time only: try it again.",
        error.message
    );
    ReadError { message, ..error }
}
