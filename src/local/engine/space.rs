//! A full disk: refused before anything is begun, and still told when it happens in the middle.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::refusal::Refusal;

/// Below this nothing new is begun. An empty PostgreSQL cluster alone takes 39 MB, and its step says so itself when that
/// is not there; this much is needed for the platform to keep its own books.
const LEAST: u64 = 16 * 1024 * 1024;
/// Given back to the file system when it is full, so that the failure itself can be written down.
const BALLAST: usize = 512 * 1024;
const BALLAST_FILE: &str = "ballast";

/// Refuses when there is hardly any space left.
pub(super) fn check(platform: &Path) -> Result<(), Refusal> {
    let Ok(stat) = rustix::fs::statvfs(platform) else { return Ok(()) };
    let free = stat.f_bavail.saturating_mul(stat.f_frsize);
    if free >= LEAST {
        return Ok(());
    }
    Err(Refusal::disk_full(format!(
        "The disk that holds {} is full ({} MiB left, at least {} are needed): free some space and try again. Nothing was created.",
        platform.display(),
        free / 1024 / 1024,
        LEAST / 1024 / 1024
    )))
}

/// Lays the ballast up, if it is not there. Without it the platform runs as well, until the disk is full.
pub(super) fn make_ballast(platform: &Path) {
    let path = platform.join(BALLAST_FILE);
    if fs::metadata(&path).is_ok_and(|file| file.len() == BALLAST as u64) {
        return;
    }
    let written = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path)
        .and_then(|mut file| file.write_all(&vec![b'-'; BALLAST]).and_then(|()| file.sync_all()));
    if written.is_err() {
        let _ = fs::remove_file(&path);
    }
}

/// Gives the ballast back. True when there was some.
pub(super) fn drop_ballast(platform: &Path) -> bool {
    fs::remove_file(platform.join(BALLAST_FILE)).is_ok()
}
