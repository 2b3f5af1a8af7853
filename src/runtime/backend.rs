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

/// Stands for the second half of a wide character: no cell that is drawn looks like it.
const BEHIND: &str = "\0";

/// Colours and attributes that the terminal writes with at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pen {
    foreground: Color,
    background: Color,
    modifier: Modifier,
}

const PLAIN: Pen = Pen { foreground: Color::Reset, background: Color::Reset, modifier: Modifier::empty() };

/// The bytes of a move within a row.
const HOP: u16 = 5;

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
        // What was on the screen may have been moved, and the cursor with it.
        self.at = None;
        self.row = None;
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
        if self.at == Some(to) {
            return;
        }
        let is_rewritten = self.at.is_some_and(|at| at.y == to.y && at.x < to.x && self.rewrite(at, to.x));
        if !is_rewritten {
            let way = self.way(to);
            self.put(way.as_bytes());
        }
        self.at = Some(to);
        self.row = Some(to.y);
    }

    /// The shortest move to there. Relative ones only from where the cursor is for certain: an error would go on to the end of
    /// the frame.
    fn way(&self, to: Position) -> String {
        let (column, row) = (to.x + 1, to.y + 1);
        let mut ways = vec![if to.x == 0 { format!("\x1b[{row}H") } else { format!("\x1b[{row};{column}H") }];
        let across = |from: u16| {
            let there = if to.x == 0 { "\r".to_owned() } else { format!("\x1b[{column}G") };
            match to.x.checked_sub(from) {
                Some(0) => String::new(),
                Some(1) => "\x1b[C".to_owned(),
                Some(columns) => shorter(format!("\x1b[{columns}C"), there),
                None => there,
            }
        };
        match self.at {
            Some(at) if at.y == to.y => ways.push(across(at.x)),
            Some(at) if at.y < to.y && to.y - at.y <= 3 => {
                let down = "\n".repeat(usize::from(to.y - at.y));
                ways.push(format!("{down}{}", across(at.x)));
                ways.push(format!("\r{down}{}", across(0)));
            }
            None if self.row == Some(to.y) => ways.push(format!("\x1b[{column}G")),
            _ => {}
        }
        ways.into_iter().min_by_key(String::len).unwrap_or_default()
    }

    /// Passes over a few cells by writing again what they show, where that is shorter than a move: true if it was.
    fn rewrite(&mut self, from: Position, to: u16) -> bool {
        let hop = if to - from.x == 1 { 3 } else { 4 };
        let Some(shown) = self.shown.as_ref().filter(|_| to - from.x < hop) else { return false };
        let mut letters = Vec::new();
        for x in from.x..to {
            match shown.cell((x, from.y)) {
                Some(cell) if self.is_written_alike(cell) && is_letter(cell.symbol()) => {
                    letters.extend_from_slice(cell.symbol().as_bytes());
                }
                _ => return false,
            }
        }
        self.put(&letters);
        true
    }

    /// Whether the present pen writes a cell as it has to look.
    fn is_written_alike(&self, cell: &Cell) -> bool {
        self.pen.is_some_and(|pen| pen == self.pen_of(cell) || is_blank(cell) && is_harmless(pen))
    }

    /// Makes cells blank from `x` on by one code, where that is shorter than writing blanks; gives how far they are done then.
    /// `rest` are the changes from there on in this row.
    fn erase(&mut self, y: u16, rest: &[(u16, u16, &Cell)]) -> Option<u16> {
        let x = rest.first()?.0;
        let shown = self.shown.as_ref()?;
        let width = shown.area.width;
        let end = (x..width).find(|x| !shown.cell((*x, y)).is_some_and(is_blank)).unwrap_or(width);
        let within = rest.iter().take_while(|(x, ..)| *x < end).count();
        let last = rest[..within].last()?.0;
        // A gap is passed over by a move, or by writing again what is there.
        let gaps = rest[..within].windows(2).map(|pair| (pair[1].0 - pair[0].0 - 1).min(HOP));
        let next = rest.get(within).map(|(x, ..)| (x - last - 1).min(HOP));
        let written = u16::try_from(within).unwrap_or(u16::MAX) + gaps.sum::<u16>() + next.unwrap_or(0);
        let code = if end == width { "\x1b[K".to_owned() } else { format!("\x1b[{}X", last + 1 - x) };
        // It leaves the cursor where it was: what follows in the row needs a move.
        let erased = u16::try_from(code.len()).unwrap_or(u16::MAX) + next.map_or(0, |_| HOP);
        let is_shorter = erased < written;
        if !is_shorter {
            return None;
        }
        self.go(Position { x, y });
        // Some terminals erase with what they write with.
        if !self.pen.is_some_and(is_harmless) {
            self.style(&Cell::default());
        }
        self.put(code.as_bytes());
        Some(end)
    }

    /// Whether a cell looks as the terminal is known to show it: nobody sees the colour of a blank, nor any colour without any.
    fn is_shown_already(&self, x: u16, y: u16, cell: &Cell) -> bool {
        let known = self.shown.as_ref().and_then(|shown| shown.cell((x, y)));
        known.is_some_and(|known| {
            is_blank(known) && is_blank(cell)
                || known.symbol() == cell.symbol() && self.pen_of(known) == self.pen_of(cell)
        })
    }

    /// Takes note of what a cell will show. Gives the second half of a wide character whose first half is overwritten: terminals
    /// differ in how they blank it, and ratatui takes it for blank already.
    fn remember(&mut self, x: u16, y: u16, cell: &Cell) -> Option<Position> {
        let shown = self.shown.as_mut()?;
        let wide = u16::try_from(cell.symbol().width()).unwrap_or(1).max(1);
        let end = x.saturating_add(wide);
        let is_cut = shown.cell((end - 1, y)).is_some_and(|known| known.symbol().width() > 1);
        if let Some(known) = shown.cell_mut((x, y)) {
            known.clone_from(cell);
        }
        for behind in x + 1..end {
            if let Some(known) = shown.cell_mut((behind, y)) {
                known.set_symbol(BEHIND);
            }
        }
        is_cut.then_some(Position { x: end, y })
    }

    fn pen_of(&self, cell: &Cell) -> Pen {
        let (foreground, background) = if self.color { (cell.fg, cell.bg) } else { (Color::Reset, Color::Reset) };
        Pen { foreground, background, modifier: cell.modifier }
    }

    fn style(&mut self, cell: &Cell) {
        if self.is_written_alike(cell) {
            return;
        }
        let want = self.pen_of(cell);
        // A reset takes attributes away: it is as short as any of them, every terminal knows it, and no number means it.
        let anew = codes(PLAIN, want).map(|codes| if codes.is_empty() { codes } else { format!(";{codes}") });
        let on_top = self.pen.and_then(|pen| codes(pen, want));
        let codes = match (anew, on_top) {
            (Some(anew), Some(on_top)) => shorter(anew, on_top),
            (anew, _) => anew.unwrap_or_default(),
        };
        self.print(format_args!("\x1b[{codes}m"));
        self.pen = Some(want);
    }
}

/// What makes a pen of another one without a reset; `None` where that takes one.
fn codes(have: Pen, want: Pen) -> Option<String> {
    if !want.modifier.contains(have.modifier) {
        return None;
    }
    let mut codes: Vec<String> = Vec::new();
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
    Some(codes.join(";"))
}

fn shorter(one: String, other: String) -> String {
    if other.len() < one.len() { other } else { one }
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
        let blank = Cell::EMPTY;
        let mut content: Vec<(u16, u16, &Cell)> =
            content.filter(|(x, y, cell)| !self.is_shown_already(*x, *y, cell)).collect();
        let orphans: Vec<Position> = content.iter().flat_map(|(x, y, cell)| self.remember(*x, *y, cell)).collect();
        for orphan in orphans {
            let known = self.shown.as_mut().and_then(|shown| shown.cell_mut(orphan));
            if let Some(known) = known.filter(|known| known.symbol() == BEHIND) {
                known.clone_from(&blank);
                content.push((orphan.x, orphan.y, &blank));
            }
        }
        content.sort_by_key(|(x, y, _)| (*y, *x));
        let mut done: Option<(u16, u16)> = None;
        for (index, (x, y, cell)) in content.iter().enumerate() {
            let (x, y) = (*x, *y);
            if done.is_some_and(|(row, end)| row == y && x < end) {
                continue;
            }
            if is_blank(cell) {
                let rest = content[index..].iter().take_while(|(_, other, _)| *other == y).count();
                if let Some(end) = self.erase(y, &content[index..index + rest]) {
                    done = Some((y, end));
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

/// Whether a blank looks blank that is written with it, and what is erased with it.
fn is_harmless(pen: Pen) -> bool {
    pen.background == Color::Reset && !pen.modifier.intersects(VISIBLE_ON_BLANKS)
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
