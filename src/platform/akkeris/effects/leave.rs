//! What an app loses, and who becomes its primary instead, which nobody asked for.

use super::super::map::{cannot_destroy, guarded};
use super::users::{User, becomes_primary, full_names, loses, users, value};
use super::{Knowledge, not_read, refused, restart};
use crate::model::{Addon, Attachment, Change, Known, Owner, State, Text, VariableValue, Verb};
use crate::platform::Situation;

pub(super) fn detach(attachment_id: &str, addon: &str, app: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    if row.owner == Owner::App(app.into()) {
        return vec![refused(format!("{app} owns {addon}: what an app owns can't be detached, only destroyed."))];
    }
    let found = row.attachments.items().iter().find(|one| one.id.as_deref() == Some(attachment_id));
    let Some(attachment) = found else {
        return vec![Change::Unknown(format!("{addon} has no such attachment to {app} any more."))];
    };
    let mut changes = lost(row, attachment, "detached", situation);
    changes.push(Change::Note(format!("{addon} itself stays, with its data.")));
    changes
}

pub(super) fn destroy(addon: &str, situation: &Situation, known: &Knowledge) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes = vec![Change::LosesData(format!("All data of {} ({}).", row.name, row.service_and_plan()))];
    let Owner::App(owner) = &row.owner else { return vec![not_read(addon)] };
    let elsewhere: Vec<String> = row
        .attachments
        .items()
        .iter()
        .filter(|one| !one.owner_row && one.app != *owner)
        .map(|one| one.alias.as_ref().map_or_else(|| one.app.to_string(), |alias| format!("{} (as {alias})", one.app)))
        .collect();
    if !elsewhere.is_empty() {
        changes.push(refused(format!(
            "{addon} is attached to {}: Akkeris destroys it only once it is detached from each of them.",
            elsewhere.join(", ")
        )));
    }
    changes.extend(only_administrators(row, owner, situation, known));
    match row.attachments.items().iter().find(|one| one.owner_row) {
        Some(own) => changes.extend(lost(row, own, "destroyed", situation)),
        None => changes.push(restart(owner, "without its variables")),
    }
    changes.extend(copies(row, situation));
    changes.push(Change::Irreversible(match row.cannot(Verb::ListBackups) {
        Some(_) => format!("{addon} can't be brought back: it has no backups."),
        None => format!(
            "{addon} can't be brought back, nor can its backups: they go with it, and Akkeris hands out no files of them."
        ),
    }));
    changes
}

/// In spaces of some compliances only administrators destroy (seen on a running server: 403).
fn only_administrators(row: &Addon, owner: &str, situation: &Situation, known: &Knowledge) -> Option<Change> {
    // The add-on has the compliance of its app.
    let compliance = row.fact("compliance")?;
    let kind = ["socs", "prod"].into_iter().find(|kind| super::has(compliance, kind))?;
    let home = situation.app.as_ref().filter(|app| app.name == *owner && guarded(app).is_some());
    match known.is_administrator {
        Some(true) => None,
        Some(false) => Some(refused(cannot_destroy(home, Some(false)).unwrap_or_else(|| {
            format!("{owner} is in a {kind} space, where only administrators destroy add-ons; this account is none.")
        }))),
        None => Some(Change::Note(format!(
            "{owner} is in a {kind} space, where only administrators destroy add-ons; whether this account is one was not read."
        ))),
    }
}

/// The backups, which go with it.
fn copies(row: &Addon, situation: &Situation) -> Option<Change> {
    let backups = situation.backups.as_ref()?;
    match backups.list.len() {
        0 => None,
        count => {
            let last =
                backups.last_finished().map_or_else(String::new, |last| format!(", also {}, the last one", last.id));
            let all = if count == 1 { "Its only backup".to_owned() } else { format!("Its {count} backups") };
            Some(Change::LosesData(format!("{all}{last}: they are kept with {} alone.", row.name)))
        }
    }
}

/// What an app loses with an add-on, and who becomes the primary of the service there.
fn lost(row: &Addon, attachment: &Attachment, how: &str, situation: &Situation) -> Vec<Change> {
    let app = attachment.app.as_str();
    let user = User { addon: row, attachment };
    let mut changes = vec![restart(app, &format!("{} {how}", row.name))];
    let others: Vec<User<'_>> =
        users(app, &row.service, situation).into_iter().filter(|one| one.addon.key.id != row.key.id).collect();
    // A secondary goes alone; whether it is one may not be told.
    let goes_alone = attachment.primary == Some(false) || others.is_empty();
    let names = full_names(user, situation);
    let Some(names) = names else {
        changes.push(match row.state {
            // It never had any.
            State::Failed | State::Provisioning => Change::Note(format!("{app} has no variables of it yet.")),
            _ => Change::Unknown(format!("Which variables {app} loses is not known.")),
        });
        return changes;
    };
    if goes_alone {
        changes.extend(names.iter().filter_map(|name| loses(app, name, &row.name, situation)));
        return changes;
    }
    match others.as_slice() {
        [next] => {
            let mut taken = becomes_primary(*next, situation);
            // What the next one does not have under the same name is gone.
            let stays = |name: &&Text| {
                taken.iter().any(|change| matches!(change, Change::Variable { name: one, .. } if one == name.as_str()))
            };
            let gone: Vec<Change> = names
                .iter()
                .filter(|name| !stays(name))
                .filter_map(|name| loses(app, name, &row.name, situation))
                .collect();
            changes.push(Change::Disturbs(format!(
                "{} becomes the primary {} of {app} by itself: {app} works with other data from then on, under the same names.",
                next.addon.name, row.service
            )));
            changes.append(&mut taken);
            changes.extend(gone);
        }
        several => {
            let list: Vec<&str> = several.iter().map(|one| one.addon.name.as_str()).collect();
            changes.push(Change::Unknown(format!(
                "One of {} becomes the primary {} of {app} by itself; which one, nobody can tell before. Make one of them the primary first, to choose.",
                list.join(", "),
                row.service
            )));
            changes.extend(names.into_iter().map(|name| Change::Variable {
                before: match value(app, &name, situation) {
                    VariableValue::Unknown | VariableValue::Absent => VariableValue::From(row.name.to_string()),
                    before => before,
                },
                app: app.to_owned(),
                name: name.to_string(),
                after: VariableValue::Unknown,
            }));
        }
    }
    if let Known::Unknown(why) = &row.attachments {
        changes.push(Change::Unknown(format!("Which apps use it is not known: {why}.")));
    }
    changes
}
