//! Telling the person: notices, activity, errors. Each list is bounded.

use std::collections::VecDeque;
use std::time::Duration;

use super::Cx;
use crate::app::State;
use crate::app::ui::{Activity, ErrorEntry, Level, Notice};
use crate::model::AddonKey;

/// How long a notice that goes away by itself stays.
const NOTICE: Duration = Duration::from_secs(8);
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
    let text = text.into();
    remember_error(state, cx, text.clone());
    notice(state, cx, Level::Error, text);
}

/// Keeps an error among the errors without a notice: its place on the screen says it already.
pub(super) fn remember_error(state: &mut State, cx: &mut Cx, text: String) {
    let at = cx.now.wall;
    match state.errors.back_mut() {
        Some(last) if last.text == text => (last.last, last.times) = (at, last.times.saturating_add(1)),
        _ => push(&mut state.errors, ErrorEntry { at, last: at, times: 1, text }),
    }
    cx.seen();
}

pub(super) fn activity(state: &mut State, cx: &mut Cx, level: Level, addon: Option<AddonKey>, text: String) {
    push(&mut state.activity, Activity { at: cx.now.wall, addon, level, text });
    cx.seen();
}

pub(super) fn copied(state: &mut State, cx: &mut Cx, result: Result<String, String>) {
    match result {
        Ok(how) => info(state, cx, how),
        Err(why) => error(state, cx, why),
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
