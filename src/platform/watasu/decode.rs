//! Reading what no text describes: the payloads of Watasu's resources. Only where things stand is guessed at, never what they
//! mean: both envelopes and bare values, both spellings of a state, ids as numbers or words (the habits of its other API, read in
//! its SDKs). What is not recognized is kept as a fact.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::model::{Fact, printable, scrubbed};

/// The most of one fact that is shown.
const LONGEST: usize = 200;
/// As many facts as one thing has at most.
const MOST: usize = 40;
/// Words in the name of a field whose value may let somebody in. Watasu says that it never sends such values (documented);
/// should one come all the same, it goes no further than here.
const SECRET: [&str; 14] = [
    "password",
    "passwd",
    "pwd",
    "secret",
    "token",
    "key",
    "credential",
    "dsn",
    "connection",
    "config",
    "env",
    "auth",
    "private",
    "cert",
];

/// The items of a list, whether it comes bare or wrapped.
pub(super) fn items<'a>(value: &'a Value, plural: &str) -> Option<&'a Vec<Value>> {
    match value {
        Value::Array(items) => Some(items),
        Value::Object(fields) => {
            let named = [plural, "data", "items", "results"].iter().find_map(|name| fields.get(*name)?.as_array());
            let only = || {
                let mut lists = fields.values().filter_map(Value::as_array);
                lists.next().filter(|_| lists.next().is_none())
            };
            let inner =
                || items(fields.get("data").or_else(|| fields.get(plural)).filter(|it| it.is_object())?, plural);
            named.or_else(inner).or_else(only)
        }
        _ => None,
    }
}

/// One thing, whether it comes bare or wrapped.
pub(super) fn one<'a>(value: &'a Value, singular: &str) -> Option<&'a Map<String, Value>> {
    match value {
        Value::Object(fields) => {
            let inner = [singular, "data"].iter().find_map(|name| fields.get(*name)?.as_object());
            Some(inner.unwrap_or(fields))
        }
        Value::Array(items) if items.len() == 1 => one(items.first()?, singular),
        _ => None,
    }
}

/// Whether a list says that it goes on elsewhere: with which words.
pub(super) fn next(value: &Value) -> Option<&str> {
    let fields = value.as_object()?;
    ["next", "next_uri", "next_url", "next_token", "next_cursor"]
        .iter()
        .find_map(|name| fields.get(*name)?.as_str())
        .filter(|next| !next.is_empty())
}

/// The first of these fields that has text or a number in it; of an object, its name.
pub(super) fn text(fields: &Map<String, Value>, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| word(fields.get(*name)?))
}

/// A value as a word; of an object, what it is called.
pub(super) fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(printable(text)).filter(|text| !text.trim().is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(fields) => text(fields, &["slug", "email", "name", "id"]),
        _ => None,
    }
}

/// A moment in RFC 3339.
pub(super) fn moment(fields: &Map<String, Value>, names: &[&str]) -> Option<Timestamp> {
    names.iter().find_map(|name| fields.get(*name)?.as_str()?.parse().ok())
}

/// What is left of an object, for reading: `known` was taken already.
pub(super) fn facts(fields: &Map<String, Value>, known: &[&str]) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (name, value) in fields {
        let is_taken = known.contains(&name.as_str()) || is_secret(name);
        if is_taken || facts.len() == MOST {
            continue;
        }
        if let Some(value) = plain(value) {
            facts.push(Fact::new(printable(&name.replace('_', " ")), value));
        }
    }
    facts
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET.iter().any(|word| name.contains(word))
}

/// A value in one line; nothing where there is nothing, or more than a line.
fn plain(value: &Value) -> Option<String> {
    let text = match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => scrubbed(&printable(text)),
        Value::Array(items) => {
            let words: Option<Vec<String>> = items.iter().map(plain).collect();
            words.filter(|words| !words.is_empty())?.join(", ")
        }
        Value::Object(fields) => {
            let pair = |(name, value): (&String, &Value)| match value {
                Value::Array(_) | Value::Object(_) => None,
                _ if is_secret(name) => None,
                value => Some(format!("{} {}", printable(name), plain(value)?)),
            };
            let pairs: Vec<String> = fields.iter().filter_map(pair).collect();
            Some(pairs).filter(|pairs| !pairs.is_empty())?.join(", ")
        }
        Value::Null => return None,
    };
    Some(text.chars().take(LONGEST).collect()).filter(|text: &String| !text.trim().is_empty())
}

/// Text as it came, each of its lines fit for a screen, and what it may give away taken out. `clean` takes out our token, too.
pub(super) fn verbatim(text: &str, clean: &dyn Fn(&str) -> String) -> String {
    const LINES: usize = 500;
    const WIDTH: usize = 500;
    let lines: Vec<String> = text.lines().take(LINES).map(|line| clean(line).chars().take(WIDTH).collect()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_come_bare_and_wrapped_and_what_is_no_list_is_none() {
        for value in [
            json!([1, 2]),
            json!({"addons": [1, 2], "next_token": null}),
            json!({"data": [1, 2]}),
            json!({"data": {"addons": [1, 2]}}),
            json!({"app": "x", "add_ons": [1, 2]}),
        ] {
            assert_eq!(items(&value, "addons").map(Vec::len), Some(2), "{value}");
        }
        for value in [json!({"a": [1], "b": [2]}), json!("x"), json!({})] {
            assert_eq!(items(&value, "addons"), None, "{value}");
        }
    }

    #[test]
    fn what_could_let_somebody_in_is_no_fact() {
        let value = json!({"region": "eu", "database_url": "postgres://u:p4ss@h/x", "api_key": "k3y", "peers": 3,
            "note": "see https://u:hunter2@h", "config_vars": {"A": "v4lue"}, "disk": {"gb": 10, "token": "t"},
            "zones": ["a", "b"], "none": null, "is_public": false});
        let facts = facts(value.as_object().unwrap(), &["peers"]);
        let all = format!("{facts:?}");
        for secret in ["p4ss", "k3y", "hunter2", "v4lue", "\"t\""] {
            assert!(!all.contains(secret), "{all}");
        }
        let told = |name: &str| Fact::find(&facts, name).map(str::to_owned);
        assert_eq!(told("region").as_deref(), Some("eu"));
        assert_eq!(told("zones").as_deref(), Some("a, b"));
        assert_eq!(told("disk").as_deref(), Some("gb 10"));
        assert_eq!(told("is public").as_deref(), Some("no"));
        assert_eq!(told("peers"), None);
    }
}
