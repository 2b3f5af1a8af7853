//! What lies above the panes. The stack's top alone gets keys; the view draws from the bottom up.

mod arm;
mod ask;
mod asked;
mod confirm;
mod course;
mod forms;
mod lists;
mod restore;
mod run;
mod unlock;

pub use arm::{ARM_DELAY, Arm};
pub use ask::{Ask, AskField, AskKind, BackupsView, Pick};
pub use asked::{Asked, AskedPhase};
pub use confirm::{Button, Confirm, Gate, Phase};
pub use course::{CourseAct, CourseView};
pub use forms::{AttachForm, CreateForm, CreateStep, Field, Suggestions};
pub use lists::{ErrorsView, Help, Menu, MenuAct, MenuItem, OperationsView, Palette, PickAttachment, Sheet, SheetKind};
pub(crate) use restore::Matches;
pub use restore::{BackupStage, Good, Later, RestoreStage, RestoreWizard, WayStage};
pub use run::{RunForm, RunLine, RunWhat};
pub use unlock::{UnlockForm, UnlockPhase};

use super::RequestId;
use crate::model::{Command, ProfileName};

/// One thing above the panes.
#[derive(Clone, Debug)]
pub enum Modal {
    /// The target of a command is being read; Esc gives it up.
    Preparing {
        /// The read.
        id: RequestId,
        /// What is proposed.
        command: Command,
    },
    /// What several commands would do is being read; Esc gives it up.
    Gathering {
        /// The read.
        id: RequestId,
        /// What they are for.
        title: String,
    },
    /// The add-ons of all profiles, on all of the screen.
    Combined,
    /// Another profile is on its way to be shown; Esc stays here.
    Entering(ProfileName),
    /// A procedure on all of the screen.
    Course(CourseView),
    /// What a command will do, to be confirmed.
    Confirm(Box<Confirm>),
    /// Making an add-on.
    Create(Box<CreateForm>),
    /// Giving an add-on to an app.
    Attach(Box<AttachForm>),
    /// Which attachment to take away.
    PickAttachment(PickAttachment),
    /// Which backup, plan or add-on.
    Pick(Pick),
    /// A few fields that a command needs.
    Ask(Box<Ask>),
    /// What an action is told.
    Run(Box<RunForm>),
    /// What the platform asks before it does something.
    Asked(Box<Asked>),
    /// The way to a restore.
    Restore(Box<RestoreWizard>),
    /// The backups on all of the screen.
    Backups(BackupsView),
    /// Unlocking a read-only profile.
    Unlock(Box<UnlockForm>),
    /// The action menu or the copy menu.
    Menu(Menu),
    /// The commands, by name.
    Palette(Palette),
    /// The keys.
    Help(Help),
    /// Text to read: a description, a timeline, variables, operations, the profile.
    Sheet(Sheet),
    /// What went wrong.
    Errors(ErrorsView),
    /// What was done.
    Operations(OperationsView),
}

impl Modal {
    /// Whether it asks for what a command needs: it goes once the command was taken.
    pub(crate) fn is_asking(&self) -> bool {
        matches!(
            self,
            Modal::Create(_)
                | Modal::Attach(_)
                | Modal::PickAttachment(_)
                | Modal::Pick(_)
                | Modal::Ask(_)
                | Modal::Run(_)
                | Modal::Restore(_)
        )
    }

    /// Where a form says what is wrong.
    pub(crate) fn error_mut(&mut self) -> Option<&mut Option<String>> {
        match self {
            Modal::Create(form) => Some(&mut form.error),
            Modal::Attach(form) => Some(&mut form.error),
            Modal::Ask(form) => Some(&mut form.error),
            Modal::Run(form) => Some(&mut form.error),
            Modal::Restore(wizard) => Some(&mut wizard.error),
            _ => None,
        }
    }

    /// The way to a restore, if it is one.
    pub fn as_restore(&self) -> Option<&RestoreWizard> {
        match self {
            Modal::Restore(wizard) => Some(wizard),
            _ => None,
        }
    }

    /// The confirmation, if it is one.
    pub fn as_confirm(&self) -> Option<&Confirm> {
        match self {
            Modal::Confirm(confirm) => Some(confirm),
            _ => None,
        }
    }
}
