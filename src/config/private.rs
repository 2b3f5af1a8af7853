//! Files that hold a token: only their owner may read them.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::model::shell_quote;

/// More than this holds no token.
const LARGEST: u64 = 1 << 20;

/// The text of such a file; `None` where there is none.
///
/// # Errors
/// What is the matter, to stand behind the file's name; others can read it, for instance.
pub(super) fn read(path: &Path) -> Result<Option<String>, String> {
    let cannot = |error: std::io::Error| format!("can't be read: {error}.");
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot(error)),
    };
    // Of what was opened, not of what has that name by then.
    let metadata = file.metadata().map_err(cannot)?;
    if metadata.is_dir() {
        return Err("is a folder. Name the file that holds it.".to_owned());
    }
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let quoted = shell_quote(&path.display().to_string());
        return Err(format!("may be read by others (mode {mode:04o}), so it was not used. Run: chmod 600 {quoted}"));
    }
    let mut text = String::new();
    let read = file.take(LARGEST + 1).read_to_string(&mut text).map_err(cannot)?;
    if read as u64 > LARGEST {
        return Err("is larger than a file with tokens is. Name the right one.".to_owned());
    }
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, set_permissions, write};

    use super::*;

    #[test]
    fn what_others_may_read_is_refused_with_the_line_that_mends_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("it's mine");
        assert_eq!(read(&path), Ok(None));
        write(&path, "s3cr3t").unwrap();
        for mode in [0o644, 0o640, 0o604, 0o620, 0o601] {
            set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            let error = read(&path).unwrap_err();
            assert!(error.contains("Run: chmod 600 '") && !error.contains("s3cr3t"), "{error}");
        }
        for mode in [0o600, 0o400] {
            set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert_eq!(read(&path), Ok(Some("s3cr3t".to_owned())));
        }
        assert!(read(folder.path()).unwrap_err().contains("folder"));
    }
}
