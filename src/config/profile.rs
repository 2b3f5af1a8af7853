//! A named way into a platform.

use std::path::PathBuf;

use secrecy::SecretString;

use crate::model::{Danger, ProfileName};

/// The platforms that can be spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PlatformKind {
    /// The local platform, or any server that speaks its `/v1`.
    Local,
}

impl PlatformKind {
    /// The name used in the configuration and on screen.
    pub fn name(self) -> &'static str {
        match self {
            PlatformKind::Local => "local",
        }
    }
}

/// Where a platform is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// Our own Unix socket.
    Unix(PathBuf),
    /// `https://…`, or `http://` on loopback.
    Url(String),
}

/// A named way in. Endpoint and credential always come as a pair from one source.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its name.
    pub name: ProfileName,
    /// Which platform.
    pub platform: PlatformKind,
    /// Where it is.
    pub endpoint: Endpoint,
    /// The bearer token; none over our own Unix socket.
    pub token: Option<SecretString>,
    /// Where the token came from, for sentences: `the variable ATTACHE_TOKEN`, `the file /run/token`.
    pub token_source: Option<String>,
    /// The teams to show; all that the credential sees when empty.
    pub teams: Vec<String>,
    /// How dangerous its owner says it is.
    pub danger: Danger,
    /// Whether it has no door for writes.
    pub read_only: bool,
}
