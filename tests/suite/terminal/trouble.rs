//! A platform in trouble: the last data stays on the screen, marked, and keys work.

use rustix::process::{Pid, Signal, kill_process};

use crate::support::between::{Between, Manner};
use crate::support::home::Home;
use crate::support::pty::Pty;
use crate::support::screen::{dashboard_of_own, watching};

fn keys_work(pty: &mut Pty) {
    pty.send("?");
    pty.wait_for("Back to the shell; fg returns");
    pty.send("\x1b");
    pty.wait_gone("Back to the shell; fg returns");
}

fn stale_then_live(mut pty: Pty, between: &Between) {
    pty.wait_for("STALE since");
    assert!(pty.contents().contains("uploads"), "{}", pty.contents());
    keys_work(&mut pty);
    assert!(pty.contents().contains("uploads"), "{}", pty.contents());
    between.behave(Manner::Honest);
    pty.send("r");
    pty.wait_for("live");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn a_failing_platform_leaves_the_last_data() {
    let (_platform, _home, between, mut pty) = watching(120, 40);
    between.behave(Manner::Failing);
    pty.send("r");
    stale_then_live(pty, &between);
}

#[test]
fn a_hanging_platform_leaves_the_last_data() {
    let (_platform, _home, between, mut pty) = watching(120, 40);
    between.behave(Manner::Hanging);
    pty.send("r");
    // While the answers hang, keys are heard at once.
    between.wait_requests(1);
    keys_work(&mut pty);
    stale_then_live(pty, &between);
}

#[test]
fn a_killed_platform_leaves_the_last_data() {
    let home = Home::new();
    home.platform_up();
    let mut pty = dashboard_of_own(home.path(), 120, 40, &[]);
    pty.wait_for("live");
    pty.wait_for("uploads");
    let status = home.line("platform status --json").expect(0).json();
    let pid = i32::try_from(status["pid"].as_i64().unwrap()).unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
    pty.send("r");
    pty.wait_for("STALE since");
    assert!(pty.contents().contains("uploads"), "{}", pty.contents());
    keys_work(&mut pty);
    home.platform_up();
    pty.send("r");
    pty.wait_for("live");
    assert!(pty.contents().contains("uploads"), "{}", pty.contents());
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}

/// Leaving gives the terminal back at once, and waits for the answer to a command that was sent: it is not cut off.
#[test]
fn leaving_waits_for_a_command_that_was_sent() {
    let (_platform, _home, between, mut pty) = watching(120, 40);
    pty.send("X");
    pty.wait_for("y does it");
    between.behave(Manner::HoldingWrites);
    let before = between.writes();
    pty.send("y");
    pty.wait_for("It is being sent, once");
    while between.writes() == before {
        between.wait_requests(1);
    }
    pty.send("\x1b");
    pty.wait_gone("It is being sent, once");
    pty.send("q");
    pty.wait_for("Waiting for the platform's answer to a command that was sent");
    pty.assert_restored();
    between.behave(Manner::Honest);
    assert_eq!(pty.wait_exit().exit_code(), 0);
    assert!(pty.contents().contains("Detach uploads from storefront: done"), "{}", pty.contents());
    assert_eq!(between.writes(), before + 1);
}
