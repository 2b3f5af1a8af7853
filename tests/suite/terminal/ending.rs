//! However it ends, the terminal is given back and the status says why.

use rustix::process::{Pid, PidfdFlags, Signal, kill_process, kill_process_group, pidfd_open};

use super::suspending::{job, wait_ended};
use crate::support::between::Manner;
use crate::support::frames::{check, find};
use crate::support::home::Home;
use crate::support::pty::{Pty, command};
use crate::support::screen::{
    NOWHERE, between_platform, dashboard, dashboard_in, dashboard_through, shell, wait_first_frame, watching,
};

const ENDING: [Signal; 4] = [Signal::TERM, Signal::INT, Signal::HUP, Signal::QUIT];

fn status(signal: Signal) -> u32 {
    128 + signal.as_raw().unsigned_abs()
}

fn send(pty: &Pty, signal: Signal) {
    kill_process(Pid::from_raw(pty.pid()).unwrap(), signal).unwrap();
}

#[track_caller]
fn ends(pty: &Pty, signal: Signal) {
    assert_eq!(pty.wait_exit().exit_code(), status(signal), "{signal:?}\n{}", pty.contents());
    pty.assert_restored();
    check(&pty.output_after(0));
}

#[test]
fn q_leaves() {
    let home = Home::new();
    let mut pty = dashboard(home.path(), 80, 24);
    assert!(!pty.is_cooked());
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
    check(&pty.output_after(0));
}

#[test]
fn signals_end_it_with_their_status() {
    let home = Home::new();
    for signal in ENDING {
        let pty = dashboard(home.path(), 80, 24);
        send(&pty, signal);
        ends(&pty, signal);
    }
}

#[test]
fn two_signals_at_once_end_it_as_one() {
    let home = Home::new();
    for second in ENDING {
        let pty = dashboard(home.path(), 80, 24);
        send(&pty, Signal::TERM);
        // It may be over already; then there is nobody to send it to.
        let _ = kill_process(Pid::from_raw(pty.pid()).unwrap(), second);
        let code = pty.wait_exit().exit_code();
        assert!([status(Signal::TERM), status(second)].contains(&code), "{second:?}: {code}");
        pty.assert_restored();
        check(&pty.output_after(0));
    }
}

#[test]
fn signals_end_it_with_a_modal_open_and_while_every_request_hangs() {
    let (_platform, home, between) = between_platform();
    for signal in ENDING {
        between.behave(Manner::Honest);
        let mut pty = dashboard_through(&between, home.path(), 80, 24);
        pty.wait_for("live");
        pty.wait_for("uploads");
        pty.send("X");
        pty.wait_for("y does it");
        between.behave(Manner::Hanging);
        send(&pty, signal);
        ends(&pty, signal);
        let pty = dashboard_through(&between, home.path(), 80, 24);
        between.wait_requests(1);
        send(&pty, signal);
        ends(&pty, signal);
    }
    assert_eq!(between.writes(), 0);
}

#[test]
fn signals_end_it_while_it_is_suspended() {
    let home = Home::new();
    // A shell lets a stopped job run again for TERM and HUP; the others wait until it does.
    for (signal, name) in [(Signal::TERM, "TERM"), (Signal::HUP, "HUP"), (Signal::INT, "INT"), (Signal::QUIT, "QUIT")] {
        let mut pty = shell(home.path(), 80, 24);
        dashboard_in(&mut pty);
        pty.send("\x1a");
        pty.wait_for("Stopped");
        pty.send("echo pid=$(jobs -p).\n");
        let process = pidfd_open(job(&pty), PidfdFlags::empty()).unwrap();
        let before = pty.bytes();
        let (more, told) = match signal {
            Signal::TERM | Signal::HUP => ("", format!("Exit {}", status(signal))),
            _ => ("; fg; echo status=$?.", format!("status={}.", status(signal))),
        };
        pty.send(&format!("kill -{name} %1{more}\n"));
        wait_ended(&process);
        // The shell tells it with its next prompt.
        pty.send("\n");
        pty.wait_for(&told);
        pty.assert_restored();
        check(&pty.output_after(0));
        assert_eq!(find(&pty.output_after(before), b"\x1b[?2026h"), None, "drawn once more");
        pty.send("exit\n");
        pty.wait_exit();
    }
}

/// The first signal waits for the answer to what was sent; the second leaves without it and says so.
#[test]
fn a_second_signal_does_not_wait_for_the_answer_to_a_write() {
    let (_platform, _home, between, mut pty) = watching(80, 24);
    pty.send("X");
    pty.wait_for("y does it");
    between.behave(Manner::HoldingWrites);
    pty.send("y");
    while between.writes() == 0 {
        between.wait_requests(1);
    }
    send(&pty, Signal::TERM);
    pty.wait_for("Waiting for the platform's answer");
    pty.assert_restored();
    send(&pty, Signal::INT);
    ends(&pty, Signal::TERM);
    assert!(pty.contents().replace('\n', "").contains("Left without the answer"), "{}", pty.contents());
    assert_eq!(between.writes(), 1);
    between.behave(Manner::Honest);
}

/// A signal to the whole foreground group, as a terminal sends it: a script around us that goes on sees our status.
#[test]
fn a_script_around_it_sees_the_status() {
    let home = Home::new();
    for signal in [Signal::INT, Signal::QUIT, Signal::TERM] {
        let mut script = command("sh");
        script.env("ATTACHE_HOME", home.path());
        script.env("ATTACHE_TOKEN", "not-needed");
        script.args(["-c", r#"trap : INT QUIT TERM; "$0" "$@"; echo "status=$?.""#, env!("CARGO_BIN_EXE_attache")]);
        script.args(["--platform", "local", "--endpoint", NOWHERE]);
        let pty = Pty::start(script, 80, 24);
        wait_first_frame(&pty);
        kill_process_group(Pid::from_raw(pty.pid()).unwrap(), signal).unwrap();
        pty.wait_exit();
        pty.assert_restored();
        assert!(pty.contents().contains(&format!("status={}.", status(signal))), "{signal:?}: {}", pty.contents());
    }
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
