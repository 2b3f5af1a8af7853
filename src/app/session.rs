//! The way in that this dashboard was opened with.

use std::time::Duration;

use jiff::Timestamp;

use super::keymap::{Intent, shown_key};
use crate::model::{AccountTag, Capability, Danger, ProfileName, ReadOnly, Verb};
use crate::platform::{Budget, Words};

/// For how long a read-only profile is unlocked.
pub const UNLOCKED_FOR: Duration = Duration::from_secs(30 * 60);

/// What does not change while a profile is open, and whether it may be written through just now.
#[derive(Clone, Debug)]
pub struct Session {
    /// The profile's name.
    pub profile: ProfileName,
    /// The platform's own words.
    pub words: Words,
    /// Where the platform is reached, for people.
    pub endpoint: String,
    /// Whose requests the platform counts together.
    pub account: AccountTag,
    /// How dangerous the profile's owner says it is.
    pub danger: Danger,
    /// Why nothing can be written now (a read-only profile, no journal); `None` when writing is possible.
    pub no_writes: Option<String>,
    /// Why the profile is read-only; `None` when it is not.
    pub read_only: Option<ReadOnly>,
    /// Why there is no journal, as a sentence; without one nothing is written or unlocked.
    pub no_journal: Option<String>,
    /// The unlocking that holds now.
    pub unlocked: Option<Unlocked>,
    /// How many more requests the platform takes, while that is less than half of what there can be.
    pub budget: Option<Budget>,
    /// What the platform can do at all; empty until it is connected.
    pub capabilities: Vec<(Verb, Capability)>,
}

/// A read-only profile that may be written through for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlocked {
    /// Why, in a person's words.
    pub reason: String,
    /// When it ends at the latest, by the clock on the wall.
    pub until: Timestamp,
    /// The same by the clock that never jumps. Whichever comes first ends it: that clock stands still while the machine
    /// sleeps, and the one on the wall can be set back.
    pub until_mono: Duration,
}

impl Unlocked {
    /// Whether its time is over.
    pub(super) fn is_over(&self, wall: Timestamp, mono: Duration) -> bool {
        mono >= self.until_mono || wall >= self.until
    }
}

impl Session {
    /// Where we are: the platform, and the profile where that is another word. `heroku:acme`
    pub fn place(&self) -> String {
        let profile = self.profile.as_str();
        if profile == self.words.platform { profile.to_owned() } else { format!("{}:{profile}", self.words.platform) }
    }

    /// The word for its danger, where it has one.
    pub fn danger_word(&self) -> Option<&'static str> {
        super::several::danger_word(self.danger)
    }

    /// Why a verb can't be used here; `None` when it can.
    pub fn cannot(&self, verb: Verb) -> Option<&str> {
        self.capabilities.iter().find(|(candidate, _)| *candidate == verb).and_then(|(_, can)| can.reason())
    }

    /// Why nothing can be written while the profile is locked; `None` where it is not read-only, or unlocked.
    pub fn locked(&self) -> Option<String> {
        let read_only = self.read_only.filter(|_| self.unlocked.is_none())?;
        let name = &self.profile;
        Some(match self.cannot_unlock() {
            None => format!(
                "The profile {name} is read-only: {} unlocks it for {} minutes.",
                shown_key(Intent::Unlock),
                UNLOCKED_FOR.as_secs() / 60
            ),
            Some(why) => format!("The profile {name} is read-only ({}). {why}", read_only.source()),
        })
    }

    /// Why the profile can't be unlocked; `None` when it can, or is already.
    pub fn cannot_unlock(&self) -> Option<String> {
        let Some(read_only) = self.read_only else {
            return Some("This profile is not read-only: there is nothing to unlock.".into());
        };
        let why = read_only.cannot_unlock(self.words.platform, &self.endpoint);
        why.or_else(|| self.no_journal.clone())
    }
}

#[cfg(test)]
impl Session {
    /// One on the local platform, of which nothing was told yet.
    pub(crate) fn sample() -> Self {
        Self {
            profile: ProfileName("local".into()),
            words: Words::LOCAL,
            endpoint: "unix".into(),
            account: AccountTag("local".into()),
            danger: Danger::None,
            no_writes: None,
            read_only: None,
            no_journal: None,
            unlocked: None,
            budget: None,
            capabilities: Vec::new(),
        }
    }
}
