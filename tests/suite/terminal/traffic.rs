//! What is written to the terminal, and how much.

use crate::support::between::Between;
use crate::support::home::Home;
use crate::support::pty::Pty;
use crate::support::screen::dashboard_through;

const END_OF_FRAME: &[u8] = b"\x1b[?2026l";

/// A platform with a few buckets, and a dashboard's home with one in between.
fn buckets(count: usize) -> (Home, Home, Between) {
    let platform = Home::new();
    platform.platform_up();
    for number in 1..count {
        platform.line(&format!("addons create object-storage --name bucket-{number} --wait")).expect(0);
    }
    let home = Home::new();
    let between = Between::start(platform.platform_folder().join("run/api.sock"));
    (platform, home, between)
}

/// Leaves, so that the next start has a cache.
fn leave(pty: &mut Pty) {
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn idle_is_silent_and_a_cursor_move_is_cheap() {
    let (_platform, home, between) = buckets(4);
    let mut pty = dashboard_through(&between, home.path(), 120, 40);
    pty.wait_for("bucket-3");
    pty.wait_for("uploads");
    // The answers to all first questions; from then on polls find nothing new.
    between.wait_answers(5);
    let before = pty.bytes();
    between.wait_answers(3);
    let idle = pty.output_after(before);
    assert_eq!(idle.len(), 0, "{:?}", String::from_utf8_lossy(&idle));

    let before = pty.bytes();
    pty.send("j");
    let moved = pty.wait_output_after(before, "the frame after a key", END_OF_FRAME);
    assert!(moved.len() <= 100, "{} bytes: {:?}", moved.len(), String::from_utf8_lossy(&moved));
    leave(&mut pty);
}

#[test]
fn the_first_frame_has_the_cached_rows_and_is_small() {
    let (_platform, home, between) = buckets(4);
    let mut pty = dashboard_through(&between, home.path(), 120, 40);
    pty.wait_for("bucket-3");
    leave(&mut pty);
    between.behave(crate::support::between::Manner::Hanging);
    for ((columns, rows), limit) in [((120, 40), 6_000), ((80, 24), 3_000)] {
        let mut pty = dashboard_through(&between, home.path(), columns, rows);
        let first = pty.wait_output_after(0, "the first frame", END_OF_FRAME);
        let mut screen = vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0);
        screen.process(&first);
        assert!(screen.screen().contents().contains("bucket-3"), "{}", screen.screen().contents());
        assert!(first.len() <= limit, "{columns}×{rows}: {} bytes", first.len());
        leave(&mut pty);
    }
}
