//! One count of requests for all who use the same token at the same endpoint: reads and writes, a writer that was unlocked,
//! a second profile. For platforms that limit the requests of a minute and tell nothing with their answers.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// The window that is counted over.
const MINUTE: Duration = Duration::from_secs(60);

/// The endpoint, and a hash of the token: the token itself is kept nowhere.
type Key = (String, [u8; 32]);

/// All counts of this process.
static METERS: LazyLock<Mutex<HashMap<Key, Arc<Meter>>>> = LazyLock::new(Mutex::default);

/// How many requests were sent within the last minute, and how many may be.
#[derive(Debug)]
pub(in crate::platform) struct Meter(Mutex<Counted>);

#[derive(Debug)]
struct Counted {
    limit: u32,
    sent: VecDeque<Instant>,
    /// Until when the platform asked not to be asked.
    barred: Option<Instant>,
}

impl Counted {
    fn forget(&mut self, now: Instant) {
        while self.sent.front().is_some_and(|at| now.duration_since(*at) >= MINUTE) {
            self.sent.pop_front();
        }
        self.barred = self.barred.filter(|until| *until > now);
    }

    fn left(&self) -> u32 {
        self.limit.saturating_sub(u32::try_from(self.sent.len()).unwrap_or(u32::MAX))
    }
}

impl Meter {
    fn new(limit: u32) -> Self {
        Self(Mutex::new(Counted { limit, sent: VecDeque::new(), barred: None }))
    }

    /// The one of an endpoint and a token; made with that limit where nobody has used them yet.
    pub(super) fn of(endpoint: &str, token: &SecretString, limit: u32) -> Arc<Self> {
        let key = (endpoint.to_owned(), Sha256::digest(token.expose_secret().as_bytes()).into());
        let mut meters = METERS.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        // What nobody uses is kept for as long as it counts something.
        meters.retain(|_, meter| Arc::strong_count(meter) > 1 || meter.is_counting(now));
        meters.entry(key).or_insert_with(|| Arc::new(Self::new(limit))).clone()
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_counting(&self, now: Instant) -> bool {
        let mut counted = self.counted();
        counted.forget(now);
        !counted.sent.is_empty() || counted.barred.is_some()
    }

    /// Takes one request of the budget.
    ///
    /// # Errors
    /// How long it takes until there is one again.
    pub(super) fn take(&self, now: Instant) -> Result<(), Duration> {
        let mut counted = self.counted();
        counted.forget(now);
        if let Some(until) = counted.barred {
            return Err(until.duration_since(now));
        }
        if counted.left() == 0 {
            let oldest = counted.sent.front().copied().unwrap_or(now);
            return Err((oldest + MINUTE).duration_since(now));
        }
        counted.sent.push_back(now);
        Ok(())
    }

    /// A request that is sent whatever is left.
    pub(super) fn count(&self, now: Instant) {
        let mut counted = self.counted();
        counted.forget(now);
        counted.sent.push_back(now);
    }

    /// The platform asked not to be asked for that long.
    pub(in crate::platform) fn bar(&self, wait: Duration, now: Instant) {
        let mut counted = self.counted();
        let until = now + wait.min(MINUTE * 60);
        counted.barred = Some(counted.barred.map_or(until, |before| before.max(until)));
    }

    /// How many a minute may have, once that is known better.
    pub(in crate::platform) fn set_limit(&self, limit: u32) {
        self.counted().limit = limit;
    }

    /// How many are left of this minute, and how many a minute has.
    pub(in crate::platform) fn left(&self, now: Instant) -> (u32, u32) {
        let mut counted = self.counted();
        counted.forget(now);
        (if counted.barred.is_some() { 0 } else { counted.left() }, counted.limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn a_minute_slides_and_what_is_over_waits_for_the_oldest() {
        let (meter, start) = (Meter::new(3), Instant::now());
        for second in [0, 10, 20] {
            assert_eq!(meter.take(after(start, second)), Ok(()), "{second}");
        }
        assert_eq!(meter.left(after(start, 20)), (0, 3));
        assert_eq!(meter.take(after(start, 45)), Err(Duration::from_secs(15)));
        assert_eq!(meter.take(after(start, 60)), Ok(()), "the first one is a minute old");
        assert_eq!(meter.take(after(start, 60)), Err(Duration::from_secs(10)));
        meter.set_limit(500);
        assert_eq!(meter.left(after(start, 60)), (497, 500));
    }

    #[test]
    fn what_is_sent_whatever_is_left_counts_all_the_same() {
        let (meter, start) = (Meter::new(2), Instant::now());
        (0..3).for_each(|_| meter.count(start));
        assert_eq!(meter.left(start), (0, 2));
        assert!(meter.take(after(start, 59)).is_err());
    }

    #[test]
    fn a_platform_that_asks_to_wait_is_not_asked() {
        let (meter, start) = (Meter::new(100), Instant::now());
        meter.bar(Duration::from_secs(7), start);
        meter.bar(Duration::from_secs(3), start);
        assert_eq!(meter.take(after(start, 4)), Err(Duration::from_secs(3)), "the longer wait holds");
        assert_eq!(meter.left(after(start, 4)), (0, 100));
        assert_eq!(meter.take(after(start, 7)), Ok(()));
    }

    #[test]
    fn the_same_token_at_the_same_place_is_one_count_and_another_one_is_not() {
        let of = |endpoint: &str, token: &str| Meter::of(endpoint, &token.to_owned().into(), 100);
        let (one, other) = (of("https://meter.test", "one"), of("https://meter.test", "other"));
        one.count(Instant::now());
        let (again, elsewhere) = (of("https://meter.test", "one"), of("https://else.test", "one"));
        let left = |meter: &Meter| meter.left(Instant::now()).0;
        assert_eq!((left(&again), left(&other), left(&elsewhere)), (99, 100, 100));
        drop((one, again));
        assert_eq!(left(&of("https://meter.test", "one")), 99, "who comes back within the minute has used it");
    }
}
