//! What changed between what was shown and now, as sentences. Nothing is sent while there are any.

mod around;
mod neighbours;
mod ours;

pub(super) use ours::without_ours;

use crate::model::{Addon, App, Attachment, Backup, Backups, Change, ConfigVarName, Known, Plan, Work};
use crate::platform::Situation;
use crate::store::Prepared;

/// The differences that matter to a confirmation.
pub(super) fn differences(shown: &Prepared, now: &Prepared) -> Vec<String> {
    let mut what = Vec::new();
    let (old, new) = (&shown.situation, &now.situation);
    for (before, after) in [(&old.addon, &new.addon), (&old.source, &new.source)] {
        match (before, after) {
            (Some(before), Some(after)) => addon(before, after, &mut what),
            (Some(before), None) => what.push(format!("{} can't be read any more.", before.name)),
            (None, Some(after)) => what.push(format!("{} can be read now.", after.name)),
            (None, None) => {}
        }
    }
    copies(old, new, &mut what);
    for (app, after) in &now.situation.variables {
        match shown.situation.variables.iter().find(|(name, _)| name == app) {
            Some((_, before)) => variables(app, before, after, &mut what),
            None => what.push(format!("The variables of {app} can be read now.")),
        }
    }
    for (app, _) in &shown.situation.variables {
        if !now.situation.variables.iter().any(|(name, _)| name == app) {
            what.push(format!("The variables of {app} can't be read any more."));
        }
    }
    if let (Some(before), Some(after)) = (&shown.situation.app, &now.situation.app)
        && before.id != after.id
    {
        what.push(format!("{} is another app of the same name now.", after.name));
    }
    if let (Some(before), Some(after)) = (&old.app, &new.app) {
        maintenance(before, after, &mut what);
        facts(before, after, &mut what);
    }
    neighbours::differ(old, new, &mut what);
    releases(old, new, &mut what);
    deployments(old, new, &mut what);
    // A release that the command itself is about is told already.
    let told = old.releases.as_ref().and(new.releases.as_ref()).and(new.app.as_ref()).map(|app| app.name.as_str());
    around::acts(&old.around, &new.around, shown.read_at, told, &mut what);
    if what.is_empty() && does_otherwise(shown, now) {
        what.push("What the command does is not what it did when it was shown.".to_owned());
    }
    if what.is_empty() && shown.request != now.request {
        what.push("The request is not the one that was shown.".to_owned());
    }
    what
}

/// Whether it does other things now. A note is no risk, so it is no reason to ask again either; nor is a disturbance that
/// is none any more, because what would have been disturbed has ended.
fn does_otherwise(shown: &Prepared, now: &Prepared) -> bool {
    let (old, new) = (&shown.effects.changes, &now.effects.changes);
    let still_matters = |change: &&Change| match change {
        Change::Note(_) => false,
        Change::Disturbs(_) => new.contains(change),
        _ => true,
    };
    let matters = |change: &&Change| !matches!(change, Change::Note(_));
    !old.iter().filter(still_matters).eq(new.iter().filter(matters))
}

/// What is different about backups and plans.
fn copies(old: &Situation, new: &Situation, what: &mut Vec<String>) {
    if let (Some(before), Some(after)) = (&old.backup, &new.backup) {
        backup(before, after, what);
    }
    for (before, after) in [(&old.backups, &new.backups), (&old.target_backups, &new.target_backups)] {
        if let (Some(before), Some(after)) = (before, after) {
            policy(before, after, what);
        }
    }
    for (before, after) in [(&old.plans.0, &new.plans.0), (&old.plans.1, &new.plans.1)] {
        let name = |plan: &Option<Plan>| plan.as_ref().map(|plan| plan.name.clone());
        if before != after
            && name(before) == name(after)
            && let Some(plan) = after
        {
            what.push(format!("The plan {} has other limits now.", plan.name));
        }
    }
}

fn maintenance(before: &App, after: &App, what: &mut Vec<String>) {
    if before.maintenance != after.maintenance {
        let act = after.maintenance_act().map_or_else(String::new, |act| format!(", {act}"));
        what.push(match &after.maintenance {
            Known::Is(true) => format!("{} is in maintenance now{act}.", after.name),
            Known::Is(false) => format!("{} is out of maintenance now{act}.", after.name),
            Known::Unknown(why) => format!("Whether {} is in maintenance can't be told now: {why}.", after.name),
        });
    }
}

/// What an app is bound to, or has running, decides what may be given to it and what that does.
fn facts(before: &App, after: &App, what: &mut Vec<String>) {
    let name = &after.name;
    for fact in &after.facts {
        match before.fact(&fact.name) {
            Some(value) if value == fact.value => {}
            Some(value) => {
                what.push(format!("The {} of {name} is {:?} now; it was {value:?}.", fact.name, fact.value));
            }
            None => what.push(format!("{name} has a {} now: {:?}.", fact.name, fact.value)),
        }
    }
    let gone = before.facts.iter().filter(|fact| after.fact(&fact.name).is_none());
    what.extend(gone.map(|fact| format!("{name} has no {} any more; it was {:?}.", fact.name, fact.value)));
}

/// A command about releases is about those that were shown.
fn releases(old: &Situation, new: &Situation, what: &mut Vec<String>) {
    if let (Some(before), Some(after), Some(app)) = (&old.releases, &new.releases, &new.app) {
        for release in after.iter().filter(|one| !before.iter().any(|known| known.version == one.version)) {
            let by = release.by.as_ref().map_or_else(String::new, |by| format!(" by {by}"));
            what.push(format!("{} has the new release v{}{by}: {}.", app.name, release.version, release.description));
        }
    }
}

/// What was deployed meanwhile, where the command is about that.
fn deployments(old: &Situation, new: &Situation, what: &mut Vec<String>) {
    let Some(app) = new.app.as_ref().map(|app| app.name.as_str()) else { return };
    let mut tell = |work: &Work| {
        let environment = work.environment.as_deref().unwrap_or("an environment that is not told");
        let word = work.word.as_deref().unwrap_or("not told");
        what.push(format!("{environment} of {app} has the new deployment {} ({word}).", work.id));
    };
    if let (Some(before), Some(after)) = (&old.deployments, &new.deployments) {
        after.iter().filter(|one| !before.iter().any(|known| known.id == one.id)).for_each(&mut tell);
    }
    if let (Some(before), Some(after)) = (&old.environments, &new.environments) {
        for environment in after {
            let known = before.iter().find(|one| one.id == environment.id).and_then(|one| one.newest.as_ref());
            let newest = environment.newest.as_ref();
            newest.filter(|newest| known.is_none_or(|known| known.id != newest.id)).into_iter().for_each(&mut tell);
        }
    }
}

fn backup(before: &Backup, after: &Backup, what: &mut Vec<String>) {
    let id = &after.id;
    if before.state != after.state {
        what.push(format!("Backup {id} is {} now; it was {}.", after.state.word(), before.state.word()));
    } else if (&before.size, &before.checksum) != (&after.size, &after.checksum) {
        what.push(format!("Backup {id} has other data now."));
    }
}

fn policy(before: &Backups, after: &Backups, what: &mut Vec<String>) {
    let (Some(old), Some(new)) = (&before.policy, &after.policy) else { return };
    if old.schedule != new.schedule {
        what.push(match &new.schedule {
            Some(schedule) => {
                format!("Its backups are scheduled daily at {:02}:00 {} now.", schedule.hour, schedule.time_zone)
            }
            None => "Its backups are not scheduled any more.".to_owned(),
        });
    }
    if old.evicts != new.evicts {
        what.push(match &new.evicts {
            Some(id) => format!("One more backup pushes out {id} now."),
            None => "One more backup pushes out none now.".to_owned(),
        });
    }
}

fn addon(before: &Addon, after: &Addon, what: &mut Vec<String>) {
    let name = &after.name;
    if before.key != after.key || before.created_at != after.created_at {
        what.push(format!("{name} is another add-on of the same name now."));
    }
    if before.state_word != after.state_word {
        what.push(format!("{name} is {} now; it was {}.", after.state_word, before.state_word));
    }
    if before.service_and_plan() != after.service_and_plan() {
        what.push(format!("{name} is {} now; it was {}.", after.service_and_plan(), before.service_and_plan()));
    }
    let (old, new) = (before.attachments.items(), after.attachments.items());
    what.extend(
        new.iter().filter(|one| !contains(old, one)).map(|one| format!("{name} is now attached to {}.", place(one))),
    );
    what.extend(
        old.iter()
            .filter(|one| !contains(new, one))
            .map(|one| format!("{name} is no longer attached to {}.", place(one))),
    );
}

fn contains(attachments: &[Attachment], wanted: &Attachment) -> bool {
    attachments.iter().any(|one| (&one.id, &one.app, &one.alias) == (&wanted.id, &wanted.app, &wanted.alias))
}

fn place(attachment: &Attachment) -> String {
    match &attachment.alias {
        Some(alias) => format!("{} as {alias}", attachment.app),
        None => attachment.app.to_string(),
    }
}

fn variables(app: &str, before: &[ConfigVarName], after: &[ConfigVarName], what: &mut Vec<String>) {
    for variable in after {
        let name = &variable.name;
        match before.iter().find(|one| one.name == *name) {
            None => what.push(format!("{app} has the variable {name} now.")),
            Some(one) if one.addon != variable.addon => {
                let source = variable.addon.as_deref().unwrap_or("the app itself");
                what.push(format!("The variable {name} of {app} comes from {source} now."));
            }
            Some(_) => {}
        }
    }
    what.extend(
        before
            .iter()
            .filter(|one| !after.iter().any(|variable| variable.name == one.name))
            .map(|one| format!("{app} has no variable {} any more.", one.name)),
    );
}
