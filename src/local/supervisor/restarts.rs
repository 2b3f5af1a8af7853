//! How often a server that dies is started again.

use std::collections::VecDeque;
use std::time::Duration;

/// Deaths longer ago than this count no more.
const WINDOW: Duration = Duration::from_secs(10 * 60);

/// How long to wait before the first, second and third start within the window.
const WAITS: [Duration; 3] = [Duration::ZERO, Duration::from_secs(2), Duration::from_secs(10)];

/// What to do about a server that died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// Start it again (call `resume`) after this time.
    After(Duration),
    /// It died too often: the add-on has failed, with its last log lines as the reason.
    GiveUp,
}

/// The recent deaths of one server. Times come in, as time since any fixed point of a clock that never jumps.
#[derive(Clone, Debug, Default)]
pub struct Restarts {
    deaths: VecDeque<Duration>,
}

impl Restarts {
    /// Takes note of a death, or of a start that failed, and says what to do.
    pub fn died(&mut self, now: Duration) -> Restart {
        while self.deaths.front().is_some_and(|death| now.saturating_sub(*death) > WINDOW) {
            self.deaths.pop_front();
        }
        self.deaths.push_back(now);
        WAITS.get(self.deaths.len() - 1).map_or(Restart::GiveUp, |wait| Restart::After(*wait))
    }

    /// Forgets all deaths: a person asked for another attempt.
    pub fn forget(&mut self) {
        self.deaths.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_starts_then_failed() {
        let mut restarts = Restarts::default();
        let at = Duration::from_secs;
        assert_eq!(restarts.died(at(100)), Restart::After(Duration::ZERO));
        assert_eq!(restarts.died(at(101)), Restart::After(at(2)));
        assert_eq!(restarts.died(at(104)), Restart::After(at(10)));
        assert_eq!(restarts.died(at(115)), Restart::GiveUp);
        restarts.forget();
        assert_eq!(restarts.died(at(116)), Restart::After(Duration::ZERO));
    }

    #[test]
    fn old_deaths_count_no_more() {
        let mut restarts = Restarts::default();
        for hour in 0..10 {
            assert_eq!(restarts.died(Duration::from_secs(hour * 3600)), Restart::After(Duration::ZERO));
        }
    }
}
