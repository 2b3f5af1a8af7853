//! What platforms answer. An answer to a question that nobody asks any more is dropped; an error never empties anything.

use std::collections::HashSet;

use super::{Cx, course, deployments, enter, failing, forms, lists, notify, polling, restore};
use crate::app::action::Reply;
use crate::app::keymap::{Intent, shown_key};
use crate::app::merging::{Merging, Of};
use crate::app::past::WORKS;
use crate::app::state::Pending;
use crate::app::ui::Level;
use crate::app::{Effect, RequestId, State};
use crate::model::{
    Addon, AddonKey, Capability, Command, Operation, Outcome, ProfileName, State as AddonState, TimelineEvent, Usage,
    Verb, Verdict,
};
use crate::platform::{Conditional, Fresh, ReadError, ReadErrorKind, Words};
use crate::store::door::Followed;
use crate::store::poll::Topic;
use crate::store::{Delta, ListMerged, Slot, Snapshot};

/// How many events of one add-on are kept: the newest.
const EVENTS: usize = 1_000;
/// How many lines one reply may add to the activity.
const LINES: usize = 20;

pub(super) fn connected(
    state: &mut State,
    cx: &mut Cx,
    words: Words,
    capabilities: Vec<(Verb, Capability)>,
    no_writes: Option<String>,
) {
    state.session.words = words;
    state.session.capabilities = capabilities;
    state.session.no_writes = state.session.locked().or(no_writes);
    cx.seen();
}

/// What the platform can do has changed.
pub(super) fn capabilities(state: &mut State, cx: &mut Cx, capabilities: Vec<(Verb, Capability)>) {
    if state.session.capabilities != capabilities {
        state.session.capabilities = capabilities;
        cx.seen();
    }
}

pub(super) fn replied(state: &mut State, cx: &mut Cx, id: RequestId, reply: Result<Reply, ReadError>) {
    let Some(Pending { topic }) = state.pending.get(&id) else { return };
    if let Some(merging) = state.merging.as_mut().filter(|_| Merging::concerns(topic)) {
        return merging.waiting.push((id, reply));
    }
    let reply = match reply {
        // It is answered once it is merged.
        Ok(Reply::Addons(Conditional::Changed(list))) if *topic == Topic::Addons => {
            return merge(state, cx, id, list);
        }
        other => other,
    };
    let Some(Pending { topic }) = state.pending.remove(&id) else { return };
    if is_of_a_gone(state, &topic, id) {
        return match reply {
            Err(error) if error.kind != ReadErrorKind::NotFound => failing::late(state, cx, &topic, error),
            _ => failing::well(state, cx, &topic),
        };
    }
    match reply {
        Ok(reply) => {
            failing::well(state, cx, &topic);
            restore::backups_came(state, cx, &topic, id);
            take(state, cx, id, topic, reply);
        }
        Err(error) => match &topic {
            Topic::Addon(addon_id) if error.kind == ReadErrorKind::NotFound => {
                failing::well(state, cx, &topic);
                let key = state.store.key(addon_id);
                let merged = state.store.addons.remove(&key, id.0);
                tell(state, cx, merged.deltas);
                state.store.forget(addon_id);
            }
            _ => failing::failed(state, cx, &topic, error),
        },
    }
}

/// Whether it is about a part of an add-on that went while it was asked for: nothing may begin to be known of it again, which
/// might be taken for that of a new one of its name.
fn is_of_a_gone(state: &State, topic: &Topic, asked: RequestId) -> bool {
    let (Topic::Events(id)
    | Topic::Backups(id)
    | Topic::Usage(id)
    | Topic::Logs(id)
    | Topic::Rehearsal(id)
    | Topic::Actions(id)
    | Topic::ActionFields { addon_id: id, .. }
    | Topic::ActionAnswer { addon_id: id, .. }) = topic
    else {
        return false;
    };
    state.store.addons.is_gone(&state.store.key(id), asked.0)
}

fn take(state: &mut State, cx: &mut Cx, id: RequestId, topic: Topic, reply: Reply) {
    let at = cx.now.wall;
    let seen = match (topic, reply) {
        (Topic::Addons, Reply::Addons(Conditional::Unchanged(at))) => {
            let merged = state.store.addons.unchanged(at);
            tell(state, cx, merged.deltas);
            list_came(state, cx, merged.is_seen);
            merged.is_seen
        }
        (Topic::States(app), Reply::AddonsOf(addons)) => {
            let merged = state.store.addons.merge_states(addons.value, id.0);
            tell(state, cx, merged.deltas);
            if merged.is_seen {
                polling::save_soon(state, cx);
            }
            let is_new = state.store.states.entry(app).or_default().good(addons.at, merged.is_seen);
            merged.is_seen || is_new
        }
        (Topic::Plans(service), Reply::Plans(plans)) => {
            let is_seen = state.store.plans.entry(service).or_default().good(plans, at);
            state.store.fill_plans();
            is_seen
        }
        (Topic::Actions(addon), Reply::Actions(actions)) => {
            state.store.actions.entry(addon).or_default().good(actions, at)
        }
        (topic @ Topic::ActionFields { .. }, Reply::ActionFields(fields)) => {
            state.store.action_fields.entry(topic).or_default().good(fields, at)
        }
        (topic @ Topic::ActionAnswer { .. }, Reply::ActionAnswer(answer)) => {
            state.store.action_answers.entry(topic).or_default().good(answer, at)
        }
        (_, Reply::Addon(addon)) => {
            let merged = state.store.addons.merge_one(addon.value, id.0);
            tell(state, cx, merged.deltas);
            merged.is_seen
        }
        (_, Reply::Account(account)) => state.store.account.good(account, at),
        (_, Reply::Teams(teams)) => state.store.teams.good(teams, at),
        (_, Reply::Apps(apps)) => {
            let is_seen = state.store.apps.good(apps, at);
            if is_seen {
                forms::apps_changed(state);
            }
            is_seen
        }
        (_, Reply::Catalog(mut catalog)) => {
            state.store.plans_into(&mut catalog);
            state.store.catalog.good(catalog, at)
        }
        (Topic::Events(addon), Reply::Events(events)) => {
            merge_events(state.store.events.entry(addon).or_default(), events, at)
        }
        (Topic::Backups(addon), Reply::Backups(backups)) => {
            state.store.backups.entry(addon).or_default().good(backups, at)
        }
        (_, Reply::Works(mut works)) => {
            // A platform may tell all that it ever did: those that are looked at are kept, the newest.
            works.truncate(WORKS);
            works.shrink_to_fit();
            state.store.works.good(works, at)
        }
        (_, Reply::AllBackups(backups)) => state.store.all_backups.good(backups, at),
        (Topic::Usage(addon), Reply::Usage(usage)) => used(state.store.usage.entry(addon).or_default(), usage, at),
        (Topic::Rehearsal(addon), Reply::Rehearsal(known)) => {
            state.store.rehearsals.entry(addon).or_default().good(known, at)
        }
        (Topic::Logs(addon), Reply::Logs(lines)) => {
            lists::log_came(state, &addon);
            state.store.logs.entry(addon).or_default().good(lines, at)
        }
        (Topic::Variables(app), Reply::Variables(names)) => {
            state.store.variables.entry(app).or_default().good(names, at)
        }
        (Topic::Releases(app), Reply::Releases(releases)) => {
            state.store.releases.entry(app).or_default().good(releases, at)
        }
        (Topic::Environments(app), Reply::Environments(environments)) => {
            state.store.environments.entry(app).or_default().good(environments, at)
        }
        (topic @ Topic::Deployments { .. }, Reply::Deployments(deployments)) => {
            state.store.deployments.entry(topic).or_default().good(deployments, at)
        }
        (Topic::Work(id), Reply::Work(work)) => state.store.single_works.entry(id).or_default().good(*work, at),
        (Topic::WorkLog(id), Reply::WorkLog(lines)) => {
            lists::work_log_came(state, &id);
            state.store.work_logs.entry(id).or_default().good(lines, at)
        }
        // An answer to another question than was asked is no answer.
        _ => false,
    };
    cx.seen_if(seen);
}

/// Hands a list over to be merged.
fn merge(state: &mut State, cx: &mut Cx, id: RequestId, list: Fresh<Vec<Addon>>) {
    let tells_states = state.session.words.list_tells_states;
    let merge = Box::new(state.store.addons.list_merge(list, id.0, tells_states, destroyed(state)));
    state.merging = Some(Merging::new(Of::List(id)));
    cx.push(Effect::Merge { id, merge });
}

/// A list was merged. One that nobody waits for any more is dropped.
pub(super) fn merged(state: &mut State, cx: &mut Cx, id: RequestId, merged: ListMerged) {
    let Some(merging) = state.merging.take_if(|merging| merging.of == Of::List(id)) else { return };
    if let Some(Pending { topic }) = state.pending.remove(&id) {
        failing::well(state, cx, &topic);
        let is_first = state.store.addons.fresh.is_never();
        let merged = state.store.addons.take(merged);
        if is_first {
            let text = match state.store.addons.len() {
                0 => "The platform has no add-ons yet.".to_owned(),
                1 => "Read 1 add-on.".to_owned(),
                count => format!("Read {count} add-ons."),
            };
            notify::activity(state, cx, Level::Info, None, text);
        } else {
            tell(state, cx, merged.deltas);
        }
        list_came(state, cx, merged.is_seen);
        cx.seen_if(merged.is_seen);
    }
    merging.waiting.into_iter().for_each(|(id, reply)| replied(state, cx, id, reply));
}

/// What was seen last came from disk, or what is the matter with it.
pub(super) fn recalled(state: &mut State, cx: &mut Cx, profile: &ProfileName, seen: Result<Option<Snapshot>, String>) {
    if *profile != state.session.profile {
        return;
    }
    let Some(merging) = state.merging.take_if(|merging| merging.of == Of::Cache) else { return };
    match seen {
        Ok(Some(snapshot)) => {
            snapshot.fill(&mut state.store);
            forms::apps_changed(state);
        }
        Ok(None) => state.store.addons.there_is_no_more(),
        Err(note) => {
            state.store.addons.there_is_no_more();
            notify::error(state, cx, note);
        }
    }
    cx.seen();
    merging.waiting.into_iter().for_each(|(id, reply)| replied(state, cx, id, reply));
}

/// What the state began with is the first of more: that is asked for once. Where the list that is being merged was given up,
/// nothing waits for it.
pub(super) fn settle(state: &mut State, cx: &mut Cx) {
    if !state.store.addons.is_whole() && !std::mem::replace(&mut state.is_recalling, true) {
        cx.push(Effect::Recall);
    }
    let pending = &state.pending;
    if let Some(given_up) = state.merging.take_if(|one| matches!(one.of, Of::List(id) if !pending.contains_key(&id))) {
        given_up.waiting.into_iter().for_each(|(id, reply)| replied(state, cx, id, reply));
    }
}

fn list_came(state: &mut State, cx: &mut Cx, is_seen: bool) {
    if is_seen {
        polling::save_soon(state, cx);
    }
    enter::list_came(state, cx);
}

/// Adds the events that are new: the question was for those after the last one that we have.
fn merge_events(slot: &mut Slot<Vec<TimelineEvent>>, events: Vec<TimelineEvent>, at: jiff::Timestamp) -> bool {
    let known = slot.value.get_or_insert_default();
    let last = known.last().map_or(0, |event| event.id);
    let before = known.len();
    known.extend(events.into_iter().filter(|event| event.id > last));
    let is_new = known.len() > before;
    known.drain(..known.len().saturating_sub(EVENTS));
    slot.fresh.good(at, is_new)
}

/// When it was counted says nothing new as long as the figures are the same.
fn used(slot: &mut Slot<Usage>, usage: Usage, at: jiff::Timestamp) -> bool {
    let is_new = slot.value.as_ref().is_none_or(|known| known.figures != usage.figures);
    if is_new {
        slot.value = Some(usage);
    }
    slot.fresh.good(at, is_new)
}

/// Rows whose absence from a list we know the reason of: we destroy them.
fn destroyed(state: &State) -> HashSet<AddonKey> {
    let destroyed = state.operations.values().filter_map(|operation| match &operation.command {
        Command::DestroyAddon { addon_id, .. } => Some(state.store.key(addon_id)),
        _ => None,
    });
    destroyed.collect()
}

/// Writes what changed into the activity.
fn tell(state: &mut State, cx: &mut Cx, deltas: Vec<Delta>) {
    let more = deltas.len().saturating_sub(LINES);
    for delta in deltas.into_iter().take(LINES) {
        let (level, key, text) = match delta {
            Delta::Added { key, name } => (Level::Info, Some(key), format!("{name}: new")),
            Delta::Changed { what, .. } if what.is_empty() => {
                cx.seen();
                continue;
            }
            Delta::Changed { key, name, what } => {
                let has_failed = state.store.addons.get(&key).is_some_and(|row| row.addon.state == AddonState::Failed);
                let level = if has_failed { Level::Error } else { Level::Info };
                (level, Some(key), format!("{name}: {}", what.join(", ")))
            }
            Delta::Missing { key, name } => {
                polling::urge_addon(state, &key.id);
                (Level::Warning, Some(key), format!("{name}: no longer in the platform's list"))
            }
            Delta::Returned { key, name } => (Level::Info, Some(key), format!("{name}: in the list again")),
            Delta::Gone { key, name } => (Level::Info, Some(key), format!("{name}: gone")),
            Delta::Suspicious { absent, of } => (
                Level::Warning,
                None,
                format!(
                    "The platform's list lacks {absent} of {of} add-ons at once; they are kept until the next list agrees."
                ),
            ),
        };
        notify::activity(state, cx, level, key, text);
    }
    if more > 0 {
        notify::activity(state, cx, Level::Info, None, format!("… and {more} more changes"));
    }
}

pub(super) fn followed(state: &mut State, cx: &mut Cx, id: RequestId, followed: Result<Box<Followed>, ReadError>) {
    let Some(Pending { topic }) = state.pending.remove(&id) else { return };
    match followed {
        Ok(followed) => {
            failing::well(state, cx, &topic);
            let Followed { operation, work } = *followed;
            course::works(state, cx, &operation, work);
            operation_news(state, cx, operation);
        }
        Err(error) => failing::failed(state, cx, &topic, error),
    }
}

/// An unknown outcome was taken note of, or could not be.
pub(super) fn noted(state: &mut State, cx: &mut Cx, result: Result<Box<Operation>, String>) {
    match result {
        Ok(operation) => {
            let text = format!("{}: noted; its outcome stays unknown.", operation.command.sentence());
            state.operations.insert(operation.id.clone(), *operation);
            notify::info(state, cx, text);
        }
        Err(why) => notify::error(state, cx, why),
    }
}

/// What there is to do once something was restored: nothing uses it yet.
fn way_on(state: &State, operation: &Operation) -> Option<String> {
    let Command::Restore(restore) = &operation.command else { return None };
    // A procedure has its own way on.
    if state.courses.values().flat_map(|course| course.operations()).any(|one| one.id == operation.id) {
        return None;
    }
    let name = &restore.name;
    let key = state.store.key(operation.addon_id.as_deref()?);
    let to = state.store.addons.get(&key).map(|row| &*row.addon);
    let from = to.and_then(|to| state.preset_source(to)).map(|from| format!("the apps of {}", from.name));
    let whose = from.unwrap_or_else(|| "the apps of another add-on".to_owned());
    let is_there = state.ui.selected.as_ref() == Some(&key);
    let go = if is_there { String::new() } else { format!("go to {name}, ") };
    let pressed = shown_key(Intent::Promote);
    Some(format!("{name} is restored and ready; no app uses it yet. To switch {whose} over: {go}press {pressed}."))
}

/// Takes in how an operation stands now.
pub(super) fn operation_news(state: &mut State, cx: &mut Cx, operation: Operation) {
    let before = state.operations.get(&operation.id);
    // A look that began before the end was known tells nothing new: a known end stands.
    let is_over = |known: &Operation| known.outcome.is_end() && !matches!(known.outcome, Outcome::Unknown { .. });
    if before.is_some_and(|known| is_over(known) && !is_over(&operation)) {
        return;
    }
    let is_other =
        before.is_none_or(|before| before.outcome != operation.outcome || before.addon_id != operation.addon_id);
    // Another look at an unknown outcome that showed nothing: only its words are new, for whoever reads them.
    let cannot_tell =
        |operation: &Operation| operation.outcome.judged().is_some_and(|one| one.verdict == Verdict::CantTell);
    let is_still_unknown = matches!(operation.outcome, Outcome::Unknown { .. })
        && before.is_some_and(|before| {
            matches!(before.outcome, Outcome::Unknown { .. }) && cannot_tell(before) == cannot_tell(&operation)
        });
    // What was found ended already was nobody's wait.
    let was_waited_for = before.is_some_and(|before| !before.outcome.is_end());
    cx.seen_if(is_other && (!is_still_unknown || state.shows_operations()));
    if is_other && !is_still_unknown {
        if operation.outcome != Outcome::Intended {
            polling::after_write(state, cx, &operation.command, operation.addon_id.as_deref());
        }
        let sentence = operation.command.sentence();
        if was_waited_for && operation.outcome.is_end() {
            notify::away(state, cx, operation.started_at, format!("{sentence}: {}", operation.outcome.word()));
        }
        let goes_on = way_on(state, &operation).or_else(|| deployments::way_on(state, &operation));
        let addon = operation.addon_id.as_deref().or(operation.command.addon_id()).map(|id| state.store.key(id));
        let (level, text) = match &operation.outcome {
            Outcome::Intended => (Level::Info, format!("{sentence}: intended, not acknowledged yet")),
            Outcome::Accepted => (Level::Info, format!("{sentence}: under way")),
            Outcome::Done => (Level::Info, goes_on.unwrap_or_else(|| format!("{sentence}: done"))),
            Outcome::Failed { message } if operation.asks.is_some() => {
                (Level::Warning, format!("{sentence}: nothing happened, the platform asks first. {message}"))
            }
            Outcome::Failed { message } => (Level::Error, format!("{sentence}: failed. {message}")),
            Outcome::NotSent { message } => (Level::Error, format!("{sentence}: not sent. {message}")),
            outcome @ Outcome::Unknown { .. } => {
                (Level::Warning, format!("{sentence}: outcome unknown. {}", outcome.told().unwrap_or_default()))
            }
        };
        notify::activity(state, cx, level, addon, text.clone());
        match level {
            Level::Error => notify::failed(state, cx, sentence, text, None),
            Level::Warning => notify::warn(state, cx, text),
            Level::Info => notify::info(state, cx, text),
        }
    }
    state.operations.insert(operation.id.clone(), operation.clone());
    course::learned(state, cx, &operation);
}

#[cfg(test)]
mod tests;
