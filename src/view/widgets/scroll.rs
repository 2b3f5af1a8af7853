//! Text of which a part is seen, with a word on how much is not.

use ratatui::layout::Rect;

use crate::view::canvas::{Canvas, Line};
use crate::view::theme::Role;

/// Draws lines from `offset` on (already wrapped); when not all fit, the last row says how many are above and below.
pub(crate) fn scroll(canvas: &mut Canvas<'_>, area: Rect, lines: &[Line], offset: usize) {
    let height = usize::from(area.height);
    if height == 0 {
        return;
    }
    if lines.len() <= height {
        canvas.measured(0);
        canvas.lines(area, lines);
        return;
    }
    let room = height.saturating_sub(1);
    canvas.measured(lines.len() - room);
    let start = offset.min(lines.len() - room);
    let end = (start + room).min(lines.len());
    canvas.lines(Rect { height: area.height.saturating_sub(1), ..area }, &lines[start..end]);
    let (above, below) = (start, lines.len() - end);
    let words = match (above, below) {
        (0, below) => format!("{below} more below (PgDn)"),
        (above, 0) => format!("{above} more above (PgUp)"),
        (above, below) => format!("{above} more above (PgUp), {below} more below (PgDn)"),
    };
    canvas.line(area, area.height - 1, &Line::of(Role::Warn, words));
}
