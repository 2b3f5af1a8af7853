//! Somebody who does not look is told: the bell or a notification, the window's title, the words at leaving.

use rustix::process::{Pid, Signal, kill_process};

use crate::support::between::{Between, Manner};
use crate::support::home::Home;
use crate::support::pty::{Pty, attache};
use crate::support::screen::{dashboard_of_own, wait_first_frame};

const FOCUS_LOST: &str = "\x1b[O";
const FOCUS_GAINED: &str = "\x1b[I";

/// Detaches while the terminal has the focus, or not; gives what was written meanwhile.
fn detached(focus: &str, env: &[(&str, &str)]) -> Vec<u8> {
    let home = Home::new();
    home.platform_ready();
    let mut pty = dashboard_of_own(home.path(), 120, 40, env);
    pty.wait_for("live");
    pty.wait_for("uploads");
    pty.send(focus);
    pty.send("X");
    pty.wait_for("y does it");
    pty.send("y");
    pty.wait_for("Detach uploads from storefront: done");
    let seen = pty.output_after(0);
    pty.send("q");
    pty.wait_exit();
    pty.assert_restored();
    seen
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn rfind(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).rposition(|window| window == wanted)
}

/// Fails unless it came between two frames.
#[track_caller]
fn is_beside_the_frames(output: &[u8], at: usize) {
    let (begun, ended) = (rfind(&output[..at], b"\x1b[?2026h"), rfind(&output[..at], b"\x1b[?2026l"));
    assert!(begun < ended, "in the middle of a frame: {begun:?} {ended:?}");
}

#[test]
fn the_end_of_what_is_waited_for_rings_when_nobody_looks_and_never_when_somebody_does() {
    let away = detached(FOCUS_LOST, &[]);
    is_beside_the_frames(&away, find(&away, b"\x07").expect("the bell"));
    assert!(find(&detached(FOCUS_GAINED, &[]), b"\x07").is_none(), "somebody looks");
    assert!(find(&detached("", &[]), b"\x07").is_none(), "it was over at once, and nothing tells of the focus");
}

#[test]
fn the_environment_chooses_a_notification_that_passes_through_tmux() {
    let told = b"\x1b]777;notify;attache;Detach uploads from storefront: done\x07";
    let away = detached(FOCUS_LOST, &[("ATTACHE_NOTIFY", "osc777")]);
    is_beside_the_frames(&away, find(&away, told).expect("the notification"));
    let told = b"\x1bPtmux;\x1b\x1b]9;attache: Detach uploads from storefront: done\x07\x1b\\";
    let away = detached(FOCUS_LOST, &[("ATTACHE_NOTIFY", "osc9"), ("TMUX", "/tmp/tmux,1,0")]);
    is_beside_the_frames(&away, find(&away, told).expect("the notification"));
    assert!(find(&detached(FOCUS_LOST, &[("ATTACHE_NOTIFY", "none")]), b"\x07").is_none());
}

/// A dashboard on an operation that the platform goes on with and that can't be followed.
fn on_running() -> (Home, Home, Pty) {
    let platform = Home::new();
    platform.platform_ready();
    let home = Home::new();
    let between = Between::start(platform.platform_folder().join("run/api.sock"));
    let endpoint = between.endpoint();
    let words = ["--platform", "local", "--endpoint", &endpoint];
    let mut capture = home.command([&words[..], &["backups", "capture", "uploads"]].concat());
    capture.env("ATTACHE_TOKEN", "not-needed");
    assert!(capture.output().unwrap().status.success());
    between.behave(Manner::Failing);
    let mut command = attache(home.path());
    command.args(words);
    command.env("ATTACHE_TOKEN", "not-needed");
    let pty = Pty::start(command, 120, 40);
    wait_first_frame(&pty);
    (platform, home, pty)
}

#[test]
fn the_title_tells_what_runs_and_leaving_tells_what_goes_on() {
    let (_platform, _home, mut pty) = on_running();
    pty.wait_output("the title", b"\x1b]2;attache: local, 1 running (Back up uploads)\x1b\\");
    let output = pty.output_after(0);
    let (kept, first) = (find(&output, b"\x1b[22;0t"), find(&output, b"\x1b]2;"));
    assert!(kept.is_some() && kept < first, "the old title is kept before ours is set");
    is_beside_the_frames(&output, rfind(&output, b"\x1b]2;").unwrap());
    // What did not change is not written again: the keys below paint frames.
    let before = pty.bytes();
    pty.send("?");
    pty.wait_for("Back to the shell; fg returns");
    pty.send("\x1b");
    pty.wait_gone("Back to the shell; fg returns");
    assert!(find(&pty.output_after(before), b"\x1b]2;").is_none(), "the same title once more");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
    let screen = pty.contents();
    assert!(screen.contains("Back up uploads: goes on at the platform. `attache operations wait 20"), "{screen}");
    assert!(
        rfind(&pty.output_after(0), b"\x1b[23;0t") > rfind(&pty.output_after(0), b"\x1b]2;"),
        "the old title is back"
    );
}

#[test]
fn a_signal_leaves_with_the_same_words_and_its_own_status() {
    let (_platform, _home, pty) = on_running();
    pty.wait_output("the title", b"1 running");
    kill_process(Pid::from_raw(pty.pid()).unwrap(), Signal::TERM).unwrap();
    assert_eq!(pty.wait_exit().exit_code(), 143);
    pty.assert_restored();
    assert!(pty.contents().contains("Back up uploads: goes on at the platform."), "{}", pty.contents());
}

#[test]
fn a_terminal_without_titles_gets_none() {
    let home = Home::new();
    home.platform_ready();
    let mut pty = dashboard_of_own(home.path(), 80, 24, &[("TERM", "linux")]);
    pty.wait_for("live");
    pty.send("q");
    pty.wait_exit();
    assert!(find(&pty.output_after(0), b"\x1b]2;").is_none());
}
