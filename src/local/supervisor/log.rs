//! The log file of an add-on's server.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use crate::local::step_error::StepError;
use crate::model::printable;

/// How many lines an error carries.
const LINES: usize = 20;

/// How much of the end of a file is looked at for them.
const LOOK_BACK: u64 = 64 * 1024;

/// How long a line may be, on average, for as many to be found as were asked for.
const LONG_LINE: u64 = 1024;

/// A log beyond this size is put aside when its server starts.
const ROTATE_ABOVE: u64 = 16 * 1024 * 1024;

/// Where a server writes, readable by its owner alone. Lines taken from it are printable, and never hold one of the
/// add-on's secrets, whatever the server wrote.
#[derive(Clone, Debug)]
pub struct Log {
    path: PathBuf,
    secrets: Vec<SecretString>,
}

impl Log {
    /// The log at `path`, out of which `secrets` never come.
    pub fn new(path: PathBuf, secrets: Vec<SecretString>) -> Self {
        Self { path, secrets }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its length now: a mark for [`Log::since`].
    pub fn end(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |metadata| metadata.len())
    }

    /// The last lines written since a mark.
    pub fn since(&self, mark: u64) -> Vec<String> {
        last(self.read_since(mark, LOOK_BACK).unwrap_or_default(), LINES)
    }

    /// The last lines, as many as asked for if they are not very long.
    pub fn tail(&self, lines: usize) -> Vec<String> {
        let enough = (lines as u64).saturating_mul(LONG_LINE).max(LOOK_BACK);
        last(self.read_since(0, enough).unwrap_or_default(), lines)
    }

    /// The last lines.
    pub fn last_lines(&self) -> Vec<String> {
        self.since(0)
    }

    /// The error for a server that should run and does not: its last line may tell why.
    pub fn not_running(&self, addon: &str) -> StepError {
        let log = self.last_lines();
        let message = match log.last() {
            Some(line) => format!("The server of {addon} does not run; its log ends with: {}", line.trim()),
            None => format!("The server of {addon} does not run."),
        };
        StepError { message, log, port_taken: false }
    }

    /// An error that says what happened and, if the server told, why.
    pub fn explain(&self, what: &str, mark: u64) -> StepError {
        let log = self.since(mark);
        let is_reason = |line: &&String| {
            ["FATAL", "PANIC", "error:", "ERROR", "Fatal", "Failed", "Could not", "can't", "No space"]
                .iter()
                .any(|word| line.contains(word))
        };
        let reason = log.iter().find(is_reason).or(log.last());
        let message = match reason {
            // A program that tells its progress writes the reason at the end of such a line: "creating directory … ... initdb: error: …".
            Some(line) => format!("{what}: {}", line.rsplit(" ... ").next().unwrap_or(line).trim()),
            None => format!("{what}, without a word in {}.", self.path.display()),
        };
        let port_taken = log.iter().any(|line| line.contains("Address already in use"));
        StepError { message, log, port_taken }
    }

    /// Puts a log that has grown too large aside, as `….1`. Done before a start, while nobody writes.
    pub(super) fn rotate(&self) -> io::Result<()> {
        if self.end() > ROTATE_ABOVE {
            let mut aside = self.path.clone().into_os_string();
            aside.push(".1");
            fs::rename(&self.path, aside)?;
        }
        Ok(())
    }

    /// Two handles that append: standard output and standard error of a server.
    pub(super) fn writers(&self) -> io::Result<(File, File)> {
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&self.path)?;
        Ok((file.try_clone()?, file))
    }

    fn read_since(&self, mark: u64, look_back: u64) -> io::Result<Vec<String>> {
        let mut file = File::open(&self.path)?;
        let end = file.metadata()?.len();
        let start = mark.max(end.saturating_sub(look_back));
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(look_back).read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        // A line that is cut at its beginning could hold the rest of a secret.
        let text = if start > mark { text.split_once('\n').map_or("", |(_, rest)| rest) } else { &text };
        Ok(text.lines().map(|line| self.clean(line)).filter(|line| !line.trim().is_empty()).collect())
    }

    fn clean(&self, line: &str) -> String {
        let mut line = line.to_owned();
        for secret in &self.secrets {
            if !secret.expose_secret().is_empty() {
                line = line.replace(secret.expose_secret(), "[secret]");
            }
        }
        printable(&line)
    }
}

fn last(mut lines: Vec<String>, count: usize) -> Vec<String> {
    lines.drain(..lines.len().saturating_sub(count));
    lines
}

/// Writes a file that only its owner may read, whole or not at all: under another name first, then renamed.
pub fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let new = PathBuf::from(new);
    // A leftover of a crash may have other permissions.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn log(text: &str) -> (tempfile::TempDir, Log) {
        let folder = tempfile::tempdir().unwrap();
        let log =
            Log::new(folder.path().join("server.log"), vec![SecretString::from("s3cret"), SecretString::from("")]);
        fs::write(log.path(), text).unwrap();
        (folder, log)
    }

    #[test]
    fn lines_are_printable_and_hold_no_secret() {
        let (_folder, log) = log("user app PASSWORD 's3cret'\n\u{1b}[31mred\n\n");
        assert_eq!(log.last_lines(), ["user app PASSWORD '[secret]'", "·[31mred"]);
    }

    #[test]
    fn only_the_last_lines_since_a_mark_are_told() {
        let (_folder, log) = log("old\n");
        let mark = log.end();
        let new: String = (0..50).map(|n| format!("line {n}\n")).collect();
        fs::write(log.path(), format!("old\n{new}")).unwrap();
        assert_eq!(log.since(mark).len(), LINES);
        assert_eq!(log.since(mark).last().unwrap(), "line 49");
        assert!(log.since(log.end()).is_empty());
    }

    #[test]
    fn a_secret_is_not_found_in_half_a_line_either() {
        // The window begins inside the secret of a very long line.
        let filler = "x".repeat(LOOK_BACK as usize - 3);
        let (_folder, log) = log(&format!("s3cret{filler}\nlast\n"));
        assert_eq!(log.last_lines(), ["last"]);
    }

    #[test]
    fn the_reason_is_the_servers_own_line() {
        let (_folder, log) = log(
            "LOG:  starting\nLOG:  could not bind IPv4 address \"127.0.0.1\": Address already in use\nFATAL:  could not create any TCP/IP sockets\nLOG:  database system is shut down\n",
        );
        let error = log.explain("PostgreSQL ended (exit status: 1) before it was ready", 0);
        assert_eq!(
            error.message,
            "PostgreSQL ended (exit status: 1) before it was ready: FATAL:  could not create any TCP/IP sockets"
        );
        assert!(error.port_taken);
        assert_eq!(error.log.len(), 4);
    }

    #[test]
    fn a_private_file_is_the_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("conf");
        fs::write(folder.path().join("conf.new"), "left over").unwrap();
        write_private(&path, "one").unwrap();
        write_private(&path, "two").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
