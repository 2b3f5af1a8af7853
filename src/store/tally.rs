//! How many add-ons need a look, counted as the rows change and not for every frame.

use serde::{Deserialize, Serialize};

use super::entities::Row;
use crate::model::{Addon, Health, State};

/// Why a row needs a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It does not.
    None,
    /// Failed or unhealthy.
    Failed,
    /// It changes by itself.
    Busy,
    /// Nobody knows.
    Unknown,
    /// Lists no longer have it.
    Missing,
}

impl Trouble {
    /// Why an add-on needs a look that lists have.
    pub fn of(addon: &Addon) -> Self {
        match (&addon.state, &addon.health) {
            (State::Failed, _) | (State::Ready, Health::Failing(_)) => Trouble::Failed,
            (state, _) if state.is_transitional() => Trouble::Busy,
            (State::Unreachable(_) | State::Unknown(_) | State::Other(_), _) => Trouble::Unknown,
            _ => Trouble::None,
        }
    }
}

impl Row {
    /// Why this row needs a look.
    pub fn trouble(&self) -> Trouble {
        if self.missing_since.is_some() { Trouble::Missing } else { Trouble::of(&self.addon) }
    }
}

/// How many rows there are, and how many of them need a look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// All of them.
    pub rows: usize,
    /// Failed or unhealthy ones.
    pub failed: usize,
    /// Those that change by themselves.
    pub busy: usize,
    /// Those of which nobody knows how they stand.
    pub unknown: usize,
    /// Those that lists no longer have.
    pub missing: usize,
}

impl Tally {
    /// Of these.
    pub fn of(troubles: impl Iterator<Item = Trouble>) -> Self {
        let mut tally = Self::default();
        troubles.for_each(|trouble| tally.add(trouble));
        tally
    }

    /// One more.
    pub(super) fn add(&mut self, trouble: Trouble) {
        self.rows += 1;
        if let Some(count) = self.count(trouble) {
            *count += 1;
        }
    }

    /// One less.
    pub(super) fn take(&mut self, trouble: Trouble) {
        self.rows = self.rows.saturating_sub(1);
        if let Some(count) = self.count(trouble) {
            *count = count.saturating_sub(1);
        }
    }

    fn count(&mut self, trouble: Trouble) -> Option<&mut usize> {
        match trouble {
            Trouble::None => None,
            Trouble::Failed => Some(&mut self.failed),
            Trouble::Busy => Some(&mut self.busy),
            Trouble::Unknown => Some(&mut self.unknown),
            Trouble::Missing => Some(&mut self.missing),
        }
    }
}
