//! What a platform in memory does wrong.

use attache::app::Query;
use attache::platform::{ReadError, ReadErrorKind};

/// What the platform is made to do wrong.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Every read fails so.
    Reads(ReadErrorKind),
    /// The reads fail of which it says so.
    Some(fn(&Query) -> bool, ReadError),
    /// No answer comes until it is released.
    Hangs,
}

pub(crate) fn error(kind: ReadErrorKind, message: &str) -> ReadError {
    ReadError::new(kind, message)
}
