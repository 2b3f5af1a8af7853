//! Moving about: keys in the panes, size, focus, leaving.

use std::time::Duration;

use crossterm::event::{KeyEvent, KeyEventKind};

use super::{Cx, notify, polling, settle};
use crate::app::keymap::{self, Intent, Key};
use crate::app::ui::{Breakpoint, Pane};
use crate::app::{Effect, State};

/// How long the cursor rests before the details follow it.
const REST: Duration = Duration::from_millis(150);

pub(super) fn key(state: &mut State, cx: &mut Cx, event: KeyEvent, _alone: bool) {
    if event.kind == KeyEventKind::Release {
        return;
    }
    let key = Key::from(event);
    if let Some(intent) = keymap::lookup(state.context(), key) {
        main(state, cx, intent);
    }
}

pub(super) fn main(state: &mut State, cx: &mut Cx, intent: Intent) {
    match intent {
        Intent::Down => step(state, cx, 1),
        Intent::Up => step(state, cx, -1),
        Intent::Pane(pane) => go_to(state, cx, pane),
        Intent::Quit => leave(state, cx),
        Intent::Suspend => cx.push(Effect::Suspend),
        Intent::Refresh => {
            polling::refresh_all(state, cx);
            cx.push(Effect::Repaint);
        }
        _ => {}
    }
}

fn step(state: &mut State, cx: &mut Cx, by: isize) {
    let last = state.visible.len().saturating_sub(1);
    select(state, cx, state.cursor.saturating_add_signed(by).min(last));
}

fn select(state: &mut State, cx: &mut Cx, index: usize) {
    state.follow = None;
    let Some(row) = state.visible_row(index) else { return };
    let key = row.addon.key.clone();
    if state.ui.selected.as_ref() != Some(&key) {
        state.cursor = index;
        state.ui.selected = Some(key);
        state.rest = Some(cx.now.mono + REST);
        cx.seen();
    }
}

fn go_to(state: &mut State, cx: &mut Cx, pane: Pane) {
    state.ui.focus = pane;
    if pane != Pane::Addons {
        settle::show_selected(state, cx);
        state.ui.detail_pane = pane;
    }
    state.ui.is_detail_open = pane != Pane::Addons;
    cx.seen();
}

pub(super) fn paste(_state: &mut State, _cx: &mut Cx, _text: &str) {}

pub(super) fn resize(state: &mut State, cx: &mut Cx, columns: u16, rows: u16) {
    let size = if columns == 0 || rows == 0 { (80, 24) } else { (columns, rows) };
    state.ui.breakpoint = Breakpoint::of(size.0, size.1);
    state.ui.size = size;
    cx.seen();
}

pub(super) fn focus(state: &mut State, cx: &mut Cx, has_focus: bool) {
    if has_focus && !state.ui.has_terminal_focus {
        polling::refresh_all(state, cx);
    }
    state.ui.has_terminal_focus = has_focus;
}

pub(super) fn painted(_state: &mut State, _cx: &mut Cx) {}

pub(super) fn leave(state: &mut State, cx: &mut Cx) {
    if !state.store.addons.fresh.is_never() {
        cx.push(Effect::SaveCache);
    }
    cx.push(Effect::Quit);
}

pub(super) fn continued(state: &mut State, cx: &mut Cx) {
    polling::refresh_all(state, cx);
    notify::info(state, cx, "Back from the shell; everything is read again.");
    cx.push(Effect::Repaint);
}
