//! Tables for people, one JSON document for programs. Everything printed is free of control characters.

use std::io::{self, Write};

use jiff::Timestamp;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::model::{age, printable};
use crate::platform::Platform;

/// The platform's clock, as far as its answers have shown it: what ages are told from.
pub(super) fn platform_now(reader: &dyn Platform) -> Timestamp {
    let now = Timestamp::now();
    now.checked_add(reader.skew()).unwrap_or(now)
}

/// A point in time with how long ago it is: `2026-11-20 03:14:07Z (3h)`.
pub(super) fn moment(at: Timestamp, now: Timestamp) -> String {
    format!("{} ({})", time(at), age(at, now))
}

/// A point in time: `2026-11-20 03:14:07Z`.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// Writes one JSON document and a line end to standard output.
pub(super) fn json(document: &Value) -> io::Result<()> {
    print(&format!("{document:#}\n"))
}

/// Writes a text that is ready, and free of control characters, to standard output.
pub(super) fn text(text: &str) -> io::Result<()> {
    print(text)
}

/// Writes one line to standard output.
pub(super) fn line(text: &str) -> io::Result<()> {
    print(&format!("{}\n", printable(text)))
}

fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // Whoever reads has seen enough (`attache addons | head`); what was done is done.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Writes one line to standard error; nobody is told when that fails, because there is nowhere to tell it.
pub(super) fn note(text: &str) {
    drop(writeln!(io::stderr().lock(), "{}", printable(text)));
}

/// Writes a table to standard output: the headings, then the rows, each column as wide as its widest cell.
pub(super) fn table(headings: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    print(&layout(headings, rows))
}

fn layout(headings: &[&str], rows: &[Vec<String>]) -> String {
    let cleaned: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| printable(cell)).collect()).collect();
    let widths: Vec<usize> = headings
        .iter()
        .enumerate()
        .map(|(column, heading)| {
            let cells = cleaned.iter().filter_map(|row| row.get(column)).map(|cell| cell.width());
            cells.chain([heading.width()]).max().unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    let head: Vec<String> = headings.iter().map(|heading| (*heading).to_owned()).collect();
    for row in std::iter::once(&head).chain(&cleaned) {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(width.saturating_sub(cell.width()) + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_by_width_and_nothing_steers_the_terminal() {
        let rows = vec![vec!["東京".into(), "a".into()], vec!["x\u{1b}[2J".into(), "b".into()]];
        assert_eq!(layout(&["NAME", "X"], &rows), "NAME   X\n東京   a\nx·[2J  b\n");
    }
}
