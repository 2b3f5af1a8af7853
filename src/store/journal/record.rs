//! The lines of a journal file, and the state that they add up to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Actor;
use crate::model::{Command, Operation, OperationId, ProfileName};

/// The first line: what is about to be done, by whom, to what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The operation's id and file name.
    pub id: OperationId,
    /// When it was written.
    pub at: Timestamp,
    /// Who acts, from where.
    #[serde(flatten)]
    pub actor: Actor,
    /// The profile it goes through.
    pub profile: ProfileName,
    /// The platform's name.
    pub platform: String,
    /// The platform's endpoint, without user name and password.
    pub endpoint: String,
    /// Who the platform takes us for, where that could be told.
    pub account: Option<String>,
    /// What is intended.
    pub command: Command,
    /// The name that identifies the target.
    pub target: String,
    /// Why, where a reason was asked for.
    pub reason: Option<String>,
    /// The key that makes the platform do it once, where it takes one.
    pub idempotency_key: String,
    /// When the target was last read, by the platform's clock.
    pub read_at: Timestamp,
}

/// Every further line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// When it was written.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub kind: RecordKind,
}

/// What a further line says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "record")]
pub enum RecordKind {
    /// The request leaves now.
    Sent,
}

/// One operation with everything that was recorded of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What was intended.
    pub intent: Intent,
    /// What followed.
    pub records: Vec<Record>,
    /// What that adds up to.
    pub operation: Operation,
    /// Whether a living process drives it right now.
    pub is_driven: bool,
}
