//! Conditions on reads and on the source of a copy, as RFC 9110 orders them.

use s3s::dto::{ETagCondition, Timestamp};
use s3s::header::{ETAG, LAST_MODIFIED};
use s3s::{S3Error, S3Result, s3_error};

use super::wire;
use crate::local::services::object_storage::store::record::ObjectHead;

/// The four conditions.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    pub(super) matches: Option<ETagCondition>,
    pub(super) none_match: Option<ETagCondition>,
    pub(super) modified_since: Option<Timestamp>,
    pub(super) unmodified_since: Option<Timestamp>,
}

/// Why a read is not answered with the object.
enum Unmet {
    /// A condition failed: 412.
    Failed(&'static str),
    /// The client has it already: 304.
    NotModified,
}

impl Conditions {
    fn unmet(&self, object: &ObjectHead) -> Option<Unmet> {
        match (&self.matches, &self.unmodified_since) {
            (Some(condition), _) if !holds(condition, &object.etag) => return Some(Unmet::Failed("If-Match")),
            (None, Some(since)) if modified_after(object, since) => return Some(Unmet::Failed("If-Unmodified-Since")),
            _ => {}
        }
        match (&self.none_match, &self.modified_since) {
            (Some(condition), _) => holds(condition, &object.etag).then_some(Unmet::NotModified),
            (None, Some(since)) => (!modified_after(object, since)).then_some(Unmet::NotModified),
            (None, None) => None,
        }
    }

    /// For a read: 412 or 304.
    pub(super) fn check_read(&self, object: &ObjectHead) -> S3Result<()> {
        match self.unmet(object) {
            None => Ok(()),
            Some(Unmet::Failed(condition)) => Err(failed(condition)),
            Some(Unmet::NotModified) => {
                let mut error = s3_error!(NotModified);
                let headers =
                    [(ETAG, format!("\"{}\"", object.etag)), (LAST_MODIFIED, wire::http_date(object.modified_ms))];
                error.set_headers(
                    headers.into_iter().filter_map(|(name, value)| Some((name, value.parse().ok()?))).collect(),
                );
                Err(error)
            }
        }
    }

    /// For the source of a copy: always 412.
    pub(super) fn check_source(&self, object: &ObjectHead) -> S3Result<()> {
        match self.unmet(object) {
            None => Ok(()),
            Some(Unmet::Failed(_) | Unmet::NotModified) => Err(failed("x-amz-copy-source-if-…")),
        }
    }
}

fn failed(condition: &str) -> S3Error {
    s3_error!(PreconditionFailed, "The condition {condition} does not hold.")
}

/// Whether the condition names this ETag. Several may be listed.
pub(super) fn holds(condition: &ETagCondition, etag: &str) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(named) => {
            named.value().split(',').any(|one| one.trim().trim_start_matches("W/").trim_matches('"') == etag)
        }
    }
}

/// HTTP dates have whole seconds.
fn modified_after(object: &ObjectHead, since: &Timestamp) -> bool {
    wire::unix_seconds(since).is_some_and(|since| object.modified_ms.div_euclid(1000) > since)
}
