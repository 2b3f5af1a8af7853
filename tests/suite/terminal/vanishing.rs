//! The terminal goes away: the process ends within two seconds, in whatever state it is, without a timer that looks.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

use super::suspending::{job, wait_ended};
use crate::support::between::Between;
use crate::support::home::Home;
use crate::support::pty::{Pty, command};
use crate::support::screen::{between_platform, dashboard, dashboard_in, dashboard_through, shell, wait_first_frame};

#[test]
fn a_closed_terminal_ends_it() {
    let home = Home::new();
    let mut pty = dashboard(home.path(), 80, 24);
    pty.vanish();
    assert_eq!(pty.wait_exit().exit_code(), 129);
}

/// In a session that is not the terminal's, and with SIGHUP ignored: no signal comes.
fn apart(home: &Home, between: &Between) -> Pty {
    let mut shell = command("sh");
    shell.env("ATTACHE_HOME", home.path());
    let script =
        r#"trap "" HUP; exec 3<&0; setsid "$0" "$@" <&3 3<&- & echo $! >"$ATTACHE_HOME/pid"; wait $!; exit $?"#;
    shell.args(["-c", script, env!("CARGO_BIN_EXE_attache")]);
    shell.args(["--platform", "local", "--endpoint", &between.endpoint()]);
    shell.env("ATTACHE_TOKEN", "not-needed");
    let pty = Pty::start(shell, 80, 24);
    wait_first_frame(&pty);
    pty.wait_for("live");
    pty.wait_for("uploads");
    pty
}

/// Waits until polls find nothing new, so that nothing is written that could fail.
fn rest(pty: &Pty, between: &Between) {
    let mut bytes = 0;
    while bytes < pty.bytes() {
        bytes = pty.bytes();
        between.wait_answers(4);
    }
}

fn pid(home: &Home) -> Pid {
    Pid::from_raw(std::fs::read_to_string(home.path().join("pid")).unwrap().trim().parse().unwrap()).unwrap()
}

/// The thread that reads the terminal, as a folder of /proc; waits until it is there.
fn reading_thread(pid: Pid) -> PathBuf {
    wait_task(pid, "no thread reads the terminal", |task| {
        std::fs::read_to_string(task.join("comm")).unwrap_or_default().trim() == "terminal"
    })
}

/// How often it has gone to sleep.
fn sleeps(thread: &Path) -> u64 {
    let status = std::fs::read_to_string(thread.join("status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("voluntary_ctxt_switches")).unwrap();
    line.split_whitespace().last().unwrap().parse().unwrap()
}

/// Whether a thread is blocked in a call that waits for descriptors, and for no time: of `poll` the time-out is -1, of `ppoll`
/// there is none. `None` while it is in no such call.
fn waits_for_ever(thread: &Path) -> Option<bool> {
    let told = std::fs::read_to_string(thread.join("syscall")).unwrap_or_default();
    let words: Vec<&str> = told.split_whitespace().collect();
    // poll(2) is in no newer architecture.
    let (poll, ppoll) = if cfg!(target_arch = "x86_64") { (Some("7"), "271") } else { (None, "73") };
    let [call, _, _, third, ..] = words[..] else { return None };
    let third = u64::from_str_radix(third.strip_prefix("0x")?, 16).ok()?;
    if Some(call) == poll {
        // An int: the upper half of the register means nothing.
        Some(third as u32 == u32::MAX)
    } else {
        (call == ppoll).then_some(third == 0)
    }
}

#[test]
fn a_vanished_terminal_ends_it_without_a_signal_and_without_a_timer() {
    let (_platform, home, between) = between_platform();
    let mut pty = apart(&home, &between);
    rest(&pty, &between);
    let pid = pid(&home);
    let thread = reading_thread(pid);
    let verdict = Cell::new(None);
    wait_task(pid, "the thread waits for no descriptor", |task| {
        *task == thread && {
            verdict.set(waits_for_ever(task));
            verdict.get().is_some()
        }
    });
    assert_eq!(verdict.get(), Some(true), "what waits for the hang-up has a time-out");
    // Nor is it woken while nothing happens: two polls are many seconds.
    let before = sleeps(&thread);
    between.wait_answers(2);
    assert_eq!(sleeps(&thread), before, "the thread wakes up by itself");
    pty.vanish();
    assert_eq!(pty.wait_exit().exit_code(), 129);
}

#[test]
fn a_terminal_that_vanishes_under_a_modal_ends_it() {
    let (_platform, home, between) = between_platform();
    let mut pty = apart(&home, &between);
    pty.send("X");
    pty.wait_for("y does it");
    pty.vanish();
    assert_eq!(pty.wait_exit().exit_code(), 129);
    assert_eq!(between.writes(), 0);
}

#[test]
fn a_terminal_that_vanishes_in_the_middle_of_a_write_ends_it() {
    let (_platform, home, between) = between_platform();
    let mut pty = apart(&home, &between);
    pty.get_stuck();
    // A frame that can't be written.
    pty.send("?");
    wait_in_write(pid(&home));
    pty.vanish();
    assert_eq!(pty.wait_exit().exit_code(), 129);
}

/// Waits until a thread of it is in a write that the terminal does not take.
fn wait_in_write(pid: Pid) {
    wait_task(pid, "it never writes", |task| {
        let call = std::fs::read_to_string(task.join("syscall")).unwrap_or_default();
        // write(2), to standard output.
        call.starts_with(if cfg!(target_arch = "x86_64") { "1 0x1 " } else { "64 0x1 " })
    });
}

/// Waits until a thread of it is as wanted; gives its folder.
fn wait_task(pid: Pid, otherwise: &str, wanted: impl Fn(&PathBuf) -> bool) -> PathBuf {
    let folder = format!("/proc/{}/task", pid.as_raw_pid());
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let mut tasks = std::fs::read_dir(&folder).unwrap().map(|task| task.unwrap().path());
        if let Some(task) = tasks.find(&wanted) {
            return task;
        }
        assert!(Instant::now() < until, "{otherwise}");
        std::thread::yield_now();
    }
}

/// Stopped by somebody, it can't notice; as soon as it runs again it does.
#[test]
fn a_terminal_that_vanished_while_it_was_stopped_ends_it_when_it_runs_again() {
    let (_platform, home, between) = between_platform();
    let mut pty = apart(&home, &between);
    let pid = pid(&home);
    kill_process(pid, Signal::STOP).unwrap();
    pty.vanish();
    kill_process(pid, Signal::CONT).unwrap();
    assert_eq!(pty.wait_exit().exit_code(), 129);
}

/// Suspended under a shell whose terminal goes away, and nobody ever brings it back.
#[test]
fn a_terminal_that_vanishes_while_it_is_suspended_ends_it() {
    for ignores in [false, true] {
        let home = Home::new();
        let mut pty = shell(home.path(), 80, 24);
        if ignores {
            pty.send("trap '' HUP; echo ignored=$?\n");
            pty.wait_for("ignored=0");
        }
        dashboard_in(&mut pty);
        pty.send("\x1a");
        pty.wait_for("Stopped");
        pty.send("echo pid=$(jobs -p).\n");
        let process = pidfd_open(job(&pty), PidfdFlags::empty()).unwrap();
        pty.vanish();
        wait_ended(&process);
    }
}

/// The platform's answers go on to come and change what is seen: the frames fail.
#[test]
fn a_terminal_that_vanishes_while_answers_come_ends_it() {
    let (_platform, home, between) = between_platform();
    let mut pty = dashboard_through(&between, home.path(), 80, 24);
    pty.wait_for("live");
    pty.send("r");
    pty.vanish();
    assert_eq!(pty.wait_exit().exit_code(), 129);
}
