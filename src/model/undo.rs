//! The way back: which command undoes an operation, or in words why none does. It is a proposal: like any other command it
//! is read up on, shown and confirmed before anything is sent.

use serde::{Deserialize, Serialize};

use super::{Addon, Attachment, Command, CreateAddon, Known, Operation, Outcome, RestoreBackup, Schedule};

/// What was there right before a command was sent, where its way back depends on that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "before")]
pub enum Before {
    /// The add-on was backed up like this.
    Schedule {
        /// When; `None` for not at all.
        schedule: Option<Schedule>,
    },
    /// The add-on had this plan.
    Plan {
        /// Its name.
        plan: String,
    },
    /// The app was in maintenance or not.
    Maintenance {
        /// Whether it was.
        is_on: bool,
    },
    /// The app had this release.
    Release {
        /// As the platform calls it: `v57`.
        release: String,
    },
    /// The app was served by another add-on.
    Primary {
        /// The app's name.
        app: String,
        /// The native id of that add-on.
        addon_id: String,
        /// Its name, for people.
        addon: String,
    },
    /// The add-on that got the attachments was attached to these apps itself.
    Attached {
        /// Their names; each once.
        apps: Vec<String>,
    },
    /// These were there of what the command makes one more of, where the platform makes up the name of the new one or does not
    /// tell when it was made: what is not among them was made since.
    There {
        /// Names of add-ons, ids of backups, or attachments in the words of [`Attachment::in_words`].
        what: Vec<String>,
    },
}

/// The command that undoes an operation. `addon` gives an add-on as it is now by its native id, where it is there.
///
/// # Errors
/// A sentence that says why there is none.
pub fn inverse<'a>(operation: &Operation, addon: impl Fn(&str) -> Option<&'a Addon>) -> Result<Command, String> {
    has_happened(operation)?;
    let there = |id: &str, name: &str| {
        addon(id).ok_or_else(|| format!("{name} is not there any more, so there is nothing to undo."))
    };
    let made = |name: &str| {
        let id = operation.addon_id.as_deref();
        let id = id.ok_or_else(|| format!("Which add-on was made is not recorded: look for {name} yourself."))?;
        let row = there(id, name)?;
        Ok(Command::DestroyAddon { addon_id: row.key.id.to_string(), addon: row.name.to_string() })
    };
    match &operation.command {
        Command::CreateAddon(CreateAddon { name, .. }) | Command::Restore(RestoreBackup { name, .. }) => made(name),
        Command::Attach { addon_id, addon, app, alias, .. } => detach(there(addon_id, addon)?, app, alias.as_deref()),
        Command::Detach { addon_id, addon, app, alias, .. } => {
            let row = there(addon_id, addon)?;
            Ok(Command::Attach {
                addon_id: row.key.id.to_string(),
                addon: row.name.to_string(),
                app: app.clone(),
                alias: alias.clone(),
                credential: None,
                confirm: None,
            })
        }
        Command::DestroyAddon { addon, .. } => {
            Err(format!("Destroyed data does not come back: restore a backup of {addon} with R, if there is one."))
        }
        Command::BackUp { addon_id, addon, .. } => delete_backup(operation, Some((addon_id, addon))),
        Command::UploadBackup { .. } => delete_backup(operation, None),
        Command::RestoreInto { addon, .. } => Err(format!(
            "Replaced data does not come back by itself: restore the copy of {addon} that was taken before, if there is one."
        )),
        Command::CancelBackup { backup_id, .. } => Err(format!("{backup_id} was cancelled: begin it anew.")),
        Command::MakePrimary { addon, app, name, .. } => match &operation.before {
            Some(Before::Primary { addon_id: former_id, addon: former, .. }) => {
                make_primary(there(former_id, former)?, app, name)
            }
            _ => Err(format!("What {app} used before {addon} is not recorded: make that its primary again.")),
        },
        Command::RunAction(run) => Err(format!("Nobody knows how to undo {} on {}.", run.action, run.addon)),
        Command::DeleteBackup { backup_id, .. } => {
            Err(format!("A deleted backup does not come back: {backup_id} is gone. A new one is taken with B."))
        }
        Command::ScheduleBackups { addon_id, addon, schedule } => {
            let Some(Before::Schedule { schedule: earlier }) = &operation.before else {
                return Err(format!("When {addon} was backed up before is not recorded: schedule it by hand."));
            };
            if earlier == schedule {
                return Err(format!("The schedule of {addon} was the same before, so there is nothing to undo."));
            }
            let row = there(addon_id, addon)?;
            let (addon_id, addon) = (row.key.id.clone(), row.name.clone());
            Ok(Command::ScheduleBackups {
                addon_id: addon_id.to_string(),
                addon: addon.to_string(),
                schedule: earlier.clone(),
            })
        }
        Command::MoveAttachments { from_id, from, to_id, to } => {
            if let Some(Before::Attached { apps }) = &operation.before
                && !apps.is_empty()
            {
                return Err(format!(
                    "{to} was attached to {} before: switching back would take these along. Attach and detach one by one.",
                    apps.join(", ")
                ));
            }
            let (loses, gets) = (there(to_id, to)?, there(from_id, from)?);
            Ok(Command::MoveAttachments {
                from_id: loses.key.id.to_string(),
                from: loses.name.to_string(),
                to_id: gets.key.id.to_string(),
                to: gets.name.to_string(),
            })
        }
        Command::ChangePlan { addon_id, addon, service, plan } => {
            let Some(Before::Plan { plan: earlier }) = &operation.before else {
                return Err(format!("Which plan {addon} had before is not recorded: change it with U."));
            };
            let row = there(addon_id, addon)?;
            if row.plan.as_deref() != Some(plan.as_str()) {
                return Err(format!("{} is on {} now: it was changed since.", row.name, row.service_and_plan()));
            }
            let (addon_id, addon) = (row.key.id.clone(), row.name.clone());
            Ok(Command::ChangePlan {
                addon_id: addon_id.to_string(),
                addon: addon.to_string(),
                service: service.clone(),
                plan: earlier.clone(),
            })
        }
        Command::Rename { addon_id, addon, name } => {
            let row = there(addon_id, name)?;
            if row.name != *name {
                return Err(format!("It is called {} now: it was renamed since.", row.name));
            }
            Ok(Command::Rename { addon_id: row.key.id.to_string(), addon: name.clone(), name: addon.clone() })
        }
        Command::Rotate { addon, .. } => {
            Err(format!("The old password of {addon} is refused for good. Rotating again gives a third one."))
        }
        Command::Restart { addon, .. } => Err(format!("A restart of {addon} leaves nothing behind to undo.")),
        Command::Sleep { addon_id, addon } => {
            let row = there(addon_id, addon)?;
            Ok(Command::Wake { addon_id: row.key.id.to_string(), addon: row.name.to_string() })
        }
        Command::Wake { addon_id, addon } => {
            let row = there(addon_id, addon)?;
            Ok(Command::Sleep { addon_id: row.key.id.to_string(), addon: row.name.to_string() })
        }
        Command::CreateApp { app, .. } => Ok(Command::DestroyApp { app: app.clone() }),
        Command::DestroyApp { app } => Err(format!(
            "The releases and attachments of {app} are gone with it: make it anew and attach what it needs."
        )),
        Command::Maintenance { app, is_on } => match &operation.before {
            Some(Before::Maintenance { is_on: was_on }) if was_on == is_on => {
                Err(format!("The maintenance of {app} was the same before, so there is nothing to undo."))
            }
            _ => Ok(Command::Maintenance { app: app.clone(), is_on: !is_on }),
        },
        Command::RollBack { app, .. } => match &operation.before {
            Some(Before::Release { release }) => Ok(Command::RollBack { app: app.clone(), release: release.clone() }),
            _ => Err(format!("Which release {app} had before is not recorded: choose one among its releases.")),
        },
        Command::AutoBackups { addon_id, addon, is_on } => {
            let row = there(addon_id, addon)?;
            Ok(Command::AutoBackups { addon_id: row.key.id.to_string(), addon: row.name.to_string(), is_on: !is_on })
        }
        Command::Redeploy { app, .. } => {
            Err(format!("What {app} ran before is one of its earlier deployments: roll it back to that one."))
        }
    }
}

/// Only what is known to have happened can be undone.
fn has_happened(operation: &Operation) -> Result<(), String> {
    let sentence = operation.command.sentence();
    match &operation.outcome {
        Outcome::Done => Ok(()),
        Outcome::Intended | Outcome::Accepted => Err(format!("{sentence}: it has not ended yet. Undo it when it has.")),
        Outcome::Failed { .. } => Err(format!("{sentence}: it failed, so there is nothing to undo.")),
        Outcome::NotSent { .. } => Err(format!("{sentence}: nothing was sent, so there is nothing to undo.")),
        Outcome::Unknown { .. } => {
            Err(format!("{sentence}: whether it happened is not known. Find that out before anything is undone."))
        }
    }
}

/// An add-on that an app still has serves it again.
fn make_primary(addon: &Addon, app: &str, name: &str) -> Result<Command, String> {
    let former = &addon.name;
    let rows = match &addon.attachments {
        Known::Is(rows) => rows,
        Known::Unknown(why) => return Err(format!("Which apps {former} is attached to is not known: {why}.")),
    };
    let of_app: Vec<&Attachment> = rows.iter().filter(|row| row.app == app).collect();
    if of_app.iter().any(|row| row.is_primary(name)) {
        return Err(format!("{app} uses {former} again already."));
    }
    // The owner's own row is no attachment: it has no id to act by.
    let Some(row) = of_app.iter().find(|row| row.owner_row).or(of_app.first()) else {
        return Err(format!("{former} is not attached to {app} any more: attach it first."));
    };
    Ok(Command::MakePrimary {
        addon_id: addon.key.id.to_string(),
        addon: former.to_string(),
        app: app.to_owned(),
        attachment_id: row.id.clone().filter(|_| !row.owner_row).map(Into::into),
        name: name.to_owned(),
    })
}

/// The attachment that an earlier command made, by the platform's id, which that command could not know.
fn detach(addon: &Addon, app: &str, alias: Option<&str>) -> Result<Command, String> {
    let name = &addon.name;
    let rows = match &addon.attachments {
        Known::Is(rows) => rows,
        Known::Unknown(why) => return Err(format!("Which apps {name} is attached to is not known: {why}.")),
    };
    let under = alias.map_or_else(String::new, |alias| format!(" as {alias}"));
    let is_it = |row: &&Attachment| row.app == app && row.alias.as_deref() == alias;
    let chosen = rows.iter().filter(|row| row.app == app && alias.is_none() && !row.owner_row).collect::<Vec<_>>();
    // Where no name was chosen the platform may have: then it is the only one.
    let row = rows.iter().find(is_it).or(match chosen.as_slice() {
        [only] => Some(*only),
        _ => None,
    });
    let Some(row) = row else {
        return Err(format!("{name} is not attached to {app}{under} any more, so there is nothing to undo."));
    };
    if row.owner_row {
        return Err(format!("{app} owns {name}: its own attachment can't be taken away."));
    }
    let Some(id) = &row.id else {
        return Err(format!("{name} can't be detached from {app} here: the platform tells no id for this attachment."));
    };
    Ok(Command::Detach {
        attachment_id: id.to_string(),
        addon_id: addon.key.id.to_string(),
        addon: name.to_string(),
        app: app.to_owned(),
        alias: alias.map(str::to_owned),
    })
}

fn delete_backup(operation: &Operation, of: Option<(&String, &String)>) -> Result<Command, String> {
    let Some(id) = &operation.backup_id else {
        return Err("Which backup was made is not recorded: delete it among the backups.".to_owned());
    };
    let (addon_id, addon) = of.map(|(id, name)| (id.clone(), name.clone())).unzip();
    Ok(Command::DeleteBackup { backup_id: id.clone(), addon_id, addon })
}

#[cfg(test)]
mod tests;
