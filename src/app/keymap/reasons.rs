//! Why an action can't be done now, in words for the screen.

use super::Intent;
use crate::app::State;
use crate::model::Verb;

/// The reason why an intent can't be followed now; `None` when it can.
pub fn disabled(state: &State, intent: Intent) -> Option<String> {
    match intent {
        Intent::Create => verb(state, Verb::Create),
        Intent::Attach => verb(state, Verb::Attach).or_else(|| on_addon(state)),
        Intent::Detach => verb(state, Verb::Detach).or_else(|| on_addon(state)).or_else(|| no_attachment(state)),
        Intent::Destroy => verb(state, Verb::Destroy).or_else(|| on_addon(state)),
        Intent::BackUp => verb(state, Verb::BackUp).or_else(|| not_here("Backing up")),
        Intent::Restore => verb(state, Verb::Restore).or_else(|| not_here("Restoring")),
        Intent::Promote => verb(state, Verb::Promote).or_else(|| not_here("Switching apps over")),
        Intent::ChangePlan => verb(state, Verb::ChangePlan).or_else(|| not_here("Changing the plan")),
        Intent::Unlock if state.session.read_only => {
            Some("This profile is read-only: set read_only = false in its configuration and start again.".into())
        }
        Intent::Unlock => Some("This profile is not read-only: there is nothing to unlock.".into()),
        Intent::Note => {
            let is_unsettled = state.operations.values().any(crate::model::Operation::is_unsettled);
            (!is_unsettled).then(|| "No operation's outcome is unknown.".into())
        }
        Intent::Describe | Intent::Timeline | Intent::Variables | Intent::Mark => {
            state.selected_row().is_none().then(|| "No add-on is selected.".into())
        }
        _ => None,
    }
}

/// What the platform says first, because it never changes; then what this profile lacks.
fn verb(state: &State, verb: Verb) -> Option<String> {
    state.session.cannot(verb).map(str::to_owned).or_else(|| state.session.no_writes.clone())
}

fn not_here(what: &str) -> Option<String> {
    Some(format!("{what} is not part of this version of attache."))
}

fn on_addon(state: &State) -> Option<String> {
    match state.selected_row() {
        None => Some("No add-on is selected.".into()),
        Some(row) if row.addon.state == crate::model::State::Deprovisioning => {
            Some(format!("{} is being destroyed.", row.addon.name))
        }
        Some(row) => row.missing_since.map(|since| {
            format!(
                "{} is missing from the platform's list since {since:.0}: its own read must find it first.",
                row.addon.name
            )
        }),
    }
}

fn no_attachment(state: &State) -> Option<String> {
    let addon = &state.selected_row()?.addon;
    match &addon.attachments {
        crate::model::Known::Unknown(why) => {
            Some(format!("Which apps {} is attached to is not known: {why}", addon.name))
        }
        crate::model::Known::Is(list) if list.is_empty() => Some(format!("{} is attached to no app.", addon.name)),
        crate::model::Known::Is(_) => None,
    }
}
