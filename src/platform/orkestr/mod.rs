//! The adapter for orkestr.

use std::sync::Arc;
use std::time::Duration;

use super::{ConnectError, Connection, Pace, Plans, Settings, Words, Writer};
use crate::config::Profile;
use crate::model::Naming;

/// Its words.
pub(super) const WORDS: Words = Words {
    platform: "orkestr",
    team: "group",
    app: "project",
    keeps_keys: None,
    naming: Naming::Orkestr,
    needs_neighbours: true,
    list_tells_states: false,
    has_unlisted_actions: false,
    plans: Plans::Absent,
    sees_detached: true,
    has_environments: true,
    pace: Pace {
        list: Duration::from_secs(60),
        states: Duration::from_secs(60),
        detail: Duration::from_secs(10),
        transitional: Duration::from_secs(2),
    },
};

/// The way in.
pub(super) fn connect(profile: &Profile, _settings: Settings) -> Result<Connection, ConnectError> {
    Err(ConnectError::Client(format!("Profile {}: orkestr is being built.", profile.name)))
}

/// The door for writes alone, for a profile that was unlocked.
pub(super) fn writer(profile: &Profile, _settings: Settings) -> Result<Arc<dyn Writer>, ConnectError> {
    Err(ConnectError::Client(format!("Profile {}: orkestr is being built.", profile.name)))
}
