//! What backups do, and what of them is lost.

use super::super::map::{AUTOMATIC, OFF, ON};
use super::addons::no_backups;
use super::{Knowledge, not_read};
use crate::model::{BackupState, Change, State};
use crate::platform::Situation;
use crate::platform::v1::effects::backups::delete as delete_backup;

pub(super) fn back_up(addon: &str, label: Option<&str>, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes = vec![Change::Adds(format!("A backup of {addon} as it is now."))];
    match row.state {
        State::Deprovisioning | State::Gone => {
            changes.push(Change::Refused(format!("{addon} is being destroyed: orkestr says {}.", row.state_word)));
        }
        State::Sleeping => changes.push(Change::Note(format!(
            "{addon} rests: orkestr says {}. Whether that wakes it, or it is refused, stands in no text.",
            row.state_word
        ))),
        _ => {}
    }
    if row.service == "redis" {
        changes
            .push(Change::Note("Whether a redis can be backed up stands in no text: the server decides.".to_owned()));
    }
    if label.is_some() {
        changes.push(Change::Note("orkestr keeps no labels: this one is in our own records alone.".to_owned()));
    }
    changes.push(Change::Note(
        "Manual backups have a daily quota that depends on the account's plan: what orkestr tells of it stands beside the backups.".to_owned(),
    ));
    if let Some(backups) = &situation.backups {
        let running = backups.list.iter().filter(|one| one.state.is_transitional());
        changes.extend(running.map(|one| {
            Change::Note(format!(
                "Backup {} of it is {}. Its answer names no backup, so that of two that begin together nobody can tell which is ours.",
                one.id,
                one.state.word()
            ))
        }));
    }
    changes
}

pub(super) fn delete(id: &str, situation: &Situation) -> Vec<Change> {
    let failed = situation.backup.as_ref().is_some_and(|backup| backup.state == BackupState::Failed);
    let mut changes = delete_backup(id, situation);
    // Here a failed one is still a row that can be deleted, as far as its client goes.
    if failed {
        changes.retain(|change| !matches!(change, Change::Refused(_)));
    }
    changes
}

pub(super) fn switch(addon: &str, is_on: bool, situation: &Situation, known: &Knowledge) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let wanted = if is_on { ON } else { OFF };
    let policy = situation.backups.as_ref().and_then(|backups| backups.policy.as_ref());
    let is = policy.and_then(|policy| policy.is_automatic).or(row.fact(AUTOMATIC).map(|word| word == ON));
    let mut changes = Vec::new();
    match is {
        None => changes.push(Change::Refused(format!(
            "orkestr does not tell whether the automatic backups of {addon} are on, and can only flip them: nothing is sent blindly. Switch them in the console."
        ))),
        Some(is) if is == is_on => {
            return vec![Change::Note(format!("The automatic backups of {addon} are {wanted} already: nothing is sent."))];
        }
        Some(_) if is_on => changes.push(Change::Adds(format!("A backup of {addon} each day from now on."))),
        Some(_) => {
            changes.push(Change::Disturbs(format!("{addon} is not backed up by itself any more: its last backup grows old.")));
        }
    }
    changes.push(Change::Note(format!(
        "orkestr can only flip them: they are read right before it is sent, flipped once if they are not {wanted} by then, and read again."
    )));
    changes.extend(no_backups(known));
    changes
}
