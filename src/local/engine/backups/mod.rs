//! Copies of add-ons' data: their files, how long they are kept, and when they are made by themselves.

mod clock;
pub mod files;
pub mod leases;
mod policy;
mod retention;

pub(super) use clock::{next, time_zone};
pub use policy::policy;
pub(super) use policy::support;
