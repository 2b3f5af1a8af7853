//! Making and forgetting apps.

use rusqlite::Connection;
use serde_json::json;

use super::{AppChange, Applied, NewApp, app, team};
use crate::local::db::apps::{delete_app, find_app, insert_app, set_maintenance};
use crate::local::engine::documents;
use crate::local::engine::refusal::Refusal;
use crate::model::check_name;

pub(super) fn create(connection: &Connection, new: &NewApp) -> Result<Applied, Refusal> {
    check_name("app", &new.name).map_err(|rule| Refusal::invalid("invalid_name", rule))?;
    let team = team(connection, new.team.as_deref())?;
    if find_app(connection, &new.name)?.is_some() {
        let message = format!("There is already an app {}. Choose another name.", new.name);
        return Err(Refusal::conflict("name_taken", message));
    }
    let id = insert_app(connection, &new.name, &team.id)?;
    let row = app(connection, &id)?;
    Ok(Applied { status: 201, body: json!({ "app": documents::app(&row) }), wake: None })
}

/// Its attachments and releases go with it; the add-ons stay with their team.
pub(super) fn destroy(connection: &Connection, id_or_name: &str) -> Result<Applied, Refusal> {
    let row = app(connection, id_or_name)?;
    delete_app(connection, &row.id)?;
    Ok(Applied { status: 200, body: json!({ "app": documents::app(&row) }), wake: None })
}

/// Maintenance is the app's own state: there is no release, and what runs the app reads it.
pub(super) fn change(
    connection: &Connection,
    id_or_name: &str,
    change: &AppChange,
    by: &str,
) -> Result<Applied, Refusal> {
    let row = app(connection, id_or_name)?;
    set_maintenance(connection, &row.id, change.maintenance, by)?;
    Ok(Applied { status: 200, body: json!({ "app": documents::app(&app(connection, &row.id)?) }), wake: None })
}
