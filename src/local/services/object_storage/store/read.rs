//! Reading an object's bytes while others may replace or delete it.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use bytes::Bytes;

use super::record::{ObjectHead, Segment};
use super::{Store, StoreError, objects};

/// How much is read at once: what a slow reader holds in memory.
const CHUNK: usize = 256 * 1024;

/// An object as it was at one moment. Its files stay until this is dropped, whatever happens to the key.
#[derive(Debug)]
pub struct Snapshot {
    store: Arc<Store>,
    /// What is known of it.
    pub head: ObjectHead,
    /// Its files.
    pub segments: Vec<Segment>,
}

impl Snapshot {
    /// Takes the object of that key.
    ///
    /// # Errors
    /// When there is none, or the index fails.
    pub fn take(store: &Arc<Store>, key: &str) -> Result<Self, StoreError> {
        store.locked(|open| {
            super::require_bucket(&open.index)?;
            let head = objects::head(&open.index, key)?.ok_or(StoreError::NoKey)?;
            let segments = objects::segments(&open.index, head.id)?;
            for segment in &segments {
                *open.pins.entry(segment.blob.clone()).or_default() += 1;
            }
            Ok(Self { store: Arc::clone(store), head, segments })
        })
    }

    /// The bytes of `range`, chunk by chunk.
    pub fn into_reader(self, range: Range<u64>) -> Reader {
        Reader { snapshot: self, segment: 0, segment_start: 0, file: None, at: range.start, end: range.end }
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        let unpinned = self.store.locked(|open| {
            for segment in &self.segments {
                if let Some(readers) = open.pins.get_mut(&segment.blob) {
                    *readers -= 1;
                    if *readers == 0 {
                        open.pins.remove(&segment.blob);
                    }
                }
            }
            self.store.remove_doomed(open);
            Ok(())
        });
        // A closed store has no pins left, and its next open sweeps.
        drop(unpinned);
    }
}

/// A position in an object's bytes.
#[derive(Debug)]
pub struct Reader {
    snapshot: Snapshot,
    segment: usize,
    segment_start: u64,
    file: Option<File>,
    at: u64,
    end: u64,
}

impl Reader {
    /// The next bytes; nothing at the end.
    ///
    /// # Errors
    /// When a file is missing or shorter than the index says.
    pub fn next_chunk(&mut self) -> Result<Option<Bytes>, StoreError> {
        if self.at >= self.end {
            return Ok(None);
        }
        loop {
            let Some(segment) = self.snapshot.segments.get(self.segment) else {
                return Err(StoreError::Lost("its files are shorter than its size".to_owned()));
            };
            let segment_end = self.segment_start + segment.size;
            if self.at >= segment_end {
                self.segment += 1;
                self.segment_start = segment_end;
                self.file = None;
                continue;
            }
            let path = self.snapshot.store.blob_path(&segment.blob);
            let lost = |error: io::Error| StoreError::Lost(format!("{}: {error}", path.display()));
            let file = match self.file.take() {
                Some(file) => file,
                None => File::open(&path).map_err(lost)?,
            };
            let left = self.end.min(segment_end) - self.at;
            let mut buffer = vec![0; usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK))];
            file.read_exact_at(&mut buffer, self.at - self.segment_start).map_err(lost)?;
            self.file = Some(file);
            self.at += buffer.len() as u64;
            return Ok(Some(buffer.into()));
        }
    }
}
