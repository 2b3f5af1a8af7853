//! Asking another program for its token: within a time, with an environment of its own, and without a terminal.

use std::io::{ErrorKind, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::Env;
use crate::config::ConfigError;
use crate::foreign::VARIABLES;

/// A program that prints its token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Program {
    name: &'static str,
    arguments: &'static [&'static str],
    /// What has to be done where it has none.
    login: &'static str,
    limit: Duration,
}

/// `heroku auth:token` prints the token on standard output whatever store it is in, and ends with 2 where nobody is logged in
/// (both measured). It takes about two seconds, and longer where it has no network.
pub(super) const HEROKU: Program =
    Program { name: "heroku", arguments: &["auth:token"], login: "heroku login", limit: Duration::from_secs(20) };

/// What it needs beside what every program does.
const ALLOWED: [&str; 3] = ["NODE_EXTRA_CA_CERTS", "GNUPGHOME", "HEROKU_NETRC_WRITE"];

/// How often it is looked whether a program that has said everything has ended, too.
const LOOK: Duration = Duration::from_millis(5);
/// More than this is no token with words around it.
const LONGEST: u64 = 64 << 10;

/// The token that it prints; `None` where there is no such program or nobody is logged in.
pub(super) fn ask(program: Program, more: Option<(&str, &str)>, env: Env<'_>) -> Result<Option<String>, ConfigError> {
    let Program { name, arguments, login, limit } = program;
    let line = format!("{name} {}", arguments.join(" "));
    let mut command = Command::new(name);
    command
        .args(arguments)
        .env_clear()
        .envs(VARIABLES.into_iter().chain(ALLOWED).filter_map(|name| env(name).map(|value| (name, value))))
        .envs(more);
    let (text, status) = match without_terminal(&mut command, limit) {
        Ok(Some(ended)) => ended,
        Ok(None) => {
            return Err(ConfigError(format!(
                "{line} did not end within {} s and was ended. Run it yourself to see why, or name another source of the token in a profile.",
                limit.as_secs()
            )));
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ConfigError(format!("{name} can't be run to ask it for its token: {error}."))),
    };
    if !status.success() {
        return match status.code() {
            // `not logged in` (measured).
            Some(2) => Ok(None),
            _ => {
                Err(ConfigError(format!("{line} ended with {status}. Run it yourself to see why, or log in: {login}")))
            }
        };
    }
    token_of(&text).map(Some).ok_or_else(|| {
        ConfigError(format!(
            "{line} printed something that is not one token. Run it yourself to see what; it is not shown here."
        ))
    })
}

/// What a program prints and how it ends, without a terminal and within a time; `None` where that is over, and it was ended.
pub(in crate::config) fn without_terminal(
    command: &mut Command,
    limit: Duration,
) -> std::io::Result<Option<(Vec<u8>, ExitStatus)>> {
    // In a process group of its own a program that opens the terminal all the same is stopped instead of heard.
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
    let mut child = command.spawn()?;
    let ended = end_within(&mut child, limit);
    if ended.is_none() {
        end(&mut child);
    }
    Ok(ended)
}

/// All that a program prints, and how it ends, if both come in time.
fn end_within(child: &mut Child, limit: Duration) -> Option<(Vec<u8>, ExitStatus)> {
    let deadline = Instant::now() + limit;
    let output = child.stdout.take()?;
    let (sender, receiver) = mpsc::channel();
    // It ends with the program, which is ended where it takes too long.
    std::thread::spawn(move || {
        let mut text = Vec::new();
        let read = output.take(LONGEST).read_to_end(&mut text);
        // Nobody waits any more where the time was over.
        drop(sender.send(read.map(|_| text)));
    });
    let text = receiver.recv_timeout(limit).ok()?.ok()?;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some((text, status)),
            // It has closed its output, so this is a matter of moments.
            Ok(None) if Instant::now() < deadline => std::thread::sleep(LOOK),
            _ => return None,
        }
    }
}

/// Ends a program with all that it started.
fn end(child: &mut Child) {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    // It may have ended by itself just now.
    group.map(|group| kill_process_group(group, Signal::KILL).ok());
    drop(child.wait());
}

/// The one line that is a single long word: warnings and news have several.
fn token_of(text: &[u8]) -> Option<String> {
    const SHORTEST: usize = 16;
    let text = std::str::from_utf8(text).ok()?;
    let is_token =
        |line: &&str| line.len() >= SHORTEST && line.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let mut tokens = text.lines().map(str::trim).filter(is_token);
    let token = tokens.next()?;
    tokens.next().is_none().then(|| token.to_owned())
}

#[cfg(test)]
mod tests;
