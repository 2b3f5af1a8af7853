//! The one writer: an action and the time come in, the state changes, effects go out. One small file per kind of action.

mod actions;
mod ask;
mod asked;
mod confirm;
mod course;
mod deployments;
mod enter;
mod errors;
mod failing;
mod forms;
mod journal;
mod keys;
mod lists;
mod live;
mod menus;
mod nav;
mod notify;
mod operations;
mod pick;
mod polling;
mod propose;
mod restore;
mod settle;
mod several;
mod unlock;

use super::ui::Level;
use super::{Action, Effect, Now, Opening, RequestId, State};

/// What one update gathers.
pub(super) struct Cx {
    /// What the runtime is asked to do.
    pub(super) effects: Vec<Effect>,
    /// The time. The wall's is the platform's, as far as it is known how far that is from ours.
    pub(super) now: Now,
    /// This machine's own wall clock, which the journal goes by.
    pub(super) ours: jiff::Timestamp,
    /// Whether something visible changed.
    pub(super) is_seen: bool,
    /// Whether what is to be asked for is as it was: only the cursor moved, or a frame was drawn.
    pub(super) wants_the_same: bool,
}

impl Cx {
    fn new(now: Now, skew: jiff::SignedDuration) -> Self {
        // A clock at the end of time is no reason to stop.
        let wall = now.wall.checked_add(skew).unwrap_or(now.wall);
        Self { effects: Vec::new(), now: Now { wall, ..now }, ours: now.wall, is_seen: false, wants_the_same: false }
    }

    /// The time on the wall at a moment of the clock that never jumps.
    pub(super) fn wall_of(&self, mono: std::time::Duration) -> Option<jiff::Timestamp> {
        self.now.wall.checked_add(mono.saturating_sub(self.now.mono)).ok()
    }

    /// Something visible changed.
    pub(super) fn seen(&mut self) {
        self.is_seen = true;
    }

    /// Something visible changed if so.
    pub(super) fn seen_if(&mut self, is_seen: bool) {
        self.is_seen |= is_seen;
    }

    /// Asks the runtime for something.
    pub(super) fn push(&mut self, effect: Effect) {
        self.effects.push(effect);
    }
}

/// Takes in one thing that happened and says what is to be done about it.
pub fn update(state: &mut State, action: Action, now: Now) -> Vec<Effect> {
    let skew = state.skew;
    if let Action::Skewed(skew) = action {
        state.skew = skew;
    }
    let mut cx = Cx::new(now, state.skew);
    unlock::expire(state, &mut cx);
    match action {
        Action::Key { key, alone } => keys::key(state, &mut cx, key, alone),
        Action::Paste(text) => keys::paste(state, &mut cx, &text),
        Action::Resize(columns, rows) => nav::resize(state, &mut cx, columns, rows),
        Action::Focus(has_focus) => nav::focus(state, &mut cx, has_focus),
        Action::Painted => {
            cx.wants_the_same = true;
            confirm::painted(state, &mut cx);
        }
        Action::Extent(lines) => {
            cx.wants_the_same = true;
            nav::extent(state, lines);
        }
        Action::Deadline => {}
        Action::Connected { words, capabilities, no_writes } => {
            live::connected(state, &mut cx, words, capabilities, no_writes);
        }
        Action::Replied { id, reply } => live::replied(state, &mut cx, id, reply),
        Action::Looked { id, profile, reply, budget, requests } => {
            polling::spent(state, &cx, id, &profile, requests);
            several::looked(state, &mut cx, id, &profile, reply, budget);
        }
        Action::NotCached(why) => notify::not_cached(state, &mut cx, why),
        Action::Merged { id, merged } if several::is_merging(state, id) => {
            several::merged(state, &mut cx, id, *merged);
        }
        Action::Merged { id, merged } => live::merged(state, &mut cx, id, *merged),
        Action::Recalled { profile, seen } => {
            live::recalled(state, &mut cx, &profile, seen.map(|seen| seen.map(|seen| *seen)))
        }
        Action::Spent { id, profile, requests } => polling::spent(state, &cx, id, &profile, requests),
        Action::Caches(caches) => several::caches(state, &mut cx, caches),
        Action::NotEntered { profile, why } => enter::not_entered(state, &mut cx, &profile, why),
        Action::Left { profile, result } => enter::left(state, &mut cx, profile, *result),
        Action::Capabilities(capabilities) => live::capabilities(state, &mut cx, capabilities),
        Action::Prepared { id, prepared } => propose::prepared(state, &mut cx, id, prepared),
        Action::RestorePlanned { id, plan } => restore::planned(state, &mut cx, id, plan),
        Action::Submitted { id, result } => propose::submitted(state, &mut cx, id, *result),
        Action::Followed { id, followed } => live::followed(state, &mut cx, id, followed),
        Action::Course(news) => course::news(state, &mut cx, *news),
        Action::Noted(result) => live::noted(state, &mut cx, result),
        Action::Unlocked { id, result } => unlock::unlocked(state, &mut cx, id, result),
        Action::Authorized { id, result } => asked::authorized(state, &mut cx, id, result),
        Action::Journal { id, changes } => journal::told(state, &mut cx, id, changes),
        Action::Budget(budget) => failing::budget(state, &mut cx, budget),
        Action::Skewed(_) => failing::skewed(state, &mut cx, skew),
        Action::Entry { id, entry } => operations::entry(state, &mut cx, id, entry),
        Action::HandedOff(line) => operations::handed_off(state, &mut cx, line),
        Action::Copied(result) => notify::copied(state, &mut cx, result),
        Action::Terminate => nav::leave(state, &mut cx),
        Action::Continued => nav::continued(state, &mut cx),
    }
    settle::settle(state, &mut cx);
    if cx.is_seen {
        state.revision += 1;
        state.clock = cx.now.wall;
    }
    cx.effects
}

/// What is true before the first action.
pub(super) fn begin(state: &mut State, note: Option<String>, opening: Option<Opening>, now: Now) {
    let mut cx = Cx::new(now, state.skew);
    if let Some(note) = note {
        notify::error(state, &mut cx, note);
    }
    settle::rows(state, &mut cx);
    state.ui.detail.clone_from(&state.ui.selected);
    if let Some(opening) = opening {
        restore::open_told(state, &mut cx, opening);
    }
}

/// What is true once another profile was entered, before the first action.
pub(super) fn entered(state: &mut State, now: Now) {
    let mut cx = Cx::new(now, state.skew);
    enter::entered(state, &mut cx);
    several::entered(state, &mut cx);
    settle::rows(state, &mut cx);
    state.ui.detail.clone_from(&state.ui.selected);
}

/// A sentence that nothing asked for, such as what was found at the start.
pub(super) fn say(state: &mut State, text: String, now: Now) {
    let mut cx = Cx::new(now, state.skew);
    notify::activity(state, &mut cx, Level::Info, None, text.clone());
    notify::info(state, &mut cx, text);
}

/// A number for the next request: it grows, so that an older answer can be told.
pub(super) fn next_id(state: &mut State) -> RequestId {
    let id = RequestId(state.next_request);
    state.next_request += 1;
    id
}
