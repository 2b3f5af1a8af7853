//! One profile: what was asked through it and how that went, whether it can be reached, and what its questions cost.

use std::collections::HashMap;
use std::mem::Discriminant;
use std::time::Duration;

use super::{LONGEST, NEVER, Rank, Topic};
use crate::model::AccountTag;
use crate::platform::ReadError;

/// What fails, and a platform that can't be reached, is tried again no sooner, however often a person asks.
const AGAIN: Duration = Duration::from_secs(1);

/// A question on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flight {
    pub(super) rank: Rank,
    /// How many requests it was taken to cost when it was sent.
    pub(super) taken: u32,
    /// How many it did cost, once that is told.
    pub(super) told: Option<u32>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    pub(super) flight: Option<Flight>,
    pub(super) last: Option<Duration>,
    /// How far its next asking is spread: so many times its interval are added, and somewhat.
    pub(super) spread: f64,
    pub(super) failures: u32,
    pub(super) not_before: Option<Duration>,
    /// The platform itself asked for so long a wait.
    pub(super) asked_to_wait: Option<Duration>,
    pub(super) is_urgent: bool,
}

impl Asked {
    /// Whether it matters, whoever looks: it is on its way, or the platform asked to wait with it.
    pub(super) fn is_kept(&self, now: Duration) -> bool {
        self.flight.is_some() || self.asked_to_wait.is_some_and(|until| until > now)
    }

    /// When it is asked again.
    pub(super) fn due_at(&self, every: Duration) -> Duration {
        let regular = match self.last {
            Some(last) if !self.is_urgent => last + every.mul_f64(1.0 + self.spread),
            _ => Duration::ZERO,
        };
        self.not_before.map_or(regular, |not_before| regular.max(not_before))
    }
}

/// Since when and how the platform can't be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offline {
    /// How many tries failed in a row.
    pub failures: u32,
    /// What the last one said.
    pub error: ReadError,
    /// When the next one is due.
    pub next_try: Duration,
}

/// What was asked through one profile and how it went.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Whose budget it uses.
    pub(super) account: AccountTag,
    /// Whether its list of all takes a request for each app, as many as it is given.
    pub(super) is_in_parts: bool,
    pub(super) asked: HashMap<Topic, Asked>,
    pub(super) offline: Option<Offline>,
    /// What a question of a kind costs in requests.
    costs: HashMap<Discriminant<Topic>, f64>,
}

impl Line {
    pub(super) fn new(account: AccountTag, is_in_parts: bool) -> Self {
        Self { account, is_in_parts, asked: HashMap::new(), offline: None, costs: HashMap::new() }
    }

    /// As many requests as a question of this kind is taken to cost.
    pub(super) fn cost(&self, topic: &Topic) -> u32 {
        if topic.is_local() {
            return 0;
        }
        self.costs.get(&std::mem::discriminant(topic)).map_or(1, |cost| cost.ceil() as u32)
    }

    /// It did cost so many. What once cost more is believed to be cheaper only bit by bit.
    pub(super) fn learn(&mut self, topic: &Topic, requests: u32) {
        let cost = self.costs.entry(std::mem::discriminant(topic)).or_insert(0.0);
        *cost = f64::from(requests).max(*cost * 0.75);
    }

    pub(super) fn of(&mut self, topic: &Topic) -> &mut Asked {
        self.asked.entry(topic.clone()).or_default()
    }

    /// How many questions of a kind are under way.
    pub(super) fn in_flight(&self, is_one: impl Fn(&Topic) -> bool) -> usize {
        self.asked.iter().filter(|(topic, asked)| asked.flight.is_some() && is_one(topic)).count()
    }

    /// A question was answered well.
    pub(super) fn good(&mut self, topic: &Topic) {
        if !topic.is_local() {
            self.offline = None;
        }
        let asked = self.of(topic);
        (asked.failures, asked.not_before, asked.asked_to_wait) = (0, None, None);
    }

    /// A question failed.
    pub(super) fn failed(&mut self, topic: &Topic, error: &ReadError, now: Duration, jitter: f64) {
        if error.kind.is_no_answer() {
            // Requests that were under way together fail together; only the probe counts after the first.
            let failures = match &self.offline {
                Some(offline) if *topic != Topic::Addons => offline.failures,
                Some(offline) => offline.failures + 1,
                None => 1,
            };
            let next_try = match &self.offline {
                Some(offline) if *topic != Topic::Addons => offline.next_try,
                _ => now + backoff(failures, jitter),
            };
            self.offline = Some(Offline { failures, error: error.clone(), next_try });
            return;
        }
        self.offline = None;
        let asked = self.of(topic);
        asked.failures += 1;
        asked.asked_to_wait = error.retry_after().map(|wait| now + wait);
        asked.not_before = Some(now + backoff(asked.failures, jitter)).max(asked.asked_to_wait);
    }

    /// The platform has no such thing: it is not asked for again in this session.
    pub(super) fn unsupported(&mut self, topic: &Topic, now: Duration) {
        self.good(topic);
        self.of(topic).not_before = Some(now + NEVER);
    }

    pub(super) fn urge(&mut self, topic: &Topic) {
        let asked = self.of(topic);
        (asked.is_urgent, asked.failures) = (true, 0);
    }

    pub(super) fn urge_all(&mut self, now: Duration) {
        self.asked.values_mut().for_each(|asked| asked.is_urgent = true);
        self.try_soon(now);
    }

    /// A platform that can't be reached is tried again, but not as fast as a key repeats. The list alone is tried.
    fn try_soon(&mut self, now: Duration) {
        let last = self.asked.get(&Topic::Addons).and_then(|asked| asked.last);
        let soon = last.map_or(now, |last| now.max(last + AGAIN));
        if let Some(offline) = &mut self.offline {
            offline.next_try = offline.next_try.min(soon);
        }
    }

    /// It is shown from now on: everything is asked for anew. What it was looked at for is on its way, and an answer for it; a
    /// wait that the platform asked for holds.
    pub(super) fn begin(&mut self, now: Duration) {
        self.try_soon(now);
        self.asked.retain(|_, asked| asked.is_kept(now));
        for asked in self.asked.values_mut().filter(|asked| asked.flight.is_none()) {
            let wait = asked.asked_to_wait;
            *asked = Asked { asked_to_wait: wait, not_before: wait, ..Asked::default() };
        }
    }

    /// What failed is tried again, but not as fast as a key repeats; what the platform does not have stays so.
    pub(super) fn retry_all(&mut self, now: Duration) {
        for asked in self.asked.values_mut() {
            asked.failures = 0;
            let soon = asked.last.map(|last| last + AGAIN).max(asked.asked_to_wait);
            if asked.not_before.is_some_and(|at| at <= now + LONGEST) {
                asked.not_before = asked.not_before.min(soon);
            }
        }
    }
}

/// 1, 2, 4 … 60 seconds, a fifth more or less.
fn backoff(failures: u32, jitter: f64) -> Duration {
    let seconds = 2f64.powi(failures.saturating_sub(1).min(10) as i32).min(LONGEST.as_secs_f64());
    Duration::from_secs_f64((seconds * (0.8 + 0.4 * jitter)).min(LONGEST.as_secs_f64()))
}
