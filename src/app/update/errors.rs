//! The errors, to be looked through, opened and copied.

use super::keys::{self, Press};
use super::{Cx, nav, polling};
use crate::app::keymap::Intent;
use crate::app::modal::{ErrorsView, Modal};
use crate::app::{Effect, State};

pub(super) fn open(state: &mut State, cx: &mut Cx) {
    state.ui.scroll_max = u16::MAX;
    nav::push(state, cx, Modal::Errors(ErrorsView::default()));
}

pub(super) fn key(state: &mut State, cx: &mut Cx, press: Press) {
    let limit = state.ui.scroll_max;
    let Some(Modal::Errors(view)) = state.modals.last() else { return };
    let ids: Vec<u64> = state.errors_shown().iter().map(|error| error.id).collect();
    let mut at = view.place(&ids);
    let chosen = ids.get(at).copied();
    let report =
        chosen.and_then(|id| state.errors.iter().find(|error| error.id == id)).map(|error| state.report(error));
    let Some(Modal::Errors(view)) = state.modals.last_mut() else { return };
    if view.is_open {
        if keys::scroll(cx, press.intent, &mut view.scroll, limit) {
            return;
        }
    } else if keys::move_cursor(cx, press.intent, &mut at, ids.len()) {
        view.chosen = ids.get(at).copied();
        return;
    }
    match press.intent {
        Some(Intent::Open) if !view.is_open && chosen.is_some() => {
            // What is opened stays what is shown, whatever fails meanwhile.
            (view.chosen, view.is_open, view.scroll) = (chosen, true, 0);
            state.ui.scroll_max = u16::MAX;
            cx.seen();
        }
        Some(Intent::Back | Intent::Open) if view.is_open => {
            view.is_open = false;
            cx.seen();
        }
        Some(Intent::Back) => {
            state.modals.pop();
            cx.seen();
        }
        Some(Intent::CopyMenu) => {
            if let Some(report) = report {
                cx.push(Effect::Copy(report));
            }
        }
        Some(Intent::Refresh) => {
            polling::refresh_all(state, cx);
            cx.push(Effect::Repaint);
        }
        _ => {}
    }
}
