//! `config.toml`: profiles by name. What is wrong with it is said with file, line and key, all of it at once, and never with
//! the line's text, which might hold what does not belong there.

mod entries;
mod reading;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;

use super::{Notify, PathsError, PlatformKind};
use crate::model::Danger;

/// The name of the file in its folder.
pub(super) const FILE: &str = "config.toml";

/// A configuration that can't be used. Always a matter for the user: exit code 2. One line for each mistake.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

impl From<PathsError> for ConfigError {
    fn from(error: PathsError) -> Self {
        Self(error.to_string())
    }
}

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigFile {
    /// The profile that is used when none is named.
    pub default_profile: Option<String>,
    /// How somebody who looks elsewhere is told of an end.
    pub notify: Option<Notify>,
    /// How old the last finished backup may be; a profile may say otherwise.
    pub backup_max_age: Option<SignedDuration>,
    /// The ways in.
    pub profiles: BTreeMap<String, ProfileEntry>,
}

/// One profile as written in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileEntry {
    /// Which platform.
    pub platform: PlatformKind,
    /// `https://…`, or `http://` on loopback; the platform's own when absent.
    pub endpoint: Option<String>,
    /// The same for Heroku's data API.
    pub data_endpoint: Option<String>,
    /// The teams to show.
    pub teams: Vec<String>,
    /// How dangerous its owner says it is.
    pub danger: Option<Danger>,
    /// Whether it has no door for writes.
    pub read_only: bool,
    /// Where its token comes from, where that is said.
    pub token: Option<TokenEntry>,
    /// Whether commands may be sent whose exact form no text of the platform shows.
    pub undocumented: bool,
    /// How old the last finished backup may be.
    pub backup_max_age: Option<SignedDuration>,
    /// Certificates of authorities that it trusts beside the system's; absolute, or in the home folder (`~/…`).
    pub ca_file: Option<PathBuf>,
}

/// Where a profile says that its token comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenEntry {
    /// The environment variable that holds it.
    Variable(String),
    /// The program and its arguments that print it.
    Command(Vec<String>),
    /// The file, mode 0600, that holds it; absolute, or in the home folder (`~/…`).
    File(PathBuf),
}

impl ProfileEntry {
    /// A profile of which nothing is said but its platform.
    pub(super) fn of(platform: PlatformKind) -> Self {
        Self {
            platform,
            endpoint: None,
            data_endpoint: None,
            teams: Vec::new(),
            danger: None,
            read_only: false,
            token: None,
            undocumented: false,
            ca_file: None,
            backup_max_age: None,
        }
    }
}

impl ConfigFile {
    /// Reads the file in `folder`; a missing file, or no folder, is an empty one.
    ///
    /// # Errors
    /// When it can't be read, or says something that we don't understand.
    pub fn load(folder: Option<&Path>) -> Result<Self, ConfigError> {
        let Some(path) = folder.map(|folder| folder.join(FILE)) else { return Ok(Self::default()) };
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&path, &text),
            // Below what is no folder, there can't be one.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(Self::default()),
            Err(error) => Err(ConfigError(format!(
                "The configuration {} can't be read: {error}. Make it readable for you, or set ATTACHE_HOME to a folder of your own.",
                path.display()
            ))),
        }
    }

    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        reading::read(text).map_err(|mistakes| {
            let lines = mistakes.into_iter().map(|(line, what)| format!("{} line {line}: {what}", path.display()));
            ConfigError(lines.collect::<Vec<_>>().join("\n"))
        })
    }

    /// The names of all profiles, with the built-in `local`.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.profiles.keys().map(String::as_str).collect();
        if !names.contains(&"local") {
            names.push("local");
        }
        names
    }
}

#[cfg(test)]
mod tests;
