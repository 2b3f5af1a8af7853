//! What apps get, and what they are switched over to.

use super::{NO_PRICE, apps_in_doubt, cannot, not_read, refused, release, variables};
use crate::model::{Addon, Attachment, Change, Known, Naming, Text, VariableValue, Verb};
use crate::platform::Situation;

pub(super) fn attach(addon: &str, app: &str, alias: Option<&str>, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::Attach).into_iter().collect();
    changes.extend(alias.and_then(|alias| Naming::Watasu.check_alias(alias).err()).map(refused));
    let has = |one: &&Attachment| one.app == app && one.alias.as_deref() == alias;
    if row.attachments.items().iter().any(|one| has(&one)) {
        let under = alias.map_or("under the plain names".to_owned(), |alias| format!("as {alias}"));
        changes.push(Change::Note(format!("{app} seems to have {addon} {under} already.")));
    }
    if let (Some(of), Some(app_row)) = (&row.team, &situation.app)
        && app_row.team.as_ref().is_some_and(|team| team != of)
    {
        changes.push(Change::Unknown(format!(
            "{addon} is of the team {of} and {app} of another: no text mentions attaching across teams."
        )));
    }
    let detail = alias.map_or("with its variables".to_owned(), |alias| format!("with its variables as {alias}_…"));
    changes.push(release(app, &detail));
    changes.extend(variables(app, row, alias, &VariableValue::From(addon.to_owned()), situation));
    let others: Vec<&str> = row.apps().into_iter().filter(|one| *one != app).collect();
    if !others.is_empty() {
        changes.push(Change::Note(format!(
            "{addon} is used by {} already: they share its data, its connections and its failures.",
            others.join(", ")
        )));
    }
    changes
}

/// `promote` names the replacement alone: whose attachments move, Watasu knows by itself.
pub(super) fn promote(from: &str, to: &str, situation: &Situation) -> Vec<Change> {
    let Some(target) = &situation.addon else { return vec![not_read(to)] };
    let Some(source) = &situation.source else { return vec![not_read(from)] };
    let mut changes: Vec<Change> = refusals(source, target).into_iter().map(Change::Refused).collect();
    changes.extend(target.cannot(Verb::Promote).map(refused));
    changes.push(Change::Irreversible(format!(
        "Promoting may retire {from}: Watasu's texts contradict each other. One says that the original stays until somebody removes it, another that it is retired."
    )));
    if target.restored_from.as_ref().is_none_or(|origin| origin.addon.as_deref() != Some(from)) {
        changes.push(Change::Unknown(format!(
            "The command names {to} alone, and Watasu itself knows what that was made from. That it is {from} is not told here: were it another, that one's apps would be switched."
        )));
    }
    changes.extend(apps_in_doubt(source));
    let rows = source.attachments.items();
    if matches!(source.attachments, Known::Is(_)) && rows.is_empty() {
        changes.push(Change::Note(format!("No app is known to have {from}.")));
    }
    for row in rows {
        changes.push(release(&row.app, &moved(row, to)));
        changes.extend(switched(row, from, target));
    }
    changes.push(Change::LosesWrites {
        addon: from.to_owned(),
        since: situation.backup.as_ref().and_then(|backup| backup.started_at),
        why: format!("{to} has the data of the backup that it was made from"),
    });
    changes
}

fn moved(row: &Attachment, to: &str) -> String {
    match &row.alias {
        Some(alias) => format!("switched to {to}, as {alias}"),
        None => format!("switched to {to}"),
    }
}

fn switched(row: &Attachment, from: &str, target: &Addon) -> Vec<Change> {
    let names = match (&row.config_vars, &target.config_vars) {
        (Known::Is(names), _) => names.clone(),
        (Known::Unknown(why), _) => {
            return vec![Change::Unknown(format!("Which variables of {} change is not known: {why}.", row.app))];
        }
    };
    let variable = |name: Text| Change::Variable {
        app: row.app.to_string(),
        name: name.into(),
        before: VariableValue::From(from.to_owned()),
        after: VariableValue::From(target.name.to_string()),
    };
    names.into_iter().map(variable).collect()
}

/// Why it would be wrong whatever Watasu does.
fn refusals(source: &Addon, target: &Addon) -> Vec<String> {
    let (from, to) = (&source.name, &target.name);
    let mut refusals = Vec::new();
    if source.key == target.key {
        refusals.push(format!("{to} can't take over from itself."));
    }
    if source.service != target.service {
        refusals.push(format!("{to} is {}, and {from} is {}: apps can't be switched.", target.service, source.service));
    }
    if !target.state.is_ready() {
        refusals.push(format!(
            "{to} is {}: wait until it is ready, and check its data, before apps use it.",
            target.state_word
        ));
    }
    refusals
}

pub(super) fn plan(addon: &str, plan: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::ChangePlan).into_iter().collect();
    changes.push(Change::Costs(Known::Unknown(NO_PRICE.into())));
    if row.plan.as_deref() == Some(plan) {
        changes.push(refused(format!("{addon} has the plan {plan} already.")));
    }
    if row.service == "qdrant" {
        changes.push(Change::Note(
            "Qdrant only grows: the new plan must have at least the peers, locations, CPU, memory and disk of the present one, or Watasu refuses it. Billing changes once that was verified.".to_owned(),
        ));
        changes.push(Change::Disturbs(format!(
            "Requests to {addon} while its peers change, as far as that is not documented."
        )));
    } else {
        changes.push(Change::Unknown(format!(
            "Watasu documents a change of plan for Qdrant alone: what it does to {} ({}) is not known, nor whether it is out of service meanwhile.",
            addon, row.service
        )));
    }
    changes
}
