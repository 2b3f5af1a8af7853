//! Moving the old state aside, so that it can still be looked at.

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::local::db::STATE_FILE;

/// The state file, then what belongs to it: whoever is cut off here finds a lost state, and goes on.
const PARTS: [&str; 3] = ["", "-wal", "-shm"];

/// Moves the state file with its log to `state.db.damaged-TIME`; gives the new paths of what was there.
pub(super) fn move_aside(platform: &Path) -> io::Result<Vec<PathBuf>> {
    let stem = format!("{STATE_FILE}.damaged-{}", Timestamp::now().strftime("%Y%m%dT%H%M%SZ"));
    let free = |attempt: u32| {
        let stem = if attempt == 0 { stem.clone() } else { format!("{stem}-{attempt}") };
        let is_free = PARTS.iter().all(|part| platform.join(format!("{stem}{part}")).symlink_metadata().is_err());
        is_free.then_some(stem)
    };
    let stem = (0..1000).find_map(free).ok_or(io::ErrorKind::AlreadyExists)?;
    let mut moved = Vec::new();
    for part in PARTS {
        let (from, to) = (platform.join(format!("{STATE_FILE}{part}")), platform.join(format!("{stem}{part}")));
        match renameat_with(CWD, &from, CWD, &to, RenameFlags::NOREPLACE) {
            Ok(()) => moved.push(to),
            Err(rustix::io::Errno::NOENT) => {}
            Err(error) => return Err(error.into()),
        }
    }
    super::sync(platform)?;
    Ok(moved)
}
