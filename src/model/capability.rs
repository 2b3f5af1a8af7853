//! What a platform can do, and the reason when it can't.

use serde::{Deserialize, Serialize};

/// What a person may ask for. A command that can't be done stays visible, dimmed, with the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Make an add-on.
    Create,
    /// Give an add-on to an app.
    Attach,
    /// Take an add-on from an app.
    Detach,
    /// Delete an add-on and its data.
    Destroy,
    /// Make a copy.
    BackUp,
    /// Turn a copy into data, in a new add-on.
    Restore,
    /// Replace the data of an add-on that is there with a copy.
    RestoreInto,
    /// Make apps use another add-on.
    Promote,
    /// Change the plan.
    ChangePlan,
    /// Make an app.
    CreateApp,
    /// Delete an app.
    DestroyApp,
    /// Stop an app so that nothing of it writes, or start it again.
    Maintenance,
    /// Make an app run an earlier release.
    RollBack,
    /// List copies.
    ListBackups,
    /// Fetch a copy as a file.
    DownloadBackup,
    /// Delete a copy.
    DeleteBackup,
    /// Stop a copy or a restore that is under way.
    CancelBackup,
    /// Make a copy of a local file.
    UploadBackup,
    /// Say when copies are made by themselves.
    ScheduleBackups,
    /// Give it another name.
    Rename,
    /// Give it another password.
    Rotate,
    /// Stop its server and start it again.
    Restart,
    /// Stop its server until it is used again.
    Sleep,
    /// Start its server again.
    Wake,
    /// Read the log of its server.
    Logs,
    /// Count what it uses.
    Usage,
    /// Open its own client, or show how it is reached.
    Connect,
    /// Run one of the actions that its service brings along.
    RunAction,
    /// Make an add-on of another one's data as it was at a moment.
    PointInTime,
    /// Make an add-on that follows another one.
    Follow,
    /// Switch copies that are made by themselves on or off, where that is all that can be said.
    AutoBackups,
    /// Deploy an environment of an app again, so that it gets its variables.
    Redeploy,
}

impl Verb {
    /// All of them.
    pub const ALL: [Verb; 32] = [
        Verb::Create,
        Verb::Attach,
        Verb::Detach,
        Verb::Destroy,
        Verb::BackUp,
        Verb::Restore,
        Verb::RestoreInto,
        Verb::Promote,
        Verb::ChangePlan,
        Verb::CreateApp,
        Verb::DestroyApp,
        Verb::Maintenance,
        Verb::RollBack,
        Verb::ListBackups,
        Verb::DownloadBackup,
        Verb::DeleteBackup,
        Verb::CancelBackup,
        Verb::UploadBackup,
        Verb::ScheduleBackups,
        Verb::Rename,
        Verb::Rotate,
        Verb::Restart,
        Verb::Sleep,
        Verb::Wake,
        Verb::Logs,
        Verb::Usage,
        Verb::Connect,
        Verb::RunAction,
        Verb::PointInTime,
        Verb::Follow,
        Verb::AutoBackups,
        Verb::Redeploy,
    ];
}

/// Whether a verb can be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// It can.
    Can,
    /// It can't; the reason, as a sentence for the screen.
    Cannot(String),
}

impl Capability {
    /// The reason why not, if there is one.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Capability::Can => None,
            Capability::Cannot(reason) => Some(reason),
        }
    }
}
