//! What comes out of us, as text: for tests that look for what must not.

use std::fmt::Debug;

use serde::Serialize;

use attache::platform::ReadError;

/// Everything that came out.
pub(super) struct Told {
    pub(super) texts: Vec<String>,
    secrets: Vec<&'static str>,
}

impl Told {
    /// Nothing yet; these must not be in it.
    pub(super) fn new(secrets: &[&'static str]) -> Self {
        Self { texts: Vec::new(), secrets: secrets.to_vec() }
    }

    pub(super) fn shown(&mut self, what: &impl Debug) {
        self.texts.push(format!("{what:?}"));
    }

    pub(super) fn both(&mut self, what: &(impl Debug + Serialize)) {
        self.shown(what);
        self.texts.push(serde_json::to_string(what).unwrap());
    }

    pub(super) fn error(&mut self, error: &ReadError) {
        self.shown(error);
        self.texts.push(format!("{error} {}", error.in_full()));
    }

    pub(super) fn holds_no_secret(&self, of: &str) {
        assert!(!self.texts.is_empty());
        for text in &self.texts {
            for secret in &self.secrets {
                assert!(!text.contains(secret), "{of}: {text}");
            }
        }
    }
}
