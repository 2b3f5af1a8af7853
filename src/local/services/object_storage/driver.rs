//! Provisioning buckets.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use hyper::StatusCode;
use secrecy::SecretString;

use super::client::Answer;
use super::s3::REGION;
use super::server::HOST_ID;
use super::store::{StoreError, Swept};
use super::{ObjectStorage, backups, data_folder, keys};
use crate::local::services::{
    Availability, BackupFormat, Counted, Driver, Instance, Settings, Step, StepError, Tally, limit,
};
use crate::model::{Endpoint, Health, Plan};

/// In the order shown.
const CONFIG_VARS: &[&str] = &[
    "S3_BUCKET",
    "AWS_S3_BUCKET",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_S3_REGION",
    "AWS_S3_URL",
    "S3_FORCE_PATH_STYLE",
];

const STEPS: &[Step] = &[Step::CreateStore, Step::RegisterKeys, Step::Check];

#[async_trait]
impl Driver for ObjectStorage {
    fn service(&self) -> &'static str {
        "object-storage"
    }

    fn availability(&self) -> Availability {
        Availability::Available { program: None }
    }

    fn config_vars(&self) -> &'static [&'static str] {
        CONFIG_VARS
    }

    fn steps(&self) -> &'static [Step] {
        STEPS
    }

    fn allocate(&self, addon_name: &str, port: u16) -> Settings {
        Settings {
            port,
            user: keys::access_key(),
            password: SecretString::from(keys::secret_key()),
            // The platform reaches a bucket with the bucket's own keys: there is no second role.
            admin_password: SecretString::from(String::new()),
            database: keys::bucket_name(addon_name),
        }
    }

    fn needs_port(&self) -> bool {
        false
    }

    fn shares_port(&self) -> bool {
        true
    }

    async fn open(&self, port: u16) -> Result<(), StepError> {
        match self.listen(port).await {
            Ok(_) => Ok(()),
            Err(error) => Err(StepError {
                message: format!("The object storage can't listen on 127.0.0.1:{port}: {error}."),
                log: Vec::new(),
                port_taken: error.kind() == std::io::ErrorKind::AddrInUse,
            }),
        }
    }

    async fn close(&self) {
        self.shut_down().await;
    }

    async fn run_step(&self, step: Step, instance: &Instance) -> Result<String, StepError> {
        let bucket = &instance.settings.database;
        match step {
            Step::CreateStore => {
                self.open_store(instance, true).await?;
                Ok(format!("Made the storage of bucket {bucket}."))
            }
            Step::RegisterKeys => {
                // Made or served before, unless the platform was restarted in between.
                self.open_store(instance, true).await?;
                Ok(format!("Bucket {bucket} opens with its own key pair at {}.", self.url()))
            }
            Step::Check => {
                self.open_store(instance, true).await?;
                self.check(instance).await
            }
            other => Err(failed(format!("The object storage has no step named {other}."))),
        }
    }

    async fn resume(&self, instance: &Instance) -> Result<String, StepError> {
        let bucket = &instance.settings.database;
        let mut said = match self.open_store(instance, false).await? {
            None => format!("Bucket {bucket} is being served."),
            Some(Swept { orphans: 0, .. }) => format!("Opened bucket {bucket}."),
            Some(Swept { orphans, .. }) => {
                format!("Opened bucket {bucket} and removed {orphans} unfinished files that a crash left.")
            }
        };
        if let Some(lost) = self.lost(instance) {
            said = format!("{said} {lost}");
        }
        Ok(said)
    }

    async fn probe(&self, instance: &Instance) -> Health {
        if let Some(lost) = self.lost(instance) {
            return Health::Failing(lost.into());
        }
        match self.client(&instance.settings).send("HEAD", None, "").await {
            Err(sentence) => Health::Failing(sentence.into()),
            Ok(answer) if !self.is_ours(&answer) => {
                Health::Failing(format!("Another program answers at {}.", self.url()).into())
            }
            Ok(answer) if answer.status == StatusCode::OK => Health::Ok,
            Ok(answer) if answer.status == StatusCode::NOT_FOUND => Health::Failing(
                format!(
                    "Bucket {} was deleted with its own key. CreateBucket with the same key makes it again, empty.",
                    instance.settings.database
                )
                .into(),
            ),
            Ok(answer) => {
                Health::Failing(format!("The bucket's own key gets {} at {}.", answer.status, self.url()).into())
            }
        }
    }

    async fn stop(&self, instance: &Instance) -> Result<(), StepError> {
        self.tenants.remove(&instance.settings.user);
        Ok(())
    }

    async fn retire(&self, instance: &Instance) -> Result<(), StepError> {
        self.tenants.remove(&instance.settings.user);
        Ok(())
    }

    fn endpoint(&self, instance: &Instance) -> Option<Endpoint> {
        Some(Endpoint {
            host: "127.0.0.1".to_owned(),
            port: self.port(),
            database: Some(instance.settings.database.clone()),
            user: Some(instance.settings.user.clone()),
        })
    }

    fn values(&self, instance: &Instance) -> Vec<(&'static str, SecretString)> {
        let settings = &instance.settings;
        let (url, bucket) = (self.url(), settings.database.as_str());
        let bucket_url = format!("{url}/{bucket}");
        let value = |name: &str| match name {
            "S3_BUCKET" | "AWS_S3_BUCKET" => SecretString::from(bucket),
            "AWS_ACCESS_KEY_ID" => SecretString::from(settings.user.as_str()),
            "AWS_SECRET_ACCESS_KEY" => settings.password.clone(),
            "AWS_ENDPOINT_URL" | "AWS_ENDPOINT_URL_S3" => SecretString::from(url.as_str()),
            "AWS_S3_URL" => SecretString::from(bucket_url.as_str()),
            "S3_FORCE_PATH_STYLE" => SecretString::from("true"),
            _ => SecretString::from(REGION),
        };
        CONFIG_VARS.iter().map(|name| (*name, value(name))).collect()
    }

    fn restarts_for_plan(&self) -> bool {
        false
    }

    fn essentials(&self) -> &'static [&'static str] {
        &["data/index.sqlite"]
    }

    fn log_file(&self, _: &Instance) -> Option<PathBuf> {
        None
    }

    fn backup_format(&self, plan: &Plan) -> Result<BackupFormat, String> {
        match limit(plan, "backups") {
            Some(_) => Ok(BackupFormat { extension: "tar", name: "tar of files and an index" }),
            None => Err(format!("The plan {} keeps no backups.", plan.name)),
        }
    }

    async fn copy(&self, instance: &Instance, file: &Path, progress: &Tally) -> Result<String, StepError> {
        self.back_up(instance, file, progress).await
    }

    async fn check_copy(&self, file: &Path, _: &Path) -> Result<String, StepError> {
        backups::check(file).await
    }

    async fn load(&self, instance: &Instance, file: &Path, progress: &Tally) -> Result<String, StepError> {
        self.fill(instance, file, progress).await
    }

    async fn usage(&self, instance: &Instance) -> Result<Vec<Counted>, StepError> {
        self.measure(instance).await
    }

    async fn check_fit(&self, instance: &Instance, plan: &Plan) -> Result<String, StepError> {
        self.fits(instance, plan).await
    }

    async fn change_password(&self, instance: &Instance) -> Result<String, StepError> {
        self.rekey(instance).await
    }
}

impl ObjectStorage {
    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port())
    }

    fn is_ours(&self, answer: &Answer) -> bool {
        let said = answer.headers.get(HOST_ID).and_then(|value| value.to_str().ok());
        self.server().is_some_and(|server| said == Some(server.host_id.as_str()))
    }

    async fn open_store(&self, instance: &Instance, create: bool) -> Result<Option<Swept>, StepError> {
        self.register(instance, create).await.map_err(|error| {
            let folder = data_folder(&instance.folder);
            let advice = match error {
                StoreError::Full => "Free some space and try again.",
                _ => "Look at the folder's files and rights.",
            };
            failed(format!(
                "The storage of bucket {} in {} can't be opened: {error} {advice}",
                instance.settings.database,
                folder.display()
            ))
        })
    }

    /// What is missing from the folder, in a sentence.
    fn lost(&self, instance: &Instance) -> Option<String> {
        let tenant = self.tenants.by_access_key(&instance.settings.user)?;
        match tenant.lost {
            0 => None,
            lost => Some(format!(
                "{lost} files of bucket {} are missing from {}; reading their objects fails.",
                tenant.bucket,
                data_folder(&instance.folder).display()
            )),
        }
    }

    /// Puts, gets and deletes an object the way an app would.
    async fn check(&self, instance: &Instance) -> Result<String, StepError> {
        let client = self.client(&instance.settings);
        let (key, body) = (format!(".attache-check-{}", keys::random_hex()), keys::random_hex());
        let mut put = None;
        for (method, sent, wanted) in [
            ("PUT", body.as_str(), StatusCode::OK),
            ("GET", "", StatusCode::OK),
            ("DELETE", "", StatusCode::NO_CONTENT),
        ] {
            let answer = client.send(method, Some(&key), sent.to_owned()).await.map_err(failed)?;
            if !self.is_ours(&answer) {
                return Err(failed(format!("Another program answers at {}.", self.url())));
            }
            if answer.status != wanted {
                let log = String::from_utf8_lossy(&answer.body).lines().map(crate::model::printable).collect();
                let message =
                    format!("{method} of an object in {} was answered with {}.", client.bucket, answer.status);
                return Err(StepError { log, ..failed(message) });
            }
            if method == "GET" {
                put = Some(answer.body);
            }
        }
        if put.as_deref() != Some(body.as_bytes()) {
            return Err(failed(format!("An object put into {} came back with other bytes.", client.bucket)));
        }
        Ok(format!("Put, got and deleted an object in bucket {}.", client.bucket))
    }
}

fn failed(message: String) -> StepError {
    StepError { message, log: Vec::new(), port_taken: false }
}
