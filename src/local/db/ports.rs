//! Which port belongs to whom, so that a saved address never leads to another add-on.

use rusqlite::{Connection, OptionalExtension, params};

use super::{DbError, meta, set_meta};

/// Below the range from which the system takes ports for outgoing connections.
const FIRST: u16 = 15_000;
const COUNT: u16 = 13_000;
const LAST_GIVEN: &str = "last_port";

/// Gives a port that nobody owns and `is_free` agrees to, and writes down its owner; the owner's earlier port is given up.
///
/// The search goes on behind the port given last, so that a port just freed is not given away at once: an old address
/// should lead nowhere, rather than to another add-on.
///
/// # Errors
/// When no port is left or the state can't be written.
pub fn allocate(connection: &Connection, owner: &str, is_free: impl Fn(u16) -> bool) -> Result<u16, DbError> {
    let start = match meta(connection, LAST_GIVEN)?.and_then(|text| text.parse::<u16>().ok()) {
        Some(last) => last.wrapping_sub(FIRST).wrapping_add(1) % COUNT,
        // Two platforms on one machine should not reach for the same ports.
        None => rand::random_range(0..COUNT),
    };
    let mut taken = connection.prepare("SELECT 1 FROM ports WHERE port = ?1")?;
    for offset in 0..COUNT {
        let port = FIRST + (start + offset) % COUNT;
        if taken.exists([port])? || !is_free(port) {
            continue;
        }
        release(connection, owner)?;
        connection.execute("INSERT INTO ports (port, owner) VALUES (?1, ?2)", params![port, owner])?;
        set_meta(connection, LAST_GIVEN, &port.to_string())?;
        return Ok(port);
    }
    Err(DbError::Other(format!("all ports from {FIRST} to {} are taken", FIRST + (COUNT - 1))))
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
