//! The first stage: which database.

use super::{refuse, take_addon, top};
use crate::app::State;
use crate::app::choice::Chosen;
use crate::app::keymap::Intent;
use crate::app::modal::RestoreWizard;
use crate::app::update::Cx;
use crate::app::update::keys::{self, Press};

fn ids(state: &State, wizard: &RestoreWizard) -> Vec<String> {
    state.restore_matches(wizard).into_iter().map(|found| found.addon.key.id.clone()).collect()
}

pub(super) fn key(state: &mut State, cx: &mut Cx, press: Press) {
    let Some(wizard) = state.restore_on_top() else { return };
    let ids = ids(state, wizard);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let at = wizard.found.index(ids.iter().copied());
    if press.intent == Some(Intent::Accept) {
        let row = ids.get(at).and_then(|id| state.store.addons.get(&state.store.key(id)));
        return match row.map(|row| (row.addon.key.clone(), row.addon.name.clone())) {
            Some((key, name)) => take_addon(state, cx, key, name),
            None => refuse(state, cx, "No add-on fits: there is nothing to go on with.".to_owned()),
        };
    }
    let moved = press.intent.and_then(|intent| keys::moved(intent, at, ids.len(), 10));
    let Some(wizard) = top(state) else { return };
    match moved {
        Some(to) => {
            let is_other = wizard.found.take(&ids, to);
            cx.seen_if(is_other);
        }
        // The best fit is where one starts from again.
        None if keys::edit(&mut wizard.find, cx, press.event) => wizard.found = Chosen::default(),
        None => {}
    }
}

/// Keeps the cursor on its add-on. What the command line told is taken if exactly one add-on is called so.
pub(super) fn settle(state: &mut State, cx: &mut Cx) {
    let Some(wizard) = state.restore_on_top() else { return };
    let list = ids(state, wizard);
    let is_sought = wizard.is_sought && state.store.addons.fresh.is_live();
    let exact: Vec<_> = state.restore_matches(wizard).into_iter().filter(|found| found.is_exact).collect();
    let only = match exact.as_slice() {
        [only] if is_sought => Some((only.addon.key.clone(), only.addon.name.clone())),
        _ => None,
    };
    let Some(wizard) = top(state) else { return };
    let ids: Vec<&str> = list.iter().map(String::as_str).collect();
    cx.seen_if(wizard.found.settle(&ids));
    if is_sought {
        wizard.is_sought = false;
    }
    if let Some((key, name)) = only {
        take_addon(state, cx, key, name);
    }
}
