//! What is done to an app itself, and what an action does.

use super::super::actions;
use super::{Knowledge, backups, change, not_read, refused};
use crate::model::{ActionClass, AppEffect, Change, Known, Owner, Release, RunAction};
use crate::platform::Situation;

pub(super) fn maintenance(app: &str, is_on: bool, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.app else {
        return vec![Change::Unknown(format!("{app} was not read, so what this does to it is not known."))];
    };
    match &row.maintenance {
        Known::Is(is) if *is == is_on => {
            let already = if is_on { "in maintenance already" } else { "not in maintenance" };
            vec![Change::Note(format!("{app} is {already}: nothing changes."))]
        }
        Known::Unknown(why) => {
            vec![Change::Unknown(format!("Whether {app} is in maintenance now is not known: {why}."))]
        }
        Known::Is(_) if is_on => vec![
            Change::App {
                app: app.to_owned(),
                effect: AppEffect::Stop,
                detail: "whoever visits it gets a page that says so".to_owned(),
            },
            Change::Note(format!(
                "Variables and add-ons of {app} stay. Whether processes of it that are no web processes go on is not documented: they may still write."
            )),
        ],
        Known::Is(_) => vec![
            Change::App {
                app: app.to_owned(),
                effect: AppEffect::Start,
                detail: "whoever visits it gets it again".to_owned(),
            },
            Change::Note("This makes no release.".to_owned()),
        ],
    }
}

pub(super) fn roll_back(app: &str, release: &str, situation: &Situation) -> Vec<Change> {
    let version: Option<u64> = release.trim_start_matches('v').parse().ok();
    let releases = situation.releases.as_deref();
    let found: Option<&Release> = releases.and_then(|all| all.iter().find(|one| Some(one.version) == version));
    let mut changes = Vec::new();
    if let (Some(all), None) = (releases, found) {
        let newest = all.first().map_or_else(String::new, |one| format!(" Its newest is v{}.", one.version));
        changes.push(refused(format!("{app} has no release {release}.{newest}")));
    }
    if releases.is_none() {
        changes.push(Change::Unknown(format!("Whether {app} has a release {release} is not known.")));
    }
    if releases.and_then(|all| all.first()).is_some_and(|newest| Some(newest.version) == version) {
        changes.push(Change::Note(format!("{release} is the newest release of {app}: it is deployed once more.")));
    }
    let what = found.map(|one| one.description.as_str()).filter(|text| !text.is_empty());
    let detail = what
        .map_or_else(|| format!("runs the code of {release}"), |what| format!("runs the code of {release}: {what}"));
    changes.push(Change::App { app: app.to_owned(), effect: AppEffect::Release, detail });
    changes.push(Change::Note(format!(
        "Variables and add-ons of {app} stay as they are now, and so does what a migration did to its data."
    )));
    changes
}

pub(super) fn run_action(run: &RunAction, situation: &Situation, known: &Knowledge) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(&run.addon)] };
    let mut changes = Vec::new();
    changes.extend(actions::way(run).err().map(Change::Refused));
    let all = actions::actions(row, known.rules.as_deref());
    let action = all.iter().find(|one| one.name == run.action);
    changes.extend(action.and_then(|one| one.cannot.clone()).map(Change::Refused));
    let Some(action) = action else {
        changes.push(Change::Unknown(format!(
            "What {} does to {} is in no table of ours: it may delete or replace anything.",
            crate::model::printable(&run.action),
            run.addon
        )));
        return changes;
    };
    let subject = run.subject.as_deref().map(crate::model::printable).unwrap_or_default();
    let addon = &row.name;
    match (action.class, action.name.as_str()) {
        (ActionClass::Reads, _) => changes.push(Change::Note("It only reads.".to_owned())),
        // What has a command of its own does the same.
        (_, "backups/create") => changes.extend(backups::back_up(addon, None, situation)),
        (_, "backups/restore") => changes.extend(backups::restore_into(&subject, addon, situation)),
        (_, "restart") => changes.extend(change::restart(addon, situation)),
        (_, "rotate") => changes.extend(change::rotate(addon, situation)),
        (_, "roles/rotate") => changes.push(Change::Disturbs(format!(
            "Whoever uses the role {subject} of {addon} is refused until they have its new password."
        ))),
        (_, "roles/delete") => changes
            .push(Change::LosesData(format!("The role {subject} of {addon}: whoever uses it is refused for good."))),
        (_, "replica/create") => changes.push(Change::Disturbs(format!(
            "Apps of {addon} get one more variable, DATABASE_READONLY_URL; what the replica costs is not told."
        ))),
        (_, "replica/delete") => changes.push(Change::LosesData(format!(
            "The replica of {addon}, and with it the variable DATABASE_READONLY_URL of its apps."
        ))),
        (ActionClass::Adds, _) => changes.push(Change::Adds(format!("{}: {addon}.", action.title))),
        (ActionClass::Interrupts, _) => changes.extend(change::out_of_service(row, "while it is done")),
        (ActionClass::Destroys, _) => changes.push(Change::LosesData(format!("{}: {addon}.", action.title))),
    }
    // Anyone may through any app that has it; that only the owner should is the client's to see to (read in the source).
    if let (Some(app), Owner::App(owner)) = (&run.app, &row.owner)
        && app != owner
    {
        changes.push(Change::Note(format!("It is run through {app}; {owner} owns {addon}.")));
    }
    changes
}
