//! What add-ons are attached to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An app (orkestr: a project).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// The platform's id, or its name where no id is told.
    pub id: String,
    /// The name people use.
    pub name: String,
    /// The team it belongs to.
    pub team: Option<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// The version of its current release, where there is one.
    pub release: Option<u64>,
}

/// One set of code and config vars that an app ran with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// The app's running number: `v57`.
    pub version: u64,
    /// What changed, in the platform's words.
    pub description: String,
    /// Who made it, where told.
    pub by: Option<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
}
