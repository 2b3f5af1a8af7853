//! What an app is deployed as, where a platform has environments: which of them lack an add-on's variables, and what can be
//! done about it.

use super::State;
use super::choice::PickItem;
use super::modal::Modal;
use super::ui::Pane;
use crate::model::{Addon, Command, DeedId, Environment, Injection, Operation, Owner, Work, WorkState, age};
use crate::store::Slot;
use crate::store::poll::Topic;

impl State {
    /// The app whose environments get an add-on's variables; `None` where the platform has no environments.
    pub fn deployed_app<'a>(&self, addon: &'a Addon) -> Option<&'a str> {
        match &addon.owner {
            Owner::App(app) if self.session.words.has_environments => Some(app),
            _ => None,
        }
    }

    /// What an app is deployed as, as it was read last.
    pub fn environments(&self, app: &str) -> Option<&Slot<Vec<Environment>>> {
        self.store.environments.get(app)
    }

    /// The environments of an add-on's app, in the platform's order; none before they were read.
    pub fn environments_of(&self, addon: &Addon) -> &[Environment] {
        let slot = self.deployed_app(addon).and_then(|app| self.environments(app));
        slot.and_then(|slot| slot.value.as_deref()).unwrap_or_default()
    }

    /// The environments that serve without an add-on's variables: derived from times, not told.
    pub fn not_injected<'a>(&'a self, addon: &'a Addon) -> impl Iterator<Item = &'a Environment> {
        let is_pending = |environment: &&Environment| environment.injection(addon.created_at) == Injection::Pending;
        self.environments_of(addon).iter().filter(is_pending)
    }

    /// The environment under the cursor of the Attachments pane.
    pub fn detail_environment(&self) -> Option<&Environment> {
        let all = self.environments_of(self.detail()?);
        all.get(self.ui.environment.index(all.iter().map(|one| one.id.as_str())))
    }

    /// The environment that a command is about without a question: that under the cursor, or the only one.
    pub(super) fn environment_at_hand(&self, addon: &Addon) -> Option<&Environment> {
        let is_here = self.ui.focus == Pane::Attachments && self.detail().is_some_and(|detail| detail.key == addon.key);
        match self.environments_of(addon) {
            _ if is_here => self.detail_environment(),
            [only] => Some(only),
            _ => None,
        }
    }

    /// The newest deployment of the environment under the cursor, while keys move among environments.
    pub(super) fn deployment_at_hand(&self) -> Option<&Work> {
        let is_among = self.ui.focus == Pane::Attachments && self.session.words.has_environments;
        self.detail_environment().filter(|_| is_among)?.newest.as_ref()
    }

    pub(super) fn environment_items(&self, addon: &Addon) -> Vec<PickItem> {
        let item = |environment: &Environment| PickItem {
            id: environment.id.clone(),
            label: environment.name.clone(),
            detail: environment.injection(addon.created_at).words(),
            disabled: None,
        };
        self.environments_of(addon).iter().map(item).collect()
    }

    /// What is known of the deployments of an environment.
    pub fn deployments(&self, app: &str, environment_id: &str) -> Option<&Slot<Vec<Work>>> {
        self.store.deployments.get(&deployments_topic(app, environment_id))
    }

    /// The deployments that can be gone back to, newest first.
    pub(super) fn deployment_items(&self, addon: &Addon, environment_id: &str) -> Vec<PickItem> {
        let slot = self.deployed_app(addon).and_then(|app| self.deployments(app, environment_id));
        let all = slot.and_then(|slot| slot.value.as_deref()).unwrap_or_default();
        let serving = all.iter().find(|work| work.state == WorkState::Done).map(|work| work.id.as_str());
        let item = |work: &Work| {
            let at = work.created_at;
            let mut facts = vec![work.stands().to_owned()];
            facts.extend(at.map(|at| format!("{} ago", age(at, self.clock()))));
            facts.extend(work.message.clone());
            facts.push(work.id.clone());
            PickItem {
                id: work.id.clone(),
                label: at.map_or_else(|| "time unknown".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()),
                detail: facts.join(", "),
                disabled: no_way_back(work, serving),
            }
        };
        all.iter().map(item).collect()
    }

    /// The deployment behind the act under the cursor of the list of operations, by the platform's id.
    pub fn chosen_work(&self) -> Option<String> {
        match self.chosen_deed()?.id {
            DeedId::Work(id) => self.work_told(&id).filter(|work| work.is_deployment()).map(|work| work.id.clone()),
            DeedId::Operation(id) => {
                let operation = self.operations.get(&id)?;
                let is_deployment = matches!(operation.command, Command::Redeploy { .. } | Command::RollBack { .. });
                operation.work_id.clone().filter(|_| is_deployment)
            }
            DeedId::Release { .. } | DeedId::Course(_) => None,
        }
    }

    /// What is known of the platform's side of an operation: as it is followed, or as it was looked at.
    pub fn work_of(&self, operation: &Operation) -> Option<&Work> {
        self.works.get(&operation.id).or_else(|| self.single_work(operation.work_id.as_deref()?))
    }

    /// One of the platform's own operations as it was looked at by itself, or else as its list tells it.
    pub fn single_work(&self, id: &str) -> Option<&Work> {
        let slot = self.store.single_works.get(id).and_then(|slot| slot.value.as_ref());
        slot.or_else(|| self.work_told(id))
    }

    /// The platform's operation that is shown in full, where it has steps that are worth reading one by one.
    pub(super) fn work_in_full(&self) -> Option<String> {
        let is_open = matches!(self.modals.last(), Some(Modal::Operations(view)) if view.is_open);
        self.chosen_work().filter(|_| is_open && self.session.words.has_environments)
    }
}

/// The question for the deployments of one environment.
pub(super) fn deployments_topic(app: &str, environment_id: &str) -> Topic {
    Topic::Deployments { app: app.to_owned(), environment_id: Some(environment_id.to_owned()) }
}

/// Why a deployment is nothing to go back to.
fn no_way_back(work: &Work, serving: Option<&str>) -> Option<String> {
    match &work.state {
        WorkState::Done if serving == Some(work.id.as_str()) => Some("it is the newest that went well".to_owned()),
        WorkState::Queued | WorkState::Running => Some("it is under way".to_owned()),
        WorkState::Failed => Some("it failed".to_owned()),
        // What the platform has another word for, such as one that was replaced since, it may take: it is asked.
        WorkState::Done | WorkState::Other(_) => None,
    }
}
