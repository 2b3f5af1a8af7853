//! Odd terminals: no colour, no Unicode, no size, no cursor movement, none at all.

use crate::support::home::Home;
use crate::support::pty::{Pty, attache};
use crate::support::screen::{dashboard, dashboard_of_own};

/// Whether a written sequence sets any colour.
fn has_color(output: &[u8]) -> bool {
    let text = String::from_utf8_lossy(output);
    text.split("\x1b[").skip(1).any(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ';')).unwrap_or(rest.len());
        let is_style = rest[end..].starts_with('m');
        is_style && rest[..end].split(';').any(|code| matches!(code.parse::<u8>(), Ok(30..=49 | 90..=107)))
    })
}

/// Whether the row with this text is marked: reversed, and with the glyph before it.
fn is_marked(pty: &Pty, text: &str) -> bool {
    pty.screen(|screen| {
        let (rows, columns) = (screen.size().0.get(), screen.size().1.get());
        let row = (0..rows).find(|row| screen.contents_between(*row, 0, *row, columns).contains(text));
        let is_reversed = |row| (0..columns).any(|column| screen.cell(row, column).is_some_and(vt100::Cell::inverse));
        row.is_some_and(|row| is_reversed(row) && screen.contents_between(row, 0, row, columns).contains('>'))
    })
}

#[test]
fn without_colour_the_selection_is_still_seen() {
    let home = Home::new();
    home.platform_up();
    for env in [("NO_COLOR", "1"), ("LC_ALL", "C")] {
        let mut pty = dashboard_of_own(home.path(), 80, 24, &[env]);
        pty.wait_for("uploads");
        assert!(is_marked(&pty, "uploads"), "{env:?}\n{}", pty.contents());
        let output = pty.output_after(0);
        if env.0 == "NO_COLOR" {
            assert!(!has_color(&output), "{:?}", String::from_utf8_lossy(&output));
        } else {
            assert!(output.is_ascii(), "{}", pty.contents());
        }
        pty.send("q");
        assert_eq!(pty.wait_exit().exit_code(), 0);
    }
}

#[test]
fn a_size_of_nothing_means_eighty_by_twenty_four() {
    let home = Home::new();
    let mut pty = dashboard(home.path(), 0, 0);
    let last =
        pty.screen(|screen| (0..24).rev().find(|row| !screen.contents_between(*row, 0, *row, 80).trim().is_empty()));
    assert_eq!(last, Some(23), "{}", pty.contents());
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn sizes_in_a_storm_are_survived() {
    let home = Home::new();
    let mut pty = dashboard(home.path(), 120, 40);
    for (columns, rows) in
        [(1, 1), (3, 2), (20, 5), (0, 0), (200, 60), (40, 12), (39, 11), (110, 30), (2, 80), (300, 1)]
    {
        pty.resize(columns, rows);
    }
    pty.resize(80, 24);
    pty.wait_until("a frame of 80×24", |screen| {
        let last = screen.contents_between(23, 0, 23, 80);
        !last.trim().is_empty() && screen.contents().lines().count() == 24
    });
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn a_dumb_terminal_is_pointed_at_the_verbs() {
    let home = Home::new();
    let mut command = attache(home.path());
    command.env("TERM", "dumb");
    let pty = Pty::start(command, 80, 24);
    assert_eq!(pty.wait_exit().exit_code(), 2);
    let said = pty.contents().replace('\n', "");
    assert!(said.contains("TERM is `dumb`") && said.contains("attache addons"), "{said}");
    assert!(!pty.output_after(0).contains(&0x1b), "a dumb terminal got an escape sequence");
}

#[test]
fn no_terminal_is_wrong_usage() {
    let home = Home::new();
    let ran = home.run::<&str>([]).expect(2);
    assert_eq!(ran.out, "");
    assert!(ran.err.contains("needs a terminal") && ran.err.contains("attache addons"), "{}", ran.err);
}
