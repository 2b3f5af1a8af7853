//! One task for each add-on that has something to be done. It reads the row, does the next thing that the row asks for,
//! writes down how it ended, and begins again, until nothing is left to do.

mod deprovision;
mod provision;
mod resume;

use std::sync::Arc;
use std::time::Duration;

use rusqlite::Transaction;

use super::services::locked;
use super::{Engine, space};
use crate::local::db::addons::{self, AddonRow, AddonState};
use crate::local::db::events::{self, Status};
use crate::local::db::{DbError, attachments, ports, releases};
use crate::local::services::{Driver, StepError};

/// How many other ports are tried before giving up.
const PORT_ATTEMPTS: usize = 20;
/// Between attempts to write down how a step ended, while the disk is full.
const FULL_DISK_PAUSE: Duration = Duration::from_secs(1);

/// Whether the task goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Again,
    Rest,
}

impl Engine {
    /// Makes sure that what the row asks for is being done.
    pub(super) fn wake(self: &Arc<Self>, id: &str) {
        if self.stopping.is_cancelled() {
            return;
        }
        {
            let mut driven = locked(&self.driven);
            if let Some(again) = driven.get_mut(id) {
                *again = true;
                return;
            }
            driven.insert(id.to_owned(), false);
        }
        let engine = Arc::clone(self);
        let id = id.to_owned();
        self.tasks.spawn(async move { engine.drive(&id).await });
    }

    async fn drive(self: &Arc<Self>, id: &str) {
        loop {
            while self.step(id).await == Next::Again && !self.stopping.is_cancelled() {}
            let mut driven = locked(&self.driven);
            match driven.get_mut(id) {
                Some(again) if *again && !self.stopping.is_cancelled() => *again = false,
                _ => {
                    driven.remove(id);
                    return;
                }
            }
        }
    }

    /// Whether a task works on the add-on right now.
    pub(super) fn is_driven(&self, id: &str) -> bool {
        locked(&self.driven).contains_key(id)
    }

    async fn step(self: &Arc<Self>, id: &str) -> Next {
        let key = id.to_owned();
        let row = match self.db.read(move |state| addons::find(state, &key)).await {
            Ok(Some(row)) => row,
            Ok(None) => return Next::Rest,
            Err(error) => {
                let error: DbError = error;
                tracing::error!(addon = id, "{error}");
                return Next::Rest;
            }
        };
        let Some(driver) = self.services.driver(&row.service).cloned() else {
            tracing::error!(addon = row.name, service = row.service, "this program has no driver for the service");
            return Next::Rest;
        };
        // Also a stop waits its turn here; whoever waits when the platform ends is taken up at the next start.
        let Some(Ok(_slot)) = self.stopping.run_until_cancelled(self.slots.acquire()).await else {
            return Next::Rest;
        };
        match row.state {
            AddonState::Requested | AddonState::Provisioning => self.provision(&row, &driver).await,
            AddonState::Ready | AddonState::Failed if row.provisioned => {
                if locked(&self.unresumed).contains(id) {
                    self.resume(&row, &driver).await
                } else {
                    Next::Rest
                }
            }
            AddonState::Ready | AddonState::Failed => Next::Rest,
            AddonState::Deprovisioning => self.deprovision(&row, &driver).await,
        }
    }

    /// Writes down what has happened, for as long as it takes: what was done must not be forgotten because the disk is
    /// full. `None` when the platform ends before it could be written; the next start then does the step again.
    async fn record<T, F>(&self, job: F) -> Option<T>
    where
        T: Send + 'static,
        F: Fn(&Transaction<'_>) -> Result<T, DbError> + Clone + Send + 'static,
    {
        loop {
            match self.db.write(job.clone()).await {
                Ok(value) => return Some(value),
                Err(DbError::Full) if space::drop_ballast(&self.platform) => {}
                Err(error) => {
                    tracing::error!("{error}");
                    let pause = tokio::time::sleep(FULL_DISK_PAUSE);
                    self.stopping.run_until_cancelled(pause).await?;
                }
            }
        }
    }

    async fn note(&self, row: &AddonRow, step: &'static str, status: Status, message: &str) -> Option<()> {
        let (id, message) = (row.id.clone(), message.to_owned());
        self.record(move |state| events::insert(state, &id, step, status, &message, &[])).await
    }

    /// Gives the add-on another port, with everything that follows from it.
    async fn move_port(&self, row: &AddonRow, driver: &Arc<dyn Driver>) -> Option<AddonRow> {
        let old = row.clone();
        let moved = self
            .record(move |state| {
                let mut row = old.clone();
                row.settings.port = ports::allocate(state, &row.id)?;
                addons::set_settings(state, &row.id, &row.settings)?;
                note_new_address(state, &row, old.settings.port, row.settings.port)?;
                Ok(row)
            })
            .await?;
        let folder = self.services.addon_folder(&row.id);
        let log_file = driver.log_file(&self.services.instance(&moved));
        if let Err(error) = super::folder::write_manifest(&folder, &moved, log_file) {
            // The state file is what counts; the manifest is for rebuilding it.
            tracing::warn!(addon = row.name, "the manifest could not be rewritten: {error}");
        }
        Some(moved)
    }

    /// Asks the service itself, and remembers what it said.
    pub(super) async fn probe(&self, row: &AddonRow, driver: &Arc<dyn Driver>) -> crate::model::Health {
        use crate::model::Health;
        let instance = self.services.instance(row);
        let health = match tokio::time::timeout(super::watch::PROBE_PATIENCE, driver.probe(&instance)).await {
            Ok(health) => health,
            Err(_) => Health::Failing(format!("it did not answer within {:?}", super::watch::PROBE_PATIENCE)),
        };
        self.services.set_health(&row.id, health.clone());
        health
    }
}

/// Tells the timeline, and every app that has the address, that it changed.
pub(super) fn note_new_address(state: &Transaction<'_>, row: &AddonRow, old: u16, new: u16) -> Result<(), DbError> {
    let message = format!("Port {old} was taken by another program: moved to port {new}.");
    events::insert(state, &row.id, "allocate_port", Status::Note, &message, &[])?;
    let mut apps = Vec::new();
    for attachment in attachments::of_addon(state, &row.id)? {
        if attachment.released && !apps.contains(&attachment.app_id) {
            apps.push(attachment.app_id);
        }
    }
    for app_id in apps {
        releases::insert(state, &app_id, &format!("{} moved to port {new}", row.name), "attache")?;
    }
    Ok(())
}

/// Runs a driver's future in a task of its own, so that a defect in it becomes a failed step.
async fn guarded<T: Send + 'static>(
    future: impl Future<Output = Result<T, StepError>> + Send + 'static,
) -> Result<T, StepError> {
    tokio::spawn(future).await.unwrap_or_else(|error| {
        let message = format!("The step broke off because of a defect in attache ({error}). Please report it.");
        Err(StepError { message, log: Vec::new(), port_taken: false })
    })
}
