//! Who uses a service on an app, and under which names.

use super::super::names::{bare, full, of_service};
use crate::model::{Addon, Attachment, Change, ConfigVarName, Known, Text, VariableValue};
use crate::platform::Situation;

/// One add-on that an app has.
#[derive(Clone, Copy)]
pub(super) struct User<'a> {
    pub(super) addon: &'a Addon,
    pub(super) attachment: &'a Attachment,
}

impl User<'_> {
    /// The name that it has on the app.
    pub(super) fn alias(&self) -> &str {
        self.attachment.alias.as_deref().unwrap_or(&self.addon.name)
    }

    pub(super) fn is_primary(&self) -> bool {
        self.attachment.primary == Some(true)
    }
}

/// The add-ons of a service that an app has, each once.
pub(super) fn users<'a>(app: &str, service: &str, situation: &'a Situation) -> Vec<User<'a>> {
    let mut users: Vec<User<'a>> = Vec::new();
    for addon in situation.addon.iter().chain(&situation.source).chain(&situation.neighbours) {
        let is_new = users.iter().all(|known| known.addon.key.id != addon.key.id);
        let at = addon.attachments.items().iter().find(|one| one.app == app);
        if let (true, true, Some(attachment)) = (is_new, addon.service == service, at) {
            users.push(User { addon, attachment });
        }
    }
    users
}

/// The bare names of an add-on: its own, those that the app really has of it, or those of its service.
pub(super) fn bare_names(user: User<'_>, situation: &Situation) -> Option<Vec<Text>> {
    if let Known::Is(names) = &user.addon.config_vars {
        return Some(names.clone());
    }
    let real = real_names(&user.attachment.app, &user.addon.name, situation);
    if !real.is_empty()
        && let Some(names) = user.attachment.primary.and_then(|primary| bare(&real, primary, user.alias()))
    {
        return Some(names);
    }
    of_service(&user.addon.service).map(|names| names.iter().map(|name| Text::from(*name)).collect())
}

/// The names under which an app has an add-on now.
pub(super) fn full_names(user: User<'_>, situation: &Situation) -> Option<Vec<Text>> {
    let real = real_names(&user.attachment.app, &user.addon.name, situation);
    if !real.is_empty() {
        return Some(real);
    }
    if let Known::Is(names) = &user.attachment.config_vars {
        return Some(names.clone());
    }
    let primary = user.attachment.primary?;
    let bare = bare_names(user, situation)?;
    Some(bare.iter().map(|bare| full(bare, primary, user.alias()).into()).collect())
}

fn real_names(app: &str, addon: &str, situation: &Situation) -> Vec<Text> {
    let of_addon = |variable: &&ConfigVarName| variable.addon.as_deref() == Some(addon);
    variables_of(app, situation)
        .unwrap_or_default()
        .iter()
        .filter(of_addon)
        .map(|one| one.name.as_str().into())
        .collect()
}

fn variables_of<'a>(app: &str, situation: &'a Situation) -> Option<&'a [ConfigVarName]> {
    situation.variables.iter().find(|(name, _)| name == app).map(|(_, variables)| variables.as_slice())
}

/// What stands behind a variable now.
pub(super) fn value(app: &str, name: &str, situation: &Situation) -> VariableValue {
    match variables_of(app, situation) {
        None => VariableValue::Unknown,
        Some(variables) => match variables.iter().find(|variable| variable.name == name) {
            None => VariableValue::Absent,
            Some(ConfigVarName { addon: None, .. }) => VariableValue::Own,
            Some(ConfigVarName { addon: Some(addon), .. }) => VariableValue::From(addon.clone()),
        },
    }
}

/// A variable that comes from an add-on afterwards.
pub(super) fn gains(app: &str, name: &str, addon: &str, situation: &Situation) -> Change {
    Change::Variable {
        app: app.to_owned(),
        name: name.to_owned(),
        before: value(app, name, situation),
        after: VariableValue::From(addon.to_owned()),
    }
}

/// A variable that is gone afterwards. Where the app's variables could not be read it counts as the add-on's.
pub(super) fn loses(app: &str, name: &str, addon: &str, situation: &Situation) -> Option<Change> {
    let before = match value(app, name, situation) {
        VariableValue::Absent => return None,
        VariableValue::Unknown => VariableValue::From(addon.to_owned()),
        before => before,
    };
    Some(Change::Variable { app: app.to_owned(), name: name.to_owned(), before, after: VariableValue::Absent })
}

/// What happens when one becomes an app's primary by whatever way: it loses its prefixed names and has the plain ones.
pub(super) fn becomes_primary(user: User<'_>, situation: &Situation) -> Vec<Change> {
    let (app, name) = (&user.attachment.app, &user.addon.name);
    let Some(bare) = bare_names(user, situation) else {
        return vec![Change::Unknown(format!("Which variables of {app} come from {name} then is not known."))];
    };
    let mut changes: Vec<Change> = bare.iter().map(|bare| gains(app, bare, name, situation)).collect();
    let prefixed = bare.iter().map(|bare| full(bare, false, user.alias()));
    changes.extend(prefixed.filter_map(|full| loses(app, &full, name, situation)));
    changes
}
