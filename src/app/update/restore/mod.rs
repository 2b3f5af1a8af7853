//! The way to a restore: stage by stage, and back again without losing anything.

mod backup;
mod find;
mod moment;
mod way;

use super::keys::Press;
use super::{Cx, nav, notify, polling, settle};
use crate::app::choice::Chosen;
use crate::app::keymap::Intent;
use crate::app::modal::{BackupStage, Modal, RestoreStage, RestoreWizard, WayStage};
use crate::app::{Effect, Opening, RequestId, State};
use crate::model::{AddonKey, Backup, without_secrets};
use crate::store::poll::Topic;

pub(super) use way::planned;

/// A restore is wanted: of the backup under the cursor, of the add-on under it, or of one that is looked for.
pub(super) fn open(state: &mut State, cx: &mut Cx) {
    if let Some(backup) = state.chosen_backup().cloned() {
        return of_backup(state, cx, backup);
    }
    settle::show_selected(state, cx);
    let selected = state.selected_row().map(|row| (row.addon.key.clone(), row.addon.name.clone()));
    match selected {
        Some((key, name)) => {
            let wizard =
                RestoreWizard { addon: Some((key, name.to_string())), ..RestoreWizard::new(RestoreStage::Moment) };
            start(state, cx, wizard);
        }
        None => start(state, cx, RestoreWizard::new(RestoreStage::Find)),
    }
}

/// A restore is wanted of a database that is looked for first; the one under the cursor is where one starts from.
pub(super) fn open_find(state: &mut State, cx: &mut Cx) {
    let found = state.ui.selected.as_ref().map_or_else(Chosen::default, |key| Chosen::on(key.id.clone()));
    start(state, cx, RestoreWizard { found, ..RestoreWizard::new(RestoreStage::Find) });
}

/// The dashboard was started in order to restore.
pub(super) fn open_told(state: &mut State, cx: &mut Cx, opening: Opening) {
    let Opening::Restore { what, before } = opening;
    let wizard = RestoreWizard {
        is_sought: !what.trim().is_empty(),
        find: without_secrets(&what).into(),
        moment: before.unwrap_or_default().into(),
        ..RestoreWizard::new(RestoreStage::Find)
    };
    start(state, cx, wizard);
}

fn of_backup(state: &mut State, cx: &mut Cx, backup: Backup) {
    let row = backup.addon_id.as_ref().and_then(|id| state.store.addons.get(&state.store.key(id)));
    if let Some(row) = row {
        let addon = Some((row.addon.key.clone(), row.addon.name.to_string()));
        let chosen = BackupStage { chosen: Some(backup.id), is_preselected: true, ..BackupStage::default() };
        return start(state, cx, RestoreWizard { addon, backup: chosen, ..RestoreWizard::new(RestoreStage::Moment) });
    }
    // What it was taken of is gone, or never was: no app, no release, no other backup has a say.
    let picked = BackupStage { picked: Some(backup), ..BackupStage::default() };
    start(state, cx, RestoreWizard { is_gone: true, backup: picked, ..RestoreWizard::new(RestoreStage::Way) });
}

fn start(state: &mut State, cx: &mut Cx, wizard: RestoreWizard) {
    nav::push(state, cx, Modal::Restore(Box::new(wizard)));
    entered(state, cx);
}

/// The wizard on top.
fn top(state: &mut State) -> Option<&mut RestoreWizard> {
    any_on(state.modals.last_mut()?)
}

fn any_on(modal: &mut Modal) -> Option<&mut RestoreWizard> {
    match modal {
        Modal::Restore(wizard) => Some(wizard),
        _ => None,
    }
}

fn go(state: &mut State, cx: &mut Cx, stage: RestoreStage) {
    let Some(wizard) = top(state) else { return };
    (wizard.stage, wizard.error) = (stage, None);
    cx.seen();
    entered(state, cx);
}

/// A stage is on the screen: what it shows is read.
fn entered(state: &mut State, cx: &mut Cx) {
    match top(state).map(|wizard| wizard.stage) {
        Some(RestoreStage::Moment) => moment::urge(state),
        Some(RestoreStage::Backup) => backup::read_anew(state, cx),
        Some(RestoreStage::Way) => way::enter(state, cx),
        Some(RestoreStage::Find) | None => {}
    }
}

/// A key while a restore is prepared.
pub(super) fn key(state: &mut State, cx: &mut Cx, press: Press) {
    let Some(wizard) = top(state) else { return };
    let had_error = wizard.error.take().is_some();
    wizard.is_sought = false;
    let stage = wizard.stage;
    cx.seen_if(had_error);
    match press.intent {
        Some(Intent::Back) => back(state, cx),
        Some(Intent::Refresh) => again(state, cx),
        _ => match stage {
            RestoreStage::Find => find::key(state, cx, press),
            RestoreStage::Moment => moment::key(state, cx, press),
            RestoreStage::Backup => backup::key(state, cx, press),
            RestoreStage::Way => way::key(state, cx, press),
        },
    }
}

/// One step back; from where it was opened, out of it.
fn back(state: &mut State, cx: &mut Cx) {
    let Some(wizard) = top(state) else { return };
    cx.seen();
    if wizard.backup.later.take().is_some() {
        return;
    }
    if let Some((id, _)) = wizard.way.asked.take() {
        cx.push(Effect::Cancel(id));
    }
    let before = match wizard.stage {
        stage if stage == wizard.first => None,
        RestoreStage::Find | RestoreStage::Moment => Some(RestoreStage::Find),
        RestoreStage::Backup => Some(RestoreStage::Moment),
        RestoreStage::Way => Some(RestoreStage::Backup),
    };
    match before {
        Some(stage) => go(state, cx, stage),
        None => {
            state.modals.pop();
        }
    }
}

/// What the stage shows is read again.
fn again(state: &mut State, cx: &mut Cx) {
    polling::refresh_all(state, cx);
    if state.is_among_steps() {
        way::read(state, cx);
    }
    cx.push(Effect::Repaint);
    cx.seen();
}

/// Pasted text is text in the lines, and nothing where an id has to be typed.
pub(super) fn paste(state: &mut State, cx: &mut Cx, text: &str) {
    let Some(wizard) = top(state) else { return };
    (wizard.error, wizard.is_sought) = (None, false);
    match wizard.stage {
        RestoreStage::Find => {
            super::keys::insert(&mut wizard.find, cx, &without_secrets(text));
            wizard.found = Chosen::default();
        }
        RestoreStage::Moment => {
            super::keys::insert(&mut wizard.moment, cx, text);
            wizard.release = None;
        }
        RestoreStage::Backup => backup::paste(wizard, cx),
        RestoreStage::Way => match wizard.way.at {
            0 => super::keys::insert(&mut wizard.way.name, cx, text),
            1 => super::keys::insert(&mut wizard.way.plan, cx, text),
            _ => {}
        },
    }
}

/// Another database: what was chosen for the one before says nothing about it.
fn take_addon(state: &mut State, cx: &mut Cx, key: AddonKey, name: String) {
    let Some(wizard) = top(state) else { return };
    if wizard.addon.as_ref().is_none_or(|(known, _)| *known != key) {
        (wizard.release, wizard.good) = (None, None);
        (wizard.backup, wizard.way) = (BackupStage::default(), WayStage::default());
    }
    wizard.addon = Some((key, name));
    go(state, cx, RestoreStage::Moment);
}

/// A list of backups was read: it counts where it was asked for after the stage was entered.
pub(super) fn backups_came(state: &mut State, cx: &mut Cx, topic: &Topic, id: RequestId) {
    let Topic::Backups(addon) = topic else { return };
    for wizard in state.modals.iter_mut().filter_map(any_on) {
        let is_its = wizard.addon.as_ref().is_some_and(|(key, _)| key.id == *addon);
        if is_its && wizard.stage == RestoreStage::Backup && id.0 >= wizard.backup.asked_from {
            cx.seen_if(wizard.backup.read_at.is_none());
            wizard.backup.read_at = Some(cx.now.wall);
        }
    }
}

/// Keeps the cursors on what they are on, and goes on where the command line left no doubt.
pub(super) fn settle(state: &mut State, cx: &mut Cx) {
    match state.restore_on_top().map(|wizard| wizard.stage) {
        Some(RestoreStage::Find) => find::settle(state, cx),
        Some(RestoreStage::Backup) => backup::settle(state, cx),
        _ => {}
    }
}

/// Says what stands against something.
fn refuse(state: &mut State, cx: &mut Cx, why: String) {
    match top(state) {
        Some(wizard) => wizard.error = Some(why),
        None => notify::warn(state, cx, why),
    }
    cx.seen();
}
