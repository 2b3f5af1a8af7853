//! Starting the platform in the background.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use super::serve::listen_arguments;
use super::{CliError, ListenArgs, ask, folder, log, say};
use crate::config::PlatformPaths;
use crate::local::db::holder;

/// How long a platform may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// How it came that the platform runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Started {
    /// We have just started it.
    Now,
    /// It ran already, since then.
    Earlier(String),
}

pub(super) fn up(paths: &PlatformPaths, listen: &ListenArgs) -> Result<ExitCode, CliError> {
    match start(paths, listen)? {
        Started::Now => {
            say(&format!("The platform runs: {}", paths.socket().display()))?;
            say("It goes on when this terminal closes. Stop it with: attache platform down")?;
        }
        Started::Earlier(since) => {
            say(&format!("The platform already runs, since {since}."))?;
            if listen.listen.is_some() {
                say(
                    "Where it listens is settled when it starts, so --listen changed nothing. To change it: attache platform down, and up again",
                )?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Makes sure that the platform runs and answers. Blocks until it does.
///
/// # Errors
/// Why it does not.
pub fn start(paths: &PlatformPaths, listen: &ListenArgs) -> Result<Started, CliError> {
    let deadline = Instant::now() + PATIENCE;
    let held = || holder(&paths.folder).map_err(|error| CliError::failed(error.to_string()));
    // One that runs is left alone, also when it is still starting or stopping.
    while held()?.is_some() {
        if let Some(since) = answers(paths) {
            return Ok(Started::Earlier(since));
        }
        if Instant::now() > deadline {
            return Err(CliError {
                message: format!(
                    "A platform runs on {}, but it does not answer. Look at {}, or stop it with: attache platform down",
                    paths.folder.display(),
                    log::path(&paths.folder).display()
                ),
                code: 4,
            });
        }
        std::thread::sleep(PAUSE);
    }
    folder::prepare(&paths.folder)?;
    let mut child = Command::new("/proc/self/exe")
        .arg0("attache")
        .args(["platform", "serve", "--background", "--folder"])
        .arg(&paths.folder)
        .args(listen_arguments(listen))
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| CliError::failed(format!("The platform can't be started: {error}.")))?;
    wait_for(&mut child, paths, deadline)
}

fn wait_for(child: &mut Child, paths: &PlatformPaths, deadline: Instant) -> Result<Started, CliError> {
    loop {
        if answers(paths).is_some() {
            return Ok(Started::Now);
        }
        match child.try_wait() {
            Ok(None) => {}
            Ok(Some(_)) if holder(&paths.folder).is_ok_and(|holder| holder.is_some()) => {
                // Another `up` was quicker; ours gave way to it.
                return start(paths, &ListenArgs::default());
            }
            Ok(Some(status)) => return Err(CliError::failed(last_words(child, &status.to_string()))),
            Err(error) => return Err(CliError::failed(format!("The platform can't be watched: {error}."))),
        }
        if Instant::now() > deadline {
            return Err(CliError {
                message: format!(
                    "The platform was started but does not answer after {} seconds. Its log is {}.",
                    PATIENCE.as_secs(),
                    log::path(&paths.folder).display()
                ),
                code: 4,
            });
        }
        std::thread::sleep(PAUSE);
    }
}

/// What it said before it ended, which is the reason.
fn last_words(child: &mut Child, status: &str) -> String {
    let mut words = String::new();
    if let Some(mut stderr) = child.stderr.take() {
        // What is not text is no sentence of ours.
        let _ = stderr.read_to_string(&mut words);
    }
    let words = words.trim().trim_start_matches("attache: ").trim_start_matches("Error: ");
    if words.is_empty() { format!("The platform ended at once ({status}).") } else { words.to_owned() }
}

/// Since when it runs, if it answers.
fn answers(paths: &PlatformPaths) -> Option<String> {
    let account = ask::get(&paths.socket(), "/v1/account").ok()?;
    account["account"]["platform"]["started_at"].as_str().map(str::to_owned)
}
