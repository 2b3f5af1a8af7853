//! Documents as answers, conditional where a client has seen them before.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A document with its tag, or 304 when the client has it.
pub(super) fn tagged(request: &HeaderMap, document: &Value) -> Response {
    tagged_text(request, "application/json", document.to_string())
}

/// A text with its tag, or 304 when the client has it.
pub(super) fn tagged_text(request: &HeaderMap, content_type: &'static str, body: String) -> Response {
    let digest = Sha256::digest(body.as_bytes());
    let tag = format!("\"{}\"", digest[..12].iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let headers = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, "no-cache".to_owned())];
    if has_seen(request, &tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, [(header::CONTENT_TYPE, content_type)], body).into_response()
}

/// A document that nobody may keep, not even as a digest.
pub(super) fn secret(document: &Value) -> Response {
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::CONTENT_TYPE, "application/json")];
    (headers, document.to_string()).into_response()
}

/// Whether the client has what bears this tag.
pub(super) fn has_seen(request: &HeaderMap, tag: &str) -> bool {
    let values = request.get_all(header::IF_NONE_MATCH).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).any(|seen| {
        // If-None-Match compares weakly (RFC 9110, 13.1.2).
        seen == "*" || seen.strip_prefix("W/").unwrap_or(seen) == tag
    })
}
