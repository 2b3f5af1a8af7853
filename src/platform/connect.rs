//! From a profile to a connection.

use std::sync::Arc;

use super::{Connection, Settings, Words, Writer, akkeris, heroku, orkestr, v1, watasu};
use crate::config::{PlatformKind, Profile};

/// Why a profile can't be entered. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// The endpoint is not a URL that we speak.
    #[error("{0}")]
    BadEndpoint(String),
    /// A token would go over the network in the clear.
    #[error("{0}")]
    Insecure(String),
    /// It is read-only in a way that can't be unlocked.
    #[error("{0}")]
    ReadOnly(String),
    /// The HTTP client could not be made.
    #[error("{0}")]
    Client(String),
}

/// The words of a platform, before anything of it is known.
pub fn words(platform: PlatformKind) -> Words {
    match platform {
        PlatformKind::Local => Words::LOCAL,
        PlatformKind::Akkeris => akkeris::WORDS,
        PlatformKind::Heroku => heroku::WORDS,
        PlatformKind::Orkestr => orkestr::WORDS,
        PlatformKind::Watasu => watasu::WORDS,
    }
}

/// Makes the clients for a profile. Nothing is sent yet.
///
/// # Errors
/// When the endpoint is no good, or would carry the token in the clear.
pub fn connect(profile: &Profile, settings: Settings) -> Result<Connection, ConnectError> {
    match profile.platform {
        PlatformKind::Local => v1::connect(profile, settings),
        PlatformKind::Akkeris => akkeris::connect(profile, settings),
        PlatformKind::Heroku => heroku::connect(profile, settings),
        PlatformKind::Orkestr => orkestr::connect(profile, settings),
        PlatformKind::Watasu => watasu::connect(profile, settings),
    }
}

/// The same way in with a door for writes, for a profile whose configuration makes it read-only. To be called only once the
/// unlocking is on record; `reason` goes into the record of each write. Nothing is sent yet.
///
/// # Errors
/// When the profile can't be unlocked, or as [`connect`].
pub fn unlock(
    profile: &Profile,
    settings: Settings,
    connection: &Connection,
    reason: &str,
) -> Result<Connection, ConnectError> {
    if let Some(why) = profile.cannot_unlock() {
        return Err(ConnectError::ReadOnly(format!("Profile {} can't be unlocked: {why}", profile.name)));
    }
    let writer: Arc<dyn Writer> = match profile.platform {
        PlatformKind::Local => v1::writer(profile, settings)?,
        PlatformKind::Akkeris => akkeris::writer(profile, settings)?,
        PlatformKind::Heroku => heroku::writer(profile, settings)?,
        PlatformKind::Orkestr => orkestr::writer(profile, settings)?,
        PlatformKind::Watasu => watasu::writer(profile, settings)?,
    };
    Ok(Connection { writer: Some(writer), unlocked_for: Some(reason.to_owned()), ..connection.clone() })
}
