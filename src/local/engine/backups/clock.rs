//! When a daily hour comes next, in a time zone whose days may have 23 or 25 hours, or be missing.

use jiff::civil::{Date, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};

/// The time zone of an IANA name, with that name as it is properly written; otherwise a sentence.
pub(in crate::local::engine) fn time_zone(name: &str) -> Result<(TimeZone, String), String> {
    let refuse = || {
        let shown = crate::model::printable(name);
        format!("There is no time zone {shown:?}. Give an IANA name, such as UTC or Europe/Berlin.")
    };
    let zone = TimeZone::get(name).map_err(|_| refuse())?;
    let proper = zone.iana_name().ok_or_else(refuse)?.to_owned();
    Ok((zone, proper))
}

/// The first instant after `after` at which a day's `hour` begins. An hour that a day skips comes when the skipping ends,
/// one that it has twice comes once, the first time. `None` at the end of time.
pub(in crate::local::engine) fn next(hour: u8, zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
    let hour = Time::new(i8::try_from(hour).ok()?, 0, 0, 0).ok()?;
    // From the day before: clocks that are set back over midnight bring a day's hour after the next day has begun.
    let mut day = after.to_zoned(zone.clone()).date().yesterday().ok()?;
    let last = day.checked_add(5.days()).ok()?;
    while day <= last {
        match comes(day, hour, zone) {
            Some(at) if at > after => return Some(at),
            _ => day = day.tomorrow().ok()?,
        }
    }
    None
}

/// When that time comes on that day.
fn comes(day: Date, hour: Time, zone: &TimeZone) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(day.to_datetime(hour));
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => ambiguous.earlier().ok(),
        // `earlier` reads it with the offset after the gap, which is an instant before the gap; the change is what follows.
        AmbiguousOffset::Gap { .. } => {
            let before = ambiguous.earlier().ok()?;
            zone.following(before).next().map(|change| change.timestamp())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn zone(name: &str) -> TimeZone {
        time_zone(name).unwrap().0
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// The next runs after an instant, in UTC.
    fn runs(hour: u8, name: &str, after: &str, count: usize) -> Vec<String> {
        let (zone, mut last) = (zone(name), at(after));
        let mut runs = Vec::new();
        for _ in 0..count {
            last = next(hour, &zone, last).unwrap();
            runs.push(last.to_string());
        }
        runs
    }

    #[test]
    fn an_ordinary_day_has_it_once_at_its_hour() {
        assert_eq!(
            runs(3, "UTC", "2026-11-20T03:00:00Z", 2),
            ["2026-11-21T03:00:00Z", "2026-11-22T03:00:00Z"],
            "at the hour itself it is the next day's turn"
        );
        assert_eq!(runs(3, "UTC", "2026-11-20T02:59:59.999Z", 1), ["2026-11-20T03:00:00Z"]);
        assert_eq!(runs(0, "Asia/Kolkata", "2026-11-20T12:00:00Z", 1), ["2026-11-20T18:30:00Z"]);
        assert_eq!(runs(23, "Pacific/Kiritimati", "2026-11-20T12:00:00Z", 1), ["2026-11-21T09:00:00Z"]);
    }

    #[test]
    fn a_skipped_hour_runs_once_at_the_next_instant_and_a_doubled_one_once() {
        // Berlin: 2026-03-29 has no 02:00–03:00, 2026-10-25 has it twice.
        assert_eq!(
            runs(2, "Europe/Berlin", "2026-03-28T00:00:00Z", 3),
            ["2026-03-28T01:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"]
        );
        assert_eq!(
            runs(2, "Europe/Berlin", "2026-10-24T12:00:00Z", 2),
            ["2026-10-25T00:00:00Z", "2026-10-26T01:00:00Z"]
        );
        // Also when it is asked between the two.
        assert_eq!(runs(2, "Europe/Berlin", "2026-10-25T00:30:00Z", 1), ["2026-10-26T01:00:00Z"]);
        // Lord Howe's clocks go by half an hour: 02:00 becomes 02:30.
        assert_eq!(runs(2, "Australia/Lord_Howe", "2026-10-03T00:00:00Z", 1), ["2026-10-03T15:30:00Z"]);
        // Havana changes at midnight, so that a day begins at 01:00.
        assert_eq!(runs(0, "America/Havana", "2026-03-07T12:00:00Z", 1), ["2026-03-08T05:00:00Z"]);
        // Samoa had no 30 December 2011: what falls on it and the next day's own midnight are one.
        assert_eq!(
            runs(0, "Pacific/Apia", "2011-12-29T09:00:00Z", 3),
            ["2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"]
        );
    }

    #[test]
    fn only_names_of_time_zones_are_taken_and_written_properly() {
        assert_eq!(time_zone("europe/berlin").unwrap().1, "Europe/Berlin");
        for wrong in ["", "Nowhere/Town", "UTC+2", "\u{1b}[31m", "../../etc/passwd"] {
            let why = time_zone(wrong).unwrap_err();
            assert!(why.starts_with("There is no time zone") && !why.contains('\u{1b}'), "{why}");
        }
    }

    /// What the words mean, the slow way: the first minute of a day's clock that is not before the hour.
    fn slow(hour: u8, zone: &TimeZone, after: Timestamp) -> Timestamp {
        let hour = Time::new(i8::try_from(hour).unwrap(), 0, 0, 0).unwrap();
        let begin = after.as_second().div_euclid(60) * 60 - 3 * 86_400;
        let mut day = Timestamp::from_second(begin).unwrap().to_zoned(zone.clone()).date();
        for minute in 0.. {
            let instant = Timestamp::from_second(begin + minute * 60).unwrap();
            let clock = instant.to_zoned(zone.clone()).datetime();
            while clock >= day.to_datetime(hour) {
                if instant > after && minute > 0 {
                    return instant;
                }
                day = day.tomorrow().unwrap();
            }
        }
        unreachable!()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// Around every change of the clocks that these zones have, and anywhere else.
        #[test]
        fn the_next_run_is_the_one_that_a_slow_look_at_the_clock_finds(
            name in prop::sample::select(vec![
                "UTC", "Europe/Berlin", "America/New_York", "America/St_Johns", "Australia/Lord_Howe", "America/Havana",
                "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Apia", "America/Asuncion", "Asia/Gaza", "Antarctica/Troll",
            ]),
            hour in 0u8..24,
            start in 1_230_000_000i64..1_900_000_000,
            offset in -200_000i64..100_000,
            near_a_change in any::<bool>(),
        ) {
            let zone = zone(name);
            let start = Timestamp::from_second(start).unwrap();
            let change = zone.following(start).next().filter(|_| near_a_change).map_or(start, |change| change.timestamp());
            let after = Timestamp::from_second(change.as_second() + offset).unwrap();
            prop_assert_eq!(next(hour, &zone, after), Some(slow(hour, &zone, after)), "after {}", after);
        }
    }
}
