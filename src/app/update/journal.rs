//! What the journal has that is new, also from other processes: it is the truth about operations, except where this process
//! knows more already.

use super::{Cx, course, live, notify, operations};
use crate::app::state::Pending;
use crate::app::ui::Level;
use crate::app::{RequestId, State};
use crate::model::{Operation, Outcome};
use crate::store::poll::Topic;
use crate::store::{JournalChanges, Told};

/// How many operations that are over are kept in sight.
const KEPT: usize = 200;

pub(super) fn told(state: &mut State, cx: &mut Cx, id: RequestId, changes: Result<Box<JournalChanges>, String>) {
    let Some(Pending { topic }) = state.pending.remove(&id) else { return };
    state.schedule.good(&state.session.profile, &topic, cx.now.mono);
    match changes {
        Ok(changes) => take(state, cx, *changes),
        // As long as it is the same reason, it was said.
        Err(why) if state.errors.back().is_some_and(|last| last.text == why) => {}
        Err(why) => notify::error(state, cx, why),
    }
}

fn take(state: &mut State, cx: &mut Cx, changes: JournalChanges) {
    operations::read_again(state, cx, &changes);
    let JournalChanges { operations, courses, is_whole } = changes;
    let is_something = !operations.is_empty() || !courses.is_empty();
    for told in operations {
        operation(state, cx, told);
    }
    for course in courses {
        let known = state.courses.get(&course.id);
        // What this process did itself may not be in what was read a moment ago.
        if known.is_none_or(|known| known.updated_at <= course.updated_at && *known != course) {
            course::known(state, cx, course);
        }
    }
    if is_something {
        state.operations.sort_by(|_, one, _, other| (one.started_at, &one.id).cmp(&(other.started_at, &other.id)));
        state.courses.sort_by(|_, one, _, other| (one.started_at, &one.id).cmp(&(other.started_at, &other.id)));
        forget(state);
    }
    if !is_whole {
        state.urge(&Topic::Journal);
    } else if !state.has_journal {
        state.has_journal = true;
        cx.seen();
        tell_what_is_left(state, cx);
    }
}

fn operation(state: &mut State, cx: &mut Cx, told: Told) {
    let Told { operation, by } = told;
    state.by.insert(operation.id.clone(), by);
    let known = state.operations.get(&operation.id);
    if !known.is_none_or(|known| is_news(known, &operation)) {
        return;
    }
    // Before all was read it is what was, not what happens; and what is about to be sent is no news before it was.
    let is_quiet = !state.has_journal || (known.is_none() && operation.outcome == Outcome::Intended);
    if is_quiet {
        state.operations.insert(operation.id.clone(), operation);
        cx.seen();
    } else {
        live::operation_news(state, cx, operation);
        cx.seen();
    }
}

/// Whether what was read tells more than what is known. A known end stands.
fn is_news(known: &Operation, read: &Operation) -> bool {
    match (&known.outcome, &read.outcome) {
        // The words of the last look are this process's own.
        (Outcome::Unknown { .. }, Outcome::Unknown { .. }) => read.is_noted && !known.is_noted,
        (Outcome::Unknown { .. } | Outcome::Intended | Outcome::Accepted, _) => {
            known != read && known.updated_at <= read.updated_at
        }
        _ => false,
    }
}

/// Of those that are over, the oldest go.
fn forget(state: &mut State) {
    let is_over = |operation: &Operation| operation.outcome.is_end() && !operation.is_unsettled();
    let over = state.operations.values().filter(|operation| is_over(operation)).count();
    let mut surplus = over.saturating_sub(KEPT);
    let (by, works) = (&mut state.by, &mut state.works);
    state.operations.retain(|id, operation| {
        let goes = surplus > 0 && is_over(operation);
        if goes {
            surplus -= 1;
            by.remove(id);
            works.remove(id);
        }
        !goes
    });
}

/// What an earlier session, or another process, has left to be gone on with.
fn tell_what_is_left(state: &mut State, cx: &mut Cx) {
    let mut lines: Vec<String> = Vec::new();
    for course in state.open_courses() {
        lines.push(format!("{}: {} (o opens it)", course.procedure.goal.sentence(), course.place()));
    }
    match state.open_operations().count() {
        0 => {}
        1 => lines.push("1 operation has not ended yet: o shows it.".to_owned()),
        count => lines.push(format!("{count} operations have not ended yet: o shows them.")),
    }
    for line in lines {
        notify::activity(state, cx, Level::Warning, None, line);
    }
}
