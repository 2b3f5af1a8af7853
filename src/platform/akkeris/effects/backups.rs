//! What backups do, and what of them is lost.

use super::change::out_of_service;
use super::{cannot, not_read, refused};
use crate::model::{BackupState, Change, Verb};
use crate::platform::Situation;

pub(super) fn back_up(addon: &str, label: Option<&str>, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::BackUp).into_iter().collect();
    changes.push(Change::Adds(format!("A backup of {addon} as it is now.")));
    if label.is_some() {
        changes.push(Change::Note("Akkeris keeps no labels: this one is in our own records alone.".to_owned()));
    }
    changes.push(Change::Note("It is kept with the database, and goes when that is destroyed.".to_owned()));
    changes
}

/// In place: the data is replaced, the add-on stays.
pub(super) fn restore_into(backup_id: &str, addon: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::RestoreInto).into_iter().collect();
    let listed = situation.backups.as_ref().map(|backups| backups.list.as_slice());
    let found = listed.into_iter().flatten().find(|one| one.id == backup_id);
    let found = found.or_else(|| {
        situation
            .backup
            .as_ref()
            .filter(|one| one.id == backup_id && one.addon_id.as_deref() == Some(row.key.id.as_str()))
    });
    match (found, listed) {
        (Some(backup), _) if backup.state != BackupState::Finished => {
            changes.push(refused(format!(
                "Backup {backup_id} is {}: only a finished one is restored.",
                backup.state.word()
            )));
        }
        (None, Some(_)) => {
            // Another database's backup would be a 503, like everything that goes wrong here.
            changes.push(refused(format!(
                "{addon} has no backup {backup_id}: a backup replaces the data of its own database only."
            )));
        }
        (None, None) => {
            changes.push(Change::Unknown(format!("Whether {addon} has a backup {backup_id} is not known.")))
        }
        (Some(_), _) => {}
    }
    changes.push(Change::LosesData(format!("The data of {addon} is replaced with that of backup {backup_id}.")));
    changes.push(Change::LosesWrites {
        addon: addon.to_owned(),
        since: found.and_then(|backup| backup.started_at),
        why: format!("not in {backup_id}"),
    });
    let newer = situation.backups.as_ref().and_then(|backups| backups.last_finished());
    match newer.filter(|newer| newer.id != backup_id && newer.started_at > found.and_then(|one| one.started_at)) {
        Some(newer) => {
            changes.push(Change::Note(format!("What was there when {} was made is in that backup.", newer.id)))
        }
        None => changes.push(Change::Irreversible(format!(
            "What is in {addon} now is in no backup that is newer: back it up first, if it may be needed."
        ))),
    }
    changes.extend(out_of_service(row, "until the data is there; Akkeris says provisioning meanwhile"));
    changes.push(Change::Note(
        "Nothing puts its apps into maintenance for it, as `aka pg:backups:restore` does: do that before, so that none writes meanwhile.".to_owned(),
    ));
    changes
}
