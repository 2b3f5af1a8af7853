//! The journal: one append-only file of JSON lines per operation. Intent is on disk before a request leaves; what the
//! platform said, and the end, follow. It is also the audit log. It never holds a secret.

mod actor;
mod file;
mod record;

use std::path::{Path, PathBuf};

use crate::model::{Operation, OperationId};

pub use actor::Actor;
pub use file::Driver;
pub use record::{Entry, Intent, Record, RecordKind};

/// Why the journal can't be used. Without a journal nothing is written to any platform.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct JournalError(pub String);

/// The folder of operations.
#[derive(Clone, Debug)]
pub struct Journal {
    dir: PathBuf,
}

impl Journal {
    /// Opens the folder, making it where it is missing (0700), and checks that it can be written.
    ///
    /// # Errors
    /// A sentence that names the folder. The program is read-only then.
    pub fn open(dir: &Path) -> Result<Self, JournalError> {
        let _ = dir;
        todo!()
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Writes an intent to a new file. When this returns, file and folder entry are on disk, and the file is locked
    /// until the driver is dropped.
    ///
    /// # Errors
    /// When it could not be written: then nothing may be sent.
    pub fn begin(&self, intent: Intent) -> Result<Driver, JournalError> {
        let _ = intent;
        todo!()
    }

    /// Takes over an operation to append to it; `None` while another process drives it.
    ///
    /// # Errors
    /// When the file can't be read or written.
    pub fn drive(&self, id: &OperationId) -> Result<Option<Driver>, JournalError> {
        let _ = id;
        todo!()
    }

    /// The newest operations, newest first, at most `limit`.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn list(&self, limit: usize) -> Result<Vec<Operation>, JournalError> {
        let _ = limit;
        todo!()
    }

    /// One operation with everything that was recorded of it.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn get(&self, id: &OperationId) -> Result<Option<Entry>, JournalError> {
        let _ = id;
        todo!()
    }

    /// The operations that still have to be followed, oldest first: those under way, and those of the last seven days
    /// whose outcome is not known.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn unfinished(&self) -> Result<Vec<Operation>, JournalError> {
        todo!()
    }

    /// Deletes the files of operations that began more than 400 days before `now`; how many there were.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn prune(&self, now: jiff::Timestamp) -> Result<usize, JournalError> {
        let _ = now;
        todo!()
    }
}
