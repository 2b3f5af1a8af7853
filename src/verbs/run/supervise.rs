//! One run of a command: started, told what we are told, and ended when a release asks for it.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::environment::Environment;
use super::{family, signal_name};
use crate::verbs::{Exit, Failure, output};

/// Between two looks at what is left of a command that was asked to end.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The exit codes of a shell for a command that could not be started.
const NOT_EXECUTABLE: u8 = 126;
const NOT_FOUND: u8 = 127;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// By itself, with this code.
    Code(u8),
    /// By a signal.
    Signal(Signal),
}

impl End {
    /// The exit code that we end with: the command's own, or 128 and the signal's number, as shells do.
    pub(super) fn code(self) -> u8 {
        match self {
            End::Code(code) => code,
            End::Signal(signal) => u8::try_from(128 + signal.as_raw()).unwrap_or(u8::MAX),
        }
    }

    /// In words: "exit code 3", "signal 9".
    pub(super) fn words(self) -> String {
        match self {
            End::Code(code) => format!("exit code {code}"),
            End::Signal(signal) => signal_name(signal),
        }
    }
}

impl From<ExitStatus> for End {
    fn from(status: ExitStatus) -> Self {
        match (status.code(), status.signal().and_then(Signal::from_named_raw)) {
            (Some(code), _) => End::Code(u8::try_from(code & 0xff).unwrap_or(u8::MAX)),
            (None, Some(signal)) => End::Signal(signal),
            (None, None) => End::Code(u8::MAX),
        }
    }
}

/// The signals that we get, kept from ending us from now on.
pub(super) struct Signals {
    arrived: mpsc::UnboundedReceiver<Signal>,
}

impl Signals {
    /// Begins to listen.
    pub(super) fn listen() -> Result<Self, Failure> {
        let (tell, arrived) = mpsc::unbounded_channel();
        let failed = |error: std::io::Error| Failure::new(Exit::Failed, format!("Signals can't be received: {error}."));
        for (kind, number) in [
            (SignalKind::hangup(), Signal::HUP),
            (SignalKind::interrupt(), Signal::INT),
            (SignalKind::quit(), Signal::QUIT),
            (SignalKind::terminate(), Signal::TERM),
            (SignalKind::user_defined1(), Signal::USR1),
            (SignalKind::user_defined2(), Signal::USR2),
        ] {
            let mut stream = signal(kind).map_err(failed)?;
            let tell = tell.clone();
            tokio::spawn(async move { while stream.recv().await.is_some() && tell.send(number).is_ok() {} });
        }
        Ok(Self { arrived })
    }

    /// Waits for one that asks us to end, while there is no command to pass any on to.
    pub(super) async fn asked_to_end(&mut self) -> Signal {
        loop {
            let signal = self.next().await;
            if asks_to_end(signal) {
                return signal;
            }
        }
    }

    /// Waits for the next one.
    async fn next(&mut self) -> Signal {
        match self.arrived.recv().await {
            Some(signal) => signal,
            None => std::future::pending().await,
        }
    }
}

/// Whether a signal asks to end; the others mean what the command wants them to mean.
fn asks_to_end(signal: Signal) -> bool {
    ![Signal::USR1, Signal::USR2].contains(&signal)
}

/// A command that runs.
pub(super) struct Running {
    child: Child,
    pid: Pid,
    /// The terminal tells all of its foreground group what its keys mean; telling the command once more would be twice.
    hears_the_terminal: bool,
}

impl Running {
    /// Starts it, on our own standard streams and in our own process group, so that a terminal's keys reach it.
    pub(super) fn start(command: &[OsString], environment: Environment) -> Result<Self, Failure> {
        family::adopt_orphans();
        let Some((program, arguments)) = command.split_first() else {
            return Err(Failure::new(Exit::Usage, "There is no command to run: name it after --."));
        };
        let shown = program.to_string_lossy().into_owned();
        let refused = |error: std::io::Error| {
            let (code, why) = match error.kind() {
                std::io::ErrorKind::NotFound => (NOT_FOUND, "it was not found".to_owned()),
                _ => (NOT_EXECUTABLE, error.to_string()),
            };
            Failure::of_command(code, format!("The command {shown:?} can't be run: {why}."))
        };
        // Found by the PATH that the command itself gets.
        let mut child = Command::new(program);
        child.args(arguments).env_clear().envs(environment.0);
        let child = child.spawn().map_err(refused)?;
        let pid = child.id().and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
        let pid = pid.ok_or_else(|| Failure::new(Exit::Failed, format!("The command {shown:?} ended at once.")))?;
        Ok(Self { child, pid, hears_the_terminal: std::io::stdin().is_terminal() })
    }

    /// Waits for its end, passing signals on meanwhile.
    pub(super) async fn until_end(&mut self, signals: &mut Signals) -> Result<End, Failure> {
        loop {
            tokio::select! {
                status = self.child.wait() => return ended(status),
                signal = signals.next() => self.pass_on(signal),
            }
        }
    }

    fn pass_on(&self, signal: Signal) {
        let is_from_keys = [Signal::INT, Signal::QUIT].contains(&signal);
        if !(self.hears_the_terminal && is_from_keys) {
            let _ = kill_process(self.pid, signal);
        }
    }

    /// Asks it and all that it has started to end, kills what is left after `grace`, and waits until nothing is left. Gives
    /// the signal by which we ourselves were asked to end meanwhile: then nothing is to be started any more.
    pub(super) async fn stop(mut self, grace: Duration, signals: &mut Signals) -> Result<Option<Signal>, Failure> {
        family::signal_all(Signal::TERM);
        let deadline = Instant::now() + grace;
        let (mut is_over, mut asked) = (false, None);
        let mut look = tokio::time::interval(LOOK_EVERY);
        loop {
            tokio::select! {
                status = self.child.wait(), if !is_over => {
                    ended(status)?;
                    is_over = true;
                }
                signal = signals.next() => {
                    self.pass_on(signal);
                    if asks_to_end(signal) {
                        asked = Some(signal);
                    }
                }
                _ = look.tick() => {}
            }
            let left = family::living();
            // After the look, so that none that has ended since stays behind as a zombie.
            family::bury_adopted(self.pid.as_raw_nonzero().get());
            if is_over && left.is_empty() {
                return Ok(asked);
            }
            if Instant::now() >= deadline {
                for pid in left {
                    let _ = kill_process(pid, Signal::KILL);
                }
            }
        }
    }
}

fn ended(status: std::io::Result<ExitStatus>) -> Result<End, Failure> {
    status.map(End::from).map_err(|error| {
        output::note("attache: the command may still run.");
        Failure::new(Exit::Failed, format!("How the command ended can't be told: {error}."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_passed_on_as_shells_do() {
        assert_eq!(End::from(ExitStatus::from_raw(3 << 8)).code(), 3);
        assert_eq!(End::from(ExitStatus::from_raw(9)).code(), 137);
        assert_eq!(End::from(ExitStatus::from_raw(0)).code(), 0);
    }
}
