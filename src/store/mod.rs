//! The state store, the journal, and the one door through which every write goes.

mod prepared;

pub use prepared::{Prepared, SubmitResult};
