//! The life of an add-on in our words, always shown beside the platform's own word.

use serde::{Deserialize, Serialize};

use super::Text;

/// Where an add-on stands. Nothing unknown counts as good.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Asked for; nothing has been done yet.
    Requested,
    /// Being made.
    Provisioning,
    /// Made, and on its way back into service: the platform has begun anew and does not know yet that it answers.
    Starting,
    /// In service.
    Ready,
    /// Changing (plan, name, credentials), possibly out of service meanwhile.
    Updating,
    /// Being filled from a backup.
    Restoring,
    /// Stopped by the platform until it is used again.
    Sleeping,
    /// Waiting for something outside the platform.
    Waiting,
    /// It could not be made or kept.
    Failed,
    /// Being destroyed.
    Deprovisioning,
    /// Destroyed.
    Gone,
    /// The platform can't reach it; what was known last.
    Unreachable(Box<State>),
    /// Not known, and why.
    Unknown(Text),
    /// A word of the platform that we have no class for.
    Other(Text),
}

impl State {
    /// The one word shown to people and written in JSON.
    pub fn word(&self) -> &str {
        match self {
            State::Requested => "requested",
            State::Provisioning => "provisioning",
            State::Starting => "starting",
            State::Ready => "ready",
            State::Updating => "updating",
            State::Restoring => "restoring",
            State::Sleeping => "sleeping",
            State::Waiting => "waiting",
            State::Failed => "failed",
            State::Deprovisioning => "deprovisioning",
            State::Gone => "gone",
            State::Unreachable(_) => "unreachable",
            State::Unknown(_) => "unknown",
            State::Other(word) => word,
        }
    }

    /// Whether the state is about to change by itself, so that it is worth polling more often.
    pub fn is_transitional(&self) -> bool {
        matches!(
            self,
            State::Requested
                | State::Provisioning
                | State::Starting
                | State::Updating
                | State::Restoring
                | State::Waiting
                | State::Deprovisioning
        )
    }

    /// Whether the add-on is known to be in service. False for everything unknown.
    pub fn is_ready(&self) -> bool {
        matches!(self, State::Ready)
    }
}

/// What a probe said of the service; a second field beside the state, never mixed into it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// It answered as it should.
    Ok,
    /// It did not; what was seen.
    Failing(Text),
    /// Nobody asked, or the platform can't tell; why.
    Unknown(Text),
}
