//! Choosing a backup, a plan or an add-on, and moving among backups.

use super::keys::{self, Press};
use super::{Cx, actions, deployments, menus, nav, notify, polling, propose, settle};
use crate::app::choice::{Chosen, PickKind};
use crate::app::keymap::Intent;
use crate::app::modal::{BackupsView, Modal, Pick};
use crate::app::{Effect, Pane, State};
use crate::model::{Addon, AddonKey, Backup, BackupState, Command, Naming, make_primary, primary_holder};

/// A backup is to be deleted: that under the cursor, or one that is chosen now.
pub(super) fn delete(state: &mut State, cx: &mut Cx) {
    match state.chosen_backup().cloned() {
        Some(backup) => propose_delete(state, cx, &backup),
        None => open_about_selected(state, cx, PickKind::Delete),
    }
}

pub(super) fn plan(state: &mut State, cx: &mut Cx) {
    open_about_selected(state, cx, PickKind::Plan);
    // The plan that it has is where one starts from.
    let has = state.selected_row().and_then(|row| row.addon.plan.clone());
    if let (Some(Modal::Pick(pick)), Some(plan)) = (state.modals.last_mut(), has) {
        pick.chosen = Chosen::on(plan);
    }
}

/// The apps of another add-on go over to the one under the cursor: those of the one that it was made from, or of one that
/// is chosen now.
pub(super) fn promote(state: &mut State, cx: &mut Cx) {
    let Some(to) = state.selected_row().map(|row| row.addon.clone()) else { return };
    if state.session.words.naming.primary(&to.service).is_some() {
        return primary(state, cx, &to);
    }
    match state.preset_source(&to).cloned() {
        Some(from) => {
            settle::show_selected(state, cx);
            propose_promote(state, cx, &from, &to);
        }
        None => open_about_selected(state, cx, PickKind::Source),
    }
}

/// One app is to use the add-on: that of the attachment under the cursor, or one that is chosen now.
fn primary(state: &mut State, cx: &mut Cx, addon: &Addon) {
    let naming = state.session.words.naming;
    match state.app_at_hand(addon).ok().map(|app| make_primary(addon, app, None, naming)) {
        Some(Ok(command)) => {
            settle::show_selected(state, cx);
            propose_primary(state, cx, addon, command);
        }
        _ => open_about_selected(state, cx, PickKind::App),
    }
}

/// One that gives its only name there away would be left without an attachment: it gets another one first.
fn propose_primary(state: &mut State, cx: &mut Cx, addon: &Addon, command: Command) {
    let naming = state.session.words.naming;
    let Command::MakePrimary { app, name, .. } = &command else { return };
    let (app, name) = (app.clone(), name.clone());
    let rows = state.store.addons.iter().map(|row| &*row.addon);
    let before = primary_holder(rows, addon, &app, &name, naming).filter(|_| naming == Naming::Heroku);
    let is_only = |before: &&Addon| before.attachments.items().iter().filter(|row| row.app == app).count() == 1;
    if let Some(before) = before.filter(is_only).map(|before| before.name.clone()) {
        let why = format!(
            "{before} has no other attachment to {app} and would lose it: attach it there under another name first (A), or switch over with: attache addons promote {} --app {app}",
            addon.name
        );
        return notify::warn(state, cx, why);
    }
    propose::propose(state, cx, command);
}

/// Stops the backup under the cursor, or the one that is under way.
pub(super) fn cancel(state: &mut State, cx: &mut Cx) {
    let is_moving = |backup: &&Backup| matches!(backup.state, BackupState::Pending | BackupState::Running);
    let of_selected = || {
        let backups = state.backups(&state.selected_row()?.addon.key.id)?;
        backups.list.iter().find(is_moving)
    };
    let Some(backup) = state.chosen_backup().or_else(of_selected).cloned() else { return };
    let (Some(addon_id), Some(addon)) = (backup.addon_id, backup.addon) else {
        return notify::warn(state, cx, format!("The platform does not tell of what {} is a backup.", backup.id));
    };
    propose::propose(state, cx, Command::CancelBackup { backup_id: backup.id, addon_id, addon });
}

pub(super) fn open_about_selected(state: &mut State, cx: &mut Cx, kind: fn(AddonKey) -> PickKind) {
    settle::show_selected(state, cx);
    let Some(key) = state.ui.selected.clone() else { return };
    nav::push(state, cx, Modal::Pick(Pick { kind: kind(key), chosen: Chosen::default() }));
}

fn propose_delete(state: &mut State, cx: &mut Cx, backup: &Backup) {
    let Backup { id, addon_id, addon, .. } = backup.clone();
    propose::propose(state, cx, Command::DeleteBackup { backup_id: id, addon_id, addon });
}

fn propose_promote(state: &mut State, cx: &mut Cx, from: &Addon, to: &Addon) {
    let command = Command::MoveAttachments {
        from_id: from.key.id.to_string(),
        from: from.name.to_string(),
        to_id: to.key.id.to_string(),
        to: to.name.to_string(),
    };
    propose::propose(state, cx, command);
}

/// A key while something is chosen.
pub(super) fn key(state: &mut State, cx: &mut Cx, press: Press) {
    let Some(Modal::Pick(Pick { kind, chosen })) = state.modals.last() else { return };
    let (kind, items) = (kind.clone(), state.pick_items(kind));
    let mut at = chosen.index(items.ids());
    let intent = press.intent;
    if keys::move_cursor(cx, intent, &mut at, items.len()) {
        let id = items.ids().nth(at).map(str::to_owned);
        if let Some(Modal::Pick(pick)) = state.modals.last_mut() {
            pick.chosen.put(id, at);
        }
        return;
    }
    match (intent, items.at(at)) {
        (Some(Intent::Back), _) => {
            state.modals.pop();
            cx.seen();
        }
        (Some(Intent::Accept), Some(item)) => match item.disabled.clone() {
            Some(why) => super::notify::warn(state, cx, format!("{}: {why}.", item.label)),
            None => take(state, cx, &kind, &item.id),
        },
        _ => {}
    }
}

/// What was chosen goes on to its form or its confirmation.
fn take(state: &mut State, cx: &mut Cx, kind: &PickKind, id: &str) {
    let Some(addon) = state.store.addons.get(kind.addon()).map(|row| row.addon.clone()) else { return };
    let backups = state.backups(&addon.key.id).map_or(&[][..], |backups| backups.list.as_slice());
    let backup = backups.iter().find(|backup| backup.id == id).cloned();
    match kind {
        PickKind::Delete(_) => {
            if let Some(backup) = backup {
                propose_delete(state, cx, &backup);
            }
        }
        PickKind::Source(_) => {
            let from = state.store.addons.get(&state.store.key(id)).map(|row| row.addon.clone());
            if let Some(from) = from {
                propose_promote(state, cx, &from, &addon);
            }
        }
        PickKind::Redeploy(_) => deployments::redeploy_one(state, cx, &addon, id),
        PickKind::RollBack(_) => deployments::roll_back_one(state, cx, &addon, id),
        PickKind::Deployment { .. } => deployments::roll_back_to(state, cx, &addon, id),
        PickKind::Action(_) => actions::chosen(state, cx, &addon, id),
        PickKind::App(_) => match make_primary(&addon, id, None, state.session.words.naming) {
            Ok(command) => propose_primary(state, cx, &addon, command),
            Err(why) => notify::warn(state, cx, why),
        },
        PickKind::Plan(_) => {
            let command = Command::ChangePlan {
                addon_id: addon.key.id.to_string(),
                addon: addon.name.to_string(),
                service: addon.service.to_string(),
                plan: id.to_owned(),
            };
            propose::propose(state, cx, command);
        }
    }
}

/// The backups on all of the screen: those of one add-on, or all.
pub(super) fn open_backups(state: &mut State, cx: &mut Cx, addon: Option<AddonKey>) {
    let chosen = if addon.is_some() { state.ui.backup.clone() } else { Chosen::default() };
    nav::push(state, cx, Modal::Backups(BackupsView { addon, chosen }));
}

/// A key among the backups on all of the screen.
pub(super) fn backups_key(state: &mut State, cx: &mut Cx, press: Press) {
    match press.intent {
        Some(Intent::Back) => {
            if let Some(Modal::Backups(view)) = state.modals.pop()
                && view.addon.is_some()
                && view.addon == state.ui.detail
            {
                state.ui.backup = view.chosen;
            }
            cx.seen();
        }
        Some(Intent::CopyMenu) => menus::copies_of_backup(state, cx),
        Some(Intent::Refresh) => {
            polling::refresh_all(state, cx);
            cx.push(Effect::Repaint);
        }
        Some(intent @ (Intent::Restore | Intent::DeleteBackup | Intent::CancelBackup | Intent::BackUp)) => {
            nav::main(state, cx, Some(intent))
        }
        Some(intent) => move_by(state, cx, intent),
        None => {}
    }
}

/// Moves the cursor among the backups that are shown.
pub(super) fn move_by(state: &mut State, cx: &mut Cx, intent: Intent) {
    let page = state.ui.page();
    let ids: Vec<String> = state.shown_backups().iter().map(|backup| backup.id.clone()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let Some(chosen) = cursor(state) else { return };
    let at = chosen.index(ids.iter().copied());
    if let Some(to) = keys::moved(intent, at, ids.len(), page) {
        cx.seen_if(chosen.take(&ids, to));
    }
}

/// Keeps the cursors on what they are on; before the list was looked at, the newest.
pub(super) fn settle_cursors(state: &mut State, cx: &mut Cx) {
    if let Some(Modal::Pick(pick)) = state.modals.last() {
        let items = state.pick_items(&pick.kind);
        let at = pick.chosen.index(items.ids()).min(items.len().saturating_sub(1));
        let id = items.ids().nth(at).map(str::to_owned);
        if let Some(Modal::Pick(pick)) = state.modals.last_mut() {
            cx.seen_if(pick.chosen.put(id, at));
        }
    }
    deployments::settle_cursor(state, cx);
    if state.is_among_backups() {
        let ids: Vec<String> = state.shown_backups().iter().map(|backup| backup.id.clone()).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        if let Some(chosen) = cursor(state) {
            cx.seen_if(chosen.settle(&ids));
        }
    }
}

/// The cursor that keys move among backups.
fn cursor(state: &mut State) -> Option<&mut Chosen> {
    match state.modals.last_mut() {
        Some(Modal::Backups(view)) => Some(&mut view.chosen),
        None if state.ui.focus == Pane::Backups => Some(&mut state.ui.backup),
        _ => None,
    }
}
