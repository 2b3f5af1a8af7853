//! The state store, the journal, and the one door through which every write goes.

pub mod door;
mod journal;
mod prepared;

pub use journal::{Actor, Driver, Entry, Intent, Journal, JournalError, Record, RecordKind};
pub use prepared::{Prepared, SubmitResult};
