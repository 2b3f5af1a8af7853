//! What the record of a procedure says, and what was read for it.

use super::{AGAIN, mark, tell, waiting};
use crate::app::course::{Busy, Tracked};
use crate::app::errors::Subject;
use crate::app::keymap::{Intent, shown_key};
use crate::app::modal::{Confirm, MenuAct, MenuItem, Modal, Phase};
use crate::app::ui::Level;
use crate::app::update::{Cx, live, notify};
use crate::app::{Purpose, RequestId, State};
use crate::model::{Course, Mark, Operation, OperationId};
use crate::platform::ReadError;
use crate::store::Wheel;
use crate::store::door::{AppMoved, verdict};

/// The operations of a procedure are followed like all others.
fn know_operations(state: &mut State, cx: &mut Cx, course: &Course) {
    for operation in course.operations() {
        match state.operations.get(&operation.id) {
            None => {
                state.operations.insert(operation.id.clone(), operation.clone());
                cx.seen();
            }
            Some(known) if is_news(known, operation) => live::operation_news(state, cx, operation.clone()),
            Some(_) => {}
        }
    }
}

/// Whether the record tells more than is known: somebody else may have followed it to its end.
fn is_news(known: &Operation, recorded: &Operation) -> bool {
    recorded.outcome.is_end() && !known.outcome.is_end() && recorded.updated_at >= known.updated_at
}

/// A procedure as its record has it now, also where somebody else has written it.
pub(in crate::app::update) fn known(state: &mut State, cx: &mut Cx, course: Course) {
    let id = course.id.clone();
    let before = state.courses.get(&id).map(Course::place);
    cx.seen_if(state.courses.get(&id) != Some(&course));
    if state.courses.get(&id).is_some_and(|known| known.next() != course.next()) {
        close_outdated_menu(state, cx, &id);
    }
    know_operations(state, cx, &course);
    state.courses.insert(id.clone(), course.clone());
    if let Some(before) = before {
        tell(state, cx, &id, &before, false);
    }
    // Its profile was left and entered again: it is gone on with, unless somebody has taken over meanwhile.
    if let Some(wheel) = state.wheels.remove(&id).filter(|wheel| wheel.drives(&course)) {
        state.drives.entry(id.clone()).or_default().wheel = Some(wheel);
    }
    let Some(drive) = state.drives.get_mut(&id) else { return };
    // Whoever has lost the wheel watches, and has nothing more to send.
    let lost = drive.wheel.take_if(|wheel| !wheel.drives(&course));
    if lost.is_some() {
        drive.approved.clear();
        drive.retry = None;
        // What was about to be confirmed was proposed by who drove.
        state.modals.retain(|modal| !is_step_of(modal, &id));
        if course.end.is_none() {
            let by = Tracked { course: &course, drive: None }.driver();
            let of = course.procedure.goal.noun();
            let text = format!("{by} has taken over: {of}. You watch.");
            notify::activity(state, cx, Level::Warning, None, text.clone());
            notify::warn(state, cx, text);
        }
    }
}

/// A menu was made for the step that was next: chosen from it now, it would act on another.
fn close_outdated_menu(state: &mut State, cx: &mut Cx, id: &OperationId) {
    let is_of_it = |item: &MenuItem| matches!(&item.act, MenuAct::Course(of, _) if of == id);
    let is_outdated = |modal: &Modal| matches!(modal, Modal::Menu(menu) if menu.items.iter().any(is_of_it));
    let before = state.modals.len();
    state.modals.retain(|modal| !is_outdated(modal));
    if state.modals.len() < before {
        notify::info(state, cx, "It has gone on meanwhile: look again before you choose.");
    }
}

/// Whether a modal asks to confirm a step of that procedure, and nothing was sent from it.
fn is_step_of(modal: &Modal, id: &OperationId) -> bool {
    let is_it = |confirm: &Confirm| {
        confirm.phase == Phase::Open && matches!(&confirm.purpose, Purpose::Step { course, .. } if course == id)
    };
    modal.as_confirm().is_some_and(is_it)
}

/// How one stands, as it was asked for, beside why something could not be done, if so.
pub(super) fn stands(
    state: &mut State,
    cx: &mut Cx,
    id: &OperationId,
    result: Result<Box<Course>, String>,
    why: Option<String>,
) {
    let drive = state.drives.entry(id.clone()).or_default();
    drive.busy.take_if(|busy| *busy == Busy::Record);
    if let Some(why) = result.as_ref().err().or(why.as_ref()) {
        drive.problem = Some(why.clone());
        drive.approved.clear();
        notify::error(state, cx, why.clone());
    }
    if let Ok(course) = result {
        known(state, cx, *course);
    }
}

/// The wheel was taken.
pub(super) fn taken(state: &mut State, cx: &mut Cx, id: &OperationId, result: Result<Box<(Course, Wheel)>, String>) {
    let drive = state.drives.entry(id.clone()).or_default();
    drive.busy.take_if(|busy| *busy == Busy::Record);
    match result {
        Ok(taken) => {
            let (course, wheel) = *taken;
            drive.approved.clear();
            (drive.wheel, drive.problem) = (Some(wheel), None);
            let text = format!("{}: {}", course.procedure.goal.noun(), course.place());
            known(state, cx, course);
            let key = shown_key(Intent::Procedures);
            notify::activity(state, cx, Level::Warning, None, text.clone());
            notify::warn(state, cx, format!("You drive it now. {text}. {key} shows it."));
        }
        Err(why) => notify::error(state, cx, why),
    }
}

/// Every app was read again.
pub(super) fn verified(state: &mut State, cx: &mut Cx, id: RequestId, result: Result<Vec<AppMoved>, ReadError>) {
    let Some(course) = waiting(state, Busy::Verifying(id)) else { return };
    let Some((drive, known)) = state.drives.get_mut(&course).zip(state.courses.get(&course)) else { return };
    drive.busy = None;
    cx.seen();
    match result {
        Ok(apps) => {
            let said = verdict(known, known.at(), &apps);
            drive.apps = apps;
            mark(state, cx, &course, said);
        }
        Err(error) => {
            drive.problem = Some(format!("The apps could not be read again: {} It is tried again.", error.message));
            drive.retry = Some(cx.now.mono + AGAIN);
            let part = "The apps of a procedure".to_owned();
            notify::remember_error(state, cx, Subject::Act, part, error.in_full(), Some(error));
        }
    }
}

pub(super) fn downloading(state: &mut State, cx: &mut Cx, id: RequestId, bytes: u64, of: Option<u64>) {
    let Some(course) = waiting(state, Busy::Downloading(id)) else { return };
    let Some(drive) = state.drives.get_mut(&course) else { return };
    cx.seen_if(drive.download != Some((bytes, of)));
    drive.download = Some((bytes, of));
}

pub(super) fn downloaded(state: &mut State, cx: &mut Cx, id: RequestId, result: Result<String, String>) {
    let Some(course) = waiting(state, Busy::Downloading(id)) else { return };
    let Some((drive, known)) = state.drives.get_mut(&course).zip(state.courses.get(&course)) else { return };
    (drive.busy, drive.download) = (None, None);
    let step = known.at();
    let said = match result {
        Ok(message) => Mark::Done { step, message },
        Err(message) => Mark::Failed { step, message },
    };
    mark(state, cx, &course, said);
}
