//! Text of which a part is seen, with a word on how much is not.

use ratatui::layout::Rect;

use crate::view::canvas::{Canvas, Line};
use crate::view::theme::Role;

/// Less than this is little room for a sentence.
const NARROW: u16 = 60;

/// Where a part of the text begins, so that it can be named while it is out of sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Its first line.
    pub(crate) at: usize,
    /// What it is called.
    pub(crate) label: &'static str,
    /// Whether it must not be overlooked.
    pub(crate) is_alarming: bool,
}

/// Draws lines from `offset` on (already wrapped); when not all fit, the last row says how many are above and below.
pub(crate) fn scroll(canvas: &mut Canvas<'_>, area: Rect, lines: &[Line], offset: usize) {
    scroll_marked(canvas, area, lines, offset, &[]);
}

/// The same; what is out of sight below is named, what must not be overlooked first. The marks are in the order of the lines.
pub(crate) fn scroll_marked(canvas: &mut Canvas<'_>, area: Rect, lines: &[Line], offset: usize, marks: &[Mark]) {
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
        // What is below has to be named, and there is little room to do so.
        (0, below) if !marks.is_empty() && area.width < NARROW => format!("PgDn {below}"),
        (above, below) if !marks.is_empty() && area.width < NARROW && below > 0 => format!("PgUp {above} PgDn {below}"),
        (0, below) => format!("{below} more below (PgDn)"),
        (above, 0) => format!("{above} more above (PgUp)"),
        (above, below) => format!("{above} more above (PgUp), {below} more below (PgDn)"),
    };
    let ends = marks.iter().skip(1).map(|mark| mark.at).chain([lines.len()]);
    let mut hidden: Vec<&Mark> = marks.iter().zip(ends).filter(|(_, to)| *to > end).map(|(mark, _)| mark).collect();
    hidden.sort_by_key(|mark| !mark.is_alarming);
    let mut line = Line::of(Role::Warn, words);
    for (index, mark) in hidden.into_iter().enumerate() {
        let role = if mark.is_alarming { Role::Bad } else { Role::Warn };
        line = line.add(Role::Warn, if index == 0 { ": " } else { ", " }).add(role, mark.label);
    }
    canvas.line(area, area.height - 1, &line);
}
