//! The adapter for watasu.

mod program;

use std::sync::Arc;
use std::time::Duration;

use super::{ConnectError, Connection, Pace, Plans, Settings, Words, Writer};
use crate::config::Profile;
use crate::model::Naming;

/// Its words.
pub(super) const WORDS: Words = Words {
    platform: "watasu",
    team: "team",
    app: "app",
    keeps_keys: None,
    naming: Naming::Watasu,
    needs_neighbours: false,
    list_tells_states: false,
    has_unlisted_actions: false,
    plans: Plans::Typed,
    sees_detached: false,
    has_environments: false,
    pace: Pace {
        list: Duration::from_secs(30),
        states: Duration::from_secs(60),
        detail: Duration::from_secs(10),
        transitional: Duration::from_secs(5),
    },
};

/// The way in.
pub(super) fn connect(profile: &Profile, _settings: Settings) -> Result<Connection, ConnectError> {
    Err(ConnectError::Client(format!("Profile {}: watasu is being built.", profile.name)))
}

/// The door for writes alone, for a profile that was unlocked.
pub(super) fn writer(profile: &Profile, _settings: Settings) -> Result<Arc<dyn Writer>, ConnectError> {
    Err(ConnectError::Client(format!("Profile {}: watasu is being built.", profile.name)))
}
