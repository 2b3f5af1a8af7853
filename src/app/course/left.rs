//! What a procedure left behind: each thing with the command, or the line, that puts it right.

use super::State;
use crate::model::{Act, Attachment, Command, Course, Known, Late, StepState, Way, shell_line};

/// One thing that is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOver {
    /// What, and how it stands.
    pub what: String,
    /// What would put it right, as an imperative without a full stop; nothing where it is not known how.
    pub way: Option<String>,
    /// The command that does.
    pub command: Option<Command>,
    /// The line for a shell that does, where no command can.
    pub line: Option<String>,
}

/// What is left over of a procedure, as far as the platform tells now.
pub fn left_over(state: &State, course: &Course) -> Vec<LeftOver> {
    let mut left = Vec::new();
    left.extend(tests(state, course));
    left.extend(maintenance(state, course));
    left.extend(former(state, course));
    left.extend(copy(state, course));
    left.extend(files(course));
    left
}

fn sent(command: Command) -> (Option<String>, Option<Command>) {
    (Some(command.sentence()), Some(command))
}

/// Test apps that the replacement was attached to while it was checked.
fn tests(state: &State, course: &Course) -> Vec<LeftOver> {
    let checks = course.procedure.steps.iter().zip(&course.steps).filter(|(step, _)| step.act == Act::Check);
    let given = checks.flat_map(|(_, status)| &status.parts).filter_map(|part| match (&part.command, &part.state) {
        (Command::Attach { addon_id, addon, app, alias, .. }, StepState::Done(_) | StepState::Unknown(_)) => {
            Some((addon_id, addon, app, alias))
        }
        _ => None,
    });
    given
        .filter_map(|(addon_id, addon, app, alias)| {
            let as_alias = alias.as_ref().map_or_else(String::new, |alias| format!(" as {alias}"));
            let what = format!("{addon} is attached to {app}{as_alias} for the check");
            let row = state.store.addons.get(&state.store.key(addon_id));
            let rows = row.and_then(|row| row.addon.attachments.get());
            let Some(rows) = rows else {
                return Some(LeftOver { what: format!("{what}, or was"), way: None, command: None, line: None });
            };
            let is_it = |one: &&Attachment| one.app == *app && one.alias.as_deref() == alias.as_deref();
            let id = rows.iter().find(is_it)?.id.clone();
            let (way, command) = id.map_or((None, None), |attachment_id| {
                sent(Command::Detach {
                    attachment_id: attachment_id.to_string(),
                    addon_id: addon_id.clone(),
                    addon: addon.clone(),
                    app: app.clone(),
                    alias: alias.clone(),
                })
            });
            Some(LeftOver { what, way, command, line: None })
        })
        .collect()
}

/// Apps that this procedure put into maintenance and that are still in it.
fn maintenance(state: &State, course: &Course) -> Vec<LeftOver> {
    let parts = course.steps.iter().flat_map(|status| &status.parts);
    let stopped = parts.filter_map(|part| match (&part.command, &part.state) {
        (Command::Maintenance { app, is_on: true }, StepState::Done(_) | StepState::Unknown(_)) => Some(app),
        _ => None,
    });
    let apps = state.store.apps.value.as_deref().unwrap_or_default();
    stopped
        .filter_map(|app| {
            let known = apps.iter().find(|one| one.name == *app).map(|one| &one.maintenance);
            let what = match known {
                Some(Known::Is(false)) => return None,
                Some(Known::Is(true)) => format!("{app} is in maintenance"),
                _ => format!("{app} was put into maintenance; whether it still is, is not known"),
            };
            let (way, command) = sent(Command::Maintenance { app: app.clone(), is_on: false });
            Some(LeftOver { what, way, command, line: None })
        })
        .collect()
}

/// The add-on whose data was lost. It is kept until somebody destroys it.
fn former(state: &State, course: &Course) -> Option<LeftOver> {
    let goal = course.procedure.goal.restore()?;
    let switches = |act: &Act| *act == Act::Late { late: Late::SwitchOver };
    let is_switched = course
        .procedure
        .steps
        .iter()
        .zip(&course.steps)
        .any(|(step, status)| switches(&step.act) && matches!(status.state, StepState::Done(_)));
    let row = state.store.addons.get(&state.store.key(&goal.addon_id))?;
    let name = row.addon.name.clone();
    let apps = row.addon.attachments.get().map(Vec::len);
    // The names under which the switch kept it on purpose, so that an app can still reach the former data.
    let parts = course.steps.iter().flat_map(|status| &status.parts);
    let kept: Vec<(&str, &Option<String>)> = parts
        .filter_map(|part| match &part.command {
            Command::Attach { addon_id, app, alias, .. } if *addon_id == goal.addon_id => Some((app.as_str(), alias)),
            _ => None,
        })
        .collect();
    let rows = row.addon.attachments.get().map(Vec::as_slice).unwrap_or_default();
    let is_kept =
        |one: &Attachment| kept.iter().any(|(app, alias)| one.app == *app && one.alias.as_deref() == alias.as_deref());
    let is_only_kept = !rows.is_empty() && rows.iter().all(is_kept);
    if !is_switched {
        return None;
    }
    let what = match apps {
        Some(0) => format!("{name}, with the data as it was, is kept; no app uses it"),
        Some(_) if is_only_kept => {
            let names = rows.iter().map(|one| format!("{} of {}", one.alias.as_deref().unwrap_or(&name), one.app));
            let names: Vec<String> = names.collect();
            format!("{name}, with the data as it was, is kept, attached under another name only: {}", names.join(", "))
        }
        Some(_) => format!("{name}, with the data as it was, is kept, and apps still use it"),
        None => format!("{name}, with the data as it was, is kept"),
    };
    // Where apps still use it, or nobody knows, that comes first.
    let (way, command) = match apps {
        Some(0) => sent(Command::DestroyAddon { addon_id: goal.addon_id.clone(), addon: name.to_string() }),
        _ => (None, None),
    };
    Some(LeftOver { what, way, command, line: None })
}

/// The copy of the broken state.
fn copy(state: &State, course: &Course) -> Option<LeftOver> {
    let goal = course.procedure.goal.restore()?;
    let backup_id = course.copy_id()?.to_owned();
    let backups = state.backups(&goal.addon_id).map(|backups| backups.list.as_slice()).unwrap_or_default();
    let label = backups.iter().find(|one| one.id == backup_id).and_then(|one| one.label.clone());
    let label = label.map_or_else(String::new, |label| format!(", \"{label}\""));
    let what = format!("The copy {backup_id} of the broken state{label} is kept");
    if goal.way == Way::InPlace {
        // It is the one way back.
        let (addon_id, addon) = (goal.addon_id.clone(), goal.addon.clone());
        let (way, command) = sent(Command::RestoreInto { backup_id, of: Some(addon.clone()), addon_id, addon });
        return Some(LeftOver {
            what: format!("{what}: what was replaced comes back from it"),
            way,
            command,
            line: None,
        });
    }
    let (addon_id, addon) = (Some(goal.addon_id.clone()), Some(goal.addon.clone()));
    let (way, command) = sent(Command::DeleteBackup { backup_id, addon_id, addon });
    Some(LeftOver { what, way, command, line: None })
}

/// Files of our own.
fn files(course: &Course) -> Vec<LeftOver> {
    let steps = course.procedure.steps.iter().zip(&course.steps);
    let fetched = steps.filter_map(|(step, status)| match (&step.act, &status.state) {
        (Act::Download { file, .. }, StepState::Done(_)) => Some(file.display().to_string()),
        _ => None,
    });
    fetched
        .map(|file| LeftOver {
            what: format!("The downloaded backup is in {}", crate::model::printable(&file)),
            way: Some("Copy the line that removes it".to_owned()),
            command: None,
            line: Some(shell_line(["rm", "--", file.as_str()])),
        })
        .collect()
}

/// What is where when a procedure ends here, one sentence each without a full stop.
pub(crate) fn stays(state: &State, course: &Course) -> Vec<String> {
    let goal = &course.procedure.goal;
    let is_used = |id: &str, name: &str| {
        let row = state.store.addons.get(&state.store.key(id));
        let attachments = row.and_then(|row| row.addon.attachments.get());
        match attachments {
            Some(rows) if rows.is_empty() => format!("{name} is used by no app"),
            Some(rows) => {
                let apps: Vec<&str> = rows.iter().map(|one| one.app.as_str()).collect();
                format!("{name} is used by {}", apps.join(", "))
            }
            None => format!("which apps use {name} is not known"),
        }
    };
    let mut stays = vec![is_used(goal.addon_id(), goal.addon())];
    let made = course.replacement_id().filter(|id| *id != goal.addon_id());
    stays.extend(made.map(|id| is_used(id, goal.replacement())));
    stays.extend(maintenance(state, course).into_iter().map(|left| left.what));
    let runs = course.operations().filter(|one| !one.outcome.is_end());
    stays.extend(runs.map(|one| format!("{} goes on at the platform", one.command.sentence())));
    stays
}
