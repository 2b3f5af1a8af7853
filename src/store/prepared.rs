//! A write between its proposal and its confirmation.

use jiff::Timestamp;

use crate::model::{Command, Effects, Operation, OperationId};
use crate::platform::{RequestPreview, Situation};

/// A command, and what was live when its effects were told. A confirmation holds for exactly this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// The intended write.
    pub command: Command,
    /// What it does.
    pub effects: Effects,
    /// The request it becomes.
    pub request: RequestPreview,
    /// What the effects were told from.
    pub situation: Situation,
    /// When that was read, by the platform's clock.
    pub read_at: Timestamp,
    /// The operation that is sent again with its own key; `None` for a command that is sent for the first time.
    pub again: Option<OperationId>,
}

/// What became of a confirmed command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubmitResult {
    /// The target changed since it was shown: nothing was sent; confirm anew.
    Changed {
        /// What changed, as sentences.
        what: Vec<String>,
        /// The command with its effects as they are now.
        prepared: Box<Prepared>,
    },
    /// It was journaled and came to this outcome (which may still be running).
    Operation(Box<Operation>),
    /// Nothing was journaled and nothing was sent; why.
    NotSent(String),
}
