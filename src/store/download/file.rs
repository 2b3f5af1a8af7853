//! A file that is whole or not there: written beside its place, checked, and moved into it.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Seek as _, Write as _};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use sha2::{Digest, Sha256};

/// A file on its way. Dropped before it is put into place, it is gone.
pub struct Part {
    file: File,
    path: PathBuf,
    target: PathBuf,
    may_replace: bool,
    digest: Sha256,
    size: u64,
    is_done: bool,
}

impl Part {
    /// Begins `target`.part, for its owner alone.
    ///
    /// # Errors
    /// A sentence: when one of the two is there and may not be replaced, or the folder can't be written.
    pub fn begin(target: &Path, may_replace: bool) -> Result<Self, String> {
        let shown = target.display();
        if !may_replace && target.symlink_metadata().is_ok() {
            return Err(format!(
                "{shown} is there already. Choose another file with --output, or replace it with --force."
            ));
        }
        if target.is_dir() {
            return Err(format!("{shown} is a folder, so no file can take its place."));
        }
        let mut name = target.as_os_str().to_owned();
        name.push(".part");
        let path = PathBuf::from(name);
        if may_replace
            && let Err(error) = fs::remove_file(&path)
            && error.kind() != ErrorKind::NotFound
        {
            return Err(format!("{} can't be replaced: {error}.", path.display()));
        }
        let file = take(&path).map_err(|error| match error.kind() {
            ErrorKind::WouldBlock => {
                format!("Another download is writing {} just now. Wait for it, or choose another file.", path.display())
            }
            _ => format!("{} can't be written: {error}.", path.display()),
        })?;
        let (target, digest) = (target.to_owned(), Sha256::new());
        Ok(Self { file, path, target, may_replace, digest, size: 0, is_done: false })
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// A sentence, such as that the disk is full.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.file.write_all(bytes).map_err(|error| self.cannot(&error))?;
        self.digest.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// How many bytes there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The checksum of what was written, as backups have it: `sha256:9f86…`.
    pub fn checksum(&self) -> String {
        self.digest.clone().finalize().iter().fold("sha256:".to_owned(), |mut text, byte| {
            // Writing to a string never fails.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// Makes it durable and puts it into its place.
    ///
    /// # Errors
    /// A sentence: when it can't be written, or its place was taken meanwhile.
    pub fn put_into_place(mut self) -> Result<(), String> {
        self.file.sync_all().map_err(|error| self.cannot(&error))?;
        let moved = if self.may_replace { fs::rename(&self.path, &self.target) } else { self.move_to_free_place() };
        moved.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => {
                format!("{} was made by somebody else meanwhile. It was left as it is.", self.target.display())
            }
            _ => self.cannot(&error),
        })?;
        self.is_done = true;
        let folder = self.target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| self.cannot(&error))
    }

    fn move_to_free_place(&self) -> io::Result<()> {
        match renameat_with(CWD, &self.path, CWD, &self.target, RenameFlags::NOREPLACE) {
            // A file system that knows no such move.
            Err(rustix::io::Errno::INVAL) => {
                fs::hard_link(&self.path, &self.target)?;
                fs::remove_file(&self.path)
            }
            moved => Ok(moved?),
        }
    }

    fn cannot(&self, error: &io::Error) -> String {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                format!("{} can't be written: the disk is full. Nothing of it was kept.", self.target.display())
            }
            _ => format!("{} can't be written: {error}.", self.target.display()),
        }
    }
}

/// Opens a file that nobody else writes: a new one, or one whose writer was broken off. Whoever writes it holds its lock.
fn take(path: &Path) -> io::Result<File> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(ErrorKind::WouldBlock.into()),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    // It may have been put into its place between opening and locking.
    let (ours, there) = (file.metadata()?, fs::symlink_metadata(path)?);
    if (ours.dev(), ours.ino()) != (there.dev(), there.ino()) {
        return Err(ErrorKind::WouldBlock.into());
    }
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    file.set_len(0)?;
    file.rewind()?;
    Ok(file)
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.is_done {
            // Where even this fails there is nothing better to do; the next download names the file.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_whole_and_private_or_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.tar");
        let names = || fs::read_dir(folder.path()).unwrap().count();
        let mut broken_off = Part::begin(&target, false).unwrap();
        broken_off.write(b"abc").unwrap();
        assert!(Part::begin(&target, false).err().unwrap().contains("Another download"));
        drop(broken_off);
        assert_eq!(names(), 0);
        let mut whole = Part::begin(&target, false).unwrap();
        whole.write(b"abc").unwrap();
        assert_eq!(whole.checksum(), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        whole.put_into_place().unwrap();
        assert_eq!((fs::read(&target).unwrap().as_slice(), names()), (&b"abc"[..], 1));
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_a_writer_left_that_was_killed_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.tar");
        fs::write(folder.path().join("a.tar.part"), "much more than comes now").unwrap();
        let mut part = Part::begin(&target, false).unwrap();
        part.write(b"abc").unwrap();
        part.put_into_place().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"abc");
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_is_there_is_replaced_only_when_asked_for_also_when_it_came_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.tar");
        let part = Part::begin(&target, false).unwrap();
        fs::write(&target, "mine").unwrap();
        assert!(part.put_into_place().unwrap_err().contains("meanwhile"));
        assert!(Part::begin(&target, false).err().unwrap().contains("--force"));
        assert_eq!(fs::read(&target).unwrap(), b"mine");
        fs::write(folder.path().join("a.tar.part"), "left over").unwrap();
        let mut forced = Part::begin(&target, true).unwrap();
        forced.write(b"new").unwrap();
        forced.put_into_place().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert!(Part::begin(folder.path(), true).err().unwrap().contains("is a folder"));
    }
}
