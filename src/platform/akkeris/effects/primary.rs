//! What making an add-on the primary of an app does.

use super::super::names::full;
use super::users::{User, bare_names, becomes_primary, gains, users};
use super::{in_doubt, not_read, refused, restart};
use crate::model::Change;
use crate::platform::Situation;

pub(super) fn make_primary(addon: &str, app: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let service = &row.service;
    let mut changes = Vec::new();
    let all = users(app, service, situation);
    let Some(next) = all.iter().find(|one| one.addon.key.id == row.key.id).copied() else {
        // As a step of a switch it is attached by the one before.
        return vec![
            restart(app, &format!("with {addon} as its primary {service}")),
            Change::Note(format!("{addon} has to be attached to {app} first.")),
            Change::LosesData(other_data(app, addon, all.iter().find(|one| one.is_primary()).copied())),
        ];
    };
    if next.is_primary() {
        changes.push(refused(format!("{addon} is the primary {service} of {app} already.")));
        return changes;
    }
    changes.extend(in_doubt(row));
    if row.state.is_transitional() {
        changes.push(Change::Note(format!(
            "{addon} is {}: {app} works with it as it is until that is over.",
            row.state_word
        )));
    }
    changes.push(restart(app, &format!("with {addon} as its primary {service}")));
    changes.extend(becomes_primary(next, situation));
    let before = all.iter().find(|one| one.is_primary()).copied();
    match before {
        Some(before) => changes.extend(becomes_secondary(before, situation)),
        None => changes.push(Change::Unknown(format!("Which {service} {app} works with now is not known."))),
    }
    changes.push(Change::LosesData(other_data(app, addon, before)));
    if let Some(before) = before {
        changes.push(Change::Note(format!(
            "{0} stays attached, with its data, under the prefix of its name. Making {0} the primary again switches back.",
            before.addon.name
        )));
    }
    changes
}

fn other_data(app: &str, addon: &str, before: Option<User<'_>>) -> String {
    match before {
        Some(before) => format!(
            "Nothing is copied: whatever of the data of {} is not in {addon}, {app} no longer sees.",
            before.addon.name
        ),
        None => format!("Nothing is copied: {app} sees the data of {addon} alone from then on."),
    }
}

/// The names under which the one that was primary is there afterwards.
fn becomes_secondary(user: User<'_>, situation: &Situation) -> Vec<Change> {
    let (app, name) = (&user.attachment.app, &user.addon.name);
    match bare_names(user, situation) {
        Some(bare) => bare.iter().map(|bare| gains(app, &full(bare, false, user.alias()), name, situation)).collect(),
        None => vec![Change::Unknown(format!("Under which variables {app} has {name} then is not known."))],
    }
}
