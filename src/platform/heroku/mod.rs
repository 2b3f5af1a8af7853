//! The adapter for Heroku: its Platform API, and its data API as a layer that may be missing.

mod actions;
mod capability;
mod cli;
mod client;
mod copies;
mod core;
mod data;
mod effects;
mod map;
mod pages;
mod reader;
mod request;
mod services;
#[cfg(test)]
mod tests;
mod transfer_id;
mod wire;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use self::core::Core;
use super::http::Manners;
use super::{ConnectError, Connection, Limit, Pace, Plans, Settings, Words, Writer};
use crate::config::Profile;
use crate::model::Naming;

/// Heroku's words.
/// The pool of one account, which all of its programs share; it fills by a sixtieth every minute (Dev Center, *Rate limits*).
const POOL: u32 = 4500;

pub(super) const WORDS: Words = Words {
    platform: "heroku",
    team: "team",
    app: "app",
    keeps_keys: None,
    naming: Naming::Heroku,
    needs_neighbours: true,
    list_tells_states: true,
    has_unlisted_actions: false,
    plans: Plans::Told,
    sees_detached: true,
    has_environments: false,
    pace: Pace {
        list: Duration::from_secs(30),
        states: Duration::from_secs(30),
        detail: Duration::from_secs(15),
        transitional: Duration::from_secs(5),
    },
    list_in_parts: false,
    limit: Some(Limit::Pool { of: POOL, a_minute: POOL / 60 }),
};

/// It takes no keys. The variant `3.sdk` tells metered prices, too (the CLI's source).
const MANNERS: Manners = Manners {
    accept: "application/vnd.heroku+json; version=3.sdk",
    takes_keys: false,
    tried_again: &[408, 500, 502, 503, 504],
};

/// The way in.
pub(super) fn connect(profile: &Profile, settings: Settings) -> Result<Connection, ConnectError> {
    let core = Arc::new(Core::new(profile, settings)?);
    let endpoint = core.http.target().to_string();
    let may_write = profile.read_only.is_none();
    let writer = may_write.then(|| Arc::new(writer::HerokuWriter { core: core.clone() }) as Arc<dyn Writer>);
    Ok(Connection { endpoint, reader: Arc::new(reader::Heroku { core }), writer, unlocked_for: None })
}

/// The door for writes alone, for a profile that was unlocked.
pub(super) fn writer(profile: &Profile, settings: Settings) -> Result<Arc<dyn Writer>, ConnectError> {
    Ok(Arc::new(writer::HerokuWriter { core: Arc::new(Core::new(profile, settings)?) }))
}
