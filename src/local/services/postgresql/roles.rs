//! The roles and databases of a cluster, and who is let in.

use std::fs;
use std::time::Duration;

use postgres_protocol::password::scram_sha_256;
use rustix::process::Signal;
use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::Client;

use super::cluster::Cluster;
use super::config::{ADMIN, Limits, READER, READER_CONNECTIONS};
use super::sql::{self, Failure, as_admin, limited, quoted};
use crate::local::services::{StepError, secrets};
use crate::local::supervisor;

const NO_POWER: &str = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION";

/// How long a session may take to notice that it is to end.
const SESSION_GRACE: Duration = Duration::from_secs(30);

/// Since this version there is `pg_read_all_data`.
const READER_SINCE: i32 = 140_000;

/// Makes the app's role, or sets an existing one to the plan and the password.
///
/// The server gets a verifier, never the password: so no log and no statistics view of the server can hold it.
pub(super) async fn create_role(cluster: &Cluster<'_>) -> Result<String, StepError> {
    let settings = &cluster.instance.settings;
    limited("to make the role", async {
        let admin = as_admin(cluster).await?;
        let connections = let_in(cluster, &admin, &settings.password).await?;
        Ok(format!("Role {} with at most {connections} connections.", settings.user))
    })
    .await
}

/// Gives the app's role the plan's limit, and this password in place of any other. Tells the limit.
pub(super) async fn let_in(cluster: &Cluster<'_>, admin: &Client, password: &SecretString) -> Result<u64, Failure> {
    let user = &cluster.instance.settings.user;
    let limit = Limits::of(&cluster.instance.plan).connections;
    set_role(admin, user, &format!("{NO_POWER} NOBYPASSRLS CONNECTION LIMIT {limit}"), password).await?;
    Ok(limit)
}

async fn set_role(admin: &Client, user: &str, rights: &str, password: &SecretString) -> Result<(), Failure> {
    let verifier = scram_sha_256(password.expose_secret().as_bytes());
    let known = admin.query_opt("SELECT 1 FROM pg_roles WHERE rolname = $1", &[&user]).await?;
    let verb = if known.is_some() { "ALTER" } else { "CREATE" };
    admin.batch_execute(&format!("{verb} ROLE {} LOGIN {rights} PASSWORD '{verifier}'", quoted(user))).await?;
    Ok(())
}

/// Makes the app's database, owned by its role and open to nobody else.
pub(super) async fn create_database(cluster: &Cluster<'_>) -> Result<String, StepError> {
    let settings = &cluster.instance.settings;
    limited("to make the database", async {
        let admin = as_admin(cluster).await?;
        make_database(cluster, &admin).await?;
        Ok(format!("Database {} owned by {}.", settings.database, settings.user))
    })
    .await
}

/// Makes the app's database if it is not there, and closes all databases to everybody but their owners.
pub(super) async fn make_database(cluster: &Cluster<'_>, admin: &Client) -> Result<(), Failure> {
    let settings = &cluster.instance.settings;
    let (database, user) = (quoted(&settings.database), quoted(&settings.user));
    let known = admin.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&settings.database]).await?;
    if known.is_none() {
        admin.batch_execute(&format!("CREATE DATABASE {database} OWNER {user} TEMPLATE template0")).await?;
    }
    for statement in [
        format!("ALTER DATABASE {database} OWNER TO {user}"),
        format!("REVOKE ALL ON DATABASE {database}, {ADMIN}, template0, template1 FROM PUBLIC"),
    ] {
        admin.batch_execute(&statement).await?;
    }
    Ok(())
}

/// Removes the app's database with all that is in it; fine if it is not there.
pub(super) async fn drop_database(cluster: &Cluster<'_>, admin: &Client) -> Result<(), Failure> {
    let database = quoted(&cluster.instance.settings.database);
    admin.batch_execute(&format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)")).await?;
    Ok(())
}

/// Lets the reader in, with a password that is good for one copy. It may read every row, past row security and whatever the
/// app has taken away from itself, and change nothing. (The rows of the server's own tables are among them, with the verifiers
/// of passwords; ours are too long to be guessed from those.)
pub(super) async fn open_reader(cluster: &Cluster<'_>, admin: &Client) -> Result<SecretString, Failure> {
    let row = admin.query_one("SELECT current_setting('server_version_num')::int", &[]).await?;
    if row.try_get::<_, i32>(0)? < READER_SINCE {
        return Err(Failure::Step(StepError::plain(format!(
            "The server of {} is older than PostgreSQL 14, which is the oldest that backups are made of.",
            cluster.instance.name
        ))));
    }
    // Nothing of this needs to outlive a crash, so a copy waits for no disk.
    admin.batch_execute("SET synchronous_commit = off").await?;
    let password = secrets::password();
    let rights = format!("{NO_POWER} BYPASSRLS CONNECTION LIMIT {READER_CONNECTIONS}");
    set_role(admin, READER, &rights, &password).await?;
    let database = quoted(&cluster.instance.settings.database);
    admin
        .batch_execute(&format!(
            // pg_read_all_data knows nothing of large objects; that setting does, and only a superuser can give it.
            "ALTER ROLE {READER} RESET ALL; \
             ALTER ROLE {READER} SET search_path = pg_catalog; \
             ALTER ROLE {READER} SET lo_compat_privileges = on; \
             GRANT pg_read_all_data TO {READER}; \
             GRANT CONNECT ON DATABASE {database} TO {READER}"
        ))
        .await?;
    Ok(password)
}

/// Lets the reader in no more.
pub(super) async fn close_reader(admin: &Client) -> Result<(), Failure> {
    admin.batch_execute(&format!("ALTER ROLE {READER} NOLOGIN PASSWORD NULL")).await?;
    Ok(())
}

/// Gives the running server the password that the settings hold, and ends every session of the app's role.
pub(super) async fn change_password(cluster: &Cluster<'_>) -> Result<String, StepError> {
    limited("the new password", async {
        let admin = as_admin(cluster).await?;
        let_in(cluster, &admin, &cluster.instance.settings.password).await?;
        Ok(())
    })
    .await?;
    let ended = end_sessions(cluster).await?;
    sql::check(cluster).await?;
    let user = &cluster.instance.settings.user;
    Ok(match ended {
        0 => format!("Role {user} has a new password; it had no connection."),
        1 => format!("Role {user} has a new password; its one connection was ended."),
        _ => format!("Role {user} has a new password; its {ended} connections were ended."),
    })
}

/// Ends every session of the app's role, and tells how many there were.
///
/// Also those that are being let in just now: the server has read their password's verifier, perhaps the old one, and no view
/// of its shows them yet. So they are found by what their processes are called.
pub(super) async fn end_sessions(cluster: &Cluster<'_>) -> Result<usize, StepError> {
    let settings = &cluster.instance.settings;
    let called = format!("postgres: {} {} 127.0.0.1(", settings.user, settings.database);
    let mut sessions = cluster.processes()?;
    sessions.retain(|process| {
        let title = fs::read(format!("/proc/{}/cmdline", process.pid())).unwrap_or_default();
        title.starts_with(called.as_bytes())
    });
    // Never killed: the server would take that for a crash and end everybody's.
    supervisor::end("A connection to PostgreSQL", &sessions, &[(Signal::TERM, SESSION_GRACE)]).await?;
    Ok(sessions.len())
}
