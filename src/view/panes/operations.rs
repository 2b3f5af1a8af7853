//! Commands on their way, and those that ended lately.

use jiff::Timestamp;
use ratatui::layout::Rect;

use super::environments::step_words;
use super::{inset, stale_lines};
use crate::app::State;
use crate::model::Operation;
use crate::store::poll::Topic;
use crate::view::canvas::{Canvas, Line};
use crate::view::glyphs::Glyphs;
use crate::view::text;
use crate::view::theme::Role;
use crate::view::widgets::outcome_line;

/// Draws the newest operations.
pub(crate) fn operations(state: &State, canvas: &mut Canvas<'_>, area: Rect) {
    let running = state.operations.values().filter(|operation| !operation.outcome.is_end()).count();
    let right = if running > 0 { Line::of(Role::Busy, format!("{running} running")) } else { Line::new() };
    let body = inset(canvas.titled(area, &Line::of(Role::Key, "o ").add(Role::Title, "Operations"), &right));
    let glyphs = canvas.glyphs();
    let mut lines: Vec<Line> = state
        .operations
        .values()
        .rev()
        .take(usize::from(body.height))
        .flat_map(|operation| {
            let topic = Topic::Operation(operation.id.0.clone());
            let stale = stale_lines(state, "  Not followed,", &topic, body.width, glyphs);
            std::iter::once(operation_line(state, operation, glyphs)).chain(stale)
        })
        .take(usize::from(body.height))
        .collect();
    if lines.is_empty() {
        lines.push(Line::of(Role::Dim, "No command was sent yet."));
    }
    let hidden = state.operations.len().saturating_sub(usize::from(body.height));
    if hidden > 0 {
        lines.pop();
        lines.push(Line::of(Role::Dim, format!("{} more (o)", hidden + 1)));
    }
    canvas.lines(body, &lines);
}

fn when(operation: &Operation) -> Timestamp {
    if operation.outcome.is_end() { operation.updated_at } else { operation.started_at }
}

fn operation_line(state: &State, operation: &Operation, glyphs: &Glyphs) -> Line {
    let (words, role) = outcome_line(&operation.outcome, glyphs);
    let line = Line::of(Role::Dim, format!("{} ", text::clock(when(operation))))
        .add(role, text::pad(&words, 10))
        .add(Role::Text, format!(" {}", operation.command.sentence()));
    // Which step it is at, or which one failed.
    let step = state.works.get(&operation.id).and_then(step_words);
    let line = match step {
        Some(step) => line.add(role, format!(": {step}")),
        None => line,
    };
    match operation.outcome.told() {
        Some(message) => line.add(role, format!(": {message}")),
        None => line,
    }
}
