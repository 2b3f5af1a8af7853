//! What the program said, for people.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crate::platform::http::Redactor;

/// As much of the end of its output is looked at.
const TAIL: u64 = 16 << 10;
/// A longer sentence is cut.
const LONGEST: usize = 300;

/// The last thing that it said, without what steers a terminal and without secrets; `None` where it said nothing.
pub(super) fn last_sentence(output: &Path, cleaner: &Redactor) -> Option<String> {
    let mut file = File::open(output).ok()?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL))).ok()?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes).ok()?;
    last_line(&bytes, cleaner)
}

/// The last line that has anything, cleaned.
pub(super) fn last_line(bytes: &[u8], cleaner: &Redactor) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().rev().map(str::trim).find(|line| !line.is_empty())?;
    let clean = cleaner.clean(line);
    let mut shown: String = clean.chars().take(LONGEST).collect();
    if shown.len() < clean.len() {
        shown.push('…');
    }
    Some(shown)
}

/// The same as what follows a sentence about how it ended.
pub(super) fn in_its_words(said: Option<String>) -> String {
    said.map_or_else(|| " It said nothing.".to_owned(), |said| format!(" It said: “{said}”"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_told_without_escapes_and_secrets() {
        let cleaner = Redactor::new(Some(&"k3y-of-the-profile".to_owned().into()));
        let said = |text: &str| last_line(text.as_bytes(), &cleaner);
        assert_eq!(said("one\n\u{1b}[31mtwo\u{7}\r\n\n").as_deref(), Some("·[31mtwo·"));
        assert_eq!(
            said("no: postgres://u:hunter2@h/d k3y-of-the-profile password=hunter2").as_deref(),
            Some("no: postgres://…@h/d $TOKEN password=…")
        );
        assert_eq!(said(" \n\n"), None);
        assert_eq!(said(&"x".repeat(900)).map(|text| text.chars().count()), Some(LONGEST + 1));
    }
}
