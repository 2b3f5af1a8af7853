//! What comes with a new add-on, and what goes with one.

use super::super::map::{self, addons_of_plan};
use super::super::request::VERSION;
use super::{Knowledge, is_free, not_read, pending};
use crate::model::{Addon, Change, CreateAddon, Known, Naming, Owner, State, VariableValue};
use crate::platform::Situation;

pub(super) fn create(create: &CreateAddon, situation: &Situation, known: &Knowledge) -> Vec<Change> {
    let CreateAddon { name, service, plan, app, alias, options, .. } = create;
    let refused = |why: String| Change::Refused(why);
    let Some(app) = app else {
        return vec![refused("A project owns each add-on on orkestr: name the project that it is for.".to_owned())];
    };
    let version = options.get(VERSION).filter(|version| !version.is_empty());
    let with = version.map_or_else(String::new, |version| format!(" {version}"));
    let mut changes = vec![Change::Adds(format!("Add-on {name} ({service}{with}) on the private network of {app}."))];
    if !plan.is_empty() {
        changes.push(refused(format!(
            "An add-on of orkestr has no plan, such as {plan}: its size is that of the account's plan. Leave it out."
        )));
    }
    if let Some(option) = options.keys().find(|name| *name != VERSION) {
        changes.push(refused(format!("orkestr takes no option {option} for a new add-on: only {VERSION}.")));
    }
    changes.extend(Naming::Orkestr.check_addon(name).err().map(Change::Refused));
    changes.extend(alias.as_ref().and_then(|alias| Naming::Orkestr.check_alias(alias).err()).map(Change::Refused));
    changes.push(Change::Costs(Known::Unknown("orkestr tells no prices".into())));
    changes.extend(count(known));
    changes.extend(variable(app, name, service, alias.as_deref(), situation));
    let detail = format!("has {name} only from its next deployment on");
    changes.extend(pending(app, situation.environments.as_deref(), &detail));
    changes.push(Change::Note(
        "Which of its environments get the variable stands in no text: look at each after it was deployed.".to_owned(),
    ));
    if version.is_none() {
        changes.push(Change::Note("Which version it gets is orkestr's choice; none was named.".to_owned()));
    }
    changes
}

/// How many add-ons the plan has: a hint, because the server decides.
fn count(known: &Knowledge) -> Option<Change> {
    let plan = known.plan.as_deref()?;
    let has = addons_of_plan(plan)?;
    let there = match known.addons {
        1 => "1 was read".to_owned(),
        count => format!("{count} were read"),
    };
    let full = if known.addons >= has { " So it may refuse one more." } else { "" };
    Some(Change::Note(format!(
        "Your plan {plan} allows {has} add-ons as its page says, and {there}; the server decides.{full}"
    )))
}

/// The one variable that the project gets.
fn variable(app: &str, name: &str, service: &str, alias: Option<&str>, situation: &Situation) -> Vec<Change> {
    let usual = match service {
        "postgres" => Some(map::POSTGRES_VARIABLE),
        "redis" => Some(map::REDIS_VARIABLE),
        _ => None,
    };
    let Some(variable) = alias.or(usual) else {
        return vec![Change::Note(format!("Which variable {app} gets is told once {name} is made."))];
    };
    let mut changes = Vec::new();
    let gives_it = |addon: &&Addon| addon.config_vars.items().iter().any(|one| one == variable);
    let names = situation.variables.iter().find(|(of, _)| of == app).map(|(_, names)| names);
    let before = match (situation.neighbours.iter().find(gives_it), names) {
        (Some(addon), _) => {
            changes.push(Change::Unknown(format!(
                "{} of {app} gives {variable} already. Whether orkestr refuses, gives another name or replaces it stands in no text: choose another name for the variable, such as {}.",
                addon.name,
                another(variable, name)
            )));
            VariableValue::From(addon.name.to_string())
        }
        (None, Some(names)) if names.iter().any(|one| one.name == variable) => {
            changes.push(Change::Unknown(format!(
                "{app} has a variable {variable} of its own in production. Which of the two counts then stands in no text: choose another name for the variable, such as {}.",
                another(variable, name)
            )));
            VariableValue::Own
        }
        (None, Some(_)) => VariableValue::Absent,
        (None, None) => VariableValue::Unknown,
    };
    // One that can't be read may be there; that it is taken over is not known.
    if before == VariableValue::Unknown {
        changes.push(Change::Note(format!("Whether {app} has a variable {variable} already could not be read.")));
    }
    let before = if before == VariableValue::Unknown { VariableValue::Absent } else { before };
    let after = VariableValue::From(name.to_owned());
    changes.push(Change::Variable { app: app.to_owned(), name: variable.to_owned(), before, after });
    if alias.is_none() {
        changes.push(Change::Note(format!(
            "{variable} is the usual name; orkestr tells the one that it took once {name} is made."
        )));
    }
    changes
}

/// A name for the variable that tells it from the one that is there.
fn another(variable: &str, addon: &str) -> String {
    let name: String =
        addon.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    let name = if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name };
    format!("{name}_{}", variable.rsplit('_').next().unwrap_or("URL"))
}

pub(super) fn destroy(addon: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes = vec![Change::LosesData(format!("All data of {} ({}).", row.name, row.service))];
    if matches!(row.state, State::Deprovisioning | State::Gone) {
        changes.push(Change::Refused(format!("{addon} is being destroyed already: orkestr says {}.", row.state_word)));
    }
    let Owner::App(app) = &row.owner else { return vec![not_read(addon)] };
    changes.push(Change::Disturbs(format!(
        "What runs of {app} loses {addon} at once, and keeps its dead address until it is deployed again."
    )));
    for name in row.config_vars.items() {
        changes.push(Change::Variable {
            app: app.to_string(),
            name: name.to_string(),
            before: VariableValue::From(row.name.to_string()),
            after: VariableValue::Absent,
        });
    }
    if let Known::Unknown(why) = &row.config_vars {
        changes.push(Change::Unknown(format!("Which variable {app} loses is not known: {why}.")));
    }
    changes.extend(pending(
        app,
        situation.environments.as_deref(),
        &format!("keeps the dead address of {addon} until then"),
    ));
    changes.push(copies(row, situation));
    changes.push(Change::Irreversible(format!(
        "{addon} can't be brought back: orkestr has no bin for it, and no way to restore a backup is known. Download one first."
    )));
    changes
}

/// Its backups: whether they stay is not told, so they are taken to go.
fn copies(row: &Addon, situation: &Situation) -> Change {
    const NOT_TOLD: &str = "whether they stay is not told, so take them for gone";
    match situation.backups.as_ref() {
        Some(backups) => match (backups.list.len(), backups.last_finished()) {
            (0, _) => Change::LosesData(format!("{} has no backup at all: nothing of its data is kept.", row.name)),
            (count, last) => {
                let all = if count == 1 { "Its only backup".to_owned() } else { format!("Its {count} backups") };
                let last = last.map_or_else(
                    || ", none of them finished".to_owned(),
                    |last| format!(", also {}, the last finished one", last.id),
                );
                Change::LosesData(format!("{all}{last}: {NOT_TOLD}."))
            }
        },
        None => Change::LosesData(format!("Any backups of it, which were not read: {NOT_TOLD}.")),
    }
}

/// Why nothing can be backed up on the free plan, as its page says.
pub(super) fn no_backups(known: &Knowledge) -> Option<Change> {
    is_free(known).then(|| {
        Change::Note(
            "Your plan is Starter: as its page says, backups are for Pro and Team; the server decides.".to_owned(),
        )
    })
}
