//! What is wanted of the profiles that are only looked at, and what they answer. The one schedule has them with the profile that
//! is entered, which is asked as ever, and not once more.

use std::collections::HashSet;
use std::time::Duration;

use indexmap::IndexSet;

use super::super::{Cx, live, next_id};
use super::page;
use crate::app::merging::{Merging, Of};
use crate::app::several::{Combined, Source, asked_through};
use crate::app::state::Pending;
use crate::app::{Effect, Query, Reply, RequestId, State};
use crate::model::ProfileName;
use crate::platform::{Budget, Conditional, ReadError, ReadErrorKind};
use crate::store::poll::{Ask, Rank, SELDOM, Schedule, Topic, Wanted, Wants};
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
        state.schedule.given_up(&profile, &topic, cx.now.mono);
        state.schedule.urge(&profile, &topic);
        cx.push(Effect::Cancel(id));
    }
    combined.sources.iter_mut().for_each(|source| source.merging = None);
}

/// What was seen last through some profiles came from the disk. What was answered meanwhile is newer.
pub(in crate::app::update) fn caches(state: &mut State, cx: &mut Cx, caches: Vec<Snapshot>) {
    let Some(combined) = &mut state.combined else { return };
    combined.sources.iter_mut().for_each(|source| source.has_cache = true);
    for snapshot in caches {
        let Some(source) = combined.source_mut(&snapshot.profile) else { continue };
        let fresh = &source.store.addons.fresh;
        let knows_less = fresh.is_never() || (fresh.source == From::Cache && !source.store.addons.is_whole());
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

/// What is looked at of every profile but the one that is entered.
pub(in crate::app::update) fn wants(state: &State) -> Vec<Wants> {
    if !state.shows_combined() {
        return Vec::new();
    }
    let seen = seen_apps(state);
    let sources = state.combined.iter().flat_map(|combined| &combined.sources);
    sources
        .filter(|source| source.choice.name != state.session.profile && source.closed().is_none())
        .map(|source| Wants {
            profile: source.choice.name.clone(),
            wanted: wanted(source, &seen),
            states_at_once: STATES_AT_ONCE,
        })
        .collect()
}

/// Asks one of them.
pub(in crate::app::update) fn ask(state: &mut State, cx: &mut Cx, ask: &Ask) {
    let source = state.combined.as_mut().and_then(|combined| combined.source_mut(&ask.profile));
    let Some(source) = source else { return };
    let query = match &ask.topic {
        Topic::Addons => Query::Addons { etag: source.store.addons.etag(), at_most: ask.at_most },
        Topic::States(app) => Query::AddonsOf(app.clone()),
        Topic::Addon(id) => Query::Addon(id.clone()),
        Topic::Catalog => Query::Catalog,
        // Nothing else is wanted here.
        _ => return,
    };
    let (id, profile) = (next_id(state), ask.profile.clone());
    state.schedule.sent(ask, cx.now.mono);
    if let Some(combined) = &mut state.combined {
        combined.pending.insert(id, (profile.clone(), ask.topic.clone()));
    }
    cx.push(Effect::Look { id, profile, query });
}

/// What is looked at of a profile, the most looked at first.
fn wanted(source: &Source, seen: &IndexSet<(ProfileName, String)>) -> Vec<Wanted> {
    let pace = source.choice.words.pace;
    let store = &source.store;
    let mut wanted = vec![Wanted { topic: Topic::Addons, every: pace.list, rank: Rank::Shown }];
    let mut want = |topic, every, rank| wanted.push(Wanted { topic, every, rank });
    if store.addons.fresh.is_never() {
        // The list tells what else there is to ask, and whether anything answers at all.
        return wanted;
    }
    // Only its own read says that one is gone.
    for id in &source.missing {
        want(Topic::Addon(id.clone()), pace.detail.max(pace.list), Rank::Shown);
    }
    if source.wants_prices && store.catalog.value.is_none() {
        want(Topic::Catalog, SELDOM * 60, Rank::Rest);
    }
    // Last of all, because these are many: those on the screen first.
    if !source.choice.words.list_tells_states {
        let mut apps: IndexSet<String> =
            seen.iter().filter(|(profile, _)| *profile == source.choice.name).map(|(_, app)| app.clone()).collect();
        let near = apps.len();
        apps.extend(source.apps.iter().cloned());
        for (at, app) in apps.into_iter().enumerate() {
            want(Topic::States(app), pace.states, if at < near { Rank::Shown } else { Rank::Rest });
        }
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
    let topic = combined.pending.get(&id).map(|(_, topic)| topic.clone());
    if let Some(topic) = topic.filter(|_| *profile == state.session.profile) {
        combined.pending.remove(&id);
        return entered_meanwhile(state, cx, id, topic, reply);
    }
    if budget.is_some() {
        state.schedule.set_budget(profile, budget, cx.now.mono);
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
    let schedule = &mut state.schedule;
    let is_seen = match reply {
        Ok(reply) => {
            let was_away = is_back(source, schedule, cx, &topic);
            take(source, cx, id, topic, reply) || was_away
        }
        Err(error) => failed(source, schedule, cx, id, &topic, error),
    };
    cx.seen_if(is_seen && is_shown);
}

/// It answered; whether it did not before.
fn is_back(source: &mut Source, schedule: &mut Schedule, cx: &Cx, topic: &Topic) -> bool {
    let was_offline = schedule.offline(&source.choice.name).is_some();
    schedule.good(&source.choice.name, topic, cx.now.mono);
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
            let was_away = is_back(source, &mut state.schedule, cx, &topic);
            cx.seen_if((source.store.addons.take(merged).is_seen || was_away) && is_shown);
        }
        let profile = source.choice.name.clone();
        return merging.waiting.into_iter().for_each(|(id, reply)| answered(state, cx, id, &profile, reply));
    }
}

/// A profile was looked at and is entered by now: what was asked for the list of all is an answer for it, and it was not asked
/// a second time.
fn entered_meanwhile(state: &mut State, cx: &mut Cx, id: RequestId, topic: Topic, reply: Result<Reply, ReadError>) {
    if topic == Topic::Addons && state.store.addons.etag().is_none() {
        // It may only say that nothing has changed since rows that are not the ones here.
        state.schedule.given_up(&state.session.profile, &topic, cx.now.mono);
        return state.urge(&topic);
    }
    state.pending.insert(id, Pending { topic });
    live::replied(state, cx, id, reply);
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
fn failed(
    source: &mut Source,
    schedule: &mut Schedule,
    cx: &Cx,
    id: RequestId,
    topic: &Topic,
    error: ReadError,
) -> bool {
    let Source { store, choice, .. } = source;
    if let (Topic::Addon(addon_id), ReadErrorKind::NotFound) = (topic, &error.kind) {
        schedule.good(&choice.name, topic, cx.now.mono);
        let key = store.key(addon_id);
        return store.addons.remove(&key, id.0).is_seen;
    }
    if error.is_unsupported() {
        schedule.unsupported(&choice.name, topic, cx.now.mono);
        return store.fresh_mut(topic).failed(error, cx.now.wall, None);
    }
    schedule.failed(&choice.name, topic, &error, cx.now.mono);
    let want = Wanted { topic: topic.clone(), every: choice.words.pace.list, rank: Rank::Shown };
    let offline = schedule.offline(&choice.name);
    let next = match offline {
        Some(offline) => offline.next_try,
        None => schedule.next(&choice.name, &want, true).max(cx.now.mono),
    };
    let next_try = cx.wall_of(next);
    let is_link = offline.is_some() && *topic != Topic::Addons;
    let is_seen = source.store.fresh_mut(topic).failed(error.clone(), cx.now.wall, next_try);
    // While nothing answers, the list is what is tried again.
    is_seen | (is_link && source.store.addons.fresh.failed(error, cx.now.wall, next_try))
}

/// A person wants everything read again that is shown of other profiles, also what failed and waits.
pub(in crate::app::update) fn refresh_all(state: &mut State, cx: &Cx) {
    each_source(state, |schedule, name| schedule.retry_all(name, cx.now.mono));
}

/// Reads everything again that is shown of other profiles; what failed waits on.
pub(in crate::app::update) fn look_again(state: &mut State, cx: &Cx) {
    each_source(state, |schedule, name| schedule.urge_all(name, cx.now.mono));
}

fn each_source(state: &mut State, ask: impl Fn(&mut Schedule, &ProfileName)) {
    for source in state.combined.iter().flat_map(|combined| &combined.sources) {
        ask(&mut state.schedule, &source.choice.name);
    }
}
