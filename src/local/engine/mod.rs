//! The engine: keeps the rules, and drives each add-on to its wanted state, one named step at a time.
//!
//! A row is always written before the deed it names: an add-on before its folder, `deprovisioning` before the first
//! deletion, the end of a step when it has really ended. So a crash at any point is repaired by reading the rows.

pub mod abilities;
pub mod backups;
mod bring_back;
pub mod documents;
mod drive;
pub mod folder;
mod idle;
pub mod operations;
pub mod refusal;
mod release_log;
pub mod rules;
mod seed;
pub mod services;
mod shared;
pub mod snapshot;
mod space;
mod waker;
mod watch;

#[cfg(test)]
pub(in crate::local) mod tests;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::Transaction;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::local::catalog::Offer;
use crate::local::db::addons::AddonState;
use crate::local::db::idempotency::{self, Answer};
use crate::local::db::{Db, DbError, addons, meta, new_id, operations as rows, set_meta};
use crate::local::services::Driver;

pub use refusal::Refusal;
pub use rules::Write;
pub use seed::SEEDED;
use services::{Services, locked};

/// What an engine is made of.
pub struct Parts {
    /// The platform's folder.
    pub platform: PathBuf,
    /// Its open state.
    pub db: Db,
    /// The catalog.
    pub offers: Vec<Offer>,
    /// The drivers.
    pub drivers: Vec<Arc<dyn Driver>>,
    /// How often each add-on is asked for its health.
    pub probe_interval: Duration,
    /// Told before and after each step's work; [`operations::unwatched`] but in tests.
    pub checkpoint: operations::Checkpoint,
}

/// The running engine.
pub struct Engine {
    /// The platform's state.
    pub db: Db,
    /// The catalog with its drivers.
    pub services: Arc<Services>,
    /// Names this platform for as long as its state lives.
    pub instance_id: String,
    /// When this process began to serve.
    pub started_at: String,
    platform: PathBuf,
    probe_interval: Duration,
    checkpoint: operations::Checkpoint,
    /// Add-ons and backups with a task of their own; true when there is more to be done after it.
    driven: Mutex<HashMap<String, bool>>,
    /// Add-ons whose server this process has not adopted or started yet.
    unresumed: Mutex<HashSet<String>>,
    retries: Mutex<HashMap<String, watch::Retry>>,
    deaths: Mutex<HashMap<String, watch::Deaths>>,
    /// Since when nobody is connected, of add-ons whose plan sleeps.
    idle: Mutex<HashMap<String, tokio::time::Instant>>,
    wakers: waker::Wakers,
    /// How many steps are taken at once …
    slots: Semaphore,
    /// … and how many of those that may go on for long, beside them.
    long_slots: Semaphore,
    /// Held while add-ons are told of releases.
    telling: tokio::sync::Mutex<()>,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

/// The answer to a write.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The document.
    pub body: Value,
}

/// A write as it came over the line.
#[derive(Clone, Debug)]
pub struct WriteRequest {
    /// What is to be done.
    pub write: Write,
    /// Who asks.
    pub by: String,
    /// The key under which the same answer is given again, with the digest of what was asked.
    pub idempotency: Option<(String, String)>,
}

impl Engine {
    /// Starts: seeds a new platform, opens the services, and takes up every add-on where it was left.
    ///
    /// # Errors
    /// When the state can't be read or written.
    pub async fn start(parts: Parts) -> Result<Arc<Self>, DbError> {
        let Parts { platform, db, offers, drivers, probe_interval, checkpoint } = parts;
        let services = Arc::new(Services::new(platform.clone(), offers, &drivers));
        let instance_id = db.write(instance_id).await?;
        let parallel = std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 8);
        let engine = Arc::new(Self {
            db,
            services,
            instance_id,
            started_at: crate::local::db::now(),
            platform,
            probe_interval,
            checkpoint,
            driven: Mutex::default(),
            unresumed: Mutex::default(),
            retries: Mutex::default(),
            deaths: Mutex::default(),
            idle: Mutex::default(),
            wakers: waker::Wakers::default(),
            slots: Semaphore::new(parallel),
            long_slots: Semaphore::new(parallel),
            telling: tokio::sync::Mutex::default(),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
        });
        space::make_ballast(&engine.platform);
        engine.open_services().await?;
        engine.clear_backups().await?;
        engine.seed().await?;
        let read = engine.db.read(|state| Ok::<_, DbError>((addons::all(state)?, rows::unfinished(state)?)));
        let (addons, unfinished) = read.await?;
        let subjects: HashSet<String> = unfinished.into_iter().map(|operation| operation.subject).collect();
        // Whatever may need its server, but one that sleeps and is left asleep.
        let unresumed = addons.iter().filter(|row| match row.state {
            AddonState::Sleeping => subjects.contains(&row.id),
            _ => row.provisioned || subjects.contains(&row.id),
        });
        locked(&engine.unresumed).extend(unresumed.map(|row| row.id.clone()));
        let subjects = subjects.into_iter().chain(addons.into_iter().map(|row| row.id));
        for subject in subjects.collect::<HashSet<_>>() {
            engine.take_up(&subject);
        }
        engine.watch();
        engine.keep_snapshots();
        engine.keep_times();
        Ok(engine)
    }

    /// Carries out a write, at most once for each idempotency key, and sets to work what it asks for.
    ///
    /// # Errors
    /// Why it was not carried out.
    pub async fn write(self: &Arc<Self>, request: WriteRequest) -> Result<Reply, Refusal> {
        let grows = matches!(
            request.write,
            Write::CreateAddon(_) | Write::Restore(..) | Write::BackUp(..) | Write::UploadBackup(_)
        );
        if grows {
            space::check(&self.platform)?;
        }
        // What gives something back must work on a full disk: it is the way out of one.
        let frees = matches!(
            request.write,
            Write::DestroyAddon(_) | Write::DestroyApp(_) | Write::Detach(_) | Write::DeleteBackup(_)
        );
        let is_destroy = matches!(request.write, Write::DestroyAddon(_));
        let request = Arc::new(request);
        let attempt = || {
            let (services, request) = (Arc::clone(&self.services), Arc::clone(&request));
            self.db.write::<_, Refusal, _>(move |state| answer(state, &services, &request))
        };
        let (reply, subject) = match attempt().await {
            Err(refusal) if refusal.code == "disk_full" && frees && space::drop_ballast(&self.platform) => {
                attempt().await?
            }
            outcome => outcome?,
        };
        if let Some(subject) = subject {
            if is_destroy {
                // All that was asked of it before has ended, which is durable now.
                self.services.break_off(&subject);
            }
            self.take_up(&subject);
        }
        Ok(reply)
    }

    /// Ends in order: lets running steps end, then stops every server. The data stays.
    ///
    /// # Errors
    /// The sentences about the servers that could not be stopped.
    pub async fn shut_down(&self, patience: Duration) -> Result<(), Vec<String>> {
        self.stopping.cancel();
        self.tasks.close();
        let mut failures = Vec::new();
        if tokio::time::timeout(patience, self.tasks.wait()).await.is_err() {
            failures.push("A step was still running and was left behind; the next start continues it.".to_owned());
        }
        match self.db.read(addons::all).await {
            Ok(rows) => failures.extend(stop_all(&self.services, &rows).await),
            Err(error) => {
                let _: &DbError = &error;
                failures.push(error.to_string());
            }
        }
        for (_, driver) in self.services.entries() {
            driver.close().await;
        }
        self.write_snapshot(&mut None).await;
        if failures.is_empty() { Ok(()) } else { Err(failures) }
    }
}

/// Stops the server of every add-on that may have one; gives the sentences about those that could not be stopped.
pub async fn stop_all(services: &Services, rows: &[addons::AddonRow]) -> Vec<String> {
    let stops = rows.iter().map(|row| async move {
        let driver = services.driver(&row.service)?;
        let instance = services.instance(row);
        let copies = driver.end_leftovers(&instance, &services.backups_folder(&row.id)).await;
        let stopped = driver.stop(&instance).await.and(copies);
        stopped.err().map(|error| format!("{} could not be stopped: {}", row.name, error.message))
    });
    futures_util::future::join_all(stops).await.into_iter().flatten().collect()
}

fn instance_id(state: &Transaction<'_>) -> Result<String, DbError> {
    idempotency::forget_old(state)?;
    rows::forget_old(state)?;
    if let Some(id) = meta(state, "instance_id")? {
        return Ok(id);
    }
    let id = new_id("platform");
    set_meta(state, "instance_id", &id)?;
    Ok(id)
}

/// Finds the earlier answer, or carries out the write and keeps its answer, in one transaction.
fn answer(
    state: &Transaction<'_>,
    services: &Services,
    request: &WriteRequest,
) -> Result<(Reply, Option<String>), Refusal> {
    let WriteRequest { write, by, idempotency } = request;
    let Some((key, fingerprint)) = idempotency else {
        let applied = rules::apply(state, services, write, by)?;
        return Ok((Reply { status: applied.status, body: applied.body }, applied.wake));
    };
    if let Some(earlier) = idempotency::find(state, key)? {
        if earlier.fingerprint != *fingerprint {
            let message = "This Idempotency-Key was used for another request. Use a new key for a new request.";
            return Err(Refusal::conflict("idempotency_mismatch", message));
        }
        let body = serde_json::from_str(&earlier.body).map_err(DbError::from)?;
        return Ok((Reply { status: earlier.status, body }, None));
    }
    // A refusal undoes what the write had begun, but is itself the answer to this key from now on.
    state.execute_batch("SAVEPOINT attempt").map_err(DbError::from)?;
    let (reply, wake) = match rules::apply(state, services, write, by) {
        Ok(applied) => (Reply { status: applied.status, body: applied.body }, applied.wake),
        Err(refusal) if refusal.status >= 500 => return Err(refusal),
        Err(refusal) => {
            state.execute_batch("ROLLBACK TO attempt").map_err(DbError::from)?;
            (Reply { status: refusal.status, body: refusal.document() }, None)
        }
    };
    state.execute_batch("RELEASE attempt").map_err(DbError::from)?;
    let answer = Answer::new(fingerprint.clone(), reply.status, reply.body.to_string());
    idempotency::insert(state, key, &answer)?;
    Ok((reply, wake))
}
