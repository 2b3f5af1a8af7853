//! From a profile to a connection.

use super::{Connection, Settings, v1};
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
    /// The HTTP client could not be made.
    #[error("{0}")]
    Client(String),
}

/// Makes the clients for a profile. Nothing is sent yet.
///
/// # Errors
/// When the endpoint is no good, or would carry the token in the clear.
pub fn connect(profile: &Profile, settings: Settings) -> Result<Connection, ConnectError> {
    match profile.platform {
        PlatformKind::Local => v1::connect(profile, settings),
    }
}
