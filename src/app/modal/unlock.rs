//! The form that unlocks a read-only profile: its name and a reason, both typed.

use std::time::Duration;

use jiff::Timestamp;
use tui_input::Input;

use super::Field;
use crate::app::RequestId;

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnlockPhase {
    /// It is filled in.
    Open,
    /// The unlocking is being recorded; only then is it one.
    Recording {
        /// The request that records it.
        id: RequestId,
        /// When it will end, by the clock on the wall.
        until: Timestamp,
        /// The same by the clock that never jumps.
        until_mono: Duration,
    },
}

/// What it takes to unlock a read-only profile.
#[derive(Clone, Debug)]
pub struct UnlockForm {
    /// The profile's name. It takes keys alone: a name that is pasted was not read.
    pub name: Input,
    /// Why. It goes into the record of every write.
    pub reason: Input,
    /// Where the cursor is: `Name` or `Reason`.
    pub field: Field,
    /// What is wrong, as a sentence.
    pub error: Option<String>,
    /// How far it is.
    pub phase: UnlockPhase,
}

impl Default for UnlockForm {
    fn default() -> Self {
        Self {
            name: Input::default(),
            reason: Input::default(),
            field: Field::Name,
            error: None,
            phase: UnlockPhase::Open,
        }
    }
}

impl UnlockForm {
    /// The line with the cursor.
    pub(crate) fn input(&mut self) -> &mut Input {
        if self.field == Field::Reason { &mut self.reason } else { &mut self.name }
    }
}
