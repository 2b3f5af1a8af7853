//! What a command does on this platform, as far as Watasu's texts say it. Pure. What none says is told as unknown, and counts as
//! the worst.

mod end;
mod make;
mod over;
#[cfg(test)]
mod tests;

use super::capability::lacks;
use super::program::argv;
use crate::model::{Addon, AppEffect, Change, Command, Effects, Known, VariableValue, Verb, variable_name};
use crate::platform::Situation;

/// Prices are in the dashboard alone.
const NO_PRICE: &str = "Watasu tells prices in its dashboard alone";

/// All that a command does.
pub(super) fn effects(command: &Command, situation: &Situation, undocumented: bool) -> Effects {
    let mut changes = match command {
        Command::CreateAddon(create) => make::create(create, situation),
        Command::Restore(restore) => make::restore(restore, situation),
        Command::BackUp { addon, .. } => make::back_up(addon, situation),
        Command::AutoBackups { addon, is_on, .. } => make::auto_backups(addon, *is_on, situation),
        Command::Attach { addon, app, alias, .. } => over::attach(addon, app, alias.as_deref(), situation),
        Command::MoveAttachments { from, to, .. } => over::promote(from, to, situation),
        Command::ChangePlan { addon, plan, .. } => over::plan(addon, plan, situation),
        Command::Detach { addon, app, alias, .. } => end::detach(addon, app, alias.as_deref(), situation),
        Command::DestroyAddon { addon, .. } => end::destroy(addon, situation),
        Command::DestroyApp { app } => end::destroy_app(app),
        _ => Vec::new(),
    };
    let refusal = match lacks(command.verb(), undocumented) {
        Some(why) => Some(why.to_owned()),
        None => match argv(command, undocumented) {
            Ok(line) if line.is_inferred() => {
                changes.push(Change::Unknown(format!(
                    "No text of Watasu shows the exact words of this command: {} is a guess, and what it comes to is not known.",
                    line.line()
                )));
                None
            }
            Ok(_) => None,
            Err(why) => Some(why),
        },
    };
    changes.extend(refusal.map(Change::Refused));
    Effects::refusals_first(changes)
}

fn refused(why: impl Into<String>) -> Change {
    Change::Refused(why.into())
}

fn not_read(addon: &str) -> Change {
    Change::Unknown(format!("{addon} was not read, so what this does is not known."))
}

/// Each change of what an app has makes a release of it (documented).
fn release(app: &str, detail: &str) -> Change {
    Change::App { app: app.to_owned(), effect: AppEffect::Release, detail: detail.to_owned() }
}

/// Why an add-on can't do this, or that it is not known whether it can.
fn cannot(addon: &Addon, verb: Verb) -> Option<Change> {
    if let Some(why) = addon.cannot(verb) {
        return Some(refused(why));
    }
    (!addon.state.is_ready()).then(|| {
        Change::Unknown(format!(
            "{} is {}, and not ready: what this does to it is not known.",
            addon.name, addon.state_word
        ))
    })
}

/// The apps that are known to have it, and what is not known of that.
fn apps_in_doubt(addon: &Addon) -> Option<Change> {
    let why = match &addon.attachments {
        Known::Unknown(why) => why.as_str(),
        Known::Is(_) => addon.fact(super::reads::IN_DOUBT)?,
    };
    Some(Change::Unknown(format!("Which apps have {} is not known for sure: {why}.", addon.name)))
}

/// The variables that an app gets or loses by an alias, one for each.
fn variables(
    app: &str,
    addon: &Addon,
    alias: Option<&str>,
    after: &VariableValue,
    situation: &Situation,
) -> Vec<Change> {
    match &addon.config_vars {
        Known::Is(bare) => bare
            .iter()
            .map(|bare| {
                let name = variable_name(alias, bare);
                let before = match after {
                    VariableValue::Absent => VariableValue::From(addon.name.to_string()),
                    _ => value(app, &name, situation),
                };
                Change::Variable { app: app.to_owned(), name, before, after: after.clone() }
            })
            .collect(),
        Known::Unknown(why) => vec![Change::Unknown(format!("Which variables of {app} change is not known: {why}."))],
    }
}

/// What stands behind a variable now. The app's own variables are told by nobody, so that one of them is absent can't be said.
fn value(app: &str, name: &str, situation: &Situation) -> VariableValue {
    let gives =
        |addon: &&Addon| {
            addon.attachments.items().iter().any(|row| {
                row.app == app && row.config_vars.get().is_some_and(|names| names.iter().any(|one| one == name))
            })
        };
    match situation.neighbours.iter().find(gives) {
        Some(addon) => VariableValue::From(addon.name.to_string()),
        None => VariableValue::Unknown,
    }
}
