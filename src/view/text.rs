//! Text on its way to cells: cleaned, measured in columns, cut and padded; times, ages and sizes in one form each.

use jiff::Timestamp;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::glyphs::Glyphs;
use crate::model::printable;

/// How many columns a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The text as it may be printed: nothing in it steers the terminal, and nothing but ASCII where only ASCII may be shown.
pub(crate) fn clean(text: &str, glyphs: &Glyphs) -> String {
    let text = printable(text);
    if glyphs.is_ascii && !text.is_ascii() {
        text.chars().map(|c| if c.is_ascii() { c } else { ascii_for(c) }).collect()
    } else {
        text
    }
}

/// The nearest ASCII sign for the few others that our own sentences use.
fn ascii_for(c: char) -> char {
    match c {
        '·' => '.',
        '–' | '—' => '-',
        '’' | '‘' => '\'',
        '“' | '”' => '"',
        '×' => 'x',
        'é' => 'e',
        _ => '?',
    }
}

/// The longest start of the text that fits into `max` columns.
pub(crate) fn fitting_start(text: &str, max: usize) -> &str {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme.width();
        if used > max {
            return &text[..at];
        }
    }
    text
}

/// The longest end of the text that fits into `max` columns.
fn fitting_end(text: &str, max: usize) -> &str {
    let mut used = 0;
    let mut from = text.len();
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        used += grapheme.width();
        if used > max {
            break;
        }
        from = at;
    }
    &text[from..]
}

/// Cut at the end to `max` columns, with the ellipsis where something is missing.
pub(crate) fn cut(text: &str, max: usize, glyphs: &Glyphs) -> String {
    if width(text) <= max {
        return text.to_owned();
    }
    let Some(room) = max.checked_sub(width(glyphs.ellipsis)) else { return fitting_start(text, max).to_owned() };
    format!("{}{}", fitting_start(text, room), glyphs.ellipsis)
}

/// Cut in the middle to `max` columns: names that share a start differ at the end.
pub(crate) fn cut_middle(text: &str, max: usize, glyphs: &Glyphs) -> String {
    if width(text) <= max {
        return text.to_owned();
    }
    let Some(room) = max.checked_sub(width(glyphs.ellipsis)) else { return fitting_start(text, max).to_owned() };
    let end = room / 2;
    let start = fitting_start(text, room - end);
    format!("{start}{}{}", glyphs.ellipsis, fitting_end(text, end))
}

/// Padded with spaces to `columns`; a longer text stays as it is.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Broken into lines of at most `max` columns, at spaces where there are any.
pub(crate) fn wrap(text: &str, max: usize) -> Vec<String> {
    if max == 0 {
        return Vec::new();
    }
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let mut word = word;
        let gap = usize::from(!line.is_empty());
        if width(&line) + gap + width(word) <= max {
            if gap == 1 {
                line.push(' ');
            }
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        while width(word) > max {
            let head = fitting_start(word, max);
            if head.is_empty() {
                // One sign is wider than the room: nothing of it can be shown.
                return lines;
            }
            lines.push(head.to_owned());
            word = &word[head.len()..];
        }
        line.push_str(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// The time of day: `03:14:07Z`.
pub(crate) fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M:%SZ").to_string()
}

/// Day and minute: `2026-11-20 03:10Z`.
pub(crate) fn day_and_clock(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%MZ").to_string()
}

pub(crate) use crate::model::when as moment;

/// A moment with its day always, and its year where that is another one: one below the other they align.
pub(crate) fn day_moment(at: Timestamp, now: Timestamp) -> String {
    if at.strftime("%Y").to_string() == now.strftime("%Y").to_string() {
        return at.strftime("%m-%d %H:%MZ").to_string();
    }
    day_and_clock(at)
}

/// A number with its thousands apart: `2,103`.
pub(crate) fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with its noun: `1 app`, `3 apps`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::glyphs::{ASCII, UNICODE};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn names_are_cut_in_the_middle_by_columns() {
        assert_eq!(cut_middle("postgresql-calm-otter", 21, &UNICODE), "postgresql-calm-otter");
        assert_eq!(cut_middle("postgresql-calm-otter", 13, &UNICODE), "postgr…-otter");
        assert_eq!(cut_middle("postgresql-calm-otter", 13, &ASCII), "postgr..otter");
        assert_eq!(cut_middle("東京東京東京", 7, &UNICODE), "東…京");
        assert_eq!(cut_middle("abc", 1, &ASCII), "a");
        assert_eq!(cut("abcdef", 4, &UNICODE), "abc…");
        for max in 0..30 {
            for text in ["postgresql-calm-otter", "東京東京東京", "e\u{301}e\u{301}e\u{301}", "👩‍👩‍👧 family"]
            {
                for glyphs in [&UNICODE, &ASCII] {
                    assert!(width(&cut(text, max, glyphs)) <= max);
                    assert!(width(&cut_middle(text, max, glyphs)) <= max);
                }
            }
        }
    }

    #[test]
    fn wrapping_loses_nothing_and_never_overflows() {
        let text = "A sentence of words and one-very-long-word-that-does-not-fit 東京東京東京 end.";
        for max in 2..40 {
            let lines = wrap(text, max);
            assert!(lines.iter().all(|line| width(line) <= max), "{max}");
            let joined: String = lines.concat().split_whitespace().collect();
            assert_eq!(joined, text.split_whitespace().collect::<String>(), "{max}");
        }
        assert_eq!(wrap("", 5), [""]);
        assert!(wrap("東", 1).is_empty());
        assert!(wrap("a", 0).is_empty());
    }

    #[test]
    fn times_are_absolute() {
        let now = at("2026-11-20T03:14:07Z");
        assert_eq!(clock(now), "03:14:07Z");
        assert_eq!(day_and_clock(now), "2026-11-20 03:14Z");
        for (then, shown) in [
            ("2026-11-20T02:00:00Z", "02:00Z"),
            ("2026-11-19T02:00:00Z", "11-19 02:00Z"),
            ("2025-11-20T02:00:00Z", "2025-11-20 02:00Z"),
        ] {
            assert_eq!(moment(at(then), now), shown);
        }
    }

    #[test]
    fn nothing_but_ascii_where_only_ascii_may_be_shown() {
        assert_eq!(clean("a\u{1b}[2J\u{202e}Grüße", &ASCII), "a.[2JGr??e");
        assert_eq!(clean("a\u{1b}[2J\u{202e}Grüße", &UNICODE), "a·[2JGrüße");
    }
}
