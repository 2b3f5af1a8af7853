//! What is done to an app itself.

use crate::model::{Change, Known};
use crate::platform::Situation;
use crate::platform::v1::effects::attachments::release;
use crate::platform::v1::effects::begun;

/// The page for visitors. Dynos go on (Dev Center), which is easily mistaken.
pub(super) fn maintenance(app: &str, is_on: bool, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.app else {
        return vec![Change::Unknown(format!("{app} was not read, so what this does to it is not known."))];
    };
    let mut changes = Vec::new();
    match &row.maintenance {
        Known::Is(is) if *is == is_on => {
            let already = if is_on { "in maintenance already" } else { "not in maintenance" };
            return vec![Change::Note(format!("{app} is {already}: nothing changes."))];
        }
        Known::Unknown(why) => {
            changes.push(Change::Unknown(format!("Whether {app} is in maintenance now is not known: {why}.")));
        }
        Known::Is(_) => {}
    }
    if is_on {
        changes.push(Change::Disturbs(format!("Who visits {app} gets the maintenance page.")));
        changes.push(Change::Note(format!(
            "The dynos of {app} go on: what runs in the background can still write. To stop it: heroku ps:scale worker=0 --app {app}."
        )));
    } else {
        changes.push(Change::Adds(format!("Who visits {app} gets {app} again.")));
    }
    changes.push(Change::Note("This makes no release and no restart.".to_owned()));
    changes
}

pub(super) fn roll_back(app: &str, version: &str, situation: &Situation) -> Vec<Change> {
    let mut changes = Vec::new();
    let number = version.trim_start_matches(['v', 'V']).parse::<u64>().ok();
    match &situation.releases {
        None => changes
            .push(Change::Unknown(format!("The releases of {app} were not read, so what comes back is not known."))),
        Some(releases) => match releases.iter().find(|one| Some(one.version) == number) {
            None => changes.push(Change::Refused(format!("{app} has no release {version}."))),
            Some(_) if releases.first().map(|one| one.version) == number => {
                changes.push(Change::Refused(format!("{version} is what {app} runs already.")));
            }
            Some(found) => {
                changes.push(Change::Note(format!("{version}: {}, {}.", found.description, begun(found.created_at))));
                let undone = releases.iter().filter(|one| Some(one.version) > number).count();
                changes.push(Change::Note(format!(
                    "What {undone} later releases changed is taken back; each stays in the list."
                )));
            }
        },
    }
    changes.push(release(app, &format!("runs the code of {version} again")));
    // heroku/heroku-pg PR 178.
    changes.push(Change::Disturbs(format!(
        "The variables of {app} become those of {version}: what was attached since may lose its variables while the attachment stays. Look at them afterwards."
    )));
    changes.push(Change::Note("Data is not rolled back, and what a release phase migrated stays migrated.".to_owned()));
    changes
}
