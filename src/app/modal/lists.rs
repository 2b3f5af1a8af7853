//! Lists to choose from and sheets to read.

use tui_input::Input;

use super::CourseAct;
use crate::app::keymap::Intent;
use crate::model::{AddonKey, Attachment, Deed, DeedId, OperationId, ProfileName};
use crate::store::poll::Topic;

/// What choosing an item of a menu does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MenuAct {
    /// The same as its key.
    Intent(Intent),
    /// Puts this text on the clipboard.
    Copy(String),
    /// Does something about a procedure.
    Course(OperationId, CourseAct),
    /// Enters a profile.
    Enter(ProfileName),
    /// Takes note that the outcome of this operation is unknown.
    Note(OperationId),
}

/// One item of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuItem {
    /// What it says.
    pub label: String,
    /// The key that does the same, or what will be copied.
    pub detail: String,
    /// What it does.
    pub act: MenuAct,
    /// Why it can't be done now; then it is dimmed.
    pub disabled: Option<String>,
}

/// A menu.
#[derive(Clone, Debug)]
pub struct Menu {
    /// Its title.
    pub title: String,
    /// Its items.
    pub items: Vec<MenuItem>,
    /// The item under the cursor.
    pub cursor: usize,
}

/// The commands of the context, by name.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    /// What was typed.
    pub input: Input,
    /// The commands that fit.
    pub items: Vec<MenuItem>,
    /// The command under the cursor.
    pub cursor: usize,
}

/// The keys, searchable. The lines come from `keymap::help`.
#[derive(Clone, Debug, Default)]
pub struct Help {
    /// What was typed.
    pub input: Input,
    /// The first line shown; the view clamps it.
    pub scroll: u16,
}

/// Which attachment to take away.
#[derive(Clone, Debug)]
pub struct PickAttachment {
    /// Of which add-on.
    pub addon: AddonKey,
    /// Its name.
    pub addon_name: String,
    /// Its attachments when this was opened.
    pub attachments: Vec<Attachment>,
    /// The one under the cursor.
    pub cursor: usize,
}

/// What a sheet shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SheetKind {
    /// All that is known of an add-on.
    Describe(AddonKey),
    /// All events of an add-on.
    Timeline(AddonKey),
    /// The variable names that an add-on gives, and those of one app.
    Variables {
        /// The add-on.
        addon: AddonKey,
        /// The app whose names are shown; `None` for the bare names of an add-on that is not attached.
        app: Option<String>,
    },
    /// The last lines of the log of an add-on's server.
    Log(AddonKey),
    /// What one of the platform's own operations has written.
    WorkLog {
        /// The platform's id of it.
        id: String,
        /// What it is, in words.
        title: String,
    },
    /// What an action says that only reads.
    Answer {
        /// The add-on.
        addon: AddonKey,
        /// What it does, in words.
        title: String,
        /// What is asked.
        topic: Topic,
    },
    /// All that is known of an add-on in the combined list. Nothing is asked for it.
    Combined(AddonKey),
    /// The profile, the account, the platform.
    Profile,
    /// How often everything is read, and why.
    Polling,
}

impl SheetKind {
    /// The add-on that it is about.
    pub fn addon(&self) -> Option<&AddonKey> {
        match self {
            SheetKind::Describe(key)
            | SheetKind::Timeline(key)
            | SheetKind::Log(key)
            | SheetKind::Answer { addon: key, .. }
            | SheetKind::Variables { addon: key, .. } => Some(key),
            _ => None,
        }
    }
}

/// What went wrong, the newest first, or one of it in full.
#[derive(Clone, Debug, Default)]
pub struct ErrorsView {
    /// The one under the cursor, by its id; the newest if none was chosen.
    pub chosen: Option<u64>,
    /// Whether it is shown in full.
    pub is_open: bool,
    /// The first line shown of it in full; the view clamps it.
    pub scroll: u16,
}

impl ErrorsView {
    /// The place of the one under the cursor among these ids. Where it is no longer there, the first.
    pub fn place(&self, ids: &[u64]) -> usize {
        self.chosen.and_then(|chosen| ids.iter().position(|id| *id == chosen)).unwrap_or(0)
    }
}

/// Text to read.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// What it shows.
    pub kind: SheetKind,
    /// The first line shown; the view clamps it.
    pub scroll: u16,
}

/// The operations: a list, and one of them in full.
#[derive(Clone, Debug, Default)]
pub struct OperationsView {
    /// The one under the cursor, by its id; the first if none was chosen.
    pub chosen: Option<DeedId>,
    /// Whether it is shown in full.
    pub is_open: bool,
    /// The first line of it that is shown; the view clamps it.
    pub scroll: u16,
}

impl OperationsView {
    /// The place of the one under the cursor. Where it is no longer there, the first.
    pub fn place(&self, rows: &[Deed]) -> usize {
        self.chosen.as_ref().and_then(|chosen| rows.iter().position(|row| row.id == *chosen)).unwrap_or(0)
    }
}
