//! Asking the program something: within a time, and of no more than fits.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::said::{in_its_words, last_line};
use super::{NAME, Program};
use crate::model::shell_line;
use crate::platform::{ReadError, ReadErrorKind};

/// More than this of either output is not read.
const LARGEST: u64 = 4 << 20;

/// What it printed, and how it ended.
pub(super) struct Answer {
    pub(super) status: ExitStatus,
    pub(super) stdout: String,
    stderr: Vec<u8>,
    line: String,
}

/// Ends a program with all that it started, when nobody waits for it any more.
struct Ended(Option<Pid>);

impl Drop for Ended {
    fn drop(&mut self) {
        // It leads its session, and so its group. It may have ended by itself just now.
        self.0.map(|group| kill_process_group(group, Signal::KILL).ok());
    }
}

impl Program {
    /// Runs it to its end.
    ///
    /// # Errors
    /// When it is not there, can't be started, or takes too long: it is ended then.
    pub(super) async fn ask(&self, words: &[String]) -> Result<Answer, ReadError> {
        self.ask_within(words, Some(self.settings.read_overall)).await
    }

    /// The same, for as long as that takes where there is no limit.
    pub(super) async fn ask_within(&self, words: &[String], limit: Option<Duration>) -> Result<Answer, ReadError> {
        let line = shell_line(std::iter::once(NAME).chain(words.iter().map(String::as_str)));
        let path = self.path().map_err(|why| ReadError::unsupported(&why))?;
        let mut child = self
            .start(&path, words, Path::new("/"), (Stdio::piped(), Stdio::piped()))
            .map_err(|error| ReadError::new(ReadErrorKind::Unreachable, cannot_start(&path, &error)))?;
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let mut ended = Ended(group);
        let (stdout, stderr) = (child.stdout().take(), child.stderr().take());
        let whole = async {
            let (stdout, stderr) = tokio::join!(all_of(stdout), all_of(stderr));
            (stdout, stderr, child.wait().await)
        };
        let limit = limit.unwrap_or(Duration::MAX);
        let Ok((stdout, stderr, status)) = tokio::time::timeout(limit, whole).await else {
            let message = format!(
                "{line} did not end within {} s and was ended. Run it yourself to see why.",
                limit.as_secs_f32().ceil()
            );
            return Err(ReadError::new(ReadErrorKind::TimedOut, message));
        };
        let cannot_follow = |error: std::io::Error| {
            ReadError::new(ReadErrorKind::CutOff, format!("How {line} ended can't be told: {error}."))
        };
        let status = status.map_err(cannot_follow)?;
        ended.0 = None;
        let stdout = String::from_utf8_lossy(&stdout).into_owned();
        Ok(Answer { status, stdout, stderr, line })
    }

    /// What it prints when asked who it is logged in as. For comparing, and not to be shown as it is.
    ///
    /// # Errors
    /// As [`Program::ask`], or when it says that it is not logged in or can't tell.
    pub(in crate::platform::watasu) async fn whoami(&self) -> Result<String, ReadError> {
        let answer = self.ask(&["whoami".to_owned()]).await?;
        answer.ended_well(self)
    }
}

impl Answer {
    /// What it printed, where it ended well.
    ///
    /// # Errors
    /// How it ended, with the last thing that it said.
    pub(super) fn ended_well(self, program: &Program) -> Result<String, ReadError> {
        if self.status.success() {
            return Ok(self.stdout);
        }
        let said =
            last_line(&self.stderr, &program.cleaner).or_else(|| last_line(self.stdout.as_bytes(), &program.cleaner));
        let message = format!("{} ended with {}.{}", self.line, how(self.status), in_its_words(said));
        Err(ReadError::new(ReadErrorKind::Refused { status: 500, code: "http_500".into() }, message))
    }
}

/// How it ended: `exit code 1`, `signal 9`.
pub(super) fn how(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "an end that can't be told".to_owned(),
    }
}

pub(super) fn cannot_start(path: &Path, error: &std::io::Error) -> String {
    format!("The program {} can't be started: {error}.", crate::model::printable(&path.display().to_string()))
}

async fn all_of(output: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(output) = output {
        // What was read before it broke off is told all the same.
        drop(output.take(LARGEST).read_to_end(&mut bytes).await);
    }
    bytes
}
