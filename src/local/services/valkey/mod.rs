//! Valkey: keys and values in memory, a server of its own for each add-on, by `valkey-server` or `redis-server`.

mod client;
mod config;
mod server;

use std::path::PathBuf;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};

use super::program::ServerProgram;
use super::{Availability, Driver, Instance, Settings, Step, StepError, secrets};
use crate::local::programs::Places;
use crate::model::{Endpoint, Health};

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

    fn endpoint(&self, instance: &Instance) -> Endpoint {
        instance.own_endpoint()
    }

    fn values(&self, instance: &Instance) -> Vec<(&'static str, SecretString)> {
        let Settings { port, user, password, database, .. } = &instance.settings;
        let url = format!("redis://{user}:{}@127.0.0.1:{port}/{database}", password.expose_secret());
        vec![("REDIS_URL", url.into())]
    }

    fn restarts_for_plan(&self) -> bool {
        false
    }

    fn log_file(&self, instance: &Instance) -> Option<PathBuf> {
        Some(server::log(instance).path().to_owned())
    }
}
