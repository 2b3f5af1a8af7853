//! What one account may ask: a ledger of what was sent, and how much of our half of the platform's limit is left. Other
//! programs use the account, too: what the platform tells makes it less, never more.

use std::collections::VecDeque;
use std::time::Duration;

use super::{HALF, LAST, MINUTE, Rank};
use crate::platform::{Budget, Limit};

/// Requests that were sent at the latest then.
#[derive(Clone, Copy, Debug)]
struct Spent {
    at: Duration,
    requests: u32,
    rank: Rank,
}

/// What is left of what an account may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Requests that were sent in the last minute, and that are on their way.
    pub used: u32,
    /// What may be sent now, and what may be at most; `None` where no limit is known.
    pub left: Option<(u32, u32)>,
    /// What the platform told last that it takes, whoever asks.
    pub told: Option<Budget>,
    /// Until when it asked not to be asked.
    pub barred: Option<Duration>,
}

/// The budget of one account.
#[derive(Clone, Debug)]
pub(super) struct Purse {
    limit: Option<Limit>,
    told: Option<Budget>,
    told_at: Duration,
    /// Requests since that was told.
    since: u32,
    barred: Option<Duration>,
    /// Those of the last minute, oldest first.
    spent: VecDeque<Spent>,
    /// Requests on their way, by rank: when exactly they leave is not known here.
    on_way: [u32; Rank::COUNT],
    /// Of a pool: what was left of our half of it at a moment.
    level: f64,
    level_at: Duration,
}

/// Requests by rank.
pub(super) type ByRank = [u32; Rank::COUNT];

impl Purse {
    pub(super) fn new(limit: Option<Limit>) -> Self {
        let level = match limit {
            Some(Limit::Pool { of, .. }) => f64::from(of) / 2.0,
            _ => 0.0,
        };
        Self {
            limit,
            told: None,
            told_at: Duration::ZERO,
            since: 0,
            barred: None,
            spent: VecDeque::new(),
            on_way: [0; Rank::COUNT],
            level,
            level_at: Duration::ZERO,
        }
    }

    /// Our half of what may be sent in a burst; `None` where no limit is known.
    pub(super) fn half(&self) -> Option<u32> {
        match self.limit? {
            Limit::Pool { of, .. } => Some(of / 2),
            // The plan of the account may have more than the least one; what it has is told.
            Limit::Minute(least) => Some(self.told.map_or(least, |told| told.of) / 2),
        }
    }

    /// Requests per second that we may go on sending for ever, a tenth less than our half.
    pub(super) fn rate(&self) -> Option<f64> {
        let a_minute = match self.limit? {
            Limit::Pool { a_minute, .. } => f64::from(a_minute) / 2.0,
            Limit::Minute(_) => f64::from(self.half()?),
        };
        Some(a_minute * 0.9 / MINUTE.as_secs_f64())
    }

    pub(super) fn set_told(&mut self, told: Option<Budget>, now: Duration) {
        (self.told, self.told_at, self.since) = (told, now, 0);
    }

    /// The platform asked not to be asked before that.
    pub(super) fn bar(&mut self, until: Duration) {
        self.barred = Some(self.barred.map_or(until, |known| known.max(until)));
    }

    pub(super) fn barred(&self) -> Option<Duration> {
        self.barred
    }

    /// So many times longer each interval is because of what the platform told; `None` where nothing is asked any more.
    pub(super) fn stretched(&self) -> Option<f64> {
        if matches!(self.limit, Some(Limit::Minute(_))) {
            // What is left of a minute is the client's own count: it is whole again after a minute, whether or not anybody asks,
            // and what would be too much is held back there.
            return Some(1.0);
        }
        match self.told.map_or(HALF, Budget::share) {
            HALF.. => Some(1.0),
            share @ LAST.. => Some(f64::from(HALF) / f64::from(share)),
            _ => None,
        }
    }

    pub(super) fn sent(&mut self, rank: Rank, requests: u32) {
        self.on_way[rank as usize] += requests;
    }

    /// What was on its way is over: so many were taken for it, so many it was.
    pub(super) fn landed(&mut self, rank: Rank, taken: u32, requests: u32, now: Duration) {
        self.on_way[rank as usize] = self.on_way[rank as usize].saturating_sub(taken);
        self.spend(rank, requests, now);
    }

    /// So many were sent, at the latest now.
    pub(super) fn spend(&mut self, rank: Rank, requests: u32, now: Duration) {
        while self.spent.front().is_some_and(|spent| spent.at + MINUTE <= now) {
            self.spent.pop_front();
        }
        if requests == 0 {
            return;
        }
        (self.level, self.level_at) = (self.level(now) - f64::from(requests), now);
        self.since += requests;
        self.spent.push_back(Spent { at: now, requests, rank });
    }

    fn level(&self, now: Duration) -> f64 {
        let Some(Limit::Pool { of, a_minute }) = self.limit else { return 0.0 };
        let grown = now.saturating_sub(self.level_at).as_secs_f64() * f64::from(a_minute) / 2.0 / MINUTE.as_secs_f64();
        (self.level + grown).min(f64::from(of) / 2.0)
    }

    /// What the platform itself still takes, as far as it told.
    fn remaining(&self, now: Duration) -> Option<f64> {
        let (Some(Limit::Pool { of, a_minute }), Some(told)) = (self.limit, self.told) else { return None };
        let grown = now.saturating_sub(self.told_at).as_secs_f64() * f64::from(a_minute) / MINUTE.as_secs_f64();
        Some((f64::from(told.remaining) - f64::from(self.since) + grown).min(f64::from(of)))
    }

    /// The requests of the last minute and those on their way or planned, by rank.
    fn used(&self, planned: &ByRank, now: Duration) -> ByRank {
        let mut used = self.on_way;
        used.iter_mut().zip(planned).for_each(|(used, planned)| *used += planned);
        for spent in self.spent.iter().filter(|spent| spent.at + MINUTE > now) {
            used[spent.rank as usize] += spent.requests;
        }
        used
    }

    /// How many more may be sent for that rank now, with so many kept for each rank and those above it.
    pub(super) fn room(&self, rank: Rank, kept: &ByRank, planned: &ByRank, now: Duration) -> u32 {
        match (self.limit, self.half()) {
            (Some(Limit::Pool { .. }), _) => {
                let on_way: u32 = self.on_way.iter().chain(planned).sum();
                let above = rank.above().map_or(0, |above| kept[above as usize]);
                let ours = self.level(now) - f64::from(on_way) - f64::from(above);
                let theirs = self.remaining(now).map_or(f64::MAX, |left| left - f64::from(on_way));
                ours.min(theirs).max(0.0) as u32
            }
            (Some(Limit::Minute(_)), Some(half)) => within(half, rank, kept, &self.used(planned, now)),
            _ => u32::MAX,
        }
    }

    /// When so many may be sent for that rank; `None` if that depends on what is on its way.
    pub(super) fn free_at(
        &self,
        rank: Rank,
        requests: u32,
        kept: &ByRank,
        planned: &ByRank,
        now: Duration,
    ) -> Option<Duration> {
        let is_free = |at| self.room(rank, kept, planned, at) >= requests;
        if is_free(now) {
            return Some(now);
        }
        if let Some(Limit::Pool { .. }) = self.limit {
            // It grows all the time: looked for by seconds, further and further away.
            let waits = (1..=60).chain((1..=120).map(|minutes| minutes * 60));
            return waits.map(|seconds| now + Duration::from_secs(seconds)).find(|at| is_free(*at));
        }
        self.spent.iter().map(|spent| spent.at + MINUTE).filter(|at| *at > now).find(|at| is_free(*at))
    }

    pub(super) fn left(&self, now: Duration) -> Left {
        let none = [0; Rank::COUNT];
        let left = self.half().map(|half| (self.room(Rank::Begun, &none, &none, now), half));
        let barred = self.barred.filter(|until| *until > now);
        Left { used: self.used(&none, now).iter().sum(), left, told: self.told, barred }
    }
}

/// How many more fit into a minute for a rank. What is kept for those above it is not for it, whether they used it or not;
/// where it could never send anything, it may once nothing of its own or below was sent.
fn within(half: u32, rank: Rank, kept: &ByRank, used: &ByRank) -> u32 {
    let total: u32 = used.iter().sum();
    let mut room = half.saturating_sub(total);
    for above in Rank::ALL.into_iter().filter(|above| *above < rank) {
        let below: u32 = used[above as usize + 1..].iter().sum();
        room = room.min(half.saturating_sub(kept[above as usize]).saturating_sub(below));
    }
    room
}
