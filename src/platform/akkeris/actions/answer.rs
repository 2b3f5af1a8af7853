//! What an action answered, as lines without its secrets.

use serde_json::Value;

use crate::model::{ActionAnswer, printable, scrubbed};

/// What stands where a secret stood.
const HIDDEN: &str = "(hidden)";
/// In the names of what is a secret.
const SECRET: [&str; 8] = ["pass", "secret", "token", "key", "credential", "private", "salt", "auth"];
/// The most lines that are of use to anybody.
const MOST: usize = 2000;

/// Lines of an answer: one for each thing in a list, and for each line of a text. `clean` takes our own token out.
pub(in super::super) fn answer(value: &Value, clean: &dyn Fn(&str) -> String) -> ActionAnswer {
    let mut told = ActionAnswer::default();
    match value {
        // Empty is null as often as [] (seen on a running server).
        Value::Null => told.lines.push("There are none.".to_owned()),
        Value::Array(items) if items.is_empty() => told.lines.push("There are none.".to_owned()),
        Value::Array(items) => {
            for item in items {
                let line = shown("", item, &mut told.hidden, clean);
                told.lines.push(line);
            }
        }
        Value::Object(fields) => match fields.get("logs") {
            Some(Value::String(text)) => told.lines = text.lines().map(clean).collect(),
            _ => {
                for (name, value) in fields {
                    let line = format!("{}: {}", printable(name), shown(name, value, &mut told.hidden, clean));
                    told.lines.push(line);
                }
            }
        },
        other => {
            let line = shown("", other, &mut told.hidden, clean);
            told.lines.push(line);
        }
    }
    told.lines.truncate(MOST);
    told
}

/// One value in words, without secrets; `hidden` counts those.
pub(in crate::platform) fn shown(
    name: &str,
    value: &Value,
    hidden: &mut usize,
    clean: &dyn Fn(&str) -> String,
) -> String {
    let lower = name.to_ascii_lowercase();
    let is_secret = SECRET.iter().any(|secret| lower.contains(secret));
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) if text.is_empty() => "-".to_owned(),
        // Whatever is in it.
        _ if is_secret => {
            *hidden += 1;
            HIDDEN.to_owned()
        }
        Value::String(text) => {
            let without = scrubbed(text);
            if without != *text {
                *hidden += 1;
            }
            clean(&without)
        }
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(items) => items.iter().map(|item| shown(name, item, hidden, clean)).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| {
                let value = shown(name, value, hidden, clean);
                format!("{} {value}", printable(name))
            });
            fields.collect::<Vec<_>>().join(", ")
        }
    }
}
