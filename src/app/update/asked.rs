//! Answering what a platform asks before it does something. The answer is a new command, through the ordinary door.

use super::keys::{self, Press};
use super::{Cx, nav, next_id, notify, propose};
use crate::app::keymap::Intent;
use crate::app::modal::{Asked, AskedPhase, Modal};
use crate::app::{Effect, RequestId, State};
use crate::model::{Asks, Command};

/// A refused write wants something of a person.
pub(super) fn open(state: &mut State, cx: &mut Cx, command: Command, said: String, asks: Asks) {
    nav::push(state, cx, Modal::Asked(Box::new(Asked::new(command, said, asks))));
}

pub(super) fn key(state: &mut State, cx: &mut Cx, press: Press) {
    let Some(Modal::Asked(form)) = state.modals.last_mut() else { return };
    match press.intent {
        Some(Intent::Back) => {
            state.modals.pop();
            cx.seen();
        }
        _ if form.phase != AskedPhase::Open => {}
        Some(Intent::Accept) => accept(state, cx, press.is_deliberate),
        Some(_) => {}
        None => {
            if keys::edit(&mut form.input, cx, press.event) {
                form.error = None;
            }
        }
    }
}

/// A word that is pasted was not read; a code may come from another program.
pub(super) fn paste(form: &mut Asked, cx: &mut Cx, text: &str) {
    match &form.asks {
        Asks::Confirmation { word } => form.error = Some(format!("Pasted text does not count here: type {word}.")),
        Asks::SecondFactor { .. } => keys::insert(&mut form.input, cx, text.trim()),
    }
    cx.seen();
}

fn accept(state: &mut State, cx: &mut Cx, is_deliberate: bool) {
    let id = next_id(state);
    let profile = state.session.profile.clone();
    let Some(Modal::Asked(form)) = state.modals.last_mut() else { return };
    cx.seen();
    if !is_deliberate {
        form.error = Some("That key came together with others or was held down: press it once, by itself.".into());
        return;
    }
    let typed = form.input.value().trim().to_owned();
    match &form.asks {
        Asks::Confirmation { word } if typed != *word => {
            form.error =
                Some(format!("That is not the word. Type {word} to go on, or press Esc: nothing has happened."));
        }
        Asks::Confirmation { word } => match form.command.confirmed_with(word) {
            Some(command) => {
                state.modals.pop();
                propose::propose(state, cx, command);
            }
            None => {
                form.error = Some("There is no way to give the platform that word with this command.".into());
            }
        },
        Asks::SecondFactor { .. } if typed.is_empty() => form.error = Some("Type the code, then Enter.".into()),
        Asks::SecondFactor { app } => {
            form.phase = AskedPhase::Authorizing(id);
            // It is kept nowhere but in what is sent.
            form.input.reset();
            form.error = None;
            cx.push(Effect::Authorize { id, profile, code: typed.into(), app: app.clone() });
        }
    }
}

/// The platform took the code, or did not.
pub(super) fn authorized(state: &mut State, cx: &mut Cx, id: RequestId, result: Result<(), String>) {
    let is_of_it = |modal: &Modal| matches!(modal, Modal::Asked(form) if form.phase == AskedPhase::Authorizing(id));
    let Some(at) = state.modals.iter().position(is_of_it) else { return };
    cx.seen();
    match result {
        Ok(()) => {
            let Modal::Asked(form) = state.modals.remove(at) else { return };
            notify::info(state, cx, "The platform took the code.");
            propose::propose(state, cx, form.command);
        }
        Err(why) => {
            if let Some(Modal::Asked(form)) = state.modals.get_mut(at) {
                (form.phase, form.error) = (AskedPhase::Open, Some(why));
            }
        }
    }
}
