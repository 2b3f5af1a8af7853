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

#[test]
fn whatever_was_there_before_the_screen_shows_what_was_drawn_last() {
    // splitmix64
    let mut seed = 7u64;
    let mut below = move |limit: u64| {
        seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    };
    let words = ["a", "ab", "storefront", " ", "      ", "é", "…", ""];
    let styles = [Style::new(), Style::new(), Style::new().dim(), Style::new().red(), Style::new().reversed()];
    let mut line = move || -> Line<'static> {
        let count = below(6);
        Line::from_iter((0..count).map(|_| {
            Span::styled(words[below(words.len() as u64) as usize], styles[below(styles.len() as u64) as usize])
        }))
    };
    for _ in 0..200 {
        let all: Vec<Vec<Line<'static>>> = (0..6).map(|_| (0..3).map(|_| line()).collect()).collect();
        let (_, step_by_step) = frames(true, &all);
        let (_, at_once) = frames(true, &all[5..]);
        for row in 0..3 {
            for column in 0..20 {
                let cell = |screen: &vt100::Parser| screen.screen().cell(row, column).unwrap().clone();
                let (seen, wanted) = (cell(&step_by_step), cell(&at_once));
                let look = |cell: &vt100::Cell| {
                    let blank = cell.contents().trim().is_empty() && !cell.inverse();
                    let text = if blank { String::new() } else { cell.contents().to_owned() };
                    // What can't be seen on a blank may differ.
                    (
                        text,
                        cell.inverse(),
                        !blank && cell.dim(),
                        if blank { vt100::Color::Default } else { cell.fgcolor() },
                    )
                };
                assert_eq!(look(&seen), look(&wanted), "{row}, {column} of {:?}", all);
            }
        }
    }
}

#[test]
fn the_end_of_a_row_is_erased_and_short_gaps_are_written_again() {
    let frames_of = |before: &'static str, after: &'static str| {
        let (written, screen) = frames(true, &[vec![Line::from(before)], vec![Line::from(after)]]);
        assert_eq!(screen.screen().contents().trim_end(), after);
        String::from_utf8_lossy(&written[1]).into_owned()
    };
    assert_eq!(frames_of("a very long line", "a"), "\u{1b}[1;3H\u{1b}[K");
    let (_, screen) = frames(true, &["storefront", "…a日本abab", "……aa"].map(|text| vec![Line::from(text)]));
    assert_eq!(screen.screen().contents().trim_end(), "……aa", "what a wide one covered is gone");
    assert_eq!(frames_of("one two six", "ore txo six"), "\u{1b}[1;2Hre tx");
}
