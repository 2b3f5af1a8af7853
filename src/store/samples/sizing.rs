//! Whether a plan is larger than what was seen of its use wants.

use jiff::{SignedDuration, Timestamp};

use super::{Sample, Used, untold};
use crate::model::{Figure, Plan, Usage, limit_value};

/// Below so many hundredths of every limit a plan is too large.
pub const SHARE: u64 = 20;
/// Of so many different hours there has to be a sample.
pub const SAMPLES: usize = 3;
/// So much time has to lie between the first sample and the last one.
pub const SPAN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The most that was seen of one limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Highest {
    /// What is limited.
    pub name: String,
    /// The highest of its samples.
    pub value: u64,
    /// Its limit.
    pub limit: u64,
    /// `count` or `bytes`.
    pub unit: String,
}

impl Highest {
    /// How many hundredths of the limit that is.
    pub fn share(&self) -> u64 {
        u64::try_from(u128::from(self.value) * 100 / u128::from(self.limit.max(1))).unwrap_or(u64::MAX)
    }

    /// `storage 3 % of 10 GiB`.
    pub fn words(&self) -> String {
        format!("{} {} % of {}", self.name, self.share(), limit_value(self.limit, &self.unit))
    }
}

/// What the samples say about a plan's size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sizing {
    /// Far more than was ever seen to be used.
    Oversize {
        /// The most that was seen of each limit, the fullest first.
        highest: Vec<Highest>,
        /// From how many hours.
        samples: usize,
        /// Since when.
        since: Timestamp,
    },
    /// Some of it is used: the fullest limit.
    Fits(Highest),
    /// Little is used, and that was not seen often or for long enough.
    TooFew {
        /// From how many hours there are samples.
        samples: usize,
        /// Since when.
        since: Timestamp,
    },
    /// It can't be told; why, in words.
    Unknown(String),
}

impl Sizing {
    /// The one word for programs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Oversize { .. } => "oversize",
            Self::Fits(_) => "fits",
            Self::TooFew { .. } => "too_few_samples",
            Self::Unknown(_) => "unknown",
        }
    }

    /// In words for people.
    pub fn words(&self) -> String {
        let day = |at: &Timestamp| at.strftime("%Y-%m-%d").to_string();
        match self {
            Self::Oversize { highest, samples, since } => {
                let most = highest.iter().map(Highest::words).collect::<Vec<_>>().join(", ");
                format!("oversize: at most {most} in {samples} samples since {}", day(since))
            }
            Self::Fits(highest) => highest.words(),
            Self::TooFew { samples, since } if *samples < SAMPLES => {
                format!("too few samples: {samples} of {SAMPLES} since {}", day(since))
            }
            Self::TooFew { since, .. } => {
                format!("too few samples: since {} only, of {} days", day(since), SPAN.as_hours() / 24)
            }
            Self::Unknown(why) => format!("unknown: {why}"),
        }
    }
}

/// Judges the plan of an add-on by all samples of it and what was just read. Samples of another plan say nothing about this one.
pub fn sizing<'s>(
    samples: impl Iterator<Item = &'s Sample>,
    plan_name: Option<&str>,
    plan: Option<&Plan>,
    usage: &Usage,
) -> Sizing {
    let samples: Vec<&Sample> = samples.filter(|sample| sample.plan.as_deref() == plan_name).collect();
    let highest = highest(&samples);
    let (Some(fullest), Some(since), Some(last)) =
        (highest.first(), samples.iter().map(|it| it.at).min(), samples.iter().map(|it| it.at).max())
    else {
        let untold = untold(usage, plan);
        let why = untold.first().map(|(name, why)| format!("{name}: {why}"));
        return Sizing::Unknown(
            why.unwrap_or_else(|| "nothing that is counted of it has a limit that is told".to_owned()),
        );
    };
    if fullest.share() >= SHARE {
        return Sizing::Fits(fullest.clone());
    }
    // What was never told may be full.
    let missing = untold(usage, plan).into_iter().find(|(name, _)| !highest.iter().any(|one| one.name == *name));
    if let Some((name, why)) = missing {
        return Sizing::Unknown(format!("{name}: {why}"));
    }
    let mut hours: Vec<i64> = samples.iter().map(|sample| hour(sample.at)).collect();
    hours.sort_unstable();
    hours.dedup();
    if hours.len() < SAMPLES || last.duration_since(since) < SPAN {
        return Sizing::TooFew { samples: hours.len(), since };
    }
    Sizing::Oversize { samples: hours.len(), since, highest }
}

/// The most of each limit, the fullest first.
fn highest(samples: &[&Sample]) -> Vec<Highest> {
    let mut found: Vec<Highest> = Vec::new();
    for Used { name, value, limit, unit } in samples.iter().flat_map(|sample| &sample.figures) {
        let one = Highest { name: name.clone(), value: *value, limit: *limit, unit: unit.clone() };
        match found.iter_mut().find(|it| it.name == *name) {
            Some(known) if one.share() > known.share() => *known = one,
            Some(_) => {}
            None => found.push(one),
        }
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.share()));
    found
}

/// What a figure is limited to: by its own word, or by the plan's limit of that name. None where that is nothing.
pub(super) fn limit(figure: &Figure, plan: Option<&Plan>) -> Option<u64> {
    let of_plan = || plan?.limit(&figure.name).filter(|limit| limit.unit == figure.unit).map(|limit| limit.value);
    figure.limit.or_else(of_plan).filter(|limit| *limit > 0)
}

/// The hour that a moment is in, counted from the epoch.
pub(super) fn hour(at: Timestamp) -> i64 {
    at.as_second().div_euclid(3_600)
}
