//! The frame of a modal: a title, what can be scrolled, and what stays in sight at its bottom.

use ratatui::layout::Rect;

use crate::view::canvas::{Canvas, Line};
use crate::view::layout;
use crate::view::panes::wrapped;
use crate::view::widgets::{self, Mark};

/// A modal before it has a place.
#[derive(Default)]
pub(crate) struct Window {
    /// What it is.
    pub(crate) title: Line,
    /// At the right of the title.
    pub(crate) right: Line,
    /// What can be scrolled.
    pub(crate) body: Vec<Line>,
    /// Where its parts begin, in lines of the body.
    pub(crate) marks: Vec<Mark>,
    /// The first line of it that is shown.
    pub(crate) scroll: usize,
    /// What stays in sight below it.
    pub(crate) pinned: Vec<Line>,
    /// How many rows are kept for what is drawn by the modal itself: an input line, a list.
    pub(crate) extra: u16,
    /// Whether those rows come right below the body, with what is pinned below them, and not at the very bottom.
    pub(crate) is_list: bool,
}

/// How wide a modal is where there is room.
const WIDTH: u16 = 100;

/// How wide a title may be beside what stands at its right.
pub(crate) fn title_room(screen: Rect, right: &Line) -> usize {
    usize::from(layout::modal(screen, WIDTH, 10).width).saturating_sub(right.width() + 7)
}

impl Window {
    /// Draws it; returns the area of the `extra` rows.
    pub(crate) fn draw(self, canvas: &mut Canvas<'_>, screen: Rect) -> Rect {
        let is_floating = layout::floats(screen);
        let side = if is_floating { 3 } else { 1 };
        let width = layout::modal(screen, WIDTH, 10).width;
        let inner_width = width.saturating_sub(2 * side);
        let marks = placed(&self.marks, &self.body, inner_width);
        let body = wrapped(&self.body, inner_width);
        let pinned = wrapped(&self.pinned, inner_width);
        let rows = |lines: usize| u16::try_from(lines).unwrap_or(u16::MAX);
        // The edges: title and lower one, with a blank row below the one and another between body and bottom.
        let bottom = rows(pinned.len()).saturating_add(self.extra);
        let edges: u16 = if is_floating { 4 } else { 1 };
        let wanted = rows(body.len()).saturating_add(bottom).saturating_add(edges);
        let area = layout::modal(screen, WIDTH, wanted);
        // What stands beside it is cleared, too: halves of words are no context.
        canvas.clear(if is_floating { Rect { x: screen.x, width: screen.width, ..area } } else { area });
        // The badge at the right says where this happens: it is never pushed out by a long title.
        let title = self.title.cut(title_room(screen, &self.right), canvas.glyphs());
        let mut inner = canvas.titled(area, &title, &self.right);
        if is_floating {
            canvas.edges(area);
            inner.height = inner.height.saturating_sub(1);
            inner = Rect { y: inner.y.saturating_add(1), height: inner.height.saturating_sub(1), ..inner };
        }
        let inner = Rect { x: inner.x.saturating_add(side), width: inner_width.min(inner.width), ..inner };
        if self.is_list {
            return list_window(canvas, inner, body, &pinned, self.extra);
        }
        let bottom = bottom.min(inner.height);
        // Where there is little room, every row says something.
        let gap = u16::from(bottom > 0 && inner.height > bottom + 6 && !body.is_empty());
        let body_area = Rect { height: inner.height - bottom - gap.min(inner.height - bottom), ..inner };
        widgets::scroll_marked(canvas, body_area, &body, self.scroll, &marks);
        // The input line is never pushed out by what is pinned above it.
        let extra_height = self.extra.min(bottom);
        let above = Rect { y: inner.bottom() - bottom, height: bottom - extra_height, ..inner };
        canvas.lines(above, &pinned);
        Rect { y: above.bottom(), height: extra_height, ..inner }
    }
}

/// The marks where their lines are once the body is broken to that width.
fn placed(marks: &[Mark], body: &[Line], width: u16) -> Vec<Mark> {
    let at = |mark: &Mark| wrapped(body.get(..mark.at).unwrap_or(body), width).len();
    marks.iter().map(|mark| Mark { at: at(mark), ..*mark }).collect()
}

/// Body, then the list, then what is known of the list's choice. When there is little room the list has it, then the body.
fn list_window(canvas: &mut Canvas<'_>, inner: Rect, mut body: Vec<Line>, pinned: &[Line], extra: u16) -> Rect {
    let extra = extra.min(inner.height);
    let mut room = inner.height - extra;
    if usize::from(room) < body.len() + pinned.len() + 1 {
        body.retain(|line| !line.is_empty());
    }
    // An explanation gives way to what is said of the choice; the first line says where one is.
    let body_room = usize::from(room).saturating_sub(pinned.len()).max(1);
    body.truncate(body_room);
    let shown = canvas.lines(Rect { height: room, ..inner }, &body);
    let used = u16::try_from(shown).unwrap_or(u16::MAX).min(room);
    room -= used;
    let list = Rect { y: inner.y + used, height: extra, ..inner };
    let gap = u16::from(usize::from(room) > pinned.len() && extra > 0);
    widgets::scroll(canvas, Rect { y: list.bottom() + gap, height: room - gap, ..inner }, pinned, 0);
    list
}
