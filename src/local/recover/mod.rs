//! Rebuilding a lost or damaged state from what lies beside it: the manifests of add-ons and backups, and the snapshot of
//! everything else. Nothing is ever deleted or overwritten: the old state is moved aside, the new one is made whole in a file of its own.

mod aside;
mod found;
mod rebuild;
mod told;

use std::fs::{self, File};
use std::io;
use std::path::Path;

use crate::local::db::{self, Db, OpenError, STATE_FILE};
use crate::local::engine::services::Services;

use found::Found;

/// The new state until it is whole.
const NEW: &str = "state.db.new";

/// Why nothing was rebuilt. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// There is nothing to repair.
    #[error(
        "The platform's state in {0} is good, so nothing was changed. Start the platform with: attache platform up"
    )]
    Good(String),
    /// There is nothing to rebuild it from.
    #[error("There is no platform in {0}: no state, no add-ons and no backups. Start one with: attache platform up")]
    Nothing(String),
    /// The state can't be used, for a reason that rebuilding it does not mend.
    #[error("{0}")]
    Unusable(OpenError),
    /// A file could not be written or moved.
    #[error("{0}")]
    Failed(String),
}

/// Rebuilds the state of a platform that does not run; its folder is locked by the caller. Gives what to tell about it,
/// line by line. Called again it finds a good state, also after a crash at any point.
///
/// # Errors
/// When the state is good, or nothing could be done.
pub fn recover(platform: &Path, services: &Services) -> Result<Vec<String>, RecoverError> {
    let why = verdict(platform)?;
    let found = Found::look(platform, services);
    let path = platform.join(NEW);
    // Ours: left by an earlier try that was cut off before it moved anything.
    remove_if_there(&path).map_err(|error| failed(&path, &error))?;
    remove_if_there(&platform.join(format!("{NEW}-journal"))).map_err(|error| failed(&path, &error))?;
    let built = build(&path, &found);
    let rebuilt = built.inspect_err(|_| {
        // Half of a state is no state; the next try would remove it too.
        let _ = fs::remove_file(&path);
    })?;
    let aside = aside::move_aside(platform).map_err(|error| failed(&platform.join(STATE_FILE), &error))?;
    fs::rename(&path, platform.join(STATE_FILE)).map_err(|error| failed(&path, &error))?;
    sync(platform).map_err(|error| failed(platform, &error))?;
    Ok(told::lines(&why, &aside, &found, &rebuilt))
}

/// What is wrong with the state.
fn verdict(platform: &Path) -> Result<String, RecoverError> {
    let shown = platform.display().to_string();
    if !db::has_held_state(platform) {
        return Err(RecoverError::Nothing(shown));
    }
    match Db::open(platform) {
        Ok(_) => Err(RecoverError::Good(shown)),
        Err(OpenError::Damaged { why, .. }) => Ok(format!("The state file is damaged: {why}.")),
        Err(OpenError::Lost { .. }) => Ok("The state file is missing or empty.".to_owned()),
        Err(error @ (OpenError::Newer { .. } | OpenError::Unusable { .. })) => Err(RecoverError::Unusable(error)),
    }
}

fn build(path: &Path, found: &Found) -> Result<rebuild::Rebuilt, RecoverError> {
    let mut connection = db::make(path).map_err(RecoverError::Unusable)?;
    let failed = |why: String| {
        RecoverError::Failed(format!("The new state could not be written, and nothing was changed: {why}"))
    };
    let rebuilt = rebuild::fill(&mut connection, found).map_err(|error| failed(error.to_string()))?;
    connection.close().map_err(|(_, error)| failed(error.to_string()))?;
    File::open(path).and_then(|file| file.sync_all()).map_err(|error| failed(error.to_string()))?;
    Ok(rebuilt)
}

fn failed(path: &Path, error: &io::Error) -> RecoverError {
    RecoverError::Failed(format!(
        "{} could not be moved or written: {error}. Nothing is lost; repeat it.",
        path.display()
    ))
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Makes what was done in a folder durable.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests;
