//! Transfers as backups and works. They are listed under the app that owns the database, and tell by which name it was known
//! there; which database that is follows from the names that there are, or is not known.

use super::whose::Whose;
use super::wire::{Schedule, Transfer};
use crate::model::{
    Backup, BackupPolicy, BackupState, Backups, Progress, Schedule as Daily, Work, WorkState, printable,
};
use crate::platform::heroku::core::Place;
use crate::platform::heroku::transfer_id;

fn state(transfer: &Transfer) -> BackupState {
    match transfer {
        Transfer { deleted_at: Some(_), .. } | Transfer { purged_at: Some(_), .. } => BackupState::Expired,
        Transfer { finished_at: Some(_), succeeded: Some(true), .. } => BackupState::Finished,
        Transfer { finished_at: Some(_), .. } | Transfer { canceled_at: Some(_), .. } => BackupState::Failed,
        Transfer { started_at: Some(_), .. } => BackupState::Running,
        _ => BackupState::Pending,
    }
}

/// How much was processed, of how much data (the CLI shows the former alone). A backup is smaller than its data, so it may end
/// before the two meet.
fn progress(transfer: &Transfer) -> Option<Progress> {
    let is_running = transfer.started_at.is_some() && transfer.finished_at.is_none();
    let bytes = transfer.processed_bytes.filter(|_| is_running)?;
    let mebibytes = |bytes: u64| bytes >> 20;
    Some(match transfer.source_bytes.map(mebibytes).filter(|total| *total > 0) {
        Some(total) => {
            let (done, unit) = (Some(mebibytes(bytes)), Some("MiB".to_owned()));
            Progress { bytes: None, done, total: Some(total), unit }
        }
        None => Progress { bytes: Some(bytes), ..Progress::default() },
    })
}

fn message(transfer: &Transfer) -> Option<String> {
    let logged = transfer.logs.iter().rev().find(|line| line.level.as_deref() == Some("error"));
    let logged = logged.or(transfer.logs.last()).and_then(|line| line.message.as_deref());
    match transfer {
        Transfer { canceled_at: Some(_), .. } => Some("It was canceled.".to_owned()),
        Transfer { deleted_at: Some(_), .. } => Some("It was deleted.".to_owned()),
        Transfer { finished_at: Some(_), succeeded: Some(true), warnings: Some(1..), .. } => {
            Some(format!("Finished with {} warnings.", transfer.warnings.unwrap_or_default()))
        }
        Transfer { finished_at: Some(_), succeeded: Some(true), .. } => None,
        Transfer { finished_at: Some(_), .. } => {
            Some(logged.map_or_else(
                || "Heroku does not say why; its log may (heroku pg:backups:info).".to_owned(),
                |line| {
                    // A line of pg_dump or pg_restore may hold an address.
                    crate::model::scrubbed(&printable(line))
                },
            ))
        }
        _ => None,
    }
}

/// A backup of an app.
pub(in crate::platform::heroku) fn backup(transfer: &Transfer, whose: &Whose<'_>) -> Backup {
    let app = whose.app;
    let of = whose.of(transfer);
    let shown = transfer.subject().map(|name| printable(&format!("{app}::{name}")));
    let state = state(transfer);
    Backup {
        id: transfer_id::of(app, transfer),
        addon_id: of.map(|place| place.id.clone()).map(Into::into),
        addon: of.map(|place| place.name.clone()).or(shown.map(Into::into)).map(Into::into),
        service: Some(super::services::POSTGRES.to_owned()),
        // The plan of now, which may not be the one of then.
        plan: of.and_then(|place| place.plan.clone()).map(Into::into),
        started_at: transfer.started_at.or(transfer.created_at),
        finished_at: transfer.finished_at,
        size: transfer.processed_bytes.filter(|_| state == BackupState::Finished),
        checksum: None,
        trigger: Some(if transfer.is_scheduled() { "scheduled" } else { "manual" }.to_owned()),
        label: None,
        message: message(transfer),
        keep_until: None,
        progress: progress(transfer),
        state,
    }
}

/// Any transfer, as what the platform does.
pub(in crate::platform::heroku) fn work(transfer: &Transfer, whose: &Whose<'_>) -> Work {
    let app = whose.app;
    let id = transfer_id::of(app, transfer);
    let kind = match (transfer.is_backup(), transfer.is_restore()) {
        (true, _) => "back_up",
        (_, true) => "restore",
        _ => "copy",
    };
    let of = whose.of(transfer);
    let shown = transfer.subject().map(|name| printable(&format!("{app}::{name}")));
    Work {
        word: None,
        app: None,
        environment: None,
        steps: Vec::new(),
        kind: kind.to_owned(),
        addon_id: of.map(|place| place.id.clone()).map(Into::into),
        addon: of.map(|place| place.name.clone()).or(shown.map(Into::into)).map(Into::into),
        backup_id: transfer.is_backup().then(|| id.clone()),
        state: match state(transfer) {
            BackupState::Pending => WorkState::Queued,
            BackupState::Running => WorkState::Running,
            BackupState::Finished => WorkState::Done,
            // One that was deleted since had ended, well or not.
            BackupState::Expired if transfer.succeeded == Some(true) => WorkState::Done,
            BackupState::Failed | BackupState::Expired => WorkState::Failed,
            BackupState::Other(word) => WorkState::Other(word),
        },
        step: None,
        message: message(transfer),
        by: None,
        created_at: transfer.created_at,
        started_at: transfer.started_at,
        ended_at: transfer.finished_at.or(transfer.canceled_at),
        progress: progress(transfer),
        id,
    }
}

/// The backups of one database, newest first, with how they are made and kept.
pub(in crate::platform::heroku) fn backups(
    transfers: &[Transfer],
    schedules: &[Schedule],
    place: &Place,
    whose: &Whose<'_>,
) -> Backups {
    let is_of = |transfer: &&Transfer| transfer.is_backup() && whose.of(transfer).is_some_and(|of| of.id == place.id);
    let mut rows: Vec<&Transfer> = transfers.iter().filter(is_of).collect();
    rows.sort_by_key(|transfer| std::cmp::Reverse((transfer.started_at.or(transfer.created_at), transfer.num)));
    let policy = policy(&rows, schedules, &place.app);
    Backups { facts: Vec::new(), list: rows.into_iter().map(|row| backup(row, whose)).collect(), policy: Some(policy) }
}

/// `num_keep` tells how many of its sort are kept (recorded: 2 on small plans, 25 on Standard, 5 for scheduled ones): the
/// manual ones are what one more of them pushes out.
fn policy(rows: &[&Transfer], schedules: &[Schedule], app: &str) -> BackupPolicy {
    let manual: Vec<&&Transfer> = rows.iter().filter(|row| !row.is_scheduled()).collect();
    let keep_count = manual.first().and_then(|row| row.num_keep).filter(|count| *count > 0);
    let finished: Vec<&&&Transfer> = manual.iter().filter(|row| state(row) == BackupState::Finished).collect();
    // What is under way will have a place, too: it may push out the oldest, and one more the next.
    let is_moving = |row: &&&&Transfer| matches!(state(row), BackupState::Pending | BackupState::Running);
    let moving = manual.iter().filter(is_moving).count();
    let over = keep_count.and_then(|count| (finished.len() + moving).checked_sub(usize::try_from(count).ok()?));
    let evicted = over.and_then(|over| finished.iter().rev().nth(over.min(moving)).or(finished.last()));
    BackupPolicy {
        is_automatic: None,
        keep_count,
        keep_days: None,
        schedule: schedules.iter().filter(|one| one.is_alive()).find_map(daily),
        next_at: None,
        evicts: evicted.map(|row| transfer_id::of(app, row)),
    }
}

fn daily(schedule: &Schedule) -> Option<Daily> {
    let time_zone = schedule.timezone.as_deref().map_or_else(|| "UTC".to_owned(), printable);
    Some(Daily { hour: schedule.hour()?, time_zone })
}
