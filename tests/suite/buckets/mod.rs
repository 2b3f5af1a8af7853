//! The object storage over HTTP: by boto3, as a driver, and killed.

mod backups;
mod durability;
mod lifecycle;
mod server;

use std::process::Command;

use attache::local::services::Driver as _;
use attache::local::services::object_storage::ObjectStorage;
use secrecy::ExposeSecret as _;

use self::server::{new_instance, provision};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/buckets/operations.py");

/// The distribution's Python where it has boto3, else the one on PATH.
fn python_with_boto3() -> &'static str {
    for python in ["/usr/bin/python3", "python3"] {
        let found = Command::new(python).args(["-c", "import boto3"]).output();
        if found.is_ok_and(|output| output.status.success()) {
            return python;
        }
    }
    panic!("This test needs boto3. Install it with: sudo apt install python3-boto3");
}

#[tokio::test(flavor = "multi_thread")]
async fn boto3_finds_everything_that_an_app_needs() {
    let python = python_with_boto3();
    let folder = tempfile::tempdir().unwrap();
    let storage = ObjectStorage::new();
    storage.open(0).await.unwrap();
    let mut command = Command::new(python);
    command.args(["-B", SCRIPT]).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    for (prefix, name) in [("", "uploads"), ("OTHER_", "media")] {
        let instance = new_instance(&storage, &folder.path().join(name), name);
        provision(&storage, &instance).await;
        for (name, value) in storage.values(&instance) {
            command.env(format!("{prefix}{name}"), value.expose_secret());
        }
    }
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("checks passed"), "{said}\n{errors}");
    storage.close().await;
}
