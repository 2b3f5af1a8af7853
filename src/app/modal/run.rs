//! What an action of a service is told before it is run.

use std::fmt;

use tui_input::Input;

use super::Suggestions;
use crate::model::{ActionClass, ActionField, AddonKey, ServiceAction};
use crate::store::poll::Topic;

/// What a line of the form is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunWhat {
    /// The action's name, of one that is in no table.
    Name,
    /// How it is sent.
    Method,
    /// What it is about.
    Subject,
    /// One field of what it is told.
    Field(String),
    /// All that it is told, as JSON.
    Body,
}

/// One line of the form. What is typed may be a secret: it is never printed.
#[derive(Clone)]
pub struct RunLine {
    /// What it is.
    pub what: RunWhat,
    /// What it is called.
    pub label: String,
    /// What it is for, as a sentence; empty where that is not told.
    pub told: String,
    /// What was typed.
    pub input: Input,
    /// What it can be; empty where that is open.
    pub choices: Vec<String>,
    /// Those of them that fit.
    pub suggestions: Suggestions,
    /// Whether what is typed is hidden.
    pub is_secret: bool,
    /// Whether it can't be left out.
    pub is_required: bool,
}

impl fmt::Debug for RunLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunLine").field("what", &self.what).field("is_secret", &self.is_secret).finish_non_exhaustive()
    }
}

impl RunLine {
    /// An empty line.
    pub fn new(what: RunWhat, label: impl Into<String>, told: impl Into<String>, is_required: bool) -> Self {
        let (input, choices, suggestions) = (Input::default(), Vec::new(), Suggestions::default());
        Self {
            what,
            label: label.into(),
            told: told.into(),
            input,
            choices,
            suggestions,
            is_secret: false,
            is_required,
        }
    }

    /// The line of a field.
    pub fn of(field: &ActionField) -> Self {
        let what = RunWhat::Field(field.name.clone());
        let mut line = Self {
            choices: field.choices.clone(),
            is_secret: field.is_secret,
            ..Self::new(what, field.name.clone(), field.told.clone(), field.is_required)
        };
        line.suggest();
        line
    }

    /// Brings the suggestions in line with what was typed.
    pub(crate) fn suggest(&mut self) {
        let typed = self.input.value().trim().to_lowercase();
        let fits = |choice: &&String| choice.to_lowercase().contains(&typed);
        self.suggestions = Suggestions { names: self.choices.iter().filter(fits).cloned().collect(), cursor: None };
    }

    /// What was typed; a secret as it is, other lines without blanks around it.
    pub fn text(&self) -> &str {
        if self.is_secret { self.input.value() } else { self.input.value().trim() }
    }
}

/// The form for one action.
#[derive(Clone, Debug)]
pub struct RunForm {
    /// The add-on.
    pub addon: AddonKey,
    /// Its name.
    pub name: String,
    /// The action; `None` for one that is named by hand.
    pub action: Option<ServiceAction>,
    /// Its lines.
    pub lines: Vec<RunLine>,
    /// The line with the cursor.
    pub at: usize,
    /// Whether what the platform describes of its fields was taken in.
    pub is_described: bool,
    /// What is wrong, as a sentence.
    pub error: Option<String>,
}

impl RunForm {
    /// What is asked of the platform: what can be told to the action.
    pub fn topic(&self) -> Option<Topic> {
        let action = self.action.as_ref().filter(|action| action.class != ActionClass::Reads)?;
        Some(Topic::ActionFields { addon_id: self.addon.id.to_string(), action: action.name.clone() })
    }

    /// What was typed into a line; nothing if the form does not have it.
    pub fn text(&self, what: &RunWhat) -> &str {
        self.lines.iter().find(|line| line.what == *what).map_or("", RunLine::text)
    }
}
