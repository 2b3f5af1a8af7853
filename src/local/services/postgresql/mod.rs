//! PostgreSQL: a cluster of its own for each add-on, run by the machine's own server programs.

mod cluster;
mod config;
mod sql;

use std::path::PathBuf;
use std::sync::OnceLock;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};

use super::{Availability, Driver, Instance, Settings, StepError, secrets};
use crate::local::programs::{Places, Program};
use crate::model::{Endpoint, Health};

use cluster::Cluster;

/// The driver of the service `postgresql`.
#[derive(Debug)]
pub struct PostgreSql {
    places: Places,
    program: OnceLock<Program>,
}

impl PostgreSql {
    /// A driver that takes the server programs from these places.
    pub fn new(places: Places) -> Self {
        Self { places, program: OnceLock::new() }
    }

    /// The server program. Once found it is remembered; while it is missing, each call looks again, so that an installation
    /// is noticed without a restart.
    fn program(&self) -> Result<&Program, String> {
        if let Some(program) = self.program.get() {
            return Ok(program);
        }
        let found = self.places.postgresql()?;
        Ok(self.program.get_or_init(|| found))
    }

    fn cluster<'a>(&'a self, instance: &'a Instance) -> Result<Cluster<'a>, StepError> {
        let program = self.program().map_err(StepError::plain)?;
        Ok(Cluster::new(instance, &self.places, program))
    }
}

#[async_trait]
impl Driver for PostgreSql {
    fn service(&self) -> &'static str {
        "postgresql"
    }

    fn availability(&self) -> Availability {
        match self.program() {
            Ok(program) => Availability::Available { program: Some(program.describe()) },
            Err(message) => Availability::Missing(message),
        }
    }

    fn config_vars(&self) -> &'static [&'static str] {
        &["DATABASE_URL", "PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD"]
    }

    fn steps(&self) -> &'static [&'static str] {
        &["init_cluster", "configure", "start_server", "create_role", "create_database", "check"]
    }

    fn allocate(&self, addon_name: &str, port: u16) -> Settings {
        let name = config::database_name(addon_name);
        Settings {
            port,
            user: name.clone(),
            password: secrets::password(),
            admin_password: secrets::password(),
            database: name,
        }
    }

    fn needs_port(&self) -> bool {
        true
    }

    async fn run_step(&self, step: &str, instance: &Instance) -> Result<String, StepError> {
        let cluster = self.cluster(instance)?;
        match step {
            "init_cluster" => cluster.init().await,
            "configure" => cluster.configure(),
            "start_server" => cluster.ensure_running().await,
            "create_role" => sql::create_role(&cluster).await,
            "create_database" => sql::create_database(&cluster).await,
            "check" => sql::check(&cluster).await,
            other => Err(StepError::plain(format!("PostgreSQL has no step {other:?}."))),
        }
    }

    async fn resume(&self, instance: &Instance) -> Result<String, StepError> {
        self.cluster(instance)?.ensure_running().await
    }

    async fn probe(&self, instance: &Instance) -> Health {
        let answered = match self.cluster(instance) {
            Ok(cluster) => sql::probe(&cluster).await,
            Err(error) => Err(error),
        };
        answered.map_or_else(Health::from, |()| Health::Ok)
    }

    async fn stop(&self, instance: &Instance) -> Result<(), StepError> {
        cluster::stop(instance).await
    }

    async fn retire(&self, instance: &Instance) -> Result<(), StepError> {
        cluster::retire(instance).await
    }

    fn endpoint(&self, instance: &Instance) -> Endpoint {
        Endpoint {
            host: "127.0.0.1".to_owned(),
            port: instance.settings.port,
            database: Some(instance.settings.database.clone()),
            user: Some(instance.settings.user.clone()),
        }
    }

    fn values(&self, instance: &Instance) -> Vec<(&'static str, SecretString)> {
        let Settings { port, user, password, database, .. } = &instance.settings;
        // Names and password hold nothing that a URL would have to escape.
        let url = format!("postgres://{user}:{}@127.0.0.1:{port}/{database}", password.expose_secret());
        vec![
            ("DATABASE_URL", url.into()),
            ("PGHOST", "127.0.0.1".into()),
            ("PGPORT", port.to_string().into()),
            ("PGDATABASE", database.as_str().into()),
            ("PGUSER", user.as_str().into()),
            ("PGPASSWORD", password.clone()),
        ]
    }

    fn log_file(&self, instance: &Instance) -> Option<PathBuf> {
        Some(cluster::log(instance).path().to_owned())
    }
}
