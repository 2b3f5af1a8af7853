//! Who is due when: one plan for all profiles, a pure function of what is looked at, what was asked and answered, and the
//! time. One request per question at a time; within half of what each account may ask.

mod line;
mod plan;
mod purse;
mod schedule;
mod share;
mod shown;
mod topic;

use std::time::Duration;

use crate::model::ProfileName;

pub use line::Offline;
pub use plan::{Ask, Paced, Plan, Why};
pub use purse::Left;
pub use schedule::Schedule;
pub use shown::Shown;
pub use topic::Topic;

/// What hardly ever changes: account, catalog, teams, apps.
pub const SELDOM: Duration = Duration::from_secs(60);
/// The journal, while something in it may still grow; otherwise as often as the list, so that nothing wakes for it alone.
pub const JOURNAL: Duration = Duration::from_secs(2);
/// Everything, while the terminal has no focus. Operations under way and offline probes keep their own.
pub const UNFOCUSED: Duration = Duration::from_secs(60);
/// How often it is looked whether a budget that is all but used up has grown again.
const PROBE: Duration = Duration::from_secs(5 * 60);
/// What is not asked at all while a budget is all but used up.
const NEVER: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest wait between two tries of something that fails.
const LONGEST: Duration = Duration::from_secs(60);
/// The window that requests are counted over.
const MINUTE: Duration = Duration::from_secs(60);

/// Below so many hundredths of the budget, less is asked the less there is.
pub const HALF: u32 = 50;
/// Below so many, nothing is asked but what was begun.
pub const LAST: u32 = 5;

/// How near something is to what somebody looks at. Who is nearer comes first, and keeps its interval where not all fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// What was begun, and is followed to its end.
    Begun,
    /// The add-on whose details are shown.
    Selected,
    /// The list, and what else is on the screen.
    Shown,
    /// The rest.
    Rest,
}

impl Rank {
    /// How many there are.
    const COUNT: usize = 4;
    /// All, the nearest first.
    const ALL: [Rank; Rank::COUNT] = [Rank::Begun, Rank::Selected, Rank::Shown, Rank::Rest];

    /// The next nearer one.
    fn above(self) -> Option<Rank> {
        Rank::ALL.into_iter().rev().find(|above| *above < self)
    }
}

/// A question that is looked at, and how often it is to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The question.
    pub topic: Topic,
    /// The least time between two askings.
    pub every: Duration,
    /// How near it is to what somebody looks at.
    pub rank: Rank,
}

/// What is looked at of one profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wants {
    /// The profile.
    pub profile: ProfileName,
    /// The questions; among those of one rank the most looked at come first.
    pub wanted: Vec<Wanted>,
    /// How many apps are asked at once how their add-ons stand: fewer than there are connections, so that what is looked at
    /// comes through.
    pub states_at_once: usize,
}

/// The next number between 0 and 1 of a sequence that the seed decides (splitmix64).
fn chance(seed: &mut u64) -> f64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests;
