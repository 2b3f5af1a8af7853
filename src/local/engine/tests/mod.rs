//! The engine's rules and its behaviour at every crash, with a driver that runs nothing.

mod backups;
mod crashes;
pub(in crate::local) mod fake;
mod idempotency;
mod platform;
mod points;
mod queue;
mod release_log;
mod rules;
mod sleep;
mod steps;
