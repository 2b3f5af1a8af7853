//! What switching the apps of one add-on over to another does.

use super::attachments::{not_read, release, value, variables_of, with_alias};
use super::{daily, limits, queue};
use crate::model::{Addon, Attachment, Change, Known, State, VariableValue, Verb, variable_name};
use crate::platform::Situation;

pub(super) fn move_attachments(from: &str, to: &str, situation: &Situation) -> Vec<Change> {
    let Some(target) = &situation.addon else { return vec![not_read(to)] };
    let Some(source) = &situation.source else { return vec![not_read(from)] };
    let unable = target.cannot(Verb::Promote).map(|reason| Change::Refused(reason.to_owned()));
    let mut changes: Vec<Change> = unable.into_iter().chain(refusals(source, target)).collect();
    let attachments = match &source.attachments {
        Known::Is(attachments) => attachments.as_slice(),
        Known::Unknown(why) => {
            changes.push(Change::Unknown(format!("Which apps use {from} is not known: {why}.")));
            &[]
        }
    };
    if matches!(source.attachments, Known::Is(_)) && attachments.is_empty() {
        changes.push(Change::Refused(format!("{from} is attached to no app, so there is nothing to switch over.")));
    }
    changes.extend(apps(source, target, attachments, situation));
    changes.push(lost_writes(source, target, situation));
    changes.extend(missing(source, target, situation).into_iter().map(Change::Note));
    changes.push(Change::Note(format!(
        "{from} stays as it is, with its data and its backups, attached to no app. Promoting {from} switches back."
    )));
    changes.extend(queue(target));
    changes
}

/// Why the platform would not do it.
fn refusals(source: &Addon, target: &Addon) -> Vec<Change> {
    let (from, to) = (&source.name, &target.name);
    let mut refusals = Vec::new();
    if source.key == target.key {
        refusals.push(format!("{to} can't take over from itself."));
    }
    if source.service != target.service {
        refusals.push(format!("{to} is {}, and {from} is {}: apps can't be switched.", target.service, source.service));
    }
    if !target.state.is_ready() {
        let wake = if target.state == State::Sleeping { format!(" Wake {to} first.") } else { String::new() };
        refusals.push(format!("{to} is {}: apps are switched over to one that is ready.{wake}", target.state_word));
    }
    refusals.into_iter().map(Change::Refused).collect()
}

/// Each app once, with every variable that comes from the other add-on afterwards.
fn apps(source: &Addon, target: &Addon, attachments: &[Attachment], situation: &Situation) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for app in attachments.iter().map(|one| one.app.as_str()) {
        if seen.contains(&app) {
            continue;
        }
        seen.push(app);
        let rows: Vec<&Attachment> = attachments.iter().filter(|one| one.app == app).collect();
        let aliases: Vec<&str> = rows.iter().filter_map(|one| one.alias.as_deref()).collect();
        let alias = (!aliases.is_empty()).then(|| aliases.join(" and "));
        let detail = with_alias(&format!("switched to {}", target.name), alias.as_deref());
        match &target.config_vars {
            Known::Is(bare) if bare.is_empty() => changes
                .push(Change::Note(format!("{app}: {detail}. It has no variables of it, so it is not released."))),
            Known::Is(bare) => {
                changes.push(release(app, &detail));
                let names =
                    rows.iter().flat_map(|one| bare.iter().map(|bare| variable_name(one.alias.as_deref(), bare)));
                changes.extend(variables(app, names, source, target, situation));
            }
            Known::Unknown(why) => {
                changes.push(release(app, &detail));
                changes.push(Change::Unknown(format!("Which variables {app} gets is not known: {why}.")));
            }
        }
    }
    changes
}

fn variables(
    app: &str,
    names: impl Iterator<Item = String>,
    source: &Addon,
    target: &Addon,
    situation: &Situation,
) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut taken = Vec::new();
    for name in names {
        let before = match variables_of(app, situation) {
            Some(_) => value(app, &name, situation),
            None => VariableValue::Unknown,
        };
        let is_free = match &before {
            VariableValue::Absent | VariableValue::Unknown => true,
            VariableValue::From(addon) => *addon == source.name,
            VariableValue::Own => false,
        };
        if !is_free {
            taken.push(name.clone());
        }
        let after = VariableValue::From(target.name.to_string());
        changes.push(Change::Variable { app: app.to_owned(), name, before, after });
    }
    if !taken.is_empty() {
        changes.push(Change::Refused(format!(
            "{app} has {} already, and not from {}. Detach what gives it first; all apps are switched or none.",
            taken.join(", "),
            source.name
        )));
    }
    changes
}

/// What the apps don't see any more.
fn lost_writes(source: &Addon, target: &Addon, situation: &Situation) -> Change {
    let (from, to) = (&source.name, &target.name);
    let origin =
        target.restored_from.as_ref().filter(|origin| origin.addon_id.as_deref() == Some(source.key.id.as_str()));
    match origin {
        Some(origin) => {
            let backup = situation.backup.as_ref().filter(|backup| backup.id == origin.backup_id);
            Change::LosesWrites {
                addon: from.to_string(),
                since: backup.and_then(|backup| backup.started_at),
                why: format!("not in {to}, which was made from backup {}", origin.backup_id),
            }
        }
        None => {
            let what = match &target.restored_from {
                Some(origin) => format!("made from backup {}, which is not one of {from}", origin.backup_id),
                None => format!("not made from a backup of {from}"),
            };
            Change::LosesData(format!("Whatever of the data of {from} is not in {to}, which was {what}."))
        }
    }
}

/// What the other one does not have, or has less of.
fn missing(source: &Addon, target: &Addon, situation: &Situation) -> Vec<String> {
    let (from, to) = (&source.name, &target.name);
    let mut missing = Vec::new();
    let policy = |backups: &Option<crate::model::Backups>| backups.as_ref().and_then(|one| one.policy.clone());
    match (policy(&situation.backups), policy(&situation.target_backups)) {
        (Some(old), Some(new)) => {
            match (&old.schedule, &new.schedule) {
                (Some(old), None) => missing.push(format!(
                    "{to} has no schedule: {from} is backed up {}. Give {to} one, or nobody backs it up.",
                    daily(old)
                )),
                (Some(old), Some(new)) if old != new => {
                    missing.push(format!("{to} is backed up {}; {from} is backed up {}.", daily(new), daily(old)));
                }
                _ => {}
            }
            if let (Some(old), Some(new)) = (old.keep_count, new.keep_count)
                && new < old
            {
                missing.push(format!("{to} keeps {new} backups; {from} keeps {old}."));
            }
            if let (Some(old), Some(new)) = (old.keep_days, new.keep_days)
                && new < old
            {
                missing.push(format!("{to} keeps a backup for {new} days; {from} for {old}."));
            }
        }
        (Some(_), None) => missing.push(format!("How {to} is backed up is not told; {from} has backups.")),
        (None, _) => {}
    }
    if source.plan != target.plan {
        missing.push(format!("{to} is {}; {from} is {}.", target.service_and_plan(), source.service_and_plan()));
        if let (Some(before), Some(after)) = &situation.plans {
            missing.extend(limits(before, after).into_iter().map(|what| format!("Against {from}: {what}.")));
        }
    }
    missing
}
