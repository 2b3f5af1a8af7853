//! The operations, to be looked through, opened and gone on with.

use super::keys::{self, Press};
use super::{Cx, course, deployments, menus, nav, notify, polling, propose};
use crate::app::keymap::{self, Intent};
use crate::app::modal::{CourseAct, Modal, OperationsView};
use crate::app::ui::Level;
use crate::app::{Effect, State};
use crate::model::{DeedId, OperationId};
use crate::store::{Entry, JournalChanges};

pub(super) fn open(state: &mut State, cx: &mut Cx) {
    state.ui.scroll_max = u16::MAX;
    nav::push(state, cx, Modal::Operations(OperationsView::default()));
}

pub(super) fn key(state: &mut State, cx: &mut Cx, press: Press) {
    let limit = state.ui.scroll_max;
    let rows = state.past();
    let Some(Modal::Operations(view)) = state.modals.last_mut() else { return };
    let mut at = view.place(&rows);
    let chosen = rows.get(at).map(|row| row.id.clone());
    if view.is_open {
        if keys::scroll(cx, press.intent, &mut view.scroll, limit) {
            return;
        }
    } else if keys::move_cursor(cx, press.intent, &mut at, rows.len()) {
        view.chosen = rows.get(at).map(|row| row.id.clone());
        return;
    }
    match (press.intent, &chosen) {
        (Some(Intent::Open), Some(DeedId::Course(id))) => course::open_course(state, cx, id),
        (Some(Intent::Open), Some(deed)) if !view.is_open => {
            // What is opened stays what is shown, whatever comes meanwhile.
            (view.chosen, view.is_open, view.scroll) = (chosen.clone(), true, 0);
            state.ui.scroll_max = u16::MAX;
            state.entry = None;
            if let DeedId::Operation(id) = deed {
                cx.push(Effect::ReadEntry(id.clone()));
            }
            cx.seen();
        }
        (Some(Intent::Back | Intent::Open), _) if view.is_open => {
            view.is_open = false;
            cx.seen();
        }
        (Some(Intent::Back), _) => {
            state.modals.pop();
            cx.seen();
        }
        (Some(Intent::Refresh), _) => {
            polling::refresh_all(state, cx);
            cx.push(Effect::Repaint);
        }
        (
            Some(
                intent @ (Intent::Note
                | Intent::Undo
                | Intent::HandOff
                | Intent::SendAgain
                | Intent::TakeOver
                | Intent::Log),
            ),
            deed,
        ) => match (keymap::disabled(state, intent), deed) {
            (Some(why), _) => notify::warn(state, cx, why),
            (None, Some(deed)) => act(state, cx, intent, deed),
            (None, None) => {}
        },
        _ => {}
    }
}

fn act(state: &mut State, cx: &mut Cx, intent: Intent, deed: &DeedId) {
    if intent == Intent::Log {
        return deployments::open_log(state, cx);
    }
    let (DeedId::Operation(id) | DeedId::Course(id)) = deed else {
        if intent == Intent::Note {
            menus::unknown_outcomes(state, cx);
        }
        return;
    };
    match intent {
        Intent::Note => menus::unknown_outcomes(state, cx),
        Intent::Undo => propose::undo(state, cx, id),
        Intent::HandOff => cx.push(Effect::HandOff(id.clone())),
        Intent::SendAgain => propose::again(state, cx, id),
        Intent::TakeOver => course::act(state, cx, id, CourseAct::TakeOver),
        _ => {}
    }
}

/// Whether the details of that operation are on the screen.
fn shows(state: &State, id: &OperationId) -> bool {
    let view = state.operations_view().filter(|view| view.is_open);
    view.is_some_and(|view| view.chosen == Some(DeedId::Operation(id.clone())))
}

/// All lines of an operation were read.
pub(super) fn entry(state: &mut State, cx: &mut Cx, id: OperationId, entry: Result<Option<Box<Entry>>, String>) {
    if shows(state, &id) {
        let entry = entry.and_then(|entry| entry.ok_or_else(|| "It is not in the journal any more.".to_owned()));
        cx.seen_if(state.entry.as_ref() != Some(&entry));
        state.entry = Some(entry);
    }
}

/// What is shown in full has new lines.
pub(super) fn read_again(state: &State, cx: &mut Cx, changes: &JournalChanges) {
    for told in changes.operations.iter().filter(|told| shows(state, &told.operation.id)) {
        cx.push(Effect::ReadEntry(told.operation.id.clone()));
    }
}

/// The line that hands it over was made, or why there is none.
pub(super) fn handed_off(state: &mut State, cx: &mut Cx, line: Result<String, String>) {
    match line {
        Ok(line) => {
            let text = "Handed over by a copied line. Whoever goes on with it has a record of its own: leave it here.";
            notify::activity(state, cx, Level::Warning, None, text.to_owned());
            cx.push(Effect::Copy(line));
        }
        Err(why) => notify::warn(state, cx, why),
    }
}
