//! What the day is played against: platforms that enforce what they document to the request.

use std::collections::VecDeque;

use super::*;

/// A sequence of chances.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn chance(&mut self) -> f64 {
        chance(&mut self.0)
    }

    pub(super) fn is(&mut self, share: f64) -> bool {
        self.chance() < share
    }

    pub(super) fn below(&mut self, count: usize) -> usize {
        ((self.chance() * count as f64) as usize).min(count.saturating_sub(1))
    }

    /// A time of that length on the average.
    pub(super) fn about(&mut self, seconds: f64) -> Duration {
        Duration::from_secs_f64((-self.chance().max(1e-9).ln() * seconds).clamp(0.05, 20.0 * seconds))
    }

    /// A round trip: mostly short, now and then very long.
    pub(super) fn round_trip(&mut self) -> Duration {
        if self.is(0.02) { Duration::from_secs_f64(3.0 + 9.0 * self.chance()) } else { self.about(0.2) }
    }
}

/// One account, as its platform counts it.
pub(super) struct Server {
    limit: Option<Limit>,
    tokens: f64,
    at: Duration,
    minute: VecDeque<Duration>,
    /// Requests that it had to refuse.
    pub(super) refused: u32,
    pub(super) requests: u32,
    /// The most in a minute, or the least that was left of the pool.
    pub(super) nearest: f64,
    /// It is not asked before that.
    pub(super) barred: Duration,
    /// It answers nothing from then to then.
    pub(super) outage: (Duration, Duration),
}

impl Server {
    pub(super) fn new(limit: Option<Limit>, outage: (Duration, Duration)) -> Self {
        let (tokens, nearest) = match limit {
            Some(Limit::Pool { of, .. }) => (f64::from(of), f64::from(of)),
            _ => (0.0, 0.0),
        };
        Self {
            limit,
            tokens,
            at: Duration::ZERO,
            minute: VecDeque::new(),
            refused: 0,
            requests: 0,
            nearest,
            barred: Duration::ZERO,
            outage,
        }
    }

    pub(super) fn is_away(&self, now: Duration) -> bool {
        self.outage.0 <= now && now < self.outage.1
    }

    /// One request reaches it; false if it is one too many.
    pub(super) fn takes(&mut self, now: Duration) -> bool {
        self.requests += 1;
        let is_taken = match self.limit {
            None => true,
            Some(Limit::Pool { of, a_minute }) => {
                let grown = now.saturating_sub(self.at).as_secs_f64() * f64::from(a_minute) / 60.0;
                (self.tokens, self.at) = ((self.tokens + grown).min(f64::from(of)), self.at.max(now));
                let is_taken = self.tokens >= 1.0;
                self.tokens -= f64::from(u8::from(is_taken));
                self.nearest = self.nearest.min(self.tokens);
                is_taken
            }
            Some(Limit::Minute(of)) => {
                while self.minute.front().is_some_and(|at| *at + MINUTE <= now) {
                    self.minute.pop_front();
                }
                let is_taken = self.minute.len() < of as usize;
                if is_taken {
                    self.minute.push_back(now);
                }
                self.nearest = self.nearest.max(self.minute.len() as f64);
                is_taken
            }
        };
        self.refused += u32::from(!is_taken);
        is_taken
    }

    /// What it tells with its answers.
    pub(super) fn budget(&self) -> Option<Budget> {
        match self.limit? {
            Limit::Pool { of, .. } => Some(Budget { remaining: self.tokens as u32, of }),
            Limit::Minute(of) => Some(Budget { remaining: of - self.minute.len() as u32, of }),
        }
    }
}
