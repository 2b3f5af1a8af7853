//! The queue of one add-on: what is in it, and how a destroy gets past it.

use rusqlite::Connection;

use super::course;
use crate::local::db::DbError;
use crate::local::db::operations::{self, OperationRow, OperationState};

/// Ends an operation badly, with what follows from it. `why` is a sentence.
pub(in crate::local::engine) fn fail(state: &Connection, operation: &OperationRow, why: &str) -> Result<(), DbError> {
    operations::end(state, &operation.id, OperationState::Failed, Some(why))?;
    let reason = operation.step.as_ref().map_or_else(|| why.to_owned(), |step| format!("{step}: {why}"));
    course(operation.kind).failed(state, operation, &reason)
}

/// Ends all that is queued or running for that add-on, because of something that can't wait. What runs is broken off once
/// this is durable ([`Services::break_off`](super::super::services::Services::break_off)).
pub(in crate::local::engine) fn end_all_of(state: &Connection, subject: &str, why: &str) -> Result<(), DbError> {
    for operation in operations::unfinished_of(state, subject)? {
        fail(state, &operation, why)?;
    }
    Ok(())
}

/// Whether anything is queued or running for that add-on or backup.
pub(in crate::local::engine) fn is_busy(state: &Connection, subject: &str) -> Result<bool, DbError> {
    Ok(!operations::unfinished_of(state, subject)?.is_empty())
}
