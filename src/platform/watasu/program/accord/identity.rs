//! Who somebody is, by a text of unknown form: JSON, Markdown, or a sentence.

use serde_json::Value;

/// What members and labels an address or a login is told under (inferred).
const EMAILS: [&str; 3] = ["email", "e-mail", "email_address"];
const LOGINS: [&str; 6] = ["login", "username", "user_name", "user", "account", "handle"];
/// What may stand in front of it in a sentence.
const AS: [&str; 3] = ["logged in as ", "authenticated as ", "signed in as "];
/// No login is longer.
const LONGEST: usize = 100;

/// What a text tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) email: Option<String>,
    pub(super) login: Option<String>,
}

impl Identity {
    /// Of JSON what stands outermost; of any other text an address that is the only one, and a login by its label.
    pub(super) fn of(text: &str) -> Self {
        match serde_json::from_str::<Value>(text) {
            Ok(Value::String(text)) => Self::of_text(&text),
            Ok(value) => Self { email: outermost(&value, &EMAILS), login: outermost(&value, &LOGINS) },
            Err(_) => Self::of_text(text),
        }
    }

    /// Either of them.
    pub(super) fn any(&self) -> Option<&str> {
        self.email.as_deref().or(self.login.as_deref())
    }

    fn of_text(text: &str) -> Self {
        let mut emails: Vec<&str> = text.split(is_around).map(trimmed).filter(|word| is_email(word)).collect();
        emails.dedup();
        let email = match emails.as_slice() {
            [email] => Some((*email).to_owned()),
            _ => None,
        };
        Self { email, login: login_of(text) }
    }
}

fn login_of(text: &str) -> Option<String> {
    let plain = text.trim();
    let lower = plain.to_ascii_lowercase();
    let after = AS.iter().find_map(|words| lower.find(words).map(|at| &plain[at + words.len()..]));
    let labelled = || {
        // Markdown around a label is no part of it.
        let bare: String = plain.chars().filter(|c| !matches!(c, '*' | '`')).collect();
        let words: Vec<&str> = bare.split_whitespace().collect();
        let label = |word: &str| LOGINS.iter().any(|name| word.eq_ignore_ascii_case(&format!("{name}:")));
        words.windows(2).find(|pair| label(pair[0])).map(|pair| pair[1].to_owned())
    };
    let alone = || (!plain.contains(char::is_whitespace)).then(|| plain.to_owned());
    let found =
        after.and_then(|rest| rest.split_whitespace().next()).map(str::to_owned).or_else(labelled).or_else(alone)?;
    let login = trimmed(&found);
    (!login.is_empty() && !login.contains('@') && login.len() <= LONGEST).then(|| login.to_owned())
}

/// The text of the outermost member that has one of these names: what stands deeper may be somebody else's.
fn outermost(value: &Value, names: &[&str]) -> Option<String> {
    let mut level = vec![value];
    while !level.is_empty() {
        let objects = level.iter().filter_map(|value| value.as_object());
        let text = |name: &&str| objects.clone().find_map(|object| object.get(*name)?.as_str());
        if let Some(found) = names.iter().find_map(text).filter(|found| !found.is_empty()) {
            return Some(found.to_owned());
        }
        // A list is of others, or of several.
        level = objects.flat_map(|object| object.values()).filter(|value| value.is_object()).collect();
    }
    None
}

fn is_around(c: char) -> bool {
    c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '"' | '\'' | ',' | ';' | '|' | '`' | '*')
}

fn trimmed(word: &str) -> &str {
    word.trim_matches(|c: char| is_around(c) || matches!(c, '.' | ':' | '!' | '[' | ']'))
}

fn is_email(word: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && !part.contains(['@', '/', ':']);
    word.split_once('@').is_some_and(|(user, host)| is_part(user) && is_part(host) && host.contains('.'))
}
