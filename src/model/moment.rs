//! The last good moment, as people say it: `02:40`, `-35m`, `2026-11-20 02:40`, `2026-11-20T02:40Z`, a release `v57`.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};

/// What was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A point in time.
    At(Timestamp),
    /// The moment before a release of an app; its name as the platform writes it, such as `v57`.
    Before(String),
}

const EXAMPLES: &str =
    "Say a time such as 02:40, 02:40Z or 2026-11-20 02:40, how long ago such as -35m, or a release such as v57.";

/// Understands a moment. A time of day is the last one that has been, in `zone` unless it ends in `Z`.
///
/// # Errors
/// A sentence, when it can't be understood, or lies in the future.
pub fn parse_moment(said: &str, now: Timestamp, zone: &TimeZone) -> Result<Moment, String> {
    let said = said.trim();
    if said.is_empty() {
        return Err(format!("When was the data good last? {EXAMPLES}"));
    }
    if let Some(number) = said.strip_prefix(['v', 'V'])
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Ok(Moment::Before(format!("v{number}")));
    }
    let at = match said.strip_prefix(['-', '−']) {
        Some(ago) => before(ago, now).ok_or_else(|| not_understood(said))?,
        None => point(said, now, zone).ok_or_else(|| not_understood(said))?,
    };
    if at > now {
        return Err(format!(
            "{} is still to come: the last good moment has been already.",
            at.strftime("%Y-%m-%d %H:%MZ")
        ));
    }
    Ok(Moment::At(at))
}

fn not_understood(said: &str) -> String {
    format!("{:?} can't be understood as a moment. {EXAMPLES}", super::printable(said))
}

fn before(ago: &str, now: Timestamp) -> Option<Timestamp> {
    let span: Span = ago.trim().parse().ok()?;
    // Days of 24 hours: what is meant is how long ago, not a date.
    let span = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    now.checked_sub(span.abs()).ok()
}

fn point(said: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(at) = said.parse::<Timestamp>() {
        return Some(at);
    }
    let (text, zone) = match said.strip_suffix(['Z', 'z']) {
        Some(text) => (text.trim_end(), TimeZone::UTC),
        None => (said, zone.clone()),
    };
    let (day, time) = match text.split_once(['T', ' ']) {
        Some((day, time)) => (Some(day.parse::<Date>().ok()?), time.trim()),
        None => (None, text),
    };
    let time = time_of_day(time)?;
    match day {
        Some(day) => instant(DateTime::from_parts(day, time), &zone),
        None => {
            let today = Zoned::new(now, zone.clone()).date();
            let at = instant(DateTime::from_parts(today, time), &zone)?;
            if at <= now { Some(at) } else { instant(DateTime::from_parts(today.yesterday().ok()?, time), &zone) }
        }
    }
}

/// `2:40`, `02:40` or `02:40:31`.
fn time_of_day(text: &str) -> Option<Time> {
    let mut numbers = text.split(':').map(|number| {
        let is_number = (1..=2).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { number.parse::<i8>().ok() } else { None }
    });
    let (hour, minute) = (numbers.next()??, numbers.next()??);
    let second = numbers.next().map_or(Some(0), |second| second)?;
    if numbers.next().is_some() { None } else { Time::new(hour, minute, second, 0).ok() }
}

/// An hour that came twice means the earlier one: what was written in the later one is lost rather than damage kept.
fn instant(at: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_zoned(at).earlier().ok().map(|at| at.timestamp())
}

/// A moment as people speak of it, and as the platform does, with its age: `02:40 CET = 01:40Z, 1 h 34 m ago`. The day is told
/// where it is not today's.
pub fn moment_words(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let tell = |zone: &TimeZone, sign: &str| {
        let (at, now) = (Zoned::new(at, zone.clone()), Zoned::new(now, zone.clone()));
        let form = match (at.date() == now.date(), at.year() == now.year()) {
            (true, _) => "%H:%M",
            (false, true) => "%m-%d %H:%M",
            (false, false) => "%Y-%m-%d %H:%M",
        };
        at.strftime(&format!("{form}{sign}")).to_string()
    };
    let (local, utc) = (tell(zone, " %Z"), tell(&TimeZone::UTC, "Z"));
    let ago = super::span(at, now);
    match zone.to_offset(at).is_zero() {
        true => format!("{utc}, {ago} ago"),
        false => format!("{local} = {utc}, {ago} ago"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    #[test]
    fn a_time_of_day_is_the_last_one_that_has_been() {
        let now = at("2026-11-20T03:14:07Z");
        for (said, expected) in [
            ("02:40", "2026-11-20T01:40:00Z"),
            ("2:40", "2026-11-20T01:40:00Z"),
            ("02:40:31", "2026-11-20T01:40:31Z"),
            ("02:40Z", "2026-11-20T02:40:00Z"),
            ("23:00", "2026-11-19T22:00:00Z"),
            ("04:14", "2026-11-20T03:14:00Z"),
            ("04:15", "2026-11-19T03:15:00Z"),
            ("2026-11-19 02:40", "2026-11-19T01:40:00Z"),
            ("2026-11-19T02:40Z", "2026-11-19T02:40:00Z"),
            ("2026-11-19T02:40:00+03:00", "2026-11-18T23:40:00Z"),
            ("-35m", "2026-11-20T02:39:07Z"),
            ("-1h30m", "2026-11-20T01:44:07Z"),
            ("-2d", "2026-11-18T03:14:07Z"),
        ] {
            assert_eq!(parse_moment(said, now, &berlin()), Ok(Moment::At(at(expected))), "{said}");
        }
        assert_eq!(parse_moment(" v57 ", now, &berlin()), Ok(Moment::Before("v57".into())));
    }

    #[test]
    fn an_hour_that_came_twice_is_the_earlier_one() {
        let now = at("2026-10-25T03:14:07Z");
        assert_eq!(parse_moment("02:40", now, &berlin()), Ok(Moment::At(at("2026-10-25T00:40:00Z"))));
    }

    #[test]
    fn what_is_no_moment_is_refused_with_a_sentence() {
        let now = at("2026-11-20T03:14:07Z");
        for said in
            ["", "25:00", "2:4x", "yesterday", "-", "-x", "v", "vx", "2026-13-01 02:00", "02:40:31:1", "\u{1b}[2J"]
        {
            let why = parse_moment(said, now, &berlin()).unwrap_err();
            assert!(why.contains("v57") && !why.contains('\u{1b}'), "{said}: {why}");
        }
        let why = parse_moment("2026-11-21 02:40", now, &berlin()).unwrap_err();
        assert!(why.contains("still to come"), "{why}");
    }

    #[test]
    fn a_moment_is_told_as_on_the_wall_and_as_on_the_platform() {
        let now = at("2026-11-20T03:14:07Z");
        for (then, words) in [
            ("2026-11-20T01:40:00Z", "02:40 CET = 01:40Z, 1 h 34 m ago"),
            ("2026-11-19T23:30:00Z", "00:30 CET = 11-19 23:30Z, 3 h 44 m ago"),
            ("2026-07-01T10:00:00Z", "07-01 12:00 CEST = 07-01 10:00Z, 141 d 17 h ago"),
            ("2025-11-20T10:00:00Z", "2025-11-20 11:00 CET = 2025-11-20 10:00Z, 364 d 17 h ago"),
        ] {
            assert_eq!(moment_words(at(then), now, &berlin()), words);
        }
        assert_eq!(moment_words(at("2026-11-20T01:40:00Z"), now, &TimeZone::UTC), "01:40Z, 1 h 34 m ago");
    }
}
