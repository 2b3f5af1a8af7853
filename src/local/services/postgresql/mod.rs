//! PostgreSQL: a cluster of its own for each add-on, run by the machine's own server programs.

mod archive;
mod cluster;
mod config;
mod copy;
mod load;
mod roles;
mod sql;
mod tool;
mod usage;

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};

use super::program::ServerProgram;
use super::{Availability, BackupFormat, Counted, Driver, Instance, Settings, Step, StepError, Tally, secrets};
use crate::local::programs::Places;
use crate::model::{Endpoint, Health, Plan};

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
            Step::CreateRole => roles::create_role(&cluster).await,
            Step::CreateDatabase => roles::create_database(&cluster).await,
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

    fn endpoint(&self, instance: &Instance) -> Option<Endpoint> {
        Some(instance.own_endpoint())
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

    fn backup_format(&self, _plan: &Plan) -> Result<BackupFormat, String> {
        // Where there is no server at all, that is told in its own place.
        if let Ok(server) = self.program.get() {
            for name in [tool::DUMP, tool::RESTORE] {
                tool::beside(server, name).map_err(|error| error.message)?;
            }
        }
        Ok(BackupFormat { extension: "pgdump", name: "pg_dump custom format" })
    }

    async fn copy(&self, instance: &Instance, file: &Path, progress: &Tally) -> Result<String, StepError> {
        copy::copy(&self.cluster(instance)?, file, progress).await
    }

    async fn check_copy(&self, file: &Path, scratch: &Path) -> Result<String, StepError> {
        // The newest here: it also reads what its older ones have written.
        archive::check(&tool::beside(self.program.get()?, tool::RESTORE)?, file, scratch).await
    }

    async fn load(&self, instance: &Instance, file: &Path, progress: &Tally) -> Result<String, StepError> {
        load::load(&self.cluster(instance)?, file, progress).await
    }

    async fn end_leftovers(&self, instance: &Instance, backups: &Path) -> Result<(), StepError> {
        copy::end_tools(&cluster::real_folder(instance), backups).await
    }

    async fn usage(&self, instance: &Instance) -> Result<Vec<Counted>, StepError> {
        usage::usage(&self.cluster(instance)?).await
    }

    async fn check_fit(&self, instance: &Instance, plan: &Plan) -> Result<String, StepError> {
        usage::check_fit(&self.cluster(instance)?, plan).await
    }

    async fn apply_plan(&self, instance: &Instance) -> Result<String, StepError> {
        roles::create_role(&self.cluster(instance)?).await
    }

    async fn change_password(&self, instance: &Instance) -> Result<String, StepError> {
        roles::change_password(&self.cluster(instance)?).await
    }
}
