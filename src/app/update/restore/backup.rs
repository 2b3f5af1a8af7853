//! The third stage: which backup, from a list that was read since the stage was entered.

use tui_input::Input;

use super::{go, refuse, top};
use crate::app::keymap::Intent;
use crate::app::modal::{Later, RestoreStage, RestoreWizard};
use crate::app::restore::Standing;
use crate::app::update::Cx;
use crate::app::update::keys::{self, Press};
use crate::app::{Effect, State};
use crate::model::Backup;
use crate::store::poll::Topic;

/// What was read before says nothing: the list is asked for now, and a question on its way is given up.
pub(super) fn read_anew(state: &mut State, cx: &mut Cx) {
    let next = state.next_request;
    let Some(wizard) = top(state) else { return };
    (wizard.backup.asked_from, wizard.backup.read_at) = (next, None);
    let Some((key, _)) = &wizard.addon else { return };
    let topic = Topic::Backups(key.id.to_string());
    let on_way: Vec<_> =
        state.pending.iter().filter(|(_, pending)| pending.topic == topic).map(|(id, _)| *id).collect();
    for id in on_way {
        state.pending.remove(&id);
        state.schedule.given_up(&state.session.profile, &topic, cx.now.mono);
        cx.push(Effect::Cancel(id));
    }
    state.urge(&topic);
}

pub(super) fn key(state: &mut State, cx: &mut Cx, press: Press) {
    let Some(wizard) = state.restore_on_top() else { return };
    if wizard.backup.later.is_some() {
        return later(state, cx, press);
    }
    let rows = state.restore_backups(wizard);
    let at = rows.iter().position(|(backup, _)| Some(&backup.id) == wizard.backup.chosen.as_ref());
    if press.intent == Some(Intent::Accept) {
        let row = at.and_then(|at| rows.get(at)).map(|(backup, standing)| ((*backup).clone(), standing.clone()));
        return match row {
            Some((backup, standing)) => take(state, cx, backup, standing),
            None => {
                let why = "No backup is chosen: choose one with the arrows, or Esc goes back.";
                refuse(state, cx, why.to_owned());
            }
        };
    }
    let to = match (press.intent, at) {
        (Some(intent), Some(at)) => keys::moved(intent, at, rows.len(), 10),
        // Nothing is under the cursor: any move puts it on the first.
        (Some(intent), None) => keys::moved(intent, 0, rows.len(), 10).map(|_| 0),
        (None, _) => None,
    };
    let id = to.and_then(|to| rows.get(to)).map(|(backup, _)| backup.id.clone());
    if let (Some(id), Some(wizard)) = (id, top(state)) {
        cx.seen_if(wizard.backup.chosen.as_ref() != Some(&id));
        wizard.backup.chosen = Some(id);
    }
}

fn take(state: &mut State, cx: &mut Cx, backup: Backup, standing: Standing) {
    match standing {
        Standing::Best | Standing::Fits => pick(state, cx, backup),
        Standing::Later => {
            if let Some(wizard) = top(state) {
                wizard.backup.later = Some(Later { id: backup.id, input: Input::default() });
            }
            cx.seen();
        }
        Standing::Unusable(why) => {
            refuse(
                state,
                cx,
                format!("Backup {} can't be taken, {why}: only a finished one can be restored.", backup.id),
            );
        }
    }
}

fn pick(state: &mut State, cx: &mut Cx, backup: Backup) {
    if let Some(wizard) = top(state) {
        (wizard.backup.later, wizard.backup.picked) = (None, Some(backup));
    }
    go(state, cx, RestoreStage::Way);
}

/// A key while the id of a later one is typed.
fn later(state: &mut State, cx: &mut Cx, press: Press) {
    let Some(wizard) = state.restore_on_top() else { return };
    let Some(later) = &wizard.backup.later else { return };
    let is_it = |(backup, _): &&(&Backup, Standing)| backup.id == later.id;
    let backup = state.restore_backups(wizard).iter().find(is_it).map(|(backup, _)| (*backup).clone());
    let (id, is_typed) = (later.id.clone(), later.input.value() == later.id);
    // Letters that came together were not typed one by one: a terminal may hand over a paste so.
    if !press.is_deliberate {
        if let Some(later) = top(state).and_then(|wizard| wizard.backup.later.as_mut()) {
            later.input.reset();
        }
        let why = format!("Those keys came together or were held down: type {id}, key by key.");
        return refuse(state, cx, why);
    }
    match (press.intent, backup) {
        (Some(Intent::Accept), Some(backup)) if is_typed => pick(state, cx, backup),
        (Some(Intent::Accept), _) => {
            refuse(state, cx, format!("That is not its id: type {id} to take it, or Esc goes back."));
        }
        (Some(_), _) => {}
        (None, _) => {
            if let Some(later) = top(state).and_then(|wizard| wizard.backup.later.as_mut()) {
                keys::edit(&mut later.input, cx, press.event);
            }
        }
    }
}

pub(super) fn paste(wizard: &mut RestoreWizard, cx: &mut Cx) {
    if let Some(later) = &wizard.backup.later {
        wizard.error = Some(format!("Pasted text does not count here: type {}.", later.id));
        cx.seen();
    }
}

/// Puts the cursor on the best one when the list was read for a good moment first; from then on it stays on its backup, and on
/// none when that is gone.
pub(super) fn settle(state: &mut State, cx: &mut Cx) {
    let Some(wizard) = state.restore_on_top() else { return };
    let stage = &wizard.backup;
    if stage.read_at.is_none() {
        return;
    }
    let good = wizard.good.as_ref().map(|good| good.at);
    let rows = state.restore_backups(wizard);
    let is_there = |id: &String| rows.iter().any(|(backup, _)| backup.id == *id);
    let is_kept = stage.placed_for == Some(good) || (stage.is_preselected && stage.placed_for.is_none());
    let mut error = None;
    let chosen = match &stage.chosen {
        Some(id) if is_kept && is_there(id) => Some(id.clone()),
        Some(id) if is_kept => {
            error = Some(format!("Backup {id} is no longer in the list: choose another one."));
            None
        }
        None if is_kept => None,
        _ => {
            // A copy of what was thought bad is taken by whoever goes to it.
            let is_offered = |backup: &Backup, standing: &Standing| {
                !backup.is_of_bad_data() || !matches!(standing, Standing::Fits | Standing::Best)
            };
            let first = |fits: &dyn Fn(&Standing) -> bool| {
                rows.iter().find(|(backup, standing)| fits(standing) && is_offered(backup, standing))
            };
            let best = first(&|standing| *standing == Standing::Best)
                .or_else(|| first(&|standing| *standing == Standing::Fits));
            best.or_else(|| first(&|standing| *standing == Standing::Later))
                .or(rows.first())
                .map(|(backup, _)| backup.id.clone())
        }
    };
    let still =
        |later: &Later| rows.iter().any(|(backup, standing)| backup.id == later.id && *standing == Standing::Later);
    let gone = stage.later.as_ref().filter(|later| !still(later)).map(|later| later.id.clone());
    if let Some(id) = &gone {
        error = Some(format!("Backup {id} is not what it was: look at the list again."));
    }
    let Some(wizard) = top(state) else { return };
    cx.seen_if(wizard.backup.chosen != chosen || gone.is_some());
    (wizard.backup.chosen, wizard.backup.placed_for) = (chosen, Some(good));
    if gone.is_some() {
        wizard.backup.later = None;
    }
    if error.is_some() {
        wizard.error = error;
    }
}
