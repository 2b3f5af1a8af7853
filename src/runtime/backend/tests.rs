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
fn what_nobody_sees_is_not_written() {
    let (written, _) =
        frames(true, &[vec![Line::from("a  b")], vec![Line::from(vec!["a".into(), "  ".red().dim(), "b".into()])]]);
    assert_eq!(written[1], b"", "the colour of blanks");
    let (written, _) = frames(false, &[vec![Line::from("a".red())], vec![Line::from("a".green())]]);
    assert_eq!(written[1], b"", "a colour without colours");
    let (written, _) = frames(true, &[vec![], vec![Line::from(vec!["a".dim(), " b ".into(), "c".dim()])]]);
    let text = String::from_utf8_lossy(&written[1]).into_owned();
    assert_eq!(text, "\u{1b}[1H\u{1b}[;2ma \u{1b}[mb \u{1b}[2mc", "a blank takes the pen that there is");
}

#[test]
fn a_pen_changes_by_the_shorter_code() {
    let line = vec!["a".red(), "b".into(), "c".dim(), "d".bold(), "e".bold().red(), "f".red()];
    let (written, _) = frames(true, &[vec![Line::from(line)]]);
    let text = String::from_utf8_lossy(&written[0]).into_owned();
    assert_eq!(text, "\u{1b}[1H\u{1b}[;31ma\u{1b}[mb\u{1b}[2mc\u{1b}[;1md\u{1b}[31me\u{1b}[;31mf");
}

#[test]
fn rows_below_each_other_cost_short_moves() {
    let row = |text: &'static str| Line::from(vec!["                ".into(), text.into()]);
    let (written, _) = frames(true, &[vec![row("a"), row("a"), row("a")], vec![row("b"), row("b"), row("b")]]);
    assert_eq!(String::from_utf8_lossy(&written[1]), "\u{1b}[1;17Hb\n\u{1b}[17Gb\n\u{1b}[17Gb");
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

/// A frame as pieces of text, each somewhere and in some style; what overlaps lies above.
type Piece = (u16, u16, &'static str, usize);

const STYLES: [Style; 9] = [
    Style::new(),
    Style::new().add_modifier(Modifier::DIM),
    Style::new().add_modifier(Modifier::BOLD),
    Style::new().fg(Color::Red).add_modifier(Modifier::BOLD),
    Style::new().fg(Color::Cyan),
    Style::new().fg(Color::Magenta),
    Style::new().add_modifier(Modifier::REVERSED),
    Style::new().fg(Color::Red).add_modifier(Modifier::REVERSED.union(Modifier::BOLD)),
    Style::new().add_modifier(Modifier::UNDERLINED),
];

/// Draws the pieces of each frame on blank cells, as the canvas does, one frame after another; after each the screen has to show the cells.
fn assert_shown(size: Size, color: bool, frames: &[Vec<Piece>]) {
    let mut terminal = Terminal::new(AnsiBackend::new(size, color)).unwrap();
    let mut screen = vt100::Parser::new(size.height.try_into().unwrap(), size.width.try_into().unwrap(), 0);
    for pieces in frames {
        let mut wanted = Buffer::default();
        terminal
            .draw(|frame| {
                for (x, y, text, style) in pieces {
                    let (x, y) = (x % size.width, y % size.height);
                    let room = usize::from(size.width - x);
                    crate::view::uncover(frame.buffer_mut(), x, y);
                    frame.buffer_mut().set_stringn(
                        x,
                        y,
                        text,
                        room,
                        Style::reset().patch(STYLES[style % STYLES.len()]),
                    );
                }
                wanted = frame.buffer_mut().clone();
            })
            .unwrap();
        let bytes = terminal.backend_mut().take();
        screen.process(&bytes);
        let mut behind = 0;
        for y in 0..size.height {
            for x in 0..size.width {
                if behind > 0 {
                    behind -= 1;
                    continue;
                }
                let (seen, wanted) = (screen.screen().cell(y, x).unwrap(), &wanted[(x, y)]);
                behind = wanted.symbol().width().saturating_sub(1);
                let of = |style: Color| match style {
                    Color::Red if color => vt100::Color::Idx(1),
                    Color::Magenta if color => vt100::Color::Idx(5),
                    Color::Cyan if color => vt100::Color::Idx(6),
                    _ => vt100::Color::Default,
                };
                let is = |modifier| wanted.modifier.contains(modifier);
                let all = (seen.inverse(), seen.underline(), seen.bgcolor());
                let place = format!("{x}, {y} of {frames:?}: {:?}", String::from_utf8_lossy(&bytes));
                assert_eq!(all, (is(Modifier::REVERSED), is(Modifier::UNDERLINED), of(wanted.bg)), "{place}");
                if is_blank(wanted) {
                    // What can't be seen on a blank may differ.
                    assert_eq!(seen.contents().trim(), "", "{place}");
                } else {
                    let seen = (seen.contents(), seen.fgcolor(), seen.bold(), seen.dim());
                    let symbol = if seen.0.is_empty() { "" } else { wanted.symbol() };
                    assert_eq!(seen, (symbol, of(wanted.fg), is(Modifier::BOLD), is(Modifier::DIM)), "{place}");
                }
            }
            behind = 0;
        }
    }
}

#[test]
fn what_lay_over_half_of_a_wide_character_is_shown_when_that_is_gone() {
    let over = (4, 0, "a", 0);
    assert_shown(Size::new(36, 1), false, &[vec![(0, 0, "a日本b", 0), over], vec![over]]);
}

fn piece() -> impl proptest::strategy::Strategy<Value = Piece> {
    const WORDS: [&str; 16] = [
        "a",
        "ab",
        "storefront",
        " ",
        "      ",
        "                    ",
        "x          y",
        "é",
        "…",
        "日",
        "a日本b",
        "● ready",
        "─────────",
        "postgresql-calm-otter",
        "2026-11-20 03:14",
        "a b c d e f g",
    ];
    (0u16..64, 0u16..64, proptest::sample::select(&WORDS[..]), 0usize..STYLES.len())
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(400))]
    #[test]
    fn whatever_was_there_before_each_cell_is_shown_as_drawn(
        width in 1u16..40,
        height in 1u16..14,
        color: bool,
        frames in proptest::collection::vec(proptest::collection::vec(piece(), 0..14), 1..6),
    ) {
        assert_shown(Size { width, height }, color, &frames);
    }
}

#[test]
fn the_end_of_a_row_is_erased_and_short_gaps_are_written_again() {
    let frames_of = |before: &'static str, after: &'static str| {
        let (written, screen) = frames(true, &[vec![Line::from(before)], vec![Line::from(after)]]);
        assert_eq!(screen.screen().contents().trim_end(), after);
        String::from_utf8_lossy(&written[1]).into_owned()
    };
    assert_eq!(frames_of("a very long line", "a"), "\u{1b}[3G\u{1b}[K");
    let (_, screen) = frames(true, &["storefront", "…a日本abab", "……aa"].map(|text| vec![Line::from(text)]));
    assert_eq!(screen.screen().contents().trim_end(), "……aa", "what a wide one covered is gone");
    assert_eq!(frames_of("one two six", "ore txo six"), "\u{1b}[2Gre tx");
    // Not at the end of a row, and at its end more than once.
    assert_eq!(frames_of("a very long line b", "a                b"), "\u{1b}[3G\u{1b}[14X");
    assert_eq!(frames_of("a long line  b", "a            c"), "\u{1b}[3G\u{1b}[9X\u{1b}[11Cc");
}
