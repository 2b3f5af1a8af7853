//! Reading one profile for a report: a few questions at once, and never more than half of what the platform takes.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::sync::Arc;

use futures_util::StreamExt;
use jiff::Timestamp;

use crate::config::{ConfigError, Profile};
use crate::model::{Addon, Total};
use crate::platform::{Budget, Conditional, Platform, ReadError, ReadErrorKind, Settings, connect};
use crate::verbs::output::platform_now;

/// So many questions about add-ons are open at a time.
const AT_ONCE: usize = 4;
/// An answer may take as many requests, counted with those that are tried again.
const MOST_REQUESTS: u32 = 4;

/// A profile of the report, as far as it was read.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// Its name.
    pub(super) name: String,
    /// The profile, where it could be entered.
    pub(super) profile: Option<Profile>,
    /// Why its add-ons could not be listed.
    pub(super) error: Option<String>,
    /// Whether anybody answered.
    pub(super) is_reached: bool,
    /// How many add-ons it has.
    pub(super) addons: usize,
    /// Whether there may be more: those that no app has attached and this machine has not seen.
    pub(super) is_of_seen: bool,
    /// How many requests that took, where they are counted.
    pub(super) requests: Option<u64>,
    /// What is left of its budget.
    pub(super) budget: Option<Budget>,
    /// What else is to be known, one sentence each.
    pub(super) notes: Vec<String>,
}

impl Source {
    /// What reading it has cost, for people.
    pub(super) fn cost(&self) -> Option<String> {
        let requests = self.requests?;
        let of = self.budget.map(|Budget { remaining, of }| format!(", {remaining} of {of} are left"));
        let s = if requests == 1 { "" } else { "s" };
        Some(format!("{}: {requests} request{s}{}", self.name, of.unwrap_or_default()))
    }
}

/// A profile whose add-ons were listed, for what is asked of each of them.
pub(super) struct Reading {
    /// The profile.
    pub(super) profile: Profile,
    /// Its add-ons.
    pub(super) addons: Vec<Addon>,
    /// The platform's clock.
    pub(super) now: Timestamp,
    reader: Arc<dyn Platform>,
    /// How many answers are awaited.
    open: Cell<u32>,
    /// Why nothing more is asked.
    stopped: RefCell<Option<String>>,
}

/// Why something was not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Untold {
    /// The platform does not have it.
    Unsupported(String),
    /// It could not be read, or was not asked for.
    Unread(String),
}

/// Enters a profile and lists its add-ons.
pub(super) async fn open(name: &str, profile: &Result<Profile, ConfigError>) -> (Source, Option<Reading>) {
    let mut source = Source {
        name: name.to_owned(),
        profile: profile.as_ref().ok().cloned(),
        error: None,
        is_reached: true,
        addons: 0,
        is_of_seen: false,
        requests: None,
        budget: None,
        notes: Vec::new(),
    };
    let (profile, reader) = match entered(profile) {
        Ok(entered) => entered,
        Err(why) => {
            source.error = Some(why);
            return (source, None);
        }
    };
    source.is_of_seen = !reader.words().sees_detached;
    match list(reader.as_ref()).await {
        Ok(addons) => {
            source.addons = addons.len();
            let now = platform_now(reader.as_ref());
            let reading = Reading { profile, addons, now, reader, open: Cell::new(0), stopped: RefCell::new(None) };
            (source, Some(reading))
        }
        Err(error) => {
            source.is_reached = !error.kind.is_no_answer();
            source.error = Some(error.in_full());
            (source.with_cost(reader.as_ref()), None)
        }
    }
}

fn entered(profile: &Result<Profile, ConfigError>) -> Result<(Profile, Arc<dyn Platform>), String> {
    let profile = profile.as_ref().map_err(ToString::to_string)?;
    let connection = connect(profile, Settings::default()).map_err(|error| error.to_string())?;
    Ok((profile.clone(), connection.reader))
}

/// All add-ons, in as few requests as that takes.
async fn list(reader: &dyn Platform) -> Result<Vec<Addon>, ReadError> {
    match reader.addons(None).await? {
        Conditional::Changed(fresh) => Ok(fresh.value),
        Conditional::Unchanged(_) => {
            Err(ReadError::unsupported("The platform says that nothing has changed, and nothing was read before."))
        }
    }
}

impl Reading {
    /// Who is asked.
    pub(super) fn reader(&self) -> &dyn Platform {
        self.reader.as_ref()
    }

    /// Asks one question, unless that could take more than its half of what the platform takes, or nobody answers any more.
    pub(super) async fn ask<T>(&self, question: impl Future<Output = Result<T, ReadError>>) -> Result<T, Untold> {
        if self.stopped.borrow().is_none()
            && let Some(budget) = self.reader.budget()
            && !has_room(budget, self.open.get())
        {
            let Budget { remaining, of } = budget;
            *self.stopped.borrow_mut() = Some(format!(
                "the rate budget: {remaining} of {of} requests are left, and half of them are for others. Ask again later, or for fewer profiles"
            ));
        }
        if let Some(why) = &*self.stopped.borrow() {
            return Err(Untold::Unread(why.clone()));
        }
        self.open.set(self.open.get() + 1);
        let answer = question.await;
        self.open.set(self.open.get() - 1);
        answer.map_err(|error| {
            if error.is_unsupported() {
                return Untold::Unsupported(error.in_full());
            }
            // What one answer says about all of them is not asked of every add-on anew.
            let is_over = matches!(error.kind, ReadErrorKind::RateLimited(_) | ReadErrorKind::Unauthorized)
                || error.kind.is_no_answer();
            if is_over {
                self.stopped.borrow_mut().get_or_insert_with(|| error.in_full());
            }
            Untold::Unread(error.in_full())
        })
    }

    /// Asks about each of several, a few at a time; the answers come in their order.
    pub(super) async fn each<I, T, F: Future<Output = T>>(
        &self,
        items: impl Iterator<Item = I>,
        ask: impl Fn(I) -> F,
    ) -> Vec<T> {
        futures_util::stream::iter(items).map(ask).buffered(AT_ONCE).collect().await
    }
}

/// Whether one more question fits into the half that is ours, beside those that are open.
fn has_room(budget: Budget, open: u32) -> bool {
    let wanted = open.saturating_add(1).saturating_mul(MOST_REQUESTS);
    budget.remaining.checked_sub(wanted).is_some_and(|left| left >= budget.of.div_ceil(2))
}

impl Source {
    /// What it leaves open in a total of everything.
    pub(super) fn leave_open(&self, total: &mut Total) {
        if self.error.is_some() {
            total.unread();
        } else if self.is_of_seen {
            total.only_seen();
        }
    }

    /// Takes down what it has cost.
    pub(super) fn with_cost(self, reader: &dyn Platform) -> Self {
        Self { requests: reader.requests(), budget: reader.budget(), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_a_budget_is_left_whatever_is_under_way() {
        let room = |remaining, of, open| has_room(Budget { remaining, of }, open);
        assert!(room(100, 100, 0));
        assert!(room(54, 100, 0) && !room(53, 100, 0), "an answer may take four requests");
        assert!(room(66, 100, 3) && !room(65, 100, 3));
        assert!(!room(0, 0, 0) && !room(0, 4500, 0) && !room(3, 5, 0));
    }
}
