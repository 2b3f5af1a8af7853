//! The timeline of each add-on.

use rusqlite::{Connection, OptionalExtension, params};

use super::{DbError, now};

/// How far a step got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It was begun.
    Started,
    /// It has really ended, well.
    Done,
    /// It ended badly.
    Failed,
    /// Something to know, no step.
    Note,
}

impl Status {
    /// The word in rows and in `/v1`.
    pub fn word(self) -> &'static str {
        match self {
            Status::Started => "started",
            Status::Done => "done",
            Status::Failed => "failed",
            Status::Note => "note",
        }
    }
}

/// One line of a timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    /// Grows with time within one add-on.
    pub id: i64,
    /// When it happened.
    pub at: String,
    /// The step's name.
    pub step: String,
    /// How far it got, in a word.
    pub status: String,
    /// A sentence for people.
    pub message: String,
    /// The server's own log lines.
    pub log: Vec<String>,
}

/// Adds a line.
///
/// # Errors
/// When the state can't be written.
pub fn insert(
    connection: &Connection,
    addon_id: &str,
    step: &str,
    status: Status,
    message: &str,
    log: &[String],
) -> Result<(), DbError> {
    connection.execute(
        "INSERT INTO events (addon_id, id, at, step, status, message, log)
         VALUES (?1, (SELECT ifnull(max(id), 0) + 1 FROM events WHERE addon_id = ?1), ?2, ?3, ?4, ?5, ?6)",
        params![addon_id, now(), step, status.word(), message, serde_json::to_string(log)?],
    )?;
    Ok(())
}

/// Up to `limit` lines with an id above `after`, oldest first.
///
/// # Errors
/// When the state can't be read.
pub fn list(connection: &Connection, addon_id: &str, after: i64, limit: i64) -> Result<Vec<EventRow>, DbError> {
    let sql = "SELECT id, at, step, status, message, log FROM events
        WHERE addon_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(params![addon_id, after, limit])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        let log: String = row.get(5)?;
        events.push(EventRow {
            id: row.get(0)?,
            at: row.get(1)?,
            step: row.get(2)?,
            status: row.get(3)?,
            message: row.get(4)?,
            log: serde_json::from_str(&log)?,
        });
    }
    Ok(events)
}

/// The step and status of an add-on's last line.
///
/// # Errors
/// When the state can't be read.
pub fn last(connection: &Connection, addon_id: &str) -> Result<Option<(String, String)>, DbError> {
    let sql = "SELECT step, status FROM events WHERE addon_id = ?1 ORDER BY id DESC LIMIT 1";
    Ok(connection.prepare(sql)?.query_row([addon_id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}
