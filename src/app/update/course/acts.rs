//! What a person does about a procedure.

use tui_input::Input;

use super::choices::{self, choices};
use super::{confirming, mark};
use crate::app::Effect;
use crate::app::State;
use crate::app::course::{Busy, CourseEffect, Purpose, Wanted, stays};
use crate::app::keymap::Intent;
use crate::app::modal::{AttachForm, CourseAct, CourseView, Field, Menu, MenuAct, MenuItem, Modal};
use crate::app::update::keys::Press;
use crate::app::update::{Cx, forms, keys, nav, notify, polling, propose};
use crate::model::{Act, Command, Course, Late, Mark, Next, OperationId};

/// Shows a procedure on all of the screen.
pub(in crate::app::update) fn open_course(state: &mut State, cx: &mut Cx, id: &OperationId) {
    if state.courses.contains_key(id) {
        confirming::show(state, id);
        cx.seen();
    }
}

/// Shows the procedure that is under way, or lets one be chosen.
pub(in crate::app::update) fn list(state: &mut State, cx: &mut Cx) {
    let item = |course: &Course| MenuItem {
        label: course.procedure.goal.sentence(),
        detail: course.place(),
        act: MenuAct::Course(course.id.clone(), CourseAct::Open),
        disabled: None,
    };
    let open: Vec<OperationId> = state.open_courses().map(|course| course.id.clone()).collect();
    match (open.as_slice(), state.courses.len()) {
        (_, 0) => notify::info(state, cx, "No procedure is under way: R restores a backup."),
        ([only], _) => open_course(state, cx, only),
        _ => {
            let items = state.courses.values().rev().map(item).collect();
            nav::push(state, cx, Modal::Menu(Menu { title: "Procedures".into(), items, cursor: 0 }));
        }
    }
}

/// A key while a procedure is looked at.
pub(in crate::app::update) fn key(state: &mut State, cx: &mut Cx, press: Press) {
    let limit = state.ui.scroll_max;
    let Some(Modal::Course(view)) = state.modals.last_mut() else { return };
    let id = view.id.clone();
    let Some(course) = state.courses.get(&id) else {
        state.modals.pop();
        return cx.seen();
    };
    let (next, count) = (course.at(), course.steps.len());
    match press.intent {
        Some(Intent::Back) => {
            state.modals.pop();
            cx.seen();
        }
        Some(intent @ (Intent::PageDown | Intent::PageUp)) => {
            keys::scroll(cx, Some(intent), &mut view.scroll, limit);
        }
        Some(intent @ (Intent::Up | Intent::Down | Intent::Top | Intent::Bottom)) => {
            go_to(view, cx, intent, next, count)
        }
        Some(Intent::Accept) => go_on(state, cx, &id),
        Some(Intent::ActionMenu) => menu(state, cx, &id),
        Some(Intent::Good) => at_check(state, cx, &id, CourseAct::Good),
        Some(Intent::NotGood) => at_check(state, cx, &id, CourseAct::NotGood),
        Some(Intent::Attach) => at_check(state, cx, &id, CourseAct::AttachTest),
        Some(Intent::StopCourse) => act(state, cx, &id, CourseAct::Stop),
        Some(Intent::TakeOver) => act(state, cx, &id, CourseAct::TakeOver),
        Some(Intent::CopyMenu) => {
            let Some(tracked) = state.tracked(&id) else { return };
            let line = choices::connect_line(state, tracked);
            cx.push(Effect::Copy(line));
        }
        Some(Intent::Refresh) => {
            polling::refresh_all(state, cx);
            cx.push(Effect::Repaint);
        }
        _ => {}
    }
}

fn go_to(view: &mut CourseView, cx: &mut Cx, intent: Intent, next: usize, count: usize) {
    let at = view.at.unwrap_or(next).min(count.saturating_sub(1));
    let Some(to) = keys::moved(intent, at, count, 1) else { return };
    cx.seen_if(to != at || view.scroll > 0);
    view.at = (to != next).then_some(to);
    view.scroll = 0;
}

/// Text means nothing here.
pub(in crate::app::update) fn paste(state: &mut State, cx: &mut Cx) {
    notify::info(state, cx, "Pasted text means nothing here.");
}

fn at_check(state: &mut State, cx: &mut Cx, id: &OperationId, wanted: CourseAct) {
    let step = state.tracked(id).and_then(|tracked| tracked.step()).map(|(_, step, _)| step.act.clone());
    let waits = state.tracked(id).is_some_and(|one| matches!(one.course.next(), Next::Person { .. }));
    if step == Some(Act::Check) && waits {
        return act(state, cx, id, wanted);
    }
    notify::info(state, cx, "There is nothing to be checked just now.");
}

/// Enter: what is next. What is sent is confirmed first; what is chosen is chosen from a menu.
fn go_on(state: &mut State, cx: &mut Cx, id: &OperationId) {
    let Some(tracked) = state.tracked(id) else { return };
    match tracked.course.next() {
        _ if !tracked.is_ours() || !tracked.is_open() => menu(state, cx, id),
        Next::Send { command, .. } if !tracked.is_approved(&command) => act(state, cx, id, CourseAct::Go),
        Next::Bind { .. } => act(state, cx, id, CourseAct::Go),
        Next::Person { .. } | Next::Decide { .. } => menu(state, cx, id),
        Next::Follow { .. } => {
            notify::info(
                state,
                cx,
                "It is under way at the platform: nothing to do here but wait. m shows what else can be done.",
            );
        }
        _ => notify::info(state, cx, "It goes on by itself: nothing to do here but wait."),
    }
}

fn menu(state: &mut State, cx: &mut Cx, id: &OperationId) {
    let Some(tracked) = state.tracked(id) else { return };
    let items = choices(state, tracked);
    if items.is_empty() {
        let text = format!("Nothing is left to do: {}.", tracked.course.place());
        return notify::info(state, cx, text);
    }
    let title = tracked.course.place();
    nav::push(state, cx, Modal::Menu(Menu { title, items, cursor: 0 }));
}

/// Does what was chosen.
pub(in crate::app::update) fn act(state: &mut State, cx: &mut Cx, id: &OperationId, act: CourseAct) {
    let Some(tracked) = state.tracked(id) else { return };
    let needs_wheel =
        !matches!(act, CourseAct::Open | CourseAct::TakeOver | CourseAct::TakeOverNow | CourseAct::Nothing);
    if needs_wheel && tracked.is_open() && !tracked.is_ours() {
        let text = format!("{} drives it: T takes over.", tracked.driver());
        return notify::warn(state, cx, text);
    }
    let course = tracked.course.clone();
    let at = course.at();
    match act {
        CourseAct::Open => open_course(state, cx, id),
        CourseAct::Go => propose_next(state, cx, id),
        CourseAct::Good => mark(state, cx, id, Mark::Done { step: at, message: "said to be good".into() }),
        CourseAct::NotGood => {
            let message = format!("{} was said not to be good.", course.procedure.goal.replacement());
            mark(state, cx, id, Mark::Failed { step: at, message });
        }
        CourseAct::AttachTest => attach_form(state, cx, id),
        CourseAct::Done => {
            let message = if course.procedure.steps.get(at).is_some_and(|step| step.act == Act::CleanUp) {
                "gone through"
            } else {
                "said to be done"
            };
            mark(state, cx, id, Mark::Done { step: at, message: message.into() });
        }
        CourseAct::Again => mark(state, cx, id, Mark::Again { step: at }),
        CourseAct::LeaveOut(part) => mark(state, cx, id, Mark::PartSkipped { step: at, part }),
        CourseAct::Skip => mark(state, cx, id, Mark::Skipped { step: at }),
        CourseAct::MoveBack => move_back(state, cx, id),
        CourseAct::Stop => ask_to_stop(state, cx, id),
        CourseAct::StopNow => {
            let place = course.place();
            let message = std::iter::once(format!("stopped at {place}")).chain(stays(state, &course));
            let message = message.collect::<Vec<_>>().join(". ");
            if let Some(drive) = state.drives.get_mut(id) {
                drive.approved.clear();
            }
            mark(state, cx, id, Mark::Over { is_reached: false, message });
        }
        CourseAct::TakeOver => ask_to_take_over(state, cx, id),
        CourseAct::TakeOverNow => {
            super::set_busy(state, id, Busy::Record);
            cx.push(Effect::Course(CourseEffect::TakeOver(id.clone())));
        }
        CourseAct::Propose(command) => propose::propose(state, cx, *command),
        CourseAct::Nothing => {}
    }
}

/// Shows what the commands that are next would do, to be confirmed.
fn propose_next(state: &mut State, cx: &mut Cx, id: &OperationId) {
    let Some(tracked) = state.tracked(id) else { return };
    let Some((step, planned, status)) = tracked.step() else { return };
    // To switch apps, and to switch them back, is typed whatever it is said to do.
    let is_typed = planned.act == Act::Late { late: Late::SwitchOver };
    let title = planned.title.clone();
    let (wanted, bind) = match tracked.course.next() {
        Next::Bind { .. } => (Wanted::Forward(Box::new(tracked.course.clone()), step), Some((Vec::new(), false))),
        Next::Send { .. } | Next::Decide { part: Some(_), .. } => (Wanted::Commands(choices::unsent(tracked)), None),
        _ => return,
    };
    let title = if status.is_back() { format!("Take back: {title}") } else { title };
    let purpose = Purpose::Step { course: id.clone(), step, title: title.clone(), bind, is_typed };
    confirming::gather(state, cx, title, wanted, purpose);
}

fn move_back(state: &mut State, cx: &mut Cx, id: &OperationId) {
    let Some(tracked) = state.tracked(id) else { return };
    let Some(step) = choices::moved(tracked) else {
        return notify::warn(state, cx, "No app has gone over that could be moved back now.");
    };
    let title = format!("Move the apps back to {}", tracked.course.procedure.goal.addon());
    let wanted = Wanted::Back(Box::new(tracked.course.clone()), step);
    let bind = Some((Vec::new(), true));
    let purpose = Purpose::Step { course: id.clone(), step, title: title.clone(), bind, is_typed: true };
    confirming::gather(state, cx, title, wanted, purpose);
}

/// The form that gives the replacement to a test app.
fn attach_form(state: &mut State, cx: &mut Cx, id: &OperationId) {
    let Some(tracked) = state.tracked(id) else { return };
    let name = tracked.course.procedure.goal.replacement().to_owned();
    let row = tracked.course.replacement_id().and_then(|id| state.store.addons.get(&state.store.key(id)));
    let Some(addon) = row.map(|row| row.addon.key.clone()) else {
        return notify::warn(state, cx, format!("{name} is not in the platform's list yet."));
    };
    let form = AttachForm {
        addon,
        addon_name: name,
        app: Input::default(),
        alias: Input::new("TEST".into()),
        credential: None,
        field: Field::App,
        suggestions: forms::suggest(state, ""),
        error: None,
        course: Some(id.clone()),
    };
    nav::push(state, cx, Modal::Attach(Box::new(form)));
}

/// The form is full: attaching is part of the check, so that the clean-up knows of it.
pub(in crate::app::update) fn attach_test(state: &mut State, cx: &mut Cx, id: &OperationId, command: Command) {
    let Some((step, _, _)) = state.tracked(id).and_then(|tracked| tracked.step()) else { return };
    let title = command.sentence();
    let bind = Some((Vec::new(), false));
    let purpose = Purpose::Step { course: id.clone(), step, title: title.clone(), bind, is_typed: false };
    confirming::gather(state, cx, title, Wanted::Commands(vec![command]), purpose);
}

fn question(state: &mut State, cx: &mut Cx, id: &OperationId, title: String, yes: (&str, String, CourseAct)) {
    let item = |label: &str, detail: String, act| MenuItem {
        label: label.to_owned(),
        detail,
        act: MenuAct::Course(id.clone(), act),
        disabled: None,
    };
    let items = vec![item("No", "nothing changes".into(), CourseAct::Nothing), item(yes.0, yes.1, yes.2)];
    nav::push(state, cx, Modal::Menu(Menu { title, items, cursor: 0 }));
}

fn ask_to_stop(state: &mut State, cx: &mut Cx, id: &OperationId) {
    let Some(tracked) = state.tracked(id) else { return };
    if !tracked.is_open() {
        return notify::info(state, cx, "It is over already.");
    }
    let title = format!("Stop at {}?", tracked.course.place());
    let runs = tracked.course.operations().any(|one| !one.outcome.is_end());
    let detail = if runs { "what runs at the platform goes on" } else { "everything stays as it is" };
    question(state, cx, id, title, ("Stop here", detail.into(), CourseAct::StopNow));
}

fn ask_to_take_over(state: &mut State, cx: &mut Cx, id: &OperationId) {
    let Some(tracked) = state.tracked(id) else { return };
    if tracked.is_ours() || !tracked.is_open() {
        let text =
            if tracked.is_open() { "You drive it already." } else { "It is over: there is nothing to take over." };
        return notify::info(state, cx, text);
    }
    let driver = tracked.driver();
    let stands = match tracked.course.is_driver_alive {
        Some(true) => "it is alive: it stops before its next step",
        Some(false) => "it is gone",
        None => "whether it is alive can't be told from here",
    };
    question(state, cx, id, format!("Take over from {driver}?"), ("Take over", stands.into(), CourseAct::TakeOverNow));
}
