//! Stopping the platform and every server, also of a platform that was killed.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::{CliError, folder, say};
use crate::config::PlatformPaths;
use crate::local::ADDONS_FOLDER;
use crate::local::catalog;
use crate::local::db::{Db, DbError, LockError, OpenError, PlatformLock, addons, has_held_state, holder};
use crate::local::engine::services::Services;
use crate::local::engine::{folder as addon_folder, stop_all};
use crate::local::services::{Instance, registry};
use crate::local::user;
use crate::model::Plan;
use crate::proc_stat::ProcStat;

/// A running step may take its time, and so may a database that writes its last pages.
const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(10);

pub(super) fn down(paths: &PlatformPaths) -> Result<ExitCode, CliError> {
    let platform = &paths.folder;
    let is_running = || holder(platform).map_err(|error| CliError::failed(error.to_string()));
    if is_running()?.is_none() && !has_held_state(platform) {
        say(&format!("No platform runs here: there is none in {}.", platform.display()))?;
        return Ok(ExitCode::SUCCESS);
    }
    if user::is_root() {
        // What is opened or written below stays the platform's own user's.
        let arguments: [OsString; 4] = ["platform".into(), "down".into(), "--folder".into(), platform.into()];
        match folder::become_platform_user(platform, &arguments)? {}
    }
    let ran = end_platform(platform)?;
    let lock = take(platform)?;
    let (stopped, warning) = stop_servers(platform)?;
    drop(lock);
    if let Some(warning) = warning {
        say(&warning)?;
    }
    if !stopped.is_empty() {
        return Err(CliError::failed(stopped.join(" ")));
    }
    say(if ran { "The platform and its servers are stopped." } else { "No platform ran; none of its servers runs." })?;
    Ok(ExitCode::SUCCESS)
}

/// Asks a running platform to stop and waits until it has. False when none ran.
fn end_platform(platform: &Path) -> Result<bool, CliError> {
    let deadline = Instant::now() + PATIENCE;
    let mut asked = None;
    loop {
        let pid = match holder(platform).map_err(|error| CliError::failed(error.to_string()))? {
            // The lock goes a little before the process that held it.
            None if !asked.is_some_and(is_there) || Instant::now() > deadline => return Ok(asked.is_some()),
            held => held.flatten(),
        };
        if let Some(pid) = pid.filter(|pid| asked != Some(*pid)) {
            if is_platform(pid) {
                let process = Pid::from_raw(pid).ok_or_else(|| CliError::failed("The lock names no process."))?;
                kill_process(process, Signal::TERM).map_err(|error| {
                    CliError::failed(format!("The platform (process {pid}) can't be asked to stop: {error}."))
                })?;
            }
            asked = Some(pid);
        }
        if Instant::now() > deadline {
            return Err(CliError {
                message: format!(
                    "The platform{} has not stopped after {} seconds. Look at its log with: attache platform logs",
                    pid.map_or_else(String::new, |pid| format!(" (process {pid})")),
                    PATIENCE.as_secs()
                ),
                code: 4,
            });
        }
        std::thread::sleep(PAUSE);
    }
}

fn is_there(pid: i32) -> bool {
    ProcStat::read(pid).is_some_and(|process| !process.has_ended)
}

/// Whether the process is one that serves a platform, not another one that got its number.
fn is_platform(pid: i32) -> bool {
    let words = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    words.split(|byte| *byte == 0).any(|word| word == b"serve" || word == b"platform:serve")
}

fn take(platform: &Path) -> Result<PlatformLock, CliError> {
    PlatformLock::take(platform).map_err(|error| match error {
        LockError::Held { .. } => {
            CliError::failed("The platform was started again meanwhile. Stop it with: attache platform down")
        }
        LockError::Unusable { .. } => CliError::failed(error.to_string()),
    })
}

/// Stops what a killed platform has left. Gives the failures, and a warning when the state could not be read.
fn stop_servers(platform: &Path) -> Result<(Vec<String>, Option<String>), CliError> {
    if !has_held_state(platform) {
        return Ok((Vec::new(), None));
    }
    let offers = catalog::offers().map_err(|error| CliError::failed(error.to_string()))?;
    let services = Services::new(platform.to_owned(), offers, &registry());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::failed(error.to_string()))?;
    runtime.block_on(async {
        match Db::open(platform) {
            Ok(db) => {
                let rows = db.read(addons::all).await;
                let rows = rows.map_err(|error: DbError| CliError::failed(error.to_string()))?;
                Ok((stop_all(&services, &rows).await, None))
            }
            // The manifests know the servers too.
            Err(error @ (OpenError::Damaged { .. } | OpenError::Lost { .. })) => {
                Ok((stop_by_manifest(platform, &services).await, Some(error.to_string())))
            }
            Err(error) => Err(CliError::failed(error.to_string())),
        }
    })
}

async fn stop_by_manifest(platform: &Path, services: &Services) -> Vec<String> {
    let mut failures = Vec::new();
    let folders = std::fs::read_dir(platform.join(ADDONS_FOLDER)).into_iter().flatten().flatten();
    for folder in folders.map(|entry| entry.path()) {
        let manifest = match addon_folder::read_manifest(&folder) {
            Ok(manifest) => manifest,
            Err(error) => {
                failures.push(format!("What runs in {} can't be told: {error}.", folder.display()));
                continue;
            }
        };
        let Some(driver) = services.driver(&manifest.service) else { continue };
        let name = manifest.name.clone();
        let instance = Instance {
            id: manifest.id,
            name: manifest.name,
            folder,
            plan: Plan::from(manifest.plan),
            settings: manifest.settings,
        };
        if let Err(error) = driver.stop(&instance).await {
            failures.push(format!("{name} could not be stopped: {}", error.message));
        }
    }
    failures
}
