//! The way to a restore, one file for each stage: what it shows above, what is said of it and typed at the bottom.

mod backups;
mod find;
mod moment;
mod way;

use ratatui::layout::Rect;
use tui_input::Input;

use super::confirm::profile_badge;
use crate::app::State;
use crate::app::modal::{RestoreStage, RestoreWizard};
use crate::view::canvas::{Canvas, Line};
use crate::view::layout;
use crate::view::panes::wrapped;
use crate::view::text;
use crate::view::theme::Role;
use crate::view::widgets;

/// How wide it is where there is room.
const WIDTH: u16 = 116;

/// What stays in sight at the bottom.
#[derive(Default)]
struct Bottom<'a> {
    /// What is said of what is chosen or typed.
    lines: Vec<Line>,
    /// The line that is typed into, with its label.
    input: Option<(&'a str, &'a Input)>,
}

/// Draws the wizard at its stage.
pub(crate) fn restore(state: &State, wizard: &RestoreWizard, canvas: &mut Canvas<'_>, screen: Rect) {
    let area = layout::modal(screen, WIDTH, u16::MAX);
    let is_floating = layout::floats(screen);
    canvas.clear(if is_floating { Rect { x: screen.x, width: screen.width, ..area } } else { area });
    let badge = profile_badge(state);
    let room = usize::from(area.width).saturating_sub(badge.width() + 7);
    let mut inner = canvas.titled(area, &title(wizard, room, canvas), &badge);
    if is_floating {
        canvas.edges(area);
        inner.height = inner.height.saturating_sub(1);
        inner = Rect { y: inner.y.saturating_add(1), height: inner.height.saturating_sub(1), ..inner };
    }
    let side = if is_floating { 3 } else { 1 };
    let inner = Rect { x: inner.x.saturating_add(side), width: inner.width.saturating_sub(2 * side), ..inner };
    match wizard.stage {
        RestoreStage::Find => find::draw(state, wizard, canvas, inner),
        RestoreStage::Moment => moment::draw(state, wizard, canvas, inner),
        RestoreStage::Backup => backups::draw(state, wizard, canvas, inner),
        RestoreStage::Way => way::draw(state, wizard, canvas, inner),
    }
}

/// The count comes first: it is what must not be cut off. The name gives way before the words of the stage do.
fn title(wizard: &RestoreWizard, room: usize, canvas: &Canvas<'_>) -> Line {
    let count = format!("{}/{} ", wizard.stage.number(), RestoreStage::COUNT);
    let words = format!("{} {}", canvas.glyphs().dot, wizard.stage.words());
    let what = match (wizard.name(), &wizard.backup.picked) {
        (Some(name), _) if wizard.stage > RestoreStage::Find => format!("Restore {name}"),
        (None, Some(backup)) => format!("Restore backup {}", backup.id),
        _ => "Restore".to_owned(),
    };
    let left = room.saturating_sub(text::width(&count) + text::width(&words) + 1);
    let (what, words) = match left < 12 {
        true => (text::cut_middle(&what, room.saturating_sub(text::width(&count)), canvas.glyphs()), String::new()),
        false => (text::cut_middle(&what, left, canvas.glyphs()), format!(" {words}")),
    };
    Line::of(Role::Strong, count).add(Role::Title, what).add(Role::Dim, words)
}

/// Draws what is at the bottom; returns the area above it. What is wrong comes first, and the input line is never pushed out.
fn bottom(wizard: &RestoreWizard, canvas: &mut Canvas<'_>, area: Rect, bottom: Bottom<'_>) -> Rect {
    let mut lines = match &wizard.error {
        Some(error) => vec![Line::of(Role::Bad, error.clone())],
        None => bottom.lines,
    };
    lines = wrapped(&lines, area.width);
    let input_rows = u16::from(bottom.input.is_some());
    // What is chosen from has the most of it, but for what is wrong.
    let most = if is_small(area) && wizard.error.is_none() { 3 } else { area.height / 2 + 1 }
        .saturating_sub(input_rows)
        .max(1);
    lines.truncate(usize::from(most));
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(input_rows).min(area.height);
    let top = area.bottom() - rows;
    canvas.lines(Rect { y: top, height: rows - input_rows.min(rows), ..area }, &lines);
    if let Some((label, input)) = bottom.input {
        let row = Rect { y: area.bottom().saturating_sub(1), height: area.height.min(1), ..area };
        widgets::input(canvas, row, label, input.value(), input.cursor(), true);
    }
    let above = area.height - rows;
    let gap = u16::from(above > 12);
    Rect { height: above - gap, ..area }
}

/// Whether there is only room for what matters most.
fn is_small(area: Rect) -> bool {
    area.height < 12
}

/// Draws lines at the top, as many as leave `least` rows; returns the area below them.
fn head(canvas: &mut Canvas<'_>, area: Rect, lines: &[Line], least: u16) -> Rect {
    let lines = wrapped(lines, area.width);
    let room = Rect { height: area.height.saturating_sub(least).max(1).min(area.height), ..area };
    let used = u16::try_from(canvas.lines(room, &lines)).unwrap_or(u16::MAX);
    let gap = u16::from(used > 0 && area.height > used + 12);
    let below = (used + gap).min(area.height);
    Rect { y: area.y + below, height: area.height - below, ..area }
}
