//! Several profiles at once: which there are, and what is known of those that are only looked at.

use jiff::SignedDuration;

use crate::model::{Danger, ProfileName, ReadOnly};
use crate::platform::Words;

/// A profile that may be entered.
#[derive(Clone, Debug)]
pub struct ProfileChoice {
    /// Its name.
    pub name: ProfileName,
    /// The platform's own words.
    pub words: Words,
    /// Where the platform is reached, for people.
    pub endpoint: String,
    /// How dangerous the profile's owner says it is.
    pub danger: Danger,
    /// Why it is read-only; `None` when it is not.
    pub read_only: Option<ReadOnly>,
    /// How old the last finished backup may be before it is told as stale.
    pub backup_max_age: SignedDuration,
    /// Why it can't be entered now, such as a token that is not there, with the way out.
    pub trouble: Option<String>,
}
