//! Why a step of an add-on's life failed.

use crate::model::Health;

/// Why a step failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct StepError {
    /// A sentence: what happened, to what, and what to do.
    pub message: String,
    /// The server's own last log lines, where they explain it. Never a secret.
    pub log: Vec<String>,
    /// Whether another port would help (it was taken): the engine then allocates anew and rewrites the config vars.
    pub port_taken: bool,
}

impl From<StepError> for Health {
    fn from(error: StepError) -> Self {
        Health::Failing(error.message.trim_end_matches('.').into())
    }
}

impl StepError {
    /// A sentence alone, without log lines.
    pub fn plain(message: impl Into<String>) -> Self {
        Self { message: message.into(), log: Vec::new(), port_taken: false }
    }
}
