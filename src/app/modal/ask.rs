//! What a command needs to be told where that is little: one to choose, or a few fields.

use tui_input::Input;

use super::{Field, Suggestions};
use crate::app::choice::{Chosen, PickKind};
use crate::model::AddonKey;

/// One to choose. What there is to choose from is made of what is known now: `State::pick_items`.
#[derive(Clone, Debug)]
pub struct Pick {
    /// What for.
    pub kind: PickKind,
    /// The one under the cursor.
    pub chosen: Chosen,
}

/// The backups on all of the screen.
#[derive(Clone, Debug)]
pub struct BackupsView {
    /// Of which add-on; `None` for all, also those of add-ons that are gone.
    pub addon: Option<AddonKey>,
    /// The one under the cursor.
    pub chosen: Chosen,
}

/// What a form is for.
#[derive(Clone, Debug)]
pub enum AskKind {
    /// Giving an add-on another name.
    Rename {
        /// The add-on.
        addon: AddonKey,
        /// Its name until now.
        name: String,
    },
    /// Saying when an add-on is backed up by itself.
    Schedule {
        /// The add-on.
        addon: AddonKey,
        /// Its name.
        name: String,
    },
    /// Making an add-on of another one's data: a follower, or a fork as it is now or was at a moment.
    Copy {
        /// The add-on whose data it gets.
        addon: AddonKey,
        /// Its name.
        name: String,
        /// Its service.
        service: String,
        /// Whether it stays up to date.
        is_follower: bool,
    },
}

impl AskKind {
    /// The add-on without which the form makes no sense, and its name.
    pub fn addon(&self) -> Option<(&AddonKey, &str)> {
        match self {
            AskKind::Rename { addon, name } | AskKind::Schedule { addon, name } | AskKind::Copy { addon, name, .. } => {
                Some((addon, name))
            }
        }
    }
}

/// One line of a form.
#[derive(Clone, Debug)]
pub struct AskField {
    /// What it is for.
    pub field: Field,
    /// What was typed.
    pub input: Input,
    /// What it can be; empty where that is open.
    pub choices: Vec<String>,
    /// Those of them that fit what was typed.
    pub suggestions: Suggestions,
}

impl AskField {
    /// A line that is filled in with `value`.
    pub fn new(field: Field, value: impl Into<String>, choices: Vec<String>) -> Self {
        let mut line = Self { field, input: Input::new(value.into()), choices, suggestions: Suggestions::default() };
        line.suggest();
        line
    }

    /// Brings the suggestions in line with what was typed: all of them beside a whole one, so that the next can be gone to.
    pub(crate) fn suggest(&mut self) {
        let typed = self.input.value().trim().to_lowercase();
        let whole = self.choices.iter().position(|choice| choice.to_lowercase() == typed);
        let fits = |choice: &&String| whole.is_some() || choice.to_lowercase().contains(&typed);
        self.suggestions = Suggestions { names: self.choices.iter().filter(fits).cloned().collect(), cursor: whole };
    }

    /// What was typed, without blanks around it.
    pub fn text(&self) -> &str {
        self.input.value().trim()
    }
}

/// A form of a few lines.
#[derive(Clone, Debug)]
pub struct Ask {
    /// What it is for.
    pub kind: AskKind,
    /// Its lines.
    pub fields: Vec<AskField>,
    /// The line with the cursor.
    pub at: usize,
    /// What is wrong, as a sentence.
    pub error: Option<String>,
}

impl Ask {
    /// What was typed for a field; nothing if the form does not have it.
    pub fn text(&self, field: Field) -> &str {
        self.fields.iter().find(|line| line.field == field).map_or("", AskField::text)
    }
}
