//! Several commands for one goal: making every app use another add-on, and destroying one that other apps use.

use super::addons::credential_of;
use crate::model::{Addon, Attachment, Command, Owner};
use crate::platform::heroku::services::{POOL, primary_name};

/// How names begin that Heroku gives by itself.
const OWN: &str = "HEROKU_";

/// For each app the names that it uses `from` by, moved to `to`. So that `from` keeps a way into the app, and its last
/// attachment is not taken, it is attached under another name first where it would have none (the CLI's promote, step 3).
pub(in crate::platform::heroku) fn switch_over(from: &Addon, to: &Addon) -> Vec<Command> {
    let mut commands = Vec::new();
    for app in from.apps() {
        let names: Vec<&str> = names_on(from, app);
        let moving = moving(&names, primary_name(&from.service));
        if moving.is_empty() {
            continue;
        }
        if names.len() == moving.len() {
            commands.push(Command::Attach {
                addon_id: from.key.id.to_string(),
                addon: from.name.to_string(),
                app: app.to_owned(),
                alias: Some(free_name(moving[0], &names, &names_on(to, app))),
                // The way that stays is the same way: with the rights that it has.
                credential: credential_at(from, app, moving[0]),
                confirm: None,
            });
        }
        commands.extend(moving.into_iter().map(|name| Command::MakePrimary {
            addon_id: to.key.id.to_string(),
            addon: to.name.to_string(),
            app: app.to_owned(),
            attachment_id: None,
            name: name.to_owned(),
        }));
    }
    commands
}

fn credential_at(addon: &Addon, app: &str, name: &str) -> Option<String> {
    let row = addon.attachments.items().iter().find(|row| row.app == app && row.alias.as_deref() == Some(name))?;
    credential_of(addon, row).map(str::to_owned)
}

fn names_on<'a>(addon: &'a Addon, app: &str) -> Vec<&'a str> {
    let rows = addon.attachments.items().iter().filter(|row: &&Attachment| row.app == app);
    rows.filter_map(|row| row.alias.as_deref()).collect()
}

/// The names by which the app's own code knows it: that of the primary, and those that a person gave. A name that Heroku gave
/// moves only where there is no other. The pool is attached in a way of its own.
fn moving<'a>(names: &[&'a str], primary: Option<&str>) -> Vec<&'a str> {
    let chosen = |name: &&&str| Some(**name) == primary || (!name.starts_with(OWN) && **name != POOL);
    let is_kept = |name: &str| name.contains("_BEFORE_");
    let moving: Vec<&str> = names.iter().filter(chosen).copied().filter(|name| !is_kept(name)).collect();
    if !moving.is_empty() {
        return moving;
    }
    names.iter().filter(|name| **name != POOL && !is_kept(name)).copied().collect()
}

/// A name for the way that stays: we choose it, so that it is found again should the answer be lost.
fn free_name(name: &str, of_from: &[&str], of_to: &[&str]) -> String {
    let is_free = |one: &String| !of_from.contains(&one.as_str()) && !of_to.contains(&one.as_str());
    (1..).map(|number| format!("{name}_BEFORE_{number}")).find(is_free).unwrap_or_else(|| format!("{name}_BEFORE"))
}

/// Without force Heroku keeps what other apps still use (the CLI's help), so it is detached from them first. The owner's own
/// attachments go with it.
pub(in crate::platform::heroku) fn destruction(addon: &Addon) -> Vec<Command> {
    let rows = addon.attachments.items();
    let is_owners = |row: &&Attachment| addon.owner == Owner::App(row.app.clone());
    let mut commands = Vec::new();
    // The last attachment can't be detached: where the owner has none, one of the others would be the last.
    if rows.iter().any(|row| is_owners(&row)) {
        commands.extend(rows.iter().filter(|row| !is_owners(row)).filter_map(|row| {
            Some(Command::Detach {
                attachment_id: row.id.clone()?.to_string(),
                addon_id: addon.key.id.to_string(),
                addon: addon.name.to_string(),
                app: row.app.to_string(),
                alias: row.alias.clone().map(Into::into),
            })
        }));
    }
    commands.push(Command::DestroyAddon { addon_id: addon.key.id.to_string(), addon: addon.name.to_string() });
    commands
}
