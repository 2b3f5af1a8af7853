//! How a verb ends.

use crate::config::{ConfigError, PathsError};
use crate::platform::{ConnectError, ReadError};
use crate::store::JournalError;

/// The exit codes of every verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It is done.
    Done = 0,
    /// It failed, or was refused.
    Failed = 1,
    /// The command line or the configuration is wrong.
    Usage = 2,
    /// It needs a confirmation that was not given; nothing was sent.
    NotConfirmed = 3,
    /// It took longer than asked for; it may still go on.
    TimedOut = 4,
    /// A write was sent and nobody knows what became of it.
    OutcomeUnknown = 5,
    /// The platform was not reached; nothing was sent.
    NotReached = 6,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        self as u8
    }
}

/// A bad end: the code, and a sentence for standard error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What happened, to what, and what to do.
    pub message: String,
    /// The code of a shell for a command that can't be run, in place of ours.
    command: Option<u8>,
}

impl Failure {
    /// A bad end.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), command: None }
    }
}

impl Failure {
    /// A command that can't be run, with the code that a shell has for it.
    pub(super) fn of_command(code: u8, message: impl Into<String>) -> Self {
        Self { command: Some(code), ..Self::new(Exit::Failed, message) }
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        self.command.unwrap_or(self.exit.code())
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        let exit = if error.kind.is_no_answer() { Exit::NotReached } else { Exit::Failed };
        Self::new(exit, error.in_full())
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        Self::new(Exit::NotReached, error.to_string())
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::new(Exit::Usage, error.0)
    }
}

impl From<PathsError> for Failure {
    fn from(error: PathsError) -> Self {
        Self::new(Exit::Usage, error.to_string())
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        Self::new(Exit::Failed, error.0)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(Exit::Failed, format!("The output could not be written: {error}."))
    }
}
