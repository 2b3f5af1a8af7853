//! Comma-separated values as RFC 4180 has them, safe to open in a spreadsheet.

use crate::model::printable;

/// With one of these first, a spreadsheet takes a cell for a formula (OWASP on CSV injection).
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A heading line and one line for each row, each ended as RFC 4180 wants it.
pub(super) fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let mut text = line(headings.iter().copied());
    for row in rows {
        text.push_str(&line(row.iter().map(String::as_str)));
    }
    text
}

fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    format!("{}\r\n", cells.map(cell).collect::<Vec<_>>().join(","))
}

/// A name may be anything that a platform lets somebody write, so what looks like a formula becomes text.
fn cell(text: &str) -> String {
    let shown = printable(text);
    // As it is printed: what is dropped on the way must not bring a formula to the front.
    let is_formula = shown.trim_start().starts_with(FORMULA) || text.starts_with(FORMULA);
    let safe = if is_formula { format!("'{shown}") } else { shown };
    if safe.contains([',', '"', '\n', '\r']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_with_commas_and_quotes_are_quoted_and_lines_end_with_both() {
        let rows = [vec!["a,b".to_owned(), "say \"so\"".to_owned()], vec![String::new(), "plain".to_owned()]];
        assert_eq!(table(&["x", "y"], &rows), "x,y\r\n\"a,b\",\"say \"\"so\"\"\"\r\n,plain\r\n");
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_text() {
        for (text, expected) in [
            ("=HYPERLINK(\"http://evil\",\"x\")", "\"'=HYPERLINK(\"\"http://evil\"\",\"\"x\"\")\""),
            ("+1", "'+1"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" =1", "' =1"),
            ("\t=1", "' =1"),
            ("\r=1", "' =1"),
            ("\u{200b}=1", "'=1"),
            ("a=1", "a=1"),
        ] {
            assert_eq!(cell(text), expected, "{text:?}");
        }
    }

    #[test]
    fn nothing_in_it_steers_a_terminal_or_makes_a_line_of_its_own() {
        let text = table(&["x"], &[vec!["\u{1b}[2Ja\r\nb".to_owned()]]);
        assert_eq!(text.lines().count(), 2, "{text:?}");
        assert!(!text.contains('\u{1b}'));
    }
}
