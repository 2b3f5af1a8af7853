//! Reads a copy from its first to its last byte with the server's own checker.

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use secrecy::SecretString;

use crate::local::programs::Program;
use crate::local::services::StepError;
use crate::local::supervisor::{self, Log};

/// A file of some hundred megabytes takes a second.
const LIMIT: Duration = Duration::from_secs(3600);

/// What is in a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Contents {
    /// All keys, also those whose time has run out since.
    pub(super) keys: u64,
    /// Those that have a time to live.
    pub(super) expires: u64,
    /// Whether the file bears its checksum, which may be turned off in the server that saved it.
    pub(super) has_checksum: bool,
}

/// Checks a copy; `log` is where the checker may write, a file of nobody else.
pub(super) async fn check(program: &Program, file: &Path, log: &Path) -> Result<Contents, StepError> {
    // The server is the checker when it is called so. Should a wrapper lose that name, a server would take the file for its
    // configuration: one that begins like this it refuses in its first line.
    if !begins_as_rdb(file).map_err(|error| unreadable(file, &error))? {
        return Err(StepError::plain(
            "The file is no backup of Valkey or Redis: it does not begin as an RDB file does.",
        ));
    }
    let is_valkey = program.path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("valkey"));
    let name = if is_valkey { "valkey-check-rdb" } else { "redis-check-rdb" };
    let mut command = program.called(name).command();
    command.arg(file);
    let log = Log::new(log.to_owned(), Vec::new());
    let outcome = supervisor::run(name, command, &SecretString::from(""), &log, LIMIT).await;
    let said = log.last_lines();
    outcome.map_err(|error| explain(name, error))?;
    let number = |what: &str| {
        let line = said.iter().find(|line| line.ends_with(what))?;
        line.trim_start_matches("[info]").split_whitespace().next()?.parse::<u64>().ok()
    };
    let is_good = said.iter().any(|line| line.contains("RDB looks OK!"));
    match (is_good, number("keys read"), number("expires")) {
        (true, Some(keys), Some(expires)) => {
            let has_checksum = said.iter().any(|line| line.contains("Checksum OK"));
            Ok(Contents { keys, expires, has_checksum })
        }
        _ => Err(StepError::plain(format!("{name} did not say that the file is good."))),
    }
}

/// The checker's own reason; not the names of keys that it adds, which are the app's.
fn explain(name: &str, error: StepError) -> StepError {
    let mut lines = error.log.iter().skip_while(|line| !line.contains("RDB ERROR DETECTED")).skip(1);
    match lines.next() {
        Some(reason) => StepError::plain(format!(
            "The file is no whole RDB file, says {name}: {}.",
            reason.trim().trim_end_matches('.')
        )),
        None => StepError { log: Vec::new(), ..error },
    }
}

fn begins_as_rdb(file: &Path) -> std::io::Result<bool> {
    let mut start = Vec::new();
    std::fs::File::open(file)?.take(9).read_to_end(&mut start)?;
    let version = start.strip_prefix(b"REDIS").or_else(|| start.strip_prefix(b"VALKEY"));
    Ok(start.len() == 9 && version.is_some_and(|digits| digits.iter().all(u8::is_ascii_digit)))
}

fn unreadable(file: &Path, error: &std::io::Error) -> StepError {
    StepError::plain(format!("{} could not be read: {error}.", file.display()))
}
