//! What is asked and what is answered.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::ranges::List;

/// One request, taken apart.
pub(super) struct Ask {
    pub(super) method: Method,
    pub(super) path: Vec<String>,
    pub(super) query: Option<String>,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

impl Ask {
    pub(super) fn new(method: Method, uri: &Uri, headers: HeaderMap, body: &[u8]) -> Self {
        let decode = |part: &str| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned();
        Self {
            method,
            path: uri.path().split('/').skip(1).map(decode).collect(),
            query: uri.query().map(str::to_owned),
            headers,
            body: serde_json::from_slice(body).unwrap_or_default(),
        }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn is_write(&self) -> bool {
        self.method != Method::GET && self.method != Method::HEAD
    }

    /// Whether `3.sdk` was asked for, which tells more.
    pub(super) fn is_sdk(&self) -> bool {
        self.header("accept").is_some_and(|accept| accept.contains("version=3.sdk"))
    }

    /// Whether a list in a header has that word.
    pub(super) fn wants(&self, header: &str, word: &str) -> bool {
        let words = self.header(header).unwrap_or_default();
        words.split([',', ':']).any(|one| one.trim() == word)
    }

    /// A field of the body that is a text.
    pub(super) fn text(&self, field: &str) -> Option<&str> {
        self.body[field].as_str()
    }

    /// A field of the body that names something: a text, or an object with `name` or `id`, as the CLI sends it.
    pub(super) fn named(&self, field: &str) -> Option<&str> {
        let object = &self.body[field];
        self.text(field).or_else(|| object["name"].as_str()).or_else(|| object["id"].as_str())
    }

    /// A field of the body that is a text that is needed.
    pub(super) fn needed(&self, field: &str) -> Result<&str, Refusal> {
        self.named(field).ok_or_else(|| Refusal::invalid(format!("Require params: {field}.")))
    }

    /// The token as Bearer or, as the CLI sends it for credentials of Postgres, as the password of Basic.
    pub(super) fn token(&self) -> Option<String> {
        let given = self.header("authorization")?;
        if let Some(token) = given.strip_prefix("Bearer ") {
            return Some(token.to_owned());
        }
        let decoded = base64_simd::STANDARD.decode_to_vec(given.strip_prefix("Basic ")?).ok()?;
        String::from_utf8(decoded).ok()?.split_once(':').map(|(_, token)| token.to_owned())
    }
}

/// What is in an answer.
pub(super) enum Content {
    Json(Value),
    List(List),
    Html(&'static str),
    Bytes(Bytes),
    /// A text of JSON.
    Document(Bytes),
    Nothing,
}

/// An answer.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) content: Content,
}

impl Reply {
    pub(super) fn new(status: u16, content: Content) -> Self {
        Self { status, headers: Vec::new(), content }
    }

    pub(super) fn json(status: u16, body: Value) -> Self {
        Self::new(status, Content::Json(body))
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Over the line. Lists are cut into pages before.
    pub(super) fn response(self) -> Response {
        let mut response = Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(*name, value);
        }
        let typed = |response: axum::http::response::Builder, kind: &str| response.header("content-type", kind);
        let (response, body) = match self.content {
            Content::Json(body) => (typed(response, "application/json"), Body::from(body.to_string())),
            Content::List(list) => {
                (typed(response, "application/json"), Body::from(Value::from(list.rows).to_string()))
            }
            Content::Html(page) => (typed(response, "text/html;charset=utf-8"), Body::from(page)),
            Content::Bytes(bytes) => (typed(response, "application/octet-stream"), Body::from(bytes)),
            Content::Document(text) => (typed(response, "application/json"), Body::from(text)),
            Content::Nothing => (response, Body::empty()),
        };
        response.body(body).unwrap()
    }
}

/// A no, as the platform says it: `{id, message, url?, app?, resource?}`.
#[derive(Debug)]
pub(super) struct Refusal {
    status: u16,
    id: &'static str,
    message: String,
    resource: Option<&'static str>,
    app: Option<Value>,
    confirmation: Option<String>,
}

impl Refusal {
    pub(super) fn new(status: u16, id: &'static str, message: impl Into<String>) -> Self {
        Self { status, id, message: message.into(), resource: None, app: None, confirmation: None }
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(422, "invalid_params", message)
    }

    /// 404, with what was looked for: `add_on`, `add_on attachment`.
    pub(super) fn missing(resource: &'static str) -> Self {
        let what = match resource {
            "add_on" => "add-on",
            "add_on attachment" => "add-on attachment",
            other => other,
        };
        Self { resource: Some(resource), ..Self::new(404, "not_found", format!("Couldn't find that {what}.")) }
    }

    pub(super) fn ambiguous(names: &[&str]) -> Self {
        let names = names.join(", ");
        Self::new(422, "multiple_matches", format!("Ambiguous identifier; multiple matching add-ons found: {names}."))
    }

    /// The word that has to be typed is in a header of its own.
    pub(super) fn confirmation(status: u16, word: &str, message: impl Into<String>) -> Self {
        Self { confirmation: Some(word.to_owned()), ..Self::new(status, "confirmation_required", message) }
    }

    pub(super) fn second_factor(app: Option<Value>) -> Self {
        let message = "A second authentication factor or pre-authorization is required for this request.";
        Self { app, ..Self::new(403, "two_factor", message) }
    }

    pub(super) fn reply(self) -> Reply {
        let mut body = json!({"id": self.id, "message": self.message});
        for (name, value) in [("resource", self.resource.map(Value::from)), ("app", self.app)] {
            if let Some(value) = value {
                body[name] = value;
            }
        }
        let reply = Reply::json(self.status, body);
        match self.confirmation {
            Some(word) => reply.with("x-confirmation-required", word),
            None => reply,
        }
    }
}
