//! Making an add-on, one named step at a time.

use std::sync::Arc;

use rusqlite::Transaction;

use super::super::services::locked;
use super::super::{Engine, folder, rules};
use super::{Next, PORT_ATTEMPTS, guarded};
use crate::local::db::addons::{self, AddonRow, AddonState};
use crate::local::db::events::{self, Status};
use crate::local::db::{DbError, attachments, releases};
use crate::local::services::{Driver, Step, StepError};
use crate::model::Health;

/// The engine's own first step.
pub(in crate::local::engine) const PREPARE_FOLDER: Step = Step::PrepareFolder;

impl Engine {
    /// Runs the next step and writes down how it ended.
    pub(super) async fn provision(self: &Arc<Self>, row: &AddonRow, driver: &Arc<dyn Driver>) -> Next {
        let steps = driver.steps();
        let step = match row.next_step.checked_sub(1) {
            None => PREPARE_FOLDER,
            Some(index) => steps.get(index).copied().unwrap_or(PREPARE_FOLDER),
        };
        let id = row.id.clone();
        let begun = self
            .record(move |state| {
                let message = match events::last(state, &id)? {
                    Some((last, status)) if last == step.name() && status == Status::Started.word() => {
                        "Begun again: the platform ended in the middle of it."
                    }
                    _ => "Begun.",
                };
                let from = [AddonState::Requested, AddonState::Provisioning];
                let goes_on = addons::change_state(state, &id, &from, AddonState::Provisioning, None)?;
                if goes_on {
                    events::insert(state, &id, step.name(), Status::Started, message, &[])?;
                }
                Ok(goes_on)
            })
            .await;
        match begun {
            Some(true) => {}
            Some(false) => return Next::Again,
            None => return Next::Rest,
        }
        let is_last = row.next_step >= steps.len();
        let ended = match self.run_step(row, driver, step).await {
            Ok((row, message)) => self.step_done(&row, driver, step, message, is_last).await,
            Err(error) => self.step_failed(row, driver, step, error).await,
        };
        if ended.is_some() { Next::Again } else { Next::Rest }
    }

    /// Runs a step, on another port where its own is taken.
    async fn run_step(
        &self,
        row: &AddonRow,
        driver: &Arc<dyn Driver>,
        step: Step,
    ) -> Result<(AddonRow, String), StepError> {
        let mut row = row.clone();
        let mut attempt = 0;
        loop {
            attempt += 1;
            let instance = self.services.instance(&row);
            if step == PREPARE_FOLDER {
                let log_file = driver.log_file(&instance);
                folder::prepare(&instance.folder, &row, log_file)?;
                return Ok((row, "Made the add-on's folder.".to_owned()));
            }
            let call = {
                let driver = Arc::clone(driver);
                async move { driver.run_step(step, &instance).await }
            };
            match guarded(call).await {
                Ok(message) => return Ok((row, message)),
                Err(error) if error.port_taken && driver.needs_port() && attempt < PORT_ATTEMPTS => {
                    let (id, told) = (row.id.clone(), error.clone());
                    let told = self
                        .record(move |state| {
                            events::insert(state, &id, step.name(), Status::Failed, &told.message, &told.log)
                        })
                        .await;
                    let Some(moved) = (match told {
                        Some(()) => self.move_port(&row, driver).await,
                        None => None,
                    }) else {
                        return Err(error);
                    };
                    row = moved;
                    let message = format!("Begun again on port {}.", row.settings.port);
                    if self.note(&row, step.name(), Status::Started, &message).await.is_none() {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn step_done(
        self: &Arc<Self>,
        row: &AddonRow,
        driver: &Arc<dyn Driver>,
        step: Step,
        message: String,
        is_last: bool,
    ) -> Option<()> {
        if is_last {
            // The last step has asked it the way an app would.
            self.services.set_health(&row.id, Health::Ok);
        }
        let endpoint = driver.endpoint(&self.services.instance(row));
        let address = format!("In service at {}:{}.", endpoint.host, endpoint.port);
        let (id, next_step) = (row.id.clone(), row.next_step + 1);
        let is_ready = self
            .record(move |state| {
                events::insert(state, &id, step.name(), Status::Done, &message, &[])?;
                addons::set_next_step(state, &id, next_step)?;
                if is_last { enter_service(state, &id, &address) } else { Ok(false) }
            })
            .await?;
        if is_ready {
            tracing::info!(addon = row.name, "ready");
            self.probe(row, driver).await;
        }
        Some(())
    }

    async fn step_failed(&self, row: &AddonRow, driver: &Arc<dyn Driver>, step: Step, error: StepError) -> Option<()> {
        tracing::warn!(addon = row.name, %step, "{}", error.message);
        // What the step had begun must not run on unseen.
        let instance = self.services.instance(row);
        let stop = {
            let driver = Arc::clone(driver);
            async move { driver.stop(&instance).await }
        };
        let stopped = guarded(stop).await;
        let id = row.id.clone();
        let recorded = self
            .record(move |state| {
                events::insert(state, &id, step.name(), Status::Failed, &error.message, &error.log)?;
                if let Err(error) = &stopped {
                    events::insert(state, &id, "stop_server", Status::Failed, &error.message, &error.log)?;
                }
                let reason = format!("{step}: {}", error.message);
                addons::change_state(state, &id, &[AddonState::Provisioning], AddonState::Failed, Some(&reason))?;
                Ok(())
            })
            .await;
        locked(&self.unresumed).remove(&row.id);
        recorded
    }
}

/// Ready for the first time: now, and not before, its apps get the variables. False when it is no longer wanted.
fn enter_service(state: &Transaction<'_>, id: &str, address: &str) -> Result<bool, DbError> {
    if !addons::change_state(state, id, &[AddonState::Provisioning], AddonState::Ready, None)? {
        return Ok(false);
    }
    events::insert(state, id, "ready", Status::Done, address, &[])?;
    for attachment in attachments::of_addon(state, id)?.iter().filter(|attachment| !attachment.released) {
        attachments::set_released(state, &attachment.id)?;
        releases::insert(state, &attachment.app_id, &rules::attached(attachment), &attachment.author)?;
    }
    Ok(true)
}
