//! What commands about backups do. They are Heroku Postgres's alone.

use super::cannot;
use crate::model::{Backup, BackupState, Change, Known, Schedule, Verb, check_label, size as bytes};
use crate::platform::Situation;
use crate::platform::v1::effects::attachments::not_read;
use crate::platform::v1::effects::{backups::next, begun, daily, instant};

pub(super) fn back_up(addon: &str, label: Option<&str>, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::BackUp).into_iter().collect();
    changes.push(Change::Adds(format!("A backup of {addon} ({}).", row.service_and_plan())));
    if let Some(label) = label {
        changes.extend(check_label(label).err().map(Change::Refused));
        changes.push(Change::Note("Heroku keeps no labels: it is known by its number and its time.".to_owned()));
    }
    match situation.backups.as_ref().map(|backups| (backups, backups.policy.as_ref())) {
        Some((backups, Some(policy))) => {
            if let Some(id) = &policy.evicts {
                let started_at = backups.list.iter().find(|one| one.id == *id).and_then(|one| one.started_at);
                changes.push(Change::EvictsBackup { id: id.clone(), started_at });
            }
            if policy.keep_count.is_none() {
                changes.push(Change::Note("How many are kept is told with the first one.".to_owned()));
            }
            let waiting = backups.list.iter().filter(|one| one.state.is_transitional());
            changes
                .extend(waiting.map(|one| Change::Note(format!("Backup {} of it is {}.", one.id, one.state.word()))));
        }
        _ => changes.push(Change::Unknown(format!("Whether this pushes out another backup of {addon} is not known."))),
    }
    if row.fact("continuous protection").is_some_and(|text| text.eq_ignore_ascii_case("on")) {
        // The CLI warns of it, too.
        changes.push(Change::Note(format!(
            "{addon} has continuous protection: a logical backup of a large database takes long and burdens it."
        )));
    }
    changes
}

pub(super) fn delete(id: &str, situation: &Situation) -> Vec<Change> {
    let Some(backup) = &situation.backup else {
        return vec![Change::Unknown(format!("Backup {id} was not read, so what is lost is not known."))];
    };
    let mut changes = Vec::new();
    match backup.state {
        BackupState::Finished | BackupState::Failed | BackupState::Other(_) => {}
        BackupState::Expired => changes.push(Change::Refused(format!("The data of backup {id} is gone already."))),
        BackupState::Pending | BackupState::Running => changes.push(Change::Refused(format!(
            "Backup {id} is {}. Cancel it, or wait until it is finished.",
            backup.state.word()
        ))),
    }
    changes.push(Change::LosesData(format!("Backup {id}{}.", described(backup))));
    let others = situation
        .backups
        .as_ref()
        .map(|all| all.list.iter().filter(|one| one.is_finished() && one.id != id).max_by_key(|one| one.started_at));
    if backup.is_finished() {
        let of = backup.addon.as_deref().unwrap_or("its database");
        changes.push(match others {
            Some(None) => Change::LosesData(format!(
                "It is the last finished backup that is known to be of {of}: without it nothing of {of} can be restored."
            )),
            Some(Some(newest)) if newest.started_at < backup.started_at => Change::LosesData(format!(
                "It is the newest finished backup of {of}: the next one, {}, was begun {}.",
                newest.id,
                begun(newest.started_at)
            )),
            Some(Some(_)) => Change::Note(format!("Newer finished backups of {of} stay.")),
            None => Change::Unknown(format!("Whether there is another finished backup of {of} is not known.")),
        });
    }
    changes.push(Change::Irreversible("A backup that is deleted can't be brought back.".to_owned()));
    changes
}

/// What a backup is, for people: of what, from when, how large.
fn described(backup: &Backup) -> String {
    let of = backup.addon.as_ref().map_or(String::new(), |addon| format!(" of {addon}"));
    let size = backup.size.map_or(String::new(), |size| format!(", {}", bytes(size)));
    format!("{of}, {}, begun {}{size}", backup.state.word(), begun(backup.started_at))
}

pub(super) fn cancel(id: &str, addon: &str, situation: &Situation) -> Vec<Change> {
    let listed = situation.backups.iter().flat_map(|backups| &backups.list).find(|one| one.id == id);
    let known = situation.backup.as_ref().or(listed);
    let mut changes = Vec::new();
    if let Some(backup) = known.filter(|one| !one.state.is_transitional()) {
        changes.push(Change::Refused(format!("Backup {id} is {}: there is nothing to stop.", backup.state.word())));
    }
    let is_restore = id.rsplit("::").next().is_some_and(|name| name.starts_with(['r', 'c']));
    if is_restore {
        changes.push(Change::LosesData(format!(
            "What {addon} had before {id} began is gone already, and what was copied so far is only a part."
        )));
    }
    changes.push(Change::Disturbs(format!("{id} is broken off; what of it is there already is of no use.")));
    changes
}

pub(super) fn restore_into(id: &str, addon: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::RestoreInto).into_iter().collect();
    if row.fact("following").is_some_and(|what| what != "none") {
        changes.push(Change::Refused(format!(
            "{addon} follows another database and can't be written to. Unfollow it first."
        )));
    }
    let listed = situation.backups.iter().flat_map(|backups| &backups.list).find(|one| one.id == id);
    let backup = situation.backup.as_ref().or(listed);
    match backup {
        Some(backup) if !backup.is_finished() => changes.push(Change::Refused(format!(
            "Backup {id} is {}: only a finished one can be restored.",
            backup.state.word()
        ))),
        _ => {}
    }
    let what = backup.map_or_else(String::new, described);
    changes.push(Change::LosesData(format!("All data of {addon} is replaced by that of backup {id}{what}.")));
    let is_own = backup.is_some_and(|backup| backup.addon_id.as_deref() == Some(row.key.id.as_str()));
    if let Some(backup) = backup.filter(|_| is_own) {
        changes.push(Change::LosesWrites {
            addon: addon.to_owned(),
            since: backup.started_at,
            why: format!("not in {id}"),
        });
    }
    if backup.is_none() {
        changes.push(Change::Unknown(format!("Backup {id} was not read: what is in it is not known.")));
    }
    // Beside the backup stand those of its own database, which may be another one.
    let all = situation.backups.iter().chain(&situation.target_backups).flat_map(|backups| &backups.list);
    let of_it = |one: &&Backup| one.is_finished() && one.addon_id.as_deref() == Some(row.key.id.as_str());
    let last = all.filter(of_it).max_by_key(|one| one.started_at);
    changes.push(match last {
        Some(last) => Change::Irreversible(format!(
            "What {addon} has now is then in {} alone, as it was {}.",
            last.id,
            begun(last.started_at)
        )),
        None => Change::Irreversible(format!(
            "No finished backup is known to be of {addon}: what it has now can't be brought back."
        )),
    });
    let apps = match &row.attachments {
        Known::Is(_) => row.apps().join(", "),
        Known::Unknown(_) => "all apps that use it".to_owned(),
    };
    if !apps.is_empty() {
        changes.push(Change::Disturbs(format!(
            "{apps}: until the restore is over, tables are missing or half full, and what is written meanwhile may be lost."
        )));
    }
    changes.push(Change::Note("Password and variables stay, so no app gets a release.".to_owned()));
    changes
}

pub(super) fn schedule(addon: &str, schedule: Option<&Schedule>, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::ScheduleBackups).into_iter().collect();
    let now = situation.backups.as_ref().and_then(|backups| backups.policy.as_ref());
    let Some(policy) = now else {
        changes.push(Change::Unknown(format!("When {addon} is backed up until now, and what is kept, is not known.")));
        return changes;
    };
    match (schedule, &policy.schedule) {
        (Some(wanted), before) => match next(wanted, situation.at) {
            Err(rule) => changes.push(Change::Refused(rule)),
            Ok(next) => {
                changes.push(Change::Adds(format!("{addon} is backed up {}.", daily(wanted))));
                changes.extend(next.map(|at| Change::Note(format!("The next time is about {}.", instant(at)))));
                changes.push(Change::Note(match before {
                    Some(old) if old == wanted => "That is its schedule already.".to_owned(),
                    Some(old) => format!("Until now it was backed up {}.", daily(old)),
                    None => "Until now it was backed up by hand alone.".to_owned(),
                }));
            }
        },
        (None, Some(old)) => {
            changes.push(Change::Disturbs(format!("{addon} is no longer backed up {}.", daily(old))));
            changes.push(Change::Note("The backups that there are stay.".to_owned()));
        }
        (None, None) => changes.push(Change::Refused(format!("{addon} has no schedule to end."))),
    }
    changes
}
