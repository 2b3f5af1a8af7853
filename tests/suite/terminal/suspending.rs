//! Ctrl-Z, under a shell with job control and without one.

use std::os::fd::OwnedFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::frames::{check, find};
use crate::support::home::Home;
use crate::support::pty::Pty;
use crate::support::screen::{dashboard, dashboard_in, shell};

/// What only the help says.
const HELP: &str = "Back to the shell; fg returns";

fn suspend(pty: &mut Pty, count: usize) {
    pty.send("\x1a");
    pty.wait_until("the shell's word", |screen| screen.contents().matches("Stopped").count() >= count);
    pty.assert_restored();
}

/// Brings it back; gives what was written for that, up to the end of the first frame.
fn go_on(pty: &mut Pty) -> Vec<u8> {
    let before = pty.bytes();
    pty.send("fg\n");
    pty.wait_output_after(before, "the alternate screen again", b"\x1b[?1049h");
    let written = pty.wait_output_after(before, "a whole frame again", b"\x1b[?2026l");
    pty.wait_until("a frame", |screen| screen.alternate_screen() && !screen.contents().trim().is_empty());
    assert!(!pty.is_cooked());
    written
}

fn leave(pty: &mut Pty, status: &str) {
    pty.wait_until("the shell's screen", |screen| !screen.alternate_screen());
    pty.send("echo status=$?\n");
    pty.wait_for(&format!("status={status}"));
    pty.assert_restored();
    pty.send("exit\n");
    pty.wait_exit();
}

#[test]
fn it_stops_for_the_shell_and_goes_on() {
    let home = Home::new();
    let mut pty = shell(home.path(), 80, 24);
    dashboard_in(&mut pty);
    suspend(&mut pty, 1);
    go_on(&mut pty);
    pty.send("q");
    leave(&mut pty, "0");
    check(&pty.output_after(0));
}

/// The shell's title is given back while we are away, and kept again before ours is set: for each time it was kept it is
/// given back once.
#[test]
fn the_title_goes_and_comes_with_it_and_so_does_what_was_open() {
    let home = Home::new();
    let mut pty = shell(home.path(), 80, 24);
    dashboard_in(&mut pty);
    pty.send("?");
    pty.wait_for(HELP);
    for times in 1..=2 {
        suspend(&mut pty, times);
        let written = go_on(&mut pty);
        let (kept, set) = (find(&written, b"\x1b[22;0t").unwrap(), find(&written, b"\x1b]2;attache: local").unwrap());
        assert!(kept < set, "the shell's title is kept before ours is set");
        pty.wait_for(HELP);
    }
    pty.send("\x1b");
    pty.wait_gone(HELP);
    pty.send("q");
    leave(&mut pty, "0");
    check(&pty.output_after(0));
    let output = String::from_utf8_lossy(&pty.output_after(0)).into_owned();
    assert_eq!((output.matches("\x1b[22;0t").count(), output.matches("\x1b[23;0t").count()), (3, 3));
    assert!(output.rfind("\x1b[23;0t") > output.rfind("\x1b]2;"));
}

/// A stop that nobody can catch gives nothing back; going on from it keeps no title anew.
#[test]
fn a_stop_from_outside_is_gone_on_from_as_well() {
    let home = Home::new();
    let mut pty = shell(home.path(), 80, 24);
    dashboard_in(&mut pty);
    pty.send("\x1a");
    pty.wait_for("Stopped");
    pty.send("echo pid=$(jobs -p).\n");
    pty.wait_until("its number", |screen| screen.contents().contains("pid=") && screen.contents().contains("."));
    let pid = job(&pty);
    go_on(&mut pty);
    let before = pty.bytes();
    kill_process(pid, Signal::STOP).unwrap();
    pty.wait_output_after(before, "the shell's word", b"prompt> ");
    go_on(&mut pty);
    pty.send("q");
    leave(&mut pty, "0");
    let output = String::from_utf8_lossy(&pty.output_after(0)).into_owned();
    assert_eq!(output.matches("\x1b[22;0t").count(), output.matches("\x1b[23;0t").count(), "{output:?}");
}

/// The process whose number `echo pid=….` has shown.
pub(super) fn job(pty: &Pty) -> Pid {
    let shown = |text: &str| -> Option<i32> { text.rsplit_once("pid=")?.1.split_once('.')?.0.parse().ok() };
    pty.wait_until("the number of the job", |screen| shown(&screen.contents()).is_some());
    Pid::from_raw(shown(&pty.contents()).unwrap()).unwrap()
}

/// Waits until a process has ended that is no child of ours.
pub(super) fn wait_ended(process: &OwnedFd) {
    let limit = Timespec { tv_sec: 60, tv_nsec: 0 };
    let mut fds = [PollFd::new(process, PollFlags::IN)];
    assert_eq!(poll(&mut fds, Some(&limit)).unwrap(), 1, "it is still there");
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
