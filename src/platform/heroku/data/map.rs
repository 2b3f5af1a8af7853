//! Transfers as backups and works. They are listed under the app that owns the database, and tell by which name it was known
//! there; which database that is follows from the names that there are, or is not known.

use jiff::{SignedDuration, Timestamp};

use super::wire::{Schedule, Transfer};
use crate::model::{
    Backup, BackupPolicy, BackupState, Backups, Progress, Schedule as Daily, Work, WorkState, printable,
};
use crate::platform::heroku::core::Place;
use crate::platform::heroku::services::Kind;
use crate::platform::heroku::transfer_id;

/// How names begin that Heroku gives by itself; transfers leave it out (CLI's tables: `ONYX`, `DATABASE`).
const OWN_PREFIX: &str = "HEROKU_POSTGRESQL_";
/// Two servers write these times.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(60);

/// The databases of one app.
pub(in crate::platform::heroku) fn databases_of<'a>(places: &'a [Place], app: &str) -> Vec<&'a Place> {
    places.iter().filter(|place| place.app == app && place.kind() == Kind::Postgres).collect()
}

/// The database that was called so at that time. A name moves, and then its attachment is a new one: what is older was
/// called so when the name was another's.
fn called<'a>(name: Option<&str>, at: Option<Timestamp>, app: &str, places: &[&'a Place]) -> Option<&'a Place> {
    let name = name?;
    let was_there = |since: Option<Timestamp>| {
        since.zip(at).is_none_or(|(since, at)| since.checked_sub(TOLERANCE).is_ok_and(|since| at >= since))
    };
    let is_name = |one: &str| one == name || one.strip_prefix(OWN_PREFIX) == Some(name);
    let own = |place: &&Place| place.name == name || place.id == name;
    let by_name = |place: &&Place| {
        place.names.iter().any(|(of, one, since)| of == app && is_name(one) && was_there(*since)) || own(place)
    };
    let is_known = places.iter().any(|place| place.names.iter().any(|(of, one, _)| of == app && is_name(one)));
    let mut found = places.iter().filter(|place| by_name(place));
    match (found.next(), found.next(), places) {
        (Some(one), None, _) => Some(one),
        // Called by a name that nobody has: of the only database, if that was there already.
        (None, _, [only]) if !is_known && was_there(only.created_at) => Some(only),
        _ => None,
    }
}

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
pub(in crate::platform::heroku) fn backup(transfer: &Transfer, app: &str, places: &[&Place]) -> Backup {
    let of = called(transfer.from_name.as_deref(), transfer.created_at, app, places);
    let shown = transfer.from_name.as_deref().map(|name| printable(&format!("{app}::{name}")));
    let state = state(transfer);
    Backup {
        id: transfer_id::of(app, transfer),
        addon_id: of.map(|place| place.id.clone()),
        addon: of.map(|place| place.name.clone()).or(shown),
        service: Some(super::services::POSTGRES.to_owned()),
        // The plan of now, which may not be the one of then.
        plan: of.and_then(|place| place.plan.clone()),
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
pub(in crate::platform::heroku) fn work(transfer: &Transfer, app: &str, places: &[&Place]) -> Work {
    let id = transfer_id::of(app, transfer);
    let (kind, name) = match (transfer.is_backup(), transfer.is_restore()) {
        (true, _) => ("back_up", &transfer.from_name),
        (_, true) => ("restore", &transfer.to_name),
        _ => ("copy", &transfer.to_name),
    };
    let of = called(name.as_deref(), transfer.created_at, app, places);
    Work {
        kind: kind.to_owned(),
        addon_id: of.map(|place| place.id.clone()),
        addon: of.map(|place| place.name.clone()).or_else(|| name.as_deref().map(printable)),
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
    places: &[&Place],
) -> Backups {
    let is_of = |transfer: &&Transfer| {
        let of = called(transfer.from_name.as_deref(), transfer.created_at, &place.app, places);
        transfer.is_backup() && of.is_some_and(|of| of.id == place.id)
    };
    let mut rows: Vec<&Transfer> = transfers.iter().filter(is_of).collect();
    rows.sort_by_key(|transfer| std::cmp::Reverse((transfer.started_at.or(transfer.created_at), transfer.num)));
    let policy = policy(&rows, schedules, &place.app);
    Backups { list: rows.into_iter().map(|row| backup(row, &place.app, places)).collect(), policy: Some(policy) }
}

/// `num_keep` tells how many of its sort are kept (recorded: 2 on small plans, 25 on Standard, 5 for scheduled ones): the
/// manual ones are what one more of them pushes out.
fn policy(rows: &[&Transfer], schedules: &[Schedule], app: &str) -> BackupPolicy {
    let manual: Vec<&&Transfer> = rows.iter().filter(|row| !row.is_scheduled()).collect();
    let keep_count = manual.first().and_then(|row| row.num_keep).filter(|count| *count > 0);
    let finished: Vec<&&&Transfer> = manual.iter().filter(|row| state(row) == BackupState::Finished).collect();
    let is_full = keep_count.is_some_and(|count| finished.len() as u64 >= count);
    BackupPolicy {
        keep_count,
        keep_days: None,
        schedule: schedules.iter().filter(|one| one.is_alive()).find_map(daily),
        next_at: None,
        evicts: finished.last().filter(|_| is_full).map(|row| transfer_id::of(app, row)),
    }
}

fn daily(schedule: &Schedule) -> Option<Daily> {
    let time_zone = schedule.timezone.as_deref().map_or_else(|| "UTC".to_owned(), printable);
    Some(Daily { hour: schedule.hour()?, time_zone })
}
