//! What a platform tells beside what all of them tell.

use serde::{Deserialize, Serialize};

/// One thing that is told of an add-on or an app: for reading, and for the adapter that told it to go by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fact {
    /// What it is called: `compliance`, `region`, `maintenance window`.
    pub name: String,
    /// What it is, in the platform's words. Never a secret.
    pub value: String,
}

impl Fact {
    /// One thing.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }

    /// What is told under a name.
    pub fn find<'a>(facts: &'a [Fact], name: &str) -> Option<&'a str> {
        facts.iter().find(|fact| fact.name == name).map(|fact| fact.value.as_str())
    }
}
