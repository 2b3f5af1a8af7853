//! What a platform is doing to an add-on, in the platform's own record. Ours is the [`Operation`](super::Operation).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How far something is. Counts of what was really done; there is no percentage where no total is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Progress {
    /// Bytes written so far, where counted.
    pub bytes: Option<u64>,
    /// Things done so far, such as tables, where counted.
    pub done: Option<u64>,
    /// How many there are, where known.
    pub total: Option<u64>,
    /// What is counted, in the plural: `tables`, `keys`, `objects`.
    pub unit: Option<String>,
}

/// How a platform's operation stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkState {
    /// It waits for its turn.
    Queued,
    /// It is being carried out.
    Running,
    /// It reached its end, well.
    Done,
    /// It did not; the message says why.
    Failed,
    /// A word of the platform that we have no class for.
    Other(String),
}

impl WorkState {
    /// The one word.
    pub fn word(&self) -> &str {
        match self {
            WorkState::Queued => "queued",
            WorkState::Running => "running",
            WorkState::Done => "done",
            WorkState::Failed => "failed",
            WorkState::Other(word) => word,
        }
    }

    /// Whether the platform goes on with it, for all that is known.
    pub fn is_under_way(&self) -> bool {
        matches!(self, WorkState::Queued | WorkState::Running)
    }
}

/// One step of a platform's operation, where it tells them all.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WorkStep {
    /// The platform's name of it.
    pub name: String,
    /// How it stands; `None` where it has not begun.
    pub state: Option<WorkState>,
}

/// One operation of the platform.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Work {
    /// The platform's id of it.
    pub id: String,
    /// What it is, in the platform's word: `create`, `restore`, `back_up`, `change_plan`…
    pub kind: String,
    /// The native id of the add-on it is about, which may be gone.
    pub addon_id: Option<String>,
    /// That add-on's name.
    pub addon: Option<String>,
    /// The backup it is about.
    pub backup_id: Option<String>,
    /// How it stands.
    pub state: WorkState,
    /// The step it is at, or failed at.
    pub step: Option<String>,
    /// A sentence: why it failed, or what came of it.
    pub message: Option<String>,
    /// Who asked for it.
    pub by: Option<String>,
    /// When it was asked for.
    pub created_at: Option<Timestamp>,
    /// When its first step began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How far the step is.
    pub progress: Option<Progress>,
    /// All of its steps, in their order, where they are told.
    #[serde(default)]
    pub steps: Vec<WorkStep>,
    /// The platform's own word for how it stands, where it has one.
    #[serde(default)]
    pub word: Option<String>,
    /// The app that it is about, where it is about one.
    #[serde(default)]
    pub app: Option<String>,
    /// The environment of that app, where told.
    #[serde(default)]
    pub environment: Option<String>,
}

impl Work {
    /// What it is about, as far as that is told: an add-on, or an environment of an app.
    pub fn subject(&self) -> Option<String> {
        let addon = self.addon.as_ref().or(self.addon_id.as_ref()).cloned();
        addon.or_else(|| match (&self.environment, &self.app) {
            (Some(environment), Some(app)) => Some(format!("{environment} of {app}")),
            (environment, app) => environment.as_ref().or(app.as_ref()).cloned(),
        })
    }

    /// Whether it makes an environment of an app run something: such a thing has steps and writes a log.
    pub fn is_deployment(&self) -> bool {
        matches!(self.kind.as_str(), "deploy" | "rollback")
    }

    /// How it stands: in the platform's own word, or else in ours.
    pub fn stands(&self) -> &str {
        self.word.as_deref().unwrap_or_else(|| self.state.word())
    }
}
