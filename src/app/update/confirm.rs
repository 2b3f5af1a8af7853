//! Confirming. Nothing here is reached but through a modal that shows what will happen.

use super::keys::{self, Press};
use super::{Cx, course, next_id, notify};
use crate::app::keymap::Intent;
use crate::app::modal::{Button, Confirm, Gate, Modal, Phase};
use crate::app::state::Sent;
use crate::app::ui::Breakpoint;
use crate::app::{Effect, Purpose, RequestId, State};
use crate::store::Prepared;

/// What a key does once the modal has been looked at.
enum Answer {
    Nothing,
    Hint(String),
    /// The yes was not given on purpose: the wait starts anew, too.
    NotDeliberate,
    Cancel,
    Submit,
}

/// A key while the target is read: only giving up counts.
pub(super) fn preparing(state: &mut State, cx: &mut Cx, press: Press) {
    if press.intent == Some(Intent::Back)
        && let Some(Modal::Preparing { id, .. }) = state.modals.pop_if(|modal| matches!(modal, Modal::Preparing { .. }))
    {
        cx.push(Effect::Cancel(id));
        notify::info(state, cx, "Given up; nothing was sent.");
    }
    if press.intent == Some(Intent::Back)
        && let Some(Modal::Gathering { id, .. }) = state.modals.pop_if(|modal| matches!(modal, Modal::Gathering { .. }))
    {
        state.proposal = None;
        cx.push(Effect::Cancel(id));
        notify::info(state, cx, "Given up; nothing was sent.");
    }
}

pub(super) fn key(state: &mut State, cx: &mut Cx, press: Press) {
    let limit = state.ui.scroll_max;
    let Some(Modal::Confirm(confirm)) = state.modals.last_mut() else { return };
    if press.event.code == crossterm::event::KeyCode::Esc {
        return cancel(state, cx);
    }
    if confirm.phase != Phase::Open {
        return;
    }
    // What was typed before this could be read is not meant for it.
    if !matches!(confirm.gate, Gate::Button(_)) && !confirm.arm.hears(cx.now.mono) {
        let hint = Some("Too early: keys count after this has been on the screen for a moment.".to_owned());
        cx.seen_if(confirm.hint != hint);
        confirm.hint = hint;
        return;
    }
    match press.intent {
        Some(Intent::CopyCommand) => return cx.push(Effect::Copy(command_lines(confirm))),
        Some(Intent::CopyRequest) => {
            return cx.push(Effect::Copy(requests(confirm)));
        }
        intent if keys::scroll(cx, intent, &mut confirm.scroll, limit) => return,
        _ => {}
    }
    let had_hint = confirm.hint.take().is_some();
    cx.seen_if(had_hint);
    match answer(confirm, cx, press) {
        Answer::Nothing => {}
        Answer::Hint(hint) => {
            confirm.hint = Some(hint);
            cx.seen();
        }
        Answer::NotDeliberate => {
            confirm.arm.restart(cx.now.mono);
            confirm.hint =
                Some("That key came together with others or was held down: press it once, by itself.".into());
            cx.seen();
        }
        Answer::Cancel => cancel(state, cx),
        Answer::Submit => submit(state, cx),
    }
}

/// The platform's own line of each command.
fn command_lines(confirm: &Confirm) -> String {
    confirm.all().map(|one| one.request.cli.as_str()).collect::<Vec<_>>().join("\n")
}

/// The request of each command.
fn requests(confirm: &Confirm) -> String {
    let request = |one: &Prepared| {
        let body = one.request.body.as_ref().map_or(String::new(), |body| format!("\n{body}"));
        format!("{}{body}", one.request.request)
    };
    confirm.all().map(request).collect::<Vec<_>>().join("\n")
}

/// What a key means to an armed modal.
fn answer(confirm: &mut Confirm, cx: &mut Cx, press: Press) -> Answer {
    if press.intent == Some(Intent::Back) {
        return Answer::Cancel;
    }
    let name = confirm.name().to_owned();
    match (&mut confirm.gate, press.intent) {
        (Gate::Button(focus), Some(Intent::Next | Intent::Previous)) => {
            *focus = if *focus == Button::Cancel { Button::Submit } else { Button::Cancel };
            cx.seen();
            Answer::Nothing
        }
        (Gate::Button(Button::Cancel), Some(Intent::Accept)) => Answer::Cancel,
        (Gate::Button(Button::Submit), Some(Intent::Accept)) | (Gate::Key, Some(Intent::Confirm)) => {
            if press.is_deliberate { Answer::Submit } else { Answer::NotDeliberate }
        }
        (Gate::Typed(input), Some(Intent::Accept)) => match input.value() {
            typed if typed != name => {
                Answer::Hint(format!("That is not the name. Type {name} to go on, or Esc to cancel."))
            }
            _ if press.is_deliberate => Answer::Submit,
            _ => Answer::NotDeliberate,
        },
        (Gate::Typed(input), None) => {
            keys::edit(input, cx, press.event);
            Answer::Nothing
        }
        _ => Answer::Nothing,
    }
}

fn submit(state: &mut State, cx: &mut Cx) {
    if let Some(why) = state.session.no_writes.clone() {
        state.modals.pop();
        return notify::error(state, cx, why);
    }
    if matches!(state.modals.last(), Some(Modal::Confirm(confirm)) if confirm.purpose != Purpose::Command) {
        return course::confirmed(state, cx);
    }
    let id = next_id(state);
    let Some(Modal::Confirm(confirm)) = state.modals.last_mut() else { return };
    let sent = sent(id, &confirm.prepared);
    if let Some(other) = state.submits.iter().find(|other| touches_the_same(other, &sent)) {
        confirm.hint = Some(format!("{}: its answer has not come yet. Wait for it, then confirm.", other.sentence));
        return cx.seen();
    }
    confirm.phase = Phase::Sending(id);
    let prepared = Box::new(confirm.prepared.clone());
    state.submits.push(sent);
    cx.push(Effect::Submit { id, profile: state.session.profile.clone(), prepared, part_of: None });
    cx.seen();
}

pub(super) fn sent(id: RequestId, prepared: &Prepared) -> Sent {
    let command = &prepared.command;
    let apps = prepared.effects.apps().into_iter().chain(command.app()).map(str::to_owned).collect();
    Sent { id, sentence: command.sentence(), addon: command.addon_id().map(str::to_owned), apps }
}

/// Writes to one app or one add-on go one after another.
pub(super) fn touches_the_same(one: &Sent, other: &Sent) -> bool {
    (one.addon.is_some() && one.addon == other.addon) || one.apps.iter().any(|app| other.apps.contains(app))
}

fn cancel(state: &mut State, cx: &mut Cx) {
    let Some(Modal::Confirm(confirm)) = state.modals.pop() else { return };
    cx.seen();
    if confirm.phase != Phase::Open && confirm.purpose != Purpose::Command {
        while state.modals.pop_if(|modal| modal.is_asking()).is_some() {}
        course::cancelled(state, cx);
    } else if confirm.phase != Phase::Open {
        // Its form goes along: it must not be sent from there once more.
        while state.modals.pop_if(|modal| modal.is_asking()).is_some() {}
        let sentence = confirm.prepared.command.sentence();
        let what = format!("{sentence}: sent already and can't be taken back; o shows what becomes of it.");
        notify::warn(state, cx, what);
    }
}

/// A paste is never a confirmation, and a name that is pasted was not read.
pub(super) fn paste(state: &mut State, cx: &mut Cx) {
    let Some(Modal::Confirm(confirm)) = state.modals.last_mut() else { return };
    confirm.arm.hears(cx.now.mono);
    confirm.hint = Some(match confirm.gate {
        Gate::Typed(_) => format!("Pasted text does not count here: type {}.", confirm.name()),
        _ => "Pasted text does not count here.".into(),
    });
    cx.seen();
}

/// A frame was written: from now on the wait of a confirmation on top counts. At a size where nothing but a sentence fits,
/// it was not to be seen.
pub(super) fn painted(state: &mut State, cx: &mut Cx) {
    if state.ui.breakpoint > Breakpoint::Floor
        && let Some(Modal::Confirm(confirm)) = state.modals.last_mut()
        && confirm.phase == Phase::Open
        && !matches!(confirm.gate, Gate::Button(_))
    {
        confirm.arm.painted(cx.now.mono);
    }
}

/// Everything is shown in another place now, or was out of sight: confirmations must be painted and looked at again. Whether
/// there is one.
pub(super) fn shown_elsewhere(state: &mut State) -> bool {
    let mut is_confirming = false;
    for modal in &mut state.modals {
        if let Modal::Confirm(confirm) = modal {
            confirm.arm.reset();
            is_confirming = true;
        }
    }
    is_confirming
}
