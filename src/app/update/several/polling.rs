//! Asking the profiles that are only looked at: each as often as its own platform bears, with its own budget and its own waits.
//! The profile that is entered is asked as ever, and not once more.

use std::collections::HashSet;
use std::time::Duration;

use indexmap::IndexSet;

use super::super::{Cx, next_id};
use super::page;
use crate::app::merging::{Merging, Of};
use crate::app::several::{Combined, Source, asked_through};
use crate::app::{Effect, Query, Reply, RequestId, State};
use crate::model::ProfileName;
use crate::platform::{Budget, Conditional, ReadError, ReadErrorKind};
use crate::store::poll::{SELDOM, Topic, Wanted};
use crate::store::{ListMerged, Snapshot, Source as From};

/// How many apps of one profile are asked at once how their add-ons stand.
const STATES_AT_ONCE: usize = 3;

/// The list was opened: what was seen a while ago is told as such, and what was never read comes from the disk first.
pub(super) fn opened(state: &State, cx: &mut Cx, combined: &mut Combined) {
    let mut wanted = Vec::new();
    for source in &mut combined.sources {
        let is_old = |at: Duration| cx.now.mono.saturating_sub(at) > 2 * source.choice.words.pace.list;
        if source.answered.is_none_or(is_old) {
            source.store.addons.fresh.source = From::Cache;
        }
        if !source.has_cache && source.choice.name != state.session.profile && source.closed().is_none() {
            wanted.push((source.choice.name.clone(), source.choice.endpoint.clone()));
        }
    }
    if !wanted.is_empty() {
        cx.push(Effect::LoadCaches(wanted));
    }
}

/// It was closed: nobody waits for answers any more.
pub(super) fn closed(state: &mut State, cx: &mut Cx) {
    let Some(combined) = &mut state.combined else { return };
    for (id, (profile, topic)) in std::mem::take(&mut combined.pending) {
        if let Some(source) = combined.source_mut(&profile) {
            source.poll.given_up(&topic);
            source.poll.urge(&topic);
        }
        cx.push(Effect::Cancel(id));
    }
    combined.sources.iter_mut().for_each(|source| source.merging = None);
    combined.next_poll = None;
}

/// What was seen last through some profiles came from the disk. What was answered meanwhile is newer.
pub(in crate::app::update) fn caches(state: &mut State, cx: &mut Cx, caches: Vec<Snapshot>) {
    let Some(combined) = &mut state.combined else { return };
    combined.sources.iter_mut().for_each(|source| source.has_cache = true);
    for snapshot in caches {
        let Some(source) = combined.source_mut(&snapshot.profile) else { continue };
        let knows_less = source.store.addons.fresh.is_never() || !source.store.addons.is_whole();
        if knows_less && source.choice.endpoint == snapshot.endpoint {
            let error = source.store.addons.fresh.error.take();
            source.store = snapshot.into_store();
            if let Some(error) = error {
                source.store.addons.fresh.failed(error, cx.now.wall, None);
            }
            cx.seen();
        }
    }
}

/// Asks every profile for what is due.
pub(in crate::app::update) fn settle(state: &mut State, cx: &mut Cx) {
    if !state.shows_combined() {
        return;
    }
    let seen = seen_apps(state);
    let has_focus = state.ui.has_terminal_focus;
    let entered = state.session.profile.clone();
    let Some(mut combined) = state.combined.take() else { return };
    combined.next_poll = None;
    for at in 0..combined.sources.len() {
        let source = &combined.sources[at];
        if source.choice.name == entered || source.closed().is_some() {
            continue;
        }
        let due = source.poll.due(&wanted(source, &seen), has_focus, cx.now.mono);
        combined.next_poll = combined.next_poll.into_iter().chain(due.next).min();
        let is_states = |topic: &Topic| matches!(topic, Topic::States(_));
        let mut lines = STATES_AT_ONCE.saturating_sub(source.poll.in_flight(is_states));
        for topic in due.now {
            if is_states(&topic) {
                let Some(left) = lines.checked_sub(1) else { continue };
                lines = left;
            }
            ask(state, cx, &mut combined, at, topic);
        }
    }
    state.combined = Some(combined);
}

fn ask(state: &mut State, cx: &mut Cx, combined: &mut Combined, at: usize, topic: Topic) {
    let source = &mut combined.sources[at];
    let query = match &topic {
        Topic::Addons => Query::Addons { etag: source.store.addons.etag() },
        Topic::States(app) => Query::AddonsOf(app.clone()),
        Topic::Addon(id) => Query::Addon(id.clone()),
        Topic::Catalog => Query::Catalog,
        // Nothing else is wanted here.
        _ => return,
    };
    let (id, profile) = (next_id(state), source.choice.name.clone());
    source.poll.sent(&topic, cx.now.mono);
    combined.pending.insert(id, (profile.clone(), topic));
    cx.push(Effect::Look { id, profile, query });
}

/// What is looked at of a profile, the most looked at first.
fn wanted(source: &Source, seen: &IndexSet<(ProfileName, String)>) -> Vec<Wanted> {
    let pace = source.choice.words.pace;
    let store = &source.store;
    let mut wanted = vec![Wanted { topic: Topic::Addons, every: pace.list }];
    let mut want = |topic, every| wanted.push(Wanted { topic, every });
    if store.addons.fresh.is_never() {
        // The list tells what else there is to ask, and whether anything answers at all.
        return wanted;
    }
    // Only its own read says that one is gone.
    for id in &source.missing {
        want(Topic::Addon(id.clone()), pace.detail.max(pace.list));
    }
    if source.wants_prices && store.catalog.value.is_none() {
        want(Topic::Catalog, SELDOM * 60);
    }
    // Last of all, because these are many: those on the screen first.
    if !source.choice.words.list_tells_states {
        let mut apps: IndexSet<String> =
            seen.iter().filter(|(profile, _)| *profile == source.choice.name).map(|(_, app)| app.clone()).collect();
        apps.extend(source.apps.iter().cloned());
        apps.into_iter().for_each(|app| want(Topic::States(app), pace.states));
    }
    wanted
}

/// The apps of the rows on the screen, and of a page around them.
fn seen_apps(state: &State) -> IndexSet<(ProfileName, String)> {
    let Some(combined) = &state.combined else { return IndexSet::new() };
    let (at, page) = (combined.cursor, page(state) + 2);
    let near = (at.saturating_sub(page)..=at + page).filter_map(|index| state.combined_seen(index));
    near.filter(|(choice, _)| !choice.words.list_tells_states)
        .filter_map(|(choice, row)| Some((choice.name.clone(), asked_through(&row.addon)?.to_owned())))
        .collect()
}

/// The platform of a profile answered, or did not.
pub(in crate::app::update) fn looked(
    state: &mut State,
    cx: &mut Cx,
    id: RequestId,
    profile: &ProfileName,
    reply: Result<Reply, ReadError>,
    budget: Option<Budget>,
) {
    let Some(combined) = &mut state.combined else { return };
    if let Some(source) = combined.source_mut(profile) {
        source.poll.set_budget(budget);
    }
    answered(state, cx, id, profile, reply);
}

fn answered(state: &mut State, cx: &mut Cx, id: RequestId, profile: &ProfileName, reply: Result<Reply, ReadError>) {
    let is_shown = state.shows_combined();
    let Some(combined) = &mut state.combined else { return };
    let Some(topic) = combined.pending.get(&id).map(|(_, topic)| topic.clone()) else { return };
    let Some(source) = combined.source_mut(profile) else { return };
    if let Some(merging) = source.merging.as_mut().filter(|_| Merging::concerns(&topic)) {
        return merging.waiting.push((id, reply));
    }
    let reply = match reply {
        Ok(Reply::Addons(Conditional::Changed(list))) if topic == Topic::Addons => {
            let tells_states = source.choice.words.list_tells_states;
            let merge = Box::new(source.store.addons.list_merge(list, id.0, tells_states, HashSet::new()));
            source.merging = Some(Merging::new(Of::List(id)));
            return cx.push(Effect::Merge { id, merge });
        }
        other => other,
    };
    combined.pending.remove(&id);
    let Some(source) = combined.source_mut(profile) else { return };
    let is_seen = match reply {
        Ok(reply) => {
            let was_away = is_back(source, cx, &topic);
            take(source, cx, id, topic, reply) || was_away
        }
        Err(error) => failed(source, cx, id, &topic, error),
    };
    cx.seen_if(is_seen && is_shown);
}

/// It answered; whether it did not before.
fn is_back(source: &mut Source, cx: &Cx, topic: &Topic) -> bool {
    let was_offline = source.poll.offline().is_some();
    source.poll.good(topic);
    source.answered = Some(cx.now.mono);
    source.store.single_is_well(topic) || was_offline
}

/// Whether a list of a profile that is only looked at is being merged for that request.
pub(in crate::app::update) fn is_merging(state: &State, id: RequestId) -> bool {
    let sources = state.combined.iter().flat_map(|combined| &combined.sources);
    sources.filter_map(|source| source.merging.as_ref()).any(|merging| merging.of == Of::List(id))
}

/// A list of a profile that is only looked at was merged.
pub(in crate::app::update) fn merged(state: &mut State, cx: &mut Cx, id: RequestId, merged: ListMerged) {
    let is_shown = state.shows_combined();
    let Some(combined) = &mut state.combined else { return };
    let pending = combined.pending.remove(&id);
    for source in &mut combined.sources {
        let Some(merging) = source.merging.take_if(|merging| merging.of == Of::List(id)) else { continue };
        if let Some((_, topic)) = pending {
            let was_away = is_back(source, cx, &topic);
            cx.seen_if((source.store.addons.take(merged).is_seen || was_away) && is_shown);
        }
        let profile = source.choice.name.clone();
        return merging.waiting.into_iter().for_each(|(id, reply)| answered(state, cx, id, &profile, reply));
    }
}

/// Takes an answer in. An answer to another question than was asked is no answer.
fn take(source: &mut Source, cx: &Cx, id: RequestId, topic: Topic, reply: Reply) -> bool {
    let store = &mut source.store;
    let at = cx.now.wall;
    match (topic, reply) {
        (Topic::Addons, Reply::Addons(Conditional::Unchanged(at))) => store.addons.unchanged(at).is_seen,
        (Topic::States(app), Reply::AddonsOf(addons)) => {
            let merged = store.addons.merge_states(addons.value, id.0);
            store.states.entry(app).or_default().good(addons.at, merged.is_seen) || merged.is_seen
        }
        (Topic::Addon(_), Reply::Addon(addon)) => store.addons.merge_one(addon.value, id.0).is_seen,
        (Topic::Catalog, Reply::Catalog(catalog)) => store.catalog.good(catalog, at),
        _ => false,
    }
}

/// A read failed: what was read before stays, and is told as stale.
fn failed(source: &mut Source, cx: &Cx, id: RequestId, topic: &Topic, error: ReadError) -> bool {
    let Source { store, poll, .. } = source;
    if let (Topic::Addon(addon_id), ReadErrorKind::NotFound) = (topic, &error.kind) {
        poll.good(topic);
        let key = store.key(addon_id);
        return store.addons.remove(&key, id.0).is_seen;
    }
    if error.is_unsupported() {
        poll.unsupported(topic, cx.now.mono);
        return store.fresh_mut(topic).failed(error, cx.now.wall, None);
    }
    poll.failed(topic, &error, cx.now.mono);
    let pace = source.choice.words.pace.list;
    let next = match source.poll.offline() {
        Some(offline) => offline.next_try,
        None => source.poll.next(&Wanted { topic: topic.clone(), every: pace }, true).max(cx.now.mono),
    };
    let next_try = cx.wall_of(next);
    let is_link = source.poll.offline().is_some() && *topic != Topic::Addons;
    let is_seen = source.store.fresh_mut(topic).failed(error.clone(), cx.now.wall, next_try);
    // While nothing answers, the list is what is tried again.
    is_seen | (is_link && source.store.addons.fresh.failed(error, cx.now.wall, next_try))
}

/// Reads everything again that is shown of other profiles.
pub(in crate::app::update) fn refresh_all(state: &mut State, cx: &Cx) {
    if let Some(combined) = state.combined.as_mut() {
        combined.sources.iter_mut().for_each(|source| source.poll.urge_all(cx.now.mono));
    }
}
