//! What follows from every action: rows, cursor, details, modals whose target went away, and what is due.

use super::nav::REST;
use super::{Cx, actions, course, live, notify, pick, polling, restore, several};
use crate::app::PickKind;
use crate::app::modal::{Modal, Phase, Pick};
use crate::app::{Chosen, State};
use crate::model::AddonKey;

pub(super) fn settle(state: &mut State, cx: &mut Cx) {
    live::settle(state, cx);
    rows(state, cx);
    several::rows(state, cx);
    close_without_target(state, cx);
    pick::settle_cursors(state, cx);
    restore::settle(state, cx);
    actions::settle(state, cx);
    details(state, cx);
    notify::settle(state, cx);
    if let Some(Modal::Confirm(confirm)) = state.modals.last_mut() {
        cx.seen_if(confirm.arm.settle(cx.now.mono));
    }
    course::settle(state, cx);
    if !cx.wants_the_same || polling::is_due(state, cx) {
        polling::settle(state, cx);
    }
}

/// Brings the visible rows up to date and keeps the cursor on its row; where that vanished, on its neighbour.
pub(super) fn rows(state: &mut State, cx: &mut Cx) {
    let is_new = state.visible.refresh(&state.store.addons, state.ui.sort, state.ui.filter.input.value());
    if let Some(follow) = &state.follow {
        let key = state.store.key(&follow.addon_id);
        if state.visible.position(&state.store.addons, &key).is_some() {
            state.follow = None;
            state.ui.selected = Some(key.clone());
            state.ui.detail = Some(key);
            (state.ui.attachment, state.ui.backup, state.rest) = (0, Chosen::default(), None);
            state.ui.environment = Chosen::default();
            place_cursor(state);
            cx.seen();
        }
    }
    if !is_new {
        return;
    }
    cx.wants_the_same = false;
    cx.seen();
    let addons = &state.store.addons;
    state.ui.marks.retain(|key| addons.get(key).is_some());
    place_cursor(state);
}

/// Finds the selected row again, or takes the neighbour of where it was.
fn place_cursor(state: &mut State) {
    let found = state.ui.selected.as_ref().and_then(|key| state.visible.position(&state.store.addons, key));
    match found {
        Some(index) => state.cursor = index,
        None => {
            state.cursor = state.cursor.min(state.visible.len().saturating_sub(1));
            state.ui.selected = state.visible_row(state.cursor).map(|row| row.addon.key.clone());
        }
    }
}

/// The details follow the cursor once it rested, and at once when their add-on is gone.
fn details(state: &mut State, cx: &mut Cx) {
    let has_rested = state.rest.is_some_and(|rest| cx.now.mono >= rest);
    let is_gone = state.ui.detail.as_ref().is_none_or(|key| state.store.addons.get(key).is_none());
    if (has_rested || is_gone) && state.ui.detail != state.ui.selected {
        show_selected(state, cx);
    }
    if has_rested {
        state.rest = None;
    }
    // Not only keys move the cursor: a filter, or a row that went, puts it on another one.
    if state.rest.is_none() && state.ui.detail != state.ui.selected {
        state.rest = Some(cx.now.mono + REST);
    }
    let attachments = state.detail().map_or(0, |addon| addon.attachments.items().len());
    state.ui.attachment = state.ui.attachment.min(attachments.saturating_sub(1));
}

/// Shows the details of the row under the cursor now.
pub(super) fn show_selected(state: &mut State, cx: &mut Cx) {
    state.rest = None;
    if state.ui.detail != state.ui.selected {
        state.ui.detail.clone_from(&state.ui.selected);
        state.ui.attachment = 0;
        (state.ui.backup, state.ui.environment) = (Chosen::default(), Chosen::default());
        state.ui.scroll = [0; 5];
        cx.wants_the_same = false;
        cx.seen();
    }
}

/// A modal about an add-on that went away goes too: nobody may confirm what they can't see. One whose command was sent
/// already stays: its answer is still to come.
fn close_without_target(state: &mut State, cx: &mut Cx) {
    let store = &state.store;
    let is_away = |key: &AddonKey| store.addons.get(key).is_none_or(|row| row.missing_since.is_some());
    let mut closed = Vec::new();
    state.modals.retain(|modal| {
        let (target, name) = match modal {
            Modal::Confirm(confirm) if confirm.phase == Phase::Open => (confirm.target.as_ref(), confirm.name()),
            Modal::Attach(form) => (Some(&form.addon), form.addon_name.as_str()),
            Modal::PickAttachment(pick) => (Some(&pick.addon), pick.addon_name.as_str()),
            Modal::Run(form) => (Some(&form.addon), form.name.as_str()),
            Modal::Ask(form) => form.kind.addon().map_or((None, ""), |(key, name)| (Some(key), name)),
            // Its backups may outlive it.
            Modal::Pick(Pick {
                kind:
                    PickKind::Source(key)
                    | PickKind::Plan(key)
                    | PickKind::Action(key)
                    | PickKind::App(key)
                    | PickKind::Redeploy(key)
                    | PickKind::RollBack(key)
                    | PickKind::Deployment { addon: key, .. },
                ..
            }) => (Some(key), "It"),
            _ => (None, ""),
        };
        let stays = target.is_none_or(|key| !is_away(key));
        if !stays {
            closed.push(name.to_owned());
        }
        stays
    });
    if let Some(name) = closed.pop() {
        notify::warn(state, cx, format!("{name} is no longer in the platform's list; nothing was sent."));
    }
}
