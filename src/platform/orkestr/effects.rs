//! What a command does on this platform. Pure: told from what was read just before.

mod addons;
mod apps;
mod copies;

use super::capability::lacks;
use crate::model::{AppEffect, Change, Command, Effects, Environment};
use crate::platform::Situation;

/// What is known beside what was read for the command.
#[derive(Clone, Debug, Default)]
pub(super) struct Knowledge {
    /// The account's plan, where it was told.
    pub(super) plan: Option<String>,
    /// How many add-ons were read.
    pub(super) addons: usize,
}

/// All that a command does.
pub(super) fn effects(command: &Command, situation: &Situation, known: &Knowledge) -> Effects {
    let changes = match command {
        Command::CreateAddon(create) => addons::create(create, situation, known),
        Command::DestroyAddon { addon, .. } => addons::destroy(addon, situation),
        Command::BackUp { addon, label, .. } => copies::back_up(addon, label.as_deref(), situation),
        Command::DeleteBackup { backup_id, .. } => copies::delete(backup_id, situation),
        Command::AutoBackups { addon, is_on, .. } => copies::switch(addon, *is_on, situation, known),
        Command::Redeploy { app, environment_id, environment } => {
            apps::redeploy(app, environment_id.as_deref(), environment, situation)
        }
        Command::RollBack { app, release } => apps::roll_back(app, release, situation, known),
        other => {
            let why = lacks(other.verb()).unwrap_or("orkestr has no such command.");
            vec![Change::Refused(why.to_owned())]
        }
    };
    Effects::refusals_first(changes)
}

fn not_read(addon: &str) -> Change {
    Change::Unknown(format!("{addon} was not read, so what this does is not known."))
}

/// A plan is no right: what it has is on its page, and the server decides.
fn is_free(known: &Knowledge) -> bool {
    known.plan.as_deref().is_some_and(|plan| matches!(plan.to_lowercase().as_str(), "free" | "starter"))
}

/// What has to be deployed again before it has what changed: each environment, where they were read.
fn pending(app: &str, environments: Option<&[Environment]>, detail: &str) -> Vec<Change> {
    let change = |environment: &str| Change::App {
        app: app.to_owned(),
        effect: AppEffect::PendingRedeploy(environment.to_owned()),
        detail: detail.to_owned(),
    };
    match environments {
        Some([]) | None => vec![change("each environment")],
        Some(environments) => environments.iter().map(|one| change(&one.name)).collect(),
    }
}

#[cfg(test)]
mod tests;
