//! Service drivers: one file or folder per service, registered once.

pub mod object_storage;
pub mod postgresql;
mod program;
pub mod secrets;
pub mod valkey;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::local::programs::Places;
pub use crate::local::step_error::StepError;
use crate::model::{Endpoint, Health, Plan};

/// All drivers, in the order of the catalog: one line each.
pub fn registry() -> Vec<Arc<dyn Driver>> {
    let places = Places::here();
    vec![
        Arc::new(postgresql::PostgreSql::new(places.clone())),
        Arc::new(valkey::Valkey::new(places)),
        Arc::new(object_storage::ObjectStorage::new()),
    ]
}

/// Whether a service can be had on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Availability {
    /// It can.
    Available {
        /// The server program and its version, such as `/usr/lib/postgresql/15/bin/postgres 15.18`; none for what runs in this process.
        program: Option<String>,
    },
    /// It can't: a sentence with where was looked and the install line for this distribution.
    Missing(String),
}

/// What a driver needs to know of one add-on; durable in the platform's state file before any step runs.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The add-on's id; also its folder's name.
    pub id: String,
    /// The add-on's name.
    pub name: String,
    /// Its own folder, 0700, with `manifest.json` written by the engine; the driver owns the rest of it.
    pub folder: PathBuf,
    /// The plan, with its limits.
    pub plan: Plan,
    /// What the driver decided for it: port, names, secrets. Written by [`Driver::allocate`], durable before it is used.
    pub settings: Settings,
}

impl Instance {
    /// Where an add-on with a server of its own is reached.
    fn own_endpoint(&self) -> Endpoint {
        Endpoint {
            host: "127.0.0.1".to_owned(),
            port: self.settings.port,
            database: Some(self.settings.database.clone()),
            user: Some(self.settings.user.clone()),
        }
    }
}

/// What a driver decided for one add-on. Kept in the state file (0600), never in events, logs, errors or argv.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// The TCP port on 127.0.0.1; 0 for a service inside this process, which has a shared one.
    pub port: u16,
    /// The user that the variables name; the access key of a bucket.
    pub user: String,
    /// Its password; the secret key of a bucket.
    #[serde(with = "secret_text")]
    pub password: SecretString,
    /// The password of the platform's own role in the service.
    #[serde(with = "secret_text")]
    pub admin_password: SecretString,
    /// The database or bucket.
    pub database: String,
}

/// One kind of service. All methods may be called again after a crash at any point and must then finish the job.
#[async_trait]
pub trait Driver: Send + Sync {
    /// The service's name: `postgresql`.
    fn service(&self) -> &'static str;

    /// Whether it can be had here. Cheap: found once, then remembered.
    fn availability(&self) -> Availability;

    /// The bare names of the variables that an app gets, in the order shown.
    fn config_vars(&self) -> &'static [&'static str];

    /// The named steps of provisioning, in order, such as `init_cluster`, `start_server`, `create_role`, `create_database`, `check`.
    fn steps(&self) -> &'static [&'static str];

    /// Decides secrets and names for a new add-on. `port` was allocated by the engine.
    fn allocate(&self, addon_name: &str, port: u16) -> Settings;

    /// Whether each add-on has a port of its own.
    fn needs_port(&self) -> bool;

    /// Whether the service has one port for all of its add-ons, inside this process. The engine allocates it once, keeps it
    /// over restarts and gives it to [`Driver::open`].
    fn shares_port(&self) -> bool {
        false
    }

    /// Called once when the platform starts, before any step or resume: what the service does for all of its add-ons, such as
    /// listening on `port` (0 for one that shares none). Not called by `platform down` for a platform that was killed, where
    /// [`Driver::stop`] must work without it. `port_taken` in the error asks for another port.
    async fn open(&self, port: u16) -> Result<(), StepError> {
        let _ = port;
        Ok(())
    }

    /// Called once when the platform ends in order, after every add-on was stopped.
    async fn close(&self) {}

    /// Runs one named step; returns a sentence for the timeline. After an error with `port_taken` the same step is called
    /// again with another `settings.port`, so the step that starts the server also writes the port wherever it stands.
    async fn run_step(&self, step: &str, instance: &Instance) -> Result<String, StepError>;

    /// After a restart of the platform, and when a probe failed: adopts the running server if it is truly this add-on's, or
    /// starts it again. `port_taken` in the error brings another call with another `settings.port`.
    async fn resume(&self, instance: &Instance) -> Result<String, StepError>;

    /// Asks the service itself whether it works; checks that the server that answers is this add-on's own. What it says of a
    /// failing one has no full stop: it goes into a sentence.
    async fn probe(&self, instance: &Instance) -> Health;

    /// That its server does not run, with what its log ends with; `None` when it runs, or when it has no process of its own. A
    /// server that runs and does not answer has not ended.
    fn ended(&self, instance: &Instance) -> Option<StepError> {
        let _ = instance;
        None
    }

    /// Stops the server and waits until it is gone; the data stays. Nothing to do when none runs. Also called from another
    /// process than the one that started the server, so it is found through its pid file.
    async fn stop(&self, instance: &Instance) -> Result<(), StepError>;

    /// Stops the server for good, without a last save, and waits until it is gone. The engine then removes the folder. Also
    /// called for an add-on whose provisioning never got beyond any given step.
    async fn retire(&self, instance: &Instance) -> Result<(), StepError>;

    /// Where it listens.
    fn endpoint(&self, instance: &Instance) -> Endpoint;

    /// The bare variables with their values, in the order of [`Driver::config_vars`].
    fn values(&self, instance: &Instance) -> Vec<(&'static str, SecretString)>;

    /// The server's own log file, where it has one.
    fn log_file(&self, instance: &Instance) -> Option<PathBuf>;
}

/// The value of a plan's limit, by the catalog's name for it.
pub fn limit(plan: &Plan, name: &str) -> Option<u64> {
    plan.limits.iter().find(|limit| limit.name == name).map(|limit| limit.value)
}

/// Secrets are written to the state file only; this is the one place where they become text for it.
mod secret_text {
    use secrecy::{ExposeSecret, SecretString};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose_secret())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
        String::deserialize(deserializer).map(SecretString::from)
    }
}
