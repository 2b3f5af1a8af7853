//! What changed lately, whoever did it.

use ratatui::layout::Rect;

use super::inset;
use crate::app::{Activity, Level, State};
use crate::view::canvas::{Canvas, Line};
use crate::view::theme::Role;

/// The width of the time in front of each line: without seconds, so that a usual name fits beside it.
const TIME_WIDTH: usize = 7;

/// Draws the newest of what happened, newest first.
pub(crate) fn activity(state: &State, canvas: &mut Canvas<'_>, area: Rect) {
    let body = inset(canvas.titled(area, &Line::of(Role::Title, "Activity"), &Line::new()));
    let newest = state.activity.iter().rev().take(usize::from(body.height));
    let mut lines: Vec<Line> =
        newest.flat_map(|activity| activity_line(activity).wrap(usize::from(body.width), TIME_WIDTH)).collect();
    if lines.is_empty() {
        lines.push(Line::of(Role::Dim, "Nothing changed since this was opened."));
    }
    canvas.lines(body, &lines);
}

fn activity_line(activity: &Activity) -> Line {
    Line::of(Role::Dim, activity.at.strftime("%H:%MZ ").to_string())
        .add(level_role(activity.level), activity.text.clone())
}

/// What a level of loudness looks like.
pub(crate) fn level_role(level: Level) -> Role {
    match level {
        Level::Info => Role::Text,
        Level::Warning => Role::Warn,
        Level::Error => Role::Bad,
    }
}
