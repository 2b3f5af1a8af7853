//! A copy of an add-on's data. Good for restoring only when finished.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Fact, Progress};

/// Where a backup stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackupState {
    /// Asked for; it waits for its turn.
    Pending,
    /// Being written, or checked.
    Running,
    /// Written and checked.
    Finished,
    /// It could not be written, or failed its check.
    Failed,
    /// Its data is gone: its retention has ended, a newer one pushed it out, or it was deleted.
    Expired,
    /// A word of the platform that we have no class for.
    Other(String),
}

impl BackupState {
    /// The one word shown to people and written in JSON.
    pub fn word(&self) -> &str {
        match self {
            BackupState::Pending => "pending",
            BackupState::Running => "running",
            BackupState::Finished => "finished",
            BackupState::Failed => "failed",
            BackupState::Expired => "expired",
            BackupState::Other(word) => word,
        }
    }

    /// Whether the state is about to change by itself.
    pub fn is_transitional(&self) -> bool {
        matches!(self, BackupState::Pending | BackupState::Running)
    }
}

/// One copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// The platform's id.
    pub id: String,
    /// The native id of the add-on it was taken of, which may be gone; `None` for one made of an uploaded file.
    pub addon_id: Option<String>,
    /// That add-on's name, when it was last known.
    pub addon: Option<String>,
    /// Its service, where told.
    pub service: Option<String>,
    /// The plan that the add-on had, where told.
    pub plan: Option<String>,
    /// Where it stands.
    pub state: BackupState,
    /// When the copy began: data written later is not in it.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Size in bytes, where told.
    pub size: Option<u64>,
    /// Checksum with its kind, such as `sha256:9f86…`, where told.
    pub checksum: Option<String>,
    /// What caused it: `manual`, `scheduled`, `uploaded`, in the platform's word.
    pub trigger: Option<String>,
    /// What a person wrote on it when it was asked for.
    #[serde(default)]
    pub label: Option<String>,
    /// The platform's message: why it failed, or why it is gone.
    pub message: Option<String>,
    /// Until when it is kept, where told.
    pub keep_until: Option<Timestamp>,
    /// How far it is, while it runs.
    pub progress: Option<Progress>,
}

/// How the label of a copy begins that was taken of data before it was restored.
const BEFORE: &str = "as it was before ";

/// The label of a copy that is taken of an add-on as it is, before another of its backups is restored.
pub fn label_before(restored: &str) -> String {
    format!("{BEFORE}{restored} was restored")
}

impl Backup {
    /// Whether it was taken, by its label, of data that was thought bad: it is restored only by whoever names it.
    pub fn is_of_bad_data(&self) -> bool {
        self.label.as_deref().is_some_and(|label| label.starts_with(BEFORE))
    }

    /// Whether it can be restored. False for everything unknown.
    pub fn is_finished(&self) -> bool {
        self.state == BackupState::Finished
    }
}

/// When an add-on is backed up by itself: once a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// The hour, 0 to 23, in that time zone.
    pub hour: u8,
    /// IANA name, such as `Europe/Berlin` or `UTC`.
    pub time_zone: String,
}

/// How an add-on's backups are made and kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupPolicy {
    /// How many finished ones are kept, where that is limited.
    pub keep_count: Option<u64>,
    /// For how many days each is kept, where that is limited.
    pub keep_days: Option<u64>,
    /// When it is backed up by itself.
    pub schedule: Option<Schedule>,
    /// When that is next.
    pub next_at: Option<Timestamp>,
    /// The backup that one more would push out.
    pub evicts: Option<String>,
    /// Whether it is backed up by itself, where that can only be switched on and off (orkestr; Watasu's Qdrant).
    #[serde(default)]
    pub is_automatic: Option<bool>,
}

/// An add-on's backups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backups {
    /// Newest first.
    pub list: Vec<Backup>,
    /// How they are made and kept, where told.
    pub policy: Option<BackupPolicy>,
    /// What else the platform tells of them, in its words and order.
    #[serde(default)]
    pub facts: Vec<Fact>,
}

impl Backups {
    /// The newest one that can be restored and was begun before a moment: what was written after that is not in it. One whose
    /// beginning is not told may hold anything, so it is never this.
    pub fn last_before(&self, moment: Timestamp) -> Option<&Backup> {
        let is_before = |backup: &&Backup| {
            backup.is_finished() && !backup.is_of_bad_data() && backup.started_at.is_some_and(|at| at < moment)
        };
        self.list.iter().filter(is_before).max_by_key(|backup| backup.started_at)
    }

    /// The last one that can be restored.
    pub fn last_finished(&self) -> Option<&Backup> {
        self.list.iter().filter(|backup| backup.is_finished()).max_by_key(|backup| backup.started_at)
    }
}

/// Where an add-on's data came from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// The backup it was restored from.
    pub backup_id: String,
    /// The native id of the add-on that this was a backup of; `None` for an uploaded file.
    pub addon_id: Option<String>,
    /// That add-on's name then.
    pub addon: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_one_was_begun_before_the_moment_and_is_no_copy_of_bad_data() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let backup = |id: &str, second: i64, state: BackupState, label: Option<String>| {
            let started_at = Some(at(second));
            let (id, trigger) = (id.to_owned(), None);
            Backup {
                id,
                addon_id: None,
                addon: None,
                label,
                service: None,
                plan: None,
                state,
                started_at,
                finished_at: None,
                size: None,
                checksum: None,
                trigger,
                message: None,
                keep_until: None,
                progress: None,
            }
        };
        let list = vec![
            backup("later", 50, BackupState::Finished, None),
            backup("failed", 40, BackupState::Failed, None),
            backup("bad", 30, BackupState::Finished, Some(label_before("b1"))),
            backup("best", 20, BackupState::Finished, Some("drill".into())),
            backup("older", 10, BackupState::Finished, None),
        ];
        let backups = Backups { list, ..Backups::default() };
        let before = |second| backups.last_before(at(second)).map(|backup| backup.id.as_str());
        assert_eq!((before(50), before(20), before(10)), (Some("best"), Some("older"), None));
    }
}
