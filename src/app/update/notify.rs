//! Telling the person: notices, activity, errors. Each list is bounded.

use std::collections::VecDeque;
use std::time::Duration;

use super::Cx;
use crate::app::errors::{ErrorEntry, Subject};
use crate::app::modal::Modal;
use crate::app::ui::{Activity, Level, Notice};
use crate::app::{Effect, State};
use crate::model::{AddonKey, scrubbed};
use crate::platform::{ReadError, ReadErrorKind};

/// How long a notice that goes away by itself stays.
const NOTICE: Duration = Duration::from_secs(8);
/// Nobody need have stayed for what takes longer.
const LONG: jiff::SignedDuration = jiff::SignedDuration::from_secs(10);
/// How many lines of activity and how many errors are kept.
const KEPT: usize = 500;

pub(super) fn info(state: &mut State, cx: &mut Cx, text: impl Into<String>) {
    notice(state, cx, Level::Info, text.into());
}

pub(super) fn warn(state: &mut State, cx: &mut Cx, text: impl Into<String>) {
    notice(state, cx, Level::Warning, text.into());
}

/// An error stays until the next key, and can be opened again.
pub(super) fn error(state: &mut State, cx: &mut Cx, text: impl Into<String>) {
    failed(state, cx, "attache".to_owned(), text.into(), None);
}

/// Something that was to be done failed: as an error, with what it was.
pub(super) fn failed(state: &mut State, cx: &mut Cx, act: String, text: String, error: Option<ReadError>) {
    remember_error(state, cx, Subject::Act, act, text.clone(), error);
    notice(state, cx, Level::Error, text);
}

/// Keeps an error among the errors without a notice: its place on the screen says it already. What failed in the same way
/// since it was last well is one error that came several times.
pub(super) fn remember_error(
    state: &mut State,
    cx: &mut Cx,
    subject: Subject,
    part: String,
    text: String,
    error: Option<ReadError>,
) {
    let at = cx.now.wall;
    let (text, is_shown) = (scrubbed(&text), matches!(state.modals.last(), Some(Modal::Errors(_))));
    let known = state.errors.iter_mut().rev().find(|known| known.subject == subject && known.part == part);
    if let Some(known) = known.filter(|known| known.over.is_none() && is_same(known, &text, error.as_ref())) {
        (known.last, known.times) = (at, known.times.saturating_add(1));
        (known.text, known.error) = (text, error);
        return cx.seen_if(is_shown);
    }
    let id = state.next_error;
    state.next_error += 1;
    push(&mut state.errors, ErrorEntry { id, subject, part, at, last: at, times: 1, over: None, text, error });
    cx.seen();
}

/// The cache is a convenience: it stands among the errors, once, and nowhere else.
pub(super) fn not_cached(state: &mut State, cx: &mut Cx, why: String) {
    remember_error(state, cx, Subject::Act, "What was seen last".to_owned(), why, None);
}

fn is_same(known: &ErrorEntry, text: &str, error: Option<&ReadError>) -> bool {
    let waits = |error: Option<&ReadError>| error.is_some_and(|it| matches!(it.kind, ReadErrorKind::RateLimited(_)));
    known.text == text || (waits(known.error.as_ref()) && waits(error))
}

/// What failed is well again: its errors are over.
pub(super) fn over(state: &mut State, cx: &mut Cx, subject: &Subject) {
    let is_shown = matches!(state.modals.last(), Some(Modal::Errors(_)));
    for error in state.errors.iter_mut().filter(|error| error.over.is_none() && error.subject == *subject) {
        error.over = Some(cx.now.wall);
        cx.seen_if(is_shown);
    }
}

pub(super) fn activity(state: &mut State, cx: &mut Cx, level: Level, addon: Option<AddonKey>, text: String) {
    state.calls += u64::from(level != Level::Info);
    push(&mut state.activity, Activity { at: cx.now.wall, addon, level, text });
    cx.seen();
}

pub(super) fn copied(state: &mut State, cx: &mut Cx, result: Result<String, String>) {
    match result {
        Ok(how) => info(state, cx, how),
        Err(why) => error(state, cx, why),
    }
}

/// Tells of an end to somebody who looks elsewhere. Where the terminal does not tell whether anybody looks, only of what took
/// so long that nobody need have stayed.
pub(super) fn away(state: &State, cx: &mut Cx, begun: jiff::Timestamp, text: String) {
    let is_away = match state.ui.tells_focus {
        true => !state.ui.has_terminal_focus,
        false => cx.now.wall.duration_since(begun) > LONG,
    };
    if is_away {
        cx.push(Effect::Tell(text));
    }
}

/// Takes the notice away if its time has come.
pub(super) fn settle(state: &mut State, cx: &mut Cx) {
    let mono = cx.now.mono;
    let is_over = |notice: &mut Notice| notice.until.is_some_and(|until| mono >= until);
    let gone = state.ui.notice.take_if(is_over).is_some();
    cx.seen_if(gone);
}

fn notice(state: &mut State, cx: &mut Cx, level: Level, text: String) {
    state.calls += 1;
    let until = (level != Level::Error).then(|| cx.now.mono + NOTICE);
    state.ui.notice = Some(Notice { level, text, until });
    cx.seen();
}

fn push<T>(list: &mut VecDeque<T>, item: T) {
    if list.len() >= KEPT {
        list.pop_front();
    }
    list.push_back(item);
}
