//! What is told of one step: how far it is, its commands one by one, its apps, what is left.

use crate::app::{State, Tracked, left_over};
use crate::model::{Act, Goal, Known, Late, Part, StepState, Work, WorkState, printable, size};
use crate::view::canvas::Line;
use crate::view::glyphs::Glyphs;
use crate::view::text;
use crate::view::theme::Role;
use crate::view::widgets;

const INDENT: &str = "      ";

/// The lines below a step.
pub(super) fn details(state: &State, tracked: Tracked<'_>, index: usize, glyphs: &Glyphs) -> Vec<Line> {
    let course = tracked.course;
    let Some((step, status)) = course.procedure.steps.get(index).zip(course.steps.get(index)) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    match &status.state {
        StepState::Done(message) if !message.is_empty() && *message != step.done => {
            lines.push(Line::of(Role::Dim, format!("{INDENT}{message}")));
        }
        StepState::Failed(message) => lines.push(Line::of(Role::Bad, format!("{INDENT}{message}"))),
        _ => {}
    }
    let is_switch = step.act == Act::Late { late: Late::SwitchOver };
    if is_switch && !status.current().is_empty() {
        lines.push(moved_line(tracked, index));
    }
    // One command that has the step's own name needs no line of its own while nothing is said of it.
    let has_lines = status.parts.len() > 1 || step.act == Act::Check || is_switch;
    for part in &status.parts {
        let work = part.operation.as_ref().and_then(|operation| state.works.get(&operation.id));
        if has_lines {
            lines.push(part_line(part, glyphs));
        }
        if let (Some(work), StepState::Running) = (work, &part.state) {
            lines.push(work_line(work));
        }
        if let (StepState::Failed(message) | StepState::Unknown(message), false) = (&part.state, has_lines) {
            let role = if matches!(part.state, StepState::Failed(_)) { Role::Bad } else { Role::Warn };
            // What looking into it came to is said with it.
            let told = part.operation.as_ref().and_then(|operation| operation.outcome.told());
            lines.push(Line::of(role, format!("{INDENT}{}", told.as_ref().unwrap_or(message))));
        }
    }
    if is_switch {
        lines.extend(
            tracked.drive.iter().flat_map(|drive| &drive.apps).map(|app| app_line(&app.app, &app.is_moved, glyphs)),
        );
    }
    let is_now = index == course.at();
    match &step.act {
        Act::Download { file, .. } => {
            let file = printable(&file.display().to_string());
            lines.push(match tracked.drive.and_then(|drive| drive.download).filter(|_| is_now) {
                Some((bytes, Some(of))) => {
                    Line::of(Role::Busy, format!("{INDENT}{} of {} in {file}", size(bytes), size(of)))
                }
                Some((bytes, None)) => Line::of(Role::Busy, format!("{INDENT}{} in {file}", size(bytes))),
                None => Line::of(Role::Dim, format!("{INDENT}{file}")),
            });
        }
        Act::Person { what } => lines.push(Line::text(format!("{INDENT}{what}"))),
        Act::Check if is_now && tracked.is_open() => lines.extend(check(state, tracked)),
        Act::CleanUp if is_now || course.end.is_some() => lines.extend(left(state, tracked, glyphs)),
        _ => {}
    }
    lines
}

/// `3/5 moved · billing failed`.
fn moved_line(tracked: Tracked<'_>, index: usize) -> Line {
    let Some(status) = tracked.course.steps.get(index) else { return Line::new() };
    let parts = status.current();
    let done = parts.iter().filter(|part| matches!(part.state, StepState::Done(_))).count();
    let word = if status.is_back() { "moved back" } else { "moved" };
    let what = if parts.iter().all(|part| part.command.app().is_none()) { "commands sent" } else { word };
    let mut line = Line::of(Role::Strong, format!("{INDENT}{done}/{} {what}", parts.len()));
    for part in parts {
        if let StepState::Failed(message) = &part.state {
            let name = part.command.app().map_or_else(|| part.command.sentence(), str::to_owned);
            line = line.add(Role::Bad, format!(", {name} failed: {message}"));
        }
    }
    line
}

fn part_line(part: &Part, glyphs: &Glyphs) -> Line {
    let (sign, role, word) = match &part.state {
        StepState::Waiting => (glyphs.idle, Role::Dim, "waits".to_owned()),
        StepState::Running => (glyphs.busy, Role::Busy, "is sent".to_owned()),
        StepState::Done(_) => (glyphs.done, Role::Good, "done".to_owned()),
        StepState::Skipped => (glyphs.none, Role::Dim, "left out".to_owned()),
        // Why, the line above all commands says.
        StepState::Failed(_) => (glyphs.failed, Role::Bad, "failed".to_owned()),
        StepState::Unknown(message) => (glyphs.unknown, Role::Warn, format!("outcome unknown: {message}")),
        StepState::TakenBack => (glyphs.leaving, Role::Warn, "taken back".to_owned()),
    };
    Line::of(role, format!("{INDENT}{sign} ")).add(Role::Text, format!("{}  ", part.command.sentence())).add(role, word)
}

fn app_line(app: &str, is_moved: &Known<Result<(), String>>, glyphs: &Glyphs) -> Line {
    let (sign, role, words) = match is_moved {
        Known::Is(Ok(())) => (glyphs.done, Role::Good, "read again: it is so".to_owned()),
        Known::Is(Err(why)) => (glyphs.failed, Role::Bad, why.clone()),
        Known::Unknown(why) => (glyphs.unknown, Role::Warn, format!("not known: {why}")),
    };
    Line::of(role, format!("{INDENT}{sign} ")).add(Role::Strong, app).add(role, format!("  {words}"))
}

/// The platform's step, and how far it is.
fn work_line(work: &Work) -> Line {
    let stands = match (&work.state, &work.step) {
        (WorkState::Queued, _) => "it waits for its turn".to_owned(),
        (_, Some(step)) => step.replace('_', " "),
        (_, None) => work.kind.replace('_', " "),
    };
    let since = work.started_at.map_or_else(String::new, |at| format!(", since {}", text::clock(at)));
    let progress = work.progress.as_ref().and_then(widgets::progress_words);
    let progress = progress.map_or_else(String::new, |progress| format!(": {progress}"));
    Line::of(Role::Busy, format!("{INDENT}{stands}{progress}")).add(Role::Dim, since)
}

/// What to look at, and what it would lose.
fn check(state: &State, tracked: Tracked<'_>) -> Vec<Line> {
    let goal = &tracked.course.procedure.goal;
    let mut lines = vec![Line::of(Role::Dim, format!("{INDENT}$ ")).add(
        Role::Text,
        crate::model::shell_line([
            "attache",
            "--profile",
            state.session.profile.as_str(),
            "connect",
            goal.replacement(),
        ]),
    )];
    if let Some(at) = goal.restore().and_then(|goal| goal.backup_started_at) {
        let what = format!(
            "{INDENT}It holds the data as of {}: what was written later is not in it.",
            text::day_and_clock(at)
        );
        lines.push(Line::text(what));
    }
    lines
}

/// What is left over, with what puts it right.
fn left(state: &State, tracked: Tracked<'_>, glyphs: &Glyphs) -> Vec<Line> {
    let mut lines: Vec<Line> = left_over(state, tracked.course)
        .into_iter()
        .map(|left| {
            let line = Line::text(format!("{INDENT}{} {}", glyphs.note, left.what));
            match (left.way, left.line) {
                (_, Some(shell)) => line.add(Role::Dim, format!("; {shell}")),
                (Some(way), None) => line.add(Role::Dim, format!("; {way}")),
                (None, None) => line,
            }
        })
        .collect();
    if lines.is_empty() {
        let what = match &tracked.course.procedure.goal {
            Goal::Restore(_) | Goal::Drill(_) | Goal::Destroy(_) => "Nothing is left over.",
        };
        lines.push(Line::of(Role::Dim, format!("{INDENT}{what}")));
    }
    lines
}
