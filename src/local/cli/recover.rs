//! Rebuilding a state that is damaged or lost.

use std::ffi::OsString;
use std::process::ExitCode;

use super::{CliError, folder, say};
use crate::config::PlatformPaths;
use crate::local::catalog;
use crate::local::db::{LockError, PlatformLock, has_held_state};
use crate::local::engine::services::Services;
use crate::local::services::registry;
use crate::local::{recover, user};

pub(super) fn recover(paths: &PlatformPaths) -> Result<ExitCode, CliError> {
    let platform = &paths.folder;
    if user::is_root() && has_held_state(platform) {
        // What is written below stays the platform's own user's.
        let arguments: [OsString; 4] = ["platform".into(), "recover".into(), "--folder".into(), platform.into()];
        match folder::become_platform_user(platform, &arguments)? {}
    }
    if !has_held_state(platform) {
        return Err(CliError::failed(recover::RecoverError::Nothing(platform.display().to_string()).to_string()));
    }
    let lock = PlatformLock::take(platform).map_err(|error| match error {
        LockError::Held { pid, .. } => {
            let process = pid.map_or_else(String::new, |pid| format!(" (process {pid})"));
            CliError::failed(format!(
                "A platform runs on {}{process}: its state is in use, so nothing was changed. Stop it first with: attache platform down",
                platform.display()
            ))
        }
        LockError::Unusable { .. } => CliError::failed(error.to_string()),
    })?;
    let offers = catalog::offers().map_err(|error| CliError::failed(error.to_string()))?;
    let services = Services::new(platform.clone(), offers, &registry());
    let lines = recover::recover(platform, &services).map_err(|error| CliError::failed(error.to_string()))?;
    drop(lock);
    lines.iter().try_for_each(|line| say(line))?;
    Ok(ExitCode::SUCCESS)
}
