//! From what a person wants to what was confirmed, and from there to what was sent.

use super::news::known;
use super::{forget_approval, mark, reread, waiting};
use crate::app::course::{Busy, CourseEffect, Drive, Gathered, Purpose, Tracked, Wanted};
use crate::app::enter::Follow;
use crate::app::keymap::{Intent, shown_key};
use crate::app::modal::{Confirm, CourseView, Modal, Phase};
use crate::app::update::{Cx, live, nav, next_id, notify, propose};
use crate::app::{Effect, RequestId, State};
use crate::model::{Command, Course, Mark, OperationId, Procedure, RestorePlan};
use crate::platform::ReadError;
use crate::store::{SubmitResult, Wheel};

/// Reads what all the commands up to the restore would do, shows it to be confirmed once, and begins then.
pub(in crate::app::update) fn begin(state: &mut State, cx: &mut Cx, plan: RestorePlan) {
    let procedure = plan.procedure();
    let commands = procedure.first_commands();
    let title = procedure.goal.sentence();
    gather(state, cx, title, Wanted::Commands(commands), Purpose::Begin(Box::new(procedure)));
}

/// One command can't destroy it: asks what has to be done before, to be confirmed all at once.
pub(in crate::app::update) fn destroy(state: &mut State, cx: &mut Cx, addon_id: String, addon: String, why: String) {
    let title = format!("Destroy {addon}");
    let wanted = Wanted::Destruction(addon_id.clone());
    gather(state, cx, title, wanted, Purpose::Destroy { addon_id, addon, why });
}

/// Asks what commands would do. Nothing is sent before that was shown and confirmed.
pub(super) fn gather(state: &mut State, cx: &mut Cx, title: String, wanted: Wanted, purpose: Purpose) {
    if let Some(why) = state.session.no_writes.clone() {
        return notify::warn(state, cx, why);
    }
    let id = next_id(state);
    state.proposal = Some((id, purpose));
    cx.push(Effect::Course(CourseEffect::Gather { id, wanted }));
    nav::push(state, cx, Modal::Gathering { id, title });
}

/// What they would do is known: it is shown, if it is still wanted.
pub(super) fn gathered(state: &mut State, cx: &mut Cx, id: RequestId, result: Result<Gathered, ReadError>) {
    let is_it = |modal: &Modal| matches!(modal, Modal::Gathering { id: waiting, .. } if *waiting == id);
    let Some(at) = state.modals.iter().position(is_it) else { return };
    let Modal::Gathering { title, .. } = state.modals.remove(at) else { return };
    cx.seen();
    let Some((_, mut purpose)) = state.proposal.take_if(|(proposed, _)| *proposed == id) else { return };
    let Gathered { mut prepared, apps: told } = match result {
        Ok(gathered) => gathered,
        Err(error) => return propose::not_done(state, cx, title, error.in_full(), Some(error)),
    };
    if let Purpose::Destroy { addon_id, addon, why } = &purpose {
        let commands: Vec<Command> = prepared.iter().map(|one| one.command.clone()).collect();
        match Procedure::destruction(addon_id, addon, &commands).filter(|one| one.steps.len() > 1) {
            Some(procedure) => purpose = Purpose::Begin(Box::new(procedure)),
            // Nothing can be taken away: it stays refused.
            None => return propose::not_done(state, cx, title, why.clone(), None),
        }
    }
    let refused = prepared.iter().find_map(|one| Some((one.command.sentence(), one.effects.refusal()?.to_owned())));
    if let Some((act, why)) = refused {
        return propose::not_done(state, cx, act.clone(), format!("{act}: {why}"), None);
    }
    if prepared.is_empty() {
        let why = "The platform has no command for this: there is nothing to do.".to_owned();
        return propose::not_done(state, cx, title, why, None);
    }
    if let Purpose::Step { bind: Some((apps, _)), .. } = &mut purpose {
        *apps = told;
    }
    let target = target(state, &purpose);
    let first = prepared.remove(0);
    let mut confirm = Confirm::new(first, target, state.session.danger);
    confirm.make_of(prepared, purpose, state.session.danger);
    state.modals.push(Modal::Confirm(Box::new(confirm)));
}

/// The add-on without which it makes no sense.
fn target(state: &State, purpose: &Purpose) -> Option<crate::model::AddonKey> {
    match purpose {
        // Its backups may outlive it: then it hangs on nothing in the list.
        Purpose::Begin(procedure) => {
            let key = state.store.key(procedure.goal.addon_id());
            state.store.addons.get(&key).is_some().then_some(key)
        }
        Purpose::Command | Purpose::Destroy { .. } | Purpose::Step { .. } => None,
    }
}

/// The confirmation on top, which is of a procedure, was said yes to.
pub(in crate::app::update) fn confirmed(state: &mut State, cx: &mut Cx) {
    let id = next_id(state);
    let Some(Modal::Confirm(confirm)) = state.modals.last_mut() else { return };
    cx.seen();
    match confirm.purpose.clone() {
        // That of a destruction has become one of its procedure.
        Purpose::Command | Purpose::Destroy { .. } => {}
        Purpose::Begin(procedure) => {
            confirm.phase = Phase::Sending(id);
            cx.push(Effect::Course(CourseEffect::Begin { id, procedure }));
        }
        Purpose::Step { course, step, bind, .. } => {
            let Some(Modal::Confirm(confirm)) = state.modals.pop() else { return };
            let prepared = confirm.into_all();
            let commands = prepared.iter().map(|one| one.command.clone()).collect();
            let Some(tracked) = state.tracked(&course) else { return };
            if !tracked.is_ours() {
                let text = format!("{} drives it now: nothing was sent.", tracked.driver());
                return notify::warn(state, cx, text);
            }
            let Some(drive) = state.drives.get_mut(&course) else { return };
            drive.problem = None;
            drive.approved = prepared;
            while state.modals.pop_if(|modal| modal.is_asking()).is_some() {}
            if let Some((apps, is_back)) = bind {
                mark(state, cx, &course, Mark::Bound { step, commands, apps, is_back });
            }
        }
    }
}

/// The confirmation was left while its plan was being written.
pub(in crate::app::update) fn cancelled(state: &mut State, cx: &mut Cx) {
    let key = shown_key(Intent::Procedures);
    notify::warn(
        state,
        cx,
        format!("Its plan is on record, and nothing more is done before you go on: {key} shows it."),
    );
}

/// A plan is on record: what was confirmed with it goes out now, one after another.
pub(super) fn begun(state: &mut State, cx: &mut Cx, id: RequestId, result: Result<Box<(Course, Wheel)>, String>) {
    let is_of_it = |modal: &Modal| modal.as_confirm().is_some_and(|confirm| confirm.phase == Phase::Sending(id));
    let at = state.modals.iter().position(is_of_it);
    let approved = match at.map(|at| state.modals.remove(at)) {
        Some(Modal::Confirm(confirm)) => Some(confirm.into_all()),
        _ => None,
    };
    cx.seen();
    match result {
        Ok(begun) => {
            let (course, wheel) = *begun;
            let id = course.id.clone();
            let was_shown = approved.is_some();
            let approved = approved.unwrap_or_default();
            state.drives.insert(id.clone(), Drive { approved, wheel: Some(wheel), ..Drive::default() });
            known(state, cx, course);
            if was_shown {
                while state.modals.pop_if(|modal| modal.is_asking()).is_some() {}
                show(state, &id);
            }
        }
        Err(why) => propose::not_done(state, cx, "Begin a procedure".to_owned(), why, None),
    }
}

/// Puts a procedure on top.
pub(super) fn show(state: &mut State, id: &OperationId) {
    state.modals.retain(|modal| !matches!(modal, Modal::Course(view) if view.id == *id));
    state.modals.push(Modal::Course(CourseView { id: id.clone(), at: None, scroll: 0 }));
}

/// What became of a command of a procedure; false if it is of none.
pub(in crate::app::update) fn submitted(
    state: &mut State,
    cx: &mut Cx,
    id: RequestId,
    result: &mut Option<SubmitResult>,
) -> bool {
    let Some(course) = waiting(state, Busy::Sending(id)) else { return false };
    let Some(result) = result.take() else { return true };
    let Some((drive, known)) = state.drives.get_mut(&course).zip(state.courses.get(&course)) else { return true };
    drive.busy = None;
    cx.seen();
    match result {
        SubmitResult::Changed { what, prepared } => {
            drive.approved.clear();
            let sentence = prepared.command.sentence();
            let problem = format!("{sentence}: not sent, its target has changed. {}", what.join(" "));
            drive.problem = Some(problem.clone());
            let tracked = Tracked { course: known, drive: Some(drive) };
            let step = known.at();
            let title = tracked.step().map_or_else(String::new, |(_, step, _)| step.title.clone());
            let is_typed = tracked.is_switching();
            let is_on_top = matches!(state.modals.last(), Some(Modal::Course(view)) if view.id == course);
            if !is_on_top {
                notify::warn(state, cx, problem);
                return true;
            }
            let danger = state.session.danger;
            let purpose = Purpose::Step { course, step, title, bind: None, is_typed };
            let mut confirm = Confirm::new(*prepared, None, danger);
            confirm.make_of(Vec::new(), purpose, danger);
            confirm.changed = what;
            state.modals.push(Modal::Confirm(Box::new(confirm)));
        }
        SubmitResult::NotSent(why) => {
            drive.approved.clear();
            drive.problem = Some(why.clone());
            notify::error(state, cx, why);
            // Somebody may have taken over.
            reread(state, cx, &course);
        }
        SubmitResult::Operation(operation) => {
            drive.problem = None;
            forget_approval(state, &course, &operation.outcome);
            if let (Command::Restore(_) | Command::CreateAddon(_), Some(made)) =
                (&operation.command, &operation.addon_id)
            {
                state.follow = Some(Follow::made(made));
            }
            live::operation_news(state, cx, *operation);
            reread(state, cx, &course);
        }
    }
    true
}
