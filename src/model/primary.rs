//! Making an add-on the one that an app uses for its service.

use super::{Addon, Attachment, Command, Known, Naming, Owner};

/// The command that makes an add-on the one that an app uses for its service; `as_name` is what the app knows it by then, where
/// the platform's usual name is not meant.
///
/// # Errors
/// Why there is no such command, as a sentence.
pub fn make_primary(addon: &Addon, app: &str, as_name: Option<String>, naming: Naming) -> Result<Command, String> {
    let name = naming.primary(&addon.service).ok_or_else(|| {
        format!("Here {} is used by each app that it is attached to; no app has one that comes first.", addon.name)
    })?;
    let name = as_name.unwrap_or(name);
    let of_app: Vec<&Attachment> = match &addon.attachments {
        Known::Unknown(why) => return Err(format!("Which apps {} is attached to is not known: {why}", addon.name)),
        Known::Is(rows) => rows.iter().filter(|row| row.app == app).collect(),
    };
    let is_owner = addon.owner == Owner::App(app.into());
    if of_app.is_empty() && !is_owner {
        return Err(format!("{} is not attached to {app}: attach it there first.", addon.name));
    }
    let is_already = |row: &&Attachment| match naming {
        Naming::Heroku => row.alias.as_deref() == Some(name.as_str()),
        _ => row.primary == Some(true),
    };
    if of_app.iter().any(is_already) {
        return Err(format!("{} is the {name} of {app} already.", addon.name));
    }
    let attachment_id = of_app.first().filter(|row| !row.owner_row).and_then(|row| row.id.clone());
    Ok(Command::MakePrimary {
        addon_id: addon.key.id.to_string(),
        addon: addon.name.to_string(),
        app: app.to_owned(),
        attachment_id: attachment_id.map(Into::into),
        name,
    })
}

/// Which of some add-ons an app knows by a name, or uses for the service of another one, where one comes first there.
pub fn primary_holder<'a>(
    mut addons: impl Iterator<Item = &'a Addon>,
    than: &Addon,
    app: &str,
    name: &str,
    naming: Naming,
) -> Option<&'a Addon> {
    // Where names decide, an add-on of any service may bear it.
    let is_by_name = naming == Naming::Heroku;
    let is_first = |row: &Attachment| {
        row.app == app && if is_by_name { row.alias.as_deref() == Some(name) } else { row.primary == Some(true) }
    };
    addons.find(|one| {
        one.key != than.key
            && (is_by_name || one.service == than.service)
            && one.attachments.items().iter().any(is_first)
    })
}

/// What it takes to make an add-on the one that an app uses: where the one before would give its only name there away, it is
/// attached under another one first (Heroku, the CLI's promote). `switch_over` is the platform's.
pub fn make_primary_steps(
    first: Command,
    before: Option<&Addon>,
    naming: Naming,
    switch_over: impl Fn(&Addon) -> Vec<Command>,
) -> Vec<Command> {
    let app = first.app().unwrap_or_default();
    let mut before = before.filter(|_| naming == Naming::Heroku).cloned();
    if let Some(Addon { attachments: Known::Is(rows), .. }) = &mut before {
        rows.retain(|row| row.app == app);
    }
    let is_only = |before: &Addon| before.attachments.items().len() == 1;
    let steps = before.filter(is_only).map(|before| switch_over(&before)).unwrap_or_default();
    let mut steps: Vec<Command> =
        steps.into_iter().filter(|step| matches!(step, Command::Attach { .. }) && step.app() == Some(app)).collect();
    steps.push(first);
    steps
}
