//! Puts an add-on to sleep that nobody has been connected to for as long as its plan says.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Engine;
use super::operations::{self, Kind, queue};
use super::services::locked;
use super::watch::PROBE_PATIENCE;
use crate::local::db::DbError;
use crate::local::db::addons::{self, AddonRow, AddonState};
use crate::local::db::events::{self, Status};
use crate::local::db::operations::Spec;
use crate::local::services::Driver;
use crate::model::limit_value;

/// The plan's limit: seconds without a connection.
pub(super) const SLEEP_AFTER: &str = "sleep_after";
/// The figure of the driver's that tells how many are connected, ourselves not among them.
const CONNECTIONS: &str = "connections";

impl Engine {
    /// Looks whether anybody is connected to an add-on that works, and asks for it to sleep when nobody was for long enough.
    pub(super) async fn look_for_connections(self: &Arc<Self>, row: &AddonRow, driver: &Arc<dyn Driver>) {
        let Some(seconds) = row.plan.limit(SLEEP_AFTER) else { return };
        let instance = self.services.instance(row);
        let usage = tokio::time::timeout(PROBE_PATIENCE, driver.usage(&instance)).await;
        let connections = usage.ok().and_then(Result::ok).and_then(|figures| {
            let figure = figures.into_iter().find(|figure| figure.name == CONNECTIONS)?;
            Some(figure.value)
        });
        if connections != Some(0) {
            // Somebody is, or it can't be told.
            locked(&self.idle).remove(&row.id);
            return;
        }
        let now = Instant::now();
        let since = *locked(&self.idle).entry(row.id.clone()).or_insert(now);
        if now.duration_since(since) < Duration::from_secs(seconds) {
            return;
        }
        let id = row.id.clone();
        let told = format!("Nobody was connected for {}: it is put to sleep.", limit_value(seconds, "seconds"));
        let asked = self.db.write(move |state| {
            let Some(row) = addons::find(state, &id)? else { return Ok(false) };
            if row.state != AddonState::Ready || queue::is_busy(state, &id)? {
                return Ok(false);
            }
            events::insert(state, &id, "idle", Status::Note, &told, &[])?;
            operations::ask_for(state, Kind::Sleep, &row, Spec::default(), "attache").map(|_| true)
        });
        match asked.await {
            Ok(true) => {
                locked(&self.idle).remove(&row.id);
                self.take_up(&row.id);
            }
            Ok(false) => {}
            Err(error) => {
                let error: DbError = error;
                tracing::error!("{error}");
            }
        }
    }
}
