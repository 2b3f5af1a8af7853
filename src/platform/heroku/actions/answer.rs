//! An answer of the data API as lines for people. It may hold live credentials, so only what is known to be none is shown.

use serde_json::Value;

use crate::model::{ActionAnswer, printable, scrubbed};

/// Names whose values may let somebody in, or say where.
const SECRETS: [&str; 9] = ["password", "secret", "token", "url", "host", "user", "source", "key", "cert"];

/// One line for each value, with the names that lead to it.
pub(super) fn lines(told: &Value) -> ActionAnswer {
    let mut answer = ActionAnswer::default();
    add(told, "", &mut answer);
    if answer.lines.is_empty() {
        answer.lines.push("nothing".to_owned());
    }
    answer
}

fn add(told: &Value, name: &str, answer: &mut ActionAnswer) {
    let is_secret = {
        let last = name.rsplit('.').next().unwrap_or_default().to_lowercase();
        SECRETS.iter().any(|secret| last.contains(secret))
    };
    let under = |part: &str| if name.is_empty() { printable(part) } else { format!("{name}.{}", printable(part)) };
    match told {
        Value::Null => {}
        Value::Object(fields) if !is_secret => {
            for (part, value) in fields {
                add(value, &under(part), answer);
            }
        }
        Value::Array(values) if !is_secret => {
            for (number, value) in values.iter().enumerate() {
                // What has a name is known by it.
                let own =
                    value.get("name").and_then(Value::as_str).map_or_else(|| (number + 1).to_string(), str::to_owned);
                add(value, &under(&own), answer);
            }
        }
        _ if is_secret => answer.hidden += 1,
        Value::String(text) => answer.lines.push(line(name, &scrubbed(&printable(text)))),
        value => answer.lines.push(line(name, &value.to_string())),
    }
}

fn line(name: &str, value: &str) -> String {
    if name.is_empty() { value.to_owned() } else { format!("{name}: {value}") }
}
