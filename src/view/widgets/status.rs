//! A status: a sign, a word, and only then a colour.

use crate::model::{Health, Outcome, State};
use crate::store::Row;
use crate::view::canvas::Line;
use crate::view::glyphs::Glyphs;
use crate::view::theme::Role;

/// What a state means to somebody who looks for trouble.
pub(crate) fn state_role(state: &State) -> Role {
    match state {
        State::Ready => Role::Good,
        State::Requested
        | State::Provisioning
        | State::Starting
        | State::Updating
        | State::Restoring
        | State::Waiting
        | State::Deprovisioning => Role::Busy,
        State::Sleeping | State::Gone => Role::Dim,
        State::Failed => Role::Bad,
        State::Unreachable(_) | State::Unknown(_) | State::Other(_) => Role::Warn,
    }
}

fn state_sign(state: &State, glyphs: &Glyphs) -> &'static str {
    match state {
        State::Ready => glyphs.ready,
        State::Provisioning | State::Starting | State::Updating | State::Restoring => glyphs.busy,
        State::Requested | State::Waiting | State::Sleeping => glyphs.idle,
        State::Failed => glyphs.failed,
        State::Deprovisioning | State::Gone => glyphs.leaving,
        State::Unreachable(_) | State::Unknown(_) | State::Other(_) => glyphs.unknown,
    }
}

/// Sign and word of a state, with what a probe said where that is bad.
pub(crate) fn state_line(state: &State, health: &Health, glyphs: &Glyphs) -> (String, Role) {
    let role = state_role(state);
    match health {
        Health::Failing(_) if state.is_ready() => (format!("{} unhealthy", glyphs.failed), Role::Bad),
        _ => (format!("{} {}", state_sign(state, glyphs), state.word()), role),
    }
}

/// What a probe said, in words.
pub(crate) fn health_line(health: &Health) -> Line {
    match health {
        Health::Ok => Line::of(Role::Good, "healthy"),
        Health::Failing(what) => Line::of(Role::Bad, format!("unhealthy: {what}")),
        Health::Unknown(why) => Line::of(Role::Dim, format!("health unknown: {why}")),
    }
}

/// Sign and word of an operation's outcome.
pub(crate) fn outcome_line(outcome: &Outcome, glyphs: &Glyphs) -> (String, Role) {
    let (sign, role) = match outcome {
        Outcome::Intended => (glyphs.idle, Role::Busy),
        Outcome::Accepted => (glyphs.busy, Role::Busy),
        Outcome::Done => (glyphs.done, Role::Good),
        Outcome::Failed { .. } => (glyphs.failed, Role::Bad),
        Outcome::NotSent { .. } => (glyphs.none, Role::Warn),
        Outcome::Unknown { .. } => (glyphs.unknown, Role::Warn),
    };
    (format!("{sign} {}", outcome.word()), role)
}

/// Why a row needs a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It does not.
    None,
    /// Failed or unhealthy.
    Failed,
    /// It changes by itself.
    Busy,
    /// Nobody knows.
    Unknown,
    /// Lists no longer have it.
    Missing,
}

/// Why this row needs a look.
pub(crate) fn trouble(row: &Row) -> Trouble {
    let addon = &row.addon;
    if row.missing_since.is_some() {
        return Trouble::Missing;
    }
    match (&addon.state, &addon.health) {
        (State::Failed, _) | (State::Ready, Health::Failing(_)) => Trouble::Failed,
        (state, _) if state.is_transitional() => Trouble::Busy,
        (State::Unreachable(_) | State::Unknown(_) | State::Other(_), _) => Trouble::Unknown,
        _ => Trouble::None,
    }
}
