//! What is asked of a server.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, IntoConnectionInfo, RedisConnectionInfo, RedisError};
use secrecy::{ExposeSecret, SecretString};

use super::config::ADMIN;
use super::server;
use crate::local::services::{Instance, StepError};
use crate::model::printable;

/// How long the server may take to answer; a slow script of the app's holds everybody up.
const LIMIT: Duration = Duration::from_secs(15);

/// The name of our own connections. Nobody else can bear it as [`ADMIN`]: naming oneself needs that user's password.
const OURS: &str = "attache";

/// What a server tells of itself.
pub(super) struct Info(String);

impl Info {
    /// What it says under that name.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.0.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
    }

    /// The number that it says under that name.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.field(name)?.parse().ok()
    }

    /// A number that every server tells.
    pub(super) fn needed(&self, name: &str) -> Result<u64, StepError> {
        let missing = || StepError::plain(format!("The server does not tell {name}, which attache relies on."));
        self.number(name).ok_or_else(missing)
    }

    /// Its process.
    pub(super) fn pid(&self) -> Option<u32> {
        self.field("process_id")?.parse().ok()
    }

    /// Whether it still reads its data.
    pub(super) fn is_loading(&self) -> bool {
        self.field("loading") != Some("0")
    }

    /// How many keys there are in all of its databases.
    pub(super) fn keys(&self) -> u64 {
        let databases = self.0.lines().filter_map(|line| line.strip_prefix("db")?.split_once(":keys="));
        databases.filter_map(|(_, rest)| rest.split(',').next()?.trim().parse::<u64>().ok()).sum()
    }
}

/// A connection as the platform's own user. It is made only where the add-on's own server listens.
pub(super) struct Admin(MultiplexedConnection);

impl Admin {
    pub(super) async fn connect(instance: &Instance) -> Result<Self, StepError> {
        server::answering(instance)?;
        let admin = limited(async {
            let mut connection = connect(instance, ADMIN, &instance.settings.admin_password).await?;
            redis::cmd("CLIENT").arg("SETNAME").arg(OURS).query_async::<()>(&mut connection).await?;
            Ok(Self(connection))
        });
        admin.await
    }

    /// The answer to a command.
    pub(super) async fn ask<T: FromRedisValue>(&mut self, command: &[&str]) -> Result<T, StepError> {
        let mut asked = Cmd::new();
        command.iter().for_each(|word| {
            asked.arg(*word);
        });
        limited(asked.query_async(&mut self.0)).await
    }

    /// Everything that the server tells of itself.
    pub(super) async fn info(&mut self) -> Result<Info, StepError> {
        Ok(Info(self.ask(&["INFO"]).await?))
    }

    /// Changes a setting of the running server.
    pub(super) async fn set(&mut self, name: &str, value: &str) -> Result<(), StepError> {
        self.ask(&["CONFIG", "SET", name, value]).await
    }

    /// How many connections there are beside our own.
    pub(super) async fn connections(&mut self) -> Result<u64, StepError> {
        let list: String = self.ask(&["CLIENT", "LIST"]).await?;
        let is_ours = |line: &&str| {
            let says = |word: String| line.split(' ').any(|field| field == word);
            says(format!("user={ADMIN}")) && says(format!("name={OURS}"))
        };
        let lines = list.lines().filter(|line| !line.trim().is_empty());
        Ok(lines.filter(|line| !is_ours(line)).count() as u64)
    }
}

/// Asks the add-on's server who it is.
pub(super) async fn ask(instance: &Instance) -> Result<Info, StepError> {
    Admin::connect(instance).await?.info().await
}

/// Asks whether it works, and whether the one that answers is the add-on's own.
pub(super) async fn probe(instance: &Instance) -> Result<(), StepError> {
    let process = server::answering(instance)?;
    let answer = ask(instance).await?;
    match answer.pid() {
        None => Err(StepError::plain(format!("The server of {} does not tell its process id.", instance.name))),
        Some(pid) if pid != process.pid() => Err(StepError::plain(format!(
            "The server on port {} is process {pid}, not {}'s own (pid {}).",
            instance.settings.port,
            instance.name,
            process.pid()
        ))),
        Some(_) if answer.is_loading() => {
            Err(StepError::plain(format!("The server of {} is still reading its data.", instance.name)))
        }
        Some(_) => Ok(()),
    }
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
    // The one limit is ours: the crate's own of half a second is less than a fork of a large server takes.
    let config = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
    Client::open(info)?.get_multiplexed_async_connection_with_config(&config).await
}

async fn limited<T>(work: impl Future<Output = Result<T, RedisError>>) -> Result<T, StepError> {
    match tokio::time::timeout(LIMIT, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(StepError::plain(format!("Valkey refused: {}.", printable(&error.to_string())))),
        Err(_) => Err(StepError::plain(format!("Valkey did not answer within {} s.", LIMIT.as_secs()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_all_databases_are_counted() {
        let info = Info(
            "# Keyspace\r\ndb0:keys=2,expires=1,avg_ttl=9\r\ndb12:keys=40,expires=0,avg_ttl=0\r\ndb_x:keys\r\n"
                .to_owned(),
        );
        assert_eq!(info.keys(), 42);
    }
}
