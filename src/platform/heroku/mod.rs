//! The adapter for Heroku.

use std::sync::Arc;
use std::time::Duration;

use super::{ConnectError, Connection, Pace, Settings, Words, Writer};
use crate::config::Profile;
use crate::model::Naming;

/// Heroku's words.
pub(super) const WORDS: Words = Words {
    platform: "heroku",
    team: "team",
    app: "app",
    keeps_keys: None,
    naming: Naming::Heroku,
    needs_neighbours: true,
    list_tells_states: true,
    pace: Pace {
        list: Duration::from_secs(30),
        states: Duration::from_secs(30),
        detail: Duration::from_secs(15),
        transitional: Duration::from_secs(5),
    },
};

/// The way in.
pub(super) fn connect(profile: &Profile, settings: Settings) -> Result<Connection, ConnectError> {
    let _ = (profile, settings);
    Err(ConnectError::Client("Heroku is not spoken yet.".to_owned()))
}

/// The door for writes alone, for a profile that was unlocked.
pub(super) fn writer(profile: &Profile, settings: Settings) -> Result<Arc<dyn Writer>, ConnectError> {
    let _ = (profile, settings);
    Err(ConnectError::Client("Heroku is not spoken yet.".to_owned()))
}
