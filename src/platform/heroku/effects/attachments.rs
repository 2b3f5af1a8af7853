//! What making, attaching and detaching does to apps. Each attachment is a release of its app and restarts its dynos; a name
//! that is in use moves, which is two releases (Dev Center, the CLI's source).

use super::addons::credential_of;
use super::cannot;
use crate::model::{Addon, Attachment, Change, CreateAddon, Health, Known, Naming, State, VariableValue, Verb};
use crate::platform::Situation;
use crate::platform::heroku::services::{self, Kind, POOL};
use crate::platform::v1::effects::attachments::{not_read, release, value, variables_of, with_alias};

pub(super) fn create_addon(create: &CreateAddon, situation: &Situation) -> Vec<Change> {
    let CreateAddon { name, service, plan, app, alias, options, .. } = create;
    let Some(app) = app else {
        return vec![Change::Refused("On Heroku an app owns each add-on: name the app.".to_owned())];
    };
    let mut changes: Vec<Change> = Naming::Heroku.check_addon(name).err().map(Change::Refused).into_iter().collect();
    changes.extend(alias.as_deref().and_then(|alias| Naming::Heroku.check_alias(alias).err()).map(Change::Refused));
    changes.push(Change::Adds(format!("Add-on {name} ({service}:{plan}), owned by {app}.")));
    changes.push(cost(situation));
    changes.extend(made_of(create));
    match alias.as_deref() {
        Some(alias) => changes.extend(given(name, app, alias, "attached when it is provisioned", situation)),
        None => {
            changes.push(release(app, "attached when it is provisioned, under a name that Heroku chooses"));
            changes.push(Change::Note(
                "Most services give one variable called NAME_URL; which names come is told once it is there."
                    .to_owned(),
            ));
        }
    }
    let _ = options;
    changes
}

/// What the plan costs. What this customer pays may be something else.
pub(super) fn cost(situation: &Situation) -> Change {
    match &situation.plans.1 {
        Some(plan) => Change::Costs(plan.price.clone()),
        None => Change::Costs(Known::Unknown("the plan was not read".into())),
    }
}

/// Another database's data, or a database to follow. That `--rollback`, `--fork` and `--follow` are sent as the add-on's
/// config is inferred from the CLI's command line.
fn made_of(create: &CreateAddon) -> Vec<Change> {
    let CreateAddon { name, service, plan, options, .. } = create;
    let of = |option: &str| options.get(option).filter(|value| !value.is_empty());
    let mut changes = Vec::new();
    if let Some(leader) = of("follow") {
        changes.push(Change::Note(format!(
            "{name} follows {leader}: it takes over its writes as they come and is read-only until it is unfollowed."
        )));
    }
    if let Some(source) = of("fork") {
        changes.push(Change::Note(format!(
            "{name} begins with the data of {source} as it is then, and goes its own way."
        )));
    }
    if let Some(source) = of("rollback") {
        let to = of("to").map_or_else(|| "a moment that was not said".to_owned(), Clone::clone);
        changes.push(Change::Note(format!("{name} begins with the data that {source} had at {to}.")));
    }
    if !changes.is_empty() {
        let why = services::cannot(Kind::of(service, Some(plan)), Some(plan))
            .into_iter()
            .find_map(|(verb, why)| (verb == Verb::Follow).then_some(why));
        changes.extend(why.map(Change::Refused));
        changes.push(Change::Note(
            "Inferred from Heroku's command line: if Heroku takes it otherwise, the add-on is empty. Look before it is used."
                .to_owned(),
        ));
    }
    changes
}

pub(super) fn attach(
    addon: &str,
    app: &str,
    alias: Option<&str>,
    credential: Option<&str>,
    situation: &Situation,
) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes = Vec::new();
    if matches!(row.state, State::Deprovisioning | State::Gone) {
        changes.push(Change::Refused(format!("{addon} is {} and can't be attached.", row.state_word)));
    }
    if let Some(credential) = credential {
        match Kind::of(&row.service, row.plan.as_deref()) {
            Kind::Postgres | Kind::AdvancedPostgres => {
                changes.push(Change::Note(format!(
                    "{app} gets the credential {credential}, with the rights that it has."
                )));
            }
            _ => changes.push(Change::Refused("Only Heroku Postgres has credentials to choose from.".to_owned())),
        }
    }
    match alias {
        Some(alias) => {
            changes.extend(Naming::Heroku.check_alias(alias).err().map(Change::Refused));
            changes.extend(given(&row.name, app, alias, "attached", situation));
        }
        None => {
            changes.push(release(app, "attached under a name that Heroku chooses"));
            changes.push(Change::Note(
                "It gets NAME_URL, and NAME is chosen by Heroku. Give a name to know it before.".into(),
            ));
        }
    }
    if let crate::model::Owner::App(owner) = &row.owner
        && owner != app
    {
        changes.push(Change::Note(format!(
            "{addon} stays with {owner}, which owns it: it goes when {owner} goes, and backups are listed there."
        )));
    }
    changes
}

/// Who has a name of an app now.
pub(super) struct Holder<'a> {
    addon: String,
    /// How many attachments it has on that app and in all, where that is known.
    rows: Option<(usize, usize)>,
    row: Option<&'a Addon>,
}

/// The attachments tell it; where they were not read, the variable of that name does.
pub(super) fn holder<'a>(app: &str, name: &str, situation: &'a Situation) -> Option<Holder<'a>> {
    let has = |row: &&Attachment| row.app == app && row.alias.as_deref() == Some(name);
    let known = situation.neighbours.iter().chain(&situation.addon).chain(&situation.source);
    if let Some(addon) = known.into_iter().find(|addon| addon.attachments.items().iter().any(|row| has(&row))) {
        let rows = addon.attachments.items();
        let on_app = rows.iter().filter(|row| row.app == app).count();
        return Some(Holder { addon: addon.name.to_string(), rows: Some((on_app, rows.len())), row: Some(addon) });
    }
    match value(app, &format!("{name}_URL"), situation) {
        VariableValue::From(addon) => Some(Holder { addon, rows: None, row: None }),
        _ => None,
    }
}

/// What an app gets under a name, and from whom the name is taken.
fn given(addon: &str, app: &str, name: &str, how: &str, situation: &Situation) -> Vec<Change> {
    let variable = format!("{name}_URL");
    let before = match variables_of(app, situation) {
        Some(_) => value(app, &variable, situation),
        None => VariableValue::Unknown,
    };
    let mut changes = Vec::new();
    match holder(app, name, situation) {
        Some(other) if other.addon == addon => {
            changes.push(Change::Refused(format!("{addon} is {name} of {app} already.")));
        }
        Some(other) => changes.extend(moved(&other, addon, app, name)),
        None => changes.push(release(app, &with_alias(how, Some(name)))),
    }
    // Of most services the one variable is called after the attachment; others may come with it.
    let after = VariableValue::From(addon.to_owned());
    changes.push(Change::Variable { app: app.to_owned(), name: variable, before, after });
    changes
}

/// The name moves: detach and attach in one, with two releases.
fn moved(other: &Holder<'_>, addon: &str, app: &str, name: &str) -> Vec<Change> {
    let from = &other.addon;
    let mut changes = vec![
        release(
            app,
            &format!("{name} moves from {from} to {addon}: two releases, and a moment between them without it"),
        ),
        Change::Irreversible(format!(
            "{app} does not use {from} as {name} any more; moving it back is another change."
        )),
    ];
    match other.rows {
        Some((1, all)) if all > 1 => {
            changes.push(Change::Note(format!("{app} has {from} under no other name, so it has no way to {from} afterwards.")));
        }
        Some((1, _)) => changes.push(Change::Unknown(format!(
            "{name} is the last attachment of {from}, and the last one can't be detached: whether Heroku moves it is not documented. Attach {from} under another name first."
        ))),
        _ => {}
    }
    changes
}

pub(super) fn make_primary(addon: &str, app: &str, name: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::Promote).into_iter().collect();
    // A name that the CLI's promotes stand for leads to that service alone.
    if ["DATABASE", "REDIS"].contains(&name) && services::primary_name(&row.service) != Some(name) {
        changes.push(Change::Refused(format!("{addon} is of {}, which can't be the {name} of an app.", row.service)));
    }
    let before = holder(app, name, situation).filter(|other| other.addon != *addon);
    changes.extend(given(&row.name, app, name, "attached", situation));
    let follows = row.fact("following").filter(|what| *what != "none");
    match (&before, follows) {
        (_, Some(_)) => changes.push(Change::Disturbs(format!(
            "{addon} still follows another database and is read-only: every write of {app} fails until it is unfollowed (action unfollow)."
        ))),
        (Some(other), None) => {
            changes.push(Change::LosesData(format!("Whatever of the data of {} is not in {addon}.", other.addon)));
        }
        (None, None) => {}
    }
    if let Health::Failing(words) = &row.health {
        changes
            .push(Change::Disturbs(format!("{addon} is not available yet ({words}): {app} can't use it meanwhile.")));
    }
    changes.extend(before.as_ref().and_then(|other| other_rights(other, app, addon, name)));
    changes.extend(before.as_ref().and_then(|other| pool(other, app, addon, situation)).map(Change::Note));
    changes
}

/// A name that moves comes with the default credential: what an app must not do, it may be able to do then.
fn other_rights(other: &Holder<'_>, app: &str, addon: &str, name: &str) -> Option<Change> {
    let row = other.row?;
    let is_it = |one: &&Attachment| one.app == app && one.alias.as_deref() == Some(name);
    let credential = credential_of(row, row.attachments.items().iter().find(is_it)?)?;
    Some(Change::Disturbs(format!(
        "{app} has the credential {credential} of {} under this name, and gets the default one of {addon}, with all rights. To keep it apart, attach {addon} with a credential of its own instead.",
        other.addon
    )))
}

/// The pool is an attachment of its own and does not move along.
fn pool(other: &Holder<'_>, app: &str, addon: &str, situation: &Situation) -> Option<String> {
    let is_pool = |row: &Attachment| row.app == app && row.alias.as_deref() == Some(POOL);
    let by_row = other.row.is_some_and(|row| row.attachments.items().iter().any(is_pool));
    let by_variable = value(app, &format!("{POOL}_URL"), situation) == VariableValue::From(other.addon.clone());
    (by_row || by_variable).then(|| {
        format!(
            "{POOL} of {app} still leads to {}: attach the pool of {addon} with heroku pg:connection-pooling:attach {addon} --as {POOL} --app {app}.",
            other.addon
        )
    })
}

pub(super) fn detach(attachment_id: &str, addon: &str, app: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let rows = match &row.attachments {
        Known::Is(rows) => rows,
        Known::Unknown(why) => return vec![Change::Unknown(format!("What {app} has of {addon} is not known: {why}."))],
    };
    let Some(attachment) = rows.iter().find(|one| one.id.as_deref() == Some(attachment_id)) else {
        return vec![Change::Unknown(format!("{addon} has no such attachment to {app} any more."))];
    };
    let mut changes = lost(row, attachment);
    if rows.len() == 1 {
        changes.push(Change::Refused(format!(
            "It is the last attachment of {addon}, which Heroku does not take away: attach {addon} under another name first, or destroy it."
        )));
    }
    if let Some(name) = attachment.alias.as_deref().filter(|name| services::primary_name(&row.service) == Some(name)) {
        changes.push(Change::Disturbs(format!("{app} has no {name} afterwards.")));
    }
    changes.push(Change::Note(format!("{addon} itself stays, with its data, and costs what it costs.")));
    changes
}

/// What an app loses with one attachment.
pub(super) fn lost(addon: &Addon, attachment: &Attachment) -> Vec<Change> {
    let app = attachment.app.as_str();
    let mut changes = vec![release(app, &with_alias("detached", attachment.alias.as_deref()))];
    match &attachment.config_vars {
        Known::Is(names) => changes.extend(names.iter().map(|name| Change::Variable {
            app: app.to_owned(),
            name: name.to_string(),
            before: VariableValue::From(addon.name.to_string()),
            after: VariableValue::Absent,
        })),
        Known::Unknown(why) => {
            changes.push(Change::Unknown(format!("Which variables {app} loses is not known: {why}.")));
        }
    }
    changes
}
