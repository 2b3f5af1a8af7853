//! Server processes: starting them, finding them again after a crash of ours, and ending them.
//!
//! A server outlives the platform that started it. So nothing here relies on being its parent: a server is found by what
//! the kernel says of the process, held by a pidfd, and waited for through that.

mod log;
mod process;

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::Signal;
use secrecy::{ExposeSecret, SecretString};
use tokio::io::AsyncWriteExt;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::step_error::StepError;

pub use log::{Log, write_private};
pub use process::Process;

/// How often a starting server is asked whether it is ready.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Starts a server and waits until `is_ready` says so for the process that was started.
///
/// What it writes goes to `log`; when it ends before it is ready, the error carries those lines. `name` is the server's
/// name in sentences. A server that is not ready within `limit` is left running: it may have much to recover, and the next
/// attempt adopts it.
pub async fn start(
    name: &str,
    command: Command,
    log: &Log,
    limit: Duration,
    is_ready: impl Fn(&Process) -> bool + Send,
) -> Result<Process, StepError> {
    log.rotate().map_err(|error| unwritable(log.path(), &error))?;
    let mark = log.end();
    let (process, mut ended) =
        spawn(command, log).map_err(|error| StepError::plain(format!("{name} could not be started: {error}.")))?;
    let deadline = Instant::now() + limit;
    let mut look = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            status = &mut ended => {
                let how = status.map_or_else(|_| "ended".to_owned(), |status| format!("ended ({status})"));
                return Err(log.explain(&format!("{name} {how} before it was ready"), mark));
            }
            _ = look.tick() => {}
        }
        if is_ready(&process) {
            return Ok(process);
        }
        if Instant::now() >= deadline {
            let what = format!("{name} (pid {}) was not ready within {} s", process.pid(), limit.as_secs());
            return Err(log.explain(&what, mark));
        }
    }
}

/// Runs a program that ends by itself, such as `initdb`, with `input` on its standard input; it is killed when the caller
/// gives up or `limit` passes.
pub async fn run(
    name: &str,
    command: Command,
    input: &SecretString,
    log: &Log,
    limit: Duration,
) -> Result<(), StepError> {
    let failed = |error: io::Error| StepError::plain(format!("{name} could not be run: {error}."));
    log.rotate().map_err(|error| unwritable(log.path(), &error))?;
    let mark = log.end();
    let mut command = tokio::process::Command::from(command);
    let (out, err) = log.writers().map_err(|error| unwritable(log.path(), &error))?;
    let mut child = command.stdin(Stdio::piped()).stdout(out).stderr(err).kill_on_drop(true).spawn().map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // One that ends without reading has its reason in the log; the broken pipe is not it.
        let _ = stdin.write_all(input.expose_secret().as_bytes()).await;
    }
    match tokio::time::timeout(limit, child.wait()).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(log.explain(&format!("{name} failed ({status})"), mark)),
        Ok(Err(error)) => Err(failed(error)),
        Err(_) => Err(log.explain(&format!("{name} did not end within {} s", limit.as_secs()), mark)),
    }
}

/// Ends processes: each signal in turn, with the time that is left for it, until all are gone. `name` is for the sentence.
pub async fn end(name: &str, processes: &[Process], signals: &[(Signal, Duration)]) -> Result<(), StepError> {
    for (signal, grace) in signals {
        let deadline = Instant::now() + *grace;
        for process in processes {
            process.signal(*signal).map_err(|error| {
                StepError::plain(format!("{name} (pid {}) could not be signalled: {error}.", process.pid()))
            })?;
        }
        let mut all_gone = true;
        for process in processes {
            all_gone &= process.ended(deadline).await;
        }
        if all_gone {
            return Ok(());
        }
    }
    let left: Vec<String> =
        processes.iter().filter(|process| !process.has_ended()).map(|process| process.pid().to_string()).collect();
    if left.is_empty() {
        return Ok(());
    }
    Err(StepError::plain(format!("{name} (pid {}) did not end, not even when killed.", left.join(", "))))
}

/// Makes a folder that only its owner may enter; fine if it is there.
pub fn private_folder(path: &Path) -> Result<(), StepError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| unwritable(path, &error))
}

/// The error for a file or folder that can't be written.
pub fn unwritable(path: &Path, error: &io::Error) -> StepError {
    StepError::plain(format!("{} could not be written: {error}.", path.display()))
}

fn spawn(command: Command, log: &Log) -> io::Result<(Process, oneshot::Receiver<ExitStatus>)> {
    let mut command = tokio::process::Command::from(command);
    let (out, err) = log.writers()?;
    let mut child = command.stdout(out).stderr(err).spawn()?;
    let pid = child.id().ok_or_else(|| io::Error::other("it ended at once"))?;
    // Opened before anybody reaps the child, so the pid can't be another's yet.
    let process = Process::open(pid)?.ok_or_else(|| io::Error::other("it ended at once"))?;
    let (tell, ended) = oneshot::channel();
    let path = log.path().to_owned();
    // Reaps the child, whenever that ends; without it, a zombie stays for as long as the platform runs.
    tokio::spawn(async move {
        if let Ok(status) = child.wait().await {
            tracing::info!(pid, log = %path.display(), %status, "a server ended");
            let _ = tell.send(status);
        }
    });
    Ok((process, ended))
}

#[cfg(test)]
mod tests;
