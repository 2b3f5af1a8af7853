//! What must be true of an object before it is believed.

use std::collections::HashSet;

use hyper::header::{HeaderName, HeaderValue};

use super::{ArchiveError, Line, refused};
use crate::local::services::object_storage::keys::hex;
use crate::local::services::object_storage::store::record::ObjectMeta;
use crate::local::services::object_storage::store::uploads::etag_of_parts;
use crate::model::printable;

/// The longest key.
const MOST_KEY: usize = 1024;
/// The last millisecond of the year 9999: the last one that HTTP can write.
const LAST_MS: i64 = 253_402_300_799_999;

/// Checks one object against the MD5s of the files that it is made of.
pub(super) fn object(line: &Line, md5s: &[[u8; 16]]) -> Result<(), ArchiveError> {
    let bad = |what: &str| refused(format!("the object {:?} {what}", printable(&line.key)));
    if line.key.is_empty() || line.key.len() > MOST_KEY {
        return Err(bad("has no valid key"));
    }
    if !(0..=LAST_MS).contains(&line.modified_ms) {
        return Err(bad("has no valid time"));
    }
    // The ETag that the client got is the MD5 of its bytes, or for an object made of parts that of the parts' MD5s.
    let etag = match md5s {
        [one] if !line.etag.contains('-') => hex(one),
        parts => etag_of_parts(parts),
    };
    if etag != line.etag {
        return Err(bad("has other bytes than its ETag says"));
    }
    if !has_valid_headers(&line.meta) {
        return Err(bad("has headers that can't be sent"));
    }
    let is_sum =
        |text: &String| text.len() <= 128 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=-".contains(&b));
    if !line.checksums.values.values().all(is_sum) {
        return Err(bad("has checksums that are none"));
    }
    Ok(())
}

fn has_valid_headers(meta: &ObjectMeta) -> bool {
    let ObjectMeta {
        content_type,
        cache_control,
        content_disposition,
        content_encoding,
        content_language,
        expires,
        user,
    } = meta;
    let own = [content_type, cache_control, content_disposition, content_encoding, content_language, expires];
    let is_value = |value: &str| HeaderValue::from_bytes(value.as_bytes()).is_ok();
    let mut names = HashSet::new();
    own.into_iter().flatten().all(|value| is_value(value))
        && user.iter().all(|(name, value)| {
            let full = HeaderName::from_bytes(format!("x-amz-meta-{name}").as_bytes());
            // Two that differ in their case would be one header.
            is_value(value) && full.is_ok_and(|full| names.insert(full))
        })
}
