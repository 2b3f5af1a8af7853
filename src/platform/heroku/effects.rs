//! What a command does on Heroku. Pure: told from what was read just before.

mod addons;
mod apps;
mod attachments;
mod copies;
mod run;
mod switch;
#[cfg(test)]
mod tests;

use super::capability::lacks;
use crate::model::{Addon, Change, Command, Effects, State, Verb};
use crate::platform::Situation;

pub(super) use switch::{destruction, switch_over};

/// All that a command does.
pub(super) fn effects(command: &Command, situation: &Situation) -> Effects {
    let changes = match command {
        Command::CreateAddon(create) => attachments::create_addon(create, situation),
        Command::Attach { addon, app, alias, credential, .. } => {
            attachments::attach(addon, app, alias.as_deref(), credential.as_deref(), situation)
        }
        Command::MakePrimary { addon, app, name, .. } => attachments::make_primary(addon, app, name, situation),
        Command::Detach { attachment_id, addon, app, .. } => attachments::detach(attachment_id, addon, app, situation),
        Command::DestroyAddon { addon, .. } => addons::destroy(addon, situation),
        Command::ChangePlan { addon, plan, .. } => addons::change_plan(addon, plan, situation),
        Command::Rename { addon, name, .. } => addons::rename(addon, name, situation),
        Command::Rotate { addon, .. } => addons::rotate(addon, situation),
        Command::BackUp { addon, label, .. } => copies::back_up(addon, label.as_deref(), situation),
        Command::DeleteBackup { backup_id, .. } => copies::delete(backup_id, situation),
        Command::CancelBackup { backup_id, addon, .. } => copies::cancel(backup_id, addon, situation),
        Command::RestoreInto { backup_id, addon, .. } => copies::restore_into(backup_id, addon, situation),
        Command::ScheduleBackups { addon, schedule, .. } => copies::schedule(addon, schedule.as_ref(), situation),
        Command::RunAction(action) => run::run(action, situation),
        Command::Maintenance { app, is_on } => apps::maintenance(app, *is_on, situation),
        Command::RollBack { app, release } => apps::roll_back(app, release, situation),
        Command::MoveAttachments { .. } => {
            vec![Change::Refused("Heroku switches one app at a time: each app's name is moved on its own.".to_owned())]
        }
        Command::Restore(_)
        | Command::UploadBackup { .. }
        | Command::Restart { .. }
        | Command::Sleep { .. }
        | Command::Wake { .. }
        | Command::CreateApp { .. }
        | Command::AutoBackups { .. }
        | Command::Redeploy { .. }
        | Command::DestroyApp { .. } => {
            lacks(command.verb()).map(|why| Change::Refused(why.to_owned())).into_iter().collect()
        }
    };
    Effects::refusals_first(changes)
}

/// Why an add-on can't do this: its service or plan does not allow it, or it is not there.
fn cannot(addon: &Addon, verb: Verb) -> Option<Change> {
    let reason = addon.cannot(verb).map(str::to_owned);
    reason.or_else(|| out_of_service(addon)).map(Change::Refused)
}

fn out_of_service(addon: &Addon) -> Option<String> {
    let (name, word) = (&addon.name, &addon.state_word);
    match addon.state {
        State::Deprovisioning | State::Gone => Some(format!("{name} is {word}: it is going, or gone.")),
        State::Requested | State::Provisioning => Some(format!("{name} is {word}. Wait until it is provisioned.")),
        _ => None,
    }
}
