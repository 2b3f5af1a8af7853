//! One line that is being typed.

use ratatui::layout::Rect;
use unicode_segmentation::UnicodeSegmentation;

use crate::view::canvas::Canvas;
use crate::view::text;
use crate::view::theme::Role;

/// Draws `label` and the typed text with the cursor's letter reversed; the part around the cursor is what is seen when it is long.
/// `cursor` counts characters.
pub(crate) fn input(canvas: &mut Canvas<'_>, area: Rect, label: &str, value: &str, cursor: usize, has_focus: bool) {
    if area.height == 0 {
        return;
    }
    let role = if has_focus { Role::Strong } else { Role::Dim };
    let mut x = canvas.put(area, area.x, area.y, role, label);
    if !label.is_empty() {
        x = x.saturating_add(1);
    }
    let room = usize::from(area.right().saturating_sub(x));
    if room == 0 {
        return;
    }
    let before: String = value.chars().take(cursor).collect();
    let after: String = value.chars().skip(cursor).collect();
    let before = text::clean(&before, canvas.glyphs());
    let after = text::clean(&after, canvas.glyphs());
    // One column is kept for the cursor behind the last letter.
    let mut start = before.as_str();
    while text::width(start) >= room {
        let Some(first) = start.graphemes(true).next() else { break };
        start = &start[first.len()..];
    }
    x = canvas.put(area, x, area.y, Role::Input, start);
    if !has_focus {
        canvas.put(area, x, area.y, Role::Input, &after);
        return;
    }
    let under = after.graphemes(true).next().unwrap_or(" ");
    x = canvas.put(area, x, area.y, Role::Selected, under);
    if let Some(rest) = after.get(under.len()..) {
        canvas.put(area, x, area.y, Role::Input, rest);
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::*;
    use crate::view::canvas::Look;
    use crate::view::glyphs::UNICODE;
    use crate::view::theme::Theme;

    fn shown(value: &str, cursor: usize, width: u16) -> String {
        let area = Rect::new(0, 0, width, 1);
        let mut buffer = Buffer::empty(area);
        let mut canvas = Canvas::new(&mut buffer, Look { theme: Theme::Mono, glyphs: &UNICODE });
        input(&mut canvas, area, "Name", value, cursor, true);
        buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect()
    }

    #[test]
    fn the_cursor_stays_in_sight() {
        assert_eq!(shown("abc", 3, 12), "Name abc    ");
        assert_eq!(shown("abcdefghij", 10, 10), "Name ghij ");
        assert_eq!(shown("abcdefghij", 0, 10), "Name abcde");
        assert_eq!(shown("a\u{1b}b", 3, 12), "Name a·b    ");
        for width in 0..12 {
            for cursor in 0..12 {
                shown("東京abcdefgh", cursor, width);
            }
        }
    }
}
