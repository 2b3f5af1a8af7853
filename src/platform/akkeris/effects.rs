//! What a command does on this platform. Pure: told from what was read just before, and from the catalog's rules.

mod apps;
mod backups;
mod change;
mod join;
mod leave;
mod primary;
mod users;

use std::sync::Arc;

use super::capability::lacks;
use super::rules::Rules;
use crate::model::{Addon, App, AppEffect, Change, Command, Effects, State, Verb};
use crate::platform::Situation;

/// What is known beside what was read for the command.
#[derive(Clone, Debug, Default)]
pub(super) struct Knowledge {
    /// What services and plans allow.
    pub(super) rules: Option<Arc<Rules>>,
    /// Whether we are an administrator, once that was asked.
    pub(super) is_administrator: Option<bool>,
}

/// All that a command does.
pub(super) fn effects(command: &Command, situation: &Situation, known: &Knowledge) -> Effects {
    let mut changes = match command {
        Command::CreateAddon(create) => join::create(create, situation, known),
        Command::Attach { addon, app, alias, credential, .. } => {
            join::attach(addon, app, alias.as_deref(), credential.as_deref(), situation, known)
        }
        Command::Detach { attachment_id, addon, app, .. } => leave::detach(attachment_id, addon, app, situation),
        Command::DestroyAddon { addon, .. } => leave::destroy(addon, situation, known),
        Command::MakePrimary { addon, app, .. } => primary::make_primary(addon, app, situation),
        Command::ChangePlan { addon, service, plan, .. } => change::plan(addon, service, plan, situation, known),
        Command::Rename { addon, name, .. } => change::rename(addon, name, situation),
        Command::Rotate { addon, .. } => change::rotate(addon, situation),
        Command::Restart { addon, .. } => change::restart(addon, situation),
        Command::BackUp { addon, label, .. } => backups::back_up(addon, label.as_deref(), situation),
        Command::RestoreInto { backup_id, addon, .. } => backups::restore_into(backup_id, addon, situation),
        Command::Maintenance { app, is_on } => apps::maintenance(app, *is_on, situation),
        Command::RollBack { app, release } => apps::roll_back(app, release, situation),
        Command::RunAction(run) => apps::run_action(run, situation, known),
        Command::MoveAttachments { .. } => vec![Change::Refused(
            "Akkeris switches one app at a time: the add-on is made the primary of each (attaches it first where it is not).".to_owned(),
        )],
        other => lacks(other.verb()).map(|why| Change::Refused(why.to_owned())).into_iter().collect(),
    };
    // Two rules may come to the same sentence.
    let mut told: Vec<Change> = Vec::new();
    changes.retain(|change| {
        !told.contains(change) && {
            told.push(change.clone());
            true
        }
    });
    Effects::refusals_first(changes)
}

fn refused(why: impl Into<String>) -> Change {
    Change::Refused(why.into())
}

fn not_read(addon: &str) -> Change {
    Change::Unknown(format!("{addon} was not read, so what this does is not known."))
}

/// Every change of what an app has restarts it, and makes no release (seen on a running server).
fn restart(app: &str, detail: &str) -> Change {
    Change::App { app: app.to_owned(), effect: AppEffect::Restart, detail: detail.to_owned() }
}

/// Why an add-on can't do this: its service or plan does not allow it, or it is not in service.
fn cannot(addon: &Addon, verb: Verb) -> Option<Change> {
    let reason = addon.cannot(verb).map(str::to_owned);
    reason.or_else(|| out_of_service(addon, verb)).map(Change::Refused).or_else(|| in_doubt(addon))
}

/// What reads as failed may never have been made, or may work as before (map.rs): nobody knows what else can be done with it.
fn in_doubt(addon: &Addon) -> Option<Change> {
    (addon.state == State::Failed).then(|| {
        Change::Unknown(format!(
            "{} failed (Akkeris says {}): whether it could be made at all, and whether this can be done with it, is not known.",
            addon.name, addon.state_word
        ))
    })
}

/// A broker that is busy with an add-on answers everything with an error (seen on a running server: a 503).
fn out_of_service(addon: &Addon, verb: Verb) -> Option<String> {
    let (name, word) = (&addon.name, &addon.state_word);
    let asks_broker = matches!(verb, Verb::ChangePlan | Verb::BackUp | Verb::RestoreInto | Verb::Restart);
    match &addon.state {
        State::Deprovisioning | State::Gone => Some(format!("{name} is being destroyed.")),
        State::Unreachable(_) if asks_broker => {
            Some(format!("The broker of {name} does not answer, so this could not be done."))
        }
        state if asks_broker && state.is_transitional() => Some(format!(
            "{name} is {word}, and its broker refuses everything until that is over. Wait until it is ready."
        )),
        _ => None,
    }
}

/// What an app tells under a name, where it was read.
fn fact<'a>(app: Option<&'a App>, name: &str) -> Option<&'a str> {
    app.and_then(|app| app.fact(name))
}

/// Whether a comma list has something.
fn has(list: &str, one: &str) -> bool {
    list.split(',').any(|part| part == one)
}

#[cfg(test)]
mod tests;
