//! A write on its way: proposed, read up on, confirmed, sent, followed. Each step is an answer to the one before.

use super::{Cx, asked, course, live, nav, next_id, notify, polling, settle};
use crate::app::enter::Follow;
use crate::app::errors::Subject;
use crate::app::modal::{Confirm, Modal, Phase, PickAttachment};
use crate::app::{Effect, Pane, RequestId, State};
use crate::model::{Addon, AddonKey, Attachment, Command, Operation, OperationId, Outcome};
use crate::platform::{ReadError, ReadErrorKind};
use crate::store::{Prepared, SubmitResult};

/// Reads what sending the newest operation of unknown outcome again would do.
pub(super) fn send_again(state: &mut State, cx: &mut Cx) {
    if let Some(id) = state.newest_unsettled().map(|operation| operation.id.clone()) {
        again(state, cx, &id);
    }
}

/// Reads what sending an operation of unknown outcome again would do. Nothing is sent before that was shown and confirmed.
pub(super) fn again(state: &mut State, cx: &mut Cx, operation: &OperationId) {
    let Some(command) = state.operations.get(operation).map(|one| one.command.clone()) else { return };
    let id = next_id(state);
    let profile = state.session.profile.clone();
    cx.push(Effect::PrepareAgain { id, profile, operation: operation.clone() });
    nav::push(state, cx, Modal::Preparing { id, command });
}

/// Reads what a command would do. Nothing is sent before that was shown and confirmed.
pub(super) fn propose(state: &mut State, cx: &mut Cx, command: Command) {
    if let Some(why) = state.session.no_writes.clone() {
        return notify::warn(state, cx, why);
    }
    let id = next_id(state);
    cx.push(Effect::Prepare { id, profile: state.session.profile.clone(), command: command.clone() });
    nav::push(state, cx, Modal::Preparing { id, command });
}

/// A command that needs to be told nothing but the add-on under the cursor.
pub(super) fn on_selected(state: &mut State, cx: &mut Cx, command: fn(String, String) -> Command) {
    let Some(row) = state.selected_row() else { return };
    let command = command(row.addon.key.id.to_string(), row.addon.name.to_string());
    settle::show_selected(state, cx);
    propose(state, cx, command);
}

/// Proposes the way back from an operation: a new command, which is shown and has to be confirmed like any other.
pub(super) fn undo(state: &mut State, cx: &mut Cx, id: &OperationId) {
    let Some(operation) = state.operations.get(id) else { return };
    match state.way_back(operation) {
        Ok(command) => propose(state, cx, command),
        Err(why) => notify::warn(state, cx, why),
    }
}

/// The same from the one that finished last.
pub(super) fn undo_last(state: &mut State, cx: &mut Cx) {
    match state.last_finished().map(|operation| operation.id.clone()) {
        Some(id) => undo(state, cx, &id),
        None => notify::warn(state, cx, "No operation has finished yet.".to_owned()),
    }
}

/// Stops the app at hand, or starts it again.
pub(super) fn maintenance(state: &mut State, cx: &mut Cx, is_on: bool) {
    let Some(row) = state.selected_row() else { return };
    match state.app_at_hand(&row.addon) {
        Ok(app) => {
            let command = Command::Maintenance { app: app.to_owned(), is_on };
            settle::show_selected(state, cx);
            propose(state, cx, command);
        }
        Err(why) => notify::warn(state, cx, why),
    }
}

pub(super) fn detach(state: &mut State, cx: &mut Cx) {
    settle::show_selected(state, cx);
    let Some(addon) = state.selected_row().map(|row| &*row.addon) else { return };
    let attachments = addon.attachments.items();
    let under_cursor = state.detail_attachment().filter(|_| state.ui.focus == Pane::Attachments);
    match (under_cursor, attachments) {
        (Some(one), _) | (None, [one]) => {
            let (addon, one) = (addon.clone(), one.clone());
            detach_one(state, cx, &addon, &one);
        }
        _ => {
            let pick = PickAttachment {
                addon: addon.key.clone(),
                addon_name: addon.name.to_string(),
                attachments: attachments.to_vec(),
                cursor: 0,
            };
            nav::push(state, cx, Modal::PickAttachment(pick));
        }
    }
}

pub(super) fn detach_one(state: &mut State, cx: &mut Cx, addon: &Addon, attachment: &Attachment) {
    let Attachment { app, alias, .. } = attachment;
    if attachment.owner_row {
        return notify::warn(state, cx, format!("{app} owns {}: its own attachment can't be taken away.", addon.name));
    }
    let Some(id) = attachment.id.clone() else {
        let why = "the platform tells no id for this attachment";
        return notify::warn(state, cx, format!("{} can't be detached from {app} here: {why}.", addon.name));
    };
    let command = Command::Detach {
        attachment_id: id.to_string(),
        addon_id: addon.key.id.to_string(),
        addon: addon.name.to_string(),
        app: app.to_string(),
        alias: alias.clone().map(Into::into),
    };
    propose(state, cx, command);
}

/// What a proposed command would do is known: it is shown, if it is still wanted.
pub(super) fn prepared(state: &mut State, cx: &mut Cx, id: RequestId, prepared: Result<Box<Prepared>, ReadError>) {
    let waits = |modal: &Modal| matches!(modal, Modal::Preparing { id: waiting, .. } if *waiting == id);
    let Some(at) = state.modals.iter().position(waits) else { return };
    let Modal::Preparing { command, .. } = state.modals.remove(at) else { return };
    cx.seen();
    match prepared {
        // What is refused as it stands is put right, not confirmed.
        Ok(prepared) if prepared.command == command && prepared.effects.refusal().is_some() => {
            let why = prepared.effects.refusal().unwrap_or_default().to_owned();
            match command {
                // What is in the way may be taken away first.
                Command::DestroyAddon { addon_id, addon } => course::destroy(state, cx, addon_id, addon, why),
                command => not_done(state, cx, command.sentence(), why, None),
            }
        }
        Ok(prepared) if prepared.command == command => {
            // A backup may outlive its add-on: then its deletion hangs on nothing in the list.
            let target = command.addon_id().map(|id| state.store.key(id));
            let is_of_gone = |key: &AddonKey| state.store.addons.get(key).is_none();
            let target = target.filter(|key| !(matches!(command, Command::DeleteBackup { .. }) && is_of_gone(key)));
            let confirm = Confirm::new(*prepared, target, state.session.danger);
            state.modals.push(Modal::Confirm(Box::new(confirm)));
        }
        Ok(prepared) => {
            let (asked, told) = (command.sentence(), prepared.command.sentence());
            notify::error(state, cx, format!("Asked what {asked:?} would do, was told of {told:?}; nothing was sent."));
        }
        Err(error) => {
            if let (ReadErrorKind::NotFound, Some(id)) = (&error.kind, command.addon_id()) {
                polling::urge_addon(state, id);
            }
            not_done(state, cx, command.sentence(), error.in_full(), Some(error));
        }
    }
}

/// What became of a confirmed command.
pub(super) fn submitted(state: &mut State, cx: &mut Cx, id: RequestId, result: SubmitResult) {
    let mut result = Some(result);
    let Some(known) = state.submits.iter().position(|sent| sent.id == id) else { return };
    let act = state.submits.remove(known).sentence;
    if course::submitted(state, cx, id, &mut result) {
        return;
    }
    let Some(result) = result else { return };
    let is_of_it = |modal: &Modal| modal.as_confirm().is_some_and(|confirm| confirm.phase == Phase::Sending(id));
    let at = state.modals.iter().position(is_of_it);
    match (result, at) {
        (SubmitResult::Changed { what, prepared }, Some(at)) => {
            let danger = state.session.danger;
            if let Some(Modal::Confirm(confirm)) = state.modals.get_mut(at) {
                confirm.ask_anew(what, *prepared, danger);
            }
            cx.seen();
        }
        (SubmitResult::Changed { what, prepared }, None) => {
            let sentence = prepared.command.sentence();
            notify::warn(state, cx, format!("{sentence}: not sent, its target has changed. {}", what.join(" ")));
        }
        (SubmitResult::NotSent(why), at) => {
            at.map(|at| state.modals.remove(at));
            not_done(state, cx, act, why, None);
        }
        (SubmitResult::Operation(operation), at) => {
            let shown = at.map(|at| state.modals.remove(at));
            let asks = operation.asks.clone();
            let said = operation.outcome.message().unwrap_or("The platform gave no reason.").to_owned();
            acknowledged(state, cx, *operation, at.is_some());
            // What was confirmed is what was typed; the record may have forgotten a part of it.
            if let (Some(asks), Some(Modal::Confirm(confirm))) = (asks, shown) {
                asked::open(state, cx, confirm.prepared.command, said, asks);
            }
        }
    }
}

/// A sent command has an outcome, which may still be running.
fn acknowledged(state: &mut State, cx: &mut Cx, operation: Operation, was_shown: bool) {
    cx.seen();
    let is_refused = matches!(operation.outcome, Outcome::Failed { .. } | Outcome::NotSent { .. });
    if was_shown {
        if !is_refused {
            while state.modals.pop_if(|modal| modal.is_asking()).is_some() {}
        } else if let Some(error) = state.modals.last_mut().and_then(Modal::error_mut) {
            // What was filled in is kept, so that it can be put right.
            *error = operation.outcome.message().map(str::to_owned);
        }
    }
    let makes = matches!(operation.command, Command::CreateAddon(_) | Command::Restore(_));
    if let (true, Some(made), false) = (makes, &operation.addon_id, is_refused) {
        // What is made is looked at in the list, not in the backups that it was made from.
        state.modals.pop_if(|modal| matches!(modal, Modal::Backups(_)));
        state.follow = Some(Follow::made(made));
        state.ui.filter.input.reset();
    }
    if operation.outcome.is_end() && !state.operations.contains_key(&operation.id) {
        let (sentence, word) = (operation.command.sentence(), operation.outcome.word());
        notify::away(state, cx, operation.started_at, format!("{sentence}: {word}"));
    }
    live::operation_news(state, cx, operation);
}

/// Nothing was sent: the form below says why, or else a notice. Either way it is among the errors.
pub(super) fn not_done(state: &mut State, cx: &mut Cx, act: String, why: String, error: Option<ReadError>) {
    cx.seen();
    match state.modals.last_mut().and_then(Modal::error_mut) {
        Some(said) => {
            *said = Some(why.clone());
            notify::remember_error(state, cx, Subject::Act, act, why, error);
        }
        None => notify::failed(state, cx, act, why, error),
    }
}
