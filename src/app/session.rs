//! The way in that this dashboard was opened with.

use crate::model::{Capability, Danger, ProfileName, Verb};
use crate::platform::Words;

/// What does not change while a profile is open.
#[derive(Clone, Debug)]
pub struct Session {
    /// The profile's name.
    pub profile: ProfileName,
    /// The platform's own words.
    pub words: Words,
    /// Where the platform is reached, for people.
    pub endpoint: String,
    /// How dangerous the profile's owner says it is.
    pub danger: Danger,
    /// Why nothing can be written (a read-only profile, no journal); `None` when writing is possible.
    pub no_writes: Option<String>,
    /// Whether that is because the profile is read-only.
    pub read_only: bool,
    /// What the platform can do at all; empty until it is connected.
    pub capabilities: Vec<(Verb, Capability)>,
}

impl Session {
    /// Why a verb can't be used here; `None` when it can.
    pub fn cannot(&self, verb: Verb) -> Option<&str> {
        self.capabilities.iter().find(|(candidate, _)| *candidate == verb).and_then(|(_, can)| can.reason())
    }
}
