//! What a writer leaves behind while it writes.

use std::path::{Path, PathBuf};

/// Where a writer leaves what has to be found again after this program has ended.
pub trait Record: Send + Sync {
    /// The operation's own folder, made for it (0700).
    ///
    /// # Errors
    /// A sentence when it can't be made. Nothing is to be sent then.
    fn folder(&self) -> Result<PathBuf, String>;

    /// Puts on record which process carries the command out, and which file has what it prints. It was started by us just now.
    ///
    /// # Errors
    /// A sentence when it could not be written; the process goes on.
    fn started(&self, pid: u32, output: &Path) -> Result<(), String>;

    /// Puts a sentence on record: something that was seen on the way. Never a secret.
    ///
    /// # Errors
    /// A sentence when it could not be written.
    fn progress(&self, sentence: &str) -> Result<(), String>;
}
