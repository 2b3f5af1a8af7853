//! Destroying an add-on: stop, wait until it is gone, remove the folder, forget the row. Never in another order.

use std::sync::Arc;

use super::super::Engine;
use super::super::folder;
use super::super::services::locked;
use super::{Next, guarded};
use crate::local::db::addons::{self, AddonRow};
use crate::local::db::events::{self, Status};
use crate::local::db::ports;
use crate::local::services::{Driver, StepError};

const STOP_SERVER: &str = "stop_server";
const REMOVE_FOLDER: &str = "remove_folder";

impl Engine {
    /// Does all of it; after a failure the add-on stays as it is, and the watch tries again later.
    pub(super) async fn deprovision(self: &Arc<Self>, row: &AddonRow, driver: &Arc<dyn Driver>) -> Next {
        let instance = self.services.instance(row);
        let path = instance.folder.clone();
        let retire = {
            let driver = Arc::clone(driver);
            async move { driver.retire(&instance).await }
        };
        if self.destroy_step(row, STOP_SERVER, "The server is gone.", retire).await.is_none() {
            return Next::Rest;
        }
        let id = row.id.clone();
        let remove = async move {
            let removal = tokio::task::spawn_blocking(move || folder::remove(&path, &id));
            removal.await.unwrap_or_else(|error| {
                let message = format!("The folder's removal broke off ({error}).");
                Err(StepError { message, log: Vec::new(), port_taken: false })
            })
        };
        if self.destroy_step(row, REMOVE_FOLDER, "The folder is gone.", remove).await.is_none() {
            return Next::Rest;
        }
        let id = row.id.clone();
        let forgotten = self
            .record(move |state| {
                ports::release(state, &id)?;
                addons::delete(state, &id)
            })
            .await;
        if forgotten.is_some() {
            tracing::info!(addon = row.name, "gone");
            self.services.forget_health(&row.id);
            self.forget_watch(&row.id);
            locked(&self.unresumed).remove(&row.id);
        }
        Next::Rest
    }

    async fn destroy_step(
        &self,
        row: &AddonRow,
        step: &'static str,
        done: &'static str,
        work: impl Future<Output = Result<(), StepError>> + Send + 'static,
    ) -> Option<()> {
        self.note(row, step, Status::Started, "Begun.").await?;
        match guarded(work).await {
            Ok(()) => self.note(row, step, Status::Done, done).await,
            Err(error) => {
                tracing::warn!(addon = row.name, step, "{}", error.message);
                let id = row.id.clone();
                self.record(move |state| {
                    events::insert(state, &id, step, Status::Failed, &error.message, &error.log)?;
                    addons::set_reason(state, &id, Some(&format!("{step}: {}", error.message)))
                })
                .await;
                None
            }
        }
    }
}
