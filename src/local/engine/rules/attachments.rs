//! Giving add-ons to apps and taking them away.

use rusqlite::Connection;
use serde_json::json;

use super::{Applied, NewAttachment, addons, app};
use crate::local::db::addons::{AddonRow, AddonState};
use crate::local::db::apps::AppRow;
use crate::local::db::attachments::{self, AttachmentRow};
use crate::local::db::releases;
use crate::local::engine::documents;
use crate::local::engine::refusal::Refusal;
use crate::local::engine::services::Services;
use crate::model::{check_alias, printable, variable_name};

pub(super) fn attach(
    connection: &Connection,
    services: &Services,
    new: &NewAttachment,
    by: &str,
) -> Result<Applied, Refusal> {
    let addon = addons::find(connection, &new.addon)?;
    let app = app(connection, &new.app)?;
    let id = insert(connection, services, &addon, &app, new.alias.as_deref(), by)?;
    let row = find(connection, &id)?;
    // An app never gets the address of nothing: before the add-on is ready there is no release.
    let release = match row.released {
        true => Some(releases::insert(connection, &app.id, &attached(&row), by)?),
        false => None,
    };
    let body = json!({
        "attachment": documents::attachment(services, &row),
        "release": release.as_ref().map(documents::release),
    });
    Ok(Applied { status: 201, body, wake: None })
}

pub(super) fn detach(connection: &Connection, services: &Services, id: &str, by: &str) -> Result<Applied, Refusal> {
    let row = find(connection, id)?;
    attachments::delete(connection, &row.id)?;
    let release = match row.released {
        true => Some(releases::insert(connection, &row.app_id, &detached(&row), by)?),
        false => None,
    };
    let body = json!({
        "attachment": documents::attachment(services, &row),
        "release": release.as_ref().map(documents::release),
    });
    Ok(Applied { status: 200, body, wake: None })
}

fn find(connection: &Connection, id: &str) -> Result<AttachmentRow, Refusal> {
    attachments::find(connection, id)?
        .ok_or_else(|| Refusal::not_found(format!("There is no attachment {:?}.", printable(id))))
}

/// Checks everything about an attachment and writes it; gives its id.
pub(super) fn insert(
    connection: &Connection,
    services: &Services,
    addon: &AddonRow,
    app: &AppRow,
    alias: Option<&str>,
    by: &str,
) -> Result<String, Refusal> {
    if let Some(alias) = alias {
        check_alias(alias).map_err(|rule| Refusal::invalid("invalid_alias", rule))?;
    }
    match addon.state {
        AddonState::Requested
        | AddonState::Provisioning
        | AddonState::Restoring
        | AddonState::Ready
        | AddonState::Updating
        | AddonState::Sleeping => {}
        AddonState::Failed | AddonState::Deprovisioning => {
            let message = format!("{} is {} and can't be attached.", addon.name, addon.state.word());
            return Err(Refusal::conflict("busy", message));
        }
    }
    let existing = attachments::of_app(connection, &app.id)?;
    if existing.iter().any(|row| row.addon_id == addon.id && row.alias.as_deref() == alias) {
        let under = alias.map_or_else(|| "without an alias".to_owned(), |alias| format!("as {alias}"));
        let message = format!(
            "{} is already attached to {} {under}. Another alias (--as) gives it a second set of variables.",
            addon.name, app.name
        );
        return Err(Refusal::conflict("already_attached", message));
    }
    let wanted: Vec<_> = services.config_vars(&addon.service).iter().map(|bare| variable_name(alias, bare)).collect();
    check_clash(services, app, &existing, &wanted)?;
    // What gives no variables changes nothing for the app: no release tells of it, neither when it comes nor when it goes.
    let released = addon.provisioned && !wanted.is_empty();
    let new = attachments::NewAttachment { addon_id: &addon.id, app_id: &app.id, alias, released, author: by };
    Ok(attachments::insert(connection, &new)?)
}

pub(super) fn check_clash(
    services: &Services,
    app: &AppRow,
    existing: &[AttachmentRow],
    wanted: &[String],
) -> Result<(), Refusal> {
    let mut clashes = Vec::new();
    let mut sources = Vec::new();
    for row in existing {
        let before = clashes.len();
        clashes.extend(documents::variables(services, row).into_iter().filter(|name| wanted.contains(name)));
        if clashes.len() > before && !sources.contains(&row.addon) {
            sources.push(row.addon.clone());
        }
    }
    if clashes.is_empty() {
        return Ok(());
    }
    let message = format!(
        "{} already has {} (from {}). Attach it under an alias, such as --as REPORTING, so that its variables get that prefix.",
        app.name,
        clashes.join(", "),
        sources.join(", ")
    );
    let mut refusal = Refusal::conflict("variable_clash", message);
    refusal.details = Some(json!({ "variables": clashes }));
    Err(refusal)
}

/// What a release says of an attachment that begins.
pub(in crate::local::engine) fn attached(row: &AttachmentRow) -> String {
    format!("Attach {}{}", row.addon, under(row))
}

fn detached(row: &AttachmentRow) -> String {
    format!("Detach {}{}", row.addon, under(row))
}

fn under(row: &AttachmentRow) -> String {
    row.alias.as_ref().map_or(String::new(), |alias| format!(" as {alias}"))
}
