//! The parts of what is known: each is read by itself, and fails by itself.

use super::entities::{Freshness, Store};
use super::poll::Topic;

impl Store {
    /// How fresh a part is; `None` if it was never asked for. An add-on's own read and an operation's have one only while
    /// they fail.
    pub fn fresh(&self, topic: &Topic) -> Option<&Freshness> {
        match topic {
            Topic::Addons => Some(&self.addons.fresh),
            Topic::Account => Some(&self.account.fresh),
            Topic::Teams => Some(&self.teams.fresh),
            Topic::Apps => Some(&self.apps.fresh),
            Topic::Catalog => Some(&self.catalog.fresh),
            Topic::AllBackups => Some(&self.all_backups.fresh),
            Topic::Works => Some(&self.works.fresh),
            Topic::States(app) => self.states.get(app),
            Topic::Plans(service) => self.plans.get(service).map(|slot| &slot.fresh),
            Topic::Actions(addon) => self.actions.get(addon).map(|slot| &slot.fresh),
            Topic::ActionFields { .. } => self.action_fields.get(topic).map(|slot| &slot.fresh),
            Topic::ActionAnswer { .. } => self.action_answers.get(topic).map(|slot| &slot.fresh),
            Topic::Events(addon) => self.events.get(addon).map(|slot| &slot.fresh),
            Topic::Backups(addon) => self.backups.get(addon).map(|slot| &slot.fresh),
            Topic::Usage(addon) => self.usage.get(addon).map(|slot| &slot.fresh),
            Topic::Logs(addon) => self.logs.get(addon).map(|slot| &slot.fresh),
            Topic::Rehearsal(addon) => self.rehearsals.get(addon).map(|slot| &slot.fresh),
            Topic::Variables(app) => self.variables.get(app).map(|slot| &slot.fresh),
            Topic::Releases(app) => self.releases.get(app).map(|slot| &slot.fresh),
            Topic::Environments(app) => self.environments.get(app).map(|slot| &slot.fresh),
            Topic::Deployments { .. } => self.deployments.get(topic).map(|slot| &slot.fresh),
            Topic::Work(id) => self.single_works.get(id).map(|slot| &slot.fresh),
            Topic::WorkLog(id) => self.work_logs.get(id).map(|slot| &slot.fresh),
            Topic::Addon(_) | Topic::Operation(_) | Topic::Journal => self.single.get(topic),
        }
    }

    /// The same, to take note of a read that failed.
    pub fn fresh_mut(&mut self, topic: &Topic) -> &mut Freshness {
        match topic {
            Topic::Addons => &mut self.addons.fresh,
            Topic::Account => &mut self.account.fresh,
            Topic::Teams => &mut self.teams.fresh,
            Topic::Apps => &mut self.apps.fresh,
            Topic::Catalog => &mut self.catalog.fresh,
            Topic::AllBackups => &mut self.all_backups.fresh,
            Topic::Works => &mut self.works.fresh,
            Topic::States(app) => self.states.entry(app.clone()).or_default(),
            Topic::Plans(service) => &mut self.plans.entry(service.clone()).or_default().fresh,
            Topic::Actions(addon) => &mut self.actions.entry(addon.clone()).or_default().fresh,
            Topic::ActionFields { .. } => &mut self.action_fields.entry(topic.clone()).or_default().fresh,
            Topic::ActionAnswer { .. } => &mut self.action_answers.entry(topic.clone()).or_default().fresh,
            Topic::Events(addon) => &mut self.events.entry(addon.clone()).or_default().fresh,
            Topic::Backups(addon) => &mut self.backups.entry(addon.clone()).or_default().fresh,
            Topic::Usage(addon) => &mut self.usage.entry(addon.clone()).or_default().fresh,
            Topic::Logs(addon) => &mut self.logs.entry(addon.clone()).or_default().fresh,
            Topic::Rehearsal(addon) => &mut self.rehearsals.entry(addon.clone()).or_default().fresh,
            Topic::Variables(app) => &mut self.variables.entry(app.clone()).or_default().fresh,
            Topic::Releases(app) => &mut self.releases.entry(app.clone()).or_default().fresh,
            Topic::Environments(app) => &mut self.environments.entry(app.clone()).or_default().fresh,
            Topic::Deployments { .. } => &mut self.deployments.entry(topic.clone()).or_default().fresh,
            Topic::Work(id) => &mut self.single_works.entry(id.clone()).or_default().fresh,
            Topic::WorkLog(id) => &mut self.work_logs.entry(id.clone()).or_default().fresh,
            Topic::Addon(_) | Topic::Operation(_) | Topic::Journal => self.single.entry(topic.clone()).or_default(),
        }
    }

    /// A single read was good: nothing more is to be said of it. True if it had failed before.
    pub fn single_is_well(&mut self, topic: &Topic) -> bool {
        self.single.shift_remove(topic).is_some()
    }

    /// What is gone with an add-on.
    pub fn forget(&mut self, addon_id: &str) {
        self.events.shift_remove(addon_id);
        self.backups.shift_remove(addon_id);
        self.usage.shift_remove(addon_id);
        self.logs.shift_remove(addon_id);
        self.rehearsals.shift_remove(addon_id);
        self.actions.shift_remove(addon_id);
        let is_of_it = |topic: &Topic| matches!(topic, Topic::ActionFields { addon_id: id, .. } | Topic::ActionAnswer { addon_id: id, .. } if id == addon_id);
        self.action_fields.retain(|topic, _| !is_of_it(topic));
        self.action_answers.retain(|topic, _| !is_of_it(topic));
        self.single.shift_remove(&Topic::Addon(addon_id.to_owned()));
    }

    /// What a part is called: `the backups of orders-db`.
    pub fn part(&self, topic: &Topic) -> String {
        let name = |id: &String| {
            let row = self.addons.get(&self.key(id));
            row.map_or_else(|| format!("add-on {id}"), |row| row.addon.name.to_string())
        };
        match topic {
            Topic::Addons => "the list of add-ons".to_owned(),
            Topic::Addon(id) => format!("the state of {}", name(id)),
            Topic::Events(id) => format!("the timeline of {}", name(id)),
            Topic::Backups(id) => format!("the backups of {}", name(id)),
            Topic::AllBackups => "the list of all backups".to_owned(),
            Topic::Works => "the platform's own record".to_owned(),
            Topic::Usage(id) => format!("what {} uses", name(id)),
            Topic::Logs(id) => format!("the log of {}", name(id)),
            Topic::Variables(app) => format!("the variables of {app}"),
            Topic::Releases(app) => format!("the releases of {app}"),
            Topic::Environments(app) => format!("the environments of {app}"),
            Topic::Deployments { app, .. } => format!("the deployments of {app}"),
            Topic::Work(id) => format!("the platform's record of {id}"),
            Topic::WorkLog(id) => format!("the log of {id}"),
            Topic::States(app) => format!("how the add-ons of {app} stand"),
            Topic::Plans(service) => format!("the plans of {service}"),
            Topic::Actions(id) => format!("the actions of {}", name(id)),
            Topic::ActionFields { addon_id, action } => format!("what {action} of {} takes", name(addon_id)),
            Topic::ActionAnswer { addon_id, action, .. } => format!("{action} of {}", name(addon_id)),
            Topic::Apps => "the apps".to_owned(),
            Topic::Catalog => "the catalog of plans".to_owned(),
            Topic::Teams => "the teams".to_owned(),
            Topic::Account => "the account".to_owned(),
            Topic::Operation(id) => format!("operation {id}"),
            Topic::Rehearsal(id) => format!("the last drill of {}", name(id)),
            Topic::Journal => "the journal".to_owned(),
        }
    }
}
