//! The combined list: opened and closed, moved about in, and left for the profile of one of its rows. Nothing is proposed here.

mod entering;
mod polling;

pub(super) use entering::entered;
pub(super) use polling::{ask, caches, is_merging, look_again, looked, merged, refresh_all, wants};

use super::keys::{self, Press};
use super::{Cx, lists, menus, nav, notify};
use crate::app::keymap::Intent;
use crate::app::modal::{Help, Modal, SheetKind};
use crate::app::several::Combined;
use crate::app::ui::{Breakpoint, Level};
use crate::app::{Effect, State};
use crate::model::{AddonKey, Verb};

/// Shows the add-ons of all profiles.
pub(super) fn open(state: &mut State, cx: &mut Cx) {
    if state.shows_combined() {
        return;
    }
    let mut combined = state.combined.take().unwrap_or_default();
    state.know_profiles();
    combined.take_profiles(&state.profiles);
    combined.wish = None;
    if combined.selected.is_none() {
        combined.selected.clone_from(&state.ui.selected);
    }
    polling::opened(state, cx, &mut combined);
    state.combined = Some(combined);
    nav::push(state, cx, Modal::Combined);
}

/// Back to the panes of the profile that is entered.
fn close(state: &mut State, cx: &mut Cx) {
    state.modals.retain(|modal| !matches!(modal, Modal::Combined));
    polling::closed(state, cx);
    cx.seen();
}

/// A key in the combined list.
pub(super) fn key(state: &mut State, cx: &mut Cx, press: Press) {
    let Some(combined) = &mut state.combined else { return };
    combined.wish = None;
    let Some(intent) = press.intent else { return };
    match intent {
        Intent::Back if !back(combined) => close(state, cx),
        Intent::Back => cx.seen(),
        Intent::Find => {
            combined.filter.is_editing = true;
            cx.seen();
        }
        Intent::Sort => {
            combined.sort = combined.sort.next();
            let words = format!("Sorted by {}.", combined.sort.word());
            notify::info(state, cx, words);
        }
        Intent::Open | Intent::Describe => {
            if let Some(key) = state.combined_chosen() {
                lists::open_sheet(state, cx, SheetKind::Combined(key));
            }
        }
        Intent::CopyMenu => menus::copies_of_combined(state, cx),
        Intent::Profile => nav::main(state, cx, Some(Intent::Profile)),
        Intent::Help => nav::push(state, cx, Modal::Help(Help::default())),
        Intent::Refresh => {
            super::polling::refresh_all(state, cx);
            refresh_all(state, cx);
            cx.push(Effect::Repaint);
        }
        intent if entering::is_for_one_profile(intent) => entering::enter_for(state, cx, intent),
        intent => move_by(state, cx, intent),
    }
}

/// One step back within the list; false if there is none.
fn back(combined: &mut Combined) -> bool {
    let is_on = combined.filter.is_on();
    combined.filter.input.reset();
    is_on
}

fn move_by(state: &mut State, cx: &mut Cx, intent: Intent) {
    let page = page(state);
    let Some(combined) = &state.combined else { return };
    let Some(to) = keys::moved(intent, combined.cursor, combined.len(), page) else { return };
    let Some(key) = state.combined_seen(to).map(|(_, row)| row.addon.key.clone()) else { return };
    if let Some(combined) = &mut state.combined {
        cx.seen_if(combined.selected.as_ref() != Some(&key));
        (combined.cursor, combined.selected) = (to, Some(key));
    }
}

/// About how many rows fit.
pub(super) fn page(state: &State) -> usize {
    let spare = if state.ui.breakpoint == Breakpoint::Narrow { 6 } else { 10 };
    usize::from(state.ui.size.1).saturating_sub(spare).max(1)
}

/// A key while the filter of the combined list is typed.
pub(super) fn filter(state: &mut State, cx: &mut Cx, press: Press) {
    let Some(combined) = &mut state.combined else { return };
    match press.intent {
        Some(Intent::Accept) => combined.filter.is_editing = false,
        Some(Intent::Back) => {
            combined.filter.is_editing = false;
            combined.filter.input.reset();
        }
        Some(intent) => return move_by(state, cx, intent),
        None => {
            keys::edit(&mut combined.filter.input, cx, press.event);
            return;
        }
    }
    cx.seen();
}

/// Pasted text while that filter is typed.
pub(super) fn paste(state: &mut State, cx: &mut Cx, text: &str) {
    if let Some(combined) = state.combined.as_mut().filter(|combined| combined.filter.is_editing) {
        keys::insert(&mut combined.filter.input, cx, text);
    }
}

/// Brings the rows up to date and keeps the cursor on its add-on; where that went, on its neighbour.
pub(super) fn rows(state: &mut State, cx: &mut Cx) {
    if !state.shows_combined() {
        return;
    }
    let no_backups = state.session.cannot(Verb::ListBackups).map(str::to_owned);
    let Some(combined) = &mut state.combined else { return };
    if !combined.refresh(&state.store, no_backups.as_deref(), cx.now.wall) {
        return;
    }
    cx.seen();
    let (len, selected, at) = (combined.len(), combined.selected.clone(), combined.cursor);
    let key = |index| state.combined_seen(index).map(|(_, row)| &row.addon.key);
    let found = selected.as_ref().and_then(|selected| position(len, at, |index| key(index) == Some(selected)));
    let cursor = found.unwrap_or_else(|| at.min(len.saturating_sub(1)));
    let selected: Option<AddonKey> = key(cursor).cloned();
    if let Some(combined) = &mut state.combined {
        // What the filter hides stays chosen, for when it is shown again.
        if selected.is_some() || combined.all() == 0 {
            combined.selected = selected;
        }
        combined.cursor = cursor;
    }
}

/// The first place that is meant, looked for where it was first.
fn position(len: usize, at: usize, is_it: impl Fn(usize) -> bool) -> Option<usize> {
    if at < len && is_it(at) { Some(at) } else { (0..len).find(|index| is_it(*index)) }
}

/// Something about the combined list that somebody should know.
fn say(state: &mut State, cx: &mut Cx, level: Level, text: String) {
    match level {
        Level::Info => notify::info(state, cx, text),
        Level::Warning => notify::warn(state, cx, text),
        Level::Error => notify::error(state, cx, text),
    }
}
