//! What makes something new.

use super::{NO_PRICE, cannot, not_read, refused, release, value};
use crate::model::{Change, CreateAddon, Known, Naming, RestoreBackup, VariableValue, Verb};
use crate::platform::Situation;
use crate::platform::watasu::program::BackupId;
use crate::platform::watasu::services::{self, Documented};

fn costs() -> Change {
    Change::Costs(Known::Unknown(NO_PRICE.into()))
}

pub(super) fn create(create: &CreateAddon, situation: &Situation) -> Vec<Change> {
    let CreateAddon { service, plan, app, options, .. } = create;
    if options.contains_key("follow") {
        return follower(create);
    }
    let what = if plan.is_empty() { service.clone() } else { format!("{service}:{plan}") };
    let mut changes = vec![Change::Adds(format!("An add-on {what}, whose name Watasu makes up.")), costs()];
    if plan.is_empty() {
        changes.push(Change::Note("Watasu takes its default plan, and no text says which that is.".to_owned()));
    }
    match Documented::find(service) {
        Some(known) => changes.extend(known.caution().map(|caution| Change::Note(caution.to_owned()))),
        None => changes.push(Change::Note(format!(
            "No text of Watasu that could be read names the service {service}: Watasu itself says whether it has it."
        ))),
    }
    let Some(app) = app else { return changes };
    changes.push(release(app, "with its variables"));
    match services::config_vars(service) {
        Known::Is(names) => changes.extend(names.into_iter().map(|name| Change::Variable {
            before: value(app, &name, situation),
            app: app.clone(),
            name: name.to_string(),
            after: VariableValue::From(format!("the new {service}")),
        })),
        Known::Unknown(why) => {
            changes.push(Change::Unknown(format!("Which variables {app} gets is not known: {why}.")));
        }
    }
    changes.push(Change::Note(format!("The team owns it: it stays, and goes on costing, when {app} is deleted.")));
    changes
}

fn follower(create: &CreateAddon) -> Vec<Change> {
    let name = &create.name;
    vec![
        Change::Adds(format!("{name}: a read replica that follows a PostgreSQL database of the app, behind it by some lag.")),
        costs(),
        Change::Note("A follower is no backup: what is deleted there is deleted here.".to_owned()),
        Change::Note("Only some plans support followers, and no text says whether the app gets its variables: attach it under an alias of its own.".to_owned()),
    ]
}

pub(super) fn restore(restore: &RestoreBackup, situation: &Situation) -> Vec<Change> {
    let RestoreBackup { backup_id, of, name, .. } = restore;
    let backup = BackupId::parse(backup_id);
    let of = of.clone().or_else(|| backup.ok().map(|backup| backup.addon)).unwrap_or_else(|| "its add-on".to_owned());
    let mut changes = vec![
        Change::Adds(format!(
            "{name}: a replacement add-on with the data of backup {backup_id} of {of}. {of} is not touched."
        )),
        costs(),
        Change::Note(
            "The steps that Watasu documents: restore, wait until it is ready, check its data, promote it.".to_owned(),
        ),
        Change::Note("With which plan and where it is made is not documented, and can't be said.".to_owned()),
    ];
    changes.extend(Naming::Watasu.check_addon(name).err().map(refused));
    if let Some(source) = &situation.source {
        changes.extend(source.cannot(Verb::Restore).map(refused));
    }
    if let Some(backup) = situation.backup.as_ref().filter(|backup| !backup.is_finished()) {
        changes.push(refused(format!(
            "Backup {backup_id} is {}: one that is listed need not be finished, and only a finished one is restored.",
            backup.state.word()
        )));
    }
    changes
}

pub(super) fn back_up(addon: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes = vec![Change::Adds(format!("A backup of {addon}."))];
    changes.extend(cannot(row, Verb::BackUp));
    changes.push(Change::Note(
        "A plan limits how many backups are kept; whether this one pushes out an older one is not told.".to_owned(),
    ));
    if row.service == "valkey" {
        changes
            .push(Change::Note("A plan without persistence has no managed backup: Watasu refuses it then.".to_owned()));
    }
    changes
}

pub(super) fn auto_backups(addon: &str, is_on: bool, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::AutoBackups).into_iter().collect();
    if is_on {
        changes.push(Change::Adds(format!("Backups of {addon} by its plan's schedule.")));
        return changes;
    }
    changes.push(Change::Disturbs(format!("{addon} is not backed up by itself any more.")));
    changes.push(Change::Unknown(format!("What becomes of the backups that {addon} has is not documented.")));
    changes
}
