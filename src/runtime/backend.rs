//! Cells → bytes for the terminal, as few as will do.
//!
//! Ratatui's own backend resets all colours after every frame, writes 256-colour codes for the 16 colours, asks the
//! terminal for the cursor position when it clears, starts `tput` for a size of 0×0, and under `NO_COLOR` erases bold and
//! reverse with the colours. This one keeps the pen between frames, never asks, and writes no colour when there is none.

use std::convert::Infallible;
use std::io::Write;

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

/// A gap of this many unchanged cells or less is not worth a new absolute position.
const SHORT_HOP: u16 = 99;

/// Colours and attributes that the terminal writes with at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pen {
    foreground: Color,
    background: Color,
    modifier: Modifier,
}

const PLAIN: Pen = Pen { foreground: Color::Reset, background: Color::Reset, modifier: Modifier::empty() };

/// Collects the bytes of a frame; [`AnsiBackend::take`] hands them over.
#[derive(Debug)]
pub struct AnsiBackend {
    out: Vec<u8>,
    size: Size,
    color: bool,
    /// What the terminal's pen is known to be; `None` after anybody else may have written.
    pen: Option<Pen>,
    /// Where the next character goes; `None` when that is not certain.
    at: Option<Position>,
    /// The row in which that is, also where its column is not certain.
    row: Option<u16>,
    /// What the terminal is known to show; `None` after anybody else may have written.
    shown: Option<Buffer>,
    cursor_shown: bool,
}

impl AnsiBackend {
    /// For a terminal of this size whose cursor is hidden.
    pub fn new(size: Size, color: bool) -> Self {
        let shown = Some(blank(size));
        Self { out: Vec::new(), size, color, pen: None, at: None, row: None, shown, cursor_shown: false }
    }

    /// The size that was last told.
    pub(super) fn known_size(&self) -> Size {
        self.size
    }

    /// The terminal has this size now.
    pub(super) fn set_size(&mut self, size: Size) {
        self.size = size;
        self.shown = None;
    }

    /// Nothing is known of the pen and the cursor any more but that it is hidden.
    pub(super) fn forget(&mut self) {
        self.pen = None;
        self.at = None;
        self.row = None;
        self.shown = None;
        self.cursor_shown = false;
    }

    /// The bytes since the last call.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    fn put(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    fn print(&mut self, arguments: std::fmt::Arguments<'_>) {
        // Writing to a Vec can't fail.
        let _ = self.out.write_fmt(arguments);
    }

    fn go(&mut self, to: Position) {
        let known = self.at;
        match known {
            Some(at) if at == to => {}
            Some(at) if at.y == to.y && at.x < to.x && self.rewrite(at, to.x) => {}
            Some(at) if at.y == to.y && at.x < to.x && to.x - at.x <= SHORT_HOP => match to.x - at.x {
                1 => self.put(b"\x1b[C"),
                columns => self.print(format_args!("\x1b[{columns}C")),
            },
            Some(at) if to.x == 0 && to.y == at.y + 1 => self.put(b"\r\n"),
            // One byte less than a position from the tenth row on.
            Some(at) if to.y == at.y + 1 && to.y >= 9 && (2..=SHORT_HOP).contains(&to.x) => {
                self.print(format_args!("\r\n\x1b[{}C", to.x));
            }
            None if self.row == Some(to.y) => self.print(format_args!("\x1b[{}G", to.x + 1)),
            _ if to.x == 0 => self.print(format_args!("\x1b[{}H", to.y + 1)),
            _ => self.print(format_args!("\x1b[{};{}H", to.y + 1, to.x + 1)),
        }
        self.at = Some(to);
        self.row = Some(to.y);
    }

    /// Passes over a few cells by writing again what they show, where that is shorter than a move: true if it was.
    fn rewrite(&mut self, from: Position, to: u16) -> bool {
        let hop = if to - from.x == 1 { 3 } else { 4 };
        let Some(shown) = self.shown.as_ref().filter(|_| to - from.x < hop) else { return false };
        let mut letters = Vec::new();
        for x in from.x..to {
            match shown.cell((x, from.y)) {
                Some(cell) if self.pen == Some(self.pen_of(cell)) && is_letter(cell.symbol()) => {
                    letters.extend_from_slice(cell.symbol().as_bytes());
                }
                _ => return false,
            }
        }
        self.put(&letters);
        true
    }

    /// Makes the row blank from `x` on, where that is all that is left to be done in it and shorter than blanks: true if so.
    fn erase(&mut self, x: u16, y: u16, changed: usize) -> bool {
        const CODE: &[u8] = b"\x1b[K";
        let Some(shown) = &self.shown else { return false };
        let width = shown.area.width;
        if changed <= CODE.len() || !(x..width).all(|x| shown.cell((x, y)).is_some_and(is_blank)) {
            return false;
        }
        self.go(Position { x, y });
        // Some terminals erase with what they write with.
        let is_harmless = |pen: Pen| pen.background == Color::Reset && !pen.modifier.intersects(VISIBLE_ON_BLANKS);
        if !self.pen.is_some_and(is_harmless) {
            self.style(&Cell::default());
        }
        self.put(CODE);
        true
    }

    fn pen_of(&self, cell: &Cell) -> Pen {
        let (foreground, background) = if self.color { (cell.fg, cell.bg) } else { (Color::Reset, Color::Reset) };
        Pen { foreground, background, modifier: cell.modifier }
    }

    fn style(&mut self, cell: &Cell) {
        let want = self.pen_of(cell);
        if self.pen == Some(want) {
            return;
        }
        let mut codes: Vec<String> = Vec::new();
        let have = match self.pen {
            // Attributes are taken away by a reset: it is as short as any of them, and every terminal knows it.
            Some(pen) if want.modifier.contains(pen.modifier) => pen,
            _ => {
                codes.push("0".into());
                PLAIN
            }
        };
        for (modifier, code) in [
            (Modifier::BOLD, "1"),
            (Modifier::DIM, "2"),
            (Modifier::ITALIC, "3"),
            (Modifier::UNDERLINED, "4"),
            (Modifier::SLOW_BLINK, "5"),
            (Modifier::RAPID_BLINK, "6"),
            (Modifier::REVERSED, "7"),
            (Modifier::HIDDEN, "8"),
            (Modifier::CROSSED_OUT, "9"),
        ] {
            if (want.modifier - have.modifier).contains(modifier) {
                codes.push(code.into());
            }
        }
        if want.foreground != have.foreground {
            codes.push(color_code(want.foreground, 30));
        }
        if want.background != have.background {
            codes.push(color_code(want.background, 40));
        }
        let codes = codes.join(";");
        let codes = if codes == "0" { "" } else { &codes };
        self.print(format_args!("\x1b[{codes}m"));
        self.pen = Some(want);
    }
}

/// The SGR code of a colour; `base` is 30 for the foreground, 40 for the background.
fn color_code(color: Color, base: u8) -> String {
    let named = |number: u8| if number < 8 { base + number } else { base + 52 + number };
    match color {
        Color::Reset => (base + 9).to_string(),
        Color::Black => named(0).to_string(),
        Color::Red => named(1).to_string(),
        Color::Green => named(2).to_string(),
        Color::Yellow => named(3).to_string(),
        Color::Blue => named(4).to_string(),
        Color::Magenta => named(5).to_string(),
        Color::Cyan => named(6).to_string(),
        Color::Gray => named(7).to_string(),
        Color::DarkGray => named(8).to_string(),
        Color::LightRed => named(9).to_string(),
        Color::LightGreen => named(10).to_string(),
        Color::LightYellow => named(11).to_string(),
        Color::LightBlue => named(12).to_string(),
        Color::LightMagenta => named(13).to_string(),
        Color::LightCyan => named(14).to_string(),
        Color::White => named(15).to_string(),
        Color::Indexed(index) => format!("{};5;{index}", base + 8),
        Color::Rgb(red, green, blue) => format!("{};2;{red};{green};{blue}", base + 8),
    }
}

impl Backend for AnsiBackend {
    type Error = Infallible;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), Infallible>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let content: Vec<(u16, u16, &Cell)> = content.collect();
        if let Some(shown) = &mut self.shown {
            for (x, y, cell) in &content {
                if let Some(known) = shown.cell_mut((*x, *y)) {
                    known.clone_from(cell);
                }
                // What was behind a wide character is gone.
                let wide = u16::try_from(cell.symbol().width()).unwrap_or(1);
                for behind in 1..wide {
                    if let Some(known) = shown.cell_mut((x.saturating_add(behind), *y)) {
                        known.reset();
                    }
                }
            }
        }
        let mut erased = None;
        for (index, (x, y, cell)) in content.iter().enumerate() {
            let (x, y) = (*x, *y);
            if erased == Some(y) {
                continue;
            }
            erased = None;
            if is_blank(cell) {
                let changed = content[index..].iter().take_while(|(_, other, _)| *other == y).count();
                if self.erase(x, y, changed) {
                    erased = Some(y);
                    continue;
                }
            }
            self.go(Position { x, y });
            self.style(cell);
            let symbol = cell.symbol();
            self.put(symbol.as_bytes());
            let next = x.saturating_add(u16::try_from(symbol.width()).unwrap_or(u16::MAX));
            // Terminals disagree about the width of much beyond ASCII, and about where the cursor is after the last
            // column: then the next position is written out.
            let certain = next < self.size.width && symbol.chars().all(is_one_column);
            self.at = certain.then_some(Position { x: next, y });
            self.row = (next < self.size.width).then_some(y);
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        if std::mem::take(&mut self.cursor_shown) {
            self.put(b"\x1b[?25l");
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> Result<(), Infallible> {
        if !std::mem::replace(&mut self.cursor_shown, true) {
            self.put(b"\x1b[?25h");
        }
        Ok(())
    }

    /// Never asked of the terminal: the answer may not come.
    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        Ok(self.at.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
        self.go(position.into());
        Ok(())
    }

    fn clear(&mut self) -> Result<(), Infallible> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, clear_type: ClearType) -> Result<(), Infallible> {
        // Clearing fills with the pen's background.
        if self.pen != Some(PLAIN) {
            self.put(b"\x1b[m");
            self.pen = Some(PLAIN);
        }
        self.shown = (clear_type == ClearType::All).then(|| blank(self.size));
        self.put(match clear_type {
            ClearType::All => b"\x1b[2J",
            ClearType::AfterCursor => b"\x1b[0J",
            ClearType::BeforeCursor => b"\x1b[1J",
            ClearType::CurrentLine => b"\x1b[2K",
            ClearType::UntilNewLine => b"\x1b[0K",
        });
        Ok(())
    }

    fn size(&self) -> Result<Size, Infallible> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> Result<WindowSize, Infallible> {
        Ok(WindowSize { columns_rows: self.size, pixels: Size::default() })
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// What makes a blank visible.
const VISIBLE_ON_BLANKS: Modifier = Modifier::REVERSED.union(Modifier::UNDERLINED).union(Modifier::CROSSED_OUT);

fn blank(size: Size) -> Buffer {
    Buffer::empty(Rect::new(0, 0, size.width, size.height))
}

/// Whether a cell looks as if nothing had ever been written to it.
fn is_blank(cell: &Cell) -> bool {
    cell.symbol() == " " && cell.bg == Color::Reset && !cell.modifier.intersects(VISIBLE_ON_BLANKS)
}

/// Whether it is one ASCII character.
fn is_letter(symbol: &str) -> bool {
    matches!(symbol.as_bytes(), [b' '..=b'~'])
}

/// Whether every terminal gives this character one column: ASCII, Latin-1, and the lines and blocks that we draw with.
fn is_one_column(character: char) -> bool {
    matches!(character, ' '..='~' | '\u{a1}'..='\u{ff}' | '\u{2500}'..='\u{259f}') && character != '\u{ad}'
}

#[cfg(test)]
mod tests;
