//! Why an action can't be done now, in words for the screen: what the platform can't do at all, then what this add-on can't,
//! then how it stands.

use super::Intent;
use crate::app::State;
use crate::model::{Addon, Backup, BackupState, Known, Naming, State as AddonState, Verb};
use crate::store::Row;

/// The reason why an intent can't be followed now; `None` when it can.
pub fn disabled(state: &State, intent: Intent) -> Option<String> {
    disabled_for(state, intent, state.selected_row())
}

/// The same, about another row than the one under the cursor.
pub(crate) fn disabled_for(state: &State, intent: Intent, row: Option<&Row>) -> Option<String> {
    let addon = row.map(|row| &*row.addon);
    let able = |one: Verb| verb(state, one).or_else(|| on_addon(row)).or_else(|| cannot(addon, one));
    // Whether something is known of the add-on that stands in the way.
    let is = |reason: fn(&State, &Addon) -> Option<String>| addon.and_then(|addon| reason(state, addon));
    match intent {
        Intent::Create => verb(state, Verb::Create),
        Intent::Attach => able(Verb::Attach),
        Intent::Detach => able(Verb::Detach).or_else(|| is(no_attachment)),
        Intent::Destroy => able(Verb::Destroy),
        Intent::BackUp if shows_all_backups(state) => Some("Back up an add-on from the list of add-ons.".into()),
        Intent::BackUp => able(Verb::BackUp).or_else(|| is(unmade)),
        Intent::Restore => restoring(state).or_else(|| nothing_to_restore(state, addon)),
        Intent::FindAndRestore => restoring(state),
        Intent::DeleteBackup => verb(state, Verb::DeleteBackup).or_else(|| nothing_to_delete(state, addon)),
        Intent::ScheduleBackups => able(Verb::ScheduleBackups).or_else(|| cannot(addon, Verb::BackUp)),
        Intent::AllBackups => capability(state, Verb::ListBackups),
        Intent::CancelBackup => verb(state, Verb::CancelBackup).or_else(|| nothing_to_cancel(state, addon)),
        Intent::ServiceActions => {
            capability(state, Verb::RunAction).or_else(|| selected(row)).or_else(|| cannot(addon, Verb::RunAction))
        }
        Intent::Follow => able(Verb::Follow).or_else(|| is(unmade)),
        Intent::Fork => able(Verb::PointInTime).or_else(|| is(unmade)),
        Intent::Promote if addon.is_some_and(|addon| has_primary(state, addon)) => {
            able(Verb::Promote).or_else(|| is(unmade))
        }
        Intent::Promote => {
            able(Verb::Promote).or_else(|| is(unmade)).or_else(|| is(no_primary)).or_else(|| is(no_source))
        }
        Intent::ChangePlan => able(Verb::ChangePlan).or_else(|| is(unmade)).or_else(|| is(no_plan)),
        Intent::Rename => able(Verb::Rename).or_else(|| is(unmade)),
        Intent::Rotate => able(Verb::Rotate).or_else(|| is(unmade)),
        Intent::Restart => able(Verb::Restart).or_else(|| is(unmade)),
        Intent::Sleep => able(Verb::Sleep).or_else(|| is(not_to_sleep)),
        Intent::Wake => able(Verb::Wake).or_else(|| is(awake)),
        Intent::MaintenanceOn => verb(state, Verb::Maintenance).or_else(|| maintained(state, row, true)),
        Intent::MaintenanceOff => verb(state, Verb::Maintenance).or_else(|| maintained(state, row, false)),
        Intent::AutoBackupsOn => able(Verb::AutoBackups).or_else(|| is(on_already)),
        Intent::AutoBackupsOff => able(Verb::AutoBackups).or_else(|| is(off_already)),
        Intent::Redeploy => verb(state, Verb::Redeploy).or_else(|| nothing_deployed(state, row)),
        Intent::RollBack if !state.session.words.has_environments => capability(state, Verb::RollBack)
            .or_else(|| Some("One app is rolled back by: attache apps rollback APP RELEASE".into())),
        Intent::RollBack => verb(state, Verb::RollBack).or_else(|| nothing_deployed(state, row)),
        Intent::Log if state.shows_operations() => state.past_disabled(intent),
        // Among environments it is that of the newest deployment.
        Intent::Log if state.deployment_at_hand().is_some() => None,
        Intent::Log => capability(state, Verb::Logs).or_else(|| selected(row)).or_else(|| cannot(addon, Verb::Logs)),
        // Locking again is always possible.
        Intent::Unlock if state.session.unlocked.is_some() => None,
        Intent::Unlock => state.session.cannot_unlock().or_else(|| {
            let is_connected = !state.session.capabilities.is_empty();
            (!is_connected).then(|| "The platform is not connected yet: wait a moment.".into())
        }),
        Intent::Undo | Intent::HandOff | Intent::SendAgain | Intent::TakeOver if state.shows_operations() => {
            state.past_disabled(intent)
        }
        Intent::SendAgain => state.session.no_writes.clone().or_else(|| match state.newest_unsettled() {
            None => Some("No operation's outcome is unknown.".into()),
            Some(operation) => operation.again(state.session.words.keeps_keys, state.clock()).err(),
        }),
        Intent::Note => {
            let is_unsettled = state.operations.values().any(crate::model::Operation::is_unsettled);
            (!is_unsettled).then(|| "No operation's outcome is unknown.".into())
        }
        Intent::Undo => match state.last_finished() {
            Some(operation) => state.way_back(operation).err(),
            None => Some("No operation has finished yet.".into()),
        },
        Intent::Describe | Intent::Timeline | Intent::Variables | Intent::Mark => selected(row),
        _ => None,
    }
}

fn capability(state: &State, verb: Verb) -> Option<String> {
    state.session.cannot(verb).map(str::to_owned)
}

/// What the platform says first, because it never changes; then what this profile lacks.
fn verb(state: &State, verb: Verb) -> Option<String> {
    capability(state, verb).or_else(|| state.session.no_writes.clone())
}

/// A platform that can't make an add-on of a backup may put it into one that is there: one way is enough.
fn restoring(state: &State) -> Option<String> {
    match capability(state, Verb::RestoreInto) {
        Some(_) => verb(state, Verb::Restore),
        None => verb(state, Verb::RestoreInto),
    }
}

fn cannot(addon: Option<&Addon>, verb: Verb) -> Option<String> {
    addon?.cannot(verb).map(str::to_owned)
}

fn selected(row: Option<&Row>) -> Option<String> {
    row.is_none().then(|| "No add-on is selected.".into())
}

fn on_addon(row: Option<&Row>) -> Option<String> {
    let Some(Row { addon, missing_since, .. }) = row else { return selected(None) };
    if addon.state == AddonState::Deprovisioning {
        return Some(format!("{} is being destroyed.", addon.name));
    }
    missing_since.map(|since| {
        format!("{} is missing from the platform's list since {since:.0}: its own read must find it first.", addon.name)
    })
}

/// It is not there yet. What is not known stands in nobody's way here: the platform is asked before anything is confirmed.
fn unmade(_: &State, addon: &Addon) -> Option<String> {
    let is_unmade = matches!(addon.state, AddonState::Requested | AddonState::Provisioning | AddonState::Restoring);
    is_unmade.then(|| format!("{} is {}: wait until it is ready.", addon.name, addon.state.word()))
}

fn not_to_sleep(state: &State, addon: &Addon) -> Option<String> {
    match addon.state {
        AddonState::Sleeping => Some(format!("{} sleeps already.", addon.name)),
        AddonState::Failed => Some(format!("{} has failed: it does not run.", addon.name)),
        _ => unmade(state, addon),
    }
}

fn awake(_: &State, addon: &Addon) -> Option<String> {
    match &addon.state {
        AddonState::Sleeping | AddonState::Unreachable(_) | AddonState::Unknown(_) | AddonState::Other(_) => None,
        state => Some(format!("{} does not sleep: it is {}.", addon.name, state.word())),
    }
}

/// Why the app at hand can't be put into maintenance, or taken out of it. Where its state is not known, the platform is asked.
fn maintained(state: &State, row: Option<&Row>, is_on: bool) -> Option<String> {
    let Some(row) = row else { return selected(None) };
    let app = match state.app_at_hand(&row.addon) {
        Ok(app) => app,
        Err(why) => return Some(why),
    };
    let known = state.app(app)?;
    let act = known.maintenance_act().map_or_else(String::new, |act| format!(", {act}"));
    match (known.maintenance.get(), is_on) {
        (Some(true), true) => Some(format!("{app} is in maintenance already{act}.")),
        (Some(false), false) => Some(format!("{app} is not in maintenance.")),
        _ => None,
    }
}

fn no_plan(state: &State, addon: &Addon) -> Option<String> {
    let Some(catalog) = &state.store.catalog.value else {
        return Some("The catalog of plans was not read yet.".into());
    };
    // They are read once they are looked at.
    if catalog.service(&addon.service).is_some_and(|service| service.are_plans_unread) {
        return None;
    }
    let count = catalog.service(&addon.service).map_or(0, |service| service.plans.len());
    (count < 2).then(|| format!("There is no other plan of {}.", addon.service))
}

fn no_source(state: &State, addon: &Addon) -> Option<String> {
    state.sources(addon).next().is_none().then(|| {
        format!(
            "No other {} add-on is used by an app: there is nothing to switch over to {}.",
            addon.service, addon.name
        )
    })
}

fn on_already(state: &State, addon: &Addon) -> Option<String> {
    let is_on = state.backups(&addon.key.id)?.policy.as_ref()?.is_automatic == Some(true);
    is_on.then(|| format!("The automatic backups of {} are on already.", addon.name))
}

fn off_already(state: &State, addon: &Addon) -> Option<String> {
    let is_off = state.backups(&addon.key.id)?.policy.as_ref()?.is_automatic == Some(false);
    is_off.then(|| format!("The automatic backups of {} are off already.", addon.name))
}

/// Why no environment can be deployed again, or taken back.
fn nothing_deployed(state: &State, row: Option<&Row>) -> Option<String> {
    let Some(row) = row else { return selected(None) };
    let word = state.session.words.app;
    let Some(app) = state.deployed_app(&row.addon) else {
        return Some(format!("No {word} is known that {} is made for, and so no environment.", row.addon.name));
    };
    let slot = state.environments(app)?;
    let is_none = slot.value.as_ref().is_some_and(Vec::is_empty);
    is_none.then(|| format!("{app} has no environment."))
}

fn no_attachment(_: &State, addon: &Addon) -> Option<String> {
    match &addon.attachments {
        Known::Unknown(why) => Some(format!("Which apps {} is attached to is not known: {why}", addon.name)),
        Known::Is(list) if list.is_empty() => Some(format!("{} is attached to no app.", addon.name)),
        Known::Is(_) => None,
    }
}

fn shows_all_backups(state: &State) -> bool {
    matches!(state.modals.last(), Some(crate::app::modal::Modal::Backups(view)) if view.addon.is_none())
}

/// A backup that can't be restored is no way in. An add-on without one is: there it is told what else can be done.
fn nothing_to_restore(state: &State, addon: Option<&Addon>) -> Option<String> {
    if !state.is_among_backups() {
        return addon.and_then(crate::app::no_backups).map(str::to_owned);
    }
    let backup = state.chosen_backup()?;
    match &backup.state {
        BackupState::Finished => None,
        BackupState::Pending | BackupState::Running => {
            Some(format!("Backup {} is not finished yet: only a finished one can be restored.", backup.id))
        }
        BackupState::Failed => Some(format!("Backup {} failed: it can't be restored.", backup.id)),
        BackupState::Expired => Some(format!("The data of backup {} is gone: it can't be restored.", backup.id)),
        BackupState::Other(word) => {
            Some(format!("Backup {} is {word}: only a finished one can be restored.", backup.id))
        }
    }
}

/// Whether apps have one add-on of its service that comes first.
fn has_primary(state: &State, addon: &Addon) -> bool {
    state.session.words.naming.primary(&addon.service).is_some()
}

/// Where apps have one that comes first, services may be without such a thing.
fn no_primary(state: &State, addon: &Addon) -> Option<String> {
    let has_firsts = matches!(state.session.words.naming, Naming::Akkeris | Naming::Heroku);
    let is_without = has_firsts && !has_primary(state, addon);
    is_without.then(|| {
        format!("No app has one {} that comes first: {} is used where it is attached.", addon.service, addon.name)
    })
}

fn nothing_to_cancel(state: &State, addon: Option<&Addon>) -> Option<String> {
    let is_moving = |backup: &Backup| matches!(backup.state, BackupState::Pending | BackupState::Running);
    let why = |backup: &Backup| {
        (!is_moving(backup))
            .then(|| format!("Backup {} is {}: there is nothing to stop.", backup.id, backup.state.word()))
    };
    among_backups(state, addon, why, is_moving, "backup under way")
}

fn nothing_to_delete(state: &State, addon: Option<&Addon>) -> Option<String> {
    let is_there = |backup: &Backup| backup.state != BackupState::Expired;
    let why =
        |backup: &Backup| (!is_there(backup)).then(|| format!("The data of backup {} is gone already.", backup.id));
    among_backups(state, addon, why, is_there, "backup")
}

/// Among backups, what stands against the one under the cursor; else, whether the add-on is known to have none that will do.
fn among_backups(
    state: &State,
    addon: Option<&Addon>,
    why: impl Fn(&Backup) -> Option<String>,
    will_do: impl Fn(&Backup) -> bool,
    what: &str,
) -> Option<String> {
    if state.is_among_backups() {
        return state.chosen_backup().map_or_else(|| Some("There is no backup here.".into()), why);
    }
    let Some(addon) = addon else { return selected(None) };
    if let Some(reason) = crate::app::no_backups(addon) {
        return Some(reason.to_owned());
    }
    let has_none = match state.backups(&addon.key.id) {
        Some(backups) => !backups.list.iter().any(will_do),
        None => false,
    };
    has_none.then(|| format!("{} has no {what}.", addon.name))
}
