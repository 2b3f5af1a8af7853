//! An archive of `pg_dump` in custom format, as a file: whether it is one, what is in it, and whether all of it can be read.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use super::tool::{self, Lines, RESTORE};
use crate::local::programs::Program;
use crate::local::services::StepError;
use crate::model::{printable, size};

/// The last words of the script that is made from an archive.
const LAST_WORDS: &[u8] = b"-- PostgreSQL database dump complete";

/// How much of the end of that script is looked at for them.
const END: usize = 4096;

/// What an archive's list of contents tells.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Contents {
    /// Tables whose rows are in it.
    pub(super) tables: u64,
    /// The version of the server that it was made of.
    version: Option<String>,
}

/// Reads the list of contents. That it can be read says nothing of the data.
pub(super) async fn contents(restore: &Program, file: &Path) -> Result<Contents, StepError> {
    check_kind(file)?;
    let mut command = restore.command();
    command.args(["--format=custom", "--list"]).stdin(open(file)?).stdout(Stdio::piped());
    let (mut lines, mut contents) = (Lines::default(), Contents::default());
    tool::run(RESTORE, command, |_| {}, |piece| lines.push(piece, |line| contents.take(line)))
        .await
        .map_err(|error| explain(error, restore))?;
    Ok(contents)
}

impl Contents {
    fn take(&mut self, line: &str) {
        if let Some(version) = line.strip_prefix(";     Dumped from database version: ") {
            self.version = version.split_whitespace().next().map(printable);
        } else if line.split(' ').skip(3).take(2).eq(["TABLE", "DATA"]) {
            self.tables += 1;
        }
    }
}

/// What an archive says of its database's own settings, each as what follows `ALTER DATABASE name`. A restore into a database
/// of another name passes them over.
pub(super) async fn settings(restore: &Program, file: &Path) -> Result<Vec<String>, StepError> {
    let mut command = restore.command();
    command.args(["--format=custom", "--create", "--section=pre-data", "--file=-"]);
    command.stdin(open(file)?).stdout(Stdio::piped());
    let (mut lines, mut settings) = (Lines::default(), Settings::default());
    tool::run(RESTORE, command, |_| {}, |piece| lines.push(piece, |line| settings.take(line))).await?;
    Ok(settings.found)
}

/// The part of a script that sets up a database, which ends where the script enters it.
#[derive(Default)]
struct Settings {
    is_here: bool,
    found: Vec<String>,
}

impl Settings {
    fn take(&mut self, line: &str) {
        if line.starts_with("-- Name: ") {
            self.is_here = line.contains("; Type: DATABASE PROPERTIES; ");
        } else if line.starts_with("\\connect") {
            self.is_here = false;
        } else if self.is_here
            && let Some((_, setting)) = line.strip_prefix("ALTER DATABASE ").and_then(|rest| rest.split_once(" SET "))
        {
            self.found.push(format!("SET {setting}"));
        }
    }
}

/// Reads all of an archive, as for a restore, and throws away what comes.
pub(super) async fn check(restore: &Program, file: &Path, scratch: &Path) -> Result<String, StepError> {
    let contents = contents(restore, file).await?;
    let mut command = restore.command();
    command.current_dir(scratch).args(["--format=custom", "--file=-"]).stdin(open(file)?);
    // Not to /dev/null but to us: a tool that outlives us then ends by itself.
    command.stdout(Stdio::piped());
    let (mut bytes, mut end) = (0, Vec::with_capacity(2 * END));
    let throw_away = |piece: &[u8]| {
        bytes += piece.len() as u64;
        end.extend_from_slice(&piece[piece.len().saturating_sub(END)..]);
        end.drain(..end.len().saturating_sub(END));
    };
    tool::run(RESTORE, command, |_| {}, throw_away).await.map_err(|error| explain(error, restore))?;
    if !end.windows(LAST_WORDS.len()).any(|window| window == LAST_WORDS) {
        return Err(StepError::plain("The file is damaged: what is in it ends too early."));
    }
    let of = contents.version.map_or_else(String::new, |version| format!(" of PostgreSQL {version}"));
    Ok(format!("A copy{of} with {}, read to its end: {} of SQL.", rows_of(contents.tables), size(bytes)))
}

/// What an archive holds, in words.
pub(super) fn rows_of(tables: u64) -> String {
    if tables == 1 { "the rows of one table".to_owned() } else { format!("the rows of {tables} tables") }
}

/// The file for a tool to read from: on its standard input, so that its command line names no file of another add-on's.
pub(super) fn open(file: &Path) -> Result<Stdio, StepError> {
    File::open(file).map(Stdio::from).map_err(|error| unreadable(file, &error))
}

fn unreadable(file: &Path, error: &std::io::Error) -> StepError {
    StepError::plain(format!("{} could not be read: {error}.", file.display()))
}

/// Refuses what is no archive in custom format, and says what it looks like.
fn check_kind(file: &Path) -> Result<(), StepError> {
    let mut start = Vec::new();
    File::open(file)
        .and_then(|open| open.take(512).read_to_end(&mut start))
        .map_err(|error| unreadable(file, &error))?;
    if start.starts_with(b"PGDMP") {
        return Ok(());
    }
    let looks = if start.is_empty() {
        "it is empty"
    } else if start.starts_with(b"\x1f\x8b") {
        "it is packed with gzip, so unpack it first"
    } else if start.get(257..262) == Some(b"ustar") {
        "it is a tar archive"
    } else if start.iter().all(|byte| !byte.is_ascii_control() || byte.is_ascii_whitespace()) {
        "it looks like a script of SQL"
    } else {
        "it begins like no dump of PostgreSQL"
    };
    Err(StepError::plain(format!(
        "The file is no archive of pg_dump in custom format: {looks}. Make one with: pg_dump --format=custom"
    )))
}

/// Says in our words what the tool says of a file that it can't read.
fn explain(error: StepError, restore: &Program) -> StepError {
    let message = if error.message.contains("unsupported version") {
        format!(
            "The file was made by a newer pg_dump than the PostgreSQL {} of this machine can read: install a newer PostgreSQL.",
            restore.version
        )
    } else {
        format!("The file is damaged, or no archive of pg_dump in custom format. {}", error.message)
    };
    StepError { message, ..error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_contents_is_counted() {
        let mut contents = Contents::default();
        for line in [
            "; Archive created at 2026-11-20 03:14:07 UTC",
            ";     Dumped from database version: 15.18 (Debian 15.18-0+deb12u1)",
            "214; 1259 16385 TABLE public orders app",
            "3310; 0 16385 TABLE DATA public orders app",
            "3311; 0 16390 TABLE DATA public TABLE DATA app",
            "3312; 0 0 SEQUENCE SET public orders_id_seq app",
        ] {
            contents.take(line);
        }
        assert_eq!(contents, Contents { tables: 2, version: Some("15.18".to_owned()) });
    }

    #[test]
    fn only_the_databases_own_settings_are_taken() {
        let mut settings = Settings::default();
        for line in [
            "-- Name: app; Type: DATABASE; Schema: -; Owner: app",
            "CREATE DATABASE app WITH TEMPLATE = template0;",
            "\\connect app",
            "-- Name: app; Type: DATABASE PROPERTIES; Schema: -; Owner: app",
            "ALTER DATABASE app CONNECTION LIMIT = 3;",
            "ALTER DATABASE app SET search_path TO 'mine', 'public';",
            "ALTER ROLE other IN DATABASE app SET search_path TO 'other';",
            "\\connect app",
            "ALTER DATABASE app SET late TO 'no';",
            "-- Name: f(); Type: FUNCTION; Schema: public; Owner: app",
            "ALTER DATABASE app SET within_a_function TO 'no';",
        ] {
            settings.take(line);
        }
        assert_eq!(settings.found, ["SET search_path TO 'mine', 'public';"]);
    }

    #[test]
    fn what_is_no_archive_is_told_by_its_looks() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("upload");
        for (bytes, looks) in [
            (&b""[..], "it is empty"),
            (b"\x1f\x8b\x08 packed", "packed with gzip"),
            (b"--\n-- PostgreSQL database dump\n--\n", "a script of SQL"),
            (b"\x7fELF\x02\x01", "like no dump"),
            (b"PGDM", "a script of SQL"),
        ] {
            std::fs::write(&file, bytes).unwrap();
            let message = check_kind(&file).unwrap_err().message;
            assert!(message.contains(looks) && message.ends_with("pg_dump --format=custom"), "{message}");
        }
        std::fs::write(&file, b"PGDMP").unwrap();
        check_kind(&file).unwrap();
    }
}
