//! Asking: what is looked at is asked for as often as the poll plan says.

use std::cell::Cell;
use std::collections::HashSet;
use std::time::Duration;

use indexmap::IndexSet;

use super::{Cx, deployments, next_id, several};
use crate::app::choice::is_moving;
use crate::app::enter::Follow;
use crate::app::modal::{AskKind, BackupsView, Modal, Pick, SheetKind};
use crate::app::several::asked_through;
use crate::app::state::Pending;
use crate::app::{Breakpoint, Effect, Pane, PickKind, Query, RequestId, State};
use crate::model::{Addon, AddonKey, App, Backup, Command, OperationId, ProfileName, RestoreBackup, Verb};
use crate::platform::Pace;
use crate::store::poll::{Ask, JOURNAL, Rank, SELDOM, Topic, Wanted, Wants};

/// How long after a change the cache is written: several changes become one write.
const SAVE_AFTER: Duration = Duration::from_secs(5);
/// How many rows are followed one by one at a time; the list covers the others.
const FOLLOWED: usize = 20;
/// How long an operation is looked at often; then less so.
const YOUNG: jiff::SignedDuration = jiff::SignedDuration::from_secs(120);
/// How many apps are asked at once how their add-ons stand: fewer than there are lines, so that what is looked at comes through.
const STATES_AT_ONCE: usize = 6;

/// Whether something is to be done now even if nobody wants anything else than before.
pub(super) fn is_due(state: &State, cx: &Cx) -> bool {
    [state.next_poll, state.cache_due].into_iter().flatten().any(|due| cx.now.mono >= due)
}

/// Asks for everything that is due.
pub(super) fn settle(state: &mut State, cx: &mut Cx) {
    gather(state);
    let own =
        Wants { profile: state.session.profile.clone(), wanted: wanted(state, cx), states_at_once: STATES_AT_ONCE };
    let wants: Vec<Wants> = std::iter::once(own).chain(several::wants(state)).collect();
    let plan = state.schedule.plan(&wants, state.ui.has_terminal_focus, cx.now.mono);
    state.next_poll = plan.next;
    cx.seen_if(state.take_paces(&wants, &plan));
    let is_looked_at = |modal: &Modal| matches!(modal, Modal::Sheet(sheet) if sheet.kind == SheetKind::Polling);
    if state.modals.iter().any(is_looked_at) {
        let polled = state.polled_by(&wants, &plan, cx.now.mono);
        cx.seen_if(polled != state.polled);
        state.polled = polled;
    }
    for asked in &plan.now {
        if asked.profile == state.session.profile {
            ask(state, cx, asked);
        } else {
            several::ask(state, cx, asked);
        }
    }
    for Wants { profile, wanted, .. } in &wants {
        if state.schedule.remembered(profile) > wanted.len() + 1_000 {
            let kept: HashSet<&Topic> = wanted.iter().map(|want| &want.topic).collect();
            state.schedule.retain(profile, cx.now.mono, |topic| kept.contains(topic));
        }
    }
    if state.cache_due.take_if(|due| cx.now.mono >= *due).is_some() {
        cx.push(Effect::SaveCache);
    }
}

fn ask(state: &mut State, cx: &mut Cx, ask: &Ask) {
    let topic = ask.topic.clone();
    let query = match &topic {
        Topic::Account => Query::Account,
        Topic::Teams => Query::Teams,
        Topic::Apps => Query::Apps,
        Topic::Catalog => Query::Catalog,
        // A tag is of use only for rows that were read with it; rows from the cache came with none.
        Topic::Addons => Query::Addons { etag: state.store.addons.etag(), at_most: ask.at_most },
        Topic::States(app) => Query::AddonsOf(app.clone()),
        Topic::Plans(service) => Query::Plans(service.clone()),
        Topic::Actions(addon_id) => {
            let Some(row) = state.store.addons.get(&state.store.key(addon_id)) else { return };
            Query::Actions(Box::new(Addon::clone(&row.addon)))
        }
        Topic::ActionFields { addon_id, action } => {
            Query::ActionFields { addon_id: addon_id.clone(), action: action.clone() }
        }
        Topic::ActionAnswer { addon_id, action, subject } => {
            Query::ActionAnswer { addon_id: addon_id.clone(), action: action.clone(), subject: subject.clone() }
        }
        Topic::Addon(addon_id) => Query::Addon(addon_id.clone()),
        Topic::Events(addon_id) => {
            let after = state.timeline(addon_id).last().map_or(0, |event| event.id);
            Query::Events { addon_id: addon_id.clone(), after }
        }
        Topic::Backups(addon_id) => Query::Backups(addon_id.clone()),
        Topic::AllBackups => Query::AllBackups,
        Topic::Works => Query::Works,
        Topic::Usage(addon_id) => Query::Usage(addon_id.clone()),
        Topic::Logs(addon_id) => Query::Logs(addon_id.clone()),
        Topic::Rehearsal(addon_id) => {
            let Some(row) = state.store.addons.get(&state.store.key(addon_id)) else { return };
            let (addon, service) = (row.addon.name.clone(), row.addon.service.clone());
            Query::Rehearsal { addon_id: addon_id.clone(), addon: addon.to_string(), service: service.to_string() }
        }
        Topic::Variables(app) => Query::Variables(app.clone()),
        Topic::Releases(app) => Query::Releases(app.clone()),
        Topic::Environments(app) => Query::Environments(app.clone()),
        Topic::Deployments { app, environment_id } => {
            Query::Deployments { app: app.clone(), environment_id: environment_id.clone() }
        }
        Topic::Work(id) => Query::Work(id.clone()),
        Topic::WorkLog(id) => Query::WorkLog(id.clone()),
        Topic::Journal => {
            let id = sent(state, cx, ask);
            return cx.push(Effect::LookAtJournal(id));
        }
        Topic::Operation(operation) => {
            let Some(operation) = state.operations.get(&OperationId(operation.clone())).cloned() else { return };
            let id = sent(state, cx, ask);
            cx.push(Effect::Follow { id, operation: Box::new(operation) });
            return;
        }
    };
    let id = sent(state, cx, ask);
    cx.push(Effect::Fetch { id, profile: state.session.profile.clone(), query });
}

/// Takes note of a question that is on its way from now on.
fn sent(state: &mut State, cx: &Cx, ask: &Ask) -> RequestId {
    let id = next_id(state);
    state.schedule.sent(ask, cx.now.mono);
    state.pending.insert(id, Pending { topic: ask.topic.clone() });
    id
}

/// Something cost so many requests, whether it was in the plan or not.
pub(super) fn spent(state: &mut State, cx: &Cx, id: RequestId, profile: &ProfileName, requests: u32) {
    let own = state.pending.get(&id).map(|pending| &pending.topic);
    let looked = || state.combined.as_ref().and_then(|combined| combined.pending.get(&id)).map(|(_, topic)| topic);
    state.schedule.spent(profile, own.or_else(looked), requests, cx.now.mono);
}

/// All that is looked at, the most looked at first.
fn wanted(state: &State, cx: &Cx) -> Vec<Wanted> {
    let Pace { list, states, detail, transitional } = state.session.words.pace;
    let mut wanted = vec![Wanted { topic: Topic::Addons, every: list, rank: Rank::Shown }];
    let rank = Cell::new(Rank::Begun);
    let mut want = |topic, every| wanted.push(Wanted { topic, every, rank: rank.get() });
    let is_open = state.open_operations().next().is_some() || state.open_courses().next().is_some();
    // Where nothing can be asked and nothing is open, nothing wakes for the journal alone.
    let calm = if state.schedule.offline(&state.session.profile).is_some() { SELDOM } else { list };
    want(Topic::Journal, if is_open { JOURNAL } else { calm });
    for operation in state.open_operations() {
        let is_young = cx.ours.duration_since(operation.started_at) < YOUNG;
        let every = match (operation.outcome.is_end(), is_young) {
            (false, true) => transitional,
            (false, false) | (true, true) => detail,
            // An unknown outcome of which nothing was seen for so long; it may still come to light.
            (true, false) => SELDOM,
        };
        want(Topic::Operation(operation.id.0.clone()), every);
    }
    rank.set(Rank::Selected);
    if state.modals.iter().any(|modal| matches!(modal, Modal::Operations(_))) {
        want(Topic::Works, detail);
        for app in state.past_apps() {
            want(state.past_topic(&app), list);
        }
    }
    let sheet = state.modals.iter().rev().find_map(|modal| match modal {
        Modal::Sheet(sheet) => Some(&sheet.kind),
        _ => None,
    });
    let shows_detail = state.ui.breakpoint > Breakpoint::Narrow || state.ui.is_detail_open;
    for (row, is_detail) in [
        (state.detail_row(), shows_detail),
        (sheet.and_then(SheetKind::addon).and_then(|key| state.store.addons.get(key)), true),
    ] {
        let Some(row) = row.filter(|_| is_detail) else { continue };
        let id = &row.addon.key.id;
        let every = if is_moving(&row.addon) { transitional } else { detail };
        if state.ui.shows(Pane::Status) || matches!(sheet, Some(SheetKind::Timeline(_))) {
            want(Topic::Events(id.to_string()), every);
        }
        want(Topic::Addon(id.to_string()), every);
        if state.ui.shows(Pane::Backups) || !is_detail {
            backups(state, &row.addon, &mut want);
        }
        if (state.ui.shows(Pane::Plan) || !is_detail) && can(state, &row.addon, Verb::Usage) {
            want(Topic::Usage(id.to_string()), list);
        }
        if state.ui.shows(Pane::Plan) || matches!(sheet, Some(SheetKind::Describe(_))) {
            unread(state, &row.addon.service).into_iter().for_each(|service| want(Topic::Plans(service), SELDOM * 10));
        }
        deployments::wanted_of(state, &row.addon, sheet, &mut want);
        if let Some(SheetKind::Answer { topic, .. }) = sheet {
            want(topic.clone(), SELDOM * 60);
        }
        if matches!(sheet, Some(SheetKind::Log(_))) && can(state, &row.addon, Verb::Logs) {
            want(Topic::Logs(id.to_string()), SELDOM * 60);
        }
    }
    deployments::wanted(state, sheet, &mut want);
    for modal in &state.modals {
        let about = match modal {
            Modal::Pick(pick) => Some(pick.kind.addon()),
            Modal::Ask(form) => form.kind.addon().map(|(key, _)| key),
            Modal::Backups(BackupsView { addon: Some(addon), .. }) => Some(addon),
            Modal::Restore(wizard) => {
                state.restore_apps(wizard).into_iter().for_each(|app| want(Topic::Releases(app.to_owned()), list));
                wizard.addon.as_ref().map(|(key, _)| key)
            }
            Modal::Backups(BackupsView { addon: None, .. }) => {
                let known = state.store.all_backups.value.as_deref().unwrap_or_default();
                want(Topic::AllBackups, every_backups(state.session.words.pace, known));
                None
            }
            _ => None,
        };
        services(state, modal).into_iter().for_each(|service| want(Topic::Plans(service), SELDOM * 10));
        if let Modal::Pick(Pick { kind: PickKind::Action(key), .. }) = modal {
            want(Topic::Actions(key.id.to_string()), SELDOM * 60);
        }
        if let Modal::Run(form) = modal {
            form.topic().into_iter().for_each(|topic| want(topic, SELDOM * 60));
        }
        if let Some(row) = about.and_then(|key| state.store.addons.get(key)) {
            backups(state, &row.addon, &mut want);
        }
    }
    rank.set(Rank::Shown);
    for id in &state.transitional {
        let key = state.store.key(id);
        let is_missing = state.store.addons.get(&key).is_some_and(|row| row.missing_since.is_some());
        want(Topic::Addon(id.clone()), if is_missing { detail } else { transitional });
    }
    if let Some(Follow { addon_id, is_made: true }) = &state.follow {
        want(Topic::Addon(addon_id.clone()), transitional);
    }
    if let Some(SheetKind::Variables { app: Some(app), .. }) = sheet {
        want(Topic::Variables(app.clone()), detail);
    }
    let is_choosing = state.modals.iter().any(|modal| matches!(modal, Modal::Create(_) | Modal::Attach(_)));
    let every = if is_choosing { list } else { SELDOM };
    rank.set(if is_choosing { Rank::Shown } else { Rank::Rest });
    want(Topic::Catalog, every);
    // An app that is stopped is not forgotten.
    let is_stopped = state.store.apps.value.iter().flatten().any(App::is_in_maintenance);
    want(Topic::Apps, if is_stopped { list } else { every });
    rank.set(Rank::Rest);
    want(Topic::Account, SELDOM * 10);
    want(Topic::Teams, SELDOM * 10);
    // Last of all, because these are many.
    if !state.session.words.list_tells_states && is_connected(state) {
        let (apps, near) = apps_to_ask(state);
        for (at, app) in apps.into_iter().enumerate() {
            rank.set(if at < near { Rank::Shown } else { Rank::Rest });
            want(Topic::States(app), states);
        }
    }
    wanted
}

/// The apps that tell how the add-ons stand: those of the rows that are to be seen first, each once; and how many those are.
fn apps_to_ask(state: &State) -> (IndexSet<String>, usize) {
    let page = state.ui.page() + 2;
    let (from, to) = (state.cursor().saturating_sub(page), state.cursor() + page);
    let near = (from..=to).filter_map(|index| state.visible_row(index));
    let near = near.filter_map(|row| asked_through(&row.addon)).map(str::to_owned);
    let mut apps: IndexSet<String> = near.collect();
    let near = apps.len();
    apps.extend(state.apps_to_ask.iter().cloned());
    (apps, near)
}

/// The services whose plans a modal shows.
fn services(state: &State, modal: &Modal) -> Option<String> {
    let of = |key: &AddonKey| state.store.addons.get(key).and_then(|row| unread(state, &row.addon.service));
    match modal {
        Modal::Create(form) => unread(state, &form.service),
        Modal::Ask(form) => match &form.kind {
            AskKind::Copy { service, .. } => unread(state, service),
            _ => None,
        },
        Modal::Pick(Pick { kind: PickKind::Plan(key), .. }) => of(key),
        Modal::Restore(wizard) => wizard.addon.as_ref().and_then(|(key, _)| of(key)),
        _ => None,
    }
}

/// The service, if its plans have to be asked for.
fn unread(state: &State, service: &str) -> Option<String> {
    let service = state.store.catalog.value.as_ref()?.service(service)?;
    service.are_plans_unread.then(|| service.name.clone())
}

/// The backups of an add-on, if it can have some.
fn backups(state: &State, addon: &Addon, want: &mut impl FnMut(Topic, Duration)) {
    if can(state, addon, Verb::ListBackups) {
        let known = state.backups(&addon.key.id).map_or(&[][..], |backups| backups.list.as_slice());
        let pace = state.session.words.pace;
        let every = if is_moving(addon) { pace.transitional } else { every_backups(pace, known) };
        want(Topic::Backups(addon.key.id.to_string()), every);
    }
    if can(state, addon, Verb::Restore) || can(state, addon, Verb::RestoreInto) {
        want(Topic::Rehearsal(addon.key.id.to_string()), SELDOM * 60);
    }
}

fn every_backups(pace: Pace, known: &[Backup]) -> Duration {
    if known.iter().any(|backup| backup.state.is_transitional()) { pace.transitional } else { pace.detail }
}

/// Whether the platform and this add-on can be asked for something.
fn can(state: &State, addon: &Addon, verb: Verb) -> bool {
    is_connected(state) && state.session.cannot(verb).is_none() && addon.cannot(verb).is_none()
}

/// Whether it is known yet what the platform can do.
fn is_connected(state: &State) -> bool {
    !state.session.capabilities.is_empty()
}

/// Rows that change by themselves, and missing ones, which are asked for one by one; the apps through which all are.
fn gather(state: &mut State) {
    let revision = (state.store.addons.revision(), state.session.words.list_tells_states);
    if state.gathered_at == Some(revision) {
        return;
    }
    state.gathered_at = Some(revision);
    let rows = state.store.addons.iter().filter(|_| !revision.1);
    let apps: IndexSet<&str> = rows.filter_map(|row| asked_through(&row.addon)).collect();
    state.apps_to_ask = apps.into_iter().map(str::to_owned).collect();
    let rows = state.store.addons.iter();
    let moving = rows.filter(|row| row.missing_since.is_some() || is_moving(&row.addon));
    state.transitional = moving.take(FOLLOWED).map(|row| row.addon.key.id.to_string()).collect();
}

/// When a part is asked for next; `None` while nobody looks at it.
pub(super) fn next_try(state: &State, cx: &Cx, topic: &Topic) -> Option<Duration> {
    let wanted = wanted(state, cx);
    let want = wanted.iter().find(|want| want.topic == *topic)?;
    let next = state.schedule.next(&state.session.profile, want, state.ui.has_terminal_focus);
    Some(next.max(cx.now.mono))
}

impl State {
    /// Something of the profile that is shown is to be asked as soon as possible.
    pub(super) fn urge(&mut self, topic: &Topic) {
        self.schedule.urge(&self.session.profile, topic);
    }
}

/// Asks for one add-on as soon as possible.
pub(super) fn urge_addon(state: &mut State, addon_id: &str) {
    state.urge(&Topic::Addon(addon_id.to_owned()));
}

/// After a write, what was asked before it is of no use: it is given up and asked anew.
pub(super) fn after_write(state: &mut State, cx: &mut Cx, command: &Command, addon_id: Option<&str>) {
    let is_outdated = |topic: &Topic| {
        !matches!(
            topic,
            Topic::Operation(_) | Topic::Catalog | Topic::Plans(_) | Topic::Account | Topic::Teams | Topic::Journal
        )
    };
    let outdated: Vec<_> =
        state.pending.iter().filter(|(_, pending)| is_outdated(&pending.topic)).map(|(id, _)| *id).collect();
    for id in outdated {
        if let Some(pending) = state.pending.remove(&id) {
            state.schedule.given_up(&state.session.profile, &pending.topic, cx.now.mono);
            state.urge(&pending.topic);
            cx.push(Effect::Cancel(id));
        }
    }
    state.urge(&Topic::Addons);
    state.urge(&Topic::Journal);
    if let Some(id) = addon_id.or(command.addon_id()) {
        state.urge(&Topic::Addon(id.to_owned()));
        state.urge(&Topic::Events(id.to_owned()));
        state.urge(&Topic::Backups(id.to_owned()));
        state.urge(&Topic::Usage(id.to_owned()));
        let owner = state.store.addons.get(&state.store.key(id)).and_then(|row| asked_through(&row.addon));
        if let Some(app) = owner.filter(|_| !state.session.words.list_tells_states).map(str::to_owned) {
            state.urge(&Topic::States(app));
        }
    }
    if let Command::MoveAttachments { from_id, .. } = command {
        state.urge(&Topic::Addon(from_id.clone()));
    }
    if let Command::Restore(RestoreBackup { of: Some(of), .. }) = command
        && let Some(row) = state.store.addons.iter().find(|row| row.addon.name == *of)
    {
        state.schedule.urge(&state.session.profile, &Topic::Rehearsal(row.addon.key.id.to_string()));
    }
    state.urge(&Topic::AllBackups);
    if let Some(app) = command.app() {
        state.urge(&Topic::Variables(app.to_owned()));
    }
    deployments::after_write(state, command);
    if matches!(command.verb(), Verb::CreateApp | Verb::DestroyApp | Verb::Maintenance | Verb::RollBack) {
        state.urge(&Topic::Apps);
    }
}

/// A person wants everything read again, also what failed and waits.
pub(super) fn refresh_all(state: &mut State, cx: &Cx) {
    state.schedule.retry_all(&state.session.profile, cx.now.mono);
}

/// Reads everything again; what failed waits on.
pub(super) fn look_again(state: &mut State, cx: &Cx) {
    state.schedule.urge_all(&state.session.profile, cx.now.mono);
}

/// Writes the cache in a while.
pub(super) fn save_soon(state: &mut State, cx: &Cx) {
    state.cache_due.get_or_insert(cx.now.mono + SAVE_AFTER);
}
