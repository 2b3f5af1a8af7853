//! What platforms have that are not the local one: lists that do not tell states, plans told service by service, actions.

use attache::app::{Action, Query, Reply};
use attache::model::*;
use attache::platform::{Fresh, ReadError, ReadErrorKind};
use secrecy::{ExposeSecret, SecretString};

use super::effects::catalog;
use super::fake::{Fake, error};

#[derive(Default)]
pub(crate) struct Elsewhere {
    /// Whether the list does not tell how each of them stands.
    pub(crate) is_list_silent: bool,
    /// Whether how they stand is told late.
    pub(crate) are_states_late: bool,
    /// What lists have and answers on states leave out.
    pub(crate) left_out: Option<Addon>,
    /// The actions that every add-on has.
    pub(crate) actions: Vec<ServiceAction>,
    /// What the platform describes of what is told to an action.
    pub(crate) fields: Option<Vec<ActionField>>,
    /// What the platform asks before it takes the next command.
    pub(crate) asks: Option<Asks>,
    /// Codes that were given, and for which app.
    pub(crate) codes: Vec<(String, Option<String>)>,
    /// What a reading action answers, and what a deployment has written.
    pub(crate) lines: Vec<String>,
    /// What every app is deployed as.
    pub(crate) environments: Vec<Environment>,
    /// Whether backups are made by themselves, where that is told.
    pub(crate) is_automatic: Option<bool>,
    /// The deployments of every environment, newest first.
    pub(crate) deployments: Vec<Work>,
}

impl Elsewhere {
    fn environments_of(&self, _app: &str) -> Vec<Environment> {
        self.environments.clone()
    }

    /// Takes any code that is not `000000`.
    pub(super) fn authorize(&mut self, code: &SecretString, app: Option<String>) -> Result<(), String> {
        let code = code.expose_secret().to_owned();
        let is_good = code != "000000";
        self.codes.push((code, app));
        if is_good { Ok(()) } else { Err("That code is not the right one (401).".into()) }
    }

    /// Whether an answer is kept back.
    pub(super) fn is_late(&self, action: &Action) -> bool {
        self.are_states_late && matches!(action, Action::Replied { reply: Ok(Reply::AddonsOf(_)), .. })
    }
}

impl Fake {
    /// An add-on as the list tells it.
    pub(super) fn listed(&self, addon: &Addon) -> Addon {
        let mut addon = addon.clone();
        if self.elsewhere.is_list_silent {
            addon.state = State::Unknown("it was not asked yet".into());
            addon.state_word = "provisioned".into();
            addon.health = Health::Unknown("it was not asked yet".into());
        }
        addon
    }

    pub(super) fn answer_elsewhere(&self, query: &Query) -> Result<Reply, ReadError> {
        Ok(match query {
            Query::AddonsOf(app) => {
                let is_of = |addon: &&Addon| addon.owner == Owner::App(app.clone().into());
                let value = self.addons.iter().filter(is_of).cloned().collect();
                Reply::AddonsOf(Fresh { value, at: self.now, etag: None })
            }
            Query::Plans(service) => {
                let plans = catalog().service(service).map(|known| known.plans.clone());
                Reply::Plans(plans.ok_or_else(|| error(ReadErrorKind::NotFound, "There is no such service."))?)
            }
            Query::Actions(_) => Reply::Actions(self.elsewhere.actions.clone()),
            Query::ActionFields { .. } => Reply::ActionFields(self.elsewhere.fields.clone()),
            Query::ActionAnswer { .. } => {
                Reply::ActionAnswer(ActionAnswer { lines: self.elsewhere.lines.clone(), hidden: 1 })
            }
            Query::Environments(app) => Reply::Environments(self.elsewhere.environments_of(app)),
            Query::Deployments { .. } => Reply::Deployments(self.elsewhere.deployments.clone()),
            Query::Work(id) => {
                let found = self.elsewhere.deployments.iter().chain(&self.works).find(|work| work.id == *id);
                let gone = || error(ReadErrorKind::NotFound, "There is no such deployment.");
                Reply::Work(Box::new(found.ok_or_else(gone)?.clone()))
            }
            Query::WorkLog(_) => Reply::WorkLog(self.elsewhere.lines.clone()),
            other => panic!("nobody answers {other:?}"),
        })
    }
}
