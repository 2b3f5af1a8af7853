//! What making, giving, taking and deleting does to apps.

use crate::model::{
    Addon, AppEffect, Attachment, Change, ConfigVarName, CreateAddon, Known, State, Text, VariableValue, variable_name,
};
use crate::platform::Situation;

pub(super) fn create_addon(create: &CreateAddon, situation: &Situation) -> Vec<Change> {
    let CreateAddon { name, team, service, plan, app, alias, .. } = create;
    let owner = team.as_ref().map_or(String::new(), |team| format!(", owned by team {team}"));
    let mut changes = vec![Change::Adds(format!("Add-on {name} ({service}:{plan}){owner}."))];
    if let Some(app) = app {
        let detail = with_alias("attached when it is ready", alias.as_deref());
        match &situation.service_config_vars {
            Some(bare) => changes.extend(given(app, name, alias.as_deref(), bare, &detail, situation)),
            None => {
                changes.push(release(app, &detail));
                changes.push(Change::Unknown(format!("Which variables {app} gets is not known.")));
            }
        }
    }
    changes
}

pub(super) fn attach(addon: &str, app: &str, alias: Option<&str>, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let is_in_service = matches!(row.state, State::Ready | State::Updating | State::Sleeping | State::Starting);
    let when = if is_in_service { "attached at once" } else { "attached when it is ready" };
    let detail = with_alias(when, alias);
    let mut changes = match &row.config_vars {
        Known::Is(bare) => given(app, &row.name, alias, bare, &detail, situation),
        Known::Unknown(why) => {
            vec![release(app, &detail), Change::Unknown(format!("Which variables {app} gets is not known: {why}."))]
        }
    };
    if row.attachments.items().iter().any(|one| one.app == app && one.alias.as_deref() == alias) {
        let under = alias.map_or_else(|| "without an alias".to_owned(), |alias| format!("as {alias}"));
        changes.push(Change::Refused(format!(
            "{addon} is already attached to {app} {under}. Another alias (--as) gives it a second set of variables."
        )));
    }
    if matches!(row.state, State::Failed | State::Deprovisioning) {
        changes.push(Change::Refused(format!("{addon} is {} and can't be attached.", row.state.word())));
    }
    changes
}

pub(super) fn detach(attachment_id: &str, addon: &str, app: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let attachments = match &row.attachments {
        Known::Is(attachments) => attachments,
        Known::Unknown(why) => return vec![Change::Unknown(format!("What {app} has of {addon} is not known: {why}."))],
    };
    match attachments.iter().find(|attachment| attachment.id.as_deref() == Some(attachment_id)) {
        Some(attachment) => {
            let mut changes = lost(row, attachment, situation);
            changes.push(Change::Note(format!("{addon} itself stays, with its data.")));
            changes
        }
        None => vec![Change::Unknown(format!("{addon} has no such attachment to {app} any more."))],
    }
}

pub(super) fn destroy_app(app: &str, situation: &Situation) -> Vec<Change> {
    let mut changes = vec![];
    match variables_of(app, situation) {
        Some(variables) => {
            let own = variables.iter().filter(|variable| variable.addon.is_none()).count();
            let mut addons: Vec<&str> = variables.iter().filter_map(|variable| variable.addon.as_deref()).collect();
            addons.sort_unstable();
            addons.dedup();
            changes.push(Change::LosesData(format!("App {app} with its releases and {own} config vars of its own.")));
            changes.extend(addons.into_iter().map(|addon| {
                Change::Note(format!("{addon} is no longer attached to it. The add-on itself stays, with its data."))
            }));
        }
        None => changes.push(Change::LosesData(format!("App {app} with its releases and its config vars."))),
    }
    changes.push(Change::Irreversible("An app that is deleted can't be brought back.".to_owned()));
    changes
}

/// What an app gets with an attachment: without a variable that changes it is not released.
fn given(
    app: &str,
    addon: &str,
    alias: Option<&str>,
    bare: &[Text],
    detail: &str,
    situation: &Situation,
) -> Vec<Change> {
    if bare.is_empty() {
        return vec![Change::Note(format!("{app}: {detail}. It gets no variables, so it is not released."))];
    }
    let mut changes = vec![release(app, detail)];
    changes.extend(gained(app, addon, alias, bare, situation));
    changes
}

/// The variables that an app gets.
pub(super) fn gained(app: &str, addon: &str, alias: Option<&str>, bare: &[Text], situation: &Situation) -> Vec<Change> {
    let mut changes = Vec::new();
    let (mut taken, mut sources) = (Vec::new(), Vec::new());
    for name in bare.iter().map(|bare| variable_name(alias, bare)) {
        let before = value(app, &name, situation);
        let source = match &before {
            VariableValue::Own => Some("its own settings"),
            // Its own already: the platform knows best how to say that it is attached twice.
            VariableValue::From(other) if other == addon => None,
            VariableValue::From(other) => Some(other.as_str()),
            VariableValue::Absent | VariableValue::Unknown => None,
        };
        if let Some(source) = source {
            taken.push(name.clone());
            if !sources.iter().any(|known| known == source) {
                sources.push(source.to_owned());
            }
        }
        let after = VariableValue::From(addon.to_owned());
        changes.push(Change::Variable { app: app.to_owned(), name, before, after });
    }
    if !taken.is_empty() {
        changes.push(Change::Refused(format!(
            "{app} has {} already (from {}), so the local platform refuses this. Choose an alias that sets the variables apart, such as --as REPORTING.",
            taken.join(", "),
            sources.join(", ")
        )));
    }
    changes
}

/// What an app loses with one attachment.
pub(super) fn lost(addon: &Addon, attachment: &Attachment, situation: &Situation) -> Vec<Change> {
    let app = attachment.app.as_str();
    let detail = with_alias("detached", attachment.alias.as_deref());
    let names = match &attachment.config_vars {
        Known::Is(names) => names,
        Known::Unknown(why) => {
            return vec![
                release(app, &detail),
                Change::Unknown(format!("Which variables {app} loses is not known: {why}.")),
            ];
        }
    };
    if names.is_empty() {
        return vec![Change::Note(format!("{app}: {detail}. It has no variables of it, so it is not released."))];
    }
    let present: Vec<&Text> = names.iter().filter(|name| has(addon, app, name, situation)).collect();
    if present.is_empty() {
        return vec![Change::Note(format!("{app}: {detail}. It has no variable of it yet, so it is not released."))];
    }
    let mut changes = vec![release(app, &detail)];
    changes.extend(present.into_iter().map(|name| Change::Variable {
        app: app.to_owned(),
        name: name.to_string(),
        before: VariableValue::From(addon.name.to_string()),
        after: VariableValue::Absent,
    }));
    changes
}

/// Whether an app has a variable from an add-on. Before the add-on was ready for the first time the app has none, and
/// loses nothing; where its variables can't be read, it may have all.
fn has(addon: &Addon, app: &str, name: &str, situation: &Situation) -> bool {
    match variables_of(app, situation) {
        Some(_) => value(app, name, situation) == VariableValue::From(addon.name.to_string()),
        None => true,
    }
}

/// Whether an app has any variable through an attachment.
pub(super) fn present(addon: &Addon, attachment: &Attachment, situation: &Situation) -> bool {
    match &attachment.config_vars {
        Known::Is(names) => names.iter().any(|name| has(addon, &attachment.app, name, situation)),
        Known::Unknown(_) => true,
    }
}

pub(in crate::platform) fn release(app: &str, detail: &str) -> Change {
    Change::App { app: app.to_owned(), effect: AppEffect::Release, detail: detail.to_owned() }
}

pub(in crate::platform) fn with_alias(what: &str, alias: Option<&str>) -> String {
    alias.map_or_else(|| what.to_owned(), |alias| format!("{what} as {alias}"))
}

pub(in crate::platform) fn not_read(addon: &str) -> Change {
    Change::Unknown(format!("{addon} was not read, so what this does is not known."))
}

pub(in crate::platform) fn variables_of<'a>(app: &str, situation: &'a Situation) -> Option<&'a [ConfigVarName]> {
    situation.variables.iter().find(|(name, _)| name == app).map(|(_, variables)| variables.as_slice())
}

pub(in crate::platform) fn value(app: &str, name: &str, situation: &Situation) -> VariableValue {
    match variables_of(app, situation) {
        None => VariableValue::Unknown,
        Some(variables) => match variables.iter().find(|variable| variable.name == name) {
            None => VariableValue::Absent,
            Some(ConfigVarName { addon: None, .. }) => VariableValue::Own,
            Some(ConfigVarName { addon: Some(addon), .. }) => VariableValue::From(addon.clone()),
        },
    }
}
