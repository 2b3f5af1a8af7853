//! One task for each add-on (or backup) that has something to be done. It takes the next step of the oldest operation that has
//! not ended, and begins again, until nothing is left to do.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::Transaction;

use super::services::locked;
use super::{Engine, space};
use crate::local::db::addons::{self, AddonRow, AddonState};
use crate::local::db::events::{self, Status};
use crate::local::db::{DbError, attachments, operations, ports, releases};
use crate::local::services::{Driver, StepError};
use crate::model::Health;

/// How many other ports are tried before giving up.
pub(super) const PORT_ATTEMPTS: usize = 20;
/// Between attempts to write down how a step ended, while the disk is full.
const FULL_DISK_PAUSE: Duration = Duration::from_secs(1);

/// Whether the task goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Again,
    Rest,
}

impl Engine {
    /// Makes sure that what is asked of an add-on (or backup) is being done.
    pub(super) fn take_up(self: &Arc<Self>, subject: &str) {
        if self.stopping.is_cancelled() {
            return;
        }
        {
            let mut driven = locked(&self.driven);
            if let Some(again) = driven.get_mut(subject) {
                *again = true;
                return;
            }
            driven.insert(subject.to_owned(), false);
        }
        let engine = Arc::clone(self);
        let subject = subject.to_owned();
        self.tasks.spawn(async move { engine.drive(&subject).await });
    }

    async fn drive(self: &Arc<Self>, subject: &str) {
        loop {
            while self.next(subject).await == Next::Again && !self.stopping.is_cancelled() {}
            let mut driven = locked(&self.driven);
            match driven.get_mut(subject) {
                Some(again) if *again && !self.stopping.is_cancelled() => *again = false,
                _ => {
                    driven.remove(subject);
                    return;
                }
            }
        }
    }

    /// Whether a task works on the add-on (or backup) right now.
    pub(super) fn is_driven(&self, subject: &str) -> bool {
        locked(&self.driven).contains_key(subject)
    }

    async fn next(self: &Arc<Self>, subject: &str) -> Next {
        let key = subject.to_owned();
        let read = self.db.read(move |state| {
            let operation = operations::unfinished_of(state, &key)?.into_iter().next();
            Ok::<_, DbError>((operation, addons::find(state, &key)?.filter(|row| row.id == key)))
        });
        match read.await {
            Ok((Some(operation), addon)) => self.advance(operation, addon).await,
            Ok((None, Some(addon))) => {
                self.settle(&addon).await;
                Next::Rest
            }
            Ok((None, None)) => Next::Rest,
            Err(error) => {
                tracing::error!(subject, "{error}");
                Next::Rest
            }
        }
    }

    /// Brings an add-on, of which nothing is asked, to where its row says it is.
    async fn settle(self: &Arc<Self>, row: &AddonRow) {
        let Some(driver) = self.services.driver(&row.service) else {
            tracing::error!(addon = row.name, service = row.service, "this program has no driver for the service");
            return;
        };
        match row.state {
            AddonState::Ready | AddonState::Failed if row.provisioned && locked(&self.unresumed).contains(&row.id) => {
                let Some(Ok(_slot)) = self.stopping.run_until_cancelled(self.slots.acquire()).await else { return };
                self.bring_back(row, driver).await;
            }
            AddonState::Sleeping => self.listen_for(row, driver).await,
            _ => {}
        }
    }

    /// Writes down what has happened, for as long as it takes: what was done must not be forgotten because the disk is
    /// full. `None` when the platform ends before it could be written; the next start then does the step again.
    pub(super) async fn record<T, F>(&self, job: F) -> Option<T>
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

    pub(super) async fn note(&self, row: &AddonRow, step: &'static str, status: Status, message: &str) -> Option<()> {
        let (id, message) = (row.id.clone(), message.to_owned());
        self.record(move |state| events::insert(state, &id, step, status, &message, &[])).await
    }

    /// Gives the add-on another port, with everything that follows from it.
    pub(super) async fn move_port(&self, row: &AddonRow, driver: &Arc<dyn Driver>) -> Option<AddonRow> {
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
    pub(super) async fn probe(&self, row: &AddonRow, driver: &Arc<dyn Driver>) -> Health {
        let instance = self.services.instance(row);
        let health = match tokio::time::timeout(super::watch::PROBE_PATIENCE, driver.probe(&instance)).await {
            Ok(health) => health,
            Err(_) => Health::Failing(format!("it did not answer within {:?}", super::watch::PROBE_PATIENCE).into()),
        };
        self.services.set_health(&row.id, health.clone());
        health
    }
}

/// Tells the timeline, and every app that has the address, that it changed.
pub(super) fn note_new_address(state: &Transaction<'_>, row: &AddonRow, old: u16, new: u16) -> Result<(), DbError> {
    let message = format!("Port {old} was taken by another program: moved to port {new}.");
    events::insert(state, &row.id, "allocate_port", Status::Note, &message, &[])?;
    for app_id in attachments::apps_of(state, &row.id)? {
        releases::insert(state, &app_id, &format!("{} moved to port {new}", row.name), "attache")?;
    }
    Ok(())
}

/// Runs a driver's future in a task of its own, so that a defect in it becomes a failed step.
pub(super) async fn guarded<T: Send + 'static>(
    future: impl Future<Output = Result<T, StepError>> + Send + 'static,
) -> Result<T, StepError> {
    tokio::spawn(future).await.unwrap_or_else(|error| {
        let message = format!("The step broke off because of a defect in attache ({error}). Please report it.");
        Err(StepError::plain(message))
    })
}
