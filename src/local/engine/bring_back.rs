//! Bringing a server back: after a restart of the platform, and when a probe found it gone. No operation: nobody asked for it,
//! and it is done whenever the row says that the add-on is in service.

use std::sync::Arc;

use super::Engine;
use super::drive::{PORT_ATTEMPTS, guarded};
use super::services::locked;
use crate::local::db::addons::{self, AddonRow, AddonState};
use crate::local::db::events::{self, Status};
use crate::local::services::{Driver, Step, StepError};
use crate::model::Health;

const RESUME: &str = Step::Resume.name();

impl Engine {
    /// Adopts the running server or starts it again, and writes down how that ended.
    pub(super) async fn bring_back(self: &Arc<Self>, row: &AddonRow, driver: &Arc<dyn Driver>) {
        locked(&self.unresumed).remove(&row.id);
        let outlives_us = driver.needs_port();
        if !row.provisioned && outlives_us && driver.ended(&self.services.instance(row)).is_none() {
            // It is still being made, and its server has outlived the platform.
            return;
        }
        self.stop_listening(&row.id).await;
        if self.note(row, RESUME, Status::Started, "Looking for its server.").await.is_none() {
            return;
        }
        let mut row = row.clone();
        for attempt in 1.. {
            let instance = self.services.instance(&row);
            let call = {
                let driver = Arc::clone(driver);
                async move { driver.resume(&instance).await }
            };
            let error = match guarded(call).await {
                Ok(message) => return self.is_back(&row, driver, message).await,
                Err(error) => error,
            };
            let may_move = error.port_taken && driver.needs_port() && attempt < PORT_ATTEMPTS;
            if self.is_not_back(&row, &error, may_move).await.is_none() || !may_move {
                return;
            }
            match self.move_port(&row, driver).await {
                Some(moved) => row = moved,
                None => return,
            }
        }
    }

    async fn is_back(self: &Arc<Self>, row: &AddonRow, driver: &Arc<dyn Driver>, message: String) {
        let (id, provisioned) = (row.id.clone(), row.provisioned);
        let back = self
            .record(move |state| {
                events::insert(state, &id, RESUME, Status::Done, &message, &[])?;
                let from = [AddonState::Ready, AddonState::Failed];
                Ok(provisioned && addons::change_state(state, &id, &from, AddonState::Ready, None)?)
            })
            .await;
        if back == Some(true) && self.probe(row, driver).await == Health::Ok {
            self.forget_retry(&row.id);
        }
    }

    async fn is_not_back(&self, row: &AddonRow, error: &StepError, may_move: bool) -> Option<()> {
        tracing::warn!(addon = row.name, "{}", error.message);
        if !may_move {
            self.services.set_health(&row.id, error.clone().into());
        }
        let (id, error) = (row.id.clone(), error.clone());
        self.record(move |state| {
            events::insert(state, &id, RESUME, Status::Failed, &error.message, &error.log)?;
            if !may_move {
                let reason = format!("{RESUME}: {}", error.message);
                let from = [AddonState::Ready, AddonState::Failed];
                addons::change_state(state, &id, &from, AddonState::Failed, Some(&reason))?;
            }
            Ok(())
        })
        .await
    }
}
