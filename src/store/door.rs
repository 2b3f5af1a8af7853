//! The one door for writes, for the dashboard and the verbs alike.

use super::{Journal, Prepared, SubmitResult};
use crate::model::{Command, Operation, ProfileName};
use crate::platform::{Connection, ReadError};

/// Reads what the effects of `command` depend on, live, and tells them.
///
/// # Errors
/// When the platform can't be read, the target is not there, or the platform has no such command.
pub async fn prepare(connection: &Connection, command: Command) -> Result<Prepared, ReadError> {
    let _ = (connection, command);
    todo!()
}

/// Sends a confirmed command, at most once, after reading its target again. Never fails: what became of it is the result.
pub async fn submit(
    connection: &Connection,
    journal: &Journal,
    profile: &ProfileName,
    prepared: Prepared,
) -> SubmitResult {
    let _ = (connection, journal, profile, prepared);
    todo!()
}

/// Looks once whether an operation has reached its end, and records it when it has.
///
/// # Errors
/// When the platform can't be read. The operation is then as it was.
pub async fn follow(connection: &Connection, journal: &Journal, operation: &Operation) -> Result<Operation, ReadError> {
    let _ = (connection, journal, operation);
    todo!()
}
