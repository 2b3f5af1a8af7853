//! What takes several commands here: making every app use another add-on, and destroying one that is attached.

use crate::model::{Addon, Attachment, Command};

/// For each app: attach the other one where it is not yet, and make it the primary of its service.
///
/// An app that had none of the service gets its first as primary by itself; it has the one that it is to leave, so that it
/// does not. The attachment of the one that it leaves stays, under names of its own.
pub(super) fn switch_over(from: &Addon, to: &Addon) -> Vec<Command> {
    let at = |addon: &Addon, app: &str| -> Option<Attachment> {
        addon.attachments.items().iter().find(|one| one.app == app).cloned()
    };
    let mut commands = Vec::new();
    for app in from.apps() {
        // Where another one is the primary, the app does not use this one by its plain names.
        if at(from, app).is_some_and(|one| one.primary == Some(false)) {
            continue;
        }
        let there = at(to, app);
        if there.as_ref().is_some_and(|one| one.primary == Some(true)) {
            continue;
        }
        if there.is_none() {
            commands.push(Command::Attach {
                addon_id: to.key.id.clone(),
                addon: to.name.clone(),
                app: app.to_owned(),
                alias: Some(to.name.clone()),
                credential: None,
                confirm: None,
            });
        }
        commands.push(Command::MakePrimary {
            addon_id: to.key.id.clone(),
            addon: to.name.clone(),
            app: app.to_owned(),
            attachment_id: there.and_then(|one| one.id),
            name: to.service.clone(),
        });
    }
    commands
}

/// Every attachment is taken away first: an add-on that is attached elsewhere is not destroyed (seen on a running server).
pub(super) fn destruction(addon: &Addon) -> Vec<Command> {
    let detach = |one: &Attachment| {
        Some(Command::Detach {
            attachment_id: one.id.clone().filter(|_| !one.owner_row)?,
            addon_id: addon.key.id.clone(),
            addon: addon.name.clone(),
            app: one.app.clone(),
            alias: one.alias.clone(),
        })
    };
    let mut commands: Vec<Command> = addon.attachments.items().iter().filter_map(detach).collect();
    commands.push(Command::DestroyAddon { addon_id: addon.key.id.clone(), addon: addon.name.clone() });
    commands
}
