//! Ctrl-Z, under a shell with job control and without one.

use crate::support::home::Home;
use crate::support::pty::{Pty, command};
use crate::support::screen::{NOWHERE, dashboard, wait_first_frame};

#[test]
fn it_stops_for_the_shell_and_goes_on() {
    let home = Home::new();
    let mut shell = command("bash");
    shell.args(["--norc", "--noprofile", "--noediting", "-i"]);
    shell.env("ATTACHE_HOME", home.path());
    shell.env("ATTACHE_TOKEN", "not-needed");
    shell.env("PS1", "prompt> ");
    let mut pty = Pty::start(shell, 80, 24);
    pty.wait_for("prompt>");
    pty.send(&format!("{} --platform local --endpoint {NOWHERE}\n", env!("CARGO_BIN_EXE_attache")));
    wait_first_frame(&pty);

    pty.send("\x1a");
    pty.wait_for("Stopped");
    pty.assert_restored();

    let before = pty.bytes();
    pty.send("fg\n");
    pty.wait_output_after(before, "the alternate screen again", b"\x1b[?1049h");
    pty.wait_output_after(before, "a whole frame again", b"\x1b[?2026l");
    pty.wait_until("a frame", |screen| screen.alternate_screen() && !screen.contents().trim().is_empty());
    assert!(!pty.is_cooked());

    pty.send("q");
    pty.wait_until("the shell's screen", |screen| !screen.alternate_screen());
    pty.send("echo status=$?\n");
    pty.wait_for("status=0");
    pty.assert_restored();
    pty.send("exit\n");
    pty.wait_exit();
}

#[test]
fn without_a_job_control_shell_it_says_so_and_stays() {
    let home = Home::new();
    let mut pty = dashboard(home.path(), 120, 40);
    pty.send("\x1a");
    pty.wait_for("Can't be suspended");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}
