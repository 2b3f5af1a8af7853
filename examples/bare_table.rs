//! What a terminal program costs that does next to nothing: one table of five columns whose visible rows are drawn anew on each
//! key. `scripts/measure` runs it beside the dashboard: on a machine whose speed changes, ratios count.

use std::io::{self, Write};

use crossterm::event::{self, Event, KeyCode};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Constraint;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::{Block, Row, Table};
use ratatui::{Frame, Terminal};

/// Enter the alternate screen without a cursor; leave it.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?25l";
const LEAVE: &[u8] = b"\x1b[?25h\x1b[?1049l";
/// What the script takes for the end of a frame.
const END_FRAME: &[u8] = b"\x1b[?2026l";

fn draw(frame: &mut Frame<'_>, all: &[[String; 5]], cursor: usize) {
    let height = usize::from(frame.area().height).saturating_sub(3);
    let first = cursor.saturating_sub(height / 2).min(all.len().saturating_sub(height));
    let shown = all.iter().enumerate().skip(first).take(height);
    let rows = shown.map(|(place, cells)| {
        let style = if place == cursor { Style::new().add_modifier(Modifier::REVERSED) } else { Style::new() };
        Row::new(cells.iter().map(String::as_str)).style(style)
    });
    let widths = [30, 20, 15, 20, 20].map(Constraint::Length);
    let heads = Row::new(["name", "service", "state", "app", "plan"]);
    frame.render_widget(Table::new(rows, widths).header(heads).block(Block::bordered().title("add-ons")), frame.area());
}

fn main() -> io::Result<()> {
    let count: usize = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(1000);
    let all: Vec<[String; 5]> = (0..count)
        .map(|n| {
            [
                format!("addon-{n:05}"),
                "postgresql".into(),
                "available".into(),
                format!("app-{n:05}"),
                "standard-0".into(),
            ]
        })
        .collect();
    let mut terminal = Terminal::new(CrosstermBackend::new(io::stdout()))?;
    crossterm::terminal::enable_raw_mode()?;
    terminal.backend_mut().write_all(ENTER)?;
    let mut cursor = 0usize;
    loop {
        terminal.draw(|frame| draw(frame, &all, cursor))?;
        terminal.backend_mut().write_all(END_FRAME)?;
        terminal.backend_mut().flush()?;
        match event::read()? {
            Event::Key(key) if key.code == KeyCode::Char('j') => cursor = (cursor + 1).min(count.saturating_sub(1)),
            Event::Key(key) if key.code == KeyCode::Char('k') => cursor = cursor.saturating_sub(1),
            Event::Key(key) if key.code == KeyCode::Char('q') => break,
            _ => {}
        }
    }
    terminal.backend_mut().write_all(LEAVE)?;
    terminal.backend_mut().flush()?;
    crossterm::terminal::disable_raw_mode()
}
