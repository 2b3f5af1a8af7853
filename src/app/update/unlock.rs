//! Unlocking a read-only profile, and locking it again: by hand, or when its time is over.

use super::keys::{self, Press};
use super::{Cx, nav, next_id, notify};
use crate::app::keymap::Intent;
use crate::app::modal::{Field, Modal, UnlockForm, UnlockPhase};
use crate::app::session::{UNLOCKED_FOR, Unlocked};
use crate::app::ui::Level;
use crate::app::{Effect, RequestId, State};
use crate::model::printable;

/// A reason longer than this is a document.
const LONGEST_REASON: usize = 300;

/// Asks for name and reason, or, where it is unlocked, locks at once.
pub(super) fn toggle(state: &mut State, cx: &mut Cx) {
    if state.session.unlocked.is_some() {
        return lock(state, cx, "Locked again; what was sent goes on.");
    }
    nav::push(state, cx, Modal::Unlock(Box::default()));
}

pub(super) fn key(state: &mut State, cx: &mut Cx, press: Press) {
    let Some(Modal::Unlock(form)) = state.modals.last_mut() else { return };
    if press.intent == Some(Intent::Back) {
        state.modals.pop();
        return cx.seen();
    }
    if form.phase != UnlockPhase::Open {
        return;
    }
    match press.intent {
        Some(Intent::Next | Intent::Previous | Intent::Up | Intent::Down) => {
            form.field = if form.field == Field::Name { Field::Reason } else { Field::Name };
            cx.seen();
        }
        Some(Intent::Accept) => accept(state, cx, press.is_deliberate),
        _ => {
            if keys::edit(form.input(), cx, press.event) {
                form.error = None;
            }
        }
    }
}

/// The name is what a person types, so that they know where they are about to write. The reason may come from a ticket.
pub(super) fn paste(state: &mut State, cx: &mut Cx, text: &str) {
    let Some(Modal::Unlock(form)) = state.modals.last_mut() else { return };
    if form.phase != UnlockPhase::Open {
        return;
    }
    match form.field {
        Field::Reason => {
            keys::insert(&mut form.reason, cx, text);
            form.error = None;
        }
        _ => form.error = Some(format!("Pasted text does not count here: type {}.", state.session.profile)),
    }
    cx.seen();
}

/// Enter: on to the reason, or done.
fn accept(state: &mut State, cx: &mut Cx, is_deliberate: bool) {
    let id = next_id(state);
    let profile = state.session.profile.clone();
    let Some(Modal::Unlock(form)) = state.modals.last_mut() else { return };
    cx.seen();
    let reason = printable(form.reason.value().trim());
    let wrong = if form.name.value() != profile.as_str() {
        Some((Field::Name, format!("That is not the profile's name. Type {profile}, or press Esc to leave it locked.")))
    } else if form.field == Field::Name {
        form.field = Field::Reason;
        return;
    } else if reason.is_empty() {
        Some((Field::Reason, "Say why: it is recorded here and with every write.".to_owned()))
    } else if reason.chars().count() > LONGEST_REASON {
        Some((Field::Reason, format!("Say it in at most {LONGEST_REASON} characters.")))
    } else if !is_deliberate {
        let why = "That key came together with others or was held down: press it once, by itself.";
        Some((Field::Reason, why.to_owned()))
    } else {
        None
    };
    if let Some((field, why)) = wrong {
        (form.field, form.error) = (field, Some(why));
        return;
    }
    let Ok(until) = cx.now.wall.checked_add(UNLOCKED_FOR) else {
        form.error = Some("The clock of this machine is set to no real time: put it right first.".into());
        return;
    };
    form.error = None;
    form.phase = UnlockPhase::Recording { id, until, until_mono: cx.now.mono + UNLOCKED_FOR };
    cx.push(Effect::Unlock { id, profile, reason, until });
}

/// The unlocking is on record and there is a door for writes; or why not.
pub(super) fn unlocked(state: &mut State, cx: &mut Cx, id: RequestId, result: Result<(), String>) {
    let is_of_it = |form: &UnlockForm| matches!(form.phase, UnlockPhase::Recording { id: of, .. } if of == id);
    let at = state.modals.iter().position(|modal| matches!(modal, Modal::Unlock(form) if is_of_it(form)));
    let Some(Modal::Unlock(form)) = at.and_then(|at| state.modals.get_mut(at)) else {
        // Given up meanwhile: whatever door there is now must not stay open.
        if result.is_ok() {
            cx.push(Effect::Lock);
        }
        return;
    };
    cx.seen();
    let UnlockPhase::Recording { until, until_mono, .. } = form.phase else { return };
    if let Err(why) = result {
        (form.phase, form.error) = (UnlockPhase::Open, Some(why));
        return;
    }
    let reason = printable(form.reason.value().trim());
    at.map(|at| state.modals.remove(at));
    let session = &mut state.session;
    session.no_writes = None;
    let text = format!("Profile {} is unlocked until {}: {reason}", session.profile, until.strftime("%H:%M:%SZ"));
    session.unlocked = Some(Unlocked { reason, until, until_mono });
    notify::activity(state, cx, Level::Warning, None, text.clone());
    notify::warn(state, cx, text);
}

/// Before anything else is done: what comes after the end of an unlocking finds it locked.
pub(super) fn expire(state: &mut State, cx: &mut Cx) {
    let now = cx.now;
    if state.session.unlocked.as_ref().is_some_and(|unlocked| unlocked.is_over(now.wall, now.mono)) {
        lock(state, cx, "The time is over: locked again. What was sent goes on.");
    }
}

fn lock(state: &mut State, cx: &mut Cx, why: &str) {
    let session = &mut state.session;
    session.unlocked = None;
    session.no_writes = session.locked();
    let text = format!("Profile {}: {why}", session.profile);
    cx.push(Effect::Lock);
    notify::activity(state, cx, Level::Info, None, text.clone());
    notify::info(state, cx, text);
}
