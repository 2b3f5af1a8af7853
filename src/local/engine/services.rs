//! The catalog joined with the drivers, and what is known of them right now.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use super::backups::leases::Leases;
use crate::local::catalog::Offer;
use crate::local::db::addons::AddonRow;
use crate::local::db::operations::{Kind, OperationRow};
use crate::local::services::{Availability, Driver, Instance, Tally};
use crate::model::{Health, Plan, Progress};

use super::backups::files;
use crate::local::ADDONS_FOLDER;

/// The services that this platform has, and the last word on the health of each add-on (kept in memory only: what was
/// seen by an earlier process says nothing about now).
pub struct Services {
    entries: Vec<(Offer, Arc<dyn Driver>)>,
    platform: PathBuf,
    health: Mutex<HashMap<String, Health>>,
    closed: Mutex<HashMap<&'static str, String>>,
    /// The operations that a task works on right now, by their ids.
    works: Mutex<HashMap<String, Work>>,
    /// The backups that are being read.
    pub leases: Leases,
}

/// What is known, in memory only, of an operation that a task works on.
#[derive(Clone)]
pub(super) struct Work {
    subject: String,
    kind: Kind,
    /// How far its step is.
    pub(super) tally: Tally,
    /// Breaks its step off.
    pub(super) cancel: CancellationToken,
}

/// A task works on that operation, until this is dropped.
pub(super) struct Working<'a> {
    services: &'a Services,
    id: String,
    work: Work,
}

impl Working<'_> {
    pub(super) fn parts(&self) -> Work {
        self.work.clone()
    }
}

impl Drop for Working<'_> {
    fn drop(&mut self) {
        locked(&self.services.works).remove(&self.id);
    }
}

/// Locks, also after a panic elsewhere: the maps here are whole between any two statements.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Services {
    /// Joins offers with drivers; what has no driver is not offered.
    pub fn new(platform: PathBuf, offers: Vec<Offer>, drivers: &[Arc<dyn Driver>]) -> Self {
        let find = |name: &str| drivers.iter().find(|driver| driver.service() == name).cloned();
        let entries = offers.into_iter().filter_map(|offer| find(&offer.name).map(|driver| (offer, driver))).collect();
        Self {
            entries,
            platform,
            health: Mutex::default(),
            closed: Mutex::default(),
            works: Mutex::default(),
            leases: Leases::default(),
        }
    }

    /// The platform's folder.
    pub fn platform(&self) -> &Path {
        &self.platform
    }

    /// All of them, in the catalog's order.
    pub fn entries(&self) -> &[(Offer, Arc<dyn Driver>)] {
        &self.entries
    }

    /// The service of that name.
    pub fn find(&self, service: &str) -> Option<&(Offer, Arc<dyn Driver>)> {
        self.entries.iter().find(|(offer, _)| offer.name == service)
    }

    /// The driver of that service.
    pub fn driver(&self, service: &str) -> Option<&Arc<dyn Driver>> {
        self.find(service).map(|(_, driver)| driver)
    }

    /// Whether the service can be had now.
    pub fn availability(&self, driver: &dyn Driver) -> Availability {
        match locked(&self.closed).get(driver.service()) {
            Some(why) => Availability::Missing(why.clone()),
            None => driver.availability(),
        }
    }

    /// Notes that a service could not be opened, and why.
    pub(super) fn set_closed(&self, service: &'static str, why: String) {
        locked(&self.closed).insert(service, why);
    }

    /// The bare variables of a service.
    pub fn config_vars(&self, service: &str) -> &'static [&'static str] {
        self.driver(service).map_or(&[], |driver| driver.config_vars())
    }

    /// What the driver gets to see of an add-on.
    pub fn instance(&self, row: &AddonRow) -> Instance {
        Instance {
            id: row.id.clone(),
            name: row.name.clone(),
            folder: self.addon_folder(&row.id),
            plan: Plan::from(row.plan.clone()),
            settings: row.settings.clone(),
        }
    }

    /// The folder of an add-on.
    pub fn addon_folder(&self, id: &str) -> PathBuf {
        self.platform.join(ADDONS_FOLDER).join(id)
    }

    /// The folder of an add-on's backups.
    pub fn backups_folder(&self, id: &str) -> PathBuf {
        files::folder(&self.platform, id)
    }

    /// Notes that a task works on an operation.
    pub(super) fn work_on(&self, operation: &OperationRow) -> Working<'_> {
        let (subject, kind) = (operation.subject.clone(), operation.kind);
        let work = Work { subject, kind, tally: Tally::default(), cancel: CancellationToken::new() };
        locked(&self.works).insert(operation.id.clone(), work.clone());
        Working { services: self, id: operation.id.clone(), work }
    }

    /// How far an operation's step is; `None` when no task works on it.
    pub fn progress(&self, operation_id: &str) -> Option<Progress> {
        locked(&self.works).get(operation_id).map(|work| work.tally.now())
    }

    /// Breaks off what is done to an add-on that is being destroyed. The rows of it have ended already.
    pub(super) fn break_off(&self, subject: &str) {
        for work in locked(&self.works).values() {
            if work.subject == subject && work.kind != Kind::Destroy {
                work.cancel.cancel();
            }
        }
    }

    /// What the last probe said.
    pub fn health(&self, addon_id: &str) -> Health {
        let unknown = || Health::Unknown("it has not been asked yet".into());
        locked(&self.health).get(addon_id).cloned().unwrap_or_else(unknown)
    }

    /// Notes what a probe said; gives what was known before.
    pub(super) fn set_health(&self, addon_id: &str, health: Health) -> Option<Health> {
        locked(&self.health).insert(addon_id.to_owned(), health)
    }

    /// Forgets an add-on.
    pub(super) fn forget_health(&self, addon_id: &str) {
        locked(&self.health).remove(addon_id);
    }
}
