//! Copies of add-ons' data: their files, how long they are kept, and when they are made by themselves.

mod clock;
mod courses;
pub mod files;
pub mod leases;
mod policy;
mod retention;
mod steps;
mod tick;

use rusqlite::Connection;

use super::services::Services;
use crate::local::db::DbError;
use crate::local::db::backups::{BackupRow, BackupState};
use crate::local::db::operations::{self, Kind};

pub(super) use clock::{next, time_zone};
pub(super) use courses::{BackUp, CheckUpload, DeleteBackup, Restore};
pub use policy::policy;
pub(super) use policy::support;

/// Whether somebody reads a backup: it is being downloaded, or an add-on is being restored from it.
pub(super) fn busy(state: &Connection, services: &Services, id: &str) -> Result<bool, DbError> {
    if services.leases.has(id) {
        return Ok(true);
    }
    let unfinished = operations::unfinished(state)?;
    Ok(unfinished.iter().any(|operation| operation.kind == Kind::Restore && operation.backup_id.as_deref() == Some(id)))
}

/// Whether the row says that its files are to be deleted.
fn is_to_be_deleted(row: &BackupRow) -> bool {
    matches!(row.state, BackupState::Expired | BackupState::Failed)
}

/// The operation that works on a backup, or waits to.
///
/// # Errors
/// When the state can't be read.
pub fn operation_on(state: &Connection, row: &BackupRow) -> Result<Option<operations::OperationRow>, DbError> {
    let unfinished = operations::unfinished(state)?;
    let of = |operation: &operations::OperationRow| {
        operation.kind != Kind::Restore && operation.backup_id.as_deref() == Some(row.id.as_str())
    };
    Ok(unfinished.into_iter().find(of))
}
