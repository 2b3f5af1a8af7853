//! The one place where text becomes cells: cleaned, clipped to its area, styled by meaning.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::glyphs::Glyphs;
use super::text;
use super::theme::{Role, Theme};
use crate::model::printable;

/// How things look on this terminal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// Colours or none.
    pub(crate) theme: Theme,
    /// Unicode or ASCII.
    pub(crate) glyphs: &'static Glyphs,
}

/// One line made of pieces with a meaning each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Line {
    pieces: Vec<(String, Role)>,
}

impl Line {
    /// An empty line.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Ordinary text.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::new().add(Role::Text, text)
    }

    /// One piece.
    pub(crate) fn of(role: Role, text: impl Into<String>) -> Self {
        Self::new().add(role, text)
    }

    /// With one more piece at its end. It is cleaned here, so that its width is that of what will be seen.
    #[must_use]
    pub(crate) fn add(mut self, role: Role, text: impl Into<String>) -> Self {
        let text = printable(&text.into());
        if !text.is_empty() {
            self.pieces.push((text, role));
        }
        self
    }

    /// With the pieces of another line at its end.
    #[must_use]
    pub(crate) fn join(mut self, other: Line) -> Self {
        self.pieces.extend(other.pieces);
        self
    }

    /// How many columns it takes.
    pub(crate) fn width(&self) -> usize {
        self.pieces.iter().map(|(text, _)| text::width(text)).sum()
    }

    /// Without blanks at its end.
    #[must_use]
    pub(crate) fn trim_end(mut self) -> Self {
        while let Some((text, role)) = self.pieces.pop() {
            let trimmed = text.trim_end();
            if !trimmed.is_empty() {
                self.pieces.push((trimmed.to_owned(), role));
                break;
            }
        }
        self
    }

    /// How many blanks it begins with.
    pub(crate) fn indent(&self) -> usize {
        self.pieces.first().map_or(0, |(text, _)| text.len() - text.trim_start_matches(' ').len())
    }

    /// Its text alone.
    #[cfg(test)]
    pub(crate) fn plain(&self) -> String {
        self.pieces.iter().map(|(text, _)| text.as_str()).collect()
    }

    /// Whether nothing is in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Cut to `max` columns, with the ellipsis where something is missing.
    #[must_use]
    pub(crate) fn cut(&self, max: usize, glyphs: &Glyphs) -> Line {
        if self.width() <= max {
            return self.clone();
        }
        let (ellipsis, room) = match max.checked_sub(text::width(glyphs.ellipsis)) {
            Some(room) => (glyphs.ellipsis, room),
            None => ("", max),
        };
        let mut line = Line::new();
        let mut used = 0;
        for (text, role) in &self.pieces {
            if used + text::width(text) > room {
                return line.add(*role, format!("{}{ellipsis}", text::fitting_start(text, room - used)));
            }
            used += text::width(text);
            line = line.add(*role, text.clone());
        }
        line
    }

    /// Cut to `max` columns; what is one name alone in its middle, since names that share a start differ at the end.
    fn cut_name(&self, max: usize, glyphs: &Glyphs) -> Line {
        match self.pieces.as_slice() {
            [(name, role)] => Line::of(*role, text::cut_middle(name, max, glyphs)),
            _ => self.cut(max, glyphs),
        }
    }

    /// Broken at spaces into lines of at most `max` columns; all but the first begin with `indent` spaces.
    pub(crate) fn wrap(&self, max: usize, indent: usize) -> Vec<Line> {
        if self.width() <= max {
            return vec![self.clone()];
        }
        let indent = indent.min(max / 3);
        let mut lines = Vec::new();
        let mut line = Line::new();
        let mut used = 0;
        let mut has_word = false;
        for (text, role) in &self.pieces {
            for (at, word) in text.split(' ').enumerate() {
                if at > 0 && used < max {
                    line = line.add(*role, " ");
                    used += 1;
                }
                let mut rest = word;
                while !rest.is_empty() {
                    if used + text::width(rest) <= max {
                        line = line.add(*role, rest);
                        used += text::width(rest);
                        has_word = true;
                        break;
                    }
                    let room = max.saturating_sub(used);
                    let is_endless = text::width(rest) > max - indent && room > 0 && room >= max / 3;
                    if !has_word || is_endless {
                        // A word longer than a whole line is broken where it must be.
                        let head: String = text::wrap(rest, room).into_iter().next().unwrap_or_default();
                        if head.is_empty() {
                            break;
                        }
                        line = line.add(*role, head.clone());
                        rest = &rest[head.len()..];
                    }
                    lines.push(std::mem::take(&mut line));
                    line = Line::of(Role::Text, " ".repeat(indent));
                    used = indent;
                    has_word = false;
                }
            }
        }
        if has_word || lines.is_empty() {
            lines.push(line);
        }
        lines
    }
}

/// A frame's cells and how things look in it.
pub(crate) struct Canvas<'a> {
    buffer: &'a mut Buffer,
    look: Look,
    is_measuring: bool,
    extent: u16,
}

impl<'a> Canvas<'a> {
    /// A canvas over these cells.
    pub(crate) fn new(buffer: &'a mut Buffer, look: Look) -> Self {
        Self { buffer, look, is_measuring: false, extent: 0 }
    }

    /// Whether what is drawn next is the text that the scrolling keys move.
    pub(crate) fn measure(&mut self, is_measuring: bool) {
        self.is_measuring = is_measuring;
    }

    /// How far the text just drawn can be scrolled.
    pub(crate) fn measured(&mut self, lines: usize) {
        if self.is_measuring {
            self.extent = u16::try_from(lines).unwrap_or(u16::MAX);
        }
    }

    /// How far the text that the scrolling keys move can be scrolled.
    pub(crate) fn extent(&self) -> u16 {
        self.extent
    }

    /// The signs in use.
    pub(crate) fn glyphs(&self) -> &'static Glyphs {
        self.look.glyphs
    }

    /// All of the frame.
    pub(crate) fn area(&self) -> Rect {
        self.buffer.area
    }

    /// Writes one piece at `(x, y)`, at most up to the right edge of `area`; returns the column after it. Outside of `area`
    /// nothing is written.
    pub(crate) fn put(&mut self, area: Rect, x: u16, y: u16, role: Role, text: &str) -> u16 {
        let area = area.intersection(self.buffer.area);
        if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() {
            return x;
        }
        let room = usize::from(area.right() - x);
        let text = text::clean(text, self.look.glyphs);
        uncover(self.buffer, x, y);
        self.buffer.set_stringn(x, y, text, room, self.look.theme.style(role)).0
    }

    /// Writes a line into row `row` of `area`, cut with an ellipsis where it does not fit.
    pub(crate) fn line(&mut self, area: Rect, row: u16, line: &Line) {
        let Some(y) = area.y.checked_add(row) else { return };
        let mut x = area.x;
        for (text, role) in &line.cut(usize::from(area.width), self.look.glyphs).pieces {
            x = self.put(area, x, y, *role, text);
        }
    }

    /// Writes lines from the top of `area` down, as many as fit; returns how many did.
    pub(crate) fn lines(&mut self, area: Rect, lines: &[Line]) -> usize {
        let fitting = lines.len().min(usize::from(area.height));
        for (row, line) in (0u16..).zip(&lines[..fitting]) {
            self.line(area, row, line);
        }
        fitting
    }

    /// Makes an area blank.
    pub(crate) fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buffer.area);
        for y in area.top()..area.bottom() {
            uncover(self.buffer, area.left(), y);
            for x in area.left()..area.right() {
                self.buffer[(x, y)].reset();
            }
        }
    }

    /// Left, right and lower edge of a floating area; its upper one is its title's rule.
    pub(crate) fn edges(&mut self, area: Rect) {
        let (side, rule) = (self.look.glyphs.side, self.look.glyphs.rule);
        if area.height < 2 || area.width < 2 {
            return;
        }
        for y in area.top() + 1..area.bottom() - 1 {
            self.put(area, area.left(), y, Role::Dim, side);
            self.put(area, area.right() - 1, y, Role::Dim, side);
        }
        for x in area.left()..area.right() {
            self.put(area, x, area.bottom() - 1, Role::Dim, rule);
        }
    }

    /// A title on a rule: `─ Title ─── right ─`. Returns the area below it.
    pub(crate) fn titled(&mut self, area: Rect, title: &Line, right: &Line) -> Rect {
        if area.height == 0 || area.width == 0 {
            return Rect { height: 0, ..area };
        }
        let rule = self.look.glyphs.rule;
        let top = Rect { height: 1, ..area };
        let mut x = self.put(top, top.x, top.y, Role::Dim, rule);
        x = self.put(top, x, top.y, Role::Dim, " ");
        let title_area = Rect { x, width: top.right().saturating_sub(x), ..top };
        self.line(title_area, 0, title);
        let title_end = x.saturating_add(u16::try_from(title.width()).unwrap_or(u16::MAX)).saturating_add(1);
        // What stands at the right gets what the title leaves; a few letters of it say nothing.
        let room = top.right().saturating_sub(title_end).saturating_sub(4);
        let wanted = u16::try_from(right.width()).unwrap_or(u16::MAX);
        let has_right = wanted > 0 && (wanted <= room || room >= 12);
        let right_width = wanted.min(room);
        let rule_end = if has_right { top.right() - right_width - 3 } else { top.right() };
        for column in title_end..rule_end {
            self.put(top, column, top.y, Role::Dim, rule);
        }
        if has_right {
            let right = right.cut_name(usize::from(right_width), self.look.glyphs);
            self.line(Rect { x: rule_end + 1, width: right_width, ..top }, 0, &right);
            self.put(top, top.right() - 1, top.y, Role::Dim, rule);
        }
        Rect { y: area.y.saturating_add(1), height: area.height - 1, ..area }
    }
}

/// Blanks the wide character whose second half is the cell at `(x, y)`, which is written next. Ratatui draws nothing that lies
/// behind a wide one, and does not draw it either once the wide one is gone: the edge of a modal would be missing.
pub(crate) fn uncover(buffer: &mut Buffer, x: u16, y: u16) {
    let before = x.checked_sub(1).and_then(|x| buffer.cell_mut((x, y)));
    if let Some(cell) = before.filter(|cell| text::width(cell.symbol()) > 1) {
        cell.set_symbol(" ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::glyphs::UNICODE;

    #[test]
    fn what_is_written_over_half_of_a_wide_character_is_seen() {
        let shown = |draw: &dyn Fn(&mut Canvas<'_>, Rect)| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
            let mut canvas = Canvas::new(&mut buffer, Look { theme: Theme::Ansi, glyphs: &UNICODE });
            canvas.line(canvas.area(), 0, &Line::text("日本日本"));
            draw(&mut canvas, Rect::new(3, 0, 2, 1));
            buffer
        };
        let written = shown(&|canvas, area| canvas.line(area, 0, &Line::text("ab")));
        assert_eq!(written, Buffer::with_lines(["日 ab 本"]));
        assert_eq!(shown(&|canvas, area| canvas.clear(area)), Buffer::with_lines(["日    本"]));
    }

    #[test]
    fn wrapped_lines_keep_every_word_and_their_meaning() {
        let line = Line::of(Role::Bad, "What is lost:").add(Role::Text, " all data of postgresql-calm-otter, 3 tables");
        for max in 1..60 {
            let lines = line.wrap(max, 2);
            assert!(lines.iter().all(|line| line.width() <= max), "{max}: {lines:?}");
            let all: String = lines.iter().map(Line::plain).collect::<String>().split_whitespace().collect();
            assert_eq!(all, line.plain().split_whitespace().collect::<String>(), "{max}");
        }
    }

    #[test]
    fn what_a_line_is_made_of_steers_no_terminal() {
        let line = Line::text("or\u{1b}[2J").add(Role::Bad, "\u{202e}ders\u{9b}");
        assert_eq!(line.plain(), "or·[2Jders·");
    }

    #[test]
    fn nothing_is_written_outside_of_its_area() {
        let whole = Rect::new(0, 0, 10, 3);
        let mut buffer = Buffer::empty(whole);
        let mut canvas = Canvas::new(&mut buffer, Look { theme: Theme::Ansi, glyphs: &UNICODE });
        let area = Rect::new(2, 1, 4, 1);
        canvas.line(area, 0, &Line::text("abcdefgh"));
        canvas.line(area, 1, &Line::text("below"));
        canvas.put(Rect::new(8, 0, 50, 50), 8, 2, Role::Text, "long text");
        canvas.put(area, 300, 300, Role::Text, "far away");
        assert_eq!(buffer, Buffer::with_lines(["          ", "  abc…    ", "        lo"]));
    }
}
