//! Figures for people: ages, durations, sizes.

use jiff::{SignedDuration, Timestamp};

/// A coarse age that does not tick while nothing happens: `<1m`, `3m`, `5h`, `12d`, `3w`, `2y`.
pub fn age(since: Timestamp, now: Timestamp) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let seconds = now.as_second().saturating_sub(since.as_second());
    match seconds {
        ..MINUTE => "<1m".to_owned(),
        MINUTE..HOUR => format!("{}m", seconds / MINUTE),
        HOUR..172_800 => format!("{}h", seconds / HOUR),
        172_800..5_184_000 => format!("{}d", seconds / DAY),
        5_184_000..31_536_000 => format!("{}w", seconds / (7 * DAY)),
        _ => format!("{}y", seconds / (365 * DAY)),
    }
}

/// How long something took or takes: `480 ms`, `3.2 s`, `4 m 10 s`.
pub fn duration(from: Timestamp, to: Timestamp) -> String {
    took(to.duration_since(from))
}

/// The same for a duration; a negative one is none.
pub fn took(duration: SignedDuration) -> String {
    match duration.as_millis().max(0) {
        ms @ ..1_000 => format!("{ms} ms"),
        ms @ 1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        ms => format!("{} m {} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

/// A moment as short as it stays clear: `02:00Z` today, `11-19 02:00Z` this year, else with the year.
pub fn when(at: Timestamp, now: Timestamp) -> String {
    let is_same = |format: &str| at.strftime(format).to_string() == now.strftime(format).to_string();
    let format = match (is_same("%F"), is_same("%Y")) {
        (true, _) => "%H:%MZ",
        (_, true) => "%m-%d %H:%MZ",
        _ => "%Y-%m-%d %H:%MZ",
    };
    at.strftime(format).to_string()
}

/// How much time lies between, to the minute: `<1 m`, `34 m`, `1 h 14 m`, `3 d 4 h`. Never negative.
pub fn span(from: Timestamp, to: Timestamp) -> String {
    let minutes = to.as_second().saturating_sub(from.as_second()).max(0) / 60;
    let (days, hours, rest) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    match (days, hours, rest) {
        (0, 0, 0) => "<1 m".to_owned(),
        (0, 0, _) => format!("{rest} m"),
        (0, _, 0) => format!("{hours} h"),
        (0, _, _) => format!("{hours} h {rest} m"),
        (_, 0, _) => format!("{days} d"),
        _ => format!("{days} d {hours} h"),
    }
}

/// A size in binary units, as the servers count: `64 MiB`, `1.5 GiB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut whole = bytes;
    let mut rest = 0;
    let mut unit = UNITS[0];
    for name in UNITS {
        rest = whole % 1024;
        whole /= 1024;
        unit = name;
        if whole < 1024 {
            break;
        }
    }
    match rest * 10 / 1024 {
        tenths if tenths > 0 && whole < 10 => format!("{whole}.{tenths} {unit}"),
        _ => format!("{whole} {unit}"),
    }
}

/// A plan's limit as a figure with its unit: `20`, `64 MiB`, `7 days`.
pub fn limit_value(value: u64, unit: &str) -> String {
    match unit {
        "bytes" => size(value),
        "count" => value.to_string(),
        "seconds" => format!("{value} s"),
        other => format!("{value} {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn spans_are_told_to_the_minute_and_never_negative() {
        let from = at("2026-11-20T02:00:00Z");
        for (to, expected) in [
            ("2026-11-20T01:00:00Z", "<1 m"),
            ("2026-11-20T02:00:59Z", "<1 m"),
            ("2026-11-20T02:34:59Z", "34 m"),
            ("2026-11-20T03:00:00Z", "1 h"),
            ("2026-11-20T03:14:07Z", "1 h 14 m"),
            ("2026-11-22T02:59:00Z", "2 d"),
            ("2026-11-23T06:00:00Z", "3 d 4 h"),
        ] {
            assert_eq!(span(from, at(to)), expected, "{to}");
        }
    }

    #[test]
    fn ages_are_coarse_and_never_negative() {
        let now = at("2026-11-20T03:14:07Z");
        for (since, shown) in [
            ("2026-11-20T03:14:00Z", "<1m"),
            ("2026-11-20T03:20:00Z", "<1m"),
            ("2026-11-20T03:11:00Z", "3m"),
            ("2026-11-19T03:14:07Z", "24h"),
            ("2026-11-10T03:14:07Z", "10d"),
            ("2026-08-10T03:14:07Z", "14w"),
            ("2023-08-10T03:14:07Z", "3y"),
        ] {
            assert_eq!(age(at(since), now), shown);
        }
        assert_eq!(duration(now, at("2026-11-20T03:14:10.250Z")), "3.2 s");
        assert_eq!(duration(now, at("2026-11-20T03:18:17Z")), "4 m 10 s");
    }

    #[test]
    fn sizes_are_binary() {
        assert_eq!(size(0), "0 B");
        assert_eq!(size(1023), "1023 B");
        assert_eq!(size(64 << 20), "64 MiB");
        assert_eq!(size((1 << 30) + (1 << 29)), "1.5 GiB");
        assert_eq!(size(u64::MAX), "16383 PiB");
    }
}
