//! Valkey: keys and values in memory, a server of its own for each add-on, by `valkey-server` or `redis-server`.

mod check;
mod client;
mod config;
mod files;
mod load;
mod plan;
mod save;
mod server;

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};

use super::program::ServerProgram;
use super::{Availability, BackupFormat, Counted, Driver, Instance, Settings, Step, StepError, Tally, limit, secrets};
use crate::local::programs::Places;
use crate::model::{Endpoint, Health, Plan};

/// The driver of the service `valkey`.
#[derive(Debug)]
pub struct Valkey {
    program: ServerProgram,
}

impl Valkey {
    /// A driver that takes the server program from these places.
    pub fn new(places: Places) -> Self {
        Self { program: ServerProgram::new(places, Places::valkey) }
    }
}

#[async_trait]
impl Driver for Valkey {
    fn service(&self) -> &'static str {
        "valkey"
    }

    fn availability(&self) -> Availability {
        self.program.availability()
    }

    fn config_vars(&self) -> &'static [&'static str] {
        &["REDIS_URL"]
    }

    fn steps(&self) -> &'static [Step] {
        &[Step::Configure, Step::StartServer, Step::Check]
    }

    fn allocate(&self, _addon_name: &str, port: u16) -> Settings {
        Settings {
            port,
            user: config::APP.to_owned(),
            password: secrets::password(),
            admin_password: secrets::password(),
            database: "0".to_owned(),
        }
    }

    fn needs_port(&self) -> bool {
        true
    }

    async fn run_step(&self, step: Step, instance: &Instance) -> Result<String, StepError> {
        let program = self.program.get()?;
        match step {
            Step::Configure => server::configure(instance, program),
            Step::StartServer => server::ensure_running(instance, program).await,
            Step::Check => client::check(instance).await,
            other => Err(StepError::plain(format!("Valkey has no step {other:?}."))),
        }
    }

    async fn resume(&self, instance: &Instance) -> Result<String, StepError> {
        let program = self.program.get()?;
        server::ensure_running(instance, program).await
    }

    async fn probe(&self, instance: &Instance) -> Health {
        client::probe(instance).await.map_or_else(Health::from, |()| Health::Ok)
    }

    fn ended(&self, instance: &Instance) -> Option<StepError> {
        server::ended(instance)
    }

    async fn stop(&self, instance: &Instance) -> Result<(), StepError> {
        server::stop(instance).await
    }

    async fn retire(&self, instance: &Instance) -> Result<(), StepError> {
        server::retire(instance).await
    }

    fn endpoint(&self, instance: &Instance) -> Option<Endpoint> {
        Some(instance.own_endpoint())
    }

    fn values(&self, instance: &Instance) -> Vec<(&'static str, SecretString)> {
        let Settings { port, user, password, database, .. } = &instance.settings;
        let url = format!("redis://{user}:{}@127.0.0.1:{port}/{database}", password.expose_secret());
        vec![("REDIS_URL", url.into())]
    }

    fn restarts_for_plan(&self) -> bool {
        false
    }

    fn essentials(&self) -> &'static [&'static str] {
        &["valkey.conf", "data"]
    }

    fn log_file(&self, instance: &Instance) -> Option<PathBuf> {
        Some(server::log(instance).path().to_owned())
    }

    fn backup_format(&self, plan: &Plan) -> Result<BackupFormat, String> {
        match limit(plan, "backups") {
            Some(_) => Ok(BackupFormat { extension: "rdb", name: "RDB file" }),
            None => Err(format!("The plan {} keeps nothing of what is in memory, so it has no backups.", plan.name)),
        }
    }

    async fn copy(&self, instance: &Instance, file: &Path, progress: &Tally) -> Result<String, StepError> {
        save::copy(instance, file, progress).await
    }

    async fn check_copy(&self, file: &Path, scratch: &Path) -> Result<String, StepError> {
        let contents = check::check(self.program.get()?, file, &scratch.join("check.log")).await?;
        let checksum = if contents.has_checksum { "its checksum is right" } else { "it was saved without a checksum" };
        Ok(format!("Read {} keys; {checksum}.", contents.keys))
    }

    async fn load(&self, instance: &Instance, file: &Path, progress: &Tally) -> Result<String, StepError> {
        load::load(instance, self.program.get()?, file, progress).await
    }

    async fn end_leftovers(&self, instance: &Instance, _: &Path) -> Result<(), StepError> {
        save::end_leftovers(instance).await
    }

    async fn usage(&self, instance: &Instance) -> Result<Vec<Counted>, StepError> {
        plan::usage(instance).await
    }

    async fn check_fit(&self, instance: &Instance, plan: &Plan) -> Result<String, StepError> {
        plan::check_fit(instance, plan).await
    }

    async fn apply_plan(&self, instance: &Instance) -> Result<String, StepError> {
        plan::apply(instance, self.program.get()?).await
    }

    async fn change_password(&self, instance: &Instance) -> Result<String, StepError> {
        // In the file first: a server that ends in between starts with the new one.
        server::configure(instance, self.program.get()?)?;
        let mut admin = client::Admin::connect(instance).await?;
        load::let_app_in(instance, &mut admin).await?;
        let ended: u64 = admin.ask(&["CLIENT", "KILL", "USER", config::APP]).await?;
        Ok(format!("User {} has a new password; {ended} connections with the old one were ended.", config::APP))
    }
}
