//! Replacing all that a bucket holds in one commit: before it everything is as it was, after it everything is new.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::Arc;

use rusqlite::Transaction;

use super::checksums::Checksums;
use super::objects::{self, NewObject};
use super::record::{ObjectMeta, Segment};
use super::{Store, StoreError};
use crate::local::services::object_storage::keys;

/// New files for a bucket that no row names yet. Dropped before the commit, they are removed.
#[derive(Debug)]
pub struct Filling {
    store: Arc<Store>,
    files: Vec<String>,
    is_kept: bool,
}

/// An object as it is put in place.
#[derive(Debug)]
pub struct Given<'a> {
    /// Its key.
    pub key: &'a str,
    /// ETag without quotes.
    pub etag: &'a str,
    /// Milliseconds since 1970.
    pub modified_ms: i64,
    /// Its headers.
    pub meta: &'a ObjectMeta,
    /// Its checksums.
    pub checksums: &'a Checksums,
    /// Its files in order.
    pub segments: &'a [Segment],
}

/// The commit under way.
pub struct Commit<'a, 'c>(&'a Transaction<'c>);

impl Filling {
    /// Begins with nothing.
    pub fn begin(store: &Arc<Store>) -> Self {
        Self { store: Arc::clone(store), files: Vec::new(), is_kept: false }
    }

    /// A new empty file, and the name by which segments name it.
    ///
    /// # Errors
    /// When the add-on is stopped or the file can't be made.
    pub fn file(&mut self) -> Result<(String, File), StoreError> {
        let name = keys::random_hex();
        let path = self.store.blob_path(&name);
        // Under the lock: once the store is closed, nothing new appears in its folder.
        let file =
            self.store.locked(|_| Ok(OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?))?;
        self.files.push(name.clone());
        Ok((name, file))
    }

    /// Makes the files durable, then puts the objects that `give` adds in the place of everything that is there.
    ///
    /// # Errors
    /// When `give` fails, there is no bucket, or the index fails; then everything is as it was.
    pub fn commit<E: From<StoreError>>(mut self, give: impl FnOnce(&Commit<'_, '_>) -> Result<(), E>) -> Result<(), E> {
        // Once for all of them: two calls for each of a hundred thousand small files take minutes.
        let folder = File::open(self.store.blobs()).map_err(StoreError::from)?;
        rustix::fs::syncfs(&folder).map_err(|error| StoreError::from(std::io::Error::from(error)))?;
        let mut refused = None;
        let done = self.store.write(|tx, doomed| {
            let mut old = tx.prepare("SELECT blob FROM segments UNION SELECT blob FROM parts")?;
            for blob in old.query_map([], |row| row.get(0))? {
                doomed.push(blob?);
            }
            tx.execute("DELETE FROM objects", [])?;
            tx.execute("DELETE FROM uploads", [])?;
            give(&Commit(tx)).map_err(|error| {
                refused = Some(error);
                StoreError::Interrupted
            })
        });
        // Where the index itself failed it is not known whether rows name them; what they don't is swept at the next open.
        self.is_kept = refused.is_none();
        match (done, refused) {
            (Err(_), Some(error)) => Err(error),
            (done, _) => Ok(done?),
        }
    }
}

impl Commit<'_, '_> {
    /// Adds an object.
    ///
    /// # Errors
    /// When its key is taken, or the index fails.
    pub fn add(&self, object: &Given<'_>) -> Result<(), StoreError> {
        let Given { key, etag, modified_ms, meta, checksums, segments } = *object;
        let size = segments.iter().map(|segment| segment.size).sum();
        let new = NewObject { size, etag, meta, checksums, upload: None, modified_ms };
        objects::insert(self.0, key, &new, segments).map(drop)
    }
}

impl Drop for Filling {
    fn drop(&mut self) {
        if !self.is_kept {
            for name in &self.files {
                // A leftover is swept when the store is next opened.
                let _ = std::fs::remove_file(self.store.blob_path(name));
            }
        }
    }
}
