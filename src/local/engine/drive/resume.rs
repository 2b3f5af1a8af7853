//! Bringing an add-on back: after a restart of the platform, and when a probe found its server gone.

use std::sync::Arc;

use super::super::Engine;
use super::super::services::locked;
use super::{Next, PORT_ATTEMPTS, guarded};
use crate::local::db::addons::{self, AddonRow, AddonState};
use crate::local::db::events::{self, Status};
use crate::local::services::{Driver, StepError};
use crate::model::Health;

const RESUME: &str = "resume";

impl Engine {
    /// Adopts the running server or starts it again, and writes down how that ended.
    pub(super) async fn resume(self: &Arc<Self>, row: &AddonRow, driver: &Arc<dyn Driver>) -> Next {
        locked(&self.unresumed).remove(&row.id);
        if self.note(row, RESUME, Status::Started, "Looking for its server.").await.is_none() {
            return Next::Rest;
        }
        let mut row = row.clone();
        for attempt in 1.. {
            let instance = self.services.instance(&row);
            let call = {
                let driver = Arc::clone(driver);
                async move { driver.resume(&instance).await }
            };
            let error = match guarded(call).await {
                Ok(message) => return self.resumed(&row, driver, message).await,
                Err(error) => error,
            };
            let may_move = error.port_taken && driver.needs_port() && attempt < PORT_ATTEMPTS;
            if self.resume_failed(&row, &error, may_move).await.is_none() || !may_move {
                break;
            }
            match self.move_port(&row, driver).await {
                Some(moved) => row = moved,
                None => break,
            }
        }
        Next::Rest
    }

    async fn resumed(self: &Arc<Self>, row: &AddonRow, driver: &Arc<dyn Driver>, message: String) -> Next {
        let id = row.id.clone();
        let back = self
            .record(move |state| {
                events::insert(state, &id, RESUME, Status::Done, &message, &[])?;
                addons::change_state(state, &id, &[AddonState::Ready, AddonState::Failed], AddonState::Ready, None)
            })
            .await;
        if back == Some(true) && self.probe(row, driver).await == Health::Ok {
            self.forget_retry(&row.id);
        }
        Next::Rest
    }

    async fn resume_failed(&self, row: &AddonRow, error: &StepError, may_move: bool) -> Option<()> {
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
