//! What a command does on this platform. Pure: told from what was read just before.

use std::sync::Arc;

use super::rules::Rules;
use crate::model::{Change, Command, Effects};
use crate::platform::Situation;

/// What is known beside what was read for the command.
pub(super) struct Knowledge {
    pub(super) rules: Option<Arc<Rules>>,
    pub(super) is_administrator: Option<bool>,
}

pub(super) fn effects(command: &Command, situation: &Situation, known: &Knowledge) -> Effects {
    let _ = (command, situation, &known.rules, known.is_administrator);
    Effects { changes: vec![Change::Unknown("What this does on Akkeris is not told yet.".to_owned())] }
}
