//! What takes several commands here: making every app use another add-on, and destroying one that is attached.

use super::names::space_of;
use crate::model::{Addon, Attachment, Command, Naming};

/// For each app: attach the other one where it is not yet, and make it the primary of its service.
///
/// An app that had none of the service gets its first as primary by itself; it has the one that it is to leave, so that it
/// does not. The attachment of the one that it leaves stays, under names of its own.
pub(super) fn switch_over(from: &Addon, to: &Addon) -> Vec<Command> {
    let at = |addon: &Addon, app: &str| -> Option<Attachment> {
        addon.attachments.items().iter().find(|one| one.app == app).cloned()
    };
    // Each attachment of an add-on needs a name of its own (seen on a running server); the owner's does not count.
    let taken = to.attachments.items().iter().filter(|one| !one.owner_row).filter_map(|one| one.alias.clone());
    let mut taken: Vec<String> = taken.map(|name| name.to_ascii_lowercase()).collect();
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
                addon_id: to.key.id.to_string(),
                addon: to.name.to_string(),
                app: app.to_owned(),
                alias: Some(name_for(&to.name, app, &mut taken)),
                credential: None,
                confirm: None,
            });
        }
        commands.push(Command::MakePrimary {
            addon_id: to.key.id.to_string(),
            addon: to.name.to_string(),
            app: app.to_owned(),
            attachment_id: there.and_then(|one| one.id).map(Into::into),
            name: to.service.to_string(),
        });
    }
    commands
}

/// Every attachment is taken away first: an add-on that is attached elsewhere is not destroyed (seen on a running server).
pub(super) fn destruction(addon: &Addon) -> Vec<Command> {
    let detach = |one: &Attachment| {
        Some(Command::Detach {
            attachment_id: one.id.clone().filter(|_| !one.owner_row)?.to_string(),
            addon_id: addon.key.id.to_string(),
            addon: addon.name.to_string(),
            app: one.app.to_string(),
            alias: one.alias.clone().map(Into::into),
        })
    };
    let mut commands: Vec<Command> = addon.attachments.items().iter().filter_map(detach).collect();
    commands.push(Command::DestroyAddon { addon_id: addon.key.id.to_string(), addon: addon.name.to_string() });
    commands
}

/// A name for an attachment that nobody else has: that of the add-on, with the app's where that is taken. Names that Akkeris
/// makes up itself are longer than it takes from others; their last two parts fit.
fn name_for(addon: &str, app: &str, taken: &mut Vec<String>) -> String {
    let longest = Naming::Akkeris.longest();
    let short = match space_of(app) {
        Some(space) => app.trim_end_matches(space).trim_end_matches('-'),
        None => app,
    };
    let parts: Vec<&str> = addon.split('-').collect();
    let base = if addon.len() > longest { parts[parts.len().saturating_sub(2)..].join("-") } else { addon.to_owned() };
    let cut = |text: &str, most: usize| text.chars().take(most).collect::<String>();
    let with_app = format!("{}-{}", cut(&base, longest.saturating_sub(8)), cut(short, 7));
    let numbered = (2..).map(|number: u32| format!("{}-{number}", cut(&base, longest.saturating_sub(6))));
    let is_free =
        |name: &String| Naming::Akkeris.check_alias(name).is_ok() && !taken.contains(&name.to_ascii_lowercase());
    let fallback = (1..).map(|number: u32| format!("db-{number}"));
    let found = [base.clone(), with_app].into_iter().chain(numbered.take(99)).chain(fallback.take(9999)).find(is_free);
    let name = found.unwrap_or(base);
    taken.push(name.to_ascii_lowercase());
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_attachment_gets_a_name_of_its_own_that_is_taken() {
        for addon in
            ["books", "akkeris-postgresql-glass-3524", "a-name-of-22-characters", "akkeris-postgresql-3-52", "x"]
        {
            let mut taken = vec!["books".to_owned()];
            let names: Vec<String> = ["stall-lab", "diary-lab", "letters-lab", "letters-live"]
                .map(|app| name_for(addon, app, &mut taken))
                .into();
            let mut distinct: Vec<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
            distinct.sort();
            distinct.dedup();
            assert_eq!(distinct.len(), 4, "{names:?}");
            assert!(names.iter().all(|name| Naming::Akkeris.check_alias(name).is_ok() && name != "books"), "{names:?}");
        }
        assert_eq!(name_for("books", "stall-lab", &mut Vec::new()), "books");
        assert_eq!(name_for("books", "stall-lab", &mut vec!["books".into()]), "books-stall");
        assert_eq!(name_for("akkeris-postgresql-glass-3524", "stall-lab", &mut Vec::new()), "glass-3524");
    }
}
