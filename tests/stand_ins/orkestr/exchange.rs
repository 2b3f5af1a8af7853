//! What is asked and what is answered.

use axum::http::Method;
use axum::response::Response;
use serde_json::{Value, json};

use super::world::Plan;

/// One request of somebody who was let in.
pub(super) struct Ask {
    pub(super) method: Method,
    pub(super) path: Vec<String>,
    pub(super) query: Vec<(String, String)>,
    /// Null if there was none.
    pub(super) body: Value,
    /// What the account of its token pays for.
    pub(super) plan: Plan,
    /// The id of its token.
    pub(super) token: String,
}

impl Ask {
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// A number of the query; a list as the framework words it if it is none, or out of bounds.
    pub(super) fn number(&self, name: &str, default: usize, most: usize) -> Result<usize, Refusal> {
        let Some(given) = self.query(name) else { return Ok(default) };
        let why = |text: String, kind| Refusal::invalid(&["query", name], text, kind);
        let number: usize = given
            .parse()
            .map_err(|_| why("Input should be a valid integer, unable to parse string".into(), "int_parsing"))?;
        match number > most {
            true => Err(why(format!("Input should be less than or equal to {most}"), "less_than_equal")),
            false => Ok(number),
        }
    }

    /// A field of the body that is a text.
    pub(super) fn text(&self, field: &str) -> Option<&str> {
        self.body[field].as_str()
    }

    /// A field of the body that is needed.
    pub(super) fn needed(&self, field: &str) -> Result<&str, Refusal> {
        self.text(field).ok_or_else(|| Refusal::invalid(&["body", field], "Field required", "missing"))
    }

    /// A needed field that has to be a slug of so many characters.
    pub(super) fn slug(&self, field: &str, least: usize) -> Result<&str, Refusal> {
        let slug = self.needed(field)?;
        if slug.len() < least {
            let why = format!("String should have at least {least} characters");
            return Err(Refusal::invalid(&["body", field], why, "string_too_short"));
        }
        if slug.len() > 100 {
            let why = "String should have at most 100 characters";
            return Err(Refusal::invalid(&["body", field], why, "string_too_long"));
        }
        let is_inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if slug.starts_with('-') || !slug.chars().all(is_inside) {
            let why = "String should match pattern '^[a-z0-9][a-z0-9-]*$'";
            return Err(Refusal::invalid(&["body", field], why, "string_pattern_mismatch"));
        }
        Ok(slug)
    }
}

/// Status and body; nothing at all if the body is null.
pub(super) type Answer = Result<(u16, Value), Refusal>;

/// Done, and this is it.
pub(super) fn ok(body: Value) -> Answer {
    Ok((200, body))
}

/// Done, with nothing to say.
pub(super) fn no_content() -> Answer {
    Ok((204, Value::Null))
}

/// A page of a list, with how many there are in all.
pub(super) fn page(ask: &Ask, name: &str, rows: Vec<Value>) -> Answer {
    let (skip, limit) = (ask.number("skip", 0, usize::MAX)?, ask.number("limit", 20, 100)?);
    let total = rows.len();
    let rows: Vec<Value> = rows.into_iter().skip(skip).take(limit).collect();
    ok(json!({name: rows, "total": total}))
}

/// A no: `{"detail": …, "code"?: …}`.
#[derive(Debug)]
pub(super) struct Refusal {
    status: u16,
    detail: Value,
    code: Option<&'static str>,
    /// In a header, or in the body.
    retry_after: Option<(u64, bool)>,
}

impl Refusal {
    pub(super) fn new(status: u16, detail: impl Into<String>) -> Self {
        Self { status, detail: Value::String(detail.into()), code: None, retry_after: None }
    }

    pub(super) fn coded(status: u16, code: &'static str, detail: impl Into<String>) -> Self {
        Self { code: Some(code), ..Self::new(status, detail) }
    }

    /// As the framework words it, in a list.
    pub(super) fn invalid(place: &[&str], text: impl Into<String>, kind: &str) -> Self {
        let detail = json!([{"type": kind, "loc": place, "msg": text.into()}]);
        Self { status: 422, detail, code: None, retry_after: None }
    }

    pub(super) fn missing(what: &str) -> Self {
        Self::new(404, format!("{what} not found"))
    }

    /// Too many requests; how long to wait is told in a header or in the body.
    pub(super) fn slow_down(seconds: u64, is_in_body: bool) -> Self {
        let text = "Rate limit exceeded. Slow down.";
        Self { retry_after: Some((seconds, is_in_body)), ..Self::new(429, text) }
    }

    pub(super) fn response(self, request_id: &str) -> Response {
        let mut body = json!({"detail": self.detail});
        if let Some(code) = self.code {
            body["code"] = code.into();
        }
        let mut header = None;
        match self.retry_after {
            Some((seconds, true)) => body["retry_after"] = (seconds as f64).into(),
            Some((seconds, false)) => header = Some(seconds.to_string()),
            None => {}
        }
        let mut response = respond(self.status, &body, request_id);
        if let Some(seconds) = header {
            response.headers_mut().insert("retry-after", seconds.parse().unwrap());
        }
        response
    }
}

/// Over the line.
pub(super) fn respond(status: u16, body: &Value, request_id: &str) -> Response {
    let response = Response::builder().status(status).header("x-request-id", request_id);
    match body.is_null() {
        true => response.body("".into()).unwrap(),
        false => response.header("content-type", "application/json").body(body.to_string().into()).unwrap(),
    }
}
