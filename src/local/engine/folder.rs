//! The folder of an add-on: made before anything runs in it, removed only for a row that says `deprovisioning`.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::local::catalog::PlanDocument;
use crate::local::db::addons::AddonRow;
use crate::local::services::{Settings, StepError};

/// The manifest's name in the add-on's folder.
pub const MANIFEST: &str = "manifest.json";

/// What a folder says about itself, so that the state can be rebuilt from the folders. Holds secrets: mode 0600 in 0700.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of this file.
    pub version: u32,
    /// The add-on's id; the folder's name.
    pub id: String,
    /// The add-on's name.
    pub name: String,
    /// Its team's name.
    pub team: String,
    /// The service.
    pub service: String,
    /// The plan.
    pub plan: PlanDocument,
    /// What the driver decided.
    pub settings: Settings,
    /// The server's own log, where it has one.
    pub log_file: Option<PathBuf>,
    /// When the add-on was made.
    pub created_at: String,
}

/// Makes the folder and writes its manifest, durably. May be called again.
pub(super) fn prepare(folder: &Path, row: &AddonRow, log_file: Option<PathBuf>) -> Result<(), StepError> {
    make(folder)
        .and_then(|()| write_manifest(folder, row, log_file))
        .map_err(|error| step_error("make the add-on's folder", folder, &error))
}

/// Makes the manifest say what the row says now.
pub(super) fn rewrite(folder: &Path, row: &AddonRow, log_file: Option<PathBuf>) -> Result<(), StepError> {
    write_manifest(folder, row, log_file).map_err(|error| match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StepError::plain(format!(
            "Could not write the manifest in {}: the disk is full. Free some space; it is tried again.",
            folder.display()
        )),
        _ => step_error("write the manifest in", folder, &error),
    })
}

fn make(folder: &Path) -> io::Result<()> {
    let parent = folder.parent().ok_or(ErrorKind::InvalidInput)?;
    for path in [parent, folder] {
        match DirBuilder::new().mode(0o700).create(path) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    sync(parent)
}

/// Writes the manifest beside the old one and moves it into place, so that there is always a whole one.
pub(super) fn write_manifest(folder: &Path, row: &AddonRow, log_file: Option<PathBuf>) -> io::Result<()> {
    let manifest = Manifest {
        version: 1,
        id: row.id.clone(),
        name: row.name.clone(),
        team: row.team.clone(),
        service: row.service.clone(),
        plan: row.plan.clone(),
        settings: row.settings.clone(),
        log_file,
        created_at: row.created_at.clone(),
    };
    let new = folder.join("manifest.json.new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(&serde_json::to_vec_pretty(&manifest)?)?;
    file.sync_all()?;
    fs::rename(&new, folder.join(MANIFEST))?;
    sync(folder)
}

/// Reads a folder's manifest.
///
/// # Errors
/// When it is missing or can't be understood; the text of the second never quotes the file, which holds secrets.
pub fn read_manifest(folder: &Path) -> io::Result<Manifest> {
    let text = fs::read(folder.join(MANIFEST))?;
    serde_json::from_slice(&text).map_err(|_| io::Error::new(ErrorKind::InvalidData, "the manifest is damaged"))
}

/// Whether a text has the form of an add-on's id, which is also that of its folder's name.
pub fn is_addon_id(text: &str) -> bool {
    text.strip_prefix("add_").is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// Removes the folder of an add-on whose row says `deprovisioning` and whose server is gone. A folder that says it is
/// another add-on's, or that is a link to somewhere else, is left alone.
pub(super) fn remove(folder: &Path, id: &str) -> Result<(), StepError> {
    let refuse = |why: &str| StepError {
        message: format!("The folder {} was not removed: {why}. Look at it, and remove it by hand.", folder.display()),
        log: Vec::new(),
        port_taken: false,
    };
    let error = |error: &io::Error| step_error("remove the add-on's folder", folder, error);
    if !is_addon_id(id) || !folder.ends_with(id) {
        return Err(refuse("its name is not that of an add-on"));
    }
    match fs::symlink_metadata(folder) {
        Err(found) if found.kind() == ErrorKind::NotFound => return Ok(()),
        Err(found) => return Err(error(&found)),
        Ok(metadata) if !metadata.is_dir() => return Err(refuse("it is not a folder")),
        Ok(_) => {}
    }
    match read_manifest(folder) {
        Ok(manifest) if manifest.id != id => return Err(refuse("its manifest names another add-on")),
        // Missing after a removal that was cut off, damaged after a full disk: the row names this folder all the same.
        Ok(_) | Err(_) => {}
    }
    fs::remove_dir_all(folder).map_err(|found| error(&found))?;
    folder.parent().map_or(Ok(()), sync).map_err(|found| error(&found))
}

/// Makes what was done in a folder durable.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn step_error(what: &str, folder: &Path, error: &io::Error) -> StepError {
    let message = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            format!(
                "Could not {what} {}: the disk is full. Free some space, destroy this add-on and create it again.",
                folder.display()
            )
        }
        _ => format!("Could not {what} {}: {error}.", folder.display()),
    };
    StepError { message, log: Vec::new(), port_taken: false }
}
