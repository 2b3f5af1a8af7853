//! The group by which add-ons are found, and who we are there.

use serde::{Deserialize, Serialize};

/// A team; the screen shows the platform's own word for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// The platform's id, or its name where no id is told.
    pub id: String,
    /// The name people use.
    pub name: String,
}

/// Who the platform takes us for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// A name or an e-mail address.
    pub name: String,
    /// What it may and may not do, as a sentence, where the platform tells.
    #[serde(default)]
    pub rights: Option<String>,
}
