//! What time brings about: backups whose days have ended go, and scheduled ones are made.

use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::super::services::Services;
use super::super::{Engine, rules};
use super::files::{self, Place};
use super::retention::ROWS_KEPT;
use super::{busy, clock, is_to_be_deleted};
use crate::local::db::backups::{self, BackupRow, BackupState, Trigger};
use crate::local::db::events::{self, Status};
use crate::local::db::schedules::{self, ScheduleRow};
use crate::local::db::{DbError, addons, stamp};

/// Who asks for a scheduled backup.
const BY: &str = "attache";
/// The timeline's word for it.
const SCHEDULE: &str = "schedule";

impl Engine {
    /// Begins to keep the times of backups, until the platform ends. What was missed while it was down comes first.
    pub(in crate::local::engine) fn keep_times(self: &Arc<Self>) {
        let engine = Arc::clone(self);
        let stopping = self.stopping.clone();
        self.tasks.spawn(async move {
            let mut round = tokio::time::interval(engine.probe_interval);
            round.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            while stopping.run_until_cancelled(round.tick()).await.is_some() {
                engine.tick(Timestamp::now()).await;
            }
        });
    }

    /// Does what is due at `now`.
    pub(in crate::local::engine) async fn tick(self: &Arc<Self>, now: Timestamp) {
        let at = stamp(now);
        let due = self.db.read(move |state| {
            Ok::<_, DbError>((!backups::ended_by(state, &at)?.is_empty(), schedules::due(state, &at)?))
        });
        let (expires, due) = match due.await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!("{error}");
                return;
            }
        };
        if expires {
            let services = Arc::clone(&self.services);
            self.record(move |state| expire(state, &services, now)).await;
        }
        for schedule in due {
            let services = Arc::clone(&self.services);
            let addon_id = schedule.addon_id.clone();
            if self.record(move |state| capture(state, &services, &schedule, now)).await == Some(true) {
                self.take_up(&addon_id);
            }
        }
        self.sweep(now).await;
    }

    /// Deletes the files of backups whose rows say so: what a crash, a full disk or a destroy in between has left. The rows
    /// themselves go after ninety days.
    pub(in crate::local::engine) async fn sweep(&self, now: Timestamp) {
        let before = stamp(now - ROWS_KEPT);
        let rows = self.db.read(|state| {
            let mut rows = backups::in_state(state, BackupState::Expired)?;
            rows.extend(backups::in_state(state, BackupState::Failed)?);
            Ok::<_, DbError>(rows)
        });
        let rows = match rows.await {
            Ok(rows) => rows,
            Err(error) => {
                tracing::error!("{error}");
                return;
            }
        };
        let places: Vec<_> = rows.iter().filter(|row| is_to_be_deleted(row)).map(|row| self.place(row)).collect();
        let is_clean = tokio::task::spawn_blocking(move || delete_all(&places)).await.unwrap_or(false);
        let is_old =
            |row: &BackupRow| row.keep_until.as_ref().or(row.finished_at.as_ref()).is_some_and(|at| *at < before);
        if is_clean && rows.iter().any(is_old) {
            self.record(move |state| backups::forget_old(state, &before)).await;
        }
    }

    /// Removes what an earlier process left of uploads that were never acknowledged, and ends the copies that it began.
    pub(in crate::local::engine) async fn clear_backups(&self) -> Result<(), DbError> {
        let uploads = self.platform.join(files::BACKUPS_FOLDER).join(files::UPLOADED);
        let unknown = self.db.read(move |state| unknown_parts(state, &uploads)).await?;
        for path in unknown {
            if let Err(error) = files::remove_if_there(&path) {
                tracing::warn!("{} could not be removed: {error}", path.display());
            }
        }
        for row in self.db.read(addons::all).await? {
            let Some(driver) = self.services.driver(&row.service) else { continue };
            let folder = self.services.backups_folder(&row.id);
            if let Err(error) = driver.end_leftovers(&self.services.instance(&row), &folder).await {
                tracing::warn!(addon = row.name, "{}", error.message);
            }
        }
        Ok(())
    }
}

/// True when nothing is left of any of them.
fn delete_all(places: &[Place]) -> bool {
    let mut is_clean = true;
    for place in places.iter().filter(|place| place.is_there()) {
        if let Err(error) = place.remove() {
            tracing::warn!("{}", error.message);
            is_clean = false;
        }
    }
    is_clean
}

/// The parts in the folder of uploads that no row knows of.
fn unknown_parts(state: &Connection, folder: &Path) -> Result<Vec<std::path::PathBuf>, DbError> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut unknown = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        let id = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if path.extension().is_some_and(|extension| extension == files::PART) && !backups::exists(state, id)? {
            unknown.push(path);
        }
    }
    Ok(unknown)
}

/// Says of each backup whose days have ended that it is to be deleted; but not of one that is being read.
fn expire(state: &Connection, services: &Services, now: Timestamp) -> Result<(), DbError> {
    for row in backups::ended_by(state, &stamp(now))? {
        if !busy(state, services, &row.id)? {
            backups::set_expired(state, &row.id, "The days for which it was kept have ended.")?;
        }
    }
    Ok(())
}

/// Asks for the backup that a schedule is due for, or says why there is none. True when there is one to be made.
fn capture(state: &Connection, services: &Services, schedule: &ScheduleRow, now: Timestamp) -> Result<bool, DbError> {
    let Some(row) = schedules::find(state, &schedule.addon_id)?.filter(|row| row.next_at == schedule.next_at) else {
        return Ok(false);
    };
    let next = clock::time_zone(&row.time_zone).ok().and_then(|(zone, _)| clock::next(row.hour, &zone, now));
    // A time zone that is not known any more: its hour is the same in a day, but for the changes of its clocks.
    let next = next.unwrap_or(now + SignedDuration::from_hours(24));
    schedules::set_next(state, &row.addon_id, &stamp(next))?;
    let Some(addon) = addons::find(state, &row.addon_id)? else { return Ok(false) };
    let skip = |why: &str| {
        let message = format!("The daily backup was skipped: {why}.");
        events::insert(state, &addon.id, SCHEDULE, Status::Note, &message, &[]).map(|()| false)
    };
    if let Some(other) = backups::unfinished(state, &addon.id)? {
        return skip(&format!("the backup {} is still {}", other.id, other.state.word()));
    }
    match rules::ask_for_backup(state, services, &addon, (Trigger::Scheduled, None), BY) {
        Ok(_) => Ok(true),
        Err(refusal) if refusal.status >= 500 => Err(DbError::Other(refusal.message)),
        Err(refusal) => skip(refusal.message.trim_end_matches('.')),
    }
}
