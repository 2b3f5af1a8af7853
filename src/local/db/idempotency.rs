//! Answers that were given to writes with an `Idempotency-Key`, so that the same key gets the same answer again.

use rusqlite::{Connection, OptionalExtension, params};

use super::{DbError, now};

/// How long an answer is kept.
const KEPT_HOURS: i64 = 7 * 24;

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What was asked: a digest of method, path and body.
    pub fingerprint: String,
    /// HTTP status.
    pub status: u16,
    /// The JSON body.
    pub body: String,
    /// When.
    pub created_at: String,
}

impl Answer {
    /// An answer of now.
    pub fn new(fingerprint: String, status: u16, body: String) -> Self {
        Self { fingerprint, status, body, created_at: now() }
    }
}

/// The answer given under that key.
///
/// # Errors
/// When the state can't be read.
pub fn find(connection: &Connection, key: &str) -> Result<Option<Answer>, DbError> {
    let sql = "SELECT fingerprint, status, body, created_at FROM idempotency WHERE key = ?1";
    let answer = |row: &rusqlite::Row<'_>| {
        Ok(Answer { fingerprint: row.get(0)?, status: row.get(1)?, body: row.get(2)?, created_at: row.get(3)? })
    };
    Ok(connection.prepare(sql)?.query_row([key], answer).optional()?)
}

/// Keeps an answer, in the transaction of the write that it answers.
///
/// # Errors
/// When the state can't be written.
pub fn insert(connection: &Connection, key: &str, answer: &Answer) -> Result<(), DbError> {
    connection.execute(
        "INSERT INTO idempotency (key, fingerprint, status, body, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![key, answer.fingerprint, answer.status, answer.body, answer.created_at],
    )?;
    Ok(())
}

/// Forgets answers that nobody asks for any more.
///
/// # Errors
/// When the state can't be written.
pub fn forget_old(connection: &Connection) -> Result<(), DbError> {
    let limit = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(KEPT_HOURS);
    connection.execute("DELETE FROM idempotency WHERE created_at < ?1", [format!("{limit:.3}")])?;
    Ok(())
}
