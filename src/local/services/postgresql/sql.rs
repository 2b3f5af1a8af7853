//! What is said to a cluster's server in SQL, and how: over connections that look nothing up where an app could have put it.

use std::path::Path;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::{Client, Config, NoTls};

use super::cluster::Cluster;
use super::config::ADMIN;
use crate::local::services::StepError;
use crate::model::printable;

/// How long the server may take to answer; locks that an app holds do not touch what we ask.
const LIMIT: Duration = Duration::from_secs(15);

/// How long it may take where files of any size are removed and a checkpoint is written.
const LONG_LIMIT: Duration = Duration::from_secs(600);

/// Connects as the app will, and runs a statement.
pub(super) async fn check(cluster: &Cluster<'_>) -> Result<String, StepError> {
    limited("the app's own role", async {
        let client = as_app(cluster).await?;
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

/// Why something asked of the server failed.
pub(super) enum Failure {
    /// Before it was asked, or by what it answered.
    Step(StepError),
    /// By its own word.
    Sql(tokio_postgres::Error),
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Sql(error)
    }
}

/// Does what is over in a moment.
pub(super) async fn limited<T>(what: &str, work: impl Future<Output = Result<T, Failure>>) -> Result<T, StepError> {
    within(LIMIT, what, work).await
}

/// Does what takes longer the more data there is.
pub(super) async fn patiently<T>(what: &str, work: impl Future<Output = Result<T, Failure>>) -> Result<T, StepError> {
    within(LONG_LIMIT, what, work).await
}

async fn within<T>(
    limit: Duration,
    what: &str,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, StepError> {
    match tokio::time::timeout(limit, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(Failure::Step(error))) => Err(error),
        Ok(Err(Failure::Sql(error))) => {
            let why = error.as_db_error().map_or_else(|| error.to_string(), |told| told.message().to_owned());
            Err(StepError::plain(format!("PostgreSQL refused {what}: {}.", printable(&why))))
        }
        Err(_) => Err(StepError::plain(format!("PostgreSQL did not answer {what} within {} s.", limit.as_secs()))),
    }
}

/// The platform's superuser, in its own database.
pub(super) async fn as_admin(cluster: &Cluster<'_>) -> Result<Client, Failure> {
    connect(cluster, ADMIN, &cluster.instance.settings.admin_password, ADMIN).await
}

/// The app's role, in the app's database.
pub(super) async fn as_app(cluster: &Cluster<'_>) -> Result<Client, Failure> {
    let settings = &cluster.instance.settings;
    connect(cluster, &settings.user, &settings.password, &settings.database).await
}

/// One of the cluster's roles in one of its databases.
pub(super) async fn connect(
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
        // Stronger than what an owner has set for the database: no function or operator of an app's takes the place of ours.
        .options("-c search_path=pg_catalog")
        .connect(NoTls)
        .await?;
    // It ends when the client is dropped.
    tokio::spawn(connection);
    Ok(client)
}

/// How many bytes the add-on's database takes on the disk, as the server counts.
pub(super) async fn database_size(admin: &Client, database: &str) -> Result<u64, Failure> {
    let row = admin.query_one("SELECT pg_database_size($1::name)", &[&database]).await?;
    counted(row.try_get(0)?)
}

/// A count of the server's, which has no unsigned numbers.
pub(super) fn counted(number: i64) -> Result<u64, Failure> {
    u64::try_from(number).map_err(|_| Failure::Step(StepError::plain(format!("PostgreSQL counted {number}."))))
}

/// A name in SQL.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
