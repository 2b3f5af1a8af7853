//! What was seen last, on disk, so that the first frame has rows before the first byte from the network. Never a secret: the
//! model's rows hold none. It may be deleted at any time.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Slot, Store};
use crate::model::{Account, Addon, App, Catalog, ProfileName, Team};

/// Grows when the file's form changes; other versions are ignored.
const VERSION: u32 = 1;

/// What one profile showed last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    version: u32,
    /// Through which profile.
    pub profile: ProfileName,
    /// Where that profile's platform was reached: rows of another one are of no use.
    pub endpoint: String,
    /// When the list was read, by the platform's clock.
    pub at: Timestamp,
    /// The add-ons.
    pub addons: Vec<Addon>,
    /// The apps.
    pub apps: Option<Vec<App>>,
    /// The teams.
    pub teams: Option<Vec<Team>>,
    /// Services and plans.
    pub catalog: Option<Catalog>,
    /// The account.
    pub account: Option<Account>,
}

impl Snapshot {
    /// What a store holds; `None` before the first list was read.
    pub fn of(store: &Store, endpoint: &str) -> Option<Self> {
        Some(Self {
            version: VERSION,
            profile: store.profile.clone(),
            endpoint: endpoint.to_owned(),
            at: store.addons.fresh.fetched_at?,
            addons: store.addons.iter().map(|row| row.addon.clone()).collect(),
            apps: store.apps.value.clone(),
            teams: store.teams.value.clone(),
            catalog: store.catalog.value.clone(),
            account: store.account.value.clone(),
        })
    }

    /// The store as it was.
    pub fn into_store(self) -> Store {
        let mut store = Store::new(self.profile);
        store.addons.restore(self.addons, self.at);
        store.apps = self.apps.map_or_else(Slot::default, |value| Slot::cached(value, self.at));
        store.teams = self.teams.map_or_else(Slot::default, |value| Slot::cached(value, self.at));
        store.catalog = self.catalog.map_or_else(Slot::default, |value| Slot::cached(value, self.at));
        store.account = self.account.map_or_else(Slot::default, |value| Slot::cached(value, self.at));
        store
    }
}

/// A profile's name as a part of a file's name.
pub(super) fn file_name(profile: &ProfileName) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let mut name: String = profile.as_str().chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    if name != profile.as_str() {
        // Two names must not become one file.
        let hash = profile
            .as_str()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        name.push_str(&format!("-{hash:016x}"));
    }
    name
}

/// The cache of one profile: one file.
#[derive(Clone, Debug)]
pub struct Cache {
    path: PathBuf,
}

impl Cache {
    /// The cache of that profile below the cache folder. Nothing is made yet.
    pub fn new(folder: &Path, profile: &ProfileName) -> Self {
        Self { path: folder.join(format!("seen-{}.json", file_name(profile))) }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was seen last through that endpoint. A file that is not there, of another version or of another endpoint is
    /// nothing.
    ///
    /// # Errors
    /// A sentence about a file that can't be used. It is no reason not to start.
    pub fn load(&self, endpoint: &str) -> Result<Option<Snapshot>, String> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("The cache {} can't be read: {error}.", self.path.display())),
        };
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let broken = |error: serde_json::Error| {
            format!("The cache {} is damaged and was ignored: {error}. It will be written anew.", self.path.display())
        };
        if serde_json::from_slice::<Versioned>(&bytes).map_err(broken)?.version != VERSION {
            return Ok(None);
        }
        let snapshot: Snapshot = serde_json::from_slice(&bytes).map_err(broken)?;
        Ok((snapshot.endpoint == endpoint).then_some(snapshot))
    }

    /// Writes what is seen now: into a file beside it first, so that a crash leaves the old one or the new one.
    ///
    /// # Errors
    /// When the folder or the file can't be written.
    pub fn save(&self, snapshot: &Snapshot) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        if !folder.is_dir() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let beside = self.path.with_extension(format!("json.{}", std::process::id()));
        let result = write_whole(&beside, snapshot).and_then(|()| fs::rename(&beside, &self.path));
        if result.is_err() {
            // What is left over is only in the way; the first error is the one that counts.
            let _ = fs::remove_file(&beside);
        }
        result
    }
}

fn write_whole(path: &Path, snapshot: &Snapshot) -> io::Result<()> {
    let file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    let mut writer = io::BufWriter::new(file);
    serde_json::to_writer(&mut writer, snapshot)?;
    writer.flush()?;
    writer.get_ref().sync_data()
}

#[cfg(test)]
mod tests;
