//! When add-ons are backed up by themselves. A schedule goes with its add-on.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{DbError, now};

/// One add-on's schedule: once a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleRow {
    /// The add-on's id.
    pub addon_id: String,
    /// The hour, 0 to 23.
    pub hour: u8,
    /// The IANA time zone of that hour.
    pub time_zone: String,
    /// When it is due next.
    pub next_at: String,
    /// Who made it.
    pub author: String,
    /// When it was made.
    pub created_at: String,
}

const SELECT: &str = "SELECT addon_id, hour, time_zone, next_at, author, created_at FROM schedules";

fn schedule(row: &Row<'_>) -> rusqlite::Result<ScheduleRow> {
    Ok(ScheduleRow {
        addon_id: row.get(0)?,
        hour: row.get(1)?,
        time_zone: row.get(2)?,
        next_at: row.get(3)?,
        author: row.get(4)?,
        created_at: row.get(5)?,
    })
}

/// Gives an add-on a schedule, in place of the one it has.
///
/// # Errors
/// When the state can't be written.
pub fn put(
    connection: &Connection,
    addon_id: &str,
    (hour, time_zone): (u8, &str),
    next_at: &str,
    author: &str,
) -> Result<(), DbError> {
    connection.execute(
        "INSERT INTO schedules (addon_id, hour, time_zone, next_at, author, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (addon_id) DO UPDATE SET hour = excluded.hour, time_zone = excluded.time_zone,
             next_at = excluded.next_at, author = excluded.author, created_at = excluded.created_at",
        params![addon_id, hour, time_zone, next_at, author, now()],
    )?;
    Ok(())
}

/// The schedule of an add-on.
///
/// # Errors
/// When the state can't be read.
pub fn find(connection: &Connection, addon_id: &str) -> Result<Option<ScheduleRow>, DbError> {
    Ok(connection.prepare(&format!("{SELECT} WHERE addon_id = ?1"))?.query_row([addon_id], schedule).optional()?)
}

/// The schedules that are due at `at`, the longest overdue first.
///
/// # Errors
/// When the state can't be read.
pub fn due(connection: &Connection, at: &str) -> Result<Vec<ScheduleRow>, DbError> {
    let mut statement = connection.prepare(&format!("{SELECT} WHERE next_at <= ?1 ORDER BY next_at"))?;
    let rows = statement.query_map([at], schedule)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes when it is due next.
///
/// # Errors
/// When the state can't be written.
pub fn set_next(connection: &Connection, addon_id: &str, next_at: &str) -> Result<(), DbError> {
    connection.execute("UPDATE schedules SET next_at = ?2 WHERE addon_id = ?1", [addon_id, next_at])?;
    Ok(())
}

/// Ends an add-on's schedule; what it was.
///
/// # Errors
/// When the state can't be written.
pub fn delete(connection: &Connection, addon_id: &str) -> Result<Option<ScheduleRow>, DbError> {
    let was = find(connection, addon_id)?;
    connection.execute("DELETE FROM schedules WHERE addon_id = ?1", [addon_id])?;
    Ok(was)
}
