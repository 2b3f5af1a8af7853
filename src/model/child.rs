//! Another program that writes for us.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A process that was started to carry out a command. It outlives us, and is found again by this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChildProcess {
    /// Its id.
    pub pid: u32,
    /// When it began, in ticks since the machine's start, where that could be told: an id alone may be another process's later.
    pub began: Option<u64>,
    /// The machine that it runs on.
    pub host: String,
    /// The file that has what it printed, as an absolute path.
    pub output: PathBuf,
}
