//! Sizes, one after another and faster than frames.

use crate::support::frames::check;
use crate::support::home::Home;
use crate::support::pty::Pty;
use crate::support::screen::dashboard;

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

/// Waits until the whole screen is drawn at a size: its last row, and nothing beside it.
fn settles_at(pty: &mut Pty, columns: u16, rows: u16) {
    pty.resize(columns, rows);
    pty.wait_until(&format!("a frame of {columns}×{rows}"), |screen| {
        let last = screen.contents_between(rows - 1, 0, rows - 1, columns);
        !last.trim().is_empty() && screen.contents().lines().count() == usize::from(rows)
    });
}

#[test]
fn sizes_in_a_storm_are_survived() {
    let home = Home::new();
    let mut pty = dashboard(home.path(), 120, 40);
    let odd = [
        (0, 0),
        (1, 1),
        (0, 24),
        (80, 0),
        (3, 2),
        (20, 5),
        (500, 200),
        (1, 200),
        (500, 1),
        (40, 12),
        (39, 11),
        (110, 30),
        (109, 29),
        (2, 80),
        (300, 1),
        (500, 200),
        (0, 0),
    ];
    for key in ["", "?", "\x1b", ":", "\x1b", "/"] {
        pty.send(key);
        for (columns, rows) in odd {
            pty.resize(columns, rows);
        }
        // Growing and shrinking cell by cell, as a window that is dragged.
        for step in 0..=100_u16 {
            pty.resize(5 * step, 2 * step);
        }
        for step in (1..=50_u16).rev() {
            pty.resize(10 * step, 4 * step);
        }
    }
    pty.send("\x1b");
    settles_at(&mut pty, 500, 200);
    settles_at(&mut pty, 80, 24);
    settles_at(&mut pty, 40, 12);
    settles_at(&mut pty, 120, 40);
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
    check(&pty.output_after(0));
}
