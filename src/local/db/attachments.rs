//! Which add-on is given to which app.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{DbError, new_id, now};

/// One attachment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachmentRow {
    /// Order of creation; the cursor of lists.
    pub seq: i64,
    /// Its id.
    pub id: String,
    /// The add-on's id.
    pub addon_id: String,
    /// The add-on's name.
    pub addon: String,
    /// The add-on's service.
    pub service: String,
    /// The app's id.
    pub app_id: String,
    /// The app's name.
    pub app: String,
    /// The alias, if it has one.
    pub alias: Option<String>,
    /// Whether the app has got its variables: not before the add-on has been ready.
    pub released: bool,
    /// Who made it.
    pub author: String,
    /// When it was made.
    pub created_at: String,
}

/// Which attachments a list is about; ids.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those of this app.
    pub app_id: Option<String>,
    /// Only those of this add-on.
    pub addon_id: Option<String>,
}

const SELECT: &str = "SELECT t.seq, t.id, t.addon_id, addons.name, addons.service, t.app_id, apps.name, t.alias,
    t.released, t.author, t.created_at
    FROM attachments t JOIN addons ON addons.id = t.addon_id JOIN apps ON apps.id = t.app_id";

fn attachment(row: &Row<'_>) -> rusqlite::Result<AttachmentRow> {
    Ok(AttachmentRow {
        seq: row.get(0)?,
        id: row.get(1)?,
        addon_id: row.get(2)?,
        addon: row.get(3)?,
        service: row.get(4)?,
        app_id: row.get(5)?,
        app: row.get(6)?,
        alias: row.get(7)?,
        released: row.get(8)?,
        author: row.get(9)?,
        created_at: row.get(10)?,
    })
}

/// What is needed for a new attachment; ids.
pub struct NewAttachment<'a> {
    /// The add-on.
    pub addon_id: &'a str,
    /// The app.
    pub app_id: &'a str,
    /// The alias, if it has one.
    pub alias: Option<&'a str>,
    /// Whether the app gets its variables at once.
    pub released: bool,
    /// Who makes it.
    pub author: &'a str,
}

/// Makes an attachment; gives its id.
///
/// # Errors
/// When the state can't be written.
pub fn insert(connection: &Connection, new: &NewAttachment<'_>) -> Result<String, DbError> {
    let id = new_id("att");
    let NewAttachment { addon_id, app_id, alias, released, author } = new;
    connection.execute(
        "INSERT INTO attachments (id, addon_id, app_id, alias, released, author, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![id, addon_id, app_id, alias, released, author, now()],
    )?;
    Ok(id)
}

/// Up to `limit` attachments after the cursor, oldest first.
///
/// # Errors
/// When the state can't be read.
pub fn list(connection: &Connection, filter: &Filter, after: i64, limit: i64) -> Result<Vec<AttachmentRow>, DbError> {
    let sql = format!(
        "{SELECT} WHERE t.seq > ?1 AND (?2 IS NULL OR t.app_id = ?2) AND (?3 IS NULL OR t.addon_id = ?3)
         ORDER BY t.seq LIMIT ?4"
    );
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map(params![after, filter.app_id, filter.addon_id, limit], attachment)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// All attachments of one app.
///
/// # Errors
/// When the state can't be read.
pub fn of_app(connection: &Connection, app_id: &str) -> Result<Vec<AttachmentRow>, DbError> {
    list(connection, &Filter { app_id: Some(app_id.to_owned()), addon_id: None }, 0, i64::MAX)
}

/// All attachments of one add-on.
///
/// # Errors
/// When the state can't be read.
pub fn of_addon(connection: &Connection, addon_id: &str) -> Result<Vec<AttachmentRow>, DbError> {
    list(connection, &Filter { app_id: None, addon_id: Some(addon_id.to_owned()) }, 0, i64::MAX)
}

/// The apps (ids) that have got that add-on's variables, each once.
///
/// # Errors
/// When the state can't be read.
pub fn apps_of(connection: &Connection, addon_id: &str) -> Result<Vec<String>, DbError> {
    let mut apps = Vec::new();
    for row in of_addon(connection, addon_id)? {
        if row.released && !apps.contains(&row.app_id) {
            apps.push(row.app_id);
        }
    }
    Ok(apps)
}

/// The attachment of that id.
///
/// # Errors
/// When the state can't be read.
pub fn find(connection: &Connection, id: &str) -> Result<Option<AttachmentRow>, DbError> {
    let sql = format!("{SELECT} WHERE t.id = ?1");
    Ok(connection.prepare(&sql)?.query_row([id], attachment).optional()?)
}

/// Notes that the app has got the variables.
///
/// # Errors
/// When the state can't be written.
pub fn set_released(connection: &Connection, id: &str) -> Result<(), DbError> {
    connection.execute("UPDATE attachments SET released = 1 WHERE id = ?1", [id])?;
    Ok(())
}

/// Gives an attachment, with its app and alias, to another add-on; `released`: whether the app has its variables from now on.
///
/// # Errors
/// When the state can't be written.
pub fn set_addon(connection: &Connection, id: &str, addon_id: &str, released: bool) -> Result<(), DbError> {
    let sql = "UPDATE attachments SET addon_id = ?2, released = ?3 WHERE id = ?1";
    connection.execute(sql, params![id, addon_id, released])?;
    Ok(())
}

/// Takes an attachment away.
///
/// # Errors
/// When the state can't be written.
pub fn delete(connection: &Connection, id: &str) -> Result<(), DbError> {
    connection.execute("DELETE FROM attachments WHERE id = ?1", [id])?;
    Ok(())
}
