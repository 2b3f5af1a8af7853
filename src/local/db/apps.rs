//! Teams and apps.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{DbError, new_id, now};

/// The group that owns add-ons and apps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// What add-ons are attached to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppRow {
    /// Order of creation; the cursor of lists.
    pub seq: i64,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its team's name.
    pub team: String,
    /// When it was made.
    pub created_at: String,
    /// The version of its newest release.
    pub release: Option<i64>,
    /// Whether it is in maintenance: what runs it stops.
    pub maintenance: bool,
    /// Since when that is so; nothing where it never was otherwise.
    pub maintenance_since: Option<String>,
    /// Who made it so.
    pub maintenance_by: Option<String>,
}

const SELECT_APP: &str = "SELECT apps.seq, apps.id, apps.name, teams.name, apps.created_at,
    (SELECT max(version) FROM releases WHERE app_id = apps.id), maintenance, maintenance_since, maintenance_by
    FROM apps JOIN teams ON teams.id = apps.team_id";

fn app(row: &Row<'_>) -> rusqlite::Result<AppRow> {
    Ok(AppRow {
        seq: row.get(0)?,
        id: row.get(1)?,
        name: row.get(2)?,
        team: row.get(3)?,
        created_at: row.get(4)?,
        release: row.get(5)?,
        maintenance: row.get(6)?,
        maintenance_since: row.get(7)?,
        maintenance_by: row.get(8)?,
    })
}

/// Makes a team.
///
/// # Errors
/// When the state can't be written.
pub fn insert_team(connection: &Connection, name: &str) -> Result<TeamRow, DbError> {
    let team = TeamRow { id: new_id("team"), name: name.to_owned() };
    connection
        .execute("INSERT INTO teams (id, name, created_at) VALUES (?1, ?2, ?3)", params![team.id, team.name, now()])?;
    Ok(team)
}

/// All teams, oldest first.
///
/// # Errors
/// When the state can't be read.
pub fn teams(connection: &Connection) -> Result<Vec<TeamRow>, DbError> {
    let mut statement = connection.prepare("SELECT id, name FROM teams ORDER BY rowid")?;
    let rows = statement.query_map([], |row| Ok(TeamRow { id: row.get(0)?, name: row.get(1)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Makes an app.
///
/// # Errors
/// When the state can't be written.
pub fn insert_app(connection: &Connection, name: &str, team_id: &str) -> Result<String, DbError> {
    let id = new_id("app");
    connection.execute(
        "INSERT INTO apps (id, name, team_id, created_at) VALUES (?1, ?2, ?3, ?4)",
        params![id, name, team_id, now()],
    )?;
    Ok(id)
}

/// Up to `limit` apps after the cursor, oldest first.
///
/// # Errors
/// When the state can't be read.
pub fn apps(connection: &Connection, team: Option<&str>, after: i64, limit: i64) -> Result<Vec<AppRow>, DbError> {
    let sql = format!("{SELECT_APP} WHERE apps.seq > ?1 AND (?2 IS NULL OR teams.id = ?2) ORDER BY apps.seq LIMIT ?3");
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map(params![after, team, limit], app)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The app of that id or name.
///
/// # Errors
/// When the state can't be read.
pub fn find_app(connection: &Connection, id_or_name: &str) -> Result<Option<AppRow>, DbError> {
    let sql = format!("{SELECT_APP} WHERE apps.id = ?1 OR apps.name = ?1");
    Ok(connection.prepare(&sql)?.query_row([id_or_name], app).optional()?)
}

/// Puts an app into maintenance or takes it out, where it is not so yet: since when and by whom it is stays known.
///
/// # Errors
/// When the state can't be written.
pub fn set_maintenance(connection: &Connection, id: &str, is_on: bool, by: &str) -> Result<(), DbError> {
    connection.execute(
        "UPDATE apps SET maintenance = ?2, maintenance_since = ?3, maintenance_by = ?4 WHERE id = ?1 AND maintenance != ?2",
        params![id, is_on, now(), by],
    )?;
    Ok(())
}

/// Forgets an app with its attachments and releases.
///
/// # Errors
/// When the state can't be written.
pub fn delete_app(connection: &Connection, id: &str) -> Result<(), DbError> {
    connection.execute("DELETE FROM apps WHERE id = ?1", [id])?;
    Ok(())
}
