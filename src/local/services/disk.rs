//! Space on the disk, for drivers that are about to write much.

use std::path::Path;

use super::StepError;
use crate::model::size;

/// What is left free for everybody else on the disk.
const SPARE: u64 = 16 << 20;

/// Refuses what would fill the disk under everybody's feet: a server that can't write takes no writes from apps either.
/// `what` begins the words after `;`: `a copy of the bucket`.
///
/// # Errors
/// A sentence with how much there is and how much may be needed.
pub(super) fn check(folder: &Path, needed: u64, what: &str) -> Result<(), StepError> {
    let Ok(stat) = rustix::fs::statvfs(folder) else { return Ok(()) };
    let free = stat.f_bavail.saturating_mul(stat.f_frsize);
    if free >= needed.saturating_add(SPARE) {
        return Ok(());
    }
    Err(StepError::plain(format!(
        "The disk that holds {} has {} left; {what} may need {}, and {} stay free for others. Free some space and try again.",
        folder.display(),
        size(free),
        size(needed),
        size(SPARE)
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_there_is_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        check(folder.path(), 1, "a copy").unwrap();
        let error = check(folder.path(), u64::MAX / 2, "a copy").unwrap_err();
        assert!(error.message.contains("left; a copy may need"), "{error}");
    }
}
