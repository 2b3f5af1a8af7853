//! Looks after every add-on from time to time: asks it for its health, brings its server back, and tries again what failed.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use tokio::time::Instant;

use super::Engine;
use super::services::locked;
use crate::local::db::DbError;
use crate::local::db::addons::{self, AddonRow, AddonState};
use crate::local::db::events::{self, Status};
use crate::local::db::operations;
use crate::local::services::{Driver, StepError};
use crate::model::Health;

/// How long a service may take to answer a probe.
pub(super) const PROBE_PATIENCE: Duration = Duration::from_secs(5);
/// The longest pause between two attempts to bring an add-on back.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// How many add-ons are asked at the same time.
const AT_ONCE: usize = 8;

/// A server that ends this often …
const DEATHS: usize = 3;
/// … within this time is not started again by itself.
const DEATHS_WITHIN: Duration = Duration::from_secs(600);
/// The step under which the timeline tells it.
const KEEP_RUNNING: &str = "keep_running";

/// How often an add-on's server has ended by itself of late.
#[derive(Default)]
pub(super) struct Deaths {
    at: Vec<Instant>,
    /// It is left alone until it is restarted or the platform begins anew.
    is_given_up: bool,
}

/// When something that failed is tried again.
pub(super) struct Retry {
    attempts: u32,
    not_before: Instant,
}

impl Engine {
    /// Begins to look after the add-ons, until the platform ends.
    pub(super) fn watch(self: &Arc<Self>) {
        let engine = Arc::clone(self);
        let stopping = self.stopping.clone();
        self.tasks.spawn(async move {
            let mut round = tokio::time::interval(engine.probe_interval);
            round.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            round.tick().await;
            while stopping.run_until_cancelled(round.tick()).await.is_some() {
                engine.look_after_all().await;
            }
        });
    }

    async fn look_after_all(self: &Arc<Self>) {
        super::space::make_ballast(&self.platform);
        self.tell_releases().await;
        let read = self.db.read(|state| Ok((addons::all(state)?, operations::unfinished(state)?)));
        let (rows, unfinished) = match read.await {
            Ok(read) => read,
            Err(error) => {
                let error: DbError = error;
                tracing::error!("{error}");
                return;
            }
        };
        // What could not be done the last time, and what no task works on because the state could not be read then.
        for subject in unfinished.into_iter().map(|operation| operation.subject).collect::<HashSet<_>>() {
            if !self.is_driven(&subject) && self.may_retry(&subject) {
                self.take_up(&subject);
            }
        }
        let looks = rows.into_iter().map(|row| {
            let engine = Arc::clone(self);
            async move { engine.look_after(&row).await }.boxed()
        });
        let looks = futures_util::stream::iter(looks);
        let all = looks.buffer_unordered(AT_ONCE).collect::<()>();
        let _ = self.stopping.run_until_cancelled(all).await;
    }

    async fn look_after(self: &Arc<Self>, row: &AddonRow) {
        if self.is_driven(&row.id) {
            return;
        }
        let Some(driver) = self.services.driver(&row.service) else { return };
        match row.state {
            AddonState::Ready => self.check(row, driver).await,
            AddonState::Failed if row.provisioned => {
                if !self.is_given_up(&row.id) && self.may_retry(&row.id) {
                    locked(&self.unresumed).insert(row.id.clone());
                    self.take_up(&row.id);
                }
            }
            // Where it could not be listened for, it is tried again.
            AddonState::Sleeping => self.take_up(&row.id),
            AddonState::Failed
            | AddonState::Updating
            | AddonState::Deprovisioning
            | AddonState::Requested
            | AddonState::Provisioning
            | AddonState::Restoring => {}
        }
    }

    async fn check(self: &Arc<Self>, row: &AddonRow, driver: &Arc<dyn Driver>) {
        let before = self.services.health(&row.id);
        let now = self.probe(row, driver).await;
        if self.is_driven(&row.id) {
            // A task has begun since, and knows better.
            return;
        }
        match &now {
            Health::Ok => {
                self.forget_retry(&row.id);
                self.look_for_connections(row, driver).await;
            }
            Health::Failing(_) if self.may_retry(&row.id) => {
                if let Some(death) = driver.ended(&self.services.instance(row))
                    && self.is_third_death(&row.id)
                {
                    self.give_up(row, death).await;
                    return;
                }
                locked(&self.unresumed).insert(row.id.clone());
                self.take_up(&row.id);
            }
            Health::Failing(_) | Health::Unknown(_) => {}
        }
        let message = match (&before, &now) {
            (Health::Ok | Health::Unknown(_), Health::Failing(what)) => format!("It does not work: {what}."),
            (Health::Failing(_), Health::Ok) => "It works again.".to_owned(),
            _ => return,
        };
        tracing::warn!(addon = row.name, "{message}");
        let id = row.id.clone();
        let told = self
            .db
            .write(move |state| match addons::find(state, &id)? {
                Some(_) => events::insert(state, &id, "health", Status::Note, &message, &[]),
                None => Ok(()),
            })
            .await;
        if let Err(error) = told {
            let error: DbError = error;
            tracing::error!("{error}");
        }
    }

    /// Counts a server's end by itself; true when it has ended too often to be started again.
    fn is_third_death(&self, id: &str) -> bool {
        let now = Instant::now();
        let mut all = locked(&self.deaths);
        let deaths = all.entry(id.to_owned()).or_default();
        deaths.at.retain(|at| now.duration_since(*at) < DEATHS_WITHIN);
        deaths.at.push(now);
        deaths.is_given_up = deaths.at.len() >= DEATHS;
        deaths.is_given_up
    }

    fn is_given_up(&self, id: &str) -> bool {
        locked(&self.deaths).get(id).is_some_and(|deaths| deaths.is_given_up)
    }

    /// Says that a server is not started any more, and why.
    async fn give_up(&self, row: &AddonRow, death: StepError) {
        let message = format!(
            "Its server ended {DEATHS} times within {} minutes and is not started again by itself. {}. The whole log: attache platform logs {}. When the cause is mended, start it: attache addons restart {}",
            DEATHS_WITHIN.as_secs() / 60,
            death.message.trim_end_matches('.'),
            row.name,
            row.name,
        );
        tracing::warn!(addon = row.name, "{message}");
        let id = row.id.clone();
        let told = self
            .db
            .write(move |state| {
                let reason = format!("{KEEP_RUNNING}: {message}");
                if addons::change_state(state, &id, &[AddonState::Ready], AddonState::Failed, Some(&reason))? {
                    events::insert(state, &id, KEEP_RUNNING, Status::Failed, &message, &death.log)?;
                }
                Ok(())
            })
            .await;
        if let Err(error) = told {
            // The next look finds it ended once more and says so again.
            let error: DbError = error;
            tracing::error!("{error}");
        }
    }

    /// Whether it is time to try again; counts the attempt. The first is at once, each pause twice as long as the last.
    fn may_retry(&self, id: &str) -> bool {
        let now = Instant::now();
        let mut retries = locked(&self.retries);
        let retry = retries.entry(id.to_owned()).or_insert(Retry { attempts: 0, not_before: now });
        if now < retry.not_before {
            return false;
        }
        let pause = self.probe_interval.saturating_mul(2_u32.saturating_pow(retry.attempts)).min(LONGEST_PAUSE);
        retry.attempts += 1;
        retry.not_before = now + pause;
        true
    }

    pub(super) fn forget_retry(&self, id: &str) {
        locked(&self.retries).remove(id);
    }

    /// Forgets an add-on that is gone.
    pub(super) fn forget_watch(&self, id: &str) {
        self.forget_retry(id);
        locked(&self.deaths).remove(id);
        locked(&self.idle).remove(id);
    }
}
