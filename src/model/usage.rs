//! What an add-on uses of what its plan allows.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Known;

/// One thing that was counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// What: `connections`, `storage`, `memory`, `keys`, `objects`; the name of the plan's limit where there is one.
    pub name: String,
    /// How much; in bytes where `unit` is `bytes`.
    pub value: Known<u64>,
    /// `count` or `bytes`.
    pub unit: String,
    /// The plan's limit, if it has one.
    pub limit: Option<u64>,
    /// Who enforces the limit; `None` when it is measured but not enforced, or there is none.
    pub enforced_by: Option<String>,
}

/// What an add-on uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// When it was counted, by the platform's clock.
    pub measured_at: Option<Timestamp>,
    /// Each thing once.
    pub figures: Vec<Figure>,
}
