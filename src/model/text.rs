//! Text on its way to a person or a shell.

/// The text with everything that could steer a terminal made visible: control characters (C0, DEL, C1) become `·`, tabs and
/// line ends a space, and the bidirectional and invisible format characters that could disguise a name are dropped.
pub fn printable(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '\t' | '\n' | '\r' => Some(' '),
            c if c.is_control() => Some('·'),
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' => None,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => None,
            // Tags: a whole hidden text can be written in them.
            '\u{e0000}'..='\u{e007f}' => None,
            c => Some(c),
        })
        .collect()
}

/// The one function that quotes for a POSIX shell: every line offered for copying goes through it.
pub fn shell_quote(word: &str) -> String {
    let is_plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '=' | ',' | '@' | '+');
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A command line of quoted words.
pub fn shell_line<W: AsRef<str>>(words: impl IntoIterator<Item = W>) -> String {
    words.into_iter().map(|word| shell_quote(word.as_ref())).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_survives() {
        assert_eq!(printable("a\u{1b}[31mb\u{9b}2Jc\u{7f}"), "a·[31mb·2Jc·");
        assert_eq!(printable("one\ntwo\tthree"), "one two three");
        assert_eq!(printable("abc\u{202e}fdp"), "abcfdp");
        assert_eq!(printable("or\u{61c}d\u{ad}e\u{e0041}rs\u{206a}"), "orders");
        assert_eq!(printable("Grüße 東京"), "Grüße 東京");
    }

    #[test]
    fn quoting_keeps_a_shell_from_reading_anything() {
        assert_eq!(shell_quote("storefront"), "storefront");
        assert_eq!(shell_quote(""), "''");
        assert_eq!(shell_quote("a b"), "'a b'");
        assert_eq!(shell_quote("$(rm -rf ~)"), "'$(rm -rf ~)'");
        assert_eq!(shell_quote("it's"), r"'it'\''s'");
        assert_eq!(shell_line(["attache", "addons", "create", "x;y"]), "attache addons create 'x;y'");
    }
}
