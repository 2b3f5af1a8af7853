//! What is said to a cluster's server in SQL: the app's role and database, and whether all works.

use std::path::Path;
use std::time::Duration;

use postgres_protocol::password::scram_sha_256;
use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::{Client, Config, NoTls};

use super::cluster::Cluster;
use super::config::{ADMIN, Limits};
use crate::local::services::StepError;
use crate::model::printable;

/// How long the server may take to answer; locks that an app holds do not touch what we ask.
const LIMIT: Duration = Duration::from_secs(15);

/// Makes the app's role, or sets an existing one to the plan and the password.
///
/// The server gets a verifier, never the password: so no log and no statistics view of the server can hold it.
pub(super) async fn create_role(cluster: &Cluster<'_>) -> Result<String, StepError> {
    let limit = Limits::of(&cluster.instance.plan).connections;
    let settings = &cluster.instance.settings;
    let verifier = scram_sha_256(settings.password.expose_secret().as_bytes());
    let user = quoted(&settings.user);
    limited("to make the role", async {
        let client = as_admin(cluster).await?;
        let known = client.query_opt("SELECT 1 FROM pg_roles WHERE rolname = $1", &[&settings.user]).await?;
        let verb = if known.is_some() { "ALTER" } else { "CREATE" };
        let rights = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS";
        let statement = format!("{verb} ROLE {user} {rights} CONNECTION LIMIT {limit} PASSWORD '{verifier}'");
        client.batch_execute(&statement).await?;
        Ok(format!("Role {} with at most {limit} connections.", settings.user))
    })
    .await
}

/// Makes the app's database, owned by its role and open to nobody else.
pub(super) async fn create_database(cluster: &Cluster<'_>) -> Result<String, StepError> {
    let settings = &cluster.instance.settings;
    let (database, user) = (quoted(&settings.database), quoted(&settings.user));
    limited("to make the database", async {
        let client = as_admin(cluster).await?;
        let known = client.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&settings.database]).await?;
        if known.is_none() {
            client.batch_execute(&format!("CREATE DATABASE {database} OWNER {user} TEMPLATE template0")).await?;
        }
        for statement in [
            format!("ALTER DATABASE {database} OWNER TO {user}"),
            format!("REVOKE ALL ON DATABASE {database} FROM PUBLIC"),
            format!("REVOKE ALL ON DATABASE {ADMIN}, template1 FROM PUBLIC"),
        ] {
            client.batch_execute(&statement).await?;
        }
        Ok(format!("Database {} owned by {}.", settings.database, settings.user))
    })
    .await
}

/// Connects as the app will, and runs a statement.
pub(super) async fn check(cluster: &Cluster<'_>) -> Result<String, StepError> {
    let settings = &cluster.instance.settings;
    limited("the app's own role", async {
        let client = connect(cluster, &settings.user, &settings.password, &settings.database).await?;
        let row = client.query_one("SELECT current_user::text, current_setting('server_version')", &[]).await?;
        let (user, version): (&str, &str) = (row.try_get(0)?, row.try_get(1)?);
        Ok(format!("Connected as {} to PostgreSQL {}.", printable(user), printable(version)))
    })
    .await
}

/// Asks the server whether it works and whether it is this cluster's.
pub(super) async fn probe(cluster: &Cluster<'_>) -> Result<(), StepError> {
    limited("a probe", async {
        let client = as_admin(cluster).await?;
        let row = client.query_one("SELECT current_setting('data_directory')", &[]).await?;
        let served: &str = row.try_get(0)?;
        if Path::new(served) == cluster.data() {
            return Ok(());
        }
        Err(Failure::Step(StepError::plain(format!(
            "The server on port {} serves {}, not {}.",
            cluster.instance.settings.port,
            printable(served),
            cluster.data().display()
        ))))
    })
    .await
}

enum Failure {
    Step(StepError),
    Sql(tokio_postgres::Error),
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Sql(error)
    }
}

async fn limited<T>(what: &str, work: impl Future<Output = Result<T, Failure>>) -> Result<T, StepError> {
    match tokio::time::timeout(LIMIT, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(Failure::Step(error))) => Err(error),
        Ok(Err(Failure::Sql(error))) => {
            let why = error.as_db_error().map_or_else(|| error.to_string(), |told| told.message().to_owned());
            Err(StepError::plain(format!("PostgreSQL refused {what}: {}.", printable(&why))))
        }
        Err(_) => Err(StepError::plain(format!("PostgreSQL did not answer {what} within {} s.", LIMIT.as_secs()))),
    }
}

async fn as_admin(cluster: &Cluster<'_>) -> Result<Client, Failure> {
    connect(cluster, ADMIN, &cluster.instance.settings.admin_password, ADMIN).await
}

async fn connect(
    cluster: &Cluster<'_>,
    user: &str,
    password: &SecretString,
    database: &str,
) -> Result<Client, Failure> {
    cluster.answering_server().map_err(Failure::Step)?;
    let (client, connection) = Config::new()
        .host("127.0.0.1")
        .port(cluster.instance.settings.port)
        .user(user)
        .password(password.expose_secret())
        .dbname(database)
        .application_name("attache")
        .connect(NoTls)
        .await?;
    // It ends when the client is dropped.
    tokio::spawn(connection);
    Ok(client)
}

/// A name in SQL.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
