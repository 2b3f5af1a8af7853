//! Service drivers: one file or folder per service, registered once.

mod disk;
pub mod object_storage;
pub mod postgresql;
mod program;
pub mod release_log;
pub mod secrets;
pub mod valkey;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::local::programs::Places;
pub use crate::local::step::Step;
pub use crate::local::step_error::StepError;
use crate::model::{Endpoint, Health, Plan, Progress};

/// All drivers, in the order of the catalog: one line each.
pub fn registry() -> Vec<Arc<dyn Driver>> {
    let places = Places::here();
    vec![
        Arc::new(postgresql::PostgreSql::new(places.clone())),
        Arc::new(valkey::Valkey::new(places)),
        Arc::new(object_storage::ObjectStorage::new()),
        Arc::new(release_log::ReleaseLog),
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

    /// The named steps of provisioning, in order, from the first one in its folder to the one that uses it the way an app would.
    fn steps(&self) -> &'static [Step];

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
    async fn run_step(&self, step: Step, instance: &Instance) -> Result<String, StepError>;

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

    /// Where it listens; `None` when it listens nowhere.
    fn endpoint(&self, instance: &Instance) -> Option<Endpoint>;

    /// The bare variables with their values, in the order of [`Driver::config_vars`].
    fn values(&self, instance: &Instance) -> Vec<(&'static str, SecretString)>;

    /// The server's own log file, where it has one.
    fn log_file(&self, instance: &Instance) -> Option<PathBuf>;

    /// What an add-on's folder holds once it was made, as paths in it. Where one is missing, the folder is not whole.
    fn essentials(&self) -> &'static [&'static str] {
        &[]
    }

    /// Tells it of releases of the apps that it is attached to, oldest first, once they are durable. Called for the service
    /// [`release_log::SERVICE`] alone. After a crash, or an error, it is told again, from the same release on.
    async fn released(&self, instance: &Instance, releases: &[Noted]) -> Result<(), StepError> {
        let _ = (instance, releases);
        Ok(())
    }

    /// How backups of an add-on on this plan are written, or the sentence why there are none.
    fn backup_format(&self, plan: &Plan) -> Result<BackupFormat, String> {
        let _ = plan;
        Err(format!("{} has no backups.", self.service()))
    }

    /// Writes a consistent copy of the data of a running add-on to `file`, which is not there yet, in a folder that is
    /// (0700). Tells `progress` as it goes. When the future is dropped, what it started ends. A copy that an earlier process
    /// of ours began, and that may still be written to a file of that name, is ended first.
    async fn copy(&self, instance: &Instance, file: &Path, progress: &Tally) -> Result<String, StepError> {
        let _ = (instance, file, progress);
        Err(StepError::plain(format!("{} has no backups.", self.service())))
    }

    /// Reads all of a copy with the server's own tool; also of a file that somebody brought, and of an add-on that is gone.
    /// The sentence says what is in it. `scratch` is a private folder for what the tool needs, removed by the caller.
    async fn check_copy(&self, file: &Path, scratch: &Path) -> Result<String, StepError> {
        let _ = (file, scratch);
        Err(StepError::plain(format!("{} has no backups.", self.service())))
    }

    /// Fills a new add-on, whose steps have all ended, from a checked copy, as the add-on's own unprivileged role. Called again after a
    /// crash it begins anew: nothing of an earlier try is left. Fails where the data does not fit the plan.
    async fn load(&self, instance: &Instance, file: &Path, progress: &Tally) -> Result<String, StepError> {
        let _ = (instance, file, progress);
        Err(StepError::plain(format!("{} has no backups.", self.service())))
    }

    /// Ends whatever an earlier process of ours left running for this add-on's copies, such as a `pg_dump`: called when the
    /// platform starts, and by `platform down`. `backups` is the folder of its copies.
    async fn end_leftovers(&self, instance: &Instance, backups: &Path) -> Result<(), StepError> {
        let _ = (instance, backups);
        Ok(())
    }

    /// What the add-on uses just now. Figures that a limit of the plan is about bear that limit's name.
    async fn usage(&self, instance: &Instance) -> Result<Vec<Counted>, StepError> {
        let _ = instance;
        Ok(Vec::new())
    }

    /// Whether what the add-on holds fits another plan: a sentence why not.
    async fn check_fit(&self, instance: &Instance, plan: &Plan) -> Result<String, StepError> {
        let _ = (instance, plan);
        Err(StepError::plain(format!("The plan of {} can't be changed.", self.service())))
    }

    /// Whether another plan needs the server to be stopped and resumed before [`Driver::apply_plan`]. False: that alone makes
    /// the plan true in the running server, so the engine takes neither step, and what is only in memory stays there.
    fn restarts_for_plan(&self) -> bool {
        true
    }

    /// Makes true in the running server what [`Driver::resume`] with the new plan has not done already, such as limits of a
    /// role. May be called again.
    async fn apply_plan(&self, instance: &Instance) -> Result<String, StepError> {
        let _ = instance;
        Ok("Nothing to do.".to_owned())
    }

    /// Gives the running server `instance.settings.password`, which is new and durable already, in place of whatever it had;
    /// the old one is refused from now on and what came in with it is ended. May be called again.
    async fn change_password(&self, instance: &Instance) -> Result<String, StepError> {
        let _ = instance;
        Err(StepError::plain(format!("{} has no password to change.", self.service())))
    }
}

/// One release of an app, as an add-on is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// When it was made, in the words of the timeline.
    pub at: String,
    /// The app's name then.
    pub app: String,
    /// Its number.
    pub version: i64,
    /// What changed.
    pub description: String,
    /// Who made it.
    pub by: String,
}

/// How a service writes its backups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupFormat {
    /// How the file ends, without the dot: `pgdump`, `rdb`, `tar`.
    pub extension: &'static str,
    /// What is in it, for people: `pg_dump custom format`.
    pub name: &'static str,
}

/// One thing that a driver counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// What, by the name of the plan's limit where there is one: `connections`, `storage`, `memory`, `keys`, `objects`.
    pub name: &'static str,
    /// How much.
    pub value: u64,
    /// `count` or `bytes`.
    pub unit: &'static str,
}

/// How far a copy is, told by the driver while it goes on and read by whoever asks. Cheap to clone; all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Tally(Arc<Mutex<Progress>>);

impl Tally {
    /// Changes what is told.
    pub fn tell(&self, change: impl FnOnce(&mut Progress)) {
        // A progress is whole between any two statements.
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What was told last.
    pub fn now(&self) -> Progress {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
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
