//! However it ends, the terminal is given back and the status says why.

use rustix::process::{Pid, Signal, kill_process};

use crate::support::between::Between;
use crate::support::home::Home;
use crate::support::pty::{Pty, command};
use crate::support::screen::{dashboard, wait_first_frame};

#[test]
fn q_leaves() {
    let home = Home::new();
    let mut pty = dashboard(home.path(), 80, 24);
    assert!(!pty.is_cooked());
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn signals_end_it_with_their_status() {
    let home = Home::new();
    for signal in [Signal::TERM, Signal::INT, Signal::HUP, Signal::QUIT] {
        let pty = dashboard(home.path(), 80, 24);
        kill_process(Pid::from_raw(pty.pid()).unwrap(), signal).unwrap();
        assert_eq!(pty.wait_exit().exit_code(), 128 + signal.as_raw().unsigned_abs(), "{signal:?}");
        pty.assert_restored();
    }
}

#[test]
fn a_closed_terminal_ends_it() {
    let home = Home::new();
    let mut pty = dashboard(home.path(), 80, 24);
    pty.vanish();
    assert_eq!(pty.wait_exit().exit_code(), 129);
}

/// The terminal goes away and no signal comes: it is not the session's, and SIGHUP is ignored. The platform answers and
/// nothing changes, so nothing is written that could fail.
#[test]
fn a_vanished_terminal_ends_it_without_a_signal() {
    let platform = Home::new();
    platform.platform_up();
    let home = Home::new();
    let between = Between::start(platform.platform_folder().join("run/api.sock"));
    let mut shell = command("sh");
    shell.env("ATTACHE_HOME", home.path());
    shell.args(["-c", r#"trap "" HUP; setsid "$0" "$@"; exit $?"#, env!("CARGO_BIN_EXE_attache")]);
    shell.args(["--platform", "local", "--endpoint", &between.endpoint()]);
    shell.env("ATTACHE_TOKEN", "not-needed");
    let mut pty = Pty::start(shell, 80, 24);
    wait_first_frame(&pty);
    pty.wait_for("live");
    pty.wait_for("uploads");
    // Until polls find nothing new.
    let mut bytes = 0;
    while bytes < pty.bytes() {
        bytes = pty.bytes();
        between.wait_answers(4);
    }
    pty.vanish();
    assert_eq!(pty.wait_exit().exit_code(), 129);
}

/// The loop is stuck in a write; a signal ends the process all the same, and the modes are given back.
#[test]
fn a_stuck_terminal_does_not_keep_it() {
    let home = Home::new();
    let mut pty = dashboard(home.path(), 80, 24);
    pty.get_stuck();
    pty.resize(90, 30);
    kill_process(Pid::from_raw(pty.pid()).unwrap(), Signal::TERM).unwrap();
    assert_eq!(pty.wait_gone_process().exit_code(), 143);
    assert!(pty.is_cooked());
    pty.get_unstuck();
    pty.wait_exit();
}
