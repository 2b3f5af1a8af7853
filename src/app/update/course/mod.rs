//! Driving procedures: each change of one that we drive leads to what comes next of it, as far as that was confirmed.

mod acts;
mod choices;
mod confirming;
mod news;

use std::time::Duration;

use super::{Cx, confirm, next_id, notify};
use crate::app::course::{Busy, CourseEffect, CourseNews};
use crate::app::modal::Modal;
use crate::app::ui::Level;
use crate::app::{Effect, State};
use crate::model::{Act, Command, Mark, Next, Operation, OperationId, Outcome, Work};
use crate::store::PartOf;

#[allow(unused_imports, reason = "the list of operations calls it")]
pub(super) use acts::open_course;
pub(super) use acts::{act, attach_test, key, list, paste};
pub(super) use confirming::{begin, cancelled, confirmed, destroy, submitted};
pub(super) use news::known;

/// How long after something could not be read it is tried again.
const AGAIN: Duration = Duration::from_secs(5);

/// Takes in what came of an effect.
pub(super) fn news(state: &mut State, cx: &mut Cx, news: CourseNews) {
    match news {
        CourseNews::Stands(id, result, why) => news::stands(state, cx, &id, result, why),
        CourseNews::Begun(id, result) => confirming::begun(state, cx, id, result),
        CourseNews::Taken(id, result) => news::taken(state, cx, &id, result),
        CourseNews::Gathered(id, result) => confirming::gathered(state, cx, id, result),
        CourseNews::Verified(id, result) => news::verified(state, cx, id, result),
        CourseNews::Downloading(id, bytes, of) => news::downloading(state, cx, id, bytes, of),
        CourseNews::Downloaded(id, result) => news::downloaded(state, cx, id, result),
    }
}

/// Goes on with every procedure that we drive, and takes what nobody drives any more. Taking sends nothing: what was not
/// begun is confirmed anew.
pub(super) fn settle(state: &mut State, cx: &mut Cx) {
    let open: Vec<OperationId> = state.open_courses().map(|course| course.id.clone()).collect();
    for id in open {
        let Some(tracked) = state.tracked(&id) else { continue };
        if tracked.drive.is_some_and(|drive| drive.busy.is_some()) {
            continue;
        }
        let is_left = tracked.course.is_driver_alive == Some(false);
        if tracked.is_ours() {
            drive(state, cx, &id);
        } else if is_left && state.session.no_writes.is_none() {
            state.drives.entry(id.clone()).or_default().busy = Some(Busy::Record);
            cx.push(Effect::Course(CourseEffect::TakeIfLeft(id)));
        }
    }
}

/// Does what comes next and needs no word of a person any more.
fn drive(state: &mut State, cx: &mut Cx, id: &OperationId) {
    let can_write = state.session.no_writes.is_none();
    let Some(course) = state.courses.get(id).cloned() else { return };
    let Some(drive) = state.drives.get_mut(id) else { return };
    if drive.retry.is_some_and(|retry| cx.now.mono < retry) {
        return;
    }
    drive.retry = None;
    match course.next() {
        Next::Send { step, part, command } if can_write => send(state, cx, id, (step, part), &command),
        // One that failed goes out again only once it was confirmed again.
        Next::Decide { step, part: Some(part), .. } if can_write => {
            let failed = course.steps.get(step).and_then(|status| status.parts.get(part));
            if let Some(failed) = failed {
                send(state, cx, id, (step, part), &failed.command);
            }
        }
        Next::Download { step } => {
            let act = course.procedure.steps.get(step).map(|step| step.act.clone());
            let Some(Act::Download { backup_id, file }) = act else { return };
            let request = next_id(state);
            set_busy(state, id, Busy::Downloading(request));
            cx.push(Effect::Course(CourseEffect::Download { id: request, backup_id, file }));
        }
        Next::Verify { step } => {
            let request = next_id(state);
            set_busy(state, id, Busy::Verifying(request));
            cx.push(Effect::Course(CourseEffect::Verify { id: request, course: Box::new(course), step }));
        }
        Next::Finish => mark(state, cx, id, Mark::Over { is_reached: true, message: String::new() }),
        Next::Send { .. }
        | Next::Bind { .. }
        | Next::Follow { .. }
        | Next::Person { .. }
        | Next::Decide { .. }
        | Next::Over => {}
    }
}

/// Sends the command whose turn it is, if exactly that was confirmed, and nothing else is on its way to the same target.
fn send(state: &mut State, cx: &mut Cx, id: &OperationId, (step, part): (usize, usize), command: &Command) {
    let request = next_id(state);
    let Some(drive) = state.drives.get_mut(id) else { return };
    let Some(at) = drive.approved.iter().position(|prepared| prepared.command == *command) else { return };
    let Some(wheel) = drive.wheel.clone() else { return };
    let sent = confirm::sent(request, &drive.approved[at]);
    if state.submits.iter().any(|other| confirm::touches_the_same(other, &sent)) {
        return;
    }
    // It is used up: what was confirmed once is sent once.
    let prepared = Box::new(drive.approved.remove(at));
    drive.busy = Some(Busy::Sending(request));
    state.submits.push(sent);
    let part_of = Some(Box::new(PartOf { wheel, step, part }));
    cx.push(Effect::Submit { id: request, profile: state.session.profile.clone(), prepared, part_of });
    cx.seen();
}

/// Writes a mark, as its driver.
fn mark(state: &mut State, cx: &mut Cx, id: &OperationId, mark: Mark) {
    let Some(drive) = state.drives.get_mut(id) else { return };
    let Some(wheel) = drive.wheel.clone() else { return };
    drive.busy = Some(Busy::Record);
    drive.problem = None;
    cx.push(Effect::Course(CourseEffect::Mark { wheel, mark: Box::new(mark) }));
    cx.seen();
}

fn reread(state: &mut State, cx: &mut Cx, id: &OperationId) {
    set_busy(state, id, Busy::Record);
    cx.push(Effect::Course(CourseEffect::Reread(id.clone())));
}

fn set_busy(state: &mut State, id: &OperationId, busy: Busy) {
    state.drives.entry(id.clone()).or_default().busy = Some(busy);
}

/// The procedure that waits for an answer.
fn waiting(state: &State, busy: Busy) -> Option<OperationId> {
    state.drives.iter().find(|(_, drive)| drive.busy == Some(busy)).map(|(id, _)| id.clone())
}

/// What the platform does for an operation, as it was told now.
pub(super) fn works(state: &mut State, cx: &mut Cx, operation: &Operation, work: Option<Work>) {
    let id = &operation.id;
    let has_steps = |work: &Work| !work.steps.is_empty();
    // Where steps are told, which of them failed is of interest afterwards, too.
    let work = work.filter(|work| has_steps(work) || !operation.outcome.is_end());
    // It is looked at on the screen of its procedure; step by step, wherever operations are shown.
    let is_of_course = matches!(state.modals.last(), Some(Modal::Course(view))
        if state.courses.get(&view.id).is_some_and(|one| one.operations().any(|one| one.id == *id)));
    let is_looked_at = is_of_course || work.as_ref().is_some_and(has_steps);
    cx.seen_if(is_looked_at && state.works.get(id) != work.as_ref());
    match work {
        Some(work) => state.works.insert(id.clone(), work),
        None if state.works.get(id).is_some_and(has_steps) => None,
        None => state.works.remove(id),
    };
}

/// An operation stands otherwise now: whatever it is part of, too.
pub(super) fn learned(state: &mut State, cx: &mut Cx, operation: &Operation) {
    let mut told = Vec::new();
    for course in state.courses.values_mut() {
        let before = course.place();
        if course.learn(operation) {
            cx.seen();
            told.push((course.id.clone(), before));
        }
    }
    for (id, before) in told {
        forget_approval(state, &id, &operation.outcome);
        // What went wrong was just said.
        let is_said = operation.outcome.message().is_some();
        tell(state, cx, &id, &before, is_said);
    }
}

/// What was confirmed together goes on as long as all went as expected. After anything else it is confirmed anew.
fn forget_approval(state: &mut State, id: &OperationId, outcome: &Outcome) {
    let is_expected = matches!(outcome, Outcome::Intended | Outcome::Accepted | Outcome::Done);
    if let Some(drive) = state.drives.get_mut(id).filter(|_| !is_expected) {
        drive.approved.clear();
    }
}

/// Tells where a procedure is, if that is news.
fn tell(state: &mut State, cx: &mut Cx, id: &OperationId, before: &str, is_said: bool) {
    let Some(course) = state.courses.get(id) else { return };
    let place = course.place();
    if place == before {
        return;
    }
    let text = format!("{}: {place}", course.procedure.goal.noun());
    let key = state.store.key(course.procedure.goal.addon_id());
    let needs_look = matches!(course.next(), Next::Decide { .. });
    let level = if needs_look { Level::Warning } else { Level::Info };
    notify::activity(state, cx, level, Some(key), text.clone());
    match level {
        _ if is_said => {}
        Level::Warning => notify::warn(state, cx, text),
        _ => notify::info(state, cx, text),
    }
}
