//! `release-log`: a line for each release of the apps it is attached to, in a file of its own, which is its log. It gives
//! apps no variables, keeps no backups and listens nowhere; it is a part of the platform's process.

mod file;

use std::path::PathBuf;

use async_trait::async_trait;
use secrecy::SecretString;

use super::{Availability, Counted, Driver, Instance, Noted, Settings, Step, StepError};
use crate::model::{Endpoint, Health};

/// The service's name.
pub const SERVICE: &str = "release-log";

/// The driver of the service `release-log`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReleaseLog;

#[async_trait]
impl Driver for ReleaseLog {
    fn service(&self) -> &'static str {
        SERVICE
    }

    fn availability(&self) -> Availability {
        Availability::Available { program: None }
    }

    fn config_vars(&self) -> &'static [&'static str] {
        &[]
    }

    fn steps(&self) -> &'static [Step] {
        &[Step::CreateStore, Step::Check]
    }

    fn allocate(&self, _addon_name: &str, _port: u16) -> Settings {
        let nothing = || SecretString::from(String::new());
        Settings {
            port: 0,
            user: String::new(),
            password: nothing(),
            admin_password: nothing(),
            database: String::new(),
        }
    }

    fn needs_port(&self) -> bool {
        false
    }

    async fn run_step(&self, step: Step, instance: &Instance) -> Result<String, StepError> {
        match step {
            Step::CreateStore => {
                file::create(&path(instance))?;
                Ok("Made an empty log.".to_owned())
            }
            Step::Check => {
                file::check(&path(instance))?;
                Ok("The log can be written.".to_owned())
            }
            other => Err(StepError::plain(format!("The release log has no step named {other}."))),
        }
    }

    async fn resume(&self, instance: &Instance) -> Result<String, StepError> {
        file::check(&path(instance))?;
        Ok("Opened the log.".to_owned())
    }

    async fn probe(&self, instance: &Instance) -> Health {
        file::check(&path(instance)).map_or_else(Health::from, |()| Health::Ok)
    }

    async fn stop(&self, _: &Instance) -> Result<(), StepError> {
        Ok(())
    }

    async fn retire(&self, _: &Instance) -> Result<(), StepError> {
        Ok(())
    }

    fn endpoint(&self, _: &Instance) -> Option<Endpoint> {
        None
    }

    fn values(&self, _: &Instance) -> Vec<(&'static str, SecretString)> {
        Vec::new()
    }

    fn log_file(&self, instance: &Instance) -> Option<PathBuf> {
        Some(path(instance))
    }

    async fn usage(&self, instance: &Instance) -> Result<Vec<Counted>, StepError> {
        Ok(vec![Counted { name: "storage", value: file::size(&path(instance))?, unit: "bytes" }])
    }

    async fn released(&self, instance: &Instance, releases: &[Noted]) -> Result<(), StepError> {
        file::append(&path(instance), &releases.iter().map(line).collect::<Vec<_>>())
    }
}

fn path(instance: &Instance) -> PathBuf {
    instance.folder.join("releases.log")
}

fn line(release: &Noted) -> String {
    let Noted { at, app, version, description, by } = release;
    crate::model::printable(&format!("{at} {app} v{version} {description} (by {by})"))
}
