//! Why nothing may be written through a profile.

/// What made a profile read-only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadOnly {
    /// Its configuration says `read_only = true`. A person may unlock it for a while.
    Configured,
    /// `--read-only` was given: that holds for the whole run.
    Flag,
    /// Its credential was found lying around, and no profile says what may be done with it.
    Found,
}

impl ReadOnly {
    /// Where it comes from, to stand behind "read-only: ".
    pub fn source(self) -> &'static str {
        match self {
            ReadOnly::Configured => "its configuration says so",
            ReadOnly::Flag => "--read-only was given for this run",
            ReadOnly::Found => "no profile names its credential, which was found on this machine",
        }
    }

    /// The word for it in documents.
    pub fn word(self) -> &'static str {
        match self {
            ReadOnly::Configured => "configured",
            ReadOnly::Flag => "flag",
            ReadOnly::Found => "found",
        }
    }

    /// Why it can't be unlocked, with the way out for that platform and endpoint; `None` where it can.
    pub fn cannot_unlock(self, platform: &str, endpoint: &str) -> Option<String> {
        match self {
            ReadOnly::Configured => None,
            ReadOnly::Flag => Some(
                "--read-only was given and holds for the whole run: leave, and start again without it to write."
                    .to_owned(),
            ),
            ReadOnly::Found => {
                let [head, platform_line, endpoint_line] = profile_lines(platform, platform, endpoint);
                Some(format!(
                    "To write through it, put these three lines into config.toml: {head} and {platform_line} and {endpoint_line} \
                     (attache profiles shows them and where); then start again with --profile {platform}."
                ))
            }
        }
    }
}

/// The lines that make a profile.
pub fn profile_lines(name: &str, platform: &str, endpoint: &str) -> [String; 3] {
    [format!("[profiles.{name}]"), format!("platform = {platform:?}"), format!("endpoint = {endpoint:?}")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_unlocked_by_a_profile_alone_and_says_its_lines() {
        assert_eq!(ReadOnly::Configured.cannot_unlock("local", "/s"), None);
        assert!(ReadOnly::Flag.cannot_unlock("local", "/s").unwrap().contains("start again without it"));
        let why = ReadOnly::Found.cannot_unlock("heroku", "https://api.heroku.com").unwrap();
        for line in
            ["[profiles.heroku]", "platform = \"heroku\"", "endpoint = \"https://api.heroku.com\"", "--profile heroku"]
        {
            assert!(why.contains(line), "{why}");
        }
    }
}
