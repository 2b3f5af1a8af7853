//! What the server says no with: an HTTP status, or an error of JSON-RPC.

use rmcp::model::{ErrorCode, ErrorData};

use crate::platform::http::{Answer, Said, Target, refused_read};
use crate::platform::{ReadError, ReadErrorKind};

/// The longest text of an error body that is still a sentence.
const LONGEST: usize = 300;

/// The error for an answer whose status is no good one.
pub(super) fn refused(target: &Target, answer: &Answer) -> ReadError {
    refused_read(target, answer, said(answer))
}

/// What an error body says. Watasu's error forms, in the order in which its own clients look for them (read in its SDKs), and
/// JSON-RPC's.
fn said(answer: &Answer) -> Option<Said> {
    let body: serde_json::Value = serde_json::from_slice(&answer.body).ok()?;
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let joined = |value: &serde_json::Value| {
        let all: Vec<&str> = value.as_array()?.iter().filter_map(serde_json::Value::as_str).collect();
        (!all.is_empty()).then(|| all.join(", "))
    };
    let reason = &body["reason"];
    let message = text(&body["message"])
        .or_else(|| joined(&body["errors"]))
        .or_else(|| text(&reason["message"]))
        .or_else(|| joined(&reason["errors"]))
        .or_else(|| text(reason))
        .or_else(|| text(&body["error"]["message"]))
        .or_else(|| text(&body["error"]))?;
    let code = text(&body["error"]).unwrap_or_else(|| format!("http_{}", answer.status));
    Some(Said { code, message: message.chars().take(LONGEST).collect(), field: None })
}

/// The error for an error of JSON-RPC. What is absent may only be out of this key's scope (documented).
pub(super) fn rpc(target: &Target, error: &ErrorData, shown: &str) -> ReadError {
    let words: String = target.clean(&error.message).chars().take(LONGEST).collect();
    let of = super::transport::unanswered(shown);
    let is_absent = error.code == ErrorCode::RESOURCE_NOT_FOUND
        || (error.code == ErrorCode::INVALID_PARAMS && words.to_lowercase().contains("not found"));
    let (kind, message) = match error.code {
        _ if is_absent => (
            ReadErrorKind::NotFound,
            format!(
                "{target} shows no such resource: it is gone, or this key is limited to other teams. It says: {words}"
            ),
        ),
        ErrorCode::METHOD_NOT_FOUND => (
            ReadErrorKind::Refused { status: 501, code: "method_not_found".to_owned() },
            format!("{target} does not take this question. It says: {words}"),
        ),
        ErrorCode::INTERNAL_ERROR => {
            (ReadErrorKind::ServerError(500), format!("{target} answered with an error of its own: {words}"))
        }
        code => (
            ReadErrorKind::Refused { status: 400, code: format!("rpc_{}", code.0) },
            format!("{target} refused the question: {words}"),
        ),
    };
    ReadError::new(kind, message).of(of)
}
