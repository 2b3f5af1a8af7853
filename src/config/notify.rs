//! How somebody who looks elsewhere is told that what they wait for has ended.

use super::file::{ConfigError, ConfigFile};

/// The environment variable that beats the file.
const VARIABLE: &str = "ATTACHE_NOTIFY";

/// What the terminal is asked to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Notify {
    /// Ring its bell, which every terminal knows.
    #[default]
    Bell,
    /// Show a notification, as iTerm2, WezTerm, Windows Terminal and others have it.
    Osc9,
    /// Show a notification, as foot, urxvt, VTE and others have it.
    Osc777,
    /// Nothing.
    None,
}

impl Notify {
    /// The words for them, in the file and in the environment.
    pub(super) const WORDS: [&str; 4] = ["bell", "osc9", "osc777", "none"];

    /// The one that a word stands for.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        match word {
            "bell" => Some(Self::Bell),
            "osc9" => Some(Self::Osc9),
            "osc777" => Some(Self::Osc777),
            "none" => Some(Self::None),
            _ => None,
        }
    }

    /// As the environment has it, or else the file.
    ///
    /// # Errors
    /// When the environment names none of them.
    pub fn decide(file: &ConfigFile, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        match env(VARIABLE).as_deref() {
            None | Some("") => Ok(file.notify.unwrap_or_default()),
            Some(word) => Self::from_word(word).ok_or_else(|| {
                ConfigError(format!(
                    "{VARIABLE} is {word:?}, and there is no such way to tell. Set it to bell, osc9, osc777 or none."
                ))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn decide(file: &str, env: Option<&str>) -> Result<Notify, String> {
        let file = ConfigFile::parse(Path::new("/c/config.toml"), file).map_err(|error| error.0)?;
        let env = env.map(str::to_owned);
        Notify::decide(&file, &move |name| env.clone().filter(|_| name == VARIABLE)).map_err(|error| error.0)
    }

    #[test]
    fn the_environment_beats_the_file_and_the_bell_is_what_is_left() {
        assert_eq!(decide("", None).unwrap(), Notify::Bell);
        for (word, notify) in
            [("bell", Notify::Bell), ("osc9", Notify::Osc9), ("osc777", Notify::Osc777), ("none", Notify::None)]
        {
            assert_eq!(decide(&format!("notify = \"{word}\""), None).unwrap(), notify);
            assert_eq!(decide("notify = \"osc9\"", Some(word)).unwrap(), notify);
        }
        assert_eq!(decide("notify = \"osc9\"", Some("")).unwrap(), Notify::Osc9);
    }

    #[test]
    fn a_way_that_there_is_not_is_refused_with_its_place_and_those_that_there_are() {
        let error = decide("# mine\nnotify = \"beep\"\n", None).unwrap_err();
        assert!(error.starts_with("/c/config.toml line 2: ") && error.contains("osc777"), "{error}");
        let error = decide("", Some("beep")).unwrap_err();
        assert!(error.contains("ATTACHE_NOTIFY") && error.contains("bell, osc9, osc777 or none"), "{error}");
    }
}
