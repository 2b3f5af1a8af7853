//! `config.toml`: profiles by name. What is wrong with it is said with file and line, never with the line's text, which
//! might hold what does not belong there.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Notify;
use crate::model::Danger;

/// A configuration that can't be used. Always a matter for the user: exit code 2.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigFile {
    /// The profile that is used when none is named.
    pub default_profile: Option<String>,
    /// How somebody who looks elsewhere is told of an end.
    pub notify: Option<Notify>,
    /// The ways in.
    #[serde(default)]
    pub profiles: BTreeMap<String, ProfileEntry>,
}

/// One profile as written in the file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileEntry {
    /// `local`.
    pub platform: String,
    /// `https://…`, or `http://` on loopback; the platform's own when absent.
    pub endpoint: Option<String>,
    /// The teams to show.
    #[serde(default)]
    pub teams: Vec<String>,
    /// `none`, `staging` or `production`.
    pub danger: Option<Danger>,
    /// Whether it has no door for writes.
    #[serde(default)]
    pub read_only: bool,
    /// The environment variable that holds the token.
    pub token_env: Option<String>,
    /// The program and its arguments that print the token.
    pub token_command: Option<Vec<String>>,
    /// The file, mode 0600, that holds the token.
    pub token_file: Option<PathBuf>,
}

impl ConfigFile {
    /// Reads the file in `folder`; a missing file is an empty one.
    ///
    /// # Errors
    /// When it can't be read, or says something that we don't understand.
    pub fn load(folder: &Path) -> Result<Self, ConfigError> {
        let path = folder.join("config.toml");
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&path, &text),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(ConfigError(format!(
                "The configuration {} can't be read: {error}. Make it readable for you, or set ATTACHE_HOME to a folder of your own.",
                path.display()
            ))),
        }
    }

    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let file: Self = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            let line = before.map_or(1, |before| before.matches('\n').count() + 1);
            let message = error.message().lines().collect::<Vec<_>>().join(" ");
            ConfigError(format!("{} line {line}: {}.", path.display(), message.trim_end_matches('.')))
        })?;
        file.check(path)?;
        Ok(file)
    }

    fn check(&self, path: &Path) -> Result<(), ConfigError> {
        let complain = |text: String| Err(ConfigError(format!("{}: {text}", path.display())));
        for (name, entry) in &self.profiles {
            let sources = [entry.token_env.is_some(), entry.token_command.is_some(), entry.token_file.is_some()];
            if sources.iter().filter(|given| **given).count() > 1 {
                return complain(format!(
                    "profile {name:?} names more than one of token_env, token_command and token_file. Keep one."
                ));
            }
            if entry.endpoint.is_none() && sources.contains(&true) {
                return complain(format!(
                    "profile {name:?} names a token but no endpoint for it. Endpoint and credential come as a pair: add endpoint = \"https://…\"."
                ));
            }
            if entry.token_command.as_ref().is_some_and(Vec::is_empty) {
                return complain(format!(
                    "profile {name:?} has an empty token_command. Write it as [\"program\", \"argument\"]."
                ));
            }
        }
        if let Some(default) = &self.default_profile
            && default != "local"
            && !self.profiles.contains_key(default)
        {
            return complain(format!(
                "default_profile is {default:?}, and there is no [profiles.{default}]. The profiles are: {}.",
                self.names().join(", ")
            ));
        }
        Ok(())
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
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ConfigFile, ConfigError> {
        ConfigFile::parse(Path::new("/c/config.toml"), text)
    }

    #[test]
    fn a_mistake_is_named_with_its_line_and_without_its_text() {
        let error = parse("[profiles.work]\nplatform = \"local\"\ntoken = \"s3cr3t\"\n").unwrap_err().0;
        assert!(error.starts_with("/c/config.toml line 3: unknown field `token`"), "{error}");
        assert!(!error.contains("s3cr3t"), "{error}");
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let cases = [
            ("default_profile = \"work\"", "there is no [profiles.work]"),
            ("[profiles.a]\nplatform = \"local\"\ntoken_env = \"T\"", "come as a pair"),
            (
                "[profiles.a]\nplatform = \"local\"\nendpoint = \"http://127.0.0.1:1\"\ntoken_env = \"T\"\ntoken_file = \"/t\"",
                "more than one",
            ),
            ("[profiles.a]\nplatform = \"local\"\ndanger = \"high\"", "line 3"),
        ];
        for (text, expected) in cases {
            let error = parse(text).unwrap_err().0;
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn the_local_profile_is_always_there() {
        assert_eq!(parse("").unwrap().names(), ["local"]);
        assert_eq!(parse("default_profile = \"local\"").unwrap().default_profile.as_deref(), Some("local"));
    }
}
