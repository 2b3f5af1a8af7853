//! A list is merged off the loop, and what was seen last is read there: both take as long as the list is long. What else touches
//! the rows waits for it, so that all comes to the same as if it had been done at once.

use super::{Reply, RequestId};
use crate::platform::ReadError;
use crate::store::poll::Topic;

/// What is being done with the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// The list that was the answer to this request is merged.
    List(RequestId),
    /// What was seen last is read: so far the rows are the first of them.
    Cache,
}

/// What is being done with the rows off the loop, and the answers that wait for it.
#[derive(Debug)]
pub(super) struct Merging {
    /// What it is.
    pub(super) of: Of,
    /// What came meanwhile, in its order.
    pub(super) waiting: Vec<(RequestId, Result<Reply, ReadError>)>,
}

impl Merging {
    /// It was just handed over.
    pub(super) fn new(of: Of) -> Self {
        Self { of, waiting: Vec::new() }
    }

    /// Whether the answer to a question touches the rows.
    pub(super) fn concerns(topic: &Topic) -> bool {
        matches!(topic, Topic::Addons | Topic::Addon(_) | Topic::States(_))
    }
}
