//! What a restore consists of: a replacement that is made of a backup, or made empty and filled, or forked, and that the apps
//! are moved over to; or the data of the add-on itself, replaced in place.

use std::path::Path;

use jiff::Timestamp;

use crate::model::{
    Act, Addon, Backup, Backups, Capability, Command, CreateAddon, Known, Late, Offer, Release, RestoreBackup, Step,
    Verb, Way, age, label_before, size,
};

/// What a restore depends on, read live.
#[derive(Clone, Copy, Debug)]
pub struct RestoreFacts<'a> {
    /// The add-on whose data is lost; `None` where it is gone, or the backup is a file that was uploaded.
    pub addon: Option<&'a Addon>,
    /// The backup that was picked.
    pub backup: &'a Backup,
    /// All backups beside it, where told.
    pub backups: Option<&'a Backups>,
    /// The apps that use the add-on, each with its releases, newest first.
    pub releases: &'a [(String, Known<Vec<Release>>)],
    /// The last moment at which the data was good, if it was said.
    pub good_moment: Option<Timestamp>,
    /// Which data goes where: the backup, and name, service and plan of what has it afterwards, which in place is the add-on
    /// itself.
    pub restore: &'a RestoreBackup,
    /// Where the data goes.
    pub way: Way,
    /// What makes the replacement where that is not made of the backup at once: it is empty then, or a fork.
    pub make: Option<&'a CreateAddon>,
    /// Where a downloaded backup would go.
    pub file: &'a Path,
    /// When this was read, by the platform's clock.
    pub at: Timestamp,
}

/// The steps, in their order.
pub(super) fn restore_offers(capability: &dyn Fn(Verb) -> Capability, facts: &RestoreFacts<'_>) -> Vec<Offer> {
    let cannot = |verb: Verb| {
        let reason = capability(verb).reason().map(str::to_owned);
        reason.or_else(|| facts.addon?.cannot(verb).map(str::to_owned))
    };
    let mut offers = Vec::new();
    let mut apps = Vec::new();
    if let Some(addon) = facts.addon {
        apps = addon.apps();
        offers.push(copy(cannot(Verb::BackUp), addon, facts));
    }
    offers.push(download(cannot(Verb::DownloadBackup), facts));
    if let Some(addon) = facts.addon {
        offers.extend(apps.iter().map(|app| stop(capability, app, addon, facts)));
        offers.extend(facts.releases.iter().filter_map(|(app, releases)| roll_back(capability, app, releases, facts)));
    }
    match (facts.way, facts.addon, facts.make) {
        (Way::InPlace, Some(addon), _) => offers.push(in_place(addon, facts)),
        (Way::Fork, _, Some(fork)) => offers.push(made(fork, "Fork", "fork ready", facts)),
        (_, _, Some(empty)) => {
            offers.push(made(empty, "Make", "replacement made", facts));
            offers.push(fill(facts));
        }
        _ => offers.push(restore(facts)),
    }
    offers.push(check(facts));
    if let Some(addon) = facts.addon.filter(|_| !apps.is_empty() && facts.way != Way::InPlace) {
        offers.push(switch(&apps, addon, facts));
    }
    offers.extend(apps.iter().map(|app| start(app)));
    offers.push(clean_up());
    offers
}

fn needed(act: Act, title: String, done: &str, why: String) -> Offer {
    let step = Step { act, title, done: done.to_owned(), is_optional: false };
    Offer { step, is_chosen: true, cannot: None, why }
}

fn optional(act: Act, title: String, done: &str, why: String) -> Offer {
    let step = Step { act, title, done: done.to_owned(), is_optional: true };
    Offer { step, is_chosen: false, cannot: None, why }
}

fn send(command: Command) -> Act {
    Act::Send { command: Box::new(command) }
}

/// What is broken may be needed to find out why, and what of it can be saved.
fn copy(cannot: Option<String>, addon: &Addon, facts: &RestoreFacts<'_>) -> Offer {
    let picked = &facts.backup.id;
    let label = Some(label_before(picked));
    let command = Command::BackUp { addon_id: addon.key.id.to_string(), addon: addon.name.to_string(), label };
    let evicted = facts.backups.and_then(|backups| backups.policy.as_ref()?.evicts.as_ref());
    let cannot = cannot.or_else(|| {
        let pushes_out = evicted == Some(picked);
        pushes_out.then(|| format!("One more backup would push out {picked}, the one to be restored."))
    });
    let mut why = match facts.way {
        // It is no help where the server itself is what is broken.
        Way::InPlace => format!(
            "What is replaced comes back from this copy alone. {} itself takes it: a server that does not work can't.",
            addon.name
        ),
        Way::Replacement | Way::Fork => "Keeps what was written since, to look into later.".to_owned(),
    };
    if let Some(id) = evicted {
        why.push_str(&format!(" It pushes out backup {id}."));
    }
    let title = format!("Back up {} as it is now", addon.name);
    let offer = optional(send(command), title, "broken state copied", why);
    Offer { is_chosen: cannot.is_none() && evicted.is_none(), cannot, ..offer }
}

fn download(cannot: Option<String>, facts: &RestoreFacts<'_>) -> Offer {
    let Backup { id, size: bytes, .. } = facts.backup;
    let file = facts.file.to_path_buf();
    let bytes = bytes.map_or_else(|| "of unknown size".to_owned(), size);
    let why = format!("A copy of your own ({bytes}), in {}.", crate::model::printable(&file.display().to_string()));
    let act = Act::Download { backup_id: id.clone(), file };
    Offer { cannot, ..optional(act, format!("Download backup {id}"), "backup downloaded", why) }
}

/// Until the apps are switched over, what they write goes to the old add-on, and is not in the replacement.
fn stop(capability: &dyn Fn(Verb) -> Capability, app: &str, addon: &Addon, facts: &RestoreFacts<'_>) -> Offer {
    let cannot = capability(Verb::Maintenance).reason().map(str::to_owned);
    let act = send(Command::Maintenance { app: app.to_owned(), is_on: true });
    let why = match facts.way {
        Way::InPlace => format!("What {app} writes until the data is replaced is lost. It is down meanwhile."),
        Way::Replacement | Way::Fork => {
            format!("What {app} writes until the switch stays in {}. It is down meanwhile.", addon.name)
        }
    };
    Offer { cannot, ..optional(act, format!("Stop the writers: {app} into maintenance"), "writers stopped", why) }
}

/// Belongs to [`stop`]: it is taken when that is.
fn start(app: &str) -> Offer {
    let act = send(Command::Maintenance { app: app.to_owned(), is_on: false });
    let why = format!("{app} was put into maintenance before.");
    needed(act, format!("Take {app} out of maintenance"), "writers running", why)
}

/// A release that came after the good moment may be what did the damage; a release phase would run its migration again.
fn roll_back(
    capability: &dyn Fn(Verb) -> Capability,
    app: &str,
    releases: &Known<Vec<Release>>,
    facts: &RestoreFacts<'_>,
) -> Option<Offer> {
    let good = facts.good_moment?;
    let releases = releases.get()?;
    let newer: Vec<&Release> = releases.iter().filter(|one| one.created_at.is_some_and(|at| at >= good)).collect();
    let first = newer.last()?;
    let before = releases.iter().find(|one| one.version < first.version);
    let cannot = capability(Verb::RollBack).reason().map(str::to_owned);
    let cannot = cannot.or_else(|| before.is_none().then(|| format!("{app} has no earlier release that is told.")));
    let release = before.map_or_else(String::new, |one| format!("v{}", one.version));
    let by = first.by.as_ref().map_or(String::new(), |by| format!(" by {by}"));
    let at = first.created_at.map_or(String::new(), |at| format!(" at {}", at.strftime("%H:%MZ")));
    let more = match newer.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    let what = &first.description;
    let why = format!("v{}{at}{by} came after the good moment: {what}{more}.", first.version);
    let title = match before {
        Some(_) => format!("Roll {app} back to {release} first"),
        None => format!("Roll {app} back first"),
    };
    let act = send(Command::RollBack { app: app.to_owned(), release });
    Some(Offer { is_chosen: cannot.is_none(), cannot, ..optional(act, title, "app rolled back", why) })
}

fn restore(facts: &RestoreFacts<'_>) -> Offer {
    let RestoreBackup { backup_id, name, service, plan, .. } = facts.restore;
    let title = format!("Restore backup {backup_id} into {name}");
    let beside = facts.addon.map_or_else(String::new, |addon| format!(" beside {}", addon.name));
    let why = format!("Makes {service}:{plan} {name}{beside}; no app uses it yet.");
    needed(send(Command::Restore(facts.restore.clone())), title, "replacement ready", why)
}

/// The data of an add-on that is there is replaced.
fn in_place(addon: &Addon, facts: &RestoreFacts<'_>) -> Offer {
    let RestoreBackup { backup_id, of, .. } = facts.restore;
    let (addon_id, addon) = (addon.key.id.clone(), addon.name.clone());
    let title = format!("Replace the data of {addon} by backup {backup_id}");
    let why = format!("{} It can't be taken back.", lost(facts));
    let command = Command::RestoreInto {
        backup_id: backup_id.clone(),
        of: of.clone(),
        addon_id: addon_id.to_string(),
        addon: addon.to_string(),
    };
    needed(send(command), title, "data replaced", why)
}

/// An add-on without the data, or forked with it.
fn made(make: &CreateAddon, verb: &str, done: &str, facts: &RestoreFacts<'_>) -> Offer {
    let CreateAddon { name, service, plan, app, .. } = make;
    let beside = facts.addon.map_or_else(String::new, |addon| format!(" beside {}", addon.name));
    let owner = app.as_ref().map_or_else(String::new, |app| format!(", owned by {app}"));
    let what = match (facts.way, facts.addon, facts.good_moment) {
        (Way::Fork, Some(addon), Some(at)) => {
            format!("{} as it was at {} as {name}", addon.name, at.strftime("%H:%MZ"))
        }
        _ => format!("{name}, still empty"),
    };
    let why = format!("Makes {service}:{plan} {name}{beside}{owner}.");
    needed(send(Command::CreateAddon(make.clone())), format!("{verb} {what}"), done, why)
}

/// The empty replacement gets the data.
fn fill(facts: &RestoreFacts<'_>) -> Offer {
    let RestoreBackup { backup_id, name, .. } = facts.restore;
    let why = format!("{name} is empty until then; no app uses it yet.");
    let act = Act::Late { late: Late::FillReplacement };
    needed(act, format!("Restore backup {backup_id} into {name}"), "replacement ready", why)
}

fn check(facts: &RestoreFacts<'_>) -> Offer {
    let name = &facts.restore.name;
    if facts.way == Way::InPlace {
        let why = format!("Connect to {name}, and look whether the data is what it should be.");
        return needed(Act::Check, format!("Check {name}"), "data checked", why);
    }
    let why = format!("Connect to {name}, or attach it to a test app under an alias, and look before any app uses it.");
    needed(Act::Check, format!("Check {name}"), "replacement checked", why)
}

fn switch(apps: &[&str], addon: &Addon, facts: &RestoreFacts<'_>) -> Offer {
    let count = if apps.len() == 1 { "1 app".to_owned() } else { format!("{} apps", apps.len()) };
    let why = format!("{}: {}", apps.join(", "), lost(facts));
    let title = format!("Switch {count} of {} over to {}", addon.name, facts.restore.name);
    needed(Act::Late { late: Late::SwitchOver }, title, "apps switched over", why)
}

/// Since when nothing of what was written is in the data that comes back.
fn lost(facts: &RestoreFacts<'_>) -> String {
    let since = if facts.way == Way::Fork { facts.good_moment } else { facts.backup.started_at };
    since.map_or_else(
        || "What was written since the backup is not in it.".to_owned(),
        |at| format!("Writes since {}, {}, are not in it.", at.strftime("%H:%MZ"), age(at, facts.at)),
    )
}

fn clean_up() -> Offer {
    let why = "Lists what is left over: the old add-on, copies, files, test attachments.".to_owned();
    needed(Act::CleanUp, "Clean up".to_owned(), "cleaned up", why)
}
