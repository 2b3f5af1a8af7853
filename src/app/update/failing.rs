//! Reads that fail: which part, since when, when it is tried again. What was read before stays.

use super::{Cx, notify, polling};
use crate::app::State;
use crate::app::errors::Subject;
use crate::app::ui::Level;
use crate::platform::{Budget, ReadError, ReadErrorKind};
use crate::store::poll::{HALF, LAST, Topic};

/// A difference of the clocks that is worth a word, in seconds.
const NOTABLE: i64 = 30;

/// A read failed.
pub(super) fn failed(state: &mut State, cx: &mut Cx, topic: &Topic, error: ReadError) {
    if error.is_unsupported() {
        state.schedule.unsupported(&state.session.profile, topic, cx.now.mono);
        let is_seen = state.store.fresh_mut(topic).failed(error, cx.now.wall, None);
        return cx.seen_if(is_seen);
    }
    let was_offline = state.schedule.offline(&state.session.profile).is_some();
    state.schedule.failed(&state.session.profile, topic, &error, cx.now.mono);
    let offline = state.schedule.offline(&state.session.profile).map(|offline| offline.next_try);
    // While nothing answers, the list alone is tried.
    let next_try = match offline {
        Some(next) => (*topic == Topic::Addons).then_some(next),
        None => polling::next_try(state, cx, topic),
    };
    let next_try = next_try.and_then(|mono| cx.wall_of(mono));
    let fresh = state.store.fresh_mut(topic);
    let is_seen = fresh.failed(error.clone(), cx.now.wall, next_try);
    let times = fresh.failures;
    cx.seen_if(is_seen);
    if is_of_addon(topic) && error.kind == ReadErrorKind::NotFound {
        // Perhaps all of the add-on is gone, which its own read knows.
        if let Topic::Events(id) | Topic::Backups(id) | Topic::Usage(id) | Topic::Logs(id) = topic {
            polling::urge_addon(state, id);
        }
        if times < 2 {
            return;
        }
    }
    if !error.kind.is_no_answer() {
        let part = state.store.part(topic);
        notify::remember_error(
            state,
            cx,
            Subject::Part(topic.clone()),
            part,
            error.message.clone(),
            Some(error.clone()),
        );
    }
    link_failed(state, cx, topic, was_offline, error);
}

/// A read failed whose answer nobody wants any more. It tells how the platform is all the same, and how long it wants to be left.
pub(super) fn late(state: &mut State, cx: &mut Cx, topic: &Topic, error: ReadError) {
    let was_offline = state.schedule.offline(&state.session.profile).is_some();
    state.schedule.failed(&state.session.profile, topic, &error, cx.now.mono);
    link_failed(state, cx, topic, was_offline, error);
}

/// Tells that the platform can't be reached, if that is so.
fn link_failed(state: &mut State, cx: &mut Cx, topic: &Topic, was_offline: bool, error: ReadError) {
    // Requests that were under way together fail together: the first one and the probe tell it.
    if error.kind.is_no_answer() && (!was_offline || *topic == Topic::Addons) {
        let (what, message) = ("the platform".into(), error.message.clone());
        notify::remember_error(state, cx, Subject::Link, what, message, Some(error.clone()));
    }
    let Some(offline) = state.schedule.offline(&state.session.profile) else { return };
    state.next_try = cx.wall_of(offline.next_try);
    if !was_offline {
        notify::activity(state, cx, Level::Error, None, error.message);
    }
    cx.seen();
}

/// A read was good again.
pub(super) fn well(state: &mut State, cx: &mut Cx, topic: &Topic) {
    let was_offline = state.schedule.offline(&state.session.profile).is_some();
    state.schedule.good(&state.session.profile, topic, cx.now.mono);
    let was_failing = state.store.single_is_well(topic);
    cx.seen_if(was_failing);
    notify::over(state, cx, &Subject::Link);
    notify::over(state, cx, &Subject::Part(topic.clone()));
    if was_offline {
        notify::activity(state, cx, Level::Info, None, "The platform answers again.".into());
    }
}

pub(super) fn is_of_addon(topic: &Topic) -> bool {
    matches!(topic, Topic::Addon(_) | Topic::Events(_) | Topic::Backups(_) | Topic::Usage(_) | Topic::Logs(_))
}

/// The platform's answers show how far its clock is from ours. Where that matters it is said, once.
pub(super) fn skewed(state: &mut State, cx: &mut Cx, before: jiff::SignedDuration) {
    cx.seen();
    let is_notable = state.skew.as_secs().abs() > NOTABLE;
    let is_other = (state.skew - before).as_secs().abs() > NOTABLE;
    if !is_notable || !is_other {
        return;
    }
    if let Some(words) = state.clock_words() {
        let mut letters = words.chars();
        let sentence: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        notify::activity(state, cx, Level::Warning, None, format!("{sentence}."));
        notify::warn(state, cx, format!("{sentence}. Set it right: deadlines and logs go by it."));
    }
}

/// How many more requests the platform takes. What is shown of it moves only when that says something new.
pub(super) fn budget(state: &mut State, cx: &mut Cx, budget: Option<Budget>) {
    state.schedule.set_budget(&state.session.profile, budget, cx.now.mono);
    let low = budget.filter(|budget| budget.share() < HALF);
    let is_last = |budget: &Option<Budget>| budget.is_some_and(|budget| budget.share() < LAST);
    let before = state.session.budget;
    if is_last(&low) && !is_last(&before) {
        let left = low.map_or(0, |low| low.remaining);
        let words = format!(
            "Only {left} requests are left for this account: nothing is read by itself until there are more. Commands are sent as ever; r reads everything once."
        );
        notify::activity(state, cx, Level::Warning, None, words.clone());
        notify::warn(state, cx, words);
    } else if is_last(&before) && !is_last(&low) {
        let words = "There are requests left again: everything is read by itself as before.";
        notify::activity(state, cx, Level::Info, None, words.into());
    }
    let is_new = match (before, low) {
        (Some(before), Some(low)) => before.share() != low.share() || before.of != low.of,
        (before, low) => before != low,
    };
    if is_new {
        state.session.budget = low;
        cx.seen();
    }
}
