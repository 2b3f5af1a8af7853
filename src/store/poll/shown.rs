//! The interval that is told of one question. It does not tick: until the question is asked again it only grows.

use std::time::Duration;

use super::{Paced, Topic, Why};
use crate::model::ProfileName;

/// How often one question is asked, as it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    profile: ProfileName,
    topic: Topic,
    last: Option<Duration>,
    /// The time between two askings, at the most.
    pub every: Duration,
    /// Why that is so.
    pub why: Why,
}

impl Shown {
    /// What is told now, when that was told before and the plan says this.
    pub fn next(before: Option<&Shown>, profile: &ProfileName, topic: &Topic, paced: &Paced) -> Shown {
        let now = Shown {
            profile: profile.clone(),
            topic: topic.clone(),
            last: paced.last,
            every: paced.every,
            why: paced.why,
        };
        let is_same = |before: &&Shown| {
            (&before.profile, &before.topic, before.last) == (profile, topic, paced.last) && before.every > now.every
        };
        before.filter(is_same).cloned().unwrap_or(now)
    }

    /// Whether a budget makes it longer, and not the platform's own pace or that nobody looks.
    pub fn is_slowed(&self) -> bool {
        matches!(self.why, Why::Share | Why::Low | Why::Barred)
    }
}
