//! Entering another profile, and what is heard of those that were left.

use super::keys::Press;
use super::{Cx, live, nav, notify};
use crate::app::enter::{Follow, LeftBehind};
use crate::app::keymap::Intent;
use crate::app::modal::Modal;
use crate::app::ui::Level;
use crate::app::{Effect, State};
use crate::model::{Danger, Operation, Outcome, ProfileName};
use crate::store::SubmitResult;

/// Asks for another profile to be shown, with the cursor on one of its add-ons. Until it is, nothing else is done here.
pub(super) fn enter(state: &mut State, cx: &mut Cx, profile: ProfileName, addon_id: Option<String>) {
    if let Some(why) = state.cannot_leave() {
        return notify::warn(state, cx, why);
    }
    nav::push(state, cx, Modal::Entering(profile.clone()));
    cx.push(Effect::Enter { profile, addon_id });
}

/// A key while the way into another profile is looked for.
pub(super) fn key(state: &mut State, cx: &mut Cx, press: Press) {
    if press.intent == Some(Intent::Back) && state.modals.pop_if(|modal| matches!(modal, Modal::Entering(_))).is_some()
    {
        cx.seen();
    }
}

/// It can't be entered; this one stays.
pub(super) fn not_entered(state: &mut State, cx: &mut Cx, profile: &ProfileName, why: String) {
    let waits = |modal: &Modal| matches!(modal, Modal::Entering(entering) if entering == profile);
    // Nobody waits for it any more where it was given up.
    if state.modals.pop_if(|modal| waits(modal)).is_some() {
        notify::failed(state, cx, format!("Enter {profile}"), format!("{profile} was not entered. {why}"), None);
    }
}

/// Another profile is shown from now on.
pub(super) fn entered(state: &mut State, cx: &mut Cx) {
    let place = state.session.place();
    let (level, text) = match state.session.danger {
        Danger::Production => (Level::Warning, format!("Entered {place}: this is PRODUCTION.")),
        Danger::Staging => (Level::Info, format!("Entered {place}: this is staging.")),
        Danger::None => (Level::Info, format!("Entered {place}.")),
    };
    notify::activity(state, cx, level, None, text.clone());
    match level {
        Level::Warning => notify::warn(state, cx, text),
        _ => notify::info(state, cx, text),
    }
}

/// The list was read: an add-on that this profile was entered for and that is not in it is not waited for.
pub(super) fn list_came(state: &mut State, cx: &mut Cx) {
    let is_absent = |follow: &mut Follow| !follow.is_made;
    let Some(follow) = state.follow.take_if(is_absent) else { return };
    match state.store.addons.get(&state.store.key(&follow.addon_id)) {
        Some(_) => state.follow = Some(follow),
        None => notify::warn(state, cx, "The add-on is no longer in the platform's list.".to_owned()),
    }
}

/// A command came back that went through a profile which was left meanwhile.
pub(super) fn left(state: &mut State, cx: &mut Cx, profile: ProfileName, result: SubmitResult) {
    let operation = match result {
        SubmitResult::Operation(operation) => *operation,
        SubmitResult::Changed { what, prepared } => {
            let sentence = prepared.command.sentence();
            let text = format!("{sentence}: not sent, its target has changed. {}", what.join(" "));
            return tell(state, cx, &profile, sentence, Level::Warning, text);
        }
        SubmitResult::NotSent(why) => {
            return tell(state, cx, &profile, "A command".to_owned(), Level::Error, format!("Not sent: {why}"));
        }
    };
    // It was entered again meanwhile: it is an operation of this profile like any other.
    if profile == state.session.profile {
        return live::operation_news(state, cx, operation);
    }
    let (level, text) = told(&operation);
    tell(state, cx, &profile, operation.command.sentence(), level, text);
    state.left.retain(|left| left.operation.id != operation.id);
    if operation.is_open() {
        state.left.push(LeftBehind { profile, operation });
    }
}

fn told(operation: &Operation) -> (Level, String) {
    let (sentence, word) = (operation.command.sentence(), operation.outcome.word());
    let message = operation.outcome.told().map_or_else(String::new, |message| format!(". {message}"));
    let level = match operation.outcome {
        Outcome::Intended | Outcome::Accepted | Outcome::Done => Level::Info,
        Outcome::Unknown { .. } => Level::Warning,
        Outcome::Failed { .. } | Outcome::NotSent { .. } => Level::Error,
    };
    (level, format!("{sentence}: {word}{message}"))
}

/// Says something of another profile, by its name.
fn tell(state: &mut State, cx: &mut Cx, profile: &ProfileName, act: String, level: Level, text: String) {
    let text = format!("Profile {profile}: {text}");
    notify::activity(state, cx, level, None, text.clone());
    match level {
        Level::Error => notify::failed(state, cx, format!("{profile}: {act}"), text, None),
        Level::Warning => notify::warn(state, cx, text),
        Level::Info => notify::info(state, cx, text),
    }
}
