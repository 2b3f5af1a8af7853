//! The lines that the record of a procedure consists of.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Command, OperationId};

/// Who drives a procedure. Everybody else watches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrivenBy {
    /// Tells one driver from the next, also within one process.
    pub token: String,
    /// The user of the process.
    pub user: String,
    /// Its machine.
    pub host: Option<String>,
    /// Its process id on that machine.
    pub pid: u32,
    /// When that process began, in the kernel's ticks since the machine's start: tells it from a later one of that id.
    pub began: Option<u64>,
}

/// A mark in the record of a procedure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "mark")]
pub enum Mark {
    /// From now on this one drives it.
    Driven(DrivenBy),
    /// The commands of a step are known now; they follow those that it had.
    Bound {
        /// The place of the step, from 0.
        step: usize,
        /// Its commands.
        commands: Vec<Command>,
        /// The apps that have to be read again before the step is done, if any.
        #[serde(default)]
        apps: Vec<String>,
        /// Whether they take back what the step did.
        is_back: bool,
    },
    /// A command of a step is about to be sent, as this operation. Without a file of that operation nothing was.
    Begun {
        /// The place of the step, from 0.
        step: usize,
        /// The place of the command within the step, from 0.
        part: usize,
        /// Its operation.
        operation: OperationId,
    },
    /// A command of a step is left out.
    PartSkipped {
        /// The place of the step, from 0.
        step: usize,
        /// The place of the command within the step, from 0.
        part: usize,
    },
    /// A step is left out.
    Skipped {
        /// The place of the step, from 0.
        step: usize,
    },
    /// A step is done, as far as its operations don't tell.
    Done {
        /// The place of the step, from 0.
        step: usize,
        /// What came of it, in words.
        message: String,
    },
    /// A step failed, as far as its operations don't tell.
    Failed {
        /// The place of the step, from 0.
        step: usize,
        /// Why, as a sentence.
        message: String,
    },
    /// A step that failed is tried again.
    Again {
        /// The place of the step, from 0.
        step: usize,
    },
    /// It is over.
    Over {
        /// Whether its goal was reached.
        is_reached: bool,
        /// What is left, or why it was stopped.
        message: String,
    },
}

/// A mark with its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    /// When it was written.
    pub at: Timestamp,
    /// What it says.
    #[serde(flatten)]
    pub mark: Mark,
}
