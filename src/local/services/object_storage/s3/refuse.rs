//! What this service does not do is refused in words, before anything is read or written; it is never ignored.

use s3s::access::S3AccessContext;
use s3s::{S3Result, s3_error};

/// What it does.
const OPERATIONS: &[&str] = &[
    "AbortMultipartUpload",
    "CompleteMultipartUpload",
    "CopyObject",
    "CreateBucket",
    "CreateMultipartUpload",
    "DeleteBucket",
    "DeleteObject",
    "DeleteObjects",
    "GetBucketLocation",
    "GetObject",
    "HeadBucket",
    "HeadObject",
    "ListBuckets",
    "ListMultipartUploads",
    "ListObjects",
    "ListObjectsV2",
    "ListParts",
    "PutObject",
    "UploadPart",
    "UploadPartCopy",
];

/// Headers (or the same in the query) whose request we could not honour, by their beginning.
const HEADERS: &[&str] = &[
    "x-amz-server-side-encryption",
    "x-amz-copy-source-server-side-encryption",
    "x-amz-tagging",
    "x-amz-object-lock-",
    "x-amz-bucket-object-lock-enabled",
    "x-amz-grant-",
    "x-amz-mfa",
    "x-amz-write-offset-bytes",
    "x-amz-website-redirect-location",
    "x-amz-expected-bucket-owner",
    "x-amz-source-expected-bucket-owner",
    "x-amz-if-match-",
    "x-amz-bypass-governance-retention",
];

/// Refuses what this service does not do.
pub(in super::super) fn unsupported(cx: &S3AccessContext<'_>) -> S3Result<()> {
    let operation = cx.s3_op().name();
    if !OPERATIONS.contains(&operation) {
        return Err(s3_error!(NotImplemented, "{operation} is not implemented by this object storage."));
    }
    let query = cx.uri().query().unwrap_or_default();
    let names = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let headers = cx.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default()));
    for (name, value) in names.chain(headers) {
        let name = name.to_ascii_lowercase();
        if HEADERS.iter().any(|refused| name.starts_with(refused)) {
            return Err(s3_error!(NotImplemented, "{name} is not implemented by this object storage."));
        }
        match name.as_str() {
            "x-amz-storage-class" if value != "STANDARD" => {
                return Err(s3_error!(InvalidStorageClass, "The only storage class here is STANDARD."));
            }
            "x-amz-acl" if !matches!(value, "private" | "bucket-owner-full-control") => {
                return Err(s3_error!(AccessControlListNotSupported, "The bucket does not allow ACLs."));
            }
            "versionid" if value != "null" => {
                return Err(s3_error!(
                    InvalidArgument,
                    "This bucket keeps no versions, so versionId can only be null."
                ));
            }
            _ => {}
        }
    }
    Ok(())
}
