//! Where a key goes: to what is on top.

use crossterm::event::{Event, KeyEvent, KeyEventKind};
use tui_input::Input;
use tui_input::backend::crossterm::to_input_request;

use super::{
    Cx, actions, ask, asked, confirm, course, enter, errors, forms, lists, nav, operations, pick, restore, several,
    unlock,
};
use crate::app::keymap::{self, Context, Intent, Key};
use crate::app::modal::Modal;
use crate::app::ui::{Breakpoint, Level};
use crate::app::{Effect, State};
use crate::model::printable;

/// A key as it came.
#[derive(Clone, Copy)]
pub(super) struct Press {
    /// As the terminal reported it, for lines of text.
    pub(super) event: KeyEvent,
    /// What the table asks for in the present context.
    pub(super) intent: Option<Intent>,
    /// Whether it may confirm: pressed and not held down, in a read of its own.
    pub(super) is_deliberate: bool,
}

pub(super) fn key(state: &mut State, cx: &mut Cx, event: KeyEvent, alone: bool) {
    if event.kind == KeyEventKind::Release {
        return;
    }
    let errors_go = state.ui.notice.take_if(|notice| notice.level == Level::Error).is_some();
    cx.seen_if(errors_go);
    let context = state.context();
    let intent = keymap::lookup(context, Key::from(event));
    let press = Press { event, intent, is_deliberate: alone && event.kind == KeyEventKind::Press };
    match intent {
        Some(Intent::Quit) => return nav::leave(state, cx),
        Some(Intent::Suspend) => return cx.push(Effect::Suspend),
        // Nothing is done that can't be seen.
        other if state.ui.breakpoint == Breakpoint::Floor && other != Some(Intent::Back) => return,
        _ => {}
    }
    match context {
        Context::Main | Context::Anywhere => nav::main(state, cx, intent),
        Context::Filter if is_combined(state) => several::filter(state, cx, press),
        Context::Filter => nav::filter(state, cx, press),
        Context::Combined => several::key(state, cx, press),
        Context::List => lists::list(state, cx, press),
        Context::Form if matches!(state.modals.last(), Some(Modal::Ask(_))) => ask::key(state, cx, press),
        Context::Form if matches!(state.modals.last(), Some(Modal::Unlock(_))) => unlock::key(state, cx, press),
        Context::Form if matches!(state.modals.last(), Some(Modal::Run(_))) => actions::key(state, cx, press),
        Context::Form if matches!(state.modals.last(), Some(Modal::Asked(_))) => asked::key(state, cx, press),
        Context::Form => forms::key(state, cx, press),
        Context::RestoreLine | Context::RestoreList => restore::key(state, cx, press),
        Context::Backups => pick::backups_key(state, cx, press),
        Context::Search => lists::search(state, cx, press),
        Context::Course => course::key(state, cx, press),
        Context::Sheet => lists::sheet(state, cx, press),
        Context::Errors => errors::key(state, cx, press),
        Context::Operations => operations::key(state, cx, press),
        Context::Preparing if matches!(state.modals.last(), Some(Modal::Entering(_))) => enter::key(state, cx, press),
        Context::Preparing => confirm::preparing(state, cx, press),
        Context::ConfirmButton | Context::ConfirmKey | Context::ConfirmTyped => confirm::key(state, cx, press),
    }
}

/// Whether keys go to the combined list.
fn is_combined(state: &State) -> bool {
    matches!(state.modals.last(), Some(Modal::Combined))
}

/// Pasted text is text where a line takes text, and nothing anywhere else.
pub(super) fn paste(state: &mut State, cx: &mut Cx, text: &str) {
    let text = printable(text.trim_end_matches(['\n', '\r']));
    match state.modals.last_mut() {
        None if state.ui.filter.is_editing => insert(&mut state.ui.filter.input, cx, &text),
        Some(Modal::Combined) => several::paste(state, cx, &text),
        Some(Modal::Confirm(_)) => confirm::paste(state, cx),
        Some(Modal::Palette(_) | Modal::Help(_)) => lists::paste(state, cx, &text),
        Some(Modal::Restore(_)) => restore::paste(state, cx, &text),
        Some(Modal::Course(_)) => course::paste(state, cx),
        Some(Modal::Run(form)) => actions::paste(form, cx, &text),
        Some(Modal::Asked(form)) => asked::paste(form, cx, &text),
        Some(Modal::Ask(form)) => ask::paste(form, cx, &text),
        Some(Modal::Unlock(_)) => unlock::paste(state, cx, &text),
        Some(Modal::Create(_) | Modal::Attach(_)) => forms::paste(state, cx, &text),
        _ => {}
    }
}

/// Puts text into a line at its cursor.
pub(super) fn insert(input: &mut Input, cx: &mut Cx, text: &str) {
    for c in text.chars() {
        input.handle(tui_input::InputRequest::InsertChar(c));
    }
    cx.seen_if(!text.is_empty());
}

/// Lets a key edit a line; true if its text changed.
pub(super) fn edit(input: &mut Input, cx: &mut Cx, event: KeyEvent) -> bool {
    let Some(changed) = to_input_request(&Event::Key(event)).and_then(|request| input.handle(request)) else {
        return false;
    };
    cx.seen_if(changed.value || changed.cursor);
    changed.value
}

/// Moves a place in a list of `len` as an intent asks; `None` if it asks for something else.
pub(super) fn moved(intent: Intent, at: usize, len: usize, page: usize) -> Option<usize> {
    let last = len.saturating_sub(1);
    let to = match intent {
        Intent::Down => at.saturating_add(1),
        Intent::Up => at.saturating_sub(1),
        Intent::PageDown => at.saturating_add(page),
        Intent::PageUp => at.saturating_sub(page),
        Intent::HalfDown => at.saturating_add(page.div_ceil(2)),
        Intent::HalfUp => at.saturating_sub(page.div_ceil(2)),
        Intent::Top => 0,
        Intent::Bottom => last,
        _ => return None,
    };
    Some(to.min(last))
}

/// Moves a list's cursor; true if the intent was one of moving.
pub(super) fn move_cursor(cx: &mut Cx, intent: Option<Intent>, cursor: &mut usize, len: usize) -> bool {
    let Some(to) = intent.and_then(|intent| moved(intent, *cursor, len, 10)) else { return false };
    cx.seen_if(to != *cursor);
    *cursor = to;
    true
}

/// Scrolls text, whose end only the view knows; true if the intent was one of moving.
pub(super) fn scroll(cx: &mut Cx, intent: Option<Intent>, scroll: &mut u16, limit: u16) -> bool {
    let at = usize::from(*scroll);
    let Some(to) = intent.and_then(|intent| moved(intent, at, usize::from(limit) + 1, 10)) else { return false };
    cx.seen_if(to != at);
    *scroll = u16::try_from(to).unwrap_or(u16::MAX);
    true
}
