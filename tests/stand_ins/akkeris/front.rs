//! The front API: who is let in, what of a request reaches the controller, and how an answer is dressed.

use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{World, routes};

/// A request as the controller gets it.
pub(super) struct Asked {
    pub(super) method: Method,
    /// The decoded parts of the path.
    pub(super) path: Vec<String>,
    pub(super) query: Option<String>,
    /// Nothing, if there was none, if it was not announced as JSON, or if it was an empty object.
    pub(super) body: Option<Value>,
    /// Whether the front adds `X-Elevated-Access`.
    pub(super) is_elevated: bool,
}

impl Asked {
    pub(super) fn user(&self) -> &'static str {
        if self.is_elevated { "Ada Admin" } else { "Una User" }
    }
}

/// What is answered.
#[derive(Debug)]
pub(super) enum Reply {
    Json(u16, Value),
    /// A bare sentence that is said to be JSON.
    Sentence(u16, String),
    /// No such route: nothing at all.
    Nowhere,
    /// Done, with nothing to say.
    NoContent,
}

pub(super) fn ok(body: Value) -> Reply {
    Reply::Json(200, body)
}

pub(super) fn sentence(status: u16, text: impl Into<String>) -> Reply {
    Reply::Sentence(status, text.into())
}

/// What becomes of every error of the region or of a broker.
pub(super) fn unavailable() -> Reply {
    sentence(503, "Service Unavailable Error")
}

/// What the controller says to a body that never reached it.
pub(super) fn no_body() -> Reply {
    sentence(400, "SyntaxError: Unexpected end of JSON input")
}

pub(super) async fn answer(
    State(world): State<Arc<Mutex<World>>>,
    method: Method,
    target: Uri,
    headers: HeaderMap,
    raw: Bytes,
) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_elevated = match token(header("authorization")).as_deref() {
        None | Some("bad") => return plain(401, "text/plain; charset=utf-8", "Unauthorized"),
        Some("outsider") => return plain(403, "text/plain; charset=utf-8", "Forbidden"),
        Some(token) => token == "admin",
    };
    if (&method, target.path()) == (&Method::GET, "/account") && target.query().is_none() {
        return plain(200, JSON, account(is_elevated).to_string());
    }
    let is_json = header("content-type").split(';').next().unwrap_or_default().trim() == "application/json";
    let body = match is_json && !raw.is_empty() {
        true => match serde_json::from_slice::<Value>(&raw) {
            // It tells an empty object from a body by whether it has keys.
            Ok(body) => Some(body).filter(|body| body.as_object().is_none_or(|fields| !fields.is_empty())),
            Err(_) => return plain(400, "text/html; charset=utf-8", MALFORMED),
        },
        false => None,
    };
    let path = target.path().split('/').skip(1).map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned());
    let asked = Asked { method, path: path.collect(), query: target.query().map(str::to_owned), body, is_elevated };
    match routes::reply(&mut world.lock().unwrap(), &asked) {
        Reply::Json(status, body) => limited(plain(status, JSON, body.to_string())),
        Reply::Sentence(status, text) => limited(plain(status, JSON, text)),
        Reply::Nowhere => plain(404, "application/octet-stream", ""),
        Reply::NoContent => limited(Response::builder().status(204).body(Body::empty()).unwrap()),
    }
}

const JSON: &str = "application/json; charset=utf-8";

/// Bearer, or Basic with the token as its password.
fn token(header: &str) -> Option<String> {
    if let Some(token) = header.strip_prefix("Bearer ") {
        return Some(token.to_owned()).filter(|token| !token.is_empty());
    }
    let pair = base64_simd::STANDARD.decode_to_vec(header.strip_prefix("Basic ")?).ok()?;
    let pair = String::from_utf8(pair).ok()?;
    pair.split_once(':').map(|(_, password)| password.to_owned()).filter(|token| !token.is_empty())
}

fn plain(status: u16, kind: &str, body: impl Into<Body>) -> Response {
    Response::builder().status(status).header("content-type", kind).body(body.into()).unwrap()
}

/// It never changes: there is no limit.
fn limited(mut response: Response) -> Response {
    response.headers_mut().insert("ratelimit-remaining", 2400.into());
    response
}

fn account(is_elevated: bool) -> Value {
    let (name, email, id) = match is_elevated {
        true => ("Ada Admin", "ada@example.test", "3f0c1a55-6d1e-4c57-9c10-0a8f3f1be001"),
        false => ("Una User", "una@example.test", "3f0c1a55-6d1e-4c57-9c10-0a8f3f1be002"),
    };
    json!({"allow_tracking": true, "beta": false, "created_at": "2020-01-02T20:25:38.000Z", "email": email, "id": id,
           "last_login": "2024-01-02T20:25:38.000Z", "name": name, "sms_number": "", "elevated_access": is_elevated,
           "suspended_at": null, "delinquent_at": null, "two_factor_authentication": false,
           "updated_at": "2024-01-02T20:25:38.000Z", "verified": true})
}

const MALFORMED: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n\
</head>\n<body>\n<pre>SyntaxError: Unexpected end of JSON input<br> &nbsp; &nbsp;at JSON.parse (&lt;anonymous&gt;)<br>\
 &nbsp; &nbsp;at parse (/srv/akkeris-api/node_modules/body-parser/lib/types/json.js:89:19)</pre>\n</body>\n</html>\n";
