//! How often each question can be asked within what its account may ask: who is nearer to what somebody looks at keeps its
//! interval as long as that fits, the others share what is left.

use std::time::Duration;

use super::purse::{ByRank, Purse};
use super::{MINUTE, Rank};

/// What is left of each rank's share to those below it, at the least.
const PASSED_ON: f64 = 0.1;
/// As few requests as a list that is read in parts is given at the least.
pub(super) const LEAST: u32 = 5;

/// One question, as far as its share depends on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Demand {
    pub(super) rank: Rank,
    /// The least time between two askings, before any budget.
    pub(super) every: Duration,
    /// Requests that it costs; of a list that is read in parts as many as it may have.
    pub(super) cost: u32,
    /// Whether it makes do with less.
    pub(super) is_in_parts: bool,
}

/// What an account's budget makes of the intervals.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shares {
    /// So many times longer each interval of a rank becomes.
    pub(super) stretch: [f64; Rank::COUNT],
    /// What a list that is read in parts may cost.
    pub(super) part: u32,
    /// What is kept for each rank and those above it.
    pub(super) kept: ByRank,
}

impl Shares {
    /// Nothing is limited.
    pub(super) const FREE: Shares = Shares { stretch: [1.0; Rank::COUNT], part: u32::MAX, kept: [0; Rank::COUNT] };

    /// The interval of a question.
    pub(super) fn every(&self, demand: &Demand) -> Duration {
        match self.stretch[demand.rank as usize] {
            stretch if stretch > 1.0 && demand.cost > 0 => rounded(demand.every.mul_f64(stretch)),
            _ => demand.every,
        }
    }

    /// Divides what an account may ask among the questions.
    pub(super) fn of(purse: &Purse, demands: &[Demand]) -> Self {
        let (Some(rate), Some(half)) = (purse.rate(), purse.half()) else { return Self::FREE };
        let mut shares = Self::FREE;
        let mut left = rate;
        let cost = |rank, is_in_parts| {
            let of = demands.iter().filter(move |one| one.rank == rank && one.is_in_parts == is_in_parts);
            of.map(|one| f64::from(one.cost) / one.every.as_secs_f64()).sum::<f64>()
        };
        let mut kept = 0.0;
        for rank in Rank::ALL {
            let is_last = !demands.iter().any(|one| one.rank > rank && one.cost > 0);
            let usable = if is_last { left } else { left * (1.0 - PASSED_ON) };
            let whole = cost(rank, false);
            let parts = demands.iter().find(|one| one.rank == rank && one.is_in_parts);
            let least = parts.map_or(0.0, |one| f64::from(LEAST.min(one.cost)) / one.every.as_secs_f64());
            let mut used = whole + least;
            if used > usable {
                shares.stretch[rank as usize] = used / usable;
                used = usable;
                shares.part = shares.part.min(LEAST);
            } else if let Some(parts) = parts {
                let part = ((usable - whole) * parts.every.as_secs_f64()) as u32;
                shares.part = shares.part.min(part.max(LEAST)).min(parts.cost);
                used = whole + f64::from(shares.part) / parts.every.as_secs_f64();
            }
            left = (left - used).max(0.0);
            for one in demands.iter().filter(|one| one.rank == rank && !one.is_in_parts) {
                let times = MINUTE.as_secs_f64() / shares.every(one).as_secs_f64();
                kept += f64::from(one.cost) * if times > 1.0 { times.floor() + 1.0 } else { times };
            }
            // Those below can send something in every minute, however much there is to do above them.
            shares.kept[rank as usize] = (kept.ceil() as u32).min(half - LEAST.max(half / 10).min(half));
        }
        shares
    }
}

/// A round interval, not below the given one.
pub(super) fn rounded(every: Duration) -> Duration {
    let step = match every.as_secs() {
        ..20 => 1,
        20..60 => 5,
        60..600 => 10,
        _ => 60,
    };
    let seconds = every.as_secs_f64().ceil() as u64;
    Duration::from_secs(seconds.div_ceil(step) * step)
}
