//! A list to pick one thing from.

use ratatui::layout::Rect;

use super::table::window;
use crate::view::canvas::{Canvas, Line};
use crate::view::text;
use crate::view::theme::Role;

/// One thing that can be picked.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// Its name.
    pub(crate) label: String,
    /// What it is; behind the name.
    pub(crate) detail: String,
    /// Why it can't be picked; dims it and stands in the detail's place.
    pub(crate) disabled: Option<String>,
}

/// Draws the choices that fit around the cursor, and in the last row how many are not seen.
pub(crate) fn picker(
    canvas: &mut Canvas<'_>,
    area: Rect,
    total: usize,
    cursor: usize,
    label_width: usize,
    mut choice: impl FnMut(usize) -> Choice,
) {
    let mut height = usize::from(area.height);
    if total > height {
        height = height.saturating_sub(1);
    }
    let seen = window(total, Some(cursor), height);
    let glyphs = canvas.glyphs();
    for (row, index) in (0u16..).zip(seen.clone()) {
        #[cfg(test)]
        crate::view::built::count(crate::view::built::Built::Choice);
        let choice = choice(index);
        let is_current = index == cursor;
        let y = area.y.saturating_add(row);
        if is_current {
            canvas.put(area, area.x, y, Role::Strong, glyphs.cursor);
        }
        let role = match (is_current, &choice.disabled) {
            (true, _) => Role::Selected,
            (false, Some(_)) => Role::Dim,
            (false, None) => Role::Text,
        };
        let x = area.x.saturating_add(2);
        let label = text::cut_middle(&text::clean(&choice.label, glyphs), label_width, glyphs);
        canvas.put(area, x, y, role, &label);
        let x = x.saturating_add(u16::try_from(label_width + 2).unwrap_or(u16::MAX));
        let detail = choice.disabled.as_ref().unwrap_or(&choice.detail);
        let detail_role = if choice.disabled.is_some() { Role::Warn } else { Role::Dim };
        let rest = Rect { x: x.min(area.right()), width: area.right().saturating_sub(x), ..area };
        canvas.line(rest, row, &Line::of(detail_role, text::clean(detail, glyphs)));
    }
    let hidden = total - seen.len();
    if hidden > 0 && area.height > 0 {
        let line = Line::of(Role::Dim, format!("{} of {total}, {hidden} more", cursor.saturating_add(1)));
        let last = Rect { x: area.x.saturating_add(2).min(area.right()), width: area.width.saturating_sub(2), ..area };
        canvas.line(last, area.height - 1, &line);
    }
}
