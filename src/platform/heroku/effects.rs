//! placeholder
use crate::model::{Addon, Change, Command, Effects};
use crate::platform::Situation;
pub(super) fn effects(command: &Command, _situation: &Situation) -> Effects {
    Effects { changes: vec![Change::Unknown(format!("{} was not looked into.", command.sentence()))] }
}
pub(super) fn switch_over(_from: &Addon, _to: &Addon) -> Vec<Command> {
    Vec::new()
}
