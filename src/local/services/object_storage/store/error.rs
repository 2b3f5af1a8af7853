//! What can go wrong with a bucket's storage.

use std::io;

/// What a storage operation ends with when it does not succeed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The add-on was stopped or destroyed.
    #[error("The bucket's add-on is stopped.")]
    Closed,
    /// The key pair was given another secret key while the request was under way.
    #[error("The secret key of this request is not valid any more.")]
    Revoked,
    /// The bucket was deleted by its own key.
    #[error("The bucket does not exist.")]
    NoBucket,
    /// The bucket is already there.
    #[error("The bucket exists already.")]
    BucketExists,
    /// The bucket holds objects.
    #[error("The bucket is not empty.")]
    BucketNotEmpty,
    /// No object has this key.
    #[error("No object has this key.")]
    NoKey,
    /// The condition of the request does not hold.
    #[error("The condition {0} does not hold.")]
    Precondition(&'static str),
    /// There is no such multipart upload for this key.
    #[error("No such multipart upload: it was completed, aborted, or belongs to another key.")]
    NoUpload,
    /// A part of the list is missing or has another ETag or checksum.
    #[error("Part {0} was not uploaded or does not match what was uploaded.")]
    InvalidPart(i32),
    /// The list of parts is not in ascending order.
    #[error("The parts are not in ascending order.")]
    PartOrder,
    /// A part other than the last is too small.
    #[error("Part {0} is smaller than 5 MiB and is not the last one.")]
    PartTooSmall(i32),
    /// The whole is not as long as the request says.
    #[error("The parts have {actual} bytes together, not {stated}.")]
    WrongSize {
        /// What the request said.
        stated: i64,
        /// What it is.
        actual: u64,
    },
    /// A digest of the request and that of the bytes differ.
    #[error("The {0} of the request does not match the bytes received.")]
    BadDigest(&'static str),
    /// The disk is full.
    #[error("The disk that holds the bucket is full.")]
    Full,
    /// The index names bytes that are not there.
    #[error("The bytes of this object are missing from the platform's folder: {0}")]
    Lost(String),
    /// The index was written by a later version of the program.
    #[error(
        "The bucket's index has form {0}, which this version of attache does not know. Use the newer version that wrote it."
    )]
    NewerIndex(i64),
    /// Another failure of the file system.
    #[error("{0}")]
    Io(io::Error),
    /// Another failure of the index.
    #[error("The bucket's index failed: {0}")]
    Index(rusqlite::Error),
    /// The thread that did it ended early.
    #[error("The storage was interrupted.")]
    Interrupted,
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => Self::Full,
            _ => Self::Io(error),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        // A write-ahead log that can't grow is told as an I/O error of the write, not as a full disk.
        const WRITE_FAILED: i32 = rusqlite::ffi::SQLITE_IOERR_WRITE;
        match &error {
            rusqlite::Error::SqliteFailure(failure, _)
                if failure.code == rusqlite::ErrorCode::DiskFull || failure.extended_code == WRITE_FAILED =>
            {
                Self::Full
            }
            _ => Self::Index(error),
        }
    }
}
