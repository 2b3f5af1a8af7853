//! What was seen last, on disk, so that the first frame has rows before the first byte from the network. Never a secret: the
//! model's rows hold none. It may be deleted at any time.
//!
//! One file for each profile, in lines of JSON: a head with the first rows of the list as it is sorted at the start, which is
//! all that the first frame waits for; what is known beside the add-ons; the add-ons, one a line, in the platform's order.

use std::fs;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::tally::{Tally, Trouble};
use super::{Addons, Slot, Store};
use crate::model::{Account, Addon, App, Catalog, ProfileName, Team};

/// Grows when the file's form changes; other versions are ignored.
const VERSION: u32 = 2;
/// How a file begins, before its version.
const BEGINNING: &[u8] = b"{\"version\":";
/// How many rows are in the head: about what the highest of screens shows.
const WINDOW: usize = 100;
/// No head is longer, in bytes.
const LONGEST_HEAD: u64 = 16 << 20;

/// The first line. It is written from rows that are lent, and read into rows of its own.
#[derive(Serialize, Deserialize)]
struct Head<A> {
    version: u32,
    profile: ProfileName,
    endpoint: String,
    at: Timestamp,
    /// Of all add-ons.
    tally: Tally,
    window: Vec<A>,
}

/// The second line.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Beside {
    apps: Option<Vec<App>>,
    teams: Option<Vec<Team>>,
    catalog: Option<Catalog>,
    account: Option<Account>,
}

/// What one profile showed last: all of it, or what the first frame shows.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Through which profile.
    pub profile: ProfileName,
    /// Where that profile's platform was reached: rows of another one are of no use.
    pub endpoint: String,
    /// When the list was read, by the platform's clock.
    pub at: Timestamp,
    addons: Addons,
    beside: Beside,
}

impl Snapshot {
    /// What a store holds; `None` before the first list was read, and while there is more on disk than it holds.
    pub fn of(store: &Store, endpoint: &str) -> Option<Self> {
        let at = store.addons.fresh.fetched_at.filter(|_| store.addons.is_whole())?;
        let beside = Beside {
            apps: store.apps.value.clone(),
            teams: store.teams.value.clone(),
            catalog: store.catalog.value.clone(),
            account: store.account.value.clone(),
        };
        let (profile, endpoint) = (store.profile.clone(), endpoint.to_owned());
        Some(Self { profile, endpoint, at, addons: store.addons.clone(), beside })
    }

    /// Whether this is all of it.
    pub fn is_whole(&self) -> bool {
        self.addons.is_whole()
    }

    /// The store as it was.
    pub fn into_store(self) -> Store {
        let mut store = Store::new(self.profile.clone());
        self.fill(&mut store);
        store
    }

    /// Puts what was seen last into a store where nothing was read since. What was read is newer.
    pub fn fill(self, store: &mut Store) {
        let Self { at, addons, beside, .. } = self;
        store.addons.recall(addons, at);
        recall(&mut store.apps, beside.apps, at);
        recall(&mut store.teams, beside.teams, at);
        recall(&mut store.catalog, beside.catalog, at);
        recall(&mut store.account, beside.account, at);
        store.fill_plans();
    }
}

fn recall<T: PartialEq>(slot: &mut Slot<T>, seen: Option<T>, at: Timestamp) {
    if slot.fresh.is_never()
        && let Some(value) = seen
    {
        let error = slot.fresh.error.take();
        *slot = Slot::cached(value, at);
        slot.fresh.error = error;
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

    /// What was seen last through that endpoint: as much of it as the first frame shows. A file that is not there, of another
    /// version or of another endpoint is nothing.
    ///
    /// # Errors
    /// A sentence about a file that can't be used. It is no reason not to start.
    pub fn glance(&self, endpoint: &str) -> Result<Option<Snapshot>, String> {
        let Some((head, _)) = self.open(endpoint)? else { return Ok(None) };
        let Head { profile, endpoint, at, tally, window, .. } = head;
        let mut addons = Addons::default();
        addons.restore(window, at);
        addons.there_is_more(tally);
        Ok(Some(Snapshot { profile, endpoint, at, addons, beside: Beside::default() }))
    }

    /// All of it. Takes as long as the list is long.
    ///
    /// # Errors
    /// As [`Cache::glance`].
    pub fn load(&self, endpoint: &str) -> Result<Option<Snapshot>, String> {
        let Some((head, mut lines)) = self.open(endpoint)? else { return Ok(None) };
        let mut line = Vec::new();
        let mut next = |line: &mut Vec<u8>| -> Result<bool, String> {
            line.clear();
            lines.read_until(b'\n', line).map_err(|error| self.damaged(&error))?;
            Ok(!line.is_empty())
        };
        next(&mut line)?;
        let beside: Beside = serde_json::from_slice(&line).map_err(|error| self.damaged(&error))?;
        let mut rows: Vec<Addon> = Vec::new();
        while next(&mut line)? {
            rows.push(serde_json::from_slice(&line).map_err(|error| self.damaged(&error))?);
        }
        if rows.len() != head.tally.rows {
            return Err(self.damaged(&"it ends before its time"));
        }
        let Head { profile, endpoint, at, .. } = head;
        let mut addons = Addons::default();
        addons.restore(rows, at);
        Ok(Some(Snapshot { profile, endpoint, at, addons, beside }))
    }

    /// Its head, and what comes after it.
    fn open(&self, endpoint: &str) -> Result<Option<(Head<Addon>, impl BufRead + use<>)>, String> {
        let unreadable = |error: io::Error| format!("The cache {} can't be read: {error}.", self.path.display());
        let mut reader = match fs::File::open(&self.path) {
            Ok(file) => BufReader::with_capacity(64 * 1024, file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(error)),
        };
        // An older file is one line, and may be a long one.
        let version = reader.fill_buf().map_err(unreadable)?.strip_prefix(BEGINNING).map(|rest| {
            rest.iter().map_while(|c| char::from(*c).to_digit(10)).fold(0u32, |all, c| all.saturating_mul(10) + c)
        });
        match version {
            Some(VERSION) => {}
            Some(_) => return Ok(None),
            None => return Err(self.damaged(&"it begins with no version")),
        }
        let mut line = Vec::new();
        reader.by_ref().take(LONGEST_HEAD).read_until(b'\n', &mut line).map_err(unreadable)?;
        let head: Head<Addon> = serde_json::from_slice(&line).map_err(|error| self.damaged(&error))?;
        Ok((head.endpoint == endpoint).then_some((head, reader)))
    }

    fn damaged(&self, why: &dyn std::fmt::Display) -> String {
        format!("The cache {} is damaged and was ignored: {why}. It will be written anew.", self.path.display())
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
        // Of its own each time: one save may begin while another is under way.
        static SAVES: AtomicU64 = AtomicU64::new(0);
        let number = SAVES.fetch_add(1, Ordering::Relaxed);
        let beside = self.path.with_extension(format!("json.{}.{number}", std::process::id()));
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
    let mut writer = BufWriter::with_capacity(64 * 1024, file);
    let rows = || snapshot.addons.iter().map(|row| &*row.addon);
    let mut window: Vec<&Addon> = rows().collect();
    // In the order in which a dashboard begins.
    window.sort_by(|one, other| one.name.cmp(&other.name));
    window.truncate(WINDOW);
    let head = Head {
        version: VERSION,
        profile: snapshot.profile.clone(),
        endpoint: snapshot.endpoint.clone(),
        at: snapshot.at,
        tally: Tally::of(rows().map(Trouble::of)),
        window,
    };
    line(&mut writer, &head)?;
    line(&mut writer, &snapshot.beside)?;
    rows().try_for_each(|addon| line(&mut writer, addon))?;
    writer.flush()?;
    writer.get_ref().sync_data()
}

fn line(writer: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *writer, value)?;
    writer.write_all(b"\n")
}

#[cfg(test)]
mod tests;
