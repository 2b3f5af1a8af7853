//! What is asked of a server.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{Client, IntoConnectionInfo, RedisConnectionInfo, RedisError};
use secrecy::{ExposeSecret, SecretString};

use super::config::ADMIN;
use super::server;
use crate::local::services::{Instance, StepError};
use crate::model::printable;

/// How long the server may take to answer; a slow script of the app's holds everybody up.
const LIMIT: Duration = Duration::from_secs(15);

/// What a server tells of itself.
pub(super) struct Answer {
    /// Its process.
    pub(super) pid: u32,
    /// Whether it still reads its data.
    pub(super) is_loading: bool,
}

/// Asks the add-on's server who it is.
pub(super) async fn ask(instance: &Instance) -> Result<Answer, StepError> {
    server::answering(instance)?;
    let text = limited(async {
        let mut connection = connect(instance, ADMIN, &instance.settings.admin_password).await?;
        redis::cmd("INFO").query_async::<String>(&mut connection).await
    })
    .await?;
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim);
    match field("process_id").and_then(|pid| pid.parse().ok()) {
        Some(pid) => Ok(Answer { pid, is_loading: field("loading") != Some("0") }),
        None => Err(StepError::plain(format!("The server of {} does not tell its process id.", instance.name))),
    }
}

/// Asks whether it works, and whether the one that answers is the add-on's own.
pub(super) async fn probe(instance: &Instance) -> Result<(), StepError> {
    let process = server::answering(instance)?;
    let answer = ask(instance).await?;
    if answer.pid != process.pid() {
        return Err(StepError::plain(format!(
            "The server on port {} is process {}, not {}'s own (pid {}).",
            instance.settings.port,
            answer.pid,
            instance.name,
            process.pid()
        )));
    }
    if answer.is_loading {
        return Err(StepError::plain(format!("The server of {} is still reading its data.", instance.name)));
    }
    Ok(())
}

/// Connects as the app will.
pub(super) async fn check(instance: &Instance) -> Result<String, StepError> {
    server::answering(instance)?;
    let settings = &instance.settings;
    let (user, answer) = limited(async {
        let mut connection = connect(instance, &settings.user, &settings.password).await?;
        let user = redis::cmd("ACL").arg("WHOAMI").query_async::<String>(&mut connection).await?;
        let answer = redis::cmd("PING").query_async::<String>(&mut connection).await?;
        Ok((user, answer))
    })
    .await?;
    Ok(format!("Connected as {}; PING answered {}.", printable(&user), printable(&answer)))
}

async fn connect(
    instance: &Instance,
    user: &str,
    password: &SecretString,
) -> Result<MultiplexedConnection, RedisError> {
    let who = RedisConnectionInfo::default().set_username(user).set_password(password.expose_secret());
    let info = ("127.0.0.1", instance.settings.port).into_connection_info()?.set_redis_settings(who);
    Client::open(info)?.get_multiplexed_async_connection().await
}

async fn limited<T>(work: impl Future<Output = Result<T, RedisError>>) -> Result<T, StepError> {
    match tokio::time::timeout(LIMIT, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(StepError::plain(format!("Valkey refused: {}.", printable(&error.to_string())))),
        Err(_) => Err(StepError::plain(format!("Valkey did not answer within {} s.", LIMIT.as_secs()))),
    }
}
