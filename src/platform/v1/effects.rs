//! What a command does on this platform. Pure: told from what was read just before.

mod addons;
mod apps;
pub(in crate::platform) mod attachments;
pub(in crate::platform) mod backups;
mod promote;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

use crate::model::{Addon, Capability, Change, Command, Effects, Limit, Plan, Schedule, State, Verb, limit_value};
use crate::platform::Situation;

/// Why no app can be rolled back here.
pub(super) const NO_CODE: &str = "The local platform's releases are of variables alone: there is no code to roll back.";

/// Why data is not replaced in place here.
pub(super) const ONLY_REPLACEMENTS: &str =
    "The local platform restores into a new add-on, so that the old data stays until you destroy it.";
/// Why one app alone is not moved here.
pub(super) const ALL_OR_NOTHING: &str =
    "The local platform moves all apps of an add-on at once, or none: switch them over together.";
/// Why nothing can be cancelled here.
const NO_CANCEL: &str = "The local platform ends what it has begun: a backup can be deleted once it is finished.";
/// Why there are no actions here.
const NO_ACTIONS: &str = "The services of the local platform have no actions of their own.";
/// Why there is no point in time here.
const NO_LOG: &str =
    "The local platform keeps backups, and no log between them: restore the last one before the moment.";
/// Why nothing follows here.
const NO_FOLLOWERS: &str = "The local platform has no followers.";
/// Why they are not switched on and off here.
const SCHEDULED: &str = "The local platform backs up at an hour that you say: schedule the backups instead.";
/// Why nothing is deployed here.
const NO_DEPLOYMENTS: &str =
    "The local platform deploys nothing: a command under attache run gets each release at once.";

/// Why the platform does not have what a verb asks for.
pub(super) fn lacks(verb: Verb) -> Option<&'static str> {
    Some(match verb {
        Verb::RollBack => NO_CODE,
        Verb::RestoreInto => ONLY_REPLACEMENTS,
        Verb::CancelBackup => NO_CANCEL,
        Verb::RunAction => NO_ACTIONS,
        Verb::PointInTime => NO_LOG,
        Verb::Follow => NO_FOLLOWERS,
        Verb::AutoBackups => SCHEDULED,
        Verb::Redeploy => NO_DEPLOYMENTS,
        _ => return None,
    })
}

/// Whether the platform has a verb: all but a few. What a single add-on can't do, it says itself ([`Addon::cannot`]).
pub(super) fn capability(verb: Verb) -> Capability {
    lacks(verb).map_or(Capability::Can, |why| Capability::Cannot(why.to_owned()))
}

/// All that a command does.
pub(super) fn effects(command: &Command, situation: &Situation) -> Effects {
    let changes = match command {
        Command::CreateAddon(create) => attachments::create_addon(create, situation),
        Command::Attach { addon, app, alias, .. } => attachments::attach(addon, app, alias.as_deref(), situation),
        Command::Detach { attachment_id, addon, app, .. } => attachments::detach(attachment_id, addon, app, situation),
        Command::DestroyAddon { addon, .. } => addons::destroy(addon, situation),
        Command::BackUp { addon, label, .. } => backups::back_up(addon, label.as_deref(), situation),
        Command::DeleteBackup { backup_id, .. } => backups::delete(backup_id, situation),
        Command::UploadBackup { service, file, size } => backups::upload(service, file, *size, situation),
        Command::ScheduleBackups { addon, schedule, .. } => backups::schedule(addon, schedule.as_ref(), situation),
        Command::Restore(restore) => backups::restore(restore, situation),
        Command::MoveAttachments { from, to, .. } => promote::move_attachments(from, to, situation),
        Command::ChangePlan { addon, plan, .. } => addons::change_plan(addon, plan, situation),
        Command::Rename { addon, name, .. } => addons::rename(addon, name, situation),
        Command::Rotate { addon, .. } => addons::rotate(addon, situation),
        Command::Restart { addon, .. } => addons::restart(addon, situation),
        Command::Sleep { addon, .. } => addons::sleep(addon, situation),
        Command::Wake { addon, .. } => addons::wake(addon, situation),
        Command::CreateApp { app, team } => {
            let team = team.as_ref().map_or(String::new(), |team| format!(" of team {team}"));
            vec![Change::Adds(format!("App {app}{team}, with no config vars."))]
        }
        Command::DestroyApp { app } => attachments::destroy_app(app, situation),
        Command::Maintenance { app, is_on } => apps::maintenance(app, *is_on, situation),
        Command::MakePrimary { .. } => vec![Change::Refused(ALL_OR_NOTHING.to_owned())],
        Command::RollBack { .. }
        | Command::RestoreInto { .. }
        | Command::CancelBackup { .. }
        | Command::AutoBackups { .. }
        | Command::Redeploy { .. }
        | Command::RunAction(_) => {
            lacks(command.verb()).map(|why| Change::Refused(why.to_owned())).into_iter().collect()
        }
    };
    Effects::refusals_first(changes)
}

/// Why an add-on can't do this: its service or plan does not allow it, or it is not in service.
fn cannot(addon: &Addon, verb: Verb) -> Option<Change> {
    let reason = addon.cannot(verb).map(str::to_owned);
    reason.or_else(|| out_of_service(addon, verb)).map(Change::Refused)
}

fn out_of_service(addon: &Addon, verb: Verb) -> Option<String> {
    let (name, word) = (&addon.name, &addon.state_word);
    match (&addon.state, verb) {
        (State::Deprovisioning | State::Gone, _) => Some(format!("{name} is being destroyed.")),
        // A name is only a name, and a restart is the way out where it failed.
        (_, Verb::Rename) | (State::Failed, Verb::Restart) => None,
        (State::Requested | State::Provisioning | State::Restoring, _) => {
            Some(format!("{name} is {word}. Wait until it is ready."))
        }
        (State::Failed, _) => {
            let why = addon.state_reason.as_deref().unwrap_or("It does not say why.");
            Some(format!("{name} is failed: {why}"))
        }
        _ => None,
    }
}

/// An add-on that sleeps is woken for what its server has to do.
fn wakes(addon: &Addon) -> Option<Change> {
    let sleeps = addon.state == State::Sleeping;
    sleeps.then(|| Change::Note(format!("{} sleeps: its server is started for this.", addon.name)))
}

/// What waits or runs at the add-on already: what is asked for now comes after it.
fn queue(addon: &Addon) -> Option<Change> {
    let work = addon.work.as_ref()?;
    let what = work.kind.replace('_', " ");
    Some(Change::Note(format!(
        "{} has an operation under way ({what}); this one waits until it has ended.",
        addon.name
    )))
}

/// An instant for people, to the second.
pub(in crate::platform) fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// When something was begun, for people.
pub(in crate::platform) fn begun(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "at a time that is not told".to_owned(), instant)
}

pub(in crate::platform) fn daily(schedule: &Schedule) -> String {
    format!("daily at {:02}:00 {}", schedule.hour, schedule.time_zone)
}

/// The limits that differ, each as `storage: 1 GiB → 512 MiB`.
fn limits(before: &Plan, after: &Plan) -> Vec<String> {
    let shown =
        |limit: Option<&Limit>| limit.map_or_else(|| "none".to_owned(), |one| limit_value(one.value, &one.unit));
    let mut names: Vec<&str> = Vec::new();
    for limit in before.limits.iter().chain(&after.limits) {
        if !names.contains(&limit.name.as_str()) {
            names.push(&limit.name);
        }
    }
    names
        .into_iter()
        .filter_map(|name| {
            let (old, new) = (shown(before.limit(name)), shown(after.limit(name)));
            (old != new).then(|| format!("{}: {old} → {new}", name.replace('_', " ")))
        })
        .collect()
}
