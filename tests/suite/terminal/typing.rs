//! What is typed, and what only looks like it.

use crate::support::home::Home;
use crate::support::screen::dashboard;

/// What only the help says.
const HELP: &str = "Back to the shell; fg returns";

#[test]
fn a_paste_is_not_keys() {
    let home = Home::new();
    let mut pty = dashboard(home.path(), 80, 24);
    pty.send("\x1b[200~q?CDy\r\n\x1b[201~");
    pty.send("?");
    pty.wait_for(HELP);
    pty.send("\x1b");
    pty.wait_gone(HELP);
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
}

#[test]
fn an_escape_sequence_in_pieces_is_not_an_esc() {
    let home = Home::new();
    let mut pty = dashboard(home.path(), 80, 24);
    pty.send("?");
    pty.wait_for(HELP);
    // The arrow scrolls in the help. Once a `[` has come the rest is waited for, however slow the line is.
    let first = pty.contents();
    pty.send_apart(&[b"\x1b[", b"B"]);
    pty.wait_until("another line of the help", |screen| screen.contents() != first);
    assert!(pty.contents().contains(HELP), "{}", pty.contents());
    pty.send("\x1b");
    pty.wait_gone(HELP);
    // The late rest of a sequence whose Esc has been taken for one: `B` backs up, and `[` and `B` are no keys here.
    pty.send("[B");
    pty.send("?");
    pty.wait_for(HELP);
    pty.send("\x1b");
    pty.wait_gone(HELP);
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
}
