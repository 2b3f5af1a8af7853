//! One operation's file.

use super::{Entry, JournalError, RecordKind};
use crate::model::Operation;

/// The right to append to one operation, held as a lock on its file.
#[derive(Debug)]
pub struct Driver {
    entry: Entry,
}

impl Driver {
    /// The operation as recorded so far.
    pub fn operation(&self) -> &Operation {
        &self.entry.operation
    }

    /// Appends a line and puts it on disk.
    ///
    /// # Errors
    /// When it could not be written.
    pub fn record(&mut self, kind: RecordKind) -> Result<&Operation, JournalError> {
        let _ = kind;
        todo!()
    }
}
