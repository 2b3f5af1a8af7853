//! What add-ons are attached to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Fact, Known, Text};

/// An app (orkestr: a project).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// The platform's id, or its name where no id is told.
    pub id: Text,
    /// The name people use.
    pub name: Text,
    /// The team it belongs to.
    pub team: Option<Text>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// The version of its current release, where there is one.
    pub release: Option<u64>,
    /// Whether it is in maintenance: stopped, so that nothing of it writes.
    #[serde(default = "not_told")]
    pub maintenance: Known<bool>,
    /// Since when that is so, where told.
    #[serde(default)]
    pub maintenance_since: Option<Timestamp>,
    /// Who made it so, where told.
    #[serde(default)]
    pub maintenance_by: Option<String>,
    /// What else the platform tells of it, in its order: for reading, never a secret.
    #[serde(default)]
    pub facts: Vec<Fact>,
}

fn not_told() -> Known<bool> {
    Known::Unknown("the platform does not tell whether it is in maintenance".into())
}

impl App {
    /// What the platform tells of it under a name.
    pub fn fact(&self, name: &str) -> Option<&str> {
        Fact::find(&self.facts, name)
    }

    /// Whether it is known to be in maintenance.
    pub fn is_in_maintenance(&self) -> bool {
        self.maintenance.get() == Some(&true)
    }

    /// Since when and by whom its maintenance is as it is: "since 2026-11-20 03:12:07Z by alice"; `None` where neither is
    /// told.
    pub fn maintenance_act(&self) -> Option<String> {
        let since = self.maintenance_since.map(|at| format!("since {}", at.strftime("%Y-%m-%d %H:%M:%SZ")));
        let by = self.maintenance_by.as_ref().map(|by| format!("by {by}"));
        let told: Vec<String> = since.into_iter().chain(by).collect();
        (!told.is_empty()).then(|| told.join(" "))
    }
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
