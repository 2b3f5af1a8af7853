//! A procedure on all of the screen: its steps with how they stand, what goes on, and at the bottom what is next.

mod details;

use jiff::Timestamp;
use ratatui::layout::Rect;

use super::confirm::profile_badge;
use crate::app::modal::CourseView;
use crate::app::{State, Tracked};
use crate::model::{self, Act, Next, Outcome, Step, StepState, StepStatus};
use crate::view::canvas::{Canvas, Line};
use crate::view::glyphs::Glyphs;
use crate::view::layout;
use crate::view::panes::wrapped;
use crate::view::text;
use crate::view::theme::Role;
use crate::view::widgets;

/// Where there is no room for whole sentences.
const NARROW: u16 = 60;

/// Draws a procedure.
pub(crate) fn course(state: &State, view: &CourseView, canvas: &mut Canvas<'_>, screen: Rect) {
    let area = layout::modal(screen, u16::MAX, u16::MAX);
    let is_floating = layout::floats(screen);
    canvas.clear(if is_floating { Rect { x: screen.x, width: screen.width, ..area } } else { area });
    let Some(tracked) = state.tracked(&view.id) else { return };
    let course = tracked.course;
    let badge = Line::of(Role::Strong, format!("{}/{}", course.at(), course.steps.len()))
        .add(Role::Text, "  ")
        .join(profile_badge(state));
    let room = usize::from(area.width).saturating_sub(badge.width() + 7);
    let title = Line::of(Role::Title, course.procedure.goal.sentence());
    let mut inner = canvas.titled(area, &title.cut(room, canvas.glyphs()), &badge);
    if is_floating {
        canvas.edges(area);
        let height = inner.height.saturating_sub(1);
        inner = Rect { x: inner.x.saturating_add(3), width: inner.width.saturating_sub(6), height, ..inner };
    } else {
        inner = Rect { x: inner.x.saturating_add(1), width: inner.width.saturating_sub(2), ..inner };
    }
    let glyphs = canvas.glyphs();
    let pinned = wrapped(&pinned(state, tracked, inner.width < NARROW), inner.width);
    let most = inner.height.saturating_sub(2);
    let below = u16::try_from(pinned.len()).unwrap_or(u16::MAX).min(most);
    let gap = u16::from(inner.height > below + 6);
    let body_area = Rect { height: inner.height.saturating_sub(below + gap), ..inner };
    let (lines, at) = body(state, tracked, view, glyphs, inner.width);
    // The step that is looked at is in sight with what was before it, as far as there is room.
    let above = usize::from(body_area.height / 4);
    let offset = at.saturating_sub(above) + usize::from(view.scroll);
    widgets::scroll(canvas, body_area, &lines, offset);
    canvas.lines(Rect { y: inner.bottom().saturating_sub(below), height: below, ..inner }, &pinned);
}

/// All lines, and the place of the one of the step that is looked at.
fn body(state: &State, tracked: Tracked<'_>, view: &CourseView, glyphs: &Glyphs, width: u16) -> (Vec<Line>, usize) {
    let course = tracked.course;
    let looked_at = view.at.unwrap_or(course.at()).min(course.steps.len().saturating_sub(1));
    let mut lines = Vec::new();
    let mut place = 0;
    for (index, (step, status)) in course.procedure.steps.iter().zip(&course.steps).enumerate() {
        let is_here = index == looked_at;
        if is_here {
            place = lines.len();
        }
        lines.push(step_line(state, tracked, (index, step, status), is_here, glyphs, width));
        if is_here || index == course.at() {
            let details = details::details(state, tracked, index, glyphs);
            lines.extend(wrapped(&details, width));
        }
    }
    (lines, place)
}

/// One step: sign, number, title, and at the right how it stands.
fn step_line(
    state: &State,
    tracked: Tracked<'_>,
    (index, step, status): (usize, &Step, &StepStatus),
    is_here: bool,
    glyphs: &Glyphs,
    width: u16,
) -> Line {
    let is_next = index == tracked.course.at() && tracked.is_open();
    let has_failed = is_next && matches!(tracked.course.next(), Next::Decide { part: Some(_), .. });
    let (sign, role) = if has_failed { (glyphs.failed, Role::Bad) } else { sign(&status.state, is_next, glyphs) };
    let cursor = if is_here { glyphs.cursor } else { " " };
    let head = Line::of(Role::Key, format!("{cursor} ")).add(role, format!("{sign} {} ", index + 1));
    let words = words(state, tracked, step, status, is_next, width < NARROW);
    let title_role = if is_next { Role::Strong } else { Role::Text };
    let room = usize::from(width).saturating_sub(head.width() + text::width(&words) + 2);
    let title = text::cut(&step.title, room, glyphs);
    head.add(title_role, text::pad(&title, room)).add(role, format!("  {words}"))
}

fn sign(state: &StepState, is_next: bool, glyphs: &Glyphs) -> (&'static str, Role) {
    match state {
        StepState::Waiting if is_next => (glyphs.live, Role::Key),
        StepState::Waiting => (glyphs.idle, Role::Dim),
        StepState::Running => (glyphs.busy, Role::Busy),
        StepState::Done(_) => (glyphs.done, Role::Good),
        StepState::Skipped => (glyphs.none, Role::Dim),
        StepState::Failed(_) => (glyphs.failed, Role::Bad),
        StepState::Unknown(_) => (glyphs.unknown, Role::Warn),
        StepState::TakenBack => (glyphs.leaving, Role::Warn),
    }
}

fn clock(at: Timestamp) -> String {
    at.strftime("%H:%MZ").to_string()
}

/// How a step stands, with times.
fn words(
    state: &State,
    tracked: Tracked<'_>,
    step: &Step,
    status: &StepStatus,
    is_next: bool,
    is_narrow: bool,
) -> String {
    let has_failed = is_next && matches!(tracked.course.next(), Next::Decide { .. });
    let since = status.began_at.map_or_else(String::new, |at| format!(" since {}", clock(at)));
    match &status.state {
        _ if has_failed && status.state == StepState::Running => "failed".to_owned(),
        StepState::Waiting if is_next && tracked.waits_for_person() => "next".to_owned(),
        StepState::Waiting if is_next => "now".to_owned(),
        StepState::Waiting if !tracked.is_open() => "not done".to_owned(),
        StepState::Waiting => "waiting".to_owned(),
        StepState::Running => {
            let usual = usual(state, tracked, step).filter(|_| !is_narrow);
            let usual = usual.map_or_else(String::new, |usual| format!(", usually {usual}"));
            format!("now{since}{usual}")
        }
        StepState::Done(_) => {
            let at = status.at.map_or_else(String::new, |at| format!(" {}", clock(at)));
            let took = status.began_at.zip(status.at).filter(|(from, to)| from < to && !is_narrow);
            let took = took.map_or_else(String::new, |(from, to)| format!(" took {}", model::duration(from, to)));
            format!("done{at}{took}")
        }
        StepState::Skipped => "skipped".to_owned(),
        StepState::Failed(_) => "failed".to_owned(),
        StepState::Unknown(_) => "unknown".to_owned(),
        StepState::TakenBack => "taken back".to_owned(),
    }
}

/// How long making the replacement usually takes, where that is known.
fn usual(state: &State, tracked: Tracked<'_>, step: &Step) -> Option<String> {
    let is_restore = matches!(&step.act, Act::Send { command } if matches!(**command, model::Command::Restore(_)));
    let known = state.store.rehearsals.get(tracked.course.procedure.goal.addon_id())?.value.as_ref()?;
    let took = known.usual.as_ref().filter(|_| is_restore)?.took;
    let from = Timestamp::UNIX_EPOCH;
    Some(model::duration(from, from.checked_add(took).ok()?))
}

/// What is next, and how.
fn pinned(state: &State, tracked: Tracked<'_>, is_narrow: bool) -> Vec<Line> {
    let course = tracked.course;
    let mut lines = Vec::new();
    if let Some(problem) = tracked.drive.and_then(|drive| drive.problem.as_ref()) {
        lines.push(Line::of(Role::Warn, problem.clone()));
    }
    if let Some(why) = state.session.no_writes.as_ref().filter(|_| tracked.is_open()) {
        lines.push(Line::of(Role::Warn, why.clone()));
    }
    if !tracked.is_open() {
        let place = course.place();
        lines.push(Line::of(Role::Strong, format!("It is over: {}.", place.trim_end_matches('.'))));
        return lines;
    }
    if !tracked.is_ours() {
        let driver = tracked.driver();
        let alive = if course.is_driver_alive == Some(false) { ", which is gone" } else { "" };
        lines.push(
            Line::text(format!("{driver}{alive} drives it; you watch. "))
                .add(Role::Key, "T")
                .add(Role::Text, " takes over."),
        );
        return lines;
    }
    let key = |key: &str, words: &str| Line::of(Role::Key, key).add(Role::Text, format!(" {words}"));
    let title = tracked.step().map_or("", |(_, step, _)| step.title.as_str());
    let enter = |words: String| key("Enter", &words);
    lines.push(match course.next() {
        Next::Send { command, .. } if tracked.is_approved(&command) => Line::text("It goes on by itself."),
        Next::Send { .. } | Next::Bind { .. } if is_narrow => enter("shows it, to be confirmed".to_owned()),
        Next::Send { command, .. } => enter(format!("shows what it does, to be confirmed: {}", command.sentence())),
        Next::Bind { .. } => enter(format!("shows what it does, to be typed: {title}")),
        Next::Follow { operation, .. } => {
            let is_unknown =
                course.operations().any(|one| one.id == operation && matches!(one.outcome, Outcome::Unknown { .. }));
            match (is_unknown, is_narrow) {
                (true, true) => Line::of(Role::Warn, "Outcome unknown: looked into"),
                (true, false) => Line::of(
                    Role::Warn,
                    "Whether it happened is not known. It is looked into; nothing more is sent before that is known.",
                ),
                (false, true) => Line::of(Role::Busy, "Goes on at the platform, also without us"),
                (false, false) => Line::of(
                    Role::Busy,
                    "It goes on at the platform, also when you leave; then it is gone on with here.",
                ),
            }
        }
        Next::Download { .. } => Line::of(Role::Busy, "It is downloaded."),
        Next::Verify { .. } => Line::of(Role::Busy, "Every app is read again before it is said to be done."),
        Next::Person { .. } => match tracked.step().map(|(_, step, _)| &step.act) {
            Some(Act::Check) if is_narrow => {
                key("G", "good ").join(key("N", "not ")).join(key("A", "test app ")).join(key("y", "line"))
            }
            Some(Act::Check) => key("G", "it is good  ")
                .join(key("N", "it is not good  "))
                .join(key("A", "attach it to a test app  "))
                .join(key("y", "copy the line that connects")),
            Some(Act::CleanUp) => enter("chooses what to put right, or ends the procedure".to_owned()),
            _ => enter("when it is done".to_owned()),
        },
        Next::Decide { .. } if is_narrow => enter("try again, leave out, stop".to_owned()),
        Next::Decide { .. } => enter("chooses: continue, move back, or stop here".to_owned()),
        Next::Finish | Next::Over => Line::text("All is done."),
    });
    lines
}
