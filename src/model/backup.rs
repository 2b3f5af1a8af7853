//! A copy of an add-on's data. Good for restoring only when finished.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where a backup stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackupState {
    /// Asked for.
    Pending,
    /// Being written.
    Running,
    /// Written and checked.
    Finished,
    /// It could not be written, or failed its check.
    Failed,
    /// Its retention has ended.
    Expired,
    /// A word of the platform that we have no class for.
    Other(String),
}

/// One copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// The platform's id.
    pub id: String,
    /// Where it stands.
    pub state: BackupState,
    /// When the copy began: data written later is not in it.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Size in bytes, where told.
    pub size: Option<u64>,
    /// What caused it: `manual`, `scheduled`, in the platform's word.
    pub trigger: Option<String>,
    /// The platform's message, for one that failed.
    pub message: Option<String>,
}
