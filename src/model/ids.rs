//! Identities. A row is found again by its key, never by its place in a list.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Text;

/// The name of a profile: the way in (platform, endpoint, credential) that the user chose.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProfileName(pub Text);

impl ProfileName {
    /// The profile's name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whose requests a platform counts together: profiles that share it share one budget. It is made of the endpoint and of where
/// the credential comes from, never of the credential.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountTag(pub String);

/// The identity of an add-on: the profile it was read through and the platform's own id (its name where no id is told).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AddonKey {
    /// The profile through which it was read.
    pub profile: ProfileName,
    /// The platform's id, or its name where the platform tells no id.
    pub id: Text,
}

/// The identity of one operation in the journal; also its file's name.
///
/// It sorts by time of start: `20261120T174600Z-` and eight random hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OperationId(pub String);

impl OperationId {
    /// A new id for an operation that starts at `now`, told apart from others by `random`.
    pub fn new(now: jiff::Timestamp, random: u32) -> Self {
        Self(format!("{}-{random:08x}", now.strftime("%Y%m%dT%H%M%SZ")))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
