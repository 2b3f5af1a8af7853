//! The second stage: when the data was good last.

use super::{go, refuse, top};
use crate::app::State;
use crate::app::keymap::Intent;
use crate::app::modal::RestoreStage;
use crate::app::update::Cx;
use crate::app::update::keys::{self, Press};
use crate::store::poll::Topic;

/// The releases are wanted as they are now.
pub(super) fn urge(state: &mut State) {
    let Some(wizard) = state.restore_on_top() else { return };
    let apps: Vec<String> = state.restore_apps(wizard).into_iter().map(str::to_owned).collect();
    apps.into_iter().for_each(|app| state.urge(&Topic::Releases(app)));
}

pub(super) fn key(state: &mut State, cx: &mut Cx, press: Press) {
    let Some(wizard) = state.restore_on_top() else { return };
    if press.intent == Some(Intent::Accept) {
        return match state.restore_good(wizard) {
            Ok(good) => {
                if let Some(wizard) = top(state) {
                    wizard.good = good;
                }
                go(state, cx, RestoreStage::Backup);
            }
            Err(why) => refuse(state, cx, why),
        };
    }
    let ids: Vec<String> = state.restore_releases(wizard).iter().map(|row| row.id()).collect();
    // Above the first release is the line: the way back to what was typed.
    let at = wizard.release.as_ref().and_then(|id| ids.iter().position(|one| one == id)).map_or(0, |at| at + 1);
    let moved = press.intent.and_then(|intent| keys::moved(intent, at, ids.len() + 1, 10));
    let Some(wizard) = top(state) else { return };
    match moved {
        Some(to) => {
            let release = to.checked_sub(1).and_then(|at| ids.get(at)).cloned();
            cx.seen_if(release != wizard.release);
            wizard.release = release;
        }
        None => {
            if keys::edit(&mut wizard.moment, cx, press.event) {
                wizard.release = None;
            }
        }
    }
}
