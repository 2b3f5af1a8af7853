//! When the next frame may be drawn: at once for somebody who does something, and for somebody who only watches as often as a
//! slow line bears.

use std::time::{Duration, Instant};

/// At most 30 frames a second.
const FRAME: Duration = Duration::from_millis(33);
/// So long after a key, somebody does something.
const HANDS_ON: Duration = Duration::from_secs(5);
/// What an operation that runs may write in a second, on average, while nobody does anything.
const BYTES_A_SECOND: u32 = 64;
/// More than an operation's next step: something was read, or has ended. What it brings along may follow at once.
const NEWS: usize = 512;
/// The next frame waits no longer: that long, for what is just no news.
const LONGEST: Duration = Duration::from_secs((NEWS / BYTES_A_SECOND as usize) as u64);

/// How fast frames follow each other.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The last frame: when, and how many bytes it took.
    last: Option<(Instant, usize)>,
    touched: Instant,
}

impl Pace {
    /// From the start on.
    pub fn new(now: Instant) -> Self {
        Self { last: None, touched: now }
    }

    /// Somebody did something.
    pub fn touch(&mut self, now: Instant) {
        self.touched = self.touched.max(now);
    }

    /// Something else is shown from now on: its first frame does not wait.
    pub fn restart(&mut self, now: Instant) {
        *self = Self::new(now);
    }

    /// A frame was drawn.
    pub fn drawn(&mut self, now: Instant, bytes: usize) {
        self.last = Some((now, bytes));
        if bytes > NEWS {
            self.touch(now);
        }
    }

    /// When the next frame may be drawn; `None`: at any time.
    pub fn due(&self) -> Option<Instant> {
        let (at, bytes) = self.last?;
        if at < self.touched + HANDS_ON {
            return Some(at + FRAME);
        }
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let rest = Duration::from_secs(1).saturating_mul(bytes) / BYTES_A_SECOND;
        Some(at + rest.clamp(FRAME, LONGEST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_something_sees_each_frame_and_who_watches_sees_what_the_line_bears() {
        let start = Instant::now();
        let second = Duration::from_secs(1);
        let mut pace = Pace::new(start);
        assert_eq!(pace.due(), None);
        pace.drawn(start + second, 3_000);
        assert_eq!(pace.due(), Some(start + second + FRAME));
        let later = start + 60 * second;
        pace.drawn(later, 96);
        assert_eq!(pace.due(), Some(later + second * 3 / 2));
        pace.drawn(later, 3);
        assert_eq!(pace.due(), Some(later + Duration::from_secs(3) / 64));
        pace.drawn(later, NEWS);
        assert_eq!(pace.due(), Some(later + LONGEST));
        pace.touch(later + second);
        assert_eq!(pace.due(), Some(later + FRAME), "a key is answered at once");
        let later = later + 60 * second;
        pace.drawn(later, NEWS + 1);
        assert_eq!(pace.due(), Some(later + FRAME), "what a list brings along is no tick");
        pace.restart(later);
        assert_eq!(pace.due(), None);
    }
}
