//! What happened to an add-on, step by step, as the platform wrote it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How far a step got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// It was begun.
    Started,
    /// It really ended, well.
    Done,
    /// It ended badly.
    Failed,
    /// Something to know, no step.
    Note,
    /// A word of the platform that we have no class for.
    Other(String),
}

/// One line of an add-on's timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEvent {
    /// Grows with time within one add-on.
    pub id: u64,
    /// When it happened, by the platform's clock.
    pub at: Timestamp,
    /// The step's name, such as `start_server`.
    pub step: String,
    /// How far the step got.
    pub status: EventStatus,
    /// A sentence for people.
    pub message: String,
    /// The server's own last log lines, where they explain it.
    pub log: Vec<String>,
}
