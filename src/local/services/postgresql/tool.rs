//! Running `pg_dump` and `pg_restore`: what they need to get in, what they tell, and that none is left behind.

use std::collections::VecDeque;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::Signal;
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::cluster::Cluster;
use crate::local::programs::Program;
use crate::local::services::StepError;
use crate::local::supervisor::{self, Process};
use crate::model::printable;

pub(super) const DUMP: &str = "pg_dump";
pub(super) const RESTORE: &str = "pg_restore";

/// How many lines an error carries.
const KEPT_LINES: usize = 20;

/// What is looked at of one line: a tool quotes whole statements.
const LINE: usize = 2048;

/// A tool that was left behind has nothing to save.
const END_GRACE: Duration = Duration::from_secs(10);

/// The tool beside a server program.
pub(super) fn beside(server: &Program, name: &str) -> Result<Program, StepError> {
    let tool = server.sibling(name);
    if tool.path.exists() {
        return Ok(tool);
    }
    Err(StepError::plain(format!(
        "{name} is not in {}, where the server is: install all of that version's PostgreSQL.",
        tool.path.parent().unwrap_or(&tool.path).display()
    )))
}

/// The file that tells a tool its password, and nobody else. Gone when this is dropped.
pub(super) struct PassFile(PathBuf);

impl PassFile {
    /// Made in the add-on's own folder. An earlier one, left by a crash, goes.
    pub(super) fn new(cluster: &Cluster<'_>, tool: &str, password: &SecretString) -> Result<Self, StepError> {
        let file = Self(Self::path(cluster.folder(), tool));
        // The password is good for one run of the tool: nothing is lost with the file, so it need not be durable.
        let _ = fs::remove_file(&file.0);
        let line = format!("*:*:*:*:{}\n", password.expose_secret());
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&file.0)
            .and_then(|mut open| open.write_all(line.as_bytes()))
            .map_err(|error| supervisor::unwritable(&file.0, &error))?;
        Ok(file)
    }

    fn path(folder: &Path, tool: &str) -> PathBuf {
        folder.join(format!("{tool}.pass"))
    }
}

impl Drop for PassFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A command that runs a tool on the app's database. It works in the add-on's folder, by which it is found again.
pub(super) fn command(cluster: &Cluster<'_>, tool: &Program, user: &str, pass: &PassFile) -> Command {
    let settings = &cluster.instance.settings;
    let mut command = tool.command();
    command
        .current_dir(cluster.folder())
        .env("PGPASSFILE", &pass.0)
        .args(["--format=custom", "--verbose", "--no-password"])
        // The names hold nothing that would have to be quoted.
        .arg(format!(
            "--dbname=host=127.0.0.1 port={} user={user} dbname={} sslmode=disable gssencmode=disable application_name=attache",
            settings.port, settings.database
        ));
    command
}

/// Runs a tool to its end, with each line that it tells, and each piece of what it puts out if its output is piped. It is
/// killed when the future is dropped.
pub(super) async fn run(
    name: &str,
    command: Command,
    mut on_line: impl FnMut(&str),
    mut on_output: impl FnMut(&[u8]),
) -> Result<(), StepError> {
    let failed = |error: io::Error| StepError::plain(format!("{name} could not be run: {error}."));
    let mut command = tokio::process::Command::from(command);
    let mut child = command.stderr(Stdio::piped()).kill_on_drop(true).spawn().map_err(failed)?;
    let mut told = VecDeque::new();
    let mut lines = Lines::default();
    let mut take = |line: &str| {
        on_line(line);
        keep(name, line, &mut told);
    };
    let (errors, output) = (child.stderr.take(), child.stdout.take());
    let (read, put_out) =
        tokio::join!(pieces(errors, |piece| lines.push(piece, &mut take)), pieces(output, |piece| on_output(piece)));
    lines.end(&mut take);
    read.and(put_out).map_err(failed)?;
    let status = child.wait().await.map_err(failed)?;
    if status.success() { Ok(()) } else { Err(explain(name, status, told.into())) }
}

/// Ends the tools of these names that an earlier process of ours left in a folder: they work there, or on a file in it.
pub(super) async fn end_leftovers(names: &[&str], folder: &Path) -> Result<(), StepError> {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let left = Process::of(names, &folder)
        .map_err(|error| StepError::plain(format!("The processes of this machine could not be listed: {error}.")))?;
    supervisor::end(&names.join(" or "), &left, &[(Signal::TERM, END_GRACE), (Signal::KILL, END_GRACE)]).await
}

/// Removes the password files that a crash has left in an add-on's folder.
pub(super) fn remove_pass_files(folder: &Path) {
    for tool in [DUMP, RESTORE] {
        let _ = fs::remove_file(PassFile::path(folder, tool));
    }
}

async fn pieces(from: Option<impl AsyncRead + Unpin>, mut take: impl FnMut(&[u8])) -> io::Result<()> {
    let Some(mut from) = from else { return Ok(()) };
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match from.read(&mut buffer).await? {
            0 => return Ok(()),
            length => take(&buffer[..length]),
        }
    }
}

/// Lines out of pieces; what is too long of one is passed over.
#[derive(Default)]
pub(super) struct Lines(Vec<u8>);

impl Lines {
    /// Takes a piece, and gives each line that it ends.
    pub(super) fn push(&mut self, piece: &[u8], mut take: impl FnMut(&str)) {
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            let room = LINE.saturating_sub(self.0.len());
            self.0.extend_from_slice(&part[..part.len().min(room)]);
            if part.ends_with(b"\n") {
                self.end(&mut take);
            }
        }
    }

    /// Gives the last line, which nothing has ended.
    pub(super) fn end(&mut self, mut take: impl FnMut(&str)) {
        let line = std::mem::take(&mut self.0);
        let line = String::from_utf8_lossy(&line);
        if !line.trim().is_empty() {
            take(line.trim_end());
        }
    }
}

/// Keeps what explains a failure. The server's remarks on it are left out, for they quote statements and the values of rows.
fn keep(name: &str, line: &str, told: &mut VecDeque<String>) {
    let Some(rest) = line.strip_prefix(name).and_then(|rest| rest.strip_prefix(": ")) else { return };
    if ["error:", "detail:", "hint:", "warning:", "from TOC entry"].iter().any(|word| rest.starts_with(word)) {
        if told.len() == KEPT_LINES {
            told.pop_front();
        }
        told.push_back(printable(line));
    }
}

fn explain(name: &str, status: ExitStatus, log: Vec<String>) -> StepError {
    let start = format!("{name}: error: ");
    let reason = log.iter().find_map(|line| line.strip_prefix(&start)).or(log.last().map(String::as_str));
    let message = match reason {
        Some(reason) => format!("{name} failed ({status}): {}.", reason.trim().trim_end_matches('.')),
        None => format!("{name} failed ({status}) without a word."),
    };
    StepError { message, log, port_taken: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_however_they_come_and_never_too_long() {
        let mut lines = Lines::default();
        let mut got = Vec::new();
        for piece in ["one\ntw", "o\n\n", "thr", "ee"] {
            lines.push(piece.as_bytes(), |line| got.push(line.to_owned()));
        }
        lines.push(&vec![b'x'; 3 * LINE], |line| got.push(line.to_owned()));
        lines.end(|line| got.push(line.to_owned()));
        assert_eq!(got[..2], ["one", "two"]);
        assert_eq!(got[2].len(), LINE);
        assert_eq!(got.len(), 3);
    }

    #[test]
    fn what_is_kept_quotes_no_row() {
        let mut told = VecDeque::new();
        for line in [
            "pg_restore: processing data for table \"public.people\"",
            "pg_restore: while PROCESSING TOC:",
            "pg_restore: error: COPY failed for table \"people\": ERROR:  duplicate key value violates unique constraint",
            "DETAIL:  Key (email)=(jo@example.org) already exists.",
            "CONTEXT:  COPY people, line 2: \"jo@example.org hunter2\"",
            "Command was: ALTER ROLE app PASSWORD 'hunter2'",
        ] {
            keep(RESTORE, line, &mut told);
        }
        assert_eq!(told.len(), 1);
        assert!(told[0].contains("duplicate key"), "{told:?}");
    }
}
