//! PostgreSQL: a cluster of its own for each add-on, run by the machine's own server programs.

mod cluster;
mod config;
mod sql;

use std::path::PathBuf;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};

use super::program::ServerProgram;
use super::{Availability, Driver, Instance, Settings, Step, StepError, secrets};
use crate::local::programs::Places;
use crate::model::{Endpoint, Health};

use cluster::Cluster;

/// The driver of the service `postgresql`.
#[derive(Debug)]
pub struct PostgreSql {
    program: ServerProgram,
}

impl PostgreSql {
    /// A driver that takes the server programs from these places.
    pub fn new(places: Places) -> Self {
        Self { program: ServerProgram::new(places, Places::postgresql) }
    }

    fn cluster<'a>(&'a self, instance: &'a Instance) -> Result<Cluster<'a>, StepError> {
        let program = self.program.get()?;
        Ok(Cluster::new(instance, self.program.places(), program))
    }
}

#[async_trait]
impl Driver for PostgreSql {
    fn service(&self) -> &'static str {
        "postgresql"
    }

    fn availability(&self) -> Availability {
        self.program.availability()
    }

    fn config_vars(&self) -> &'static [&'static str] {
        &["DATABASE_URL", "PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD"]
    }

    fn steps(&self) -> &'static [Step] {
        &[Step::InitCluster, Step::Configure, Step::StartServer, Step::CreateRole, Step::CreateDatabase, Step::Check]
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

    async fn run_step(&self, step: Step, instance: &Instance) -> Result<String, StepError> {
        let cluster = self.cluster(instance)?;
        match step {
            Step::InitCluster => cluster.init().await,
            Step::Configure => cluster.configure(),
            Step::StartServer => cluster.ensure_running().await,
            Step::CreateRole => sql::create_role(&cluster).await,
            Step::CreateDatabase => sql::create_database(&cluster).await,
            Step::Check => sql::check(&cluster).await,
            other => Err(StepError::plain(format!("PostgreSQL has no step {other}."))),
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

    fn ended(&self, instance: &Instance) -> Option<StepError> {
        cluster::ended(instance)
    }

    async fn stop(&self, instance: &Instance) -> Result<(), StepError> {
        cluster::stop(instance).await
    }

    async fn retire(&self, instance: &Instance) -> Result<(), StepError> {
        cluster::retire(instance).await
    }

    fn endpoint(&self, instance: &Instance) -> Endpoint {
        instance.own_endpoint()
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

    fn essentials(&self) -> &'static [&'static str] {
        &["data/PG_VERSION", "data/global/pg_control"]
    }

    fn log_file(&self, instance: &Instance) -> Option<PathBuf> {
        Some(cluster::log(instance).path().to_owned())
    }
}
