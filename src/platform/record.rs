//! What a writer leaves behind while it writes.

use crate::model::ChildProcess;

/// Where a writer leaves what has to be found again after this program has ended.
pub trait Record: Send + Sync {
    /// The operation's own folder, made for it (0700).
    ///
    /// # Errors
    /// A sentence when it can't be made. Nothing is to be sent then.
    fn folder(&self) -> Result<std::path::PathBuf, String>;

    /// Puts on record which process carries the command out.
    ///
    /// # Errors
    /// A sentence when it could not be written; the process goes on.
    fn started(&self, child: &ChildProcess) -> Result<(), String>;
}
