//! Which backups are kept, and which one goes.

use jiff::{SignedDuration, Timestamp};

use crate::model::Limit;

/// The plan's limit on how many finished backups are kept.
const COUNT: &str = "backups";
/// The plan's limit on how many days each is kept.
const DAYS: &str = "backup_retention";
/// How long the rows of backups that failed or are gone are kept.
pub(in crate::local::engine) const ROWS_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// What a plan keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::local::engine) struct Keep {
    /// How many finished backups; `None` for a plan that has no backups.
    pub(in crate::local::engine) count: Option<u64>,
    /// For how many days each; `None` for as long as there is room for it.
    pub(in crate::local::engine) days: Option<u64>,
}

impl Keep {
    /// What these limits keep.
    pub(in crate::local::engine) fn of(limits: &[Limit]) -> Self {
        let value = |name: &str| limits.iter().find(|limit| limit.name == name).map(|limit| limit.value);
        Self { count: value(COUNT), days: value(DAYS) }
    }

    /// Until when a backup is kept that was finished then.
    pub(in crate::local::engine) fn until(self, finished: Timestamp) -> Option<Timestamp> {
        let hours = i64::try_from(self.days?.saturating_mul(24)).ok()?;
        finished.checked_add(SignedDuration::from_hours(hours)).ok()
    }

    /// The finished backups that go, of all finished ones of an add-on, oldest first. The newest always stays.
    pub(in crate::local::engine) fn evicted<T>(self, finished: &[T]) -> &[T] {
        let Some(count) = self.count else { return &[] };
        let kept = usize::try_from(count.max(1)).unwrap_or(usize::MAX);
        &finished[..finished.len().saturating_sub(kept)]
    }

    /// The one that another backup would push out, once that is finished; of all finished ones, oldest first.
    pub(in crate::local::engine) fn next_evicted<T>(self, finished: &[T]) -> Option<&T> {
        let kept = usize::try_from(self.count?.max(1)).unwrap_or(usize::MAX);
        if finished.len() < kept { None } else { finished.first() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keep(count: u64) -> Keep {
        Keep { count: Some(count), days: Some(7) }
    }

    #[test]
    fn the_oldest_goes_once_there_is_one_too_many() {
        for (count, finished, evicted, next) in [
            (3, 0, 0, false),
            (3, 2, 0, false),
            (3, 3, 0, true),
            (3, 4, 1, true),
            (3, 9, 6, true),
            (1, 1, 0, true),
            (1, 2, 1, true),
            // A plan that keeps none would otherwise delete what was only just made.
            (0, 1, 0, true),
        ] {
            let all: Vec<u64> = (0..finished).collect();
            assert_eq!(keep(count).evicted(&all).len(), evicted, "{count} {finished}");
            assert_eq!(keep(count).next_evicted(&all), next.then_some(&0), "{count} {finished}");
        }
        assert!(Keep::default().evicted(&[1, 2, 3]).is_empty());
        assert_eq!(Keep::default().next_evicted(&[1, 2, 3]), None);
    }

    #[test]
    fn it_is_kept_for_its_days_from_when_it_was_finished() {
        let finished: Timestamp = "2026-03-28T12:00:00Z".parse().unwrap();
        assert_eq!(keep(1).until(finished), Some("2026-04-04T12:00:00Z".parse().unwrap()));
        assert_eq!(Keep { count: Some(1), days: None }.until(finished), None);
        assert_eq!(Keep { count: Some(1), days: Some(u64::MAX) }.until(finished), None, "longer than time itself");
    }

    proptest! {
        #[test]
        fn what_stays_is_the_newest_and_what_was_announced_goes_next(count in 0u64..8, finished in 0u32..20) {
            let all: Vec<u32> = (0..finished).collect();
            let gone = keep(count).evicted(&all);
            let stays = &all[gone.len()..];
            prop_assert!(stays.len() as u64 <= count.max(1));
            prop_assert_eq!(stays.last(), all.last(), "the newest stays");
            prop_assert!(gone.is_empty() || stays.len() as u64 == count.max(1), "none goes without need");
            // One more: exactly the announced one goes, of those that had stayed.
            let mut more = stays.to_vec();
            more.push(finished);
            prop_assert_eq!(keep(count).evicted(&more).first(), keep(count).next_evicted(stays));
            prop_assert!(keep(count).evicted(&more).len() <= 1);
        }
    }
}
