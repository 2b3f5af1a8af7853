//! What is done to an add-on itself: its plan, its name, its password, its server.

use super::super::names::full;
use super::join::plan_refusals;
use super::users::{User, bare_names, full_names, gains, loses};
use super::{Knowledge, cannot, not_read, refused, restart as restarts};
use crate::model::{Addon, Change, Known, Limit, Naming, Owner, Plan, Verb, limit_value};
use crate::platform::Situation;

pub(super) fn plan(addon: &str, service: &str, plan: &str, situation: &Situation, known: &Knowledge) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::ChangePlan).into_iter().collect();
    if row.service != service {
        changes.push(refused(format!(
            "{addon} is {}, and stays it: a plan of {service} is none of its own.",
            row.service
        )));
        return changes;
    }
    if row.plan.as_deref() == Some(plan) {
        changes.push(refused(format!("{addon} is on {} already.", row.service_and_plan())));
        return changes;
    }
    if let Some(rules) = known.rules.as_deref() {
        match rules.plan(service, plan) {
            Some(rules) => {
                let (compliance, region) = (row.fact("compliance"), row.fact("region"));
                changes.extend(plan_refusals(rules, &format!("{service}:{plan}"), compliance, region));
            }
            // The server has an error of its own for it (seen on a running server: 500).
            None => changes.push(refused(format!("{service} has no plan {plan}."))),
        }
    }
    changes.push(Change::Adds(format!("{addon} has the plan {service}:{plan}, and its price, from then on.")));
    match &situation.plans.1 {
        Some(after) => {
            changes.push(Change::Costs(after.price.clone()));
            let before = situation.plans.0.as_ref();
            changes.extend(before.into_iter().flat_map(|before| limits(before, after)).map(Change::Note));
        }
        None => changes.push(Change::Unknown(format!("What {service}:{plan} allows is not known."))),
    }
    changes.extend(out_of_service(row, "while its broker changes it; Akkeris says provisioning meanwhile"));
    if let Owner::App(owner) = &row.owner {
        changes.push(restarts(owner, "for the change"));
        changes.push(Change::Note(format!(
            "Nothing puts {owner} into maintenance for it, as `aka addons:upgrade` does: do that before, if its writes must not fail."
        )));
    }
    changes.push(Change::Note("Whether the data fits the other plan is for its broker to find out.".to_owned()));
    changes
}

/// The limits that differ, each as `storage: 1 GiB → 512 MiB.`
fn limits(before: &Plan, after: &Plan) -> Vec<String> {
    let shown =
        |limit: Option<&Limit>| limit.map_or_else(|| "none".to_owned(), |one| limit_value(one.value, &one.unit));
    let mut names: Vec<&str> = before.limits.iter().chain(&after.limits).map(|limit| limit.name.as_str()).collect();
    let mut seen = Vec::new();
    names.retain(|name| {
        !seen.contains(name) && {
            seen.push(*name);
            true
        }
    });
    let line = |name: &str| {
        let (old, new) = (shown(before.limit(name)), shown(after.limit(name)));
        (old != new).then(|| format!("{}: {old} → {new}.", name.replace('_', " ")))
    };
    names.into_iter().filter_map(line).collect()
}

/// Whose connections are cut.
pub(super) fn out_of_service(row: &Addon, when: &str) -> Option<Change> {
    let addon = &row.name;
    let apps = row.apps();
    match &row.attachments {
        Known::Unknown(why) => Some(Change::Unknown(format!("Which apps use {addon} is not known: {why}."))),
        Known::Is(_) if apps.is_empty() => Some(Change::Disturbs(format!("Connections to {addon} are cut {when}."))),
        Known::Is(_) => {
            Some(Change::Disturbs(format!("The connections of {} to {addon} are cut {when}.", apps.join(", "))))
        }
    }
}

pub(super) fn rename(addon: &str, name: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::Rename).into_iter().collect();
    changes.extend(Naming::Akkeris.check_addon(name).err().map(Change::Refused));
    // What a rename stores is in lower case whatever was given (seen on a running server).
    let stored = name.to_ascii_lowercase();
    if stored != name {
        changes.push(refused(format!("Akkeris stores the name in lower case, as {stored}: give it that.")));
    }
    if row.name == stored {
        changes.push(refused(format!("{addon} is called that already.")));
    }
    let Owner::App(owner) = &row.owner else { return vec![not_read(addon)] };
    let taken = situation.neighbours.iter().filter(|other| other.key.id != row.key.id).any(|other| {
        let at = other.attachments.items().iter().find(|one| one.app == *owner);
        at.and_then(|one| one.alias.as_deref()).is_some_and(|alias| alias.eq_ignore_ascii_case(&stored))
    });
    if taken {
        changes.push(refused(format!(
            "{owner} has an add-on called {stored} already, and nobody could tell the two apart."
        )));
    }
    changes.push(Change::Adds(format!("{addon} is called {stored} from now on.")));
    changes.push(restarts(owner, "for the change"));
    match row.attachments.items().iter().find(|one| one.owner_row) {
        Some(own) if own.primary == Some(true) => {
            changes
                .push(Change::Note(format!("It is the primary of {owner}, so the variables there stay as they are.")));
        }
        Some(own) => {
            let user = User { addon: row, attachment: own };
            match (full_names(user, situation), bare_names(user, situation)) {
                (Some(old), Some(bare)) => {
                    changes.extend(old.iter().filter_map(|old| loses(owner, old, &row.name, situation)));
                    changes
                        .extend(bare.iter().map(|bare| gains(owner, &full(bare, false, &stored), &stored, situation)));
                }
                _ => changes.push(Change::Unknown(format!("Which variables of {owner} get other names is not known."))),
            }
        }
        None => changes.push(Change::Unknown(format!("Which variables of {owner} get other names is not known."))),
    }
    changes.push(Change::Note("The names that its attachments have on other apps stay.".to_owned()));
    changes.push(Change::Note(format!("Scripts and people that call it {addon} must call it {stored}.")));
    changes
}

pub(super) fn rotate(addon: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::Rotate).into_iter().collect();
    changes.extend(row.apps().into_iter().map(|app| restarts(app, "with another key, as far as is known")));
    changes.push(Change::Disturbs(
        "What was signed or encrypted with the key is only good as long as an app keeps the one before, too: a secure key is a list of the last two.".to_owned(),
    ));
    changes.push(Change::Irreversible("The keys that it had before don't come back.".to_owned()));
    changes
}

pub(super) fn restart(addon: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::Restart).into_iter().collect();
    changes.extend(out_of_service(row, "and come back when it answers again; Akkeris says provisioning meanwhile"));
    changes
}
