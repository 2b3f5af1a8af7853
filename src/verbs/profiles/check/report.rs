//! What was found out about a profile.

use serde_json::{Value, json};

use super::super::super::{Exit, Failure, output};
use super::super::list::{read_only, source_document};
use crate::config::Profile;
use crate::model::printable;
use crate::platform::{Budget, ReadError};

/// How one check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// As it should be.
    Good,
    /// It works, and less than everything can be done.
    Limited,
    /// It does not work.
    Failed,
    /// It was not looked at, or can't be told.
    NotChecked,
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Limited => "limited",
            Self::Failed => "FAILED",
            Self::NotChecked => "-",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Limited => "limited",
            Self::Failed => "failed",
            Self::NotChecked => "not_checked",
        }
    }
}

#[derive(Debug)]
struct Check {
    what: &'static str,
    outcome: Outcome,
    words: String,
}

/// All checks of one profile.
#[derive(Debug, Default)]
pub(super) struct Report {
    profile: Option<Profile>,
    checks: Vec<Check>,
    counts: Vec<(&'static str, Option<usize>)>,
    pub(super) is_reached: bool,
    pub(super) can_write: bool,
    pub(super) account: Option<String>,
    pub(super) skew: Option<i64>,
    pub(super) budget: Option<Budget>,
}

impl Report {
    pub(super) fn new(profile: &Profile) -> Self {
        Self { profile: Some(profile.clone()), is_reached: true, ..Self::default() }
    }

    /// What was checked, in its order.
    #[cfg(test)]
    pub(super) fn checks(&self) -> impl Iterator<Item = (&'static str, Outcome)> {
        self.checks.iter().map(|check| (check.what, check.outcome))
    }

    pub(super) fn add(&mut self, what: &'static str, outcome: Outcome, words: impl Into<String>) {
        self.checks.push(Check { what, outcome, words: printable(&words.into()) });
    }

    pub(super) fn failed(&mut self, what: &'static str, words: impl Into<String>) {
        self.add(what, Outcome::Failed, words);
    }

    /// More about what was checked last.
    pub(super) fn and(&mut self, words: String) {
        if let Some(last) = self.checks.last_mut() {
            last.words.push_str(&printable(&words));
        }
    }

    /// How many of something can be seen. What we may not see is a limit; the rest works without it.
    pub(super) fn counted(&mut self, what: &'static str, name: &str, count: Result<usize, ReadError>) {
        self.counts.push((what, count.as_ref().ok().copied()));
        match count {
            Ok(count) => self.add(what, Outcome::Good, format!("{count} {name} can be read")),
            Err(error) => {
                let outcome = if error.kind.is_denial() { Outcome::Limited } else { Outcome::Failed };
                self.add(what, outcome, format!("{name} can't be read: {}", error.in_full()));
            }
        }
    }

    /// Where the token comes from, as the beginning of a sentence.
    pub(super) fn source(&self) -> String {
        let source = self.profile.as_ref().and_then(|profile| profile.token_source.as_ref());
        source.map_or_else(|| "no token".to_owned(), |source| format!("the token from {source}"))
    }

    pub(super) fn print(&self, as_json: bool) -> Result<(), Failure> {
        if as_json {
            return Ok(output::json(&self.document())?);
        }
        if let Some(profile) = &self.profile {
            let (platform, name) = (profile.platform.name(), profile.name.as_str());
            let name = if platform == name { name.to_owned() } else { format!("{platform}:{name}") };
            output::line(&format!("{name} at {}, danger {}", profile.endpoint, profile.danger.name()))?;
        }
        let rows: Vec<Vec<String>> = self
            .checks
            .iter()
            .map(|check| vec![check.outcome.word().to_owned(), check.what.to_owned(), check.words.clone()])
            .collect();
        Ok(output::table(&["", "CHECK", ""], &rows)?)
    }

    /// Good, or why not.
    pub(super) fn end(&self) -> Result<(), Failure> {
        let failed: Vec<&str> =
            self.checks.iter().filter(|check| check.outcome == Outcome::Failed).map(|check| check.what).collect();
        if failed.is_empty() {
            return Ok(());
        }
        let exit = if self.is_reached { Exit::Failed } else { Exit::NotReached };
        let name = self.profile.as_ref().map_or_else(String::new, |profile| profile.name.to_string());
        Err(Failure::new(
            exit,
            format!("Profile {name} failed of: {}. What to do stands beside each.", failed.join(", ")),
        ))
    }

    fn document(&self) -> Value {
        let profile = self.profile.as_ref().map(|profile| {
            json!({
                "name": profile.name,
                "platform": profile.platform.name(),
                "endpoint": profile.endpoint.to_string(),
                "data_endpoint": profile.data_endpoint,
                "danger": profile.danger.name(),
                "read_only": read_only(profile.read_only),
                "token_source": profile.token_source.as_ref().map(source_document),
            })
        });
        let checks: Vec<Value> = self
            .checks
            .iter()
            .map(|check| json!({"check": check.what, "outcome": check.outcome.name(), "message": check.words}))
            .collect();
        let counts: serde_json::Map<String, Value> =
            self.counts.iter().map(|(what, count)| ((*what).to_owned(), json!(count))).collect();
        json!({
            "profile": profile,
            "is_good": self.end().is_ok(),
            "is_reached": self.is_reached,
            "account": self.account,
            "can_write": self.can_write,
            "counts": counts,
            "skew_seconds": self.skew,
            "budget": self.budget.map(|budget| json!({"remaining": budget.remaining, "of": budget.of})),
            "checks": checks,
        })
    }
}
