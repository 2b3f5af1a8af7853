//! Figures for people: ages and sizes.

use jiff::Timestamp;

/// How long before `now` something was, coarse enough not to tick: `12s`, `3m`, `5h`, `9d`, `2y`.
pub fn age(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second().saturating_sub(then.as_second()).max(0);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        86_400..63_072_000 => format!("{}d", seconds / 86_400),
        _ => format!("{}y", seconds / 31_536_000),
    }
}

/// A size in binary units: `512 B`, `64 MiB`, `1.5 GiB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let exponent = ((63 - bytes.leading_zeros()) / 10).min(4);
    let unit = UNITS[exponent as usize - 1];
    let tenths = (u128::from(bytes) * 10) >> (10 * exponent);
    if tenths.is_multiple_of(10) {
        format!("{} {unit}", tenths / 10)
    } else {
        format!("{}.{} {unit}", tenths / 10, tenths % 10)
    }
}

/// A plan's limit as a figure with its unit: `20`, `64 MiB`, `7 days`.
pub fn limit_value(value: u64, unit: &str) -> String {
    match unit {
        "bytes" => size(value),
        "count" => value.to_string(),
        other => format!("{value} {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_coarse_and_never_negative() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let ages: Vec<String> = [0, 59, 60, 3_599, 3_600, 86_400, 63_072_000].map(|s| age(at(0), at(s))).into();
        assert_eq!(ages, ["0s", "59s", "1m", "59m", "1h", "1d", "2y"]);
        assert_eq!(age(at(10), at(0)), "0s");
    }

    #[test]
    fn sizes_are_binary() {
        let sizes: Vec<String> = [0, 1023, 1024, 1536, 64 << 20, u64::MAX].map(size).into();
        assert_eq!(sizes, ["0 B", "1023 B", "1 KiB", "1.5 KiB", "64 MiB", "16777215.9 TiB"]);
    }
}
