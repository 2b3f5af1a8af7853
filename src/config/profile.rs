//! A named way into a platform.

use std::fmt;
use std::path::PathBuf;

use jiff::SignedDuration;
use secrecy::SecretString;

use super::Authorities;
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
    /// orkestr.
    Orkestr,
    /// Watasu: its MCP server, and the `watasu` program.
    Watasu,
}

impl PlatformKind {
    /// All of them.
    pub const ALL: [PlatformKind; 5] =
        [PlatformKind::Local, PlatformKind::Akkeris, PlatformKind::Heroku, PlatformKind::Orkestr, PlatformKind::Watasu];

    /// Their names.
    pub fn names() -> [&'static str; 5] {
        Self::ALL.map(Self::name)
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The address that all of its users share, if there is one.
    pub fn own_endpoint(self) -> Option<&'static str> {
        match self {
            PlatformKind::Local | PlatformKind::Akkeris => None,
            PlatformKind::Heroku => Some("https://api.heroku.com"),
            PlatformKind::Orkestr => Some("https://api.orkestr.eu"),
            // Its MCP server (its handbook); its HTTP paths for add-ons are not published.
            PlatformKind::Watasu => Some("https://mcp.watasu.io/mcp"),
        }
    }

    /// How dangerous a profile is of which nobody has said so.
    pub fn default_danger(self) -> Danger {
        match self {
            PlatformKind::Local => Danger::None,
            PlatformKind::Akkeris | PlatformKind::Heroku | PlatformKind::Orkestr | PlatformKind::Watasu => {
                Danger::Production
            }
        }
    }

    /// The name used in the configuration and on screen.
    pub fn name(self) -> &'static str {
        match self {
            PlatformKind::Local => "local",
            PlatformKind::Akkeris => "akkeris",
            PlatformKind::Heroku => "heroku",
            PlatformKind::Orkestr => "orkestr",
            PlatformKind::Watasu => "watasu",
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

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => f.write_str(&printable(&path.display().to_string())),
            Self::Url(url) => f.write_str(&printable(url)),
        }
    }
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
        /// The program and its arguments.
        command: Vec<String>,
    },
    /// A file.
    File(PathBuf),
    /// What a platform's own tool keeps in `.netrc`.
    Netrc {
        /// The file.
        path: PathBuf,
        /// The host, with its port where it is not the usual one.
        machine: String,
        /// The line that makes the tool write it anew.
        login: &'static str,
    },
    /// A platform's own tool, by the line that makes it print its token.
    Program(String),
}

impl TokenSource {
    /// What makes another token of it known to us.
    pub fn way_to_renew(&self) -> String {
        match self {
            Self::Variable(_) => "Set it to a valid token".to_owned(),
            Self::Command { .. } => "See to it that the command prints a valid token".to_owned(),
            Self::File(_) => "Write a valid token into it".to_owned(),
            Self::Netrc { login, .. } => format!("Log in again ({login})"),
            Self::Program(_) => "Log in again with that program".to_owned(),
        }
    }
}

impl fmt::Display for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "the variable {}", printable(name)),
            Self::Command { profile, .. } => write!(f, "the token_command of profile {}", printable(profile)),
            Self::File(path) => write!(f, "the file {}", printable(&path.display().to_string())),
            Self::Netrc { path, machine, .. } => {
                write!(f, "machine {} in {}", printable(machine), printable(&path.display().to_string()))
            }
            Self::Program(line) => write!(f, "the command {}", printable(line)),
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
    /// Where its databases are told of, where that is another place (Heroku's data API). Absent: none is known, and the token
    /// goes to no other address than `endpoint`.
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
    /// The app (orkestr: project) that the working folder is linked to, by its name or id: it is what is looked at first.
    pub project: Option<String>,
    /// Whether commands may be sent whose exact form no text of the platform shows (Watasu's detach and destroy).
    pub undocumented: bool,
    /// Authorities that are trusted beside the system's.
    pub authorities: Authorities,
    /// How old the last finished backup may be before it is told as stale.
    pub backup_max_age: SignedDuration,
}

/// How old the last finished backup may be where nobody says so: a daily one, and two hours for it to be taken.
pub const BACKUP_MAX_AGE: SignedDuration = SignedDuration::from_hours(26);

impl Profile {
    /// Why it is read-only in a way that can't be unlocked, with the way out; `None` where it can be, or need not.
    pub fn cannot_unlock(&self) -> Option<String> {
        self.read_only?.cannot_unlock(self.platform.name(), &self.endpoint.to_string())
    }
}
