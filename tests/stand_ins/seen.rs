//! The requests as they came in.

use std::collections::BTreeMap;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Method};
use serde_json::{Value, json};

/// One request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    /// Null if it is no JSON.
    pub(crate) body: Value,
    /// The body as it came.
    pub(crate) raw: Bytes,
}

impl Seen {
    /// Reads a request to its end; nothing if it never came whole.
    pub(super) async fn read(request: Request) -> Option<Self> {
        let (head, body) = request.into_parts();
        let raw = to_bytes(body, 64 << 20).await.ok()?;
        Some(Self {
            method: head.method,
            target: head.uri.to_string(),
            headers: head.headers,
            body: serde_json::from_slice(&raw).unwrap_or_default(),
            raw,
        })
    }

    /// The same request again.
    pub(super) fn request(&self) -> Request {
        let mut request = Request::new(Body::from(self.raw.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.target.parse().unwrap();
        *request.headers_mut() = self.headers.clone();
        request
    }

    pub(crate) fn is_write(&self) -> bool {
        [Method::POST, Method::PATCH, Method::PUT, Method::DELETE].contains(&self.method)
    }

    /// The path without its query.
    pub(crate) fn path(&self) -> &str {
        self.target.split_once('?').map_or(&self.target, |(path, _)| path)
    }

    /// For looking at by hand; the token is not repeated.
    pub(super) fn json(&self) -> Value {
        let text = |name: &str, value: &[u8]| match name {
            "authorization" => "(set)".into(),
            _ => String::from_utf8_lossy(value).into_owned(),
        };
        let headers: BTreeMap<&str, String> =
            self.headers.iter().map(|(name, value)| (name.as_str(), text(name.as_str(), value.as_bytes()))).collect();
        json!({"method": self.method.as_str(), "target": self.target, "headers": headers, "body": self.body})
    }
}

/// How often each route was written to.
pub(super) fn writes_by_route(seen: &[Seen]) -> BTreeMap<String, usize> {
    let mut routes = BTreeMap::new();
    for one in seen.iter().filter(|one| one.is_write()) {
        *routes.entry(format!("{} {}", one.method, one.path())).or_default() += 1;
    }
    routes
}
