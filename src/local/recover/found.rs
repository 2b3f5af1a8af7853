//! What the folders of a platform tell about add-ons and backups. Nothing is changed here.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::local::ADDONS_FOLDER;
use crate::local::db::backups::BackupRow;
use crate::local::engine::backups::files::{self, BACKUPS_FOLDER};
use crate::local::engine::folder::{self, Manifest};
use crate::local::engine::services::Services;
use crate::local::engine::snapshot::Snapshot;
use crate::model::check_name;

/// Something that was not understood and is left as it is.
#[derive(Debug)]
pub(super) struct Left {
    pub(super) path: PathBuf,
    pub(super) why: String,
}

/// An add-on's folder that says what it is.
pub(super) struct FoundAddon {
    pub(super) manifest: Manifest,
    /// What is missing in it, if anything is.
    pub(super) missing: Option<String>,
}

/// All that was found.
pub(super) struct Found {
    pub(super) addons: Vec<FoundAddon>,
    pub(super) backups: Vec<BackupRow>,
    pub(super) snapshot: Option<Snapshot>,
    pub(super) left: Vec<Left>,
}

impl Found {
    /// Looks through the platform's folder. Reads every backup to its end.
    pub(super) fn look(platform: &Path, services: &Services) -> Self {
        let mut found = Self { addons: Vec::new(), backups: Vec::new(), snapshot: None, left: Vec::new() };
        match Snapshot::load(platform) {
            Ok(snapshot) => found.snapshot = snapshot,
            Err(why) => found.left(&platform.join(crate::local::engine::snapshot::FILE), why),
        }
        found.look_for_addons(platform, services);
        found.look_for_backups(&platform.join(BACKUPS_FOLDER));
        found
    }

    fn left(&mut self, path: &Path, why: impl Into<String>) {
        self.left.push(Left { path: path.to_owned(), why: why.into() });
    }

    fn look_for_addons(&mut self, platform: &Path, services: &Services) {
        for path in self.entries(&platform.join(ADDONS_FOLDER)) {
            match addon(&path, services) {
                Ok(addon) => self.addons.push(addon),
                Err(why) => self.left(&path, why),
            }
        }
        // In the order in which they were made, as they were listed before.
        self.addons.sort_by(|a, b| a.manifest.created_at.cmp(&b.manifest.created_at));
        // A rename that was cut off leaves two manifests with one name. Neither is preferred by chance.
        let mut names = HashSet::new();
        for FoundAddon { manifest, .. } in &mut self.addons {
            if !names.insert(manifest.name.clone()) {
                let end = manifest.id.len().saturating_sub(4);
                let head: String = manifest.name.chars().take(35).collect();
                manifest.name = format!("{}-{}", head.trim_end_matches('-'), &manifest.id[end..]);
                names.insert(manifest.name.clone());
            }
        }
    }

    fn look_for_backups(&mut self, backups: &Path) {
        for folder in self.entries(backups) {
            if !is_folder(&folder) {
                self.left(&folder, "it is not a folder");
                continue;
            }
            let files = self.entries(&folder);
            let mut known: HashSet<PathBuf> = HashSet::new();
            for path in files.iter().filter(|path| path.extension().is_some_and(|end| end == "json")) {
                known.insert(path.clone());
                match backup(backups, path) {
                    Ok(row) => {
                        known.insert(backups.join(&row.file));
                        self.backups.push(row);
                    }
                    Err(why) => self.left(path, why),
                }
            }
            for path in files.iter().filter(|path| !known.contains(*path)) {
                self.left(path, "it has no manifest beside it: it was never finished, or is being deleted");
            }
        }
        self.backups.sort_by(|a, b| a.created_at.cmp(&b.created_at));
    }

    /// What is in a folder, by name. A folder that is not there holds nothing.
    fn entries(&mut self, folder: &Path) -> Vec<PathBuf> {
        let read = match fs::read_dir(folder) {
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
            Err(error) => {
                self.left(folder, format!("it can't be read: {error}"));
                return Vec::new();
            }
        };
        let mut paths: Vec<PathBuf> = read.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        paths
    }
}

/// A folder itself, not a link to one.
fn is_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_dir())
}

/// The add-on of a folder, or why it can't be told.
fn addon(path: &Path, services: &Services) -> Result<FoundAddon, String> {
    if !is_folder(path) {
        return Err("it is not a folder".to_owned());
    }
    let id = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if !folder::is_addon_id(id) {
        return Err("its name is not that of an add-on".to_owned());
    }
    let manifest = folder::read_manifest(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "it has no manifest.json".to_owned(),
        _ => format!("its manifest.json can't be read: {error}"),
    })?;
    if manifest.version != 1 {
        return Err(format!("its manifest has the unknown version {}", manifest.version));
    }
    if manifest.id != id {
        return Err(format!("its manifest names another add-on, {}", manifest.id));
    }
    check_name("add-on", &manifest.name).map_err(|_| "its manifest holds no good name".to_owned())?;
    let Some(driver) = services.driver(&manifest.service) else {
        return Err(format!("this attache knows no service {:?}", manifest.service));
    };
    let missing = driver.essentials().iter().find(|name| !path.join(name).exists());
    let missing = missing.map(|name| format!("{} is missing", path.join(name).display()));
    Ok(FoundAddon { manifest, missing })
}

/// The backup of a manifest, or why it is none.
fn backup(backups: &Path, path: &Path) -> Result<BackupRow, String> {
    let manifest = files::read_manifest(path).map_err(|error| error.to_string())?;
    if manifest.version != 1 {
        return Err(format!("it has the unknown version {}", manifest.version));
    }
    let file = path.with_extension(Path::new(&manifest.file).extension().unwrap_or_default());
    // So that no manifest leads to a file elsewhere.
    if path.file_stem().and_then(|stem| stem.to_str()) != Some(&manifest.id) || backups.join(&manifest.file) != file {
        return Err("it names another backup or file".to_owned());
    }
    if !file.symlink_metadata().is_ok_and(|found| found.is_file()) {
        return Err("its file is not there".to_owned());
    }
    let (size, checksum) =
        files::digest(&file, || false).map_err(|error| format!("its file can't be read: {error}"))?;
    if size != manifest.size {
        return Err(format!("its file has {size} bytes and should have {}", manifest.size));
    }
    if checksum != manifest.checksum {
        return Err("its file is not what was written: the checksum differs".to_owned());
    }
    manifest.into_row().ok_or_else(|| "it names an unknown trigger".to_owned())
}
