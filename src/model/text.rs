//! Text on its way to a person or a shell.

/// The text with everything that could steer a terminal made visible: control characters (C0, DEL, C1) become `·`, tabs and
/// line ends a space, and the bidirectional and invisible format characters that could disguise a name are dropped.
pub fn printable(text: &str) -> String {
    // Nearly all of it: no room is left in what is kept.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
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

/// Names of query parameters whose values are nobody's business.
const SECRET: [&str; 9] = ["token", "key", "secret", "password", "passwd", "pwd", "sig", "auth", "credential"];

/// The text without what it may give away: users and passwords in addresses, credentials of headers, and values whose names
/// sound secret.
pub fn scrubbed(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        shown.push_str(before);
        let end = after.find(|c: char| c == '/' || is_around_address(c)).unwrap_or(after.len());
        rest = match after[..end].rfind('@') {
            Some(sign) => {
                shown.push('…');
                &after[sign..]
            }
            None => after,
        };
    }
    shown.push_str(rest);
    without_values(&shown)
}

fn is_around_address(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`')
}

/// Values that are named by a word that sounds secret, wherever they stand: in a query, in a log line, in a connection string.
fn without_values(text: &str) -> String {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('=') {
        let (before, after) = rest.split_at(at + 1);
        shown.push_str(before);
        let name = before[..at].rsplit(|c: char| !is_of_name(c)).next().unwrap_or_default().to_ascii_lowercase();
        rest = after;
        if SECRET.iter().any(|secret| name.contains(secret)) {
            let is_around = |c: char| matches!(c, '&' | ')' | ',' | ';') || is_around_address(c);
            let end = after.find(is_around).unwrap_or(after.len());
            if end > 0 {
                shown.push('…');
            }
            rest = &after[end..];
        }
    }
    shown.push_str(rest);
    without_bearers(&shown)
}

/// How a credential is announced in a header, and how long what follows has to be at least: `basic` is a word, too.
const SCHEMES: [(&str, usize); 2] = [("bearer ", 8), ("basic ", 16)];

fn without_bearers(text: &str) -> String {
    let mut shown = text.to_owned();
    for (scheme, shortest) in SCHEMES {
        let mut from = 0;
        while let Some(at) = shown[from..].to_ascii_lowercase().find(scheme) {
            let start = from + at + scheme.len();
            let length = shown[start..].find(|c: char| is_around_address(c) || c == ',').unwrap_or(shown.len() - start);
            if length >= shortest {
                shown.replace_range(start..start + length, "…");
            }
            from = start;
        }
    }
    shown
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
    fn addresses_keep_their_secrets() {
        for (text, shown) in [
            ("at https://a.example.com/x?page=2", "at https://a.example.com/x?page=2"),
            ("redis://:p4ss@h:1/0 and 'https://u@h'", "redis://…@h:1/0 and 'https://…@h'"),
            ("postgres://u:p@ss?w#d@h:5432/db", "postgres://…@h:5432/db"),
            ("(/v1/x?Access_Token=abc&a=1) ok?", "(/v1/x?Access_Token=…&a=1) ok?"),
            ("https://h/f?X-Amz-Signature=abc&api_key=def", "https://h/f?X-Amz-Signature=…&api_key=…"),
            ("mail a@b.example.com", "mail a@b.example.com"),
            ("host=h password=pw user=u", "host=h password=… user=u"),
            ("PGPASSWORD=pw; PORT=1, x=", "PGPASSWORD=…; PORT=1, x="),
            ("sent Bearer 0123456789abcdef, no", "sent Bearer …, no"),
            ("a basic plan, Basic dXNlcjpwYXNzd29yZA==", "a basic plan, Basic …"),
            ("bearer", "bearer"),
        ] {
            assert_eq!(scrubbed(text), shown);
        }
    }

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
