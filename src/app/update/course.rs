//! A procedure on its way.

use super::{Cx, notify, propose};
use crate::app::{State, restore_command};
use crate::model::RestorePlan;

/// The steps of a restore were chosen: what can be told of them already is proposed, to be confirmed.
pub(super) fn begin(state: &mut State, cx: &mut Cx, plan: RestorePlan) {
    match restore_command(&plan).cloned() {
        Some(command) => propose::propose(state, cx, command),
        None => notify::error(state, cx, "This restore has no step that makes the replacement.".to_owned()),
    }
}
