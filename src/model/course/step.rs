//! How the steps of a procedure stand, and what comes next.

use jiff::Timestamp;

use crate::model::{Command, Late, Operation, OperationId};

/// How a step, or one of its commands, stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Its turn has not come.
    Waiting,
    /// It was begun.
    Running,
    /// It is done; what came of it, in words.
    Done(String),
    /// It was left out.
    Skipped,
    /// It failed; why.
    Failed(String),
    /// It may or may not have happened; what is known.
    Unknown(String),
    /// What it did was taken back.
    TakenBack,
}

impl StepState {
    /// Whether the next step may be taken.
    pub fn is_over(&self) -> bool {
        matches!(self, StepState::Done(_) | StepState::Skipped)
    }
}

/// One command of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The command.
    pub command: Command,
    /// Whether it takes back what the step did.
    pub is_back: bool,
    /// Its last attempt, if there was one.
    pub operation: Option<Operation>,
    /// How it stands.
    pub state: StepState,
}

/// One step with how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepStatus {
    /// How it stands.
    pub state: StepState,
    /// When it began, where known.
    pub began_at: Option<Timestamp>,
    /// When it came to this state, where known.
    pub at: Option<Timestamp>,
    /// Its commands, as far as they are known.
    pub parts: Vec<Part>,
    /// The place among the commands from which on they count: those before were taken back, or are what was taken back.
    pub from: usize,
    /// The apps that have to be read again before it is done, if any.
    pub apps: Vec<String>,
}

impl StepStatus {
    /// The commands that count now.
    pub fn current(&self) -> &[Part] {
        self.parts.get(self.from..).unwrap_or_default()
    }

    /// Whether what counts now takes back what the step did.
    pub fn is_back(&self) -> bool {
        self.current().last().is_some_and(|part| part.is_back)
    }

    /// The apps that were left out by a person.
    pub fn left_out(&self) -> impl Iterator<Item = &str> {
        let is_out = |part: &Part| part.state == StepState::Skipped;
        let is_tried =
            move |app: &str| self.current().iter().any(|part| !is_out(part) && part.command.app() == Some(app));
        let out = self.current().iter().filter(move |part| is_out(part));
        out.filter_map(|part| part.command.app()).filter(move |app| !is_tried(app))
    }
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// The commands of a step have to be told by the adapter.
    Bind {
        /// The place of the step.
        step: usize,
        /// Which commands.
        late: Late,
    },
    /// A command is to be sent, once it was confirmed.
    Send {
        /// The place of the step.
        step: usize,
        /// The place of the command within it.
        part: usize,
        /// The command.
        command: Box<Command>,
    },
    /// An operation has to reach its end, or its outcome has to become known.
    Follow {
        /// The place of the step.
        step: usize,
        /// Which.
        operation: OperationId,
    },
    /// A file is to be fetched.
    Download {
        /// The place of the step.
        step: usize,
    },
    /// Every app has to be read again, before it is said that they were switched over.
    Verify {
        /// The place of the step.
        step: usize,
    },
    /// A person has to do something, look, and say so.
    Person {
        /// The place of the step.
        step: usize,
    },
    /// Something failed: try again, leave it out, take back, or stop.
    Decide {
        /// The place of the step.
        step: usize,
        /// The place of the command within it, if it is one.
        part: Option<usize>,
        /// What went wrong, as a sentence.
        message: String,
    },
    /// Nothing: all is done.
    Finish,
    /// Nothing: it is over.
    Over,
}
