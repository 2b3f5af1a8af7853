//! The service drivers with the machine's real servers, run as the user that the platform runs as.

mod bench;
mod postgresql;
mod postgresql_backups;
mod postgresql_hostile;
mod postgresql_plans;
mod postgresql_restore;
mod postgresql_security;
mod psql;
mod valkey;
mod valkey_backups;
mod valkey_plans;
