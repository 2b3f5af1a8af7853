//! The state store, the journal, and the one door through which every write goes.

mod cache;
pub mod door;
pub mod download;
mod entities;
mod journal;
mod merge;
mod parts;
pub mod poll;
mod prepared;
mod radius;
pub mod samples;
mod tally;

pub use cache::{Cache, Snapshot};
pub use entities::{Addons, Freshness, Row, Shrink, Slot, Source, Store};
pub use journal::{
    Actor, Adopted, Driver, Entry, Intent, Journal, JournalChanges, JournalError, LastDrill, PartOf, Plan, Record,
    RecordKind, Rehearsal, Told, Unlock, Usual, Watch, Wheel, adopt, hand_off,
};
pub use merge::{Delta, ListMerge, ListMerged};
pub use prepared::{Prepared, SubmitResult};
pub use radius::{Part, Radius, Said, Section, Tone, Words, plain};
pub use tally::{Tally, Trouble};
