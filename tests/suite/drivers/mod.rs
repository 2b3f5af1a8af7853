//! The service drivers with the machine's real servers, run as the user that the platform runs as.

mod bench;
mod measure;
mod postgresql;
mod postgresql_backups;
mod psql;
mod valkey;
mod valkey_backups;
mod valkey_plans;
