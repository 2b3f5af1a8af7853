//! Releases that an add-on is still to be told of: noted in the transaction that makes them, forgotten when it has been told.

use rusqlite::{Connection, Row, params};

use super::DbError;
use super::releases::ReleaseRow;
use crate::local::services::{Noted, release_log};

/// How many are told at once.
const AT_ONCE: i64 = 200;

/// Notes a new release for every release log that the app has.
///
/// # Errors
/// When the state can't be written.
pub(super) fn note(connection: &Connection, app_id: &str, release: &ReleaseRow) -> Result<(), DbError> {
    let ReleaseRow { version, description, author, created_at } = release;
    connection.execute(
        "INSERT INTO release_notices (addon_id, app, version, description, author, created_at)
         SELECT DISTINCT t.addon_id, apps.name, ?2, ?3, ?4, ?5 FROM attachments t
         JOIN addons ON addons.id = t.addon_id JOIN apps ON apps.id = t.app_id
         WHERE t.app_id = ?1 AND addons.service = ?6",
        params![app_id, version, description, author, created_at, release_log::SERVICE],
    )?;
    Ok(())
}

/// The add-ons that are to be told of something.
///
/// # Errors
/// When the state can't be read.
pub fn addons(connection: &Connection) -> Result<Vec<String>, DbError> {
    let mut statement = connection.prepare("SELECT DISTINCT addon_id FROM release_notices")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What an add-on is to be told next, oldest first, and up to where that is.
///
/// # Errors
/// When the state can't be read.
pub fn next(connection: &Connection, addon_id: &str) -> Result<(Vec<Noted>, i64), DbError> {
    let sql = "SELECT seq, created_at, app, version, description, author FROM release_notices
        WHERE addon_id = ?1 ORDER BY seq LIMIT ?2";
    let noted = |row: &Row<'_>| {
        let (at, app, version) = (row.get(1)?, row.get(2)?, row.get(3)?);
        Ok((row.get(0)?, Noted { at, app, version, description: row.get(4)?, by: row.get(5)? }))
    };
    let mut statement = connection.prepare(sql)?;
    let rows: Vec<(i64, Noted)> = statement.query_map(params![addon_id, AT_ONCE], noted)?.collect::<Result<_, _>>()?;
    let last = rows.last().map_or(0, |(seq, _)| *seq);
    Ok((rows.into_iter().map(|(_, noted)| noted).collect(), last))
}

/// Forgets what an add-on has been told.
///
/// # Errors
/// When the state can't be written.
pub fn forget(connection: &Connection, addon_id: &str, up_to: i64) -> Result<(), DbError> {
    connection.execute("DELETE FROM release_notices WHERE addon_id = ?1 AND seq <= ?2", params![addon_id, up_to])?;
    Ok(())
}
