//! The service drivers with the machine's real servers, run as the user that the platform runs as.

mod bench;
mod postgresql;
mod valkey;
mod valkey_backups;
mod valkey_plans;
