//! The form of a bucket's backup: a tar archive that anybody can list, of plain files with names of our own making.
//!
//! In this order and no other: `bucket.json` (what it is and how much), `files/NAME` (each file of bytes once, by name),
//! `objects/N.jsonl` (the objects that are made of them, by key), `end.json` (the SHA-256 of all of that). A key is only
//! ever text inside of `objects/`, so no key is a path. An archive that is anything else, in a single byte of a header, is
//! refused; nothing is ever extracted.

mod check;
mod entries;
pub(super) mod read;
pub(super) mod write;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::store::StoreError;
use super::store::checksums::Checksums;
use super::store::record::ObjectMeta;

/// What an archive calls itself.
const FORMAT: &str = "attache bucket";
/// The form that this program writes and reads.
const VERSION: u32 = 1;
/// The most files and objects of one archive: about each of them something is held in memory while it is read.
pub(super) const MOST: u64 = 5_000_000;
/// A chunk of objects ends when it has this many bytes.
const CHUNK: usize = 1 << 20;
/// The most bytes of a chunk: one object more, of ten thousand parts.
const MOST_CHUNK: u64 = 16 << 20;

const HEAD: &str = "bucket.json";
const END: &str = "end.json";

fn file_name(file: &str) -> String {
    format!("files/{file}")
}

fn chunk_name(number: u64) -> String {
    format!("objects/{number:08}.jsonl")
}

/// `bucket.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    format: String,
    version: u32,
    /// The bucket's name, for people.
    bucket: String,
    /// The moment that it is of, in milliseconds since 1970.
    taken_ms: i64,
    /// How many files follow.
    pub(super) files: u64,
    /// How many objects.
    pub(super) objects: u64,
    /// How many bytes the files have together.
    pub(super) bytes: u64,
}

/// One line of `objects/`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    pub(super) key: String,
    pub(super) etag: String,
    pub(super) modified_ms: i64,
    pub(super) meta: ObjectMeta,
    pub(super) checksums: Checksums,
    /// The files that it is made of, in order.
    pub(super) files: Vec<String>,
}

/// `end.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    sha256: String,
}

/// Why an archive could not be written or read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ArchiveError {
    /// It is not what we write, or not whole.
    #[error("The file is no whole backup of a bucket: {0}.")]
    Refused(String),
    /// The store failed, or refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file could not be read or written.
    #[error("The archive could not be read or written: {0}.")]
    Io(std::io::Error),
    /// It is valid but can't be had here.
    #[error("{0}")]
    Unfit(String),
    /// Nobody waits for it any more.
    #[error("It was broken off.")]
    BrokenOff,
}

impl From<std::io::Error> for ArchiveError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded | std::io::ErrorKind::FileTooLarge => {
                Self::Unfit("The disk is full. Free some space and try again.".to_owned())
            }
            _ => Self::Io(error),
        }
    }
}

fn refused(what: impl Into<String>) -> ArchiveError {
    ArchiveError::Refused(what.into())
}
