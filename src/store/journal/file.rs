//! One operation's file.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use super::record::now;
use super::{Entry, Intent, JournalError, Record, RecordKind};
use crate::model::Operation;

/// How often, and how far apart, a lock is tried: a reader holds one for the blink in which it asks who drives.
const LOCK_TRIES: u32 = 40;
const LOCK_PAUSE: Duration = Duration::from_millis(5);

/// The right to append to one operation, held as a lock on its file.
#[derive(Debug)]
pub struct Driver {
    file: File,
    entry: Entry,
}

impl Driver {
    /// The operation as recorded so far.
    pub fn operation(&self) -> &Operation {
        &self.entry.operation
    }

    /// The operation with all its lines.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Appends a line and puts it on disk.
    ///
    /// # Errors
    /// When it could not be written.
    pub fn record(&mut self, kind: RecordKind) -> Result<&Operation, JournalError> {
        let record = Record { at: now(), kind };
        append(&mut self.file, &record).map_err(|error| {
            JournalError(format!("The journal of operation {} could not be written: {error}.", self.entry.intent.id))
        })?;
        self.entry.push(record);
        Ok(&self.entry.operation)
    }

    /// Makes the file of a new operation with its intent on disk. The folder is the caller's to sync.
    pub(super) fn create(path: &Path, intent: Intent) -> std::io::Result<Self> {
        let mut file = OpenOptions::new().read(true).append(true).create_new(true).mode(0o600).open(path)?;
        file.lock()?;
        append(&mut file, &intent)?;
        file.sync_all()?;
        Ok(Self { file, entry: Entry::new(intent, true) })
    }

    /// Takes over an existing file; `None` while somebody else drives it.
    pub(super) fn take(path: &Path) -> std::io::Result<Option<Self>> {
        let mut file = OpenOptions::new().read(true).append(true).open(path)?;
        if !try_lock(&file)? {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(0))?;
        file.read_to_end(&mut bytes)?;
        let Some(mut entry) = Entry::parse(&bytes, false) else {
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "its first line is not whole"));
        };
        entry.is_driven = true;
        // A torn last line stays as it is; the next one must not be glued to it.
        if !bytes.ends_with(b"\n") {
            file.write_all(b"\n")?;
        }
        Ok(Some(Self { file, entry }))
    }
}

/// Closing alone would not do: a program that we start has every descriptor of ours for the blink until it is executed, and the
/// lock with it, and whoever looks then would take what is over for something that is still driven.
impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

/// Reads a file without disturbing whoever drives it; `None` when not even its intent is whole.
pub(super) fn read(path: &Path) -> std::io::Result<Option<Entry>> {
    let mut file = File::open(path)?;
    // A shared lock held while reading keeps a driver from starting in between, which would look like one that gave up.
    let is_driven = match file.try_lock_shared() {
        Ok(()) => false,
        Err(TryLockError::WouldBlock) => true,
        Err(TryLockError::Error(error)) => return Err(error),
    };
    let mut bytes = Vec::new();
    let read = file.read_to_end(&mut bytes);
    file.unlock()?;
    read?;
    Ok(Entry::parse(&bytes, is_driven))
}

fn try_lock(file: &File) -> std::io::Result<bool> {
    for attempt in 0..LOCK_TRIES {
        if attempt > 0 {
            std::thread::sleep(LOCK_PAUSE);
        }
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(false)
}

/// What a line is written to. A trait, so that a test may see that nothing is believed written before it is on disk.
trait Disk: Write {
    /// Returns once everything written is on disk.
    fn settle(&mut self) -> std::io::Result<()>;
}

impl Disk for File {
    fn settle(&mut self) -> std::io::Result<()> {
        self.sync_data()
    }
}

/// Writes a line whole. When this returns, it is on disk.
fn append(file: &mut impl Disk, line: &impl serde::Serialize) -> std::io::Result<()> {
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    file.write_all(&bytes)?;
    file.settle()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Knows how much of what was written is on disk.
    #[derive(Default)]
    struct Paper {
        written: Vec<u8>,
        on_disk: usize,
    }

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            // A disk may take less than it is given.
            let count = bytes.len().min(7);
            self.written.extend(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Disk for Paper {
        fn settle(&mut self) -> std::io::Result<()> {
            self.on_disk = self.written.len();
            Ok(())
        }
    }

    #[test]
    fn a_line_is_whole_and_on_disk_when_it_counts_as_written() {
        let mut paper = Paper::default();
        append(&mut paper, &"the intent of a command").unwrap();
        assert_eq!(paper.written, b"\"the intent of a command\"\n");
        assert_eq!(paper.on_disk, paper.written.len());
    }

    #[test]
    fn what_is_let_go_of_is_free_at_once_though_a_program_being_started_still_has_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.jsonl");
        let command = crate::model::Command::Restart { addon_id: "id".into(), addon: "orders".into() };
        let profile = crate::model::ProfileName("work".into());
        let driver = Driver::create(&path, Intent::new(profile, "v1", "http://127.0.0.1", command, now())).unwrap();
        // What a fork has of us until it executes.
        let _of_the_fork = driver.file.try_clone().unwrap();
        assert_eq!(read(&path).unwrap().map(|entry| entry.is_driven), Some(true));
        drop(driver);
        assert_eq!(read(&path).unwrap().map(|entry| entry.is_driven), Some(false));
        assert!(Driver::take(&path).unwrap().is_some());
    }
}
