//! Environments of an add-on's app: deploying one again so that it gets its variables, taking one back, reading what a
//! deployment has written.

use std::time::Duration;

use super::keys;
use super::{Cx, lists, nav, pick, propose, settle};
use crate::app::choice::{Chosen, PickKind};
use crate::app::deployments::deployments_topic;
use crate::app::keymap::{Intent, shown_key};
use crate::app::modal::{Modal, Pick, SheetKind};
use crate::app::{Pane, State};
use crate::model::{Addon, Command, Operation, Work};
use crate::store::poll::{SELDOM, Topic};

/// Moves the cursor among the environments in the Attachments pane.
pub(super) fn move_by(state: &mut State, cx: &mut Cx, intent: Intent) {
    let page = state.ui.page();
    let Some(addon) = state.detail() else { return };
    let ids: Vec<String> = state.environments_of(addon).iter().map(|one| one.id.clone()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let at = state.ui.environment.index(ids.iter().copied());
    if let Some(to) = keys::moved(intent, at, ids.len(), page) {
        cx.seen_if(state.ui.environment.take(&ids, to));
    }
}

/// Keeps the cursor on its environment.
pub(super) fn settle_cursor(state: &mut State, cx: &mut Cx) {
    let Some(addon) = state.detail() else { return };
    let ids: Vec<String> = state.environments_of(addon).iter().map(|one| one.id.clone()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    if !ids.is_empty() {
        cx.seen_if(state.ui.environment.settle(&ids));
    }
}

/// The environment under the cursor, or the only one, or one that is chosen now is deployed again.
pub(super) fn redeploy(state: &mut State, cx: &mut Cx) {
    with_environment(state, cx, redeploy_one, PickKind::Redeploy);
}

/// The same goes back to an earlier deployment.
pub(super) fn roll_back(state: &mut State, cx: &mut Cx) {
    with_environment(state, cx, roll_back_one, PickKind::RollBack);
}

fn with_environment(
    state: &mut State,
    cx: &mut Cx,
    act: fn(&mut State, &mut Cx, &Addon, &str),
    ask: fn(crate::model::AddonKey) -> PickKind,
) {
    let Some(addon) = state.selected_row().map(|row| row.addon.clone()) else { return };
    settle::show_selected(state, cx);
    match state.environment_at_hand(&addon).map(|environment| environment.id.clone()) {
        Some(id) => act(state, cx, &addon, &id),
        None => pick::open_about_selected(state, cx, ask),
    }
}

/// The deployment of that environment is proposed.
pub(super) fn redeploy_one(state: &mut State, cx: &mut Cx, addon: &Addon, environment_id: &str) {
    let Some(app) = state.deployed_app(addon).map(str::to_owned) else { return };
    let Some(environment) = name_of(state, addon, environment_id) else { return };
    let command = Command::Redeploy { app, environment_id: Some(environment_id.to_owned()), environment };
    propose::propose(state, cx, command);
}

/// It is asked to which deployment that environment goes back.
pub(super) fn roll_back_one(state: &mut State, cx: &mut Cx, addon: &Addon, environment_id: &str) {
    let Some(app) = state.deployed_app(addon).map(str::to_owned) else { return };
    let Some(environment) = name_of(state, addon, environment_id) else { return };
    state.urge(&deployments_topic(&app, environment_id));
    let kind =
        PickKind::Deployment { addon: addon.key.clone(), environment_id: environment_id.to_owned(), environment };
    nav::push(state, cx, Modal::Pick(Pick { kind, chosen: Chosen::default() }));
}

/// The way back to that deployment is proposed.
pub(super) fn roll_back_to(state: &mut State, cx: &mut Cx, addon: &Addon, deployment: &str) {
    let Some(app) = state.deployed_app(addon).map(str::to_owned) else { return };
    propose::propose(state, cx, Command::RollBack { app, release: deployment.to_owned() });
}

fn name_of(state: &State, addon: &Addon, environment_id: &str) -> Option<String> {
    let all = state.environments_of(addon);
    all.iter().find(|environment| environment.id == environment_id).map(|environment| environment.name.clone())
}

/// What the platform wrote of the operation under the cursor, read anew each time that it is opened.
pub(super) fn open_log(state: &mut State, cx: &mut Cx) {
    let (Some(id), Some(deed)) = (state.chosen_work(), state.chosen_deed()) else { return };
    state.urge(&Topic::WorkLog(id.clone()));
    lists::open_sheet(state, cx, SheetKind::WorkLog { id, title: deed.sentence });
    lists::to_end(state);
}

/// What the newest deployment of the environment under the cursor has written; false where there is none.
pub(super) fn open_newest_log(state: &mut State, cx: &mut Cx) -> bool {
    let Some(work) = state.deployment_at_hand() else { return false };
    let what = work.subject().map_or_else(String::new, |subject| format!(" of {subject}"));
    let (id, title) = (work.id.clone(), format!("{}{what}", work.kind));
    state.urge(&Topic::WorkLog(id.clone()));
    lists::open_sheet(state, cx, SheetKind::WorkLog { id, title });
    lists::to_end(state);
    true
}

/// What is asked about an add-on whose details are on the screen.
pub(super) fn wanted_of(
    state: &State,
    addon: &Addon,
    sheet: Option<&SheetKind>,
    want: &mut impl FnMut(Topic, Duration),
) {
    let is_shown = state.ui.shows(Pane::Attachments)
        || state.ui.shows(Pane::Status)
        || matches!(sheet, Some(SheetKind::Describe(_)));
    if let Some(app) = state.deployed_app(addon).filter(|_| is_shown) {
        want(Topic::Environments(app.to_owned()), every_environments(state, addon));
    }
}

/// What is asked because of what lies above the panes.
pub(super) fn wanted(state: &State, sheet: Option<&SheetKind>, want: &mut impl FnMut(Topic, Duration)) {
    let pace = state.session.words.pace;
    for modal in &state.modals {
        let Modal::Pick(Pick { kind, .. }) = modal else { continue };
        let Some(addon) = state.store.addons.get(kind.addon()).map(|row| &*row.addon) else { continue };
        let Some(app) = state.deployed_app(addon) else { continue };
        match kind {
            PickKind::Redeploy(_) | PickKind::RollBack(_) => want(Topic::Environments(app.to_owned()), pace.list),
            PickKind::Deployment { environment_id, .. } => want(deployments_topic(app, environment_id), pace.list),
            _ => {}
        }
    }
    let every = |work: Option<&Work>| match work {
        Some(work) if work.state.is_under_way() => pace.detail,
        _ => SELDOM * 60,
    };
    if let Some(SheetKind::WorkLog { id, .. }) = sheet {
        want(Topic::WorkLog(id.clone()), every(state.single_work(id)));
    }
    if let Some(id) = state.work_in_full() {
        let every = every(state.single_work(&id));
        want(Topic::Work(id), every);
    }
}

/// Environments change when somebody deploys: while that is seen they are looked at as often as details are.
fn every_environments(state: &State, addon: &Addon) -> Duration {
    let pace = state.session.words.pace;
    let is_moving = |work: &Work| work.state.is_under_way();
    let is_deploying = state.environments_of(addon).iter().any(|one| one.newest.as_ref().is_some_and(is_moving));
    if is_deploying { pace.detail } else { pace.list }
}

/// What was written may have changed what an app is deployed as.
pub(super) fn after_write(state: &mut State, command: &Command) {
    let Some(app) = command.app() else { return };
    if matches!(command, Command::Redeploy { .. } | Command::RollBack { .. }) {
        state.urge(&Topic::Environments(app.to_owned()));
        let known: Vec<Topic> = state.store.deployments.keys().cloned().collect();
        known.iter().for_each(|topic| state.urge(topic));
    }
}

/// What there is to do once an add-on was made or is gone: what runs does not know of it yet. Derived, not told.
pub(super) fn way_on(state: &State, operation: &Operation) -> Option<String> {
    if !state.session.words.has_environments {
        return None;
    }
    let (redeploy, platform) = (shown_key(Intent::Redeploy), state.session.words.platform);
    match &operation.command {
        Command::CreateAddon(create) => {
            let app = create.app.as_deref()?;
            Some(format!(
                "{} is made. What runs of {app} does not have its variable before it is deployed again (derived from what {platform} documents): {redeploy}.",
                create.name
            ))
        }
        Command::DestroyAddon { addon, addon_id } => {
            let row = state.store.addons.get(&state.store.key(addon_id));
            let app = row.and_then(|row| state.deployed_app(&row.addon)).unwrap_or("its project");
            Some(format!(
                "{addon} is destroyed. What runs of {app} keeps its variable, which leads nowhere, until it is deployed again (derived from what {platform} documents): {redeploy}."
            ))
        }
        Command::Redeploy { app, environment, .. } => Some(format!("{environment} of {app} is deployed again.")),
        _ => None,
    }
}
