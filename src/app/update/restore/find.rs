//! The first stage: which database.

use std::borrow::Cow;

use super::{refuse, take_addon, top};
use crate::app::State;
use crate::app::choice::Chosen;
use crate::app::keymap::Intent;
use crate::app::update::Cx;
use crate::app::update::keys::{self, Press};

pub(super) fn key(state: &mut State, cx: &mut Cx, press: Press) {
    let Some(wizard) = state.restore_on_top() else { return };
    let matches = state.matches(wizard);
    let count = matches.rows.len();
    let at = wizard.found.index(state.match_ids(&matches));
    if press.intent == Some(Intent::Accept) {
        let row = matches.rows.get(at).and_then(|place| state.store.addons.at(*place as usize));
        return match row.map(|row| (row.addon.key.clone(), row.addon.name.clone())) {
            Some((key, name)) => take_addon(state, cx, key, name.to_string()),
            None => refuse(state, cx, "No add-on fits: there is nothing to go on with.".to_owned()),
        };
    }
    let moved = press.intent.and_then(|intent| keys::moved(intent, at, count, 10));
    let to = moved.and_then(|to| Some((state.match_ids(&matches).nth(to)?.to_owned(), to)));
    let Some(wizard) = top(state) else { return };
    match to {
        Some((id, to)) => {
            let is_other = wizard.found.put(Some(id), to);
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
    let matches = state.matches(wizard);
    let is_sought = wizard.is_sought && state.store.addons.fresh.is_live();
    let only = state.match_at(&matches, 0).filter(|_| is_sought && matches.exact == 1);
    let only = only.map(|only| (only.addon.key.clone(), only.addon.name.clone()));
    let at = wizard.found.index(state.match_ids(&matches)).min(matches.rows.len().saturating_sub(1));
    let id = state.match_ids(&matches).nth(at).map(str::to_owned);
    let anew = match matches {
        Cow::Owned(anew) => Some(anew),
        Cow::Borrowed(_) => None,
    };
    let Some(wizard) = top(state) else { return };
    cx.seen_if(wizard.found.put(id, at));
    if let Some(matches) = anew {
        wizard.matches = matches;
    }
    if is_sought {
        wizard.is_sought = false;
    }
    if let Some((key, name)) = only {
        take_addon(state, cx, key, name.to_string());
    }
}
