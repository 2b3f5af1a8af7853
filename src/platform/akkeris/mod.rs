//! The adapter for Akkeris.

use std::sync::Arc;
use std::time::Duration;

use super::{ConnectError, Connection, Pace, Settings, Words, Writer};
use crate::config::Profile;
use crate::model::Naming;

/// Akkeris's words.
pub(super) const WORDS: Words = Words {
    platform: "akkeris",
    team: "space",
    app: "app",
    keeps_keys: None,
    naming: Naming::Akkeris,
    needs_neighbours: true,
    list_tells_states: false,
    pace: Pace {
        list: Duration::from_secs(20),
        states: Duration::from_secs(60),
        detail: Duration::from_secs(10),
        transitional: Duration::from_secs(5),
    },
};

/// The way in.
pub(super) fn connect(profile: &Profile, settings: Settings) -> Result<Connection, ConnectError> {
    let _ = (profile, settings);
    Err(ConnectError::Client("Akkeris is not spoken yet.".to_owned()))
}

/// The door for writes alone, for a profile that was unlocked.
pub(super) fn writer(profile: &Profile, settings: Settings) -> Result<Arc<dyn Writer>, ConnectError> {
    let _ = (profile, settings);
    Err(ConnectError::Client("Akkeris is not spoken yet.".to_owned()))
}
