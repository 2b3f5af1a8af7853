//! What the index keeps of an object beside its bytes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::checksums::Checksums;

/// The headers that come back with an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObjectMeta {
    /// `Content-Type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// `Cache-Control`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<String>,
    /// `Content-Disposition`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_disposition: Option<String>,
    /// `Content-Encoding`, without the `aws-chunked` of the transfer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<String>,
    /// `Content-Language`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_language: Option<String>,
    /// `Expires`, as an HTTP date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// `x-amz-meta-…`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub user: BTreeMap<String, String>,
}

/// One object of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectHead {
    /// Its row.
    pub id: i64,
    /// Bytes.
    pub size: u64,
    /// ETag without quotes.
    pub etag: String,
    /// Milliseconds since 1970.
    pub modified_ms: i64,
    /// Its headers.
    pub meta: ObjectMeta,
    /// The checksums that the client gave or asked for.
    pub checksums: Checksums,
    /// Whether it was put together from parts.
    pub multipart: bool,
}

/// A stretch of an object's bytes in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The file's name.
    pub blob: String,
    /// Its size.
    pub size: u64,
}

/// What must hold of the present object for a write to happen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriteCondition {
    /// `If-None-Match: *`: there must be none.
    pub absent: bool,
    /// `If-Match`: there must be one with this ETag; `*` is any.
    pub etag: Option<String>,
}

/// JSON for a column of the index. Maps of text to text always serialise.
pub(super) fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Reads a column of JSON.
pub(super) fn from_json<T: for<'de> Deserialize<'de>>(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?;
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    })
}
