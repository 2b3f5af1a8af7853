//! What a platform asks of a person before it does something. Nothing has happened then.

use std::fmt;

use tui_input::Input;

use crate::app::RequestId;
use crate::model::{Asks, Command};

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedPhase {
    /// It waits for the person.
    Open,
    /// The code is on its way to the platform.
    Authorizing(RequestId),
}

/// A question of the platform. What is typed may be a code: it is never printed.
#[derive(Clone)]
pub struct Asked {
    /// What was refused for now.
    pub command: Command,
    /// What the platform said.
    pub said: String,
    /// What it wants.
    pub asks: Asks,
    /// What was typed.
    pub input: Input,
    /// What is wrong, as a sentence.
    pub error: Option<String>,
    /// How far it is.
    pub phase: AskedPhase,
}

impl Asked {
    /// A question that was not answered yet.
    pub fn new(command: Command, said: String, asks: Asks) -> Self {
        Self { command, said, asks, input: Input::default(), error: None, phase: AskedPhase::Open }
    }
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asked").field("asks", &self.asks).field("phase", &self.phase).finish_non_exhaustive()
    }
}
