//! What is done to an add-on itself: its end, its plan, its name, its password, its server.

use super::attachments::{lost, not_read, present, release, with_alias};
use super::{cannot, instant, limits, queue, wakes};
use crate::model::{
    Addon, Backup, BackupState, Change, Figure, Known, Plan, State, Usage, Verb, check_name, limit_value,
};
use crate::platform::Situation;

/// The services whose servers are not started anew for another plan.
const CHANGES_WHILE_IT_RUNS: [&str; 2] = ["valkey", "object-storage"];

pub(super) fn destroy(addon: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes = vec![Change::LosesData(format!("All data of {} ({}).", row.name, row.service_and_plan()))];
    match &row.attachments {
        Known::Is(attachments) => changes.extend(attachments.iter().flat_map(|one| lost(row, one, situation))),
        Known::Unknown(why) => changes.push(Change::Unknown(format!("Which apps lose it is not known: {why}."))),
    }
    if let Some(work) = &row.work {
        let what = work.kind.replace('_', " ");
        changes
            .push(Change::Disturbs(format!("What is under way on it ({what}) is broken off, and what waits fails.")));
    }
    changes.extend(what_is_left(row, situation));
    changes
}

/// What of a destroyed add-on can be had back, and what can't.
fn what_is_left(row: &Addon, situation: &Situation) -> Vec<Change> {
    let name = &row.name;
    let Some(backups) = &situation.backups else {
        if let Some(reason) = row.cannot(Verb::BackUp).or(row.cannot(Verb::ListBackups)) {
            return vec![Change::Irreversible(format!("What is deleted can't be brought back: {reason}"))];
        }
        return vec![Change::Irreversible(format!("Whether there is a backup of {name} is not known."))];
    };
    let mut changes: Vec<Change> = backups
        .list
        .iter()
        .filter(|backup| backup.state == BackupState::Running)
        .map(|backup| Change::Disturbs(format!("Backup {} of it is running and is broken off.", backup.id)))
        .collect();
    match backups.last_finished() {
        Some(last) => {
            changes.push(Change::LosesWrites {
                addon: name.to_string(),
                since: last.started_at,
                why: format!("not in {}, its last finished backup", last.id),
            });
            let until = last.keep_until.map_or_else(String::new, |until| format!(" until {}", instant(until)));
            changes.push(Change::Irreversible(format!(
                "{name} itself can't be brought back. Its last finished backup, {}, is kept{until} and can be restored into another add-on.",
                last.id
            )));
        }
        None => changes.push(Change::Irreversible(format!(
            "There is no finished backup of {name}: what is deleted can't be brought back."
        ))),
    }
    changes
}

pub(super) fn change_plan(addon: &str, plan: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::ChangePlan).into_iter().collect();
    if row.plan.as_deref() == Some(plan) {
        changes.push(Change::Refused(format!("{addon} is on {} already.", row.service_and_plan())));
        return changes;
    }
    let service = &row.service;
    let Some(after) = &situation.plans.1 else {
        changes.push(Change::Unknown(format!("What {service}:{plan} allows is not known.")));
        return changes;
    };
    if let Some(usage) = &situation.usage {
        changes.extend(too_much(row, after, usage));
    }
    changes.push(Change::Adds(format!("{addon} has the plan {service}:{plan} from then on.")));
    if CHANGES_WHILE_IT_RUNS.contains(&service.as_str()) {
        changes.push(Change::Note("Its server takes the new limits while it runs: no connection is cut.".to_owned()));
    } else {
        changes.push(Change::Disturbs(format!(
            "The server of {addon} stops and starts again{}.",
            cut(row, "and come back when it answers again")
        )));
    }
    match &situation.plans.0 {
        Some(before) => {
            changes.extend(limits(before, after).into_iter().map(|what| Change::Note(format!("{what}."))));
            if before.limit("write_loss").is_some() && after.limit("write_loss").is_none() {
                changes.push(Change::LosesData(format!(
                    "{service}:{plan} writes nothing to disk: from then on every restart of the server empties it."
                )));
            }
            changes.extend(fewer_backups(row, after, situation));
        }
        None => changes.push(Change::Unknown(format!("What changes against the plan of {addon} is not known."))),
    }
    changes.push(Change::Note("The platform looks whether the data fits before anything changes.".to_owned()));
    changes.push(Change::Note("Address and variables stay, so no app gets a release.".to_owned()));
    changes.extend(wakes(row));
    changes.extend(queue(row));
    changes
}

/// What it uses already above what the plan would allow. Connections are cut anyway, and backups are pushed out later.
fn too_much<'a>(row: &'a Addon, after: &'a Plan, usage: &'a Usage) -> impl Iterator<Item = Change> + 'a {
    usage.figures.iter().filter(|figure| !matches!(figure.name.as_str(), "connections" | "backups")).filter_map(
        |figure: &Figure| {
            let (limit, value) = (after.limit(&figure.name)?, *figure.value.get()?);
            (value > limit.value).then(|| {
                Change::Refused(format!(
                    "{} uses {} of {}; {}:{} allows {}. Delete data, or choose a larger plan.",
                    row.name,
                    limit_value(value, &limit.unit),
                    figure.name.replace('_', " "),
                    row.service,
                    after.name,
                    limit_value(limit.value, &limit.unit)
                ))
            })
        },
    )
}

/// Backups that are there and that the plan does not keep.
fn fewer_backups(row: &Addon, after: &Plan, situation: &Situation) -> Option<Change> {
    let finished = situation.backups.as_ref()?.list.iter().filter(|one: &&Backup| one.is_finished()).count() as u64;
    let kept = after.limit("backups").map_or(0, |limit| limit.value);
    if finished <= kept {
        return None;
    }
    let service = &row.service;
    let plan = &after.name;
    Some(Change::Note(match kept {
        0 => format!(
            "{service}:{plan} keeps no backups: no new one can be made. Those that there are stay until their days end."
        ),
        _ => format!(
            "{finished} finished backups are there and {service}:{plan} keeps {kept}: the next one pushes the oldest out."
        ),
    }))
}

pub(super) fn rename(addon: &str, name: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::Rename).into_iter().collect();
    if let Err(rule) = check_name("add-on", name) {
        changes.push(Change::Refused(rule));
    }
    changes.push(Change::Adds(format!("{addon} is called {name} from now on.")));
    changes.push(Change::Note("Its address and the variables of its apps stay, so no app gets a release.".to_owned()));
    changes.push(Change::Note(format!("Scripts and people that call it {addon} must call it {name}.")));
    changes.extend(queue(row));
    changes
}

pub(super) fn rotate(addon: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::Rotate).into_iter().collect();
    match &row.attachments {
        Known::Is(attachments) => {
            let mut apps: Vec<&str> = Vec::new();
            for one in attachments {
                if apps.contains(&one.app.as_str()) {
                    continue;
                }
                apps.push(&one.app);
                let of_app = attachments.iter().filter(|other| other.app == one.app);
                let mut used = of_app.clone().filter(|other| present(row, other, situation)).peekable();
                if used.peek().is_none() {
                    changes.push(Change::Note(format!(
                        "{}: it has no variable of it yet, so it is not released.",
                        one.app
                    )));
                    continue;
                }
                let aliases: Vec<&str> = used.filter_map(|other| other.alias.as_deref()).collect();
                let alias = (!aliases.is_empty()).then(|| aliases.join(" and "));
                changes.push(release(&one.app, &with_alias("new password in its variables", alias.as_deref())));
            }
        }
        Known::Unknown(why) => changes.push(Change::Unknown(format!("Which apps use it is not known: {why}."))),
    }
    changes.push(Change::Disturbs(format!(
        "Everything connected to {addon} is cut off, and the old password is refused from then on."
    )));
    changes.push(Change::Note(
        "Whoever uses the password besides these apps (scripts, people, copies of variables) needs the new one."
            .to_owned(),
    ));
    changes.extend(wakes(row));
    changes.extend(queue(row));
    changes
}

pub(super) fn restart(addon: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::Restart).into_iter().collect();
    changes.push(Change::Disturbs(format!(
        "The server of {addon} stops and starts again{}.",
        cut(row, "and come back when it answers again")
    )));
    changes.extend(emptied(row, situation));
    match row.state {
        State::Failed => changes.push(Change::Note(format!("{addon} is failed: this takes it up again."))),
        State::Sleeping => changes.push(Change::Note(format!("{addon} sleeps: this wakes it."))),
        _ => {}
    }
    changes.extend(queue(row));
    changes
}

pub(super) fn sleep(addon: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::Sleep).into_iter().collect();
    if row.state == State::Sleeping {
        changes.push(Change::Note(format!("{addon} sleeps already.")));
    }
    changes.push(Change::Disturbs(format!(
        "The server of {addon} stops{}. The next connection wakes it.",
        cut(row, "and the next one waits until it is awake")
    )));
    changes.extend(emptied(row, situation));
    changes.extend(queue(row));
    changes
}

pub(super) fn wake(addon: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::Wake).into_iter().collect();
    if row.state.is_ready() {
        changes.push(Change::Note(format!("{addon} is awake already.")));
    }
    changes.push(Change::Adds(format!("The server of {addon} runs again.")));
    changes.extend(queue(row));
    changes
}

/// Whose connections are cut.
fn cut(row: &Addon, then: &str) -> String {
    let apps = row.apps();
    match &row.attachments {
        Known::Unknown(_) => format!(": the connections of all apps that use it are cut {then}"),
        Known::Is(_) if apps.is_empty() => ": connections are cut, though no app is attached".to_owned(),
        Known::Is(_) => format!(": the connections of {} are cut {then}", apps.join(", ")),
    }
}

/// What a server that keeps its data in memory alone loses when it stops.
fn emptied(row: &Addon, situation: &Situation) -> Option<Change> {
    if row.service != "valkey" {
        return None;
    }
    match &situation.plans.0 {
        Some(plan) if plan.limit("write_loss").is_some() => None,
        Some(_) => Some(Change::LosesData(format!(
            "All data of {}: {} writes nothing to disk.",
            row.name,
            row.service_and_plan()
        ))),
        None => Some(Change::Unknown(format!("Whether the data of {} survives this is not known.", row.name))),
    }
}
