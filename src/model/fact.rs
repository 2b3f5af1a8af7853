//! What a platform tells beside what all of them tell.

use serde::{Deserialize, Serialize};

use super::{Text, Texts};

/// One thing that is told of an add-on or an app: for reading, and for the adapter that told it to go by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fact {
    /// What it is called: `compliance`, `region`, `maintenance window`.
    pub name: Text,
    /// What it is, in the platform's words. Never a secret.
    pub value: Text,
}

impl Fact {
    /// One thing.
    pub fn new(name: impl Into<Text>, value: impl Into<Text>) -> Self {
        Self { name: name.into(), value: value.into() }
    }

    /// Keeps what it says as others of these say it.
    pub(super) fn share(&mut self, texts: &mut Texts) {
        texts.share(&mut self.name);
        texts.share(&mut self.value);
    }

    /// What is told under a name.
    pub fn find<'a>(facts: &'a [Fact], name: &str) -> Option<&'a str> {
        facts.iter().find(|fact| fact.name == name).map(|fact| fact.value.as_str())
    }
}
