//! What an app gets.

use super::super::map::guarded;
use super::super::names::{full, prefix};
use super::super::rules::{PlanRules, ServiceRules, is_database};
use super::users::{gains, users, value};
use super::{Knowledge, cannot, fact, has, not_read, refused, restart};
use crate::model::{Addon, Change, CreateAddon, Known, Naming, Owner, Text, VariableValue, Verb};
use crate::platform::Situation;

/// The docs' caution on attaching, in our words.
fn caution(service: &str) -> &'static str {
    if is_database(service) {
        "Apps that share one database share its connections, its locks and its failures: one that migrates or overloads it does so for all of them."
    } else {
        "Apps that share it share its data, its limits and its failures: what one of them deletes or overloads, it does for all of them."
    }
}

pub(super) fn create(create: &CreateAddon, situation: &Situation, known: &Knowledge) -> Vec<Change> {
    let CreateAddon { name, service, plan, app, alias, options, .. } = create;
    let mut changes = vec![Change::Adds(format!("Add-on {name} ({service}:{plan})."))];
    let Some(app) = app else {
        return vec![refused("An app owns each add-on on Akkeris: name the app that it is for.")];
    };
    if alias.as_ref().is_some_and(|alias| alias != name) {
        changes.push(refused("An add-on has one name on the app that owns it: leave the alias out."));
    }
    if let Some(option) = options.keys().next() {
        changes.push(refused(format!("Akkeris takes no options for a new add-on, such as {option}.")));
    }
    changes.extend(Naming::Akkeris.check_addon(name).err().map(Change::Refused));
    changes.extend(taken(app, name, situation));
    let rules = known.rules.as_deref();
    let row = situation.app.as_ref();
    match rules.and_then(|rules| rules.plan(service, plan)) {
        Some(rules) => {
            let (compliance, region) = (fact(row, "compliance"), fact(row, "region"));
            changes.extend(plan_refusals(rules, &format!("{service}:{plan}"), compliance, region));
        }
        None if rules.is_some() => changes.push(refused(format!("{service} has no plan {plan}."))),
        None => {}
    }
    let others = users(app, service, situation);
    let service_rules = rules.and_then(|rules| rules.service(service));
    let offered = service_rules.map(|rules| rules.regions.as_slice()).unwrap_or_default();
    changes.extend(elsewhere(offered, service, fact(row, "region")));
    if service_rules.is_some_and(|rules| !rules.is_multiple) && !others.is_empty() {
        changes.push(refused(format!("{app} has {service} already, and can't have it twice.")));
    }
    changes.extend(situation.plans.1.as_ref().map(|plan| Change::Costs(plan.price.clone())));
    changes.push(restart(app, "now, and once more when the add-on is provisioned"));
    if fact(row, "web processes") == Some("0") {
        changes.push(Change::Adds(format!(
            "A web process of {app}: it has none, and Akkeris makes one with its first add-on. That runs, and may cost, too."
        )));
    }
    match situation.service_config_vars.as_deref() {
        Some(bare) => changes.extend(given(app, name, Some(name), service, bare, situation)),
        None => changes.push(Change::Note(format!("Which variables {app} gets is not known before it is made."))),
    }
    changes.push(Change::Note(format!(
        "{app} owns it for good: it can be attached to other apps, and goes when {app} is deleted."
    )));
    changes
}

/// Two of one name are taken, and then whoever names one hits either (seen on a running server). We don't begin with that.
fn taken(app: &str, name: &str, situation: &Situation) -> Option<Change> {
    let is_same = |addon: &&Addon| {
        let at = addon.attachments.items().iter().find(|one| one.app == app);
        let alias = at.map(|one| one.alias.as_deref().unwrap_or(&addon.name));
        alias.is_some_and(|alias| alias.eq_ignore_ascii_case(name))
    };
    situation.neighbours.iter().find(is_same).map(|_| {
        refused(format!(
            "{app} has an add-on called {name} already. Akkeris would take the name twice, and nobody could tell the two apart: choose another one."
        ))
    })
}

/// Why the server would refuse the plan (seen on a running server), for a space of that compliance in that region.
pub(super) fn plan_refusals(
    rules: &PlanRules,
    what: &str,
    compliance: Option<&str>,
    region: Option<&str>,
) -> Vec<Change> {
    let mut changes = Vec::new();
    match rules.state.as_str() {
        "shutdown" => changes.push(refused(format!("{what} is shut down: nothing is made of it any more."))),
        "deprecated" => {
            changes.push(Change::Note(format!("{what} is deprecated: choose another one for what is to last.")));
        }
        "beta" => changes.push(Change::Note(format!("{what} is in beta."))),
        _ => {}
    }
    if let Some(compliance) = compliance {
        let missing: Vec<&str> =
            rules.compliance.iter().map(String::as_str).filter(|one| !has(compliance, one)).collect();
        if !missing.is_empty() {
            let missing = missing.join(" and ");
            changes.push(refused(format!("{what} is for spaces with {missing}, which this app's space has not.")));
        }
    }
    changes.extend(elsewhere(&rules.regions, what, region));
    changes
}

/// Why it is not offered where the app is.
fn elsewhere(regions: &[String], what: &str, here: Option<&str>) -> Option<Change> {
    let here = here.filter(|here| !regions.is_empty() && !regions.iter().any(|one| one == here))?;
    Some(refused(format!("{what} is not offered in the region {here}; it is in {}.", regions.join(", "))))
}

pub(super) fn attach(
    addon: &str,
    app: &str,
    alias: Option<&str>,
    credential: Option<&str>,
    situation: &Situation,
    known: &Knowledge,
) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::Attach).into_iter().collect();
    if credential.is_some() {
        changes.push(refused("Akkeris attaches an add-on with its own credentials; there are none to choose from."));
    }
    let rules = known.rules.as_deref().and_then(|rules| rules.service(&row.service));
    changes.extend(attach_refusals(row, app, alias, situation, rules));
    changes.push(restart(app, "with its variables"));
    let bare = match &row.config_vars {
        Known::Is(bare) => Some(bare.clone()),
        Known::Unknown(_) => super::super::names::of_service(&row.service)
            .map(|names| names.iter().map(|name| Text::from(*name)).collect::<Vec<Text>>()),
    };
    match bare {
        Some(bare) => changes.extend(given(app, &row.name, alias, &row.service, &bare, situation)),
        None => changes.push(Change::Unknown(format!("Which variables {app} gets is not known."))),
    }
    let mut sharing: Vec<&str> = row.attachments.items().iter().map(|one| one.app.as_str()).collect();
    sharing.retain(|one| *one != app);
    if !sharing.is_empty() {
        changes.push(Change::Note(format!(
            "{addon} is used by {} already. {}",
            sharing.join(", "),
            caution(&row.service)
        )));
    }
    changes
}

/// Why the server would refuse it: each a 409, but for a bad name (422). All were seen on a running server.
fn attach_refusals(
    row: &Addon,
    app: &str,
    alias: Option<&str>,
    situation: &Situation,
    rules: Option<&ServiceRules>,
) -> Vec<Change> {
    let mut changes = Vec::new();
    let addon = &row.name;
    if row.owner == Owner::App(app.into()) {
        changes.push(refused(format!("{app} owns {addon}: it has it already.")));
    } else if row.attachments.items().iter().any(|one| one.app == app) {
        changes.push(refused(format!("{addon} is attached to {app} already, and can't be twice.")));
    }
    if let Some(alias) = alias {
        changes.extend(Naming::Akkeris.check_alias(alias).err().map(Change::Refused));
        let is_taken = |one: &&crate::model::Attachment| {
            !one.owner_row && one.alias.as_deref().is_some_and(|taken| taken.eq_ignore_ascii_case(alias))
        };
        if let Some(taken) = row.attachments.items().iter().find(is_taken) {
            changes.push(refused(format!(
                "{addon} is attached to {} as {alias} already, and each of its attachments needs a name of its own: choose another one.",
                taken.app
            )));
        }
    }
    if rules.is_some_and(|rules| !rules.is_multiple) && !users(app, &row.service, situation).is_empty() {
        changes.push(refused(format!("{app} has {} already, and can't have it twice.", row.service)));
    }
    let Some(target) = &situation.app else { return changes };
    if let (Some(there), Some(here)) = (row.fact("region"), target.fact("region"))
        && there != here
    {
        changes.push(refused(format!(
            "{addon} is in the region {there}, and {app} is in {here}: add-ons are attached within a region only."
        )));
    }
    if let (Some(theirs), Some(ours)) = (row.fact("compliance"), target.fact("compliance")) {
        for kind in ["socs", "prod"].into_iter().filter(|kind| has(theirs, kind) && !has(ours, kind)) {
            changes.push(refused(format!(
                "{addon} is of a {kind} space, and {app} is not in one: what is in a {kind} space stays in such spaces."
            )));
        }
    }
    // The other way round is allowed (seen on a running server), and worth a word.
    if guarded(target).is_some() && row.fact("compliance") == Some("") {
        changes.push(Change::Note(format!(
            "{app} is in a {} space and {addon} is not: what {app} writes to it leaves that space.",
            guarded(target).unwrap_or_default()
        )));
    }
    changes
}

/// The variables that an app gets: plain ones where it has no other add-on of the service, else prefixed ones.
fn given(
    app: &str,
    addon: &str,
    alias: Option<&str>,
    service: &str,
    bare: &[Text],
    situation: &Situation,
) -> Vec<Change> {
    let others: Vec<_> = users(app, service, situation).into_iter().filter(|one| one.addon.name != addon).collect();
    // Where the neighbours were not read, the variables tell that there is another one.
    let is_there = |bare: &Text| matches!(value(app, bare, situation), VariableValue::From(other) if other != addon);
    let is_primary = others.is_empty() && !bare.iter().any(is_there);
    if is_primary {
        let first = Change::Note(format!(
            "It is the first {service} of {app}, so it becomes its primary: its variables have no prefix."
        ));
        return std::iter::once(first).chain(bare.iter().map(|bare| gains(app, bare, addon, situation))).collect();
    }
    let Some(alias) = alias else {
        return vec![Change::Note(format!(
            "{app} has another {service}, so this one gets a prefix before {}: of a name that Akkeris makes up. Give it an alias, such as {addon}, to know it before.",
            bare.join(", ")
        ))];
    };
    let second = Change::Note(format!(
        "{app} has another {service}, which stays its primary: the variables of this one begin with {}.",
        prefix(alias)
    ));
    let names = bare.iter().map(|bare| gains(app, &full(bare, false, alias), addon, situation));
    std::iter::once(second).chain(names).collect()
}
