//! Why a request is not carried out: what `/v1` answers.

use serde_json::Value;

use crate::local::db::DbError;

/// An error of `/v1`: status, code, and a sentence. Never a secret.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The code that programs read.
    pub code: &'static str,
    /// The sentence that people read.
    pub message: String,
    /// More for programs, where there is more.
    pub details: Option<Value>,
}

impl Refusal {
    /// A refusal without details.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), details: None }
    }

    /// 404: there is no such thing.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "not_found", message)
    }

    /// 422: one field is not as it must be.
    pub fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(422, code, message)
    }

    /// 409: it stands in the way of something else.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(409, code, message)
    }

    /// 507: nothing was done because the disk is full.
    pub fn disk_full(message: impl Into<String>) -> Self {
        Self::new(507, "disk_full", message)
    }
}

impl From<DbError> for Refusal {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Full => Self::disk_full(error.to_string()),
            DbError::Other(_) => Self::new(500, "internal", error.to_string()),
        }
    }
}

impl Refusal {
    /// As it is written in `/v1`.
    pub fn document(&self) -> Value {
        let mut document = serde_json::json!({ "error": self.code, "message": self.message });
        if let Some(details) = &self.details {
            document["details"] = details.clone();
        }
        document
    }
}
