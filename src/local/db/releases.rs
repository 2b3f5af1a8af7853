//! The releases of apps.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{DbError, now, release_notices};

/// One release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseRow {
    /// The app's running number.
    pub version: i64,
    /// What changed.
    pub description: String,
    /// Who made it.
    pub author: String,
    /// When.
    pub created_at: String,
}

fn release(row: &Row<'_>) -> rusqlite::Result<ReleaseRow> {
    Ok(ReleaseRow { version: row.get(0)?, description: row.get(1)?, author: row.get(2)?, created_at: row.get(3)? })
}

/// Makes the app's next release.
///
/// # Errors
/// When the state can't be written.
pub fn insert(connection: &Connection, app_id: &str, description: &str, author: &str) -> Result<ReleaseRow, DbError> {
    let version = newest(connection, app_id)?.map_or(1, |release| release.version + 1);
    let row = ReleaseRow { version, description: description.to_owned(), author: author.to_owned(), created_at: now() };
    connection.execute(
        "INSERT INTO releases (app_id, version, description, author, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![app_id, row.version, row.description, row.author, row.created_at],
    )?;
    release_notices::note(connection, app_id, &row)?;
    Ok(row)
}

/// The app's newest release.
///
/// # Errors
/// When the state can't be read.
pub fn newest(connection: &Connection, app_id: &str) -> Result<Option<ReleaseRow>, DbError> {
    let sql = "SELECT version, description, author, created_at FROM releases
        WHERE app_id = ?1 ORDER BY version DESC LIMIT 1";
    Ok(connection.prepare(sql)?.query_row([app_id], release).optional()?)
}

/// Up to `limit` releases below the cursor, newest first.
///
/// # Errors
/// When the state can't be read.
pub fn list(connection: &Connection, app_id: &str, below: i64, limit: i64) -> Result<Vec<ReleaseRow>, DbError> {
    let sql = "SELECT version, description, author, created_at FROM releases
        WHERE app_id = ?1 AND version < ?2 ORDER BY version DESC LIMIT ?3";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map(params![app_id, below, limit], release)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
