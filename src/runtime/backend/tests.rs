use ratatui::Terminal;
use ratatui::layout::Rect;
use ratatui::style::{Style, Stylize};
use ratatui::text::{Line, Span};

use super::*;

/// Draws lines one after another on the same terminal; gives the bytes of each frame and the screen after the last.
fn frames(color: bool, frames: &[Vec<Line<'static>>]) -> (Vec<Vec<u8>>, vt100::Parser) {
    let mut terminal = Terminal::new(AnsiBackend::new(Size::new(20, 3), color)).unwrap();
    let mut screen = vt100::Parser::new(3.try_into().unwrap(), 20.try_into().unwrap(), 0);
    let mut written = Vec::new();
    for lines in frames {
        terminal
            .draw(|frame| {
                for (row, line) in lines.iter().enumerate() {
                    frame.render_widget(line, Rect::new(0, row as u16, 20, 1));
                }
            })
            .unwrap();
        let bytes = terminal.backend_mut().take();
        screen.process(&bytes);
        written.push(bytes);
    }
    (written, screen)
}

#[test]
fn an_unchanged_frame_is_no_bytes() {
    let line = vec![Line::from("storefront".red())];
    let (written, _) = frames(true, &[line.clone(), line]);
    assert!(!written[0].is_empty());
    assert_eq!(written[1], b"");
}

#[test]
fn the_screen_shows_what_was_drawn() {
    let first =
        vec![Line::from("日本 é … x".bold()), Line::from(vec!["a".into(), " ".into(), "b".red()]), Line::from("last")];
    let second = vec![Line::from("日本 é → y"), Line::from(vec!["a".green(), " ".into(), "c".red()]), Line::from("")];
    let (_, screen) = frames(true, &[first, second]);
    assert_eq!(screen.screen().contents().trim_end(), "日本 é → y\na c");
    assert!(!screen.screen().cell(0, 0).unwrap().bold());
    assert_eq!(screen.screen().cell(1, 0).unwrap().fgcolor(), vt100::Color::Idx(2));
    assert_eq!(screen.screen().cell(1, 2).unwrap().fgcolor(), vt100::Color::Idx(1));
}

#[test]
fn the_sixteen_colours_are_written_in_their_short_form() {
    let (written, screen) = frames(
        true,
        &[vec![Line::from(vec![
            Span::styled("a", Style::new().light_blue().on_dark_gray()),
            Span::styled("b", Style::new().fg(Color::Indexed(200)).bg(Color::Rgb(1, 2, 3))),
        ])]],
    );
    let text = String::from_utf8_lossy(&written[0]).into_owned();
    assert!(text.contains("94;100"), "{text:?}");
    let cell = |column| screen.screen().cell(0, column).unwrap().clone();
    assert_eq!((cell(0).fgcolor(), cell(0).bgcolor()), (vt100::Color::Idx(12), vt100::Color::Idx(8)));
    assert_eq!((cell(1).fgcolor(), cell(1).bgcolor()), (vt100::Color::Idx(200), vt100::Color::Rgb(1, 2, 3)));
}

#[test]
fn without_colour_the_attributes_stay() {
    let line = vec![Line::from(vec!["> a".red().reversed(), "b".green().on_blue().reversed().bold(), "c".into()])];
    let (written, screen) = frames(false, &[line]);
    let text = String::from_utf8_lossy(&written[0]).into_owned();
    assert!(!text.contains("[3") && !text.contains(";3") && !text.contains("[4") && !text.contains(";4"), "{text:?}");
    for column in 0..4 {
        assert!(screen.screen().cell(0, column).unwrap().inverse(), "column {column}");
    }
    assert!(screen.screen().cell(0, 3).unwrap().bold());
    assert!(!screen.screen().cell(0, 4).unwrap().inverse());
}

#[test]
fn moving_a_marker_costs_few_bytes() {
    let rows = |selected: usize| -> Vec<Line<'static>> {
        (0..3).map(|row| Line::from(if row == selected { "> name".reversed() } else { "  name".into() })).collect()
    };
    let (written, _) = frames(true, &[rows(0), rows(1)]);
    assert!(written[1].len() <= 40, "{} bytes: {:?}", written[1].len(), String::from_utf8_lossy(&written[1]));
}

#[test]
fn clearing_fills_with_no_colour() {
    let mut backend = AnsiBackend::new(Size::new(20, 3), true);
    let mut cell = Cell::new("x");
    cell.set_bg(Color::Red);
    backend.draw([(0, 0, &cell)].into_iter()).unwrap();
    backend.take();
    backend.clear().unwrap();
    assert_eq!(backend.take(), b"\x1b[m\x1b[2J");
}
