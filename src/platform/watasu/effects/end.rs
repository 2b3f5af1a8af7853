//! What takes something away. The exact words of these commands are in no text; they are sent only by a profile that allows it.

use super::{apps_in_doubt, not_read, release, variables};
use crate::model::{Change, VariableValue};
use crate::platform::Situation;
use crate::platform::watasu::services;

/// The team owns an add-on, and pays for it as long as it is there.
fn stays(addon: &str) -> Change {
    Change::Note(format!("{addon} stays, with its data, and goes on costing until it is destroyed."))
}

pub(super) fn detach(addon: &str, app: &str, alias: Option<&str>, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes = vec![release(app, "without its variables")];
    changes.extend(variables(app, row, alias, &VariableValue::Absent, situation));
    changes.push(stays(addon));
    let is_last = row.attachments.items().iter().all(|one| one.app == app && one.alias.as_deref() == alias);
    if is_last {
        changes.push(Change::Note(format!(
            "No other app is known to have {addon}: afterwards it is in no list of Watasu's, and only this machine remembers its name."
        )));
    }
    changes
}

pub(super) fn destroy(addon: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes = vec![
        Change::LosesData(format!("All data of {addon}.")),
        Change::Irreversible("No text mentions a way back, nor what becomes of its backups.".to_owned()),
    ];
    if matches!(row.service.as_str(), "logs" | "metrics" | "traces") {
        changes.push(Change::LosesData("What it has recorded: removing it can erase its history.".to_owned()));
    }
    changes.extend(services::no_backups(&row.service).map(|why| Change::Note(why.to_owned())));
    changes.extend(apps_in_doubt(row));
    for one in row.attachments.items() {
        changes.push(release(&one.app, "without its variables, if Watasu does it at all"));
        changes.extend(variables(&one.app, row, one.alias.as_deref(), &VariableValue::Absent, situation));
    }
    if !row.apps().is_empty() {
        changes.push(Change::Unknown(format!("Whether Watasu destroys {addon} while apps have it is not documented.")));
    }
    changes
}

pub(super) fn destroy_app(app: &str) -> Vec<Change> {
    vec![Change::Note(format!(
        "The add-ons of {app} are its team's: they would outlive it, with their data, and go on costing. Those of a review app go with it."
    ))]
}
