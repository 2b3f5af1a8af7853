//! The one line that says where we are, whether it is dangerous there, and whether what is shown is so. Nothing in it ticks.

use ratatui::layout::Rect;

use super::canvas::{Canvas, Line};
use super::modals::polling::span;
use super::text;
use super::theme::Role;
use crate::app::{Combined, Link, Session, State};
use crate::model::{Danger, OperationId};
use crate::store::Source;
use crate::store::poll::LAST;

/// Draws the status line.
pub(crate) fn status_line(state: &State, canvas: &mut Canvas<'_>, area: Rect) {
    let separator = || Line::of(Role::Dim, " | ");
    let place = place(state);
    // While the platform can't be read, the line says why already.
    let is_down = matches!(state.link(), Link::Down { .. } | Link::Failing { .. });
    let rest = |is_short| {
        let mut rest = Line::new();
        let errors = if is_down { Line::new() } else { errors(state) };
        let slowed = if is_down { Line::new() } else { slowed(state, is_short) };
        for part in [
            procedures(state, is_short),
            operations(state, is_short),
            budget(state, is_short),
            slowed,
            unknown(state),
            errors,
        ] {
            if !part.is_empty() {
                rest = rest.join(separator()).join(part);
            }
        }
        rest
    };
    // What a command is called is left out before anything else is.
    const LINK: usize = 24;
    let full = rest(false);
    let fits = place.width() + LINK + full.width() <= usize::from(area.width);
    let rest = if fits { full } else { rest(true) };
    // The reason of a failure is the only part without a bound: it gets what the others leave.
    let used = place.width() + separator().width() + rest.width();
    let room = usize::from(area.width).saturating_sub(used);
    let link = link(state, room, canvas);
    canvas.line(area, 0, &place.join(separator()).join(link).join(rest));
}

/// Draws the status line of the combined list: what it is, and which profile is entered all the same.
pub(crate) fn combined(state: &State, combined: &Combined, canvas: &mut Canvas<'_>, area: Rect) {
    let separator = || Line::of(Role::Dim, " | ");
    let entered = Line::of(Role::Dim, "entered: ").join(place(state));
    let links = combined.sources.iter().map(|source| (source, state.source_link(source))).collect::<Vec<_>>();
    let mut line = Line::of(Role::Strong, "ALL PROFILES").join(separator()).join(entered);
    for part in [super::several::counted(&links), procedures(state, true), operations(state, true)] {
        if !part.is_empty() {
            line = line.join(separator()).join(part);
        }
    }
    canvas.line(area, 0, &line);
}

/// The word for the danger in its colour, and a space; nothing where there is none.
pub(super) fn danger(session: &Session) -> Line {
    let role = if session.danger == Danger::Production { Role::Production } else { Role::Staging };
    let word = |word| Line::of(role, format!(" {word} ")).add(Role::Text, " ");
    session.danger_word().map_or_else(Line::new, word)
}

/// Danger, profile, and whether anything can be written.
fn place(state: &State) -> Line {
    let session = &state.session;
    let line = danger(session);
    let line = line.add(Role::Strong, session.place());
    match (&session.unlocked, session.read_only, &session.no_writes) {
        (Some(unlocked), ..) => line.add(Role::Busy, format!(" WRITE til {}", unlocked.until.strftime("%H:%MZ"))),
        (None, Some(_), _) => line.add(Role::Warn, " LOCKED"),
        (None, None, Some(_)) => line.add(Role::Warn, " NO WRITES"),
        (None, None, None) => line,
    }
}

/// How the platform is reached, within `room` columns where a reason has to be cut.
fn link(state: &State, room: usize, canvas: &Canvas<'_>) -> Line {
    let fresh = &state.store.addons.fresh;
    let stale = |since: Option<jiff::Timestamp>| match since {
        Some(since) => format!("STALE since {}", text::clock(since)),
        None => "UNREADABLE".to_owned(),
    };
    match state.link() {
        Link::Connecting => match (fresh.source, fresh.fetched_at) {
            (Source::Cache, Some(at)) => {
                Line::of(Role::Warn, format!("cached {}", text::day_and_clock(at))).add(Role::Dim, ", connecting")
            }
            _ => Line::of(Role::Busy, format!("connecting to {}", state.session.endpoint)),
        },
        Link::Live(Some(at)) if room >= 23 => {
            Line::of(Role::Good, "live").add(Role::Dim, format!(", changed {}", text::clock(at)))
        }
        Link::Live(_) => Line::of(Role::Good, "live"),
        Link::Down { since, error, words, failures, next_try } => {
            reason(stale(since), (&error, words), failures, Some(next_try), room, canvas)
        }
        Link::Failing { since, error, words, failures, next_try } => {
            reason(stale(since), (&error, words), failures, next_try, room, canvas)
        }
    }
}

/// Why, how often, and when next: the sentence where there is room for it, or else what class of failure it is.
fn reason(
    head: String,
    (sentence, words): (&str, &str),
    failures: u32,
    next_try: Option<jiff::Timestamp>,
    room: usize,
    canvas: &Canvas<'_>,
) -> Line {
    let glyphs = canvas.glyphs();
    let times = if failures > 1 { text::clean(&format!(" {failures}×"), glyphs) } else { String::new() };
    let next = next_try.map_or_else(String::new, |next| format!(", next try {}", text::clock(next)));
    let sentence = sentence.trim_end_matches('.');
    let left = room.saturating_sub(text::width(&head) + 2);
    let fits = |shown: &str, tail: &str| text::width(shown) + text::width(tail) <= left;
    let tail = format!("{times}{next}");
    let (shown, tail) = [(sentence, tail.clone()), (words, format!("{tail} (e)")), (words, tail), (words, times)]
        .into_iter()
        .find(|(shown, tail)| fits(shown, tail))
        .unwrap_or((words, String::new()));
    Line::of(Role::Bad, head).add(Role::Text, format!(": {}", text::cut(shown, left, glyphs))).add(Role::Dim, tail)
}

/// Commands on their way, and those whose outcome nobody knows.
fn operations(state: &State, is_short: bool) -> Line {
    // Those of a procedure are told of with it.
    let is_part = |id: &OperationId| state.open_courses().any(|course| course.operations().any(|one| one.id == *id));
    let open: Vec<_> = state.operations.values().filter(|one| !one.outcome.is_end() && !is_part(&one.id)).collect();
    let unknown = state.operations.values().filter(|operation| operation.is_unsettled()).count();
    let mut line = match open.as_slice() {
        [] => Line::new(),
        [one] if !is_short => {
            Line::of(Role::Busy, format!("{} since {}", one.command.sentence(), text::clock(one.started_at)))
        }
        many => Line::of(Role::Busy, format!("{} running", many.len())),
    };
    if unknown > 0 {
        if !line.is_empty() {
            line = line.add(Role::Dim, ", ");
        }
        line = line.add(Role::Bad, format!("{} unknown (o)", text::count(unknown, "outcome")));
    }
    line
}

/// Procedures that are not over: where the only one is, and whether it waits for somebody here.
fn procedures(state: &State, is_short: bool) -> Line {
    let open: Vec<_> = state.open_courses().collect();
    let (words, id) = match open.as_slice() {
        [] => return Line::new(),
        [one] if is_short => (format!("restore {}/{}", one.at(), one.steps.len()), &one.id),
        [one] => (format!("restore {}", one.place()), &one.id),
        [.., last] => (format!("{} procedures", open.len()), &last.id),
    };
    let waits = state.tracked(id).is_some_and(|tracked| tracked.is_ours() && tracked.waits_for_person());
    Line::of(if waits { Role::Warn } else { Role::Busy }, words).add(Role::Dim, " (c)")
}

/// How many add-ons stand where nobody knows.
fn unknown(state: &State) -> Line {
    let tally = state.store.addons.tally();
    let unknown = tally.unknown + tally.missing;
    let mut line = if unknown > 0 { Line::of(Role::Warn, format!("{unknown} unknown")) } else { Line::new() };
    if let Some(shrink) = &state.store.addons.shrink {
        if !line.is_empty() {
            line = line.add(Role::Dim, ", ");
        }
        line = line.add(Role::Warn, format!("list lost {} of {}, kept", shrink.absent.len(), shrink.of));
    }
    line
}

/// How many requests are left, once that is less than half of them.
fn budget(state: &State, is_short: bool) -> Line {
    let Some(budget) = state.session.budget else { return Line::new() };
    let role = if budget.share() < LAST { Role::Bad } else { Role::Warn };
    if is_short {
        return Line::of(role, format!("{}% left", budget.share()));
    }
    Line::of(role, format!("{}/{} left", text::thousands(budget.remaining), text::thousands(budget.of)))
}

/// How often what is looked at is read, where a budget makes that less often than the platform bears.
fn slowed(state: &State, is_short: bool) -> Line {
    let words = match state.slowed() {
        (None, None) => return Line::new(),
        (Some(selected), Some(list)) if !is_short => format!("every {}, list {}", span(selected), span(list)),
        (Some(selected), _) => format!("every {}", span(selected)),
        (None, Some(list)) => format!("list every {}", span(list)),
    };
    Line::of(Role::Dim, words)
}

/// Parts that fail now, and else that there were errors.
fn errors(state: &State) -> Line {
    let failing = state.errors.iter().filter(|error| error.is_of_now()).count();
    match (failing, state.errors.len()) {
        (0, 0) => Line::new(),
        (0, errors) => Line::of(Role::Dim, format!("{} (e)", text::count(errors, "error"))),
        (failing, _) => Line::of(Role::Warn, format!("{} stale (e)", text::count(failing, "part"))),
    }
}
