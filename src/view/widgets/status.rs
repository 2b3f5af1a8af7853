//! A status: a sign, a word, and only then a colour.

use super::table::Cell;
use crate::model::{self, Addon, BackupState, Health, Outcome, Progress, State, Work, WorkState};
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

/// Sign and word of where an add-on stands, with what the platform is doing to it and how far it is.
pub(crate) fn standing(addon: &Addon, glyphs: &Glyphs) -> Cell {
    let running = addon.work.as_ref().filter(|work| work.state == WorkState::Running);
    let progress = running.and_then(|work| work.progress.as_ref());
    let is_backup = addon.state.is_ready() && running.is_some_and(|work| work.kind == "back_up");
    // A backup leaves the state as it is, and is worth a word all the same.
    let (words, role) = match is_backup {
        true => (format!("{} backup", glyphs.busy), Role::Busy),
        false => state_line(&addon.state, &addon.health, glyphs),
    };
    let counted = progress.filter(|_| is_backup || addon.state.is_transitional());
    let with = |progress: &Progress| progress_words(progress).map(|counted| format!("{words} {counted}"));
    // Figures without what they count are worth more than a word that is cut.
    let short = counted.and_then(|progress| with(&Progress { bytes: None, unit: None, ..progress.clone() }));
    let counted = counted.and_then(with);
    Cell {
        short: counted.is_some().then(|| short.unwrap_or_else(|| words.clone())),
        ..Cell::of(role, counted.unwrap_or(words))
    }
}

/// How far something is, in what was really counted: `12/40 tables, 3.1 MiB`.
pub(crate) fn progress_words(progress: &Progress) -> Option<String> {
    let unit = progress.unit.as_ref().map_or_else(String::new, |unit| format!(" {unit}"));
    let counted = match (progress.done, progress.total) {
        (Some(done), Some(total)) => Some(format!("{done}/{total}{unit}")),
        (Some(done), None) => Some(format!("{done}{unit}")),
        (None, _) => None,
    };
    let words: Vec<String> = counted.into_iter().chain(progress.bytes.map(model::size)).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// What the platform is doing, in its own word for it and for the step it is at.
pub(crate) fn work_line(work: &Work, glyphs: &Glyphs) -> Line {
    let kind = work.kind.replace('_', " ");
    let (sign, word, role) = match &work.state {
        WorkState::Queued => (glyphs.idle, "waits for its turn", Role::Busy),
        WorkState::Running => (glyphs.busy, "", Role::Busy),
        WorkState::Done => (glyphs.done, "done", Role::Good),
        WorkState::Failed => (glyphs.failed, "failed", Role::Bad),
        WorkState::Other(word) => (glyphs.unknown, word.as_str(), Role::Warn),
    };
    let progress = work.progress.as_ref().and_then(progress_words);
    let facts: Vec<String> =
        [(!word.is_empty()).then(|| word.to_owned()), work.step.clone(), progress, work.message.clone()]
            .into_iter()
            .flatten()
            .collect();
    let line = Line::of(role, format!("{sign} {kind}"));
    if facts.is_empty() { line } else { line.add(Role::Text, format!(": {}", facts.join(", "))) }
}

/// Sign and word of a backup's state.
pub(crate) fn backup_state(state: &BackupState, glyphs: &Glyphs) -> (String, Role) {
    let (sign, word, role) = match state {
        BackupState::Pending => (glyphs.idle, "queued", Role::Busy),
        BackupState::Running => (glyphs.busy, state.word(), Role::Busy),
        BackupState::Finished => (glyphs.done, state.word(), Role::Good),
        BackupState::Failed => (glyphs.failed, state.word(), Role::Bad),
        BackupState::Expired => (glyphs.none, state.word(), Role::Dim),
        BackupState::Other(word) => (glyphs.unknown, word.as_str(), Role::Warn),
    };
    (format!("{sign} {word}"), role)
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
