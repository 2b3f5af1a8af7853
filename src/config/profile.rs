//! A named way into a platform.

use std::fmt;
use std::path::PathBuf;

use secrecy::SecretString;

use crate::model::{Danger, ProfileName, ReadOnly, printable};

/// The platforms that can be spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PlatformKind {
    /// The local platform, or any server that speaks its `/v1`.
    Local,
    /// Akkeris.
    Akkeris,
    /// Heroku.
    Heroku,
}

impl PlatformKind {
    /// The name used in the configuration and on screen.
    pub fn name(self) -> &'static str {
        match self {
            PlatformKind::Local => "local",
            PlatformKind::Akkeris => "akkeris",
            PlatformKind::Heroku => "heroku",
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

/// Where a token comes from. Its `Display` follows "the token from".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenSource {
    /// An environment variable.
    Variable(String),
    /// The program that a profile names.
    Command {
        /// The profile.
        profile: String,
    },
    /// A file.
    File(PathBuf),
}

impl TokenSource {
    /// What makes another token of it known to us.
    pub fn way_to_renew(&self) -> &'static str {
        match self {
            Self::Variable(_) => "Set it to a valid token",
            Self::Command { .. } => "See to it that the command prints a valid token",
            Self::File(_) => "Write a valid token into it",
        }
    }
}

impl fmt::Display for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "the variable {}", printable(name)),
            Self::Command { profile } => write!(f, "the token_command of profile {}", printable(profile)),
            Self::File(path) => write!(f, "the file {}", printable(&path.display().to_string())),
        }
    }
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
    /// Where its databases are told of, where that is another place (Heroku's data API); the platform's own when absent.
    pub data_endpoint: Option<String>,
    /// The bearer token; none over our own Unix socket.
    pub token: Option<SecretString>,
    /// Where the token came from.
    pub token_source: Option<TokenSource>,
    /// The teams to show; all that the credential sees when empty.
    pub teams: Vec<String>,
    /// How dangerous its owner says it is.
    pub danger: Danger,
    /// Why it has no door for writes; `None` where it has one.
    pub read_only: Option<ReadOnly>,
}
