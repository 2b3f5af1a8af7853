//! `attache run`: a command with an app's config vars, restarted on each release.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::home::Home;

/// `attache run` with its standard output read line by line.
struct Run {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Run {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next line of the command.
    #[track_caller]
    fn line(&mut self) -> String {
        match self.lines.next() {
            Some(line) => line.unwrap(),
            None => panic!("the command has ended: {:?}", self.end()),
        }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// The exit code and what was said on standard error.
    fn end(&mut self) -> (i32, String) {
        let mut said = String::new();
        std::io::Read::read_to_string(&mut self.child.stderr.take().unwrap(), &mut said).unwrap();
        (self.child.wait().unwrap().code().unwrap_or(-1), said)
    }
}

fn is_alive(pid: &str) -> bool {
    std::path::Path::new("/proc").join(pid).exists()
}

fn shell(home: &Home, options: &[&str], script: &str) -> Run {
    Run::start(home.command([&["run", "--app", "storefront"][..], options, &["--", "sh", "-c", script][..]].concat()))
}

#[test]
fn a_command_gets_the_config_vars_and_its_exit_code_is_passed_on() {
    let home = Home::new();
    home.platform_ready();
    let mut command = home.command(["run", "--app", "storefront", "--", "sh", "-c", "env; exit 7"]);
    command.env("ATTACHE_TOKEN", "t0p-secret").env("OWN", "kept");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(7));
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.contains("S3_BUCKET=") && out.contains("AWS_SECRET_ACCESS_KEY=") && out.contains("OWN=kept"), "{out}");
    assert!(!out.contains("ATTACHE_") && !out.contains("t0p-secret"), "{out}");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "nothing of ours is between the command's own words");

    let killed = home.run(["run", "--app", "storefront", "--", "sh", "-c", "kill -9 $$"]);
    assert_eq!(killed.code, 128 + 9);
    let missing = home.run(["run", "--app", "storefront", "--", "/no/such/program"]).expect(127);
    assert!(missing.err.contains("/no/such/program") && missing.err.contains("not found"), "{}", missing.err);
    home.run(["run", "--app", "storefront", "--", "/etc/passwd"]).expect(126);
    let no_app = home.run(["run", "--app", "storefrunt", "--", "true"]).expect(1);
    assert!(no_app.err.contains("storefrunt") && no_app.err.contains("storefront"), "{}", no_app.err);
    home.run(["run", "--app", "storefront"]).expect(2);
    let read_only = home.run(["--read-only", "run", "--app", "storefront", "--", "touch", "/tmp/never-made"]).expect(1);
    assert!(read_only.err.contains("read-only"), "{}", read_only.err);
    assert!(!std::path::Path::new("/tmp/never-made").exists());
}

#[test]
fn a_release_restarts_the_command_with_all_that_it_has_started() {
    let home = Home::new();
    home.platform_ready();
    // The command's child does not hear SIGTERM, so that the restart has to kill it.
    let script = "(trap '' TERM; echo child $(exec sh -c 'echo $PPID'); exec sleep 1000) & \
                  echo own $$ ${MORE_S3_BUCKET:-without}; wait";
    let mut run = shell(&home, &["--grace", "0"], script);
    let mut first = [run.line(), run.line()];
    first.sort();
    let child = first[0].strip_prefix("child ").unwrap().to_owned();
    let own: Vec<&str> = first[1].split(' ').collect();
    assert_eq!(own[2], "without", "{first:?}");
    assert!(is_alive(&child) && is_alive(own[1]));

    home.line("addons attach uploads --app storefront --as MORE").expect(0);
    let mut second = [run.line(), run.line()];
    second.sort();
    assert!(!is_alive(&child), "what the command had started is gone before it is started again");
    assert!(!is_alive(own[1]));
    let again: Vec<&str> = second[1].split(' ').collect();
    assert_ne!(again[1], own[1]);
    assert_ne!(again[2], "without", "it has the variables of the release");

    run.signal(Signal::TERM);
    run.child.wait().unwrap();
    // What does not hear the signal stays, as after a shell, and would keep the pipes open.
    kill_process(Pid::from_raw(second[0].strip_prefix("child ").unwrap().parse().unwrap()).unwrap(), Signal::KILL)
        .unwrap();
    let (code, said) = run.end();
    assert_eq!(code, 128 + 15, "{said}");
    assert!(said.contains("storefront has release v"), "{said}");
}

#[test]
fn a_command_that_is_asked_to_end_may_take_its_time() {
    let home = Home::new();
    home.platform_ready();
    let script = "trap 'echo asked; exit 0' TERM; echo up; while :; do sleep 0.1; done";
    let mut run = shell(&home, &["--grace", "600"], script);
    assert_eq!(run.line(), "up");
    home.line("addons attach uploads --app storefront --as MORE").expect(0);
    assert_eq!(run.line(), "asked");
    assert_eq!(run.line(), "up");
    run.signal(Signal::TERM);
    assert_eq!(run.line(), "asked");
    assert_eq!(run.end().0, 0, "its own exit code, not the signal's");
}

#[test]
fn once_is_not_restarted() {
    let home = Home::new();
    home.platform_ready();
    let script = "trap 'echo asked; exit 3' USR1; echo up; while :; do sleep 0.1; done";
    let mut run = shell(&home, &["--once"], script);
    assert_eq!(run.line(), "up");
    home.line("addons attach uploads --app storefront --as MORE").expect(0);
    // Passed on as any other signal. A restart meanwhile would have printed another line.
    run.signal(Signal::USR1);
    assert_eq!(run.line(), "asked");
    assert_eq!(run.end().0, 3);
}

#[test]
fn maintenance_stops_the_command_and_its_end_starts_it_again() {
    let home = Home::new();
    home.platform_ready();
    let script = "trap 'echo asked; exit 0' TERM; echo up ${MORE_S3_BUCKET:-without}; while :; do sleep 0.1; done";
    let mut run = shell(&home, &["--grace", "600"], script);
    assert_eq!(run.line(), "up without");
    home.line("apps maintenance storefront on").expect(0);
    assert_eq!(run.line(), "asked");
    // A release meanwhile starts nothing: the next line is that of the end of maintenance.
    home.line("addons attach uploads --app storefront --as MORE").expect(0);
    let listed = home.line("apps").expect(0).out;
    assert!(listed.contains("on since 20") && listed.contains(" by "), "{listed}");
    home.line("apps maintenance storefront off").expect(0);
    let again = run.line();
    assert!(again.starts_with("up ") && again != "up without", "{again}: with the variables of now");
    home.line("apps maintenance storefront on").expect(0);
    assert_eq!(run.line(), "asked");
    // One that is started meanwhile waits; while it waits it can be ended.
    run.signal(Signal::TERM);
    let (code, said) = run.end();
    assert_eq!(code, 128 + 15, "{said}");
    assert!(said.contains("storefront is in maintenance (since 20"), "{said}");
    assert!(said.contains("storefront is no longer in maintenance"), "{said}");
    let once = home.run(["run", "--app", "storefront", "--once", "--", "echo", "up"]).expect(0);
    assert_eq!(once.out, "up\n", "what runs once is what maintenance is for");
    let mut waits = shell(&home, &[], script);
    home.line("apps maintenance storefront off").expect(0);
    assert!(waits.line().starts_with("up "));
    waits.signal(Signal::TERM);
    let (_, said) = waits.end();
    assert!(said.contains("the command waits until that has ended"), "{said}");
}
