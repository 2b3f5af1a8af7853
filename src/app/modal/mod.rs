//! What lies above the panes. The stack's top alone gets keys; the view draws from the bottom up.

mod arm;
mod confirm;
mod forms;
mod lists;

pub use arm::{ARM_DELAY, Arm};
pub use confirm::{Button, Confirm, Gate, Phase};
pub use forms::{AttachForm, CreateForm, CreateStep, Field, Suggestions};
pub use lists::{Help, Menu, MenuAct, MenuItem, Palette, PickAttachment, Sheet, SheetKind};

use super::RequestId;
use crate::model::Command;

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
    /// What a command will do, to be confirmed.
    Confirm(Box<Confirm>),
    /// Making an add-on.
    Create(Box<CreateForm>),
    /// Giving an add-on to an app.
    Attach(Box<AttachForm>),
    /// Which attachment to take away.
    PickAttachment(PickAttachment),
    /// The action menu or the copy menu.
    Menu(Menu),
    /// The commands, by name.
    Palette(Palette),
    /// The keys.
    Help(Help),
    /// Text to read: a description, a timeline, variables, operations, errors, the profile.
    Sheet(Sheet),
}

impl Modal {
    /// The confirmation, if it is one.
    pub fn as_confirm(&self) -> Option<&Confirm> {
        match self {
            Modal::Confirm(confirm) => Some(confirm),
            _ => None,
        }
    }
}
