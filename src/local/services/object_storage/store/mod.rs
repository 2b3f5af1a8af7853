//! The storage of one bucket: bytes in files of random names, everything else in a SQLite index.
//!
//! A key is only ever text in the index, so `../../x` is a key like any other, and `a` and `a/b` live side by side. An
//! object is a list of segments, each a whole file: completing a multipart upload and copying an object move no bytes.
//!
//! A write ends in this order: bytes in `incoming/` → fsync → rename to `blobs/` → fsync of the folder → commit of the
//! index. Only then is it acknowledged. A crash before the commit leaves a file that no row names; it is swept at the next
//! open. All functions block; they run on the blocking threads of the runtime.

pub mod blob;
pub mod checksums;
mod error;
pub mod fill;
pub mod frozen;
pub mod list;
mod objects;
pub mod read;
pub mod record;
mod schema;
pub mod uploads;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

pub use error::StoreError;

/// The storage of one bucket.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    /// Nothing once closed.
    open: Mutex<Option<Open>>,
}

/// What may be used only under the lock.
#[derive(Debug)]
struct Open {
    index: Connection,
    /// Files being read, and by how many.
    pins: HashMap<String, usize>,
    /// How many hold all files, whatever they are.
    holds: usize,
    /// Files that go when their last reader does.
    doomed: HashSet<String>,
}

/// What a sweep at open found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Files that no row named.
    pub orphans: usize,
    /// Rows whose file is missing.
    pub lost: usize,
}

impl Store {
    /// Makes the storage with its bucket, or whatever of it an earlier try did not.
    ///
    /// # Errors
    /// When the folder or the index can't be made.
    pub fn create(folder: &Path) -> Result<(Arc<Self>, Swept), StoreError> {
        for folder in [folder, &folder.join("blobs"), &folder.join("incoming")] {
            match DirBuilder::new().mode(0o700).create(folder) {
                Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error.into()),
                _ => {}
            }
        }
        let (store, swept) = Self::load(folder, true)?;
        blob::sync_folder(folder)?;
        match store.create_bucket() {
            Ok(()) | Err(StoreError::BucketExists) => Ok((store, swept)),
            Err(error) => Err(error),
        }
    }

    /// Opens what [`Store::create`] made; never makes an empty one in place of a lost one.
    ///
    /// # Errors
    /// When it is not there or can't be read.
    pub fn open(folder: &Path) -> Result<(Arc<Self>, Swept), StoreError> {
        Self::load(folder, false)
    }

    fn load(folder: &Path, create: bool) -> Result<(Arc<Self>, Swept), StoreError> {
        let index = schema::open(&folder.join("index.sqlite"), create)?;
        let open = Open { index, pins: HashMap::new(), holds: 0, doomed: HashSet::new() };
        let store = Self { folder: folder.to_path_buf(), open: Mutex::new(Some(open)) };
        let swept = store.sweep()?;
        Ok((Arc::new(store), swept))
    }

    /// Ends all use: what is under way fails, and nothing new appears in the folder.
    pub fn close(&self) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Makes the bucket.
    ///
    /// # Errors
    /// When it is there already, or the index fails.
    pub fn create_bucket(&self) -> Result<(), StoreError> {
        self.locked(|open| {
            let made = open.index.execute("INSERT OR IGNORE INTO bucket VALUES (1, ?1)", [now_ms()])?;
            if made == 0 { Err(StoreError::BucketExists) } else { Ok(()) }
        })
    }

    /// When the bucket was made, in milliseconds since 1970.
    ///
    /// # Errors
    /// When there is no bucket, or the index fails.
    pub fn bucket_created_ms(&self) -> Result<i64, StoreError> {
        self.locked(|open| {
            let created = open.index.query_row("SELECT created_ms FROM bucket", [], |row| row.get(0)).optional()?;
            created.ok_or(StoreError::NoBucket)
        })
    }

    /// Deletes the bucket, and with it the uploads that were never completed.
    ///
    /// # Errors
    /// When it holds an object, is not there, or the index fails.
    pub fn delete_bucket(&self) -> Result<(), StoreError> {
        self.write(|tx, doomed| {
            if tx.query_row("SELECT EXISTS (SELECT 1 FROM objects)", [], |row| row.get(0))? {
                return Err(StoreError::BucketNotEmpty);
            }
            let mut parts = tx.prepare("SELECT blob FROM parts")?;
            for blob in parts.query_map([], |row| row.get(0))? {
                doomed.push(blob?);
            }
            tx.execute("DELETE FROM uploads", [])?;
            tx.execute("DELETE FROM bucket", [])?;
            Ok(())
        })
    }

    /// Bytes of all objects and parts, a file shared by several objects counted once.
    ///
    /// # Errors
    /// When the index fails.
    pub fn bytes_used(&self) -> Result<u64, StoreError> {
        const USED: &str = "SELECT COALESCE((SELECT SUM(size) FROM (SELECT DISTINCT blob, size FROM segments)), 0)
            + COALESCE((SELECT SUM(size) FROM parts), 0)";
        self.locked(|open| Ok(open.index.query_row(USED, [], |row| row.get::<_, i64>(0))?.unsigned_abs()))
    }

    /// How many objects there are.
    ///
    /// # Errors
    /// When the index fails.
    pub fn objects(&self) -> Result<u64, StoreError> {
        self.locked(|open| {
            Ok(open.index.query_row("SELECT COUNT(*) FROM objects", [], |row| row.get::<_, i64>(0))?.unsigned_abs())
        })
    }

    /// Removes what a crash left: files that no row names.
    fn sweep(&self) -> Result<Swept, StoreError> {
        let mut swept = Swept::default();
        for entry in std::fs::read_dir(self.incoming())? {
            std::fs::remove_file(entry?.path())?;
            swept.orphans += 1;
        }
        self.locked(|open| {
            let mut named = HashSet::new();
            let mut rows = open.index.prepare("SELECT blob FROM segments UNION SELECT blob FROM parts")?;
            for blob in rows.query_map([], |row| row.get::<_, String>(0))? {
                named.insert(blob?);
            }
            for entry in std::fs::read_dir(self.blobs())? {
                let entry = entry?;
                if !entry.file_name().to_str().is_some_and(|name| named.remove(name)) {
                    std::fs::remove_file(entry.path())?;
                    swept.orphans += 1;
                }
            }
            swept.lost = named.len();
            Ok(())
        })?;
        Ok(swept)
    }

    /// The storage's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn incoming(&self) -> PathBuf {
        self.folder.join("incoming")
    }

    fn blobs(&self) -> PathBuf {
        self.folder.join("blobs")
    }

    fn blob_path(&self, blob: &str) -> PathBuf {
        self.blobs().join(blob)
    }

    /// Runs under the lock.
    fn locked<T>(&self, run: impl FnOnce(&mut Open) -> Result<T, StoreError>) -> Result<T, StoreError> {
        // A panic elsewhere leaves no half-made state: the index rolls back, the rest is repaired at the next open.
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        run(open.as_mut().ok_or(StoreError::Closed)?)
    }

    /// One durable change of the index. The files named as doomed go after the commit, unless a row still names them.
    fn write<T>(
        &self,
        change: impl FnOnce(&Transaction<'_>, &mut Vec<String>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.locked(|open| {
            let mut doomed = Vec::new();
            let tx = open.index.transaction()?;
            require_bucket(&tx)?;
            let result = change(&tx, &mut doomed)?;
            tx.commit()?;
            for blob in doomed {
                const NAMED: &str = "SELECT EXISTS (SELECT 1 FROM segments WHERE blob = ?1)";
                let named: bool = open.index.prepare_cached(NAMED)?.query_row(params![blob], |row| row.get(0))?;
                if named {
                    continue;
                }
                open.doomed.insert(blob);
            }
            self.remove_doomed(open);
            Ok(result)
        })
    }

    /// Removes the files that nobody reads any more.
    fn remove_doomed(&self, open: &mut Open) {
        let Open { pins, holds: 0, doomed, .. } = open else { return };
        doomed.retain(|blob| {
            let is_read = pins.contains_key(blob);
            if !is_read {
                // What can't be removed now is swept at the next open.
                let _ = std::fs::remove_file(self.blob_path(blob));
            }
            is_read
        });
    }

    /// One look at the index.
    fn read<T>(&self, look: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.locked(|open| {
            require_bucket(&open.index)?;
            look(&open.index)
        })
    }
}

fn require_bucket(index: &Connection) -> Result<(), StoreError> {
    let there: bool = index.prepare_cached("SELECT EXISTS (SELECT 1 FROM bucket)")?.query_row([], |row| row.get(0))?;
    if there { Ok(()) } else { Err(StoreError::NoBucket) }
}

/// Milliseconds since 1970, by the system's clock.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
