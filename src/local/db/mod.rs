//! The local platform's own state: one SQLite file, written through (`synchronous=FULL`) before anything is acknowledged.
//!
//! All access goes through one thread that owns the connection, so writes are serialised and a caller that goes away
//! (a cut connection, a time-out) never leaves half a write: a job that was begun runs to its end.

pub mod addons;
pub mod apps;
pub mod attachments;
pub mod backups;
pub mod events;
pub mod idempotency;
mod open;
pub mod operations;
pub mod ports;
pub mod release_notices;
pub mod releases;
pub mod schedules;
mod schema;

use std::path::Path;
use std::sync::{Arc, Mutex, mpsc};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{Notify, oneshot};

pub use open::{LockError, OpenError, PlatformLock, STATE_FILE, has_held_state, holder, make};

/// Why the state could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DbError {
    /// The disk is full; the write did not happen at all.
    #[error("The disk that holds the platform's state is full: free some space and try again.")]
    Full,
    /// Anything else.
    #[error("The platform's state could not be read or written: {0}.")]
    Other(String),
}

impl From<rusqlite::Error> for DbError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => DbError::Full,
            _ => DbError::Other(error.to_string()),
        }
    }
}

impl From<serde_json::Error> for DbError {
    fn from(error: serde_json::Error) -> Self {
        // The error's text may quote what it read, and a row of settings holds secrets.
        DbError::Other(format!("a row holds text that is not as expected ({:?} error)", error.classify()))
    }
}

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// The open state file.
pub struct Db {
    jobs: mpsc::Sender<Job>,
    changed: Arc<Notify>,
    thread: Mutex<Option<std::thread::JoinHandle<()>>>,
}

impl Db {
    /// Opens the state file of a platform's folder, making it if the platform is new.
    ///
    /// # Errors
    /// When the file is damaged, newer than this program, or can't be used. It is left as it is.
    pub fn open(platform: &Path) -> Result<Self, OpenError> {
        let mut connection = open::open(platform)?;
        let (jobs, queue) = mpsc::channel::<Job>();
        let run = move || {
            while let Ok(job) = queue.recv() {
                job(&mut connection);
            }
        };
        let thread = std::thread::Builder::new()
            .name("state".to_owned())
            .spawn(run)
            .map_err(|error| OpenError::Unusable { path: platform.join(STATE_FILE), why: error.to_string() })?;
        Ok(Self { jobs, changed: Arc::default(), thread: Mutex::new(Some(thread)) })
    }

    /// Reads from one consistent view of the state.
    ///
    /// # Errors
    /// What the job fails with, or that the state can't be read.
    pub async fn read<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        self.run(move |connection| {
            let view = connection.transaction().map_err(DbError::from)?;
            job(&view)
        })
        .await
    }

    /// Writes in one transaction: durable when this returns, or not done at all.
    ///
    /// # Errors
    /// What the job fails with (then nothing was written), or that the state can't be written.
    pub async fn write<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        let changed = Arc::clone(&self.changed);
        self.run(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(DbError::from)?;
            let value = job(&transaction)?;
            transaction.commit().map_err(DbError::from)?;
            changed.notify_one();
            Ok(value)
        })
        .await
    }

    /// Waits until something was written since the last time. For one who waits only.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    async fn run<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    {
        let (answer, result) = oneshot::channel();
        let closed = || E::from(DbError::Other("it is closed".to_owned()));
        let job = move |connection: &mut Connection| {
            // Nobody waits any more when the caller went away; the job is done all the same.
            let _ = answer.send(job(connection));
        };
        self.jobs.send(Box::new(job)).map_err(|_| closed())?;
        result.await.unwrap_or_else(|_| Err(closed()))
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        // Ends the thread's loop, then waits until the connection is closed, so that the lock is not given up before it.
        self.jobs = mpsc::channel().0;
        let thread = self.thread.lock().ok().and_then(|mut thread| thread.take());
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

/// Now, as it is written into rows: RFC 3339, UTC, milliseconds.
pub fn now() -> String {
    stamp(jiff::Timestamp::now())
}

/// A time as it is written into rows; in this form the order of texts is the order of times.
pub fn stamp(at: jiff::Timestamp) -> String {
    format!("{at:.3}")
}

/// A new random id with this prefix: `add_1f0c…`.
pub fn new_id(prefix: &str) -> String {
    format!("{prefix}_{:016x}", rand::random::<u64>())
}

/// Reads a durable note of the platform about itself.
///
/// # Errors
/// When the state can't be read.
pub fn meta(connection: &Connection, key: &str) -> Result<Option<String>, DbError> {
    use rusqlite::OptionalExtension;
    let mut statement = connection.prepare("SELECT value FROM meta WHERE key = ?1")?;
    Ok(statement.query_row([key], |row| row.get(0)).optional()?)
}

/// Writes a durable note of the platform about itself.
///
/// # Errors
/// When the state can't be written.
pub fn set_meta(connection: &Connection, key: &str, value: &str) -> Result<(), DbError> {
    connection.execute(
        "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [key, value],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests;
