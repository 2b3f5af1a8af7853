//! A modal that can hurt listens only after it has been on the screen for a while without a key: what was typed before
//! it could be read is never meant for it.

use std::time::Duration;

/// How long no key may have come.
pub const ARM_DELAY: Duration = Duration::from_millis(600);

/// Whether a modal listens yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arm {
    quiet_since: Option<Duration>,
    is_armed: bool,
}

impl Arm {
    /// It has been painted. Only the first time counts.
    pub fn painted(&mut self, mono: Duration) {
        self.quiet_since.get_or_insert(mono);
    }

    /// A key came: true if the modal listens to it; otherwise the wait starts anew.
    pub fn hears(&mut self, mono: Duration) -> bool {
        self.settle(mono);
        if !self.is_armed && self.quiet_since.is_some() {
            self.quiet_since = Some(mono);
        }
        self.is_armed
    }

    /// Arms it if its time has come; true if that is new.
    pub fn settle(&mut self, mono: Duration) -> bool {
        let is_new = !self.is_armed && self.due().is_some_and(|due| mono >= due);
        self.is_armed |= is_new;
        is_new
    }

    /// What came was not meant as it looked: the wait starts anew.
    pub fn restart(&mut self, mono: Duration) {
        *self = Self { quiet_since: Some(mono), is_armed: false };
    }

    /// When it will be armed if no key comes; `None` if it is, or has not been painted.
    pub fn due(&self) -> Option<Duration> {
        if self.is_armed { None } else { self.quiet_since.map(|since| since + ARM_DELAY) }
    }

    /// Whether it listens: until then the view shows its keys dimmed.
    pub fn is_armed(&self) -> bool {
        self.is_armed
    }

    /// It shows something else now, or somewhere else: everything starts anew with the next frame.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rest_after_the_first_frame_arms() {
        let ms = Duration::from_millis;
        let mut arm = Arm::default();
        assert!(!arm.hears(ms(5_000)), "never painted");
        arm.painted(ms(10_000));
        arm.painted(ms(10_500));
        assert_eq!(arm.due(), Some(ms(10_600)));
        assert!(!arm.hears(ms(10_599)));
        assert!(!arm.hears(ms(11_198)), "the early key started the wait anew");
        assert!(arm.hears(ms(11_798)));
        assert!(arm.hears(ms(11_799)), "once armed, it stays so");
        arm.reset();
        assert!(!arm.hears(ms(20_000)));
    }
}
