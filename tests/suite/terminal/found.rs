//! A credential that lies around is not entered by opening the dashboard: it is told of, once.

use crate::support::home::Home;
use crate::support::pty::{Pty, attache};

#[test]
fn the_fallback_to_local_says_what_was_found_and_how_to_open_it() {
    let home = Home::new();
    let mut command = attache(home.path());
    command.env("HEROKU_API_KEY", "5ecre7-t0ken-that-nobody-may-see");
    let mut pty = Pty::start(command, 120, 40);
    pty.wait_for("attache --platform heroku");
    assert!(pty.contents().lines().next().is_some_and(|line| line.starts_with("local")), "{}", pty.contents());
    pty.send("q");
    pty.wait_exit();
    let seen = String::from_utf8_lossy(&pty.output_after(0)).into_owned();
    assert!(!seen.contains("5ecre7"), "{seen}");
}
