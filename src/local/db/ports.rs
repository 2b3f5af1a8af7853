//! Which port belongs to whom, so that a saved address never leads to another add-on.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};

use super::DbError;
use crate::local::ports;

/// Gives a port that nobody owns and nothing listens on, and writes down its owner, whose earlier port is given up (and not
/// taken again).
///
/// # Errors
/// When no port is left or the state can't be written.
pub fn allocate(connection: &Connection, owner: &str) -> Result<u16, DbError> {
    let reserved: BTreeSet<u16> = {
        let mut statement = connection.prepare("SELECT port FROM ports")?;
        let ports = statement.query_map([], |row| row.get(0))?;
        ports.collect::<Result<_, _>>()?
    };
    let port = ports::allocate(&reserved).map_err(|error| DbError::Other(error.to_string()))?;
    release(connection, owner)?;
    connection.execute("INSERT INTO ports (port, owner) VALUES (?1, ?2)", params![port, owner])?;
    Ok(port)
}

/// The port of that owner.
///
/// # Errors
/// When the state can't be read.
pub fn of_owner(connection: &Connection, owner: &str) -> Result<Option<u16>, DbError> {
    let mut statement = connection.prepare("SELECT port FROM ports WHERE owner = ?1")?;
    Ok(statement.query_row([owner], |row| row.get(0)).optional()?)
}

/// Gives up the owner's port.
///
/// # Errors
/// When the state can't be written.
pub fn release(connection: &Connection, owner: &str) -> Result<(), DbError> {
    connection.execute("DELETE FROM ports WHERE owner = ?1", [owner])?;
    Ok(())
}

/// Writes down who owns a port. False when somebody else does: then nothing is changed.
///
/// # Errors
/// When the state can't be written.
pub fn claim(connection: &Connection, port: u16, owner: &str) -> Result<bool, DbError> {
    let sql = "INSERT OR IGNORE INTO ports (port, owner) VALUES (?1, ?2)";
    Ok(connection.execute(sql, params![port, owner])? == 1)
}
