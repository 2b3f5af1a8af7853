//! What an add-on's app is deployed as, and whether what runs has the add-on's variables: derived from times, never told.

use jiff::Timestamp;
use ratatui::layout::Rect;

use super::{absent, inset, wrapped};
use crate::app::{Pane, State};
use crate::model::{Addon, Environment, Injection, Known, Work, WorkState};
use crate::view::canvas::{Canvas, Line};
use crate::view::glyphs::Glyphs;
use crate::view::text;
use crate::view::theme::Role;
use crate::view::widgets::{Cell, Column, Cut, Row, Table};

const COLUMNS: [Column; 6] = [
    Column { title: "ENVIRONMENT", min: 23, is_steady: false, ideal: 24, priority: 0, grow: 1, cut: Cut::Middle },
    Column { title: DERIVED, min: 18, is_steady: false, ideal: 30, priority: 1, grow: 0, cut: Cut::End },
    Column { title: "NEWEST", min: 8, is_steady: false, ideal: 22, priority: 2, grow: 2, cut: Cut::End },
    Column { title: "LIVE SINCE", min: 12, is_steady: false, ideal: 20, priority: 3, grow: 3, cut: Cut::End },
    Column { title: "STATE", min: 8, is_steady: false, ideal: 12, priority: 4, grow: 4, cut: Cut::End },
    Column { title: "BRANCH", min: 6, is_steady: false, ideal: 16, priority: 5, grow: 5, cut: Cut::Middle },
];

/// Whatever is left out, that this was not told stays above it.
const DERIVED: &str = "INJECTED (DERIVED)";

/// Draws them as a table with a cursor.
pub(super) fn environments(state: &State, addon: &Addon, canvas: &mut Canvas<'_>, area: Rect) {
    let Some(app) = state.deployed_app(addon) else { return };
    let slot = state.environments(app);
    let Some(list) = slot.and_then(|slot| slot.value.as_deref()).filter(|list| !list.is_empty()) else {
        let lines = match slot {
            Some(slot) if slot.value.is_some() => vec![Line::of(Role::Warn, format!("{app} has no environment."))],
            Some(slot) => absent(&slot.fresh, "its environments"),
            None => vec![Line::of(Role::Dim, "Its environments were not read yet.")],
        };
        let lines = wrapped(&lines, inset(area).width);
        canvas.lines(inset(area), &lines);
        return;
    };
    let cursor = Some(state.ui.environment.index(list.iter().map(|one| one.id.as_str())));
    let has_focus = state.ui.focus == Pane::Attachments && state.modals.is_empty();
    let (now, glyphs) = (state.clock(), canvas.glyphs());
    let table = Table { columns: &COLUMNS, total: list.len(), cursor, has_focus };
    table.draw(canvas, area, |index| Row { cells: cells(&list[index], addon, now, glyphs), is_marked: false });
}

fn cells(environment: &Environment, addon: &Addon, now: Timestamp, glyphs: &Glyphs) -> Vec<Cell> {
    let none = || Cell::of(Role::Dim, glyphs.none);
    let (role, words) = injection(&environment.injection(addon.created_at));
    let live = match &environment.live_since {
        Known::Is(Some(at)) => Cell::text(text::moment(*at, now)),
        Known::Is(None) => Cell::of(Role::Dim, "never"),
        Known::Unknown(_) => Cell::of(Role::Warn, "unknown"),
    };
    let name = match environment.is_production {
        true => Cell {
            short: Some(format!("{} {}", environment.name, glyphs.ready)),
            ..Cell::of(Role::Strong, format!("{} (production)", environment.name))
        },
        false => Cell::text(environment.name.clone()),
    };
    vec![
        name,
        Cell::of(role, words),
        environment.newest.as_ref().map_or_else(none, |work| newest(work, now, glyphs)),
        live,
        if environment.state_word.is_empty() { none() } else { Cell::text(environment.state_word.clone()) },
        environment.branch.clone().map_or_else(none, Cell::text),
    ]
}

/// The cell below the heading that says that it is derived.
fn injection(injection: &Injection) -> (Role, String) {
    match injection {
        Injection::Injected => (Role::Good, "yes".to_owned()),
        Injection::Pending => (Role::Warn, "not yet: redeploy".to_owned()),
        Injection::NotDeployed => (Role::Dim, "not deployed".to_owned()),
        Injection::Unknown(why) => (Role::Warn, format!("unknown: {why}")),
    }
}

/// How the newest deployment stands.
fn newest(work: &Work, now: Timestamp, glyphs: &Glyphs) -> Cell {
    let at = work.created_at.map_or_else(String::new, |at| format!(" {}", text::moment(at, now)));
    let (sign, role) = work_sign(&work.state, glyphs);
    let word = format!("{sign} {}", work.stands());
    Cell { short: Some(word.clone()), ..Cell::of(role, format!("{word}{at}")) }
}

/// The sign and colour of how something of the platform stands.
pub(crate) fn work_sign(state: &WorkState, glyphs: &Glyphs) -> (&'static str, Role) {
    match state {
        WorkState::Queued => (glyphs.idle, Role::Busy),
        WorkState::Running => (glyphs.busy, Role::Busy),
        WorkState::Done => (glyphs.done, Role::Good),
        WorkState::Failed => (glyphs.failed, Role::Bad),
        WorkState::Other(_) => (glyphs.unknown, Role::Warn),
    }
}

/// The steps of something that the platform does, each with how it stands; none where it tells none.
pub(crate) fn step_lines(work: &Work, glyphs: &Glyphs) -> Vec<Line> {
    let widest = work.steps.iter().map(|step| text::width(&step.name)).max().unwrap_or(0).min(30);
    let line = |step: &crate::model::WorkStep| {
        let (sign, role, word) = match &step.state {
            None => (glyphs.none, Role::Dim, "not begun"),
            Some(state) => {
                let (sign, role) = work_sign(state, glyphs);
                (sign, role, state.word())
            }
        };
        Line::of(role, format!("{sign} ")).add(Role::Text, text::pad(&step.name, widest)).add(role, format!("  {word}"))
    };
    work.steps.iter().map(line).collect()
}

/// How far it is: `build (3 of 6)`, or the step that failed; `None` where no step is told.
pub(crate) fn step_words(work: &Work) -> Option<String> {
    let place = |is: fn(&WorkState) -> bool| work.steps.iter().position(|step| step.state.as_ref().is_some_and(is));
    let failed = place(|state| *state == WorkState::Failed);
    let running = place(WorkState::is_under_way);
    let at = failed.or(running)?;
    let word = if failed.is_some() { " failed" } else { "" };
    Some(format!("{}{word} ({} of {})", work.steps[at].name, at + 1, work.steps.len()))
}

/// That something waits for a deployment, for where an add-on's state is told.
pub(crate) fn waiting_lines(state: &State, addon: &Addon) -> Vec<Line> {
    let names: Vec<&str> = state.not_injected(addon).map(|one| one.name.as_str()).collect();
    let Some(app) = state.deployed_app(addon).filter(|_| !names.is_empty()) else { return Vec::new() };
    let key = crate::app::keymap::shown_key(crate::app::keymap::Intent::Redeploy);
    let words = format!("not yet injected into {} of {app}: redeploy (derived) ", names.join(", "));
    vec![Line::of(Role::Warn, words).add(Role::Key, key)]
}

/// All of them in lines, for a description.
pub(crate) fn environment_lines(state: &State, addon: &Addon, glyphs: &Glyphs) -> Vec<Line> {
    let Some(app) = state.deployed_app(addon) else { return Vec::new() };
    let mut lines = vec![Line::of(Role::Strong, format!("Environments of {app}"))];
    match state.environments(app) {
        Some(slot) => match &slot.value {
            Some(list) if list.is_empty() => lines.push(Line::of(Role::Warn, "  none")),
            Some(list) => list.iter().for_each(|one| lines.push(environment_line(one, addon, state.clock(), glyphs))),
            None => lines.extend(absent(&slot.fresh, "its environments")),
        },
        None => lines.push(Line::of(Role::Dim, "  They were not read yet.")),
    }
    lines.push(Line::new());
    lines
}

fn environment_line(environment: &Environment, addon: &Addon, now: Timestamp, glyphs: &Glyphs) -> Line {
    let injected = environment.injection(addon.created_at);
    let mark = if environment.is_production { " (production)" } else { "" };
    let mut line = Line::text(format!("  {}{mark}  ", environment.name)).add(injection(&injected).0, injected.words());
    if let Known::Is(Some(at)) = &environment.live_since {
        line = line.add(Role::Dim, format!(", live since {}", text::day_and_clock(*at)));
    }
    if let Some(work) = &environment.newest {
        line = line.add(Role::Dim, ", newest deployment ").add(Role::Text, newest(work, now, glyphs).text);
    }
    line
}
