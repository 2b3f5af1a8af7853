//! What commands about copies do.

use std::path::Path;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::attachments::not_read;
use super::{begun, cannot, daily, instant, limits, queue, wakes};
use crate::model::{
    Backup, BackupPolicy, BackupState, Backups, Change, RestoreBackup, Schedule, Verb, check_label, printable,
    size as bytes,
};
use crate::platform::Situation;

pub(super) fn back_up(addon: &str, label: Option<&str>, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::BackUp).into_iter().collect();
    let policy = situation.backups.as_ref().and_then(|backups| backups.policy.as_ref());
    let kept =
        policy.and_then(|policy| policy.keep_days).map_or_else(String::new, |days| format!(", kept for {days} days"));
    changes.extend(label.and_then(|label| check_label(label).err()).map(Change::Refused));
    let labelled = label.map_or_else(String::new, |label| format!(", labelled \"{}\"", printable(label)));
    changes.push(Change::Adds(format!("A backup of {addon} ({}){labelled}{kept}.", row.service_and_plan())));
    match (&situation.backups, policy) {
        (Some(backups), Some(policy)) => {
            changes.extend(pushed_out(backups, policy));
            let waiting = backups.list.iter().filter(|one| one.state.is_transitional());
            changes.extend(waiting.map(|one| {
                Change::Note(format!("Backup {} of it is {}; this one comes after it.", one.id, one.state.word()))
            }));
        }
        _ if changes.iter().any(|change| matches!(change, Change::Refused(_))) => {}
        _ => changes.push(Change::Unknown(format!("Whether this pushes out another backup of {addon} is not known."))),
    }
    changes.extend(wakes(row));
    if row.work.as_ref().is_some_and(|work| work.kind != "back_up") {
        changes.extend(queue(row));
    }
    changes
}

/// The backups that go when this one is finished: the one that the platform names, and those that are too many besides it,
/// because a smaller plan keeps fewer or because others are finished before this one.
fn pushed_out(backups: &Backups, policy: &BackupPolicy) -> Vec<Change> {
    let mut finished: Vec<&Backup> = backups.list.iter().filter(|one| one.is_finished()).collect();
    finished.sort_by_key(|one| one.started_at);
    let waiting = backups.list.iter().filter(|one| one.state.is_transitional()).count();
    let after = finished.len() + waiting + 1;
    let kept = policy.keep_count.and_then(|count| usize::try_from(count).ok()).unwrap_or(after);
    let too_many = finished.iter().take(after.saturating_sub(kept)).map(|one| (one.id.clone(), one.started_at));
    let mut going: Vec<_> = too_many.collect();
    if let Some(named) = policy.evicts.as_ref().filter(|named| !going.iter().any(|(id, _)| id == *named)) {
        let started_at = backups.list.iter().find(|one| one.id == *named).and_then(|one| one.started_at);
        going.push((named.clone(), started_at));
    }
    going.into_iter().map(|(id, started_at)| Change::EvictsBackup { id, started_at }).collect()
}

pub(in crate::platform) fn delete(id: &str, situation: &Situation) -> Vec<Change> {
    let Some(backup) = &situation.backup else {
        return vec![Change::Unknown(format!("Backup {id} was not read, so what is lost is not known."))];
    };
    let mut changes = Vec::new();
    match backup.state {
        BackupState::Finished | BackupState::Other(_) => {}
        BackupState::Expired => changes.push(Change::Refused(format!("The data of backup {id} is gone already."))),
        BackupState::Failed => {
            changes.push(Change::Refused(format!("Backup {id} failed: there is nothing to delete.")))
        }
        BackupState::Pending | BackupState::Running => {
            changes.push(Change::Refused(format!("Backup {id} is {}. Wait until it is finished.", backup.state.word())))
        }
    }
    changes.push(Change::LosesData(format!("Backup {id}{}.", described(backup))));
    if let Some(addon) = backup.addon.as_ref().filter(|_| backup.is_finished()) {
        let others = situation.backups.as_ref().map(|backups| {
            let mut others: Vec<&Backup> =
                backups.list.iter().filter(|one| one.is_finished() && one.id != id).collect();
            others.sort_by_key(|one| one.started_at);
            others
        });
        changes.push(match others.as_deref() {
            Some([]) => Change::LosesData(format!(
                "It is the last finished backup of {addon}: without it nothing of {addon} can be restored."
            )),
            Some([.., newest]) if newest.started_at < backup.started_at => Change::LosesData(format!(
                "It is the newest finished backup of {addon}: the next one, {}, was begun {}.",
                newest.id,
                begun(newest.started_at)
            )),
            Some(_) => Change::Note(format!("Newer finished backups of {addon} stay.")),
            None => Change::Unknown(format!("Whether there is another finished backup of {addon} is not known.")),
        });
    }
    changes.push(Change::Irreversible("A backup that is deleted can't be brought back.".to_owned()));
    changes
}

/// What a backup is, for people: of what, from when, how large.
fn described(backup: &Backup) -> String {
    let mut text = match (&backup.addon, backup.trigger.as_deref()) {
        (Some(addon), _) => format!(" of {addon}"),
        (None, Some("uploaded")) => " made of a file".to_owned(),
        (None, _) => String::new(),
    };
    text.push_str(&format!(", {}, begun {}", backup.state.word(), begun(backup.started_at)));
    if let Some(size) = backup.size {
        text.push_str(&format!(", {}", bytes(size)));
    }
    text
}

pub(super) fn upload(service: &str, file: &Path, size: u64, situation: &Situation) -> Vec<Change> {
    let file = printable(&file.display().to_string());
    let mut changes = Vec::new();
    if let Some(reason) = &situation.no_backups {
        changes.push(Change::Refused(reason.clone()));
    }
    if size == 0 {
        changes.push(Change::Refused(format!("The file {file} is empty.")));
    }
    changes.push(Change::Adds(format!("A backup of {service} made of the file {file} ({}).", bytes(size))));
    changes.push(Change::Note(
        "The platform reads all of it before it is finished; only then can it be restored.".to_owned(),
    ));
    changes
}

pub(super) fn schedule(addon: &str, schedule: Option<&Schedule>, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::BackUp).into_iter().collect();
    let policy = situation.backups.as_ref().and_then(|backups| backups.policy.as_ref());
    let Some(policy) = policy else {
        changes.push(Change::Unknown(format!("When {addon} is backed up until now, and what is kept, is not known.")));
        return changes;
    };
    match schedule {
        Some(wanted) => match next(wanted, situation.at) {
            Err(rule) => changes.push(Change::Refused(rule)),
            Ok(next) => {
                changes.push(Change::Adds(format!("{addon} is backed up {}.", daily(wanted))));
                changes.extend(next.map(|at| Change::Note(format!("The next time is {}.", instant(at)))));
                changes.push(Change::Note(match &policy.schedule {
                    Some(old) if old == wanted => "That is its schedule already.".to_owned(),
                    Some(old) => format!("Until now it was backed up {}.", daily(old)),
                    None => "Until now it was backed up by hand alone.".to_owned(),
                }));
                changes.extend(retention(policy).map(Change::Note));
            }
        },
        None => match &policy.schedule {
            Some(old) => {
                changes.push(Change::Disturbs(format!("{addon} is no longer backed up {}.", daily(old))));
                changes.push(Change::Note("The backups that there are stay until their days end.".to_owned()));
            }
            None => changes.push(Change::Note(format!("{addon} has no schedule, so nothing changes."))),
        },
    }
    changes
}

/// How backups are kept.
fn retention(policy: &BackupPolicy) -> Option<String> {
    match (policy.keep_count, policy.keep_days) {
        (Some(count), Some(days)) => {
            Some(format!("{count} are kept, each for {days} days: one more pushes the oldest out."))
        }
        (Some(count), None) => Some(format!("{count} are kept: one more pushes the oldest out.")),
        (None, Some(days)) => Some(format!("Each is kept for {days} days.")),
        (None, None) => None,
    }
}

/// When a schedule is next due: an hour that a clock skips is due when it goes on.
pub(in crate::platform) fn next(schedule: &Schedule, now: Option<Timestamp>) -> Result<Option<Timestamp>, String> {
    let shown = printable(&schedule.time_zone);
    let zone = TimeZone::get(&schedule.time_zone)
        .map_err(|_| format!("{shown:?} is no time zone. Write it like Europe/Berlin or UTC."))?;
    let hour = i8::try_from(schedule.hour).unwrap_or(i8::MAX);
    let time = Time::new(hour, 0, 0, 0).map_err(|_| format!("{} is no hour: 0 to 23 are.", schedule.hour))?;
    let Some(now) = now else { return Ok(None) };
    let today = now.to_zoned(zone.clone()).date();
    let due = |date: jiff::civil::Date| zone.to_timestamp(date.to_datetime(time)).ok();
    Ok([Some(today), today.checked_add(1.day()).ok()].into_iter().flatten().filter_map(due).find(|at| *at > now))
}

pub(super) fn restore(restore: &RestoreBackup, situation: &Situation) -> Vec<Change> {
    let RestoreBackup { backup_id, name, team, service, plan, .. } = restore;
    let Some(backup) = &situation.backup else {
        return vec![Change::Unknown(format!("Backup {backup_id} was not read, so what is restored is not known."))];
    };
    let mut changes = Vec::new();
    if !backup.is_finished() {
        let why = backup.message.as_ref().map_or_else(String::new, |why| format!(" ({why})"));
        changes.push(Change::Refused(format!(
            "Backup {backup_id} is {}{why}: only a finished one can be restored.",
            backup.state.word()
        )));
    }
    if let Some(other) = backup.service.as_ref().filter(|other| *other != service) {
        changes.push(Change::Refused(format!("Backup {backup_id} is one of {other} and can't become {service}.")));
    }
    // A plan that keeps no backups can't be filled from one either.
    if situation.plans.1.as_ref().is_some_and(|plan| plan.limit("backups").is_none()) {
        changes.push(Change::Refused(format!(
            "{service}:{plan} keeps no backups, and can't be filled from one. Choose another plan."
        )));
    }
    let owner = team.as_ref().map_or(String::new(), |team| format!(", owned by team {team}"));
    changes.push(Change::Adds(format!(
        "Add-on {name} ({service}:{plan}){owner}, with the data of backup {backup_id}{}.",
        described(backup)
    )));
    let of = backup.addon.as_deref();
    if let Some(of) = of {
        changes
            .push(Change::Note(format!("What was written to {of} since {} is not in it.", begun(backup.started_at))));
        changes.push(Change::Note(match &situation.source {
            Some(source) => match source.attachments.get().map(Vec::as_slice) {
                Some([]) | None => format!("No app is attached to {name}."),
                Some(rows) => {
                    let mut apps: Vec<&str> = rows.iter().map(|row| row.app.as_str()).collect();
                    apps.dedup();
                    format!(
                        "No app is attached to {name}. The apps of {} ({}) stay with it until {name} is promoted.",
                        source.name,
                        apps.join(", ")
                    )
                }
            },
            None => format!("No app is attached to {name}. {of} is not there any more."),
        }));
    }
    if let Some(schedule) = situation.backups.as_ref().and_then(|backups| backups.policy.as_ref()?.schedule.as_ref()) {
        changes.push(Change::Note(format!(
            "The schedule of {} ({}) is not carried over: {name} is backed up by hand until it has one.",
            of.unwrap_or("the other one"),
            daily(schedule)
        )));
    }
    if let (Some(before), Some(after)) = &situation.plans {
        let against = of.map_or_else(|| before.name.clone(), str::to_owned);
        changes
            .extend(limits(before, after).into_iter().map(|what| Change::Note(format!("Against {against}: {what}."))));
    }
    if situation.source.as_ref().is_some_and(|source| source.name == *name) {
        changes.push(Change::Refused(format!("There is an add-on called {name} already. Choose another name.")));
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backup(id: &str, day: i64, state: BackupState) -> Backup {
        Backup {
            id: id.to_owned(),
            addon_id: None,
            addon: None,
            service: None,
            plan: None,
            state,
            started_at: Timestamp::from_second(day * 86_400).ok(),
            finished_at: None,
            size: None,
            checksum: None,
            trigger: None,
            label: None,
            message: None,
            keep_until: None,
            progress: None,
        }
    }

    #[test]
    fn every_backup_that_goes_is_named() {
        let finished = |id: &str, day| backup(id, day, BackupState::Finished);
        let gone = |list: Vec<Backup>, keep_count, evicts: Option<&str>| -> Vec<String> {
            let policy = BackupPolicy { keep_count, evicts: evicts.map(str::to_owned), ..BackupPolicy::default() };
            let changes = pushed_out(&Backups { facts: Vec::new(), list, policy: None }, &policy);
            let id = |change| match change {
                Change::EvictsBackup { id, .. } => id,
                other => panic!("{other:?}"),
            };
            changes.into_iter().map(id).collect()
        };
        let three = || vec![finished("c", 3), finished("b", 2), finished("a", 1)];
        assert!(gone(three(), Some(4), None).is_empty());
        assert_eq!(gone(three(), Some(3), Some("a")), ["a"]);
        assert_eq!(gone(three(), Some(2), Some("a")), ["a", "b"], "a smaller plan keeps fewer");
        let mut waiting = three();
        waiting.push(backup("d", 4, BackupState::Pending));
        assert_eq!(gone(waiting, Some(3), None), ["a", "b"], "another one is finished before it");
        assert_eq!(gone(three(), None, Some("b")), ["b"], "what the platform names is never left out");
    }
}
