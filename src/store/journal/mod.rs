//! The journal: one append-only file of JSON lines per operation. Intent is on disk before a request leaves; what the
//! platform said, and the end, follow. It is also the audit log. It never holds a secret.

mod actor;
mod courses;
mod file;
mod handoff;
mod record;
mod story;
#[cfg(test)]
mod tests;
mod unlock;
mod usual;
mod watch;

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use rustix::process::geteuid;

use crate::model::{Operation, OperationId, printable, shell_quote};

pub use actor::Actor;
pub(super) use courses::process;
pub use courses::{PartOf, Plan, Wheel};
pub use file::Driver;
pub use handoff::{Adopted, adopt, hand_off};
pub use record::{Entry, Intent, Record, RecordKind};
pub use unlock::Unlock;
pub use usual::{LastDrill, Rehearsal, Usual};
pub use watch::{JournalChanges, Told, Watch};

const EXTENSION: &str = "jsonl";
/// How the name of an operation's own folder ends: what a program that writes for us leaves behind.
const FOLDER: &str = "d";
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);
/// For how long an unknown outcome is looked into.
const UNKNOWN_IS_FOLLOWED: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The length of `20261120T174600Z-01234567`.
const ID_LENGTH: usize = 25;

/// Why the journal can't be used. Without a journal nothing is written to any platform.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct JournalError(pub String);

/// The folder of operations.
#[derive(Clone, Debug)]
pub struct Journal {
    dir: PathBuf,
}

impl Journal {
    /// Opens the folder, making it where it is missing (0700), and checks that it can be written.
    ///
    /// # Errors
    /// A sentence that names the folder. The program is read-only then.
    pub fn open(dir: &Path) -> Result<Self, JournalError> {
        let journal = Self { dir: dir.to_owned() };
        journal.check().map_err(|error| {
            JournalError(format!(
                "Nothing can be written for want of a journal (--state-dir DIR names another folder): {} can't be written \
                 ({}). Make it writable for you.",
                dir.display(),
                folder_trouble(&error)
            ))
        })?;
        Ok(journal)
    }

    /// The journal for looking alone: its folder need not be writable, nor be there.
    pub fn for_reading(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    fn check(&self) -> std::io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.dir)?;
        if std::fs::metadata(&self.dir)?.permissions().mode() & 0o077 != 0 {
            std::fs::set_permissions(&self.dir, Permissions::from_mode(0o700))?;
        }
        let probe = self.dir.join(format!(".probe-{}-{:08x}", std::process::id(), rand::random::<u32>()));
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&probe)?;
        std::fs::remove_file(&probe)
    }

    /// What is not as it should be about the folder that the journal lies in; a sentence.
    pub fn doubt(&self) -> Option<String> {
        let state = self.dir.parent()?;
        let metadata = std::fs::metadata(state).ok()?;
        let (mode, owner) = (metadata.permissions().mode(), metadata.uid());
        let exchange = "could exchange the journal in it, which says what was sent";
        let shown = state.display();
        if mode & 0o022 != 0 && mode & 0o1000 == 0 {
            let line = shell_quote(&state.to_string_lossy());
            let mode = mode & 0o7777;
            return Some(format!(
                "Others may write in {shown} (mode {mode:04o}) and {exchange}. Run: chmod go-w {line}"
            ));
        }
        (owner != 0 && owner != geteuid().as_raw()).then(|| {
            format!(
                "{shown} belongs to another user (uid {owner}), who {exchange}. Name one of your own: --state-dir DIR."
            )
        })
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Writes an intent to a new file. When this returns, file and folder entry are on disk, and the file is locked
    /// until the driver is dropped.
    ///
    /// # Errors
    /// When it could not be written: then nothing may be sent.
    pub fn begin(&self, intent: Intent) -> Result<Driver, JournalError> {
        let path = self.path(&intent.id).ok_or_else(|| bad_id(&intent.id))?;
        Driver::create(&path, intent)
            .and_then(|driver| {
                File::open(&self.dir)?.sync_all()?;
                Ok(driver)
            })
            .map_err(|error| {
                JournalError(format!(
                    "The intent could not be written to {} ({error}), so nothing was sent.",
                    path.display()
                ))
            })
    }

    /// Takes over an operation to append to it; `None` while another process drives it.
    ///
    /// # Errors
    /// When the file can't be read or written.
    pub fn drive(&self, id: &OperationId) -> Result<Option<Driver>, JournalError> {
        let path = self.path(id).ok_or_else(|| bad_id(id))?;
        Driver::take(&path).map_err(|error| unreadable(&path, &error))
    }

    /// The newest operations, newest first, at most `limit`.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn list(&self, limit: usize) -> Result<Vec<Operation>, JournalError> {
        Ok(self.entries(limit, None)?.into_iter().map(|entry| entry.operation).collect())
    }

    /// The newest operations that began at or after `since`, newest first, at most `limit`. No older file is read.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn entries(&self, limit: usize, since: Option<Timestamp>) -> Result<Vec<Entry>, JournalError> {
        let ids = self.ids()?;
        let first = since.map(|since| OperationId::new(since, 0));
        let mut newest: Vec<Entry> = Vec::new();
        let mut second = "";
        for id in ids.iter().rev().take_while(|id| first.as_ref().is_none_or(|first| *id >= first)) {
            // Ids tell the second; within it, only what is recorded tells which came first.
            let of = id.as_str().split_once('-').map_or("", |(second, _)| second);
            if newest.len() >= limit && of != second {
                break;
            }
            second = of;
            newest.extend(self.read(id).filter(|entry| since.is_none_or(|since| entry.intent.at >= since)));
        }
        newest.sort_by_key(|entry| std::cmp::Reverse(entry.intent.at));
        newest.truncate(limit);
        Ok(newest)
    }

    /// One operation with everything that was recorded of it.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn get(&self, id: &OperationId) -> Result<Option<Entry>, JournalError> {
        let Some(path) = self.path(id) else { return Ok(None) };
        match file::read(&path) {
            Ok(entry) => Ok(entry),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreadable(&path, &error)),
        }
    }

    /// The operations of every user and profile here, sent to that endpoint and begun in the last seven days, that have no
    /// end yet or none that is known and noted, oldest first.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn open_at(&self, endpoint: &str) -> Result<Vec<Entry>, JournalError> {
        let since = OperationId::new(Timestamp::now() - UNKNOWN_IS_FOLLOWED, 0);
        let recent = self.ids()?.into_iter().filter(|id| *id >= since);
        let is_open = |entry: &Entry| entry.intent.endpoint == endpoint && entry.operation.is_open();
        Ok(recent.filter_map(|id| self.read(&id)).filter(is_open).collect())
    }

    /// Records that a person took note of an unknown outcome, which it stays.
    ///
    /// # Errors
    /// When it could not be recorded, or there is nothing to take note of any more; a sentence.
    pub fn note(&self, id: &OperationId) -> Result<Operation, JournalError> {
        let Some(mut driver) = self.drive(id)? else {
            return Err(JournalError(format!("Operation {id} is being worked on by another process just now.")));
        };
        if !driver.operation().is_unsettled() {
            return Ok(driver.operation().clone());
        }
        driver.record(RecordKind::Noted { actor: Actor::from_env() }).cloned()
    }

    /// Deletes the files of operations that began more than 400 days before `now`; how many there were.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn prune(&self, now: Timestamp) -> Result<usize, JournalError> {
        let Ok(since) = now.checked_sub(KEPT) else { return Ok(0) };
        let first_kept = OperationId::new(since, 0);
        let old = |ids: Vec<OperationId>| ids.into_iter().filter(|id| *id < first_kept).collect::<Vec<_>>();
        for id in old(self.course_ids()?) {
            // It is no operation of its own: those of its steps are counted.
            let _ = std::fs::remove_file(self.course_path(&id)?);
        }
        for folder in old(self.ids_that_end_with(".d")?).iter().filter_map(|id| self.folder_path(id)) {
            // The next start tries again.
            let _ = std::fs::remove_dir_all(folder);
        }
        let paths = old(self.ids()?).into_iter().filter_map(|id| self.path(&id));
        Ok(paths.filter(|path| std::fs::remove_file(path).is_ok()).count())
    }

    /// Makes an operation's own folder, for nobody else to look into. It goes when its operation goes.
    ///
    /// # Errors
    /// A sentence, when it can't be made or is there already.
    pub(in crate::store) fn make_folder(&self, id: &OperationId) -> Result<PathBuf, JournalError> {
        let path = self.folder_path(id).ok_or_else(|| bad_id(id))?;
        let made = DirBuilder::new().mode(0o700).create(&path).and_then(|()| std::path::absolute(&path));
        made.map_err(|error| JournalError(format!("The folder {} can't be made ({error}).", path.display())))
    }

    /// A file that can't be understood must not hide the others; the log names it.
    fn read(&self, id: &OperationId) -> Option<Entry> {
        let path = self.path(id)?;
        match file::read(&path) {
            Ok(Some(entry)) => Some(entry),
            Ok(None) => {
                tracing::warn!(path = %path.display(), "journal file without a whole intent; nothing was sent for it");
                None
            }
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "journal file can't be read");
                None
            }
        }
    }

    fn path(&self, id: &OperationId) -> Option<PathBuf> {
        is_id(id.as_str()).then(|| self.dir.join(id.as_str()).with_extension(EXTENSION))
    }

    fn folder_path(&self, id: &OperationId) -> Option<PathBuf> {
        is_id(id.as_str()).then(|| self.dir.join(id.as_str()).with_extension(FOLDER))
    }

    /// The ids that have a file, oldest first.
    fn ids(&self) -> Result<Vec<OperationId>, JournalError> {
        self.ids_that_end_with(".jsonl")
    }

    /// The ids of what is named like that, oldest first.
    fn ids_that_end_with(&self, ending: &str) -> Result<Vec<OperationId>, JournalError> {
        let folder = std::fs::read_dir(&self.dir).map_err(|error| unreadable(&self.dir, &error))?;
        let name = |item: std::io::Result<std::fs::DirEntry>| item.ok()?.file_name().into_string().ok();
        let mut ids: Vec<OperationId> = folder
            .filter_map(name)
            .filter_map(|name| name.strip_suffix(ending).filter(|id| is_id(id)).map(|id| OperationId(id.to_owned())))
            .collect();
        ids.sort_unstable();
        Ok(ids)
    }
}

/// Why there is no folder to write in, in words that help.
fn folder_trouble(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::AlreadyExists => "there is a file, or a link that leads nowhere, in its place".to_owned(),
        _ => error.to_string(),
    }
}

/// An id becomes a file's name, so nothing but an id may be one.
fn is_id(id: &str) -> bool {
    id.len() == ID_LENGTH && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn bad_id(id: &OperationId) -> JournalError {
    JournalError(format!("{:?} is not the id of an operation.", printable(id.as_str())))
}

fn unreadable(path: &Path, error: &std::io::Error) -> JournalError {
    JournalError(format!("The journal {} can't be read: {error}.", path.display()))
}
