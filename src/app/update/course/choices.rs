//! What can be done about a procedure now, as the items of a menu.

use crate::app::State;
use crate::app::course::{Tracked, left_over};
use crate::app::modal::{CourseAct, MenuAct, MenuItem};
use crate::model::{Act, Command, Late, Next, OperationId, StepState, shell_line};

/// What can be done now, the most likely first.
pub(super) fn choices(state: &State, tracked: Tracked<'_>) -> Vec<MenuItem> {
    let id = &tracked.course.id;
    let item = |label: String, detail: &str, act: CourseAct| MenuItem {
        label,
        detail: detail.to_owned(),
        act: MenuAct::Course(id.clone(), act),
        disabled: None,
    };
    if !tracked.is_open() {
        return left(state, tracked, id);
    }
    if !tracked.is_ours() {
        return vec![item(format!("Take over from {}", tracked.driver()), "T", CourseAct::TakeOver)];
    }
    let Some((at, step, status)) = tracked.step() else { return Vec::new() };
    let mut items = Vec::new();
    let mut may_skip = step.is_optional;
    match tracked.course.next() {
        Next::Bind { .. } => items.push(item(format!("{}…", step.title), "", CourseAct::Go)),
        Next::Send { part, command, .. } => {
            if !tracked.is_approved(&command) {
                items.push(item(format!("{}…", command.sentence()), "", CourseAct::Go));
            }
            if status.current().len() > 1 || status.is_back() || part > 0 || step.act == Act::Check {
                let label = format!("Leave out: {}", command.sentence());
                items.push(item(label, "", CourseAct::LeaveOut(part)));
            }
        }
        Next::Person { .. } => match &step.act {
            Act::Check => items.extend(check(state, tracked, &item)),
            Act::CleanUp => {
                // The cursor stands on the first one: nothing is destroyed by a hurried Enter, not even proposed.
                items.push(item("Done: end the procedure".into(), "what is left stays", CourseAct::Done));
                items.extend(left(state, tracked, id));
            }
            _ => items.push(item("It is done".into(), "", CourseAct::Done)),
        },
        Next::Decide { part: Some(part), .. } => {
            if let Some(failed) = status.parts.get(part) {
                let sentence = failed.command.sentence();
                items.push(item(format!("Continue: try again to {}…", lower(&sentence)), "", CourseAct::Go));
                if status.current().len() > 1 {
                    items.push(item(
                        format!("Continue without it: leave out {}", lower(&sentence)),
                        "",
                        CourseAct::LeaveOut(part),
                    ));
                }
            }
        }
        Next::Decide { part: None, .. } => items.push(item(again(&step.act, &status.state), "", CourseAct::Again)),
        // It runs, or may have: its end is waited for.
        Next::Follow { .. } | Next::Download { .. } | Next::Verify { .. } | Next::Finish | Next::Over => {
            may_skip = false
        }
    }
    if may_skip {
        items.push(item(format!("Skip: {}", step.title), "", CourseAct::Skip));
    }
    if let Some(switch) = moved(tracked) {
        let is_now = switch == at;
        let label = if is_now { "Move back the apps that went over…" } else { "Move the apps back…" };
        items.push(item(label.into(), "", CourseAct::MoveBack));
    }
    items.push(item("Stop here…".into(), "S", CourseAct::Stop));
    items
}

/// With a small first letter, within a sentence.
fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn again(act: &Act, state: &StepState) -> String {
    match (act, state) {
        (_, StepState::TakenBack) => "Do it anew from its beginning".to_owned(),
        (Act::Late { .. }, _) => "Read every app again".to_owned(),
        (Act::Check, _) => "Check it again".to_owned(),
        (Act::Download { .. }, _) => "Download it again".to_owned(),
        _ => "Try it again".to_owned(),
    }
}

fn check(state: &State, tracked: Tracked<'_>, item: &impl Fn(String, &str, CourseAct) -> MenuItem) -> Vec<MenuItem> {
    let name = tracked.course.procedure.goal.replacement();
    let line = connect_line(state, tracked);
    let key = tracked.course.replacement_id().map(|id| state.store.key(id));
    let is_there = key.is_some_and(|key| state.store.addons.get(&key).is_some());
    let not_there = format!("{name} is not in the platform's list yet.");
    vec![
        item(format!("{name} is good: go on"), "G", CourseAct::Good),
        item(format!("{name} is not good"), "N", CourseAct::NotGood),
        MenuItem {
            act: MenuAct::Copy(line.clone()),
            ..item("Copy the line that connects to it".into(), &line, CourseAct::Nothing)
        },
        MenuItem {
            disabled: (!is_there).then_some(not_there),
            ..item("Attach it to a test app under an alias…".into(), "A", CourseAct::AttachTest)
        },
    ]
}

/// The line for a shell that connects to the replacement.
pub(super) fn connect_line(state: &State, tracked: Tracked<'_>) -> String {
    let name = tracked.course.procedure.goal.replacement();
    shell_line(["attache", "--profile", state.session.profile.as_str(), "connect", name])
}

fn left(state: &State, tracked: Tracked<'_>, id: &OperationId) -> Vec<MenuItem> {
    let items = left_over(state, tracked.course).into_iter().filter_map(|left| {
        let act = match (left.command, left.line) {
            (Some(command), _) => MenuAct::Course(id.clone(), CourseAct::Propose(Box::new(command))),
            (None, Some(line)) => MenuAct::Copy(line),
            (None, None) => return None,
        };
        Some(MenuItem { label: format!("{}…", left.way?), detail: left.what, act, disabled: None })
    });
    items.collect()
}

/// The step that switches the apps over, if some went over and were not moved back, and none is under way.
pub(super) fn moved(tracked: Tracked<'_>) -> Option<usize> {
    let course = tracked.course;
    let is_switch = |act: &Act| *act == Act::Late { late: Late::SwitchOver };
    let at = course.procedure.steps.iter().position(|step| is_switch(&step.act))?;
    let status = course.steps.get(at)?;
    let has_gone = status.current().iter().any(|part| !part.is_back && matches!(part.state, StepState::Done(_)));
    let is_open = |state: &StepState| matches!(state, StepState::Running | StepState::Unknown(_));
    let is_under_way = course.steps.iter().flat_map(|status| &status.parts).any(|part| is_open(&part.state));
    let is_waited_for = matches!(course.next(), Next::Follow { .. } | Next::Verify { .. } | Next::Download { .. });
    (has_gone && !status.is_back() && !is_under_way && !is_waited_for).then_some(at)
}

/// The commands of the step under way that were not sent yet, that which failed among them.
pub(super) fn unsent(tracked: Tracked<'_>) -> Vec<Command> {
    let Some((_, _, status)) = tracked.step() else { return Vec::new() };
    let parts = status.current().iter();
    let is_unsent = |state: &StepState| matches!(state, StepState::Waiting | StepState::Failed(_));
    parts.filter(|part| is_unsent(&part.state)).map(|part| part.command.clone()).collect()
}
