//! Files of bytes: written under a name that nobody reads, then published whole.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Md5};

use super::checksums::{Algorithm, Checksums, hasher};
use super::{Store, StoreError};
use crate::local::services::object_storage::keys;

/// Removes a file unless told to keep it: what fails or is abandoned leaves nothing behind.
#[derive(Debug)]
struct Scrap(Option<PathBuf>);

impl Scrap {
    fn keep(&mut self) {
        self.0 = None;
    }
}

impl Drop for Scrap {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            // A leftover is swept when the store is next opened.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Bytes on their way in. Dropped before the end, they leave nothing.
pub struct NewBlob {
    store: Arc<Store>,
    id: String,
    file: File,
    size: u64,
    md5: Md5,
    checksums: ChecksumHasher,
    scrap: Scrap,
}

/// Bytes that are durable on disk but not in the index yet. Dropped, they are removed.
#[derive(Debug)]
pub struct Blob {
    /// The file's name.
    pub id: String,
    /// How many bytes.
    pub size: u64,
    /// Their MD5.
    pub md5: [u8; 16],
    /// Their checksums, of the algorithms asked for.
    pub checksums: Checksums,
    scrap: Scrap,
}

impl NewBlob {
    /// Begins a new file.
    pub fn begin(store: &Arc<Store>, algorithms: impl IntoIterator<Item = Algorithm>) -> Result<Self, StoreError> {
        let id = keys::random_hex();
        let path = store.incoming().join(&id);
        // Under the lock: once the store is closed, nothing new appears in its folder.
        let file = store.locked(|_| Ok(OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?))?;
        let scrap = Scrap(Some(path));
        Ok(Self { store: Arc::clone(store), id, file, size: 0, md5: Md5::new(), checksums: hasher(algorithms), scrap })
    }

    /// Adds bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.file.write_all(bytes)?;
        self.size += bytes.len() as u64;
        self.md5.update(bytes);
        self.checksums.update(bytes);
        Ok(())
    }

    /// How many bytes came so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Makes the bytes durable under their final name.
    pub fn finish(mut self) -> Result<Blob, StoreError> {
        self.file.sync_all()?;
        let path = self.store.blob_path(&self.id);
        self.store.locked(|_| Ok(std::fs::rename(self.store.incoming().join(&self.id), &path)?))?;
        self.scrap.keep();
        let scrap = Scrap(Some(path));
        sync_folder(&self.store.blobs())?;
        Ok(Blob {
            id: self.id,
            size: self.size,
            md5: self.md5.finalize(),
            checksums: Checksums::of(self.checksums.finalize()),
            scrap,
        })
    }
}

impl Blob {
    /// The ETag of an object that is these bytes.
    pub fn etag(&self) -> String {
        keys::hex(&self.md5)
    }

    /// The index names them now.
    pub(super) fn keep(mut self) {
        self.scrap.keep();
    }
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    Ok(File::open(folder)?.sync_all()?)
}
