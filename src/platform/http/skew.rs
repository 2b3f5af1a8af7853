//! How far the platform's clock is from ours, from the `Date` of its answers.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// How many answers are remembered. The median of them is not moved by a single odd one.
const KEPT: usize = 9;
/// `Date` has whole seconds, and answers take their time: less than this is no difference.
const LEAST: SignedDuration = SignedDuration::from_secs(2);
/// An answer that took longer says nothing about when its date was written.
const SLOW: SignedDuration = SignedDuration::from_secs(10);
/// `Date` is cut to whole seconds: on average it is half of one behind.
const HALF: SignedDuration = SignedDuration::from_millis(500);

/// What was seen of the two clocks.
#[derive(Debug, Default)]
pub(super) struct Skew(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    samples: VecDeque<SignedDuration>,
    told: SignedDuration,
}

impl Skew {
    /// Takes note of an answer with that `Date` to what was sent at, and had answered by, these times of our clock.
    pub(super) fn saw(&self, date: Timestamp, sent: Timestamp, answered: Timestamp) {
        let took = answered.duration_since(sent);
        // A clock of ours that was set meanwhile says nothing either.
        if took.is_negative() || took > SLOW {
            return;
        }
        let middle = sent + took / 2;
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.samples.len() == KEPT {
            seen.samples.pop_front();
        }
        seen.samples.push_back(date.duration_since(middle) + HALF);
        let median = seen.median();
        // What was told stays until it is clearly wrong, so that no age moves to and fro.
        if (median - seen.told).abs() >= LEAST {
            seen.told = if median.abs() < LEAST { SignedDuration::ZERO } else { whole(median) };
        }
    }

    /// The platform's clock less ours, in whole seconds; zero where there is no difference that counts.
    pub(super) fn told(&self) -> SignedDuration {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).told
    }
}

impl Seen {
    fn median(&self) -> SignedDuration {
        let mut sorted: Vec<_> = self.samples.iter().copied().collect();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    }
}

fn whole(duration: SignedDuration) -> SignedDuration {
    SignedDuration::from_secs((duration.as_millis() as f64 / 1000.0).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + millis).unwrap()
    }

    /// An answer as a server writes it whose clock is `skew` ms ahead, read after `took` ms.
    fn answer(skew: &Skew, sent: i64, took: i64, ahead: i64) {
        let date = (sent + took / 2 + ahead).div_euclid(1000) * 1000;
        skew.saw(at(date), at(sent), at(sent + took));
    }

    #[test]
    fn a_clock_that_differs_is_told_to_the_second_from_the_first_answer_on() {
        for ahead in [-252_000, -5_000, 5_000, 252_000, 3_600_000] {
            let skew = Skew::default();
            for number in 0..50 {
                answer(&skew, number * 730, number % 7 * 40, ahead);
                let wrong = skew.told().as_millis() as i64 - ahead;
                assert!(wrong.abs() <= 2_000, "{ahead}: {:?}", skew.told());
            }
        }
    }

    #[test]
    fn less_than_two_seconds_is_no_difference_and_nothing_moves_to_and_fro() {
        let skew = Skew::default();
        for number in 0..200 {
            answer(&skew, number * 337, 20, 400);
            assert_eq!(skew.told(), SignedDuration::ZERO, "{number}");
        }
        let skew = Skew::default();
        let mut told = Vec::new();
        for number in 0..200 {
            answer(&skew, number * 337, 20, 60_499);
            told.push(skew.told());
        }
        told.dedup();
        assert_eq!(told.len(), 1, "{told:?}");
    }

    #[test]
    fn one_odd_answer_a_slow_one_or_a_clock_that_was_set_move_nothing() {
        let skew = Skew::default();
        (0..5).for_each(|number| answer(&skew, number * 1000, 20, 0));
        answer(&skew, 6_000, 20, 9_000_000);
        answer(&skew, 7_000, 20_000, 9_000_000);
        skew.saw(at(0), at(9_000), at(8_000));
        assert_eq!(skew.told(), SignedDuration::ZERO);
    }

    #[test]
    fn a_clock_that_is_put_right_is_believed_after_a_few_answers() {
        let skew = Skew::default();
        (0..9).for_each(|number| answer(&skew, number * 1000, 20, 90_000));
        assert_eq!(skew.told().as_secs().abs_diff(90), 0);
        (9..15).for_each(|number| answer(&skew, number * 1000, 20, 0));
        assert_eq!(skew.told(), SignedDuration::ZERO);
    }
}
