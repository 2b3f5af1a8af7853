//! What can go wrong between us and a platform, told apart by what a person can do about it.

use std::time::Duration;

/// Why a read failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ReadError {
    /// What class of failure it is.
    pub kind: ReadErrorKind,
    /// A sentence that says what happened, to what, and what to do. Never a secret.
    pub message: String,
}

/// The classes of failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadErrorKind {
    /// Nothing answered: no socket, refused, DNS, TLS.
    Unreachable,
    /// It did not answer in time, or was cut off.
    TimedOut,
    /// 401 or 403.
    Unauthorized,
    /// 404 or 410.
    NotFound,
    /// 429, with the wait that was asked for.
    RateLimited(Option<Duration>),
    /// 400, 409, 422 and the like.
    Refused {
        /// HTTP status.
        status: u16,
        /// The platform's error code, such as `name_taken`.
        code: String,
    },
    /// 5xx.
    ServerError(u16),
    /// The answer could not be understood.
    Nonsense,
}

/// Why a write was not acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// Nothing left this machine.
    #[error("{0}")]
    NotSent(String),
    /// The platform said no; nothing changed.
    #[error("{message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The platform's error code.
        code: String,
        /// A sentence.
        message: String,
    },
    /// It may or may not have happened: a time-out, a cut connection, a 5xx.
    #[error("{0}")]
    Unknown(String),
}
