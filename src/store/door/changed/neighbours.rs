//! Whether the touched apps have other add-ons now, or are served by others.

use crate::model::{Addon, Attachment};
use crate::platform::Situation;

/// The differences, one sentence each. The add-ons that the command itself is about are compared by themselves.
pub(super) fn differ(old: &Situation, new: &Situation, what: &mut Vec<String>) {
    let is_told = |addon: &Addon| [&new.addon, &new.source].into_iter().flatten().any(|one| one.key == addon.key);
    let find = |all: &[Addon], addon: &Addon| all.iter().position(|one| one.key == addon.key);
    for after in new.neighbours.iter().filter(|addon| !is_told(addon)) {
        match find(&old.neighbours, after).and_then(|at| old.neighbours.get(at)) {
            None => what.push(format!("{} has come to {}.", after.name, apps(after))),
            Some(before) => rows(before, after, what),
        }
    }
    for before in old.neighbours.iter().filter(|addon| !is_told(addon)) {
        if find(&new.neighbours, before).is_none() {
            what.push(format!("{} is not at {} any more.", before.name, apps(before)));
        }
    }
    for (before, after) in [(&old.addon, &new.addon), (&old.source, &new.source)] {
        if let (Some(before), Some(after)) = (before, after)
            && before.key == after.key
        {
            primaries(before, after, what);
        }
    }
}

fn apps(addon: &Addon) -> String {
    addon.apps().join(", ")
}

fn rows(before: &Addon, after: &Addon, what: &mut Vec<String>) {
    let name = &after.name;
    let has = |all: &[Attachment], one: &Attachment| {
        all.iter().any(|row| (&row.id, &row.app, &row.alias) == (&one.id, &one.app, &one.alias))
    };
    let (old, new) = (before.attachments.items(), after.attachments.items());
    let under = |row: &Attachment| row.alias.as_ref().map_or_else(String::new, |alias| format!(" as {alias}"));
    for row in new.iter().filter(|row| !has(old, row)) {
        what.push(format!("{name} is now attached to {}{}.", row.app, under(row)));
    }
    for row in old.iter().filter(|row| !has(new, row)) {
        what.push(format!("{name} is no longer attached to {}{}.", row.app, under(row)));
    }
    primaries(before, after, what);
}

/// Who serves an app is what a command about primaries is about.
fn primaries(before: &Addon, after: &Addon, what: &mut Vec<String>) {
    for row in after.attachments.items() {
        let is_it = |one: &&Attachment| (&one.id, &one.app, &one.alias) == (&row.id, &row.app, &row.alias);
        let was = before.attachments.items().iter().find(is_it).and_then(|one| one.primary);
        match (was, row.primary) {
            (Some(false), Some(true)) => what.push(format!("{} is the primary of {} now.", after.name, row.app)),
            (Some(true), Some(false)) => {
                what.push(format!("{} is not the primary of {} any more.", after.name, row.app))
            }
            _ => {}
        }
    }
}
