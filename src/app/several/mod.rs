//! Several profiles at once: which there are, and what is known of those that are only looked at.

mod combined;
mod order;
mod source;

use jiff::SignedDuration;

use crate::model::{AccountTag, Danger, ProfileName, ReadOnly};
use crate::platform::Words;

pub(super) use combined::Wish;
pub use combined::{Combined, CombinedRow};
pub use order::CombinedSort;
pub(super) use source::asked_through;
pub use source::{Source, SourceLink};

/// A profile that may be entered.
#[derive(Clone, Debug)]
pub struct ProfileChoice {
    /// Its name.
    pub name: ProfileName,
    /// The platform's own words.
    pub words: Words,
    /// Where the platform is reached, for people.
    pub endpoint: String,
    /// Whose requests the platform counts together.
    pub account: AccountTag,
    /// How dangerous the profile's owner says it is.
    pub danger: Danger,
    /// Why it is read-only; `None` when it is not.
    pub read_only: Option<ReadOnly>,
    /// How old the last finished backup may be before it is told as stale.
    pub backup_max_age: SignedDuration,
    /// Why it can't be entered now, such as a token that is not there, with the way out.
    pub trouble: Option<String>,
}

impl ProfileChoice {
    /// The platform, and the profile where that is another word: `heroku:acme`.
    pub fn place(&self) -> String {
        let profile = self.name.as_str();
        if profile == self.words.platform { profile.to_owned() } else { format!("{}:{profile}", self.words.platform) }
    }

    /// The word for its danger, where it has one.
    pub fn danger_word(&self) -> Option<&'static str> {
        danger_word(self.danger)
    }
}

/// The word for a danger, where it has one.
pub(super) fn danger_word(danger: Danger) -> Option<&'static str> {
    match danger {
        Danger::Production => Some("PROD"),
        Danger::Staging => Some("STAGING"),
        Danger::None => None,
    }
}
