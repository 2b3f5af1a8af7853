//! A cluster's settings: what its files say, from the plan.

use std::fmt::Write;

use crate::local::services::{Instance, Settings, limit};
use crate::model::Plan;

/// The platform's own role, a superuser, and the one database that it may enter: nothing of an app's is in there.
pub(super) const ADMIN: &str = "postgres";

/// The role that reads an app's database for a copy. No superuser: whatever an app has left in its database, code that runs
/// while it is read gains nothing by it.
pub(super) const READER: &str = "attache_backup";

/// Connections above the plan for superusers: probes must get in while the app holds all of its own.
const ADMIN_CONNECTIONS: u64 = 5;

/// Connections above the plan for [`READER`].
pub(super) const READER_CONNECTIONS: u64 = 3;

const MIB: u64 = 1 << 20;

/// What the plan allows, by the catalog's names.
pub(super) struct Limits {
    /// Connections of the app's role.
    pub(super) connections: u64,
    /// `shared_buffers` in bytes.
    pub(super) shared_memory: u64,
    /// `work_mem` in bytes.
    pub(super) work_mem: u64,
}

impl Limits {
    pub(super) fn of(plan: &Plan) -> Self {
        Self {
            connections: limit(plan, "connections").unwrap_or(20),
            shared_memory: limit(plan, "shared_memory").unwrap_or(16 * MIB),
            work_mem: limit(plan, "work_mem").unwrap_or(4 * MIB),
        }
    }
}

/// The whole of `postgresql.conf`. Written anew before each start, so that a new port or plan takes effect.
pub(super) fn server_settings(instance: &Instance) -> String {
    let limits = Limits::of(&instance.plan);
    let settings = [
        ("listen_addresses", "127.0.0.1".to_owned()),
        ("port", instance.settings.port.to_string()),
        // Socket paths end at 107 bytes, and our folders are deep; TCP with scram does all that is needed.
        ("unix_socket_directories", String::new()),
        ("max_connections", (limits.connections + READER_CONNECTIONS + ADMIN_CONNECTIONS).to_string()),
        ("superuser_reserved_connections", ADMIN_CONNECTIONS.to_string()),
        // A copy locks every table at once, and so does what is loaded in one transaction: at 64, the server's own figure, two
        // thousand tables would be too many.
        ("max_locks_per_transaction", "512".to_owned()),
        ("shared_buffers", format!("{}kB", limits.shared_memory / 1024)),
        ("work_mem", format!("{}kB", limits.work_mem / 1024)),
        ("password_encryption", "scram-sha-256".to_owned()),
        ("timezone", "UTC".to_owned()),
        ("log_timezone", "UTC".to_owned()),
        ("log_destination", "stderr".to_owned()),
        ("logging_collector", "off".to_owned()),
        // The log is shown to people: it names what went wrong, and quotes neither statements nor the values of rows.
        ("log_statement", "none".to_owned()),
        ("log_min_error_statement", "panic".to_owned()),
        ("log_error_verbosity", "terse".to_owned()),
        ("log_line_prefix", "%m [%p] ".to_owned()),
    ];
    let mut text = String::from("# Written by attache before each start; changes made here are lost.\n");
    for (name, value) in settings {
        // Writing to a String can't fail.
        let _ = writeln!(text, "{name} = '{value}'");
    }
    text
}

/// The whole of `pg_hba.conf`: by scram over 127.0.0.1, the app's role and our reader to the app's database, and our superuser
/// to a database of its own, so that it can never run what an app has written.
pub(super) fn who_may_connect(settings: &Settings) -> String {
    format!(
        "# Written by attache before each start; changes made here are lost.\n\
         host \"{database}\" \"{user}\" 127.0.0.1/32 scram-sha-256\n\
         host \"{database}\" \"{READER}\" 127.0.0.1/32 scram-sha-256\n\
         host \"{ADMIN}\" \"{ADMIN}\" 127.0.0.1/32 scram-sha-256\n",
        database = settings.database,
        user = settings.user,
    )
}

/// The name of an add-on's database and role: the add-on's, with what needs quoting replaced, and kept away from the
/// names that PostgreSQL has taken for itself.
pub(super) fn database_name(addon_name: &str) -> String {
    const TAKEN: [&str; 10] =
        [ADMIN, READER, "template0", "template1", "public", "none", "all", "replication", "sameuser", "samerole"];
    let name: String =
        addon_name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    if name.starts_with("pg_") || TAKEN.contains(&name.as_str()) { format!("app_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_add_ons_but_never_postgresqls_own() {
        assert_eq!(database_name("postgresql-calm-otter"), "postgresql_calm_otter");
        assert_eq!(database_name("postgres"), "app_postgres");
        assert_eq!(database_name("pg-monitor"), "app_pg_monitor");
        assert_eq!(database_name("all"), "app_all");
        assert_eq!(database_name("attache-backup"), "app_attache_backup");
    }
}
