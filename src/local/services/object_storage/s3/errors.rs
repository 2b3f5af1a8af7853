//! Storage errors in S3's words.

use s3s::{S3Error, S3ErrorCode};

use crate::local::services::object_storage::store::StoreError;

impl From<StoreError> for S3Error {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::Closed | StoreError::NoBucket => S3ErrorCode::NoSuchBucket,
            StoreError::Revoked => S3ErrorCode::AccessDenied,
            StoreError::BucketExists => S3ErrorCode::BucketAlreadyOwnedByYou,
            StoreError::BucketNotEmpty => S3ErrorCode::BucketNotEmpty,
            StoreError::NoKey => S3ErrorCode::NoSuchKey,
            StoreError::Precondition(_) => S3ErrorCode::PreconditionFailed,
            StoreError::NoUpload => S3ErrorCode::NoSuchUpload,
            StoreError::InvalidPart(_) => S3ErrorCode::InvalidPart,
            StoreError::PartOrder => S3ErrorCode::InvalidPartOrder,
            StoreError::PartTooSmall(_) => S3ErrorCode::EntityTooSmall,
            StoreError::WrongSize { .. } => S3ErrorCode::InvalidRequest,
            StoreError::BadDigest(_) => S3ErrorCode::BadDigest,
            StoreError::Full => S3ErrorCode::Custom("InsufficientStorage".into()),
            StoreError::Lost(_)
            | StoreError::NewerIndex(_)
            | StoreError::Io(_)
            | StoreError::Index(_)
            | StoreError::Interrupted => S3ErrorCode::InternalError,
        };
        if code == S3ErrorCode::InternalError {
            // The one kind that nobody but the platform's keeper can do something about.
            tracing::error!(%error, "the object storage failed a request");
        }
        let full = matches!(error, StoreError::Full);
        let mut answer = S3Error::with_message(code, error.to_string());
        if full {
            // Not a 500 or 503: clients would send the same bytes again and again.
            answer.set_status_code(hyper::StatusCode::INSUFFICIENT_STORAGE);
        }
        answer
    }
}
