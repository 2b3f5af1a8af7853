//! The files of backups: `backups/<add-on's id, or "uploaded">/<backup's id>.<extension>` in the platform's folder, each with
//! a manifest beside it. A file bears its name only when it is whole and durable; until then it is a `.part`.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::local::catalog::PlanDocument;
use crate::local::db::backups::{BackupRow, BackupState, Trigger};
use crate::local::services::StepError;

/// The folder of all backups in the platform's folder.
pub const BACKUPS_FOLDER: &str = "backups";
/// The folder in it of those that somebody sent.
pub const UPLOADED: &str = "uploaded";
/// How a file ends that is not whole yet.
pub const PART: &str = "part";

/// How much is read at once for a checksum.
const CHUNK: usize = 256 * 1024;

/// What a backup's file says about itself, so that its row can be rebuilt. Written last: where it is, the file is whole.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of this file.
    pub version: u32,
    /// The backup's id.
    pub id: String,
    /// The add-on it is a copy of; none for an uploaded file.
    pub addon_id: Option<String>,
    /// That add-on's name then.
    pub addon: Option<String>,
    /// Its team's name.
    pub team: String,
    /// The service.
    pub service: String,
    /// The plan that the add-on had.
    pub plan: PlanDocument,
    /// What caused it: `manual`, `scheduled`, `uploaded`.
    pub trigger: String,
    /// What a person wrote on it.
    #[serde(default)]
    pub label: Option<String>,
    /// The file, from the platform's folder of backups.
    pub file: String,
    /// Bytes.
    pub size: u64,
    /// `sha256:…`.
    pub checksum: String,
    /// Who asked for it.
    pub author: String,
    /// When it was asked for.
    pub created_at: String,
    /// When the copy began.
    pub started_at: Option<String>,
    /// When it was finished.
    pub finished_at: String,
    /// Until when it is kept.
    pub keep_until: Option<String>,
}

impl Manifest {
    /// What is to be written about a backup that is whole; `None` before it was checked.
    pub(super) fn of(row: &BackupRow, finished_at: &str, keep_until: Option<&str>) -> Option<Self> {
        Some(Self {
            version: 1,
            id: row.id.clone(),
            addon_id: row.addon_id.clone(),
            addon: row.addon.clone(),
            team: row.team.clone(),
            service: row.service.clone(),
            plan: row.plan.clone(),
            trigger: row.trigger.word().to_owned(),
            label: row.label.clone(),
            file: row.file.clone(),
            size: row.size?,
            checksum: row.checksum.clone()?,
            author: row.author.clone(),
            created_at: row.created_at.clone(),
            started_at: row.started_at.clone(),
            finished_at: finished_at.to_owned(),
            keep_until: keep_until.map(str::to_owned),
        })
    }

    /// The row of it; `None` where the manifest names an unknown trigger.
    pub fn into_row(self) -> Option<BackupRow> {
        Some(BackupRow {
            seq: 0,
            trigger: Trigger::from_word(&self.trigger)?,
            id: self.id,
            addon_id: self.addon_id,
            addon: self.addon,
            team: self.team,
            service: self.service,
            plan: self.plan,
            state: BackupState::Finished,
            label: self.label,
            message: None,
            file: self.file,
            size: Some(self.size),
            checksum: Some(self.checksum),
            author: self.author,
            created_at: self.created_at,
            started_at: self.started_at,
            finished_at: Some(self.finished_at),
            keep_until: self.keep_until,
        })
    }
}

/// The name of a backup's file, as its row has it.
pub fn name(addon_id: Option<&str>, id: &str, extension: &str) -> String {
    format!("{}/{id}.{extension}", addon_id.unwrap_or(UPLOADED))
}

/// The folder of an add-on's backups.
pub fn folder(platform: &Path, addon_id: &str) -> PathBuf {
    platform.join(BACKUPS_FOLDER).join(addon_id)
}

/// Where one backup is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    backups: PathBuf,
    /// The file, once it is whole.
    pub file: PathBuf,
    /// The file until then.
    pub part: PathBuf,
    /// What the file says about itself.
    pub manifest: PathBuf,
    /// A folder for what a check needs, there only meanwhile.
    pub(super) scratch: PathBuf,
}

impl Place {
    /// The place of a backup whose row names this file.
    pub fn of(platform: &Path, file: &str) -> Self {
        let backups = platform.join(BACKUPS_FOLDER);
        let file = backups.join(file);
        let [part, manifest, scratch] = [PART, "json", "scratch"].map(|extension| file.with_extension(extension));
        Self { backups, file, part, manifest, scratch }
    }

    /// The folder of the file.
    pub fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(&self.backups)
    }

    /// Makes the folder, 0700 and durable, and removes what an earlier try left of the file.
    ///
    /// # Errors
    /// When that can't be done; a sentence.
    pub fn prepare(&self) -> Result<(), StepError> {
        let make = || {
            make_folder(&self.backups)?;
            make_folder(self.folder())?;
            self.remove_part()
        };
        make().map_err(|error| self.error("prepare the folder of the backup", &error))
    }

    /// Makes the empty folder for what a check needs.
    pub(super) fn make_scratch(&self) -> Result<(), StepError> {
        let make = || {
            remove_folder_if_there(&self.scratch)?;
            DirBuilder::new().mode(0o700).create(&self.scratch)
        };
        make().map_err(|error| self.error("prepare the check of the backup", &error))
    }

    /// Removes the folder of a check.
    pub(super) fn remove_scratch(&self) -> io::Result<()> {
        remove_folder_if_there(&self.scratch)
    }

    /// Makes what was written durable; it is read by nobody else from now on.
    pub(super) fn sync_part(&self) -> Result<(), StepError> {
        let sync = || {
            let file = File::open(&self.part)?;
            file.set_permissions(Permissions::from_mode(0o600))?;
            file.sync_all()
        };
        sync().map_err(|error| self.error("make the backup durable", &error))
    }

    /// Gives the checked file of `size` bytes its name, durably. May be called again.
    pub(super) fn keep(&self, size: u64) -> Result<(), StepError> {
        let (path, is_again) = match fs::symlink_metadata(&self.part) {
            Ok(_) => (&self.part, false),
            Err(error) if error.kind() == ErrorKind::NotFound => (&self.file, true),
            Err(error) => return Err(self.error("keep the backup", &error)),
        };
        let found = fs::symlink_metadata(path).map_err(|error| self.error("keep the backup", &error))?.len();
        if found != size {
            let message = format!(
                "The backup has changed since it was checked: it had {size} bytes and has {found}. Make another one."
            );
            return Err(StepError::plain(message));
        }
        let rename = || if is_again { Ok(()) } else { fs::rename(&self.part, &self.file) };
        rename().and_then(|()| sync(self.folder())).map_err(|error| self.error("keep the backup", &error))
    }

    /// Writes what the file says about itself, beside the one that may be there and then in its place.
    pub(super) fn write_manifest(&self, manifest: &Manifest) -> Result<(), StepError> {
        let write = || {
            let new = self.manifest.with_extension("json.part");
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
            file.write_all(&serde_json::to_vec_pretty(manifest)?)?;
            file.sync_all()?;
            fs::rename(&new, &self.manifest)?;
            sync(self.folder())
        };
        write().map_err(|error| self.error("write the manifest of the backup", &error))
    }

    /// Removes what was begun of a file that never got its name. Nothing else is touched.
    pub(super) fn remove_part(&self) -> io::Result<()> {
        self.remove_scratch()?;
        remove_if_there(&self.manifest.with_extension("json.part"))?;
        remove_if_there(&self.part)
    }

    /// Removes the files of a backup whose row says `expired` or `failed`, durably. May be called again.
    pub(super) fn remove(&self) -> Result<(), StepError> {
        let remove = || {
            // The manifest first: where it is, the file is whole.
            remove_if_there(&self.manifest)?;
            remove_if_there(&self.file)?;
            self.remove_part()?;
            match sync(self.folder()) {
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
                synced => synced,
            }
        };
        remove().map_err(|error| self.error("delete the backup", &error))
    }

    /// Whether anything of it is on disk.
    pub(super) fn is_there(&self) -> bool {
        [&self.file, &self.part, &self.manifest, &self.scratch]
            .into_iter()
            .any(|path| fs::symlink_metadata(path).is_ok())
    }

    /// What went wrong, in a sentence that says what to do.
    fn error(&self, what: &str, error: &io::Error) -> StepError {
        StepError::plain(match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => full(self.folder()),
            _ => format!("Could not {what} {}: {error}.", self.file.display()),
        })
    }
}

/// What is said when there is no room for a backup.
pub(super) fn full(folder: &Path) -> String {
    format!(
        "The disk that holds {} is full: there is no backup. The add-on and its other backups are as they were. Free some space and capture it again.",
        folder.display()
    )
}

/// Reads all of a file: its bytes and its checksum (`sha256:…`). Ends early, with the kind `Interrupted`, when `stop` says so.
///
/// # Errors
/// When it can't be read.
pub fn digest(path: &Path, stop: impl Fn() -> bool) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let (mut digest, mut size, mut chunk) = (Sha256::new(), 0, vec![0; CHUNK]);
    loop {
        if stop() {
            return Err(ErrorKind::Interrupted.into());
        }
        match file.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => {
                digest.update(&chunk[..read]);
                size += read as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let hex: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((size, format!("sha256:{hex}")))
}

/// Reads the manifest of a backup.
///
/// # Errors
/// When it is missing or can't be understood.
pub fn read_manifest(path: &Path) -> io::Result<Manifest> {
    let text = fs::read(path)?;
    serde_json::from_slice(&text).map_err(|_| io::Error::new(ErrorKind::InvalidData, "the manifest is damaged"))
}

/// Makes what was done in a folder durable.
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Makes a folder that others can't read, durably, if it is not there.
///
/// # Errors
/// When it can't be made.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => path.parent().map_or(Ok(()), sync),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn remove_folder_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

pub(super) fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_file_that_was_checked_gets_the_name_of_a_backup_and_that_can_be_done_again() {
        let platform = tempfile::tempdir().unwrap();
        let place = Place::of(platform.path(), &name(Some("add_1"), "bak_1", "copy"));
        place.prepare().unwrap();
        assert!(place.keep(3).is_err(), "there is nothing to keep");
        fs::write(&place.part, "abcd").unwrap();
        let why = place.keep(3).unwrap_err().message;
        assert!(why.contains("has changed since it was checked"), "{why}");
        assert!(!place.file.exists());
        place.keep(4).unwrap();
        place.keep(4).unwrap();
        assert_eq!(fs::read(&place.file).unwrap(), b"abcd");
        assert!(!place.part.exists());
        fs::write(&place.part, "begun again").unwrap();
        place.prepare().unwrap();
        assert!(!place.part.exists(), "a copy begins anew");
        place.make_scratch().unwrap();
        for _ in 0..2 {
            place.remove().unwrap();
            assert!(!place.is_there());
        }
        assert!(place.folder().exists(), "other backups of the add-on may come");
    }
}
