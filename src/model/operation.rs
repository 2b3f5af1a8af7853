//! One command on its way, as the journal has it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Command, OperationId, ProfileName};

/// How an operation stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// The intent is on disk; whether the request left is not known to this record.
    Intended,
    /// The platform acknowledged it and goes on with it.
    Accepted,
    /// It reached its end.
    Done,
    /// The platform refused it or it failed; why.
    Failed {
        /// A sentence.
        message: String,
    },
    /// Nothing was sent; why.
    NotSent {
        /// A sentence.
        message: String,
    },
    /// It may or may not have happened; what is known.
    Unknown {
        /// A sentence.
        message: String,
    },
}

impl Outcome {
    /// Whether nothing more is expected.
    pub fn is_end(&self) -> bool {
        !matches!(self, Outcome::Intended | Outcome::Accepted)
    }

    /// The one word for tables and JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Intended => "intended",
            Outcome::Accepted => "running",
            Outcome::Done => "done",
            Outcome::Failed { .. } => "failed",
            Outcome::NotSent { .. } => "not sent",
            Outcome::Unknown { .. } => "unknown",
        }
    }

    /// The sentence that goes with it, if any.
    pub fn message(&self) -> Option<&str> {
        match self {
            Outcome::Failed { message } | Outcome::NotSent { message } | Outcome::Unknown { message } => Some(message),
            _ => None,
        }
    }
}

/// One command on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// Its identity, and its journal file's name.
    pub id: OperationId,
    /// The profile it was sent through.
    pub profile: ProfileName,
    /// What was intended.
    pub command: Command,
    /// When the intent was written.
    pub started_at: Timestamp,
    /// When the last line was written.
    pub updated_at: Timestamp,
    /// How it stands.
    pub outcome: Outcome,
    /// The platform's id of what was made, once told.
    pub addon_id: Option<String>,
    /// The platform's own id of what it goes on with, once told.
    #[serde(default)]
    pub work_id: Option<String>,
    /// The backup that was asked for, once told.
    #[serde(default)]
    pub backup_id: Option<String>,
    /// Whether a person took note that its outcome is not known. It stays unknown.
    #[serde(default)]
    pub is_noted: bool,
}

impl Operation {
    /// Whether it may still go on, or nobody knows what became of it.
    pub fn is_open(&self) -> bool {
        !self.outcome.is_end() || self.is_unsettled()
    }

    /// Whether its outcome is unknown and nobody has taken note of that yet.
    pub fn is_unsettled(&self) -> bool {
        matches!(self.outcome, Outcome::Unknown { .. }) && !self.is_noted
    }
}
