//! Asking orkestr: bodies to the wire's types, and errors to sentences. `detail` is a sentence or a list of what is wrong with
//! each field (its page and the framework that it names); older answers say `message`; a proxy says what it likes.

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::platform::akkeris::client::sentence;
use crate::platform::apart::apart;
use crate::platform::http::{Answer, Http, Said, nonsense, refused_read};
use crate::platform::{Fresh, ReadError, ReadErrorKind};

/// A quota, not a rate: asking again in a moment is of no use (its Python SDK 0.6.3).
const USED_UP: &str = "usage_exhausted";
/// What its page says of the free plan.
const NEEDS_PLAN: &str = "the API of the platform needs the plan Pro or Team.";

/// A good answer as what it is to be. `plan` is the account's, where it was told.
pub(super) fn decoded<T: DeserializeOwned>(
    http: &Http,
    answer: &Answer,
    what: &str,
    plan: Option<&str>,
) -> Result<Fresh<T>, ReadError> {
    if !(200..=299).contains(&answer.status) {
        return Err(refused(http, answer, plan));
    }
    let value = apart(answer.body.len(), || serde_json::from_slice(&answer.body))
        .map_err(|error| nonsense(http.target(), what, Some(&error)).of(answer.exchange.clone()))?;
    Ok(Fresh { value, at: answer.at, etag: None })
}

/// An error's body.
#[derive(Default, Deserialize)]
struct Body {
    #[serde(default)]
    detail: Value,
    #[serde(default)]
    message: Value,
    #[serde(default)]
    error: Value,
    #[serde(default)]
    code: Value,
    #[serde(default)]
    retry_after: Value,
}

/// The error for an answer that is no good one. `plan` is the account's, where it was told.
pub(super) fn refused(http: &Http, answer: &Answer, plan: Option<&str>) -> ReadError {
    let target = http.target();
    let body: Option<Body> = serde_json::from_slice(&answer.body).ok();
    let retry_after = body.as_ref().and_then(|body| seconds(&body.retry_after));
    let said = match body {
        Some(body) => said(body, answer.status),
        None => sentence(answer).map(|message| Said { code: no_code(answer.status), message, field: None }),
    };
    // A gateway's page that says 404 is no evidence that anything is gone; nor is its text.
    let is_json = said.is_some() && serde_json::from_slice::<Value>(&answer.body).is_ok();
    let words = |said: &Option<Said>| said.as_ref().map(|said| target.clean(said.message.trim()));
    let told = |kind, message: String| ReadError::new(kind, message).of(answer.exchange.clone());
    match answer.status {
        402 => {
            let code = said.as_ref().map_or_else(|| no_code(402), |said| target.clean(&said.code));
            let says = words(&said).map_or_else(String::new, |says| format!(" It says: {says}"));
            told(
                ReadErrorKind::Refused { status: 402, code },
                format!("{target} says that the account's plan does not allow this (402).{says}"),
            )
        }
        403 => {
            let is_told = words(&said).is_some_and(|words| words.to_lowercase().contains("starter"));
            let error = refused_read(target, answer, said);
            let message = match plan.map(str::to_lowercase).as_deref() {
                _ if is_told => error.message,
                Some("free" | "starter") => {
                    format!("{} This account has the plan Starter, and {NEEDS_PLAN}", error.message)
                }
                Some(_) => error.message,
                None => format!("{} If the account has the plan Starter: {NEEDS_PLAN}", error.message),
            };
            ReadError { message, ..error }
        }
        429 if said.as_ref().is_some_and(|said| said.code == USED_UP) => {
            let says = words(&said).map_or_else(String::new, |says| format!(" It says: {says}"));
            told(
                ReadErrorKind::Refused { status: 429, code: USED_UP.to_owned() },
                format!(
                    "{target} says that a quota of this account is used up (429). That is no matter of a minute: its console says when there is more.{says}"
                ),
            )
        }
        429 => {
            let wait = answer.exchange.retry_after.or(retry_after);
            if let (Some(meter), Some(wait)) = (http.meter(), wait) {
                meter.bar(wait, Instant::now());
            }
            match wait {
                Some(wait) => told(
                    ReadErrorKind::RateLimited(Some(wait)),
                    format!(
                        "{target} was asked too often with this token (429). It wants to be asked again in {} s.",
                        wait.as_secs_f64().ceil()
                    ),
                ),
                None => refused_read(target, answer, said),
            }
        }
        404 | 410 if !is_json => refused_read(target, answer, None),
        _ => refused_read(target, answer, said),
    }
}

fn no_code(status: u16) -> String {
    format!("http_{status}")
}

/// What an error's body says, where it says anything.
fn said(body: Body, status: u16) -> Option<Said> {
    let text = |value: &Value| value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let code = text(&body.code);
    // Where there is a `detail` beside it, `error` is the code (its device login).
    let (error, fields) = (text(&body.error), fields(&body.detail));
    let detail = text(&body.detail).or_else(|| text(&body.message));
    let (message, field) = match (detail, fields) {
        (Some(detail), _) => (detail, None),
        (None, Some((message, field))) => (message, field),
        (None, None) => (error.clone()?, None),
    };
    let code = code.or_else(|| error.filter(|error| *error != message)).unwrap_or_else(|| no_code(status));
    Some(Said { code, message, field })
}

/// What is wrong with each field: `[{"loc": ["body", "name"], "msg": "…"}]` (the framework's form, inferred).
fn fields(detail: &Value) -> Option<(String, Option<String>)> {
    let one = |row: &Value| {
        let place: Vec<String> = row.get("loc").and_then(Value::as_array).into_iter().flatten().map(part).collect();
        let place = place.into_iter().filter(|part| !matches!(part.as_str(), "body" | "query" | "path" | ""));
        let place = place.collect::<Vec<_>>().join(".");
        let message = row.get("msg").and_then(Value::as_str).or_else(|| row.as_str())?.trim().to_owned();
        Some((place, message))
    };
    let rows: Vec<(String, String)> = detail.as_array()?.iter().filter_map(one).collect();
    let field = match rows.as_slice() {
        [] => return None,
        [(place, _)] => Some(place.clone()).filter(|place| !place.is_empty()),
        _ => None,
    };
    let words = rows.iter().map(|(place, message)| match place.as_str() {
        "" => message.clone(),
        place => format!("{place}: {message}"),
    });
    Some((format!("{}.", words.collect::<Vec<_>>().join("; ").trim_end_matches('.')), field))
}

fn part(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A wait in seconds, which may have a fraction; never more than a day.
fn seconds(value: &Value) -> Option<Duration> {
    const DAY: f64 = 86_400.0;
    let seconds = value.as_f64().filter(|seconds| seconds.is_finite() && *seconds >= 0.0)?;
    Some(Duration::from_secs_f64(seconds.min(DAY)))
}
