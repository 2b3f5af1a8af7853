//! What the name before a backup's id means: an add-on, one that is gone, or the files that were uploaded.

use std::collections::BTreeMap;

use crate::model::{Addon, Backup, BackupPolicy, BackupState, Backups, Fact};
use crate::platform::{Platform, ReadErrorKind};
use crate::verbs::{Exit, Failure, find};

/// The word for backups that were made of files.
const UPLOADED: &str = "uploaded";
/// The word for the last one that can be restored.
const LATEST: &str = "latest";

/// Backups that belong together.
pub(super) struct Subject {
    /// The name for people.
    pub(super) name: String,
    /// The add-on, unless it is gone.
    pub(super) addon: Option<Addon>,
    /// Newest first.
    pub(super) backups: Vec<Backup>,
    /// How they are made and kept, where told.
    pub(super) policy: Option<BackupPolicy>,
    /// What else the platform tells of them, in its words and order.
    pub(super) facts: Vec<Fact>,
}

impl Subject {
    /// Finds what `name` means: an add-on by name or id, one that is gone and has left backups, or [`UPLOADED`].
    ///
    /// # Errors
    /// When nothing of that name is there, or more than one.
    pub(super) async fn find(reader: &dyn Platform, name: &str) -> Result<Self, Failure> {
        match reader.addon(name).await {
            Ok(fresh) => {
                let addon = fresh.value;
                let backups = reader.backups(&addon.key.id).await?;
                let Backups { list, policy, facts } = backups;
                Ok(Self { name: addon.name.to_string(), addon: Some(addon), backups: list, policy, facts })
            }
            Err(error) if error.kind == ReadErrorKind::NotFound => {
                // Where nobody keeps a list of all backups, only those of add-ons that are there can be had.
                let all = match reader.all_backups().await {
                    Err(error) if error.is_unsupported() => Vec::new(),
                    all => all?,
                };
                match gone(name, &all) {
                    Ok(subject) => Ok(subject),
                    Err(Some(failure)) => Err(failure),
                    Err(None) => Err(nothing(reader, name, &all).await?),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The backup of that id, or the last finished one for [`LATEST`].
    ///
    /// # Errors
    /// When there is no such backup, with those that there are.
    pub(super) fn backup(&self, id: &str) -> Result<&Backup, Failure> {
        if id == LATEST {
            let finished = self.backups.iter().filter(|backup| backup.is_finished());
            return finished.max_by_key(|backup| backup.started_at).ok_or_else(|| {
                Failure::new(Exit::Failed, format!("{} has no finished backup. {}", self.name, self.what_there_is()))
            });
        }
        self.exact(id)
    }

    /// The backup of exactly that id, or of the platform's own short one (`b001` for `APP::b001`) where only one bears it.
    ///
    /// # Errors
    /// When there is no such backup, with those that there are.
    pub(super) fn exact(&self, id: &str) -> Result<&Backup, Failure> {
        by_id(&self.backups, id).ok_or_else(|| {
            Failure::new(Exit::Failed, format!("{} has no backup {id:?}. {}", self.name, self.what_there_is()))
        })
    }

    /// The same, but only one whose data is there.
    ///
    /// # Errors
    /// When there is no such backup, or it is not finished, with the reason.
    pub(super) fn finished(&self, id: &str) -> Result<&Backup, Failure> {
        let backup = self.backup(id)?;
        let why = match &backup.state {
            BackupState::Finished => return Ok(backup),
            BackupState::Pending | BackupState::Running => "It can be used once it is finished.".to_owned(),
            _ => backup.message.clone().unwrap_or_else(|| "Its data is not there.".to_owned()),
        };
        Err(Failure::new(Exit::Failed, format!("Backup {} is {}. {why}", backup.id, backup.state.word())))
    }

    fn what_there_is(&self) -> String {
        what_there_is(&self.backups)
    }
}

/// The backup of that id; a short one is taken where it is of one backup alone.
pub(in crate::verbs) fn by_id<'a>(backups: &'a [Backup], id: &str) -> Option<&'a Backup> {
    backups.iter().find(|backup| backup.id == id).or_else(|| {
        let mut short =
            backups.iter().filter(|backup| backup.id.rsplit_once("::").is_some_and(|(_, short)| short == id));
        short.next().filter(|_| short.next().is_none())
    })
}

/// The backups that there are, as a sentence.
pub(super) fn what_there_is(backups: &[Backup]) -> String {
    let named = backups.iter().map(|backup| format!("{} ({})", backup.id, backup.state.word()));
    let named: Vec<String> = named.collect();
    let there_are = find::there_are(named.iter().map(String::as_str));
    let mut letters = there_are.chars();
    letters.next().map_or(String::new(), |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

/// Backups of what has no add-on any more; `Err(None)` when nothing bears that name.
fn gone(name: &str, all: &[Backup]) -> Result<Subject, Option<Failure>> {
    let mut by_id: BTreeMap<&str, Vec<Backup>> = BTreeMap::new();
    let mut uploaded = Vec::new();
    for backup in all {
        match &backup.addon_id {
            Some(id) if id == name || backup.addon.as_deref() == Some(name) => {
                by_id.entry(id).or_default().push(backup.clone());
            }
            None if name == UPLOADED => uploaded.push(backup.clone()),
            _ => {}
        }
    }
    let subject =
        |name: &str, backups| Subject { name: name.to_owned(), addon: None, backups, policy: None, facts: Vec::new() };
    if by_id.len() > 1 {
        let ids: Vec<String> = by_id.iter().map(|(id, rows)| format!("{id} ({} backups)", rows.len())).collect();
        let message =
            format!("{} add-ons that are gone were called {name}: {}. Say which by its id.", ids.len(), ids.join(", "));
        return Err(Some(Failure::new(Exit::Failed, message)));
    }
    match by_id.into_values().next() {
        Some(rows) => {
            let name = rows.first().and_then(|row| row.addon.clone()).unwrap_or_else(|| name.to_owned());
            Ok(subject(&name, rows))
        }
        None if !uploaded.is_empty() => Ok(subject("uploaded files", uploaded)),
        None => Err(None),
    }
}

async fn nothing(reader: &dyn Platform, name: &str, all: &[Backup]) -> Result<Failure, Failure> {
    let addons = find::all_addons(reader).await?;
    let mut known: Vec<String> = addons.iter().map(|addon| addon.name.to_string()).collect();
    let left = all
        .iter()
        .filter(|backup| backup.addon_id.as_ref().is_some_and(|id| !addons.iter().any(|addon| addon.key.id == *id)));
    known.extend(left.filter_map(|backup| backup.addon.as_ref()).map(|addon| format!("{addon} (gone)")));
    known.sort_unstable();
    known.dedup();
    Ok(find::no_such("add-on", name, known.iter().map(String::as_str)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backup(id: &str, addon_id: Option<&str>, addon: Option<&str>, state: BackupState) -> Backup {
        Backup {
            id: id.into(),
            addon_id: addon_id.map(str::to_owned),
            addon: addon.map(str::to_owned),
            service: None,
            plan: None,
            state,
            started_at: format!("2026-11-2{}T03:00:00Z", &id[4..]).parse().ok(),
            finished_at: None,
            size: None,
            checksum: None,
            trigger: None,
            label: None,
            message: Some("The disk was full.".into()),
            keep_until: None,
            progress: None,
        }
    }

    fn some() -> Vec<Backup> {
        vec![
            backup("bak_4", Some("add_1"), Some("orders"), BackupState::Failed),
            backup("bak_3", Some("add_1"), Some("orders"), BackupState::Finished),
            backup("bak_2", Some("add_1"), Some("orders"), BackupState::Finished),
            backup("bak_1", None, None, BackupState::Finished),
        ]
    }

    #[test]
    fn an_add_on_that_is_gone_is_found_by_name_and_id_and_files_by_their_word() {
        for (name, shown, count) in [("orders", "orders", 3), ("add_1", "orders", 3), ("uploaded", "uploaded files", 1)]
        {
            let found = gone(name, &some()).ok().unwrap();
            assert_eq!((found.name.as_str(), found.backups.len()), (shown, count));
        }
        assert!(matches!(gone("invoices", &some()), Err(None)));
    }

    #[test]
    fn two_that_are_gone_with_one_name_are_not_mixed() {
        let mut two = some();
        two.push(backup("bak_0", Some("add_2"), Some("orders"), BackupState::Finished));
        let Err(Some(failure)) = gone("orders", &two) else { panic!("one was taken") };
        assert!(failure.message.contains("add_1 (3 backups), add_2 (1 backups)"), "{}", failure.message);
        assert_eq!(gone("add_2", &two).ok().unwrap().backups.len(), 1);
    }

    #[test]
    fn a_short_id_is_taken_where_it_is_of_one_backup_alone() {
        let of = |id: &str| Backup { id: id.into(), ..backup("bak_1", None, None, BackupState::Finished) };
        let some = [of("shop::b001"), of("shop::b002"), of("desk::b002"), of("b003")];
        assert_eq!(by_id(&some, "b001").unwrap().id, "shop::b001");
        assert_eq!(by_id(&some, "desk::b002").unwrap().id, "desk::b002");
        assert_eq!(by_id(&some, "b003").unwrap().id, "b003");
        assert!(by_id(&some, "b002").is_none() && by_id(&some, "latest").is_none());
    }

    #[test]
    fn latest_is_the_last_finished_one_and_others_are_named() {
        let subject = gone("orders", &some()).ok().unwrap();
        assert_eq!(subject.finished("latest").unwrap().id, "bak_3");
        assert_eq!(subject.finished("bak_2").unwrap().id, "bak_2");
        assert_eq!(subject.finished("bak_4").unwrap_err().message, "Backup bak_4 is failed. The disk was full.");
        let message = subject.backup("bak_1").unwrap_err().message;
        assert!(message.contains("There are: bak_4 (failed), bak_3 (finished)"), "{message}");
        let none = Subject { backups: some()[..1].to_vec(), ..subject };
        assert!(none.backup("latest").unwrap_err().message.contains("no finished backup. There is: bak_4 (failed)."));
    }
}
