//! The platform's folder, and whose it is. Root never uses it: it becomes the user `attache`.

use std::convert::Infallible;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::CliError;
use crate::local::programs::{POSTGRES_BIN, VALKEY_SERVER};
use crate::local::user::{self, User};

/// What a platform and its servers get of our environment.
const ENVIRONMENT: &[&str] =
    &["PATH", "LANG", "LC_ALL", "TZ", "RUST_LOG", "RUST_BACKTRACE", POSTGRES_BIN, VALKEY_SERVER];

/// Makes the folder, for the user that will use it.
pub(super) fn prepare(platform: &Path) -> Result<(), CliError> {
    let cannot = |what: &str, error: std::io::Error| {
        CliError::failed(format!("The platform's folder {} can't be {what}: {error}.", platform.display()))
    };
    let owner = if user::is_root() { Some(platform_user(platform)?) } else { None };
    // Others pass through root's folder without seeing it: its servers' clients may be anybody.
    let mode = if owner.is_some() { 0o711 } else { 0o700 };
    DirBuilder::new().recursive(true).mode(mode).create(platform).map_err(|error| cannot("made", error))?;
    if let Some(owner) = &owner {
        owner.take_over(platform).map_err(|error| cannot("handed to the user attache", error))?;
        owner.check_way_to(&platform.join("run")).map_err(|error| CliError::failed(error.to_string()))?;
    }
    // One that was there before keeps what it has of this mode and loses everything else.
    let before = fs::metadata(platform).map_err(|error| cannot("looked at", error))?.permissions().mode();
    let private = if owner.is_some() { mode } else { before & 0o711 };
    fs::set_permissions(platform, Permissions::from_mode(private)).map_err(|error| cannot("made private", error))
}

fn platform_user(platform: &Path) -> Result<User, CliError> {
    let user = user::find(user::PLATFORM_USER).map_err(|error| CliError::failed(error.to_string()))?;
    user.check_way_to(platform).map_err(|error| CliError::failed(error.to_string()))?;
    Ok(user)
}

/// Runs this program again with these arguments in the place of this process, as the user `attache`. Comes back only when
/// that fails. The program is reached through `/proc`, because its own path may lie in a folder that only root may enter.
pub(super) fn become_platform_user(platform: &Path, arguments: &[OsString]) -> Result<Infallible, CliError> {
    let owner = platform_user(platform)?;
    let mut command = Command::new("/proc/self/exe");
    command.arg0("attache").args(arguments).current_dir("/").env_clear().env("HOME", platform).env("USER", &owner.name);
    command.envs(ENVIRONMENT.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    let error = owner.run(&mut command).exec();
    Err(CliError::failed(format!("The platform can't become the user {}: {error}.", owner.name)))
}
