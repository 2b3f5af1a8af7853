//! A screen as text: its symbols, and below them its styles as runs, since a picture of symbols alone would not show a lost colour.

use std::fmt::Write as _;

use attache::app::State;
use attache::runtime::backend::AnsiBackend;
use attache::view::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::style::{Color, Modifier};
use ratatui::{TerminalOptions, Viewport};

/// The cells that the state gives at its own size.
pub(crate) fn cells(state: &State) -> Buffer {
    let (columns, rows) = state.ui.size;
    cells_at(state, columns, rows)
}

/// The cells that the state gives at any size.
pub(super) fn cells_at(state: &State, columns: u16, rows: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| view(state, frame)).unwrap();
    terminal.backend().buffer().clone()
}

/// The symbols alone, one line a row.
pub(crate) fn symbols(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let mut line = String::new();
        let mut skip = 0;
        for x in buffer.area.left()..buffer.area.right() {
            let symbol = buffer[(x, y)].symbol();
            if skip > 0 {
                skip -= 1;
                continue;
            }
            skip = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
            line.push_str(symbol);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn style_words(fg: Color, bg: Color, modifier: Modifier) -> String {
    let mut words = Vec::new();
    if fg != Color::Reset {
        words.push(format!("{fg}").to_lowercase());
    }
    if bg != Color::Reset {
        words.push(format!("on-{bg}").to_lowercase());
    }
    for (name, _) in modifier.iter_names() {
        words.push(name.to_lowercase());
    }
    words.join("+")
}

/// Symbols and style runs.
pub(crate) fn screen(state: &State) -> String {
    let buffer = cells(state);
    let mut text = symbols(&buffer);
    text.push_str("--- styles\n");
    for y in buffer.area.top()..buffer.area.bottom() {
        let mut runs: Vec<(u16, u16, String)> = Vec::new();
        for x in buffer.area.left()..buffer.area.right() {
            let cell = &buffer[(x, y)];
            let words = style_words(cell.fg, cell.bg, cell.modifier);
            match runs.last_mut() {
                Some((_, end, last)) if *last == words => *end = x,
                _ => runs.push((x, x, words)),
            }
        }
        runs.retain(|(_, _, words)| !words.is_empty());
        if !runs.is_empty() {
            let shown: Vec<String> = runs.iter().map(|(from, to, words)| format!("{from}-{to} {words}")).collect();
            let _ = writeln!(text, "{y:>2}: {}", shown.join(" | "));
        }
    }
    text
}

/// A terminal that keeps the bytes it is sent: what the dashboard really writes, with what brackets each frame.
pub(super) struct Wire(Terminal<AnsiBackend>);

/// Begin and end of a synchronized update.
const BRACKETS: usize = 16;

impl Wire {
    pub(super) fn new(columns: u16, rows: u16) -> Self {
        let viewport = Viewport::Fixed(Rect::new(0, 0, columns, rows));
        let backend = AnsiBackend::new(Size { width: columns, height: rows }, true);
        Self(Terminal::with_options(backend, TerminalOptions { viewport }).unwrap())
    }

    /// Draws a frame; returns how many bytes it took.
    pub(super) fn draw(&mut self, state: &State) -> usize {
        self.0.draw(|frame| view(state, frame)).unwrap();
        self.0.backend_mut().take().len() + BRACKETS
    }

    /// The same; nothing where nothing changed, as the dashboard does it.
    pub(super) fn draw_changes(&mut self, state: &State) -> usize {
        self.0.draw(|frame| view(state, frame)).unwrap();
        let bytes = self.0.backend_mut().take();
        if std::env::var_os("SHOW_BYTES").is_some() {
            println!("{:?}", String::from_utf8_lossy(&bytes));
        }
        if bytes.is_empty() { 0 } else { bytes.len() + BRACKETS }
    }
}
