//! The one scheduler: a line for each profile, a purse for each account. It outlasts whichever profile is entered.

use std::collections::HashMap;
use std::time::Duration;

use super::line::{Flight, Line, Offline};
use super::plan::Ask;
use super::purse::{Left, Purse};
use super::{LONGEST, Rank, Topic, chance};
use crate::model::{AccountTag, ProfileName};
use crate::platform::{Budget, ReadError, ReadErrorKind, Words};

/// How far the next reading of one of many alike is put off at the most, in parts of its interval.
pub(super) const SPREAD: f64 = 0.2;

/// What was asked of all profiles and how it went.
#[derive(Clone, Debug)]
pub struct Schedule {
    lines: HashMap<ProfileName, Line>,
    purses: HashMap<AccountTag, Purse>,
    seed: u64,
}

impl Schedule {
    /// No profile is known yet. All jitter follows from the seed.
    pub fn new(seed: u64) -> Self {
        Self { lines: HashMap::new(), purses: HashMap::new(), seed }
    }

    /// There is such a profile, which uses the budget of that account. What is known of it already is kept.
    pub fn know(&mut self, profile: &ProfileName, account: &AccountTag, words: &Words) {
        self.purses.entry(account.clone()).or_insert_with(|| Purse::new(words.limit));
        let fresh = || Line::new(account.clone(), words.list_in_parts);
        let line = self.lines.entry(profile.clone()).or_insert_with(fresh);
        if line.account != *account {
            *line = fresh();
        }
    }

    /// That profile is shown from now on, with nothing known of it but what is on disk: all of it is asked for now. That it
    /// could not be reached and what it was asked to wait stays known.
    pub fn begin(&mut self, profile: &ProfileName, now: Duration) {
        if let Some(line) = self.lines.get_mut(profile) {
            line.begin(now);
        }
    }

    /// Nobody waits any more for what is on its way through that profile.
    pub fn leave(&mut self, profile: &ProfileName, now: Duration) {
        let Some(line) = self.lines.get(profile) else { return };
        let flying = line.asked.iter().filter(|(_, asked)| asked.flight.is_some());
        let topics: Vec<Topic> = flying.map(|(topic, _)| topic.clone()).collect();
        for topic in topics {
            self.given_up(profile, &topic, now);
            self.urge(profile, &topic);
        }
    }

    pub(super) fn line(&self, profile: &ProfileName) -> Option<&Line> {
        self.lines.get(profile)
    }

    pub(super) fn purse_of(&self, line: &Line) -> Option<&Purse> {
        self.purses.get(&line.account)
    }

    fn purse_mut(&mut self, profile: &ProfileName) -> Option<&mut Purse> {
        self.purses.get_mut(&self.lines.get(profile)?.account)
    }

    /// A question of the plan was sent.
    pub fn sent(&mut self, ask: &Ask, now: Duration) {
        let Self { lines, purses, seed } = self;
        let Some(line) = lines.get_mut(&ask.profile) else { return };
        let spread = if ask.topic.is_one_of_many() { SPREAD * chance(seed) } else { 0.0 };
        if let Some(purse) = purses.get_mut(&line.account) {
            purse.sent(ask.rank, ask.cost);
        }
        let asked = line.of(&ask.topic);
        asked.flight = Some(Flight { rank: ask.rank, taken: ask.cost, told: None });
        (asked.last, asked.spread, asked.is_urgent) = (Some(now), spread, false);
    }

    /// So many requests were sent for a question of the plan, or for something that was in no plan.
    pub fn spent(&mut self, profile: &ProfileName, topic: Option<&Topic>, requests: u32, now: Duration) {
        let flight = self.lines.get_mut(profile).and_then(|line| line.asked.get_mut(topic?)?.flight.as_mut());
        match flight {
            Some(flight) => flight.told = Some(requests),
            None => {
                if let Some(purse) = self.purse_mut(profile) {
                    purse.spend(Rank::Begun, requests, now);
                }
            }
        }
    }

    /// What was on its way is over. What one costs is learnt from those that came to an answer.
    fn land(&mut self, profile: &ProfileName, topic: &Topic, is_answered: bool, now: Duration) {
        let Some(line) = self.lines.get_mut(profile) else { return };
        let Some(flight) = line.asked.get_mut(topic).and_then(|asked| asked.flight.take()) else { return };
        if let Some(told) = flight.told.filter(|_| is_answered) {
            line.learn(topic, told);
        }
        if let Some(purse) = self.purse_mut(profile) {
            purse.landed(flight.rank, flight.taken, flight.told.unwrap_or(flight.taken), now);
        }
    }

    /// A question was answered well.
    pub fn good(&mut self, profile: &ProfileName, topic: &Topic, now: Duration) {
        self.land(profile, topic, true, now);
        if let Some(line) = self.lines.get_mut(profile) {
            line.good(topic);
        }
    }

    /// A question failed. Where the platform asked to wait, nothing is asked of the account before that.
    pub fn failed(&mut self, profile: &ProfileName, topic: &Topic, error: &ReadError, now: Duration) {
        self.land(profile, topic, false, now);
        let jitter = chance(&mut self.seed);
        if let ReadErrorKind::RateLimited(wait) = &error.kind
            && let Some(purse) = self.purse_mut(profile)
        {
            purse.bar(now + wait.unwrap_or(LONGEST));
        }
        if let Some(line) = self.lines.get_mut(profile) {
            line.failed(topic, error, now, jitter);
        }
    }

    /// A question was answered: the platform has no such thing. It is not asked again in this session.
    pub fn unsupported(&mut self, profile: &ProfileName, topic: &Topic, now: Duration) {
        self.land(profile, topic, true, now);
        if let Some(line) = self.lines.get_mut(profile) {
            line.unsupported(topic, now);
        }
    }

    /// A question was given up: it may be asked again.
    pub fn given_up(&mut self, profile: &ProfileName, topic: &Topic, now: Duration) {
        self.land(profile, topic, false, now);
    }

    /// Something was done that changes the answer: ask as soon as possible.
    pub fn urge(&mut self, profile: &ProfileName, topic: &Topic) {
        if let Some(line) = self.lines.get_mut(profile) {
            line.urge(topic);
        }
    }

    /// Somebody looks again: everything is to be fresh, and a platform that can't be reached is tried again at once. What
    /// failed by itself is tried again at its time.
    pub fn urge_all(&mut self, profile: &ProfileName, now: Duration) {
        if let Some(line) = self.lines.get_mut(profile) {
            line.urge_all(now);
        }
    }

    /// A person wants everything fresh now, also what failed. A wait that the platform asked for still holds.
    pub fn retry_all(&mut self, profile: &ProfileName, now: Duration) {
        if let Some(line) = self.lines.get_mut(profile) {
            line.urge_all(now);
            line.retry_all(now);
        }
    }

    /// How many more requests the platform takes, as it said last.
    pub fn set_budget(&mut self, profile: &ProfileName, budget: Option<Budget>, now: Duration) {
        if let Some(purse) = self.purse_mut(profile) {
            purse.set_told(budget, now);
        }
    }

    /// Forgets topics that nobody looks at any more, so that the table does not grow for ever.
    pub fn retain(&mut self, profile: &ProfileName, now: Duration, keep: impl Fn(&Topic) -> bool) {
        if let Some(line) = self.lines.get_mut(profile) {
            line.asked.retain(|topic, asked| asked.is_kept(now) || keep(topic));
        }
    }

    /// How many topics of a profile are remembered.
    pub fn remembered(&self, profile: &ProfileName) -> usize {
        self.lines.get(profile).map_or(0, |line| line.asked.len())
    }

    /// Since when and how the platform can't be reached, if it can't.
    pub fn offline(&self, profile: &ProfileName) -> Option<&Offline> {
        self.lines.get(profile)?.offline.as_ref()
    }

    /// Whether a question is on its way.
    pub fn is_asking(&self, profile: &ProfileName, topic: &Topic) -> bool {
        let asked = self.lines.get(profile).and_then(|line| line.asked.get(topic));
        asked.is_some_and(|asked| asked.flight.is_some())
    }

    /// What is left of what the account of a profile may ask.
    pub fn left(&self, profile: &ProfileName, now: Duration) -> Option<Left> {
        Some(self.purse_of(self.lines.get(profile)?)?.left(now))
    }

    /// The account whose budget a profile uses.
    pub fn account(&self, profile: &ProfileName) -> Option<&AccountTag> {
        Some(&self.lines.get(profile)?.account)
    }
}
