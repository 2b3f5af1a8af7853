//! Opening the state file so that nothing that might still be saved is ever overwritten, and the lock that keeps a second
//! platform off the folder.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::{DbError, addons, backups, operations, schema};

/// The state file's name in the platform's folder.
pub const STATE_FILE: &str = "state.db";
const LOCK_FILE: &str = "lock";
const LOOKERS: u32 = 10;
const LOOK: Duration = Duration::from_millis(10);
const MAGIC: &[u8] = b"SQLite format 3\0";

/// Why the state file was not opened. It was left as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It is not what it should be.
    #[error(
        "The platform's state file {} is damaged ({why}). Nothing was changed. Rebuild it from what lies beside it with: attache platform recover",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A newer program wrote it.
    #[error(
        "The platform's state file {} has version {found}, and this program knows versions up to {known}. Nothing was changed. Use the newer attache that wrote it.",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version that we know.
        known: i64,
    },
    /// There are add-ons or backups but no state of them.
    #[error(
        "The platform's state file {} is missing or empty, but {} is not. Nothing was changed. Rebuild the state from what is there with: attache platform recover",
        path.display(), folder.display()
    )]
    Lost {
        /// The file that should be there.
        path: PathBuf,
        /// The folder that holds add-ons or backups.
        folder: PathBuf,
    },
    /// The system does not let us.
    #[error(
        "The platform's state file {} can't be used: {why}. It and its folder have to be writable for the user who runs the platform, on a disk with space left.",
        path.display()
    )]
    Unusable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        why: String,
    },
}

/// Why the folder was not locked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LockError {
    /// Another platform runs on it.
    #[error("A platform already runs on {} (process {}). Look at it with: attache platform status", folder.display(),
        pid.map_or_else(|| "unknown".to_owned(), |pid| pid.to_string()))]
    Held {
        /// The platform's folder.
        folder: PathBuf,
        /// The process that holds it, where it could be told.
        pid: Option<i32>,
    },
    /// The system does not let us.
    #[error(
        "The platform's folder {} can't be locked: {why}. It has to be writable for the user who runs the platform.",
        folder.display()
    )]
    Unusable {
        /// The platform's folder.
        folder: PathBuf,
        /// The system's reason.
        why: String,
    },
}

/// Held by the one platform that may use a folder, for as long as it lives; the system frees it when the process ends.
#[derive(Debug)]
pub struct PlatformLock {
    _file: File,
}

impl PlatformLock {
    /// Takes the folder for this process.
    ///
    /// # Errors
    /// When another platform has it, or the lock file can't be written.
    pub fn take(folder: &Path) -> Result<Self, LockError> {
        let unusable = |error: std::io::Error| LockError::Unusable { folder: folder.into(), why: error.to_string() };
        let mut file = open_lock(folder).map_err(unusable)?;
        let mut attempt = 0;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                // Somebody who only looks whether it is locked holds it for a moment (`holder`).
                Err(std::fs::TryLockError::WouldBlock) if attempt < LOOKERS => {
                    attempt += 1;
                    std::thread::sleep(LOOK);
                }
                Err(std::fs::TryLockError::WouldBlock) => {
                    return Err(LockError::Held { folder: folder.into(), pid: read_pid(&mut file) });
                }
                Err(std::fs::TryLockError::Error(error)) => return Err(unusable(error)),
            }
        }
        file.set_len(0).map_err(unusable)?;
        file.rewind().map_err(unusable)?;
        writeln!(file, "{}", std::process::id()).map_err(unusable)?;
        Ok(Self { _file: file })
    }
}

/// The process that holds the folder: `None` when nobody does, `Some(None)` when somebody does whose id can't be told.
///
/// # Errors
/// When the lock file is there but can't be looked at.
pub fn holder(folder: &Path) -> Result<Option<Option<i32>>, LockError> {
    let unusable = |error: std::io::Error| LockError::Unusable { folder: folder.into(), why: error.to_string() };
    let mut file = match File::open(folder.join(LOCK_FILE)) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unusable(error)),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(std::fs::TryLockError::WouldBlock) => Ok(Some(read_pid(&mut file))),
        Err(std::fs::TryLockError::Error(error)) => Err(unusable(error)),
    }
}

/// Whether a platform ever kept state here: its file, or what is left where that is lost.
pub fn has_held_state(folder: &Path) -> bool {
    folder.join(STATE_FILE).exists() || remains(folder).is_some()
}

/// A folder of add-ons or backups that is not empty.
fn remains(platform: &Path) -> Option<PathBuf> {
    let folders = [crate::local::ADDONS_FOLDER, crate::local::engine::backups::files::BACKUPS_FOLDER];
    let is_used = |folder: &PathBuf| std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    folders.into_iter().map(|name| platform.join(name)).find(is_used)
}

fn open_lock(folder: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(folder.join(LOCK_FILE))
}

fn read_pid(file: &mut File) -> Option<i32> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

pub(super) fn open(platform: &Path) -> Result<Connection, OpenError> {
    let path = platform.join(STATE_FILE);
    let unusable = |why: String| OpenError::Unusable { path: path.clone(), why };
    let damaged = |why: String| OpenError::Damaged { path: path.clone(), why };

    let head = match File::open(&path) {
        Ok(mut file) => {
            let mut head = Vec::new();
            Read::by_ref(&mut file)
                .take(MAGIC.len() as u64)
                .read_to_end(&mut head)
                .map_err(|e| unusable(e.to_string()))?;
            Some(head)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(unusable(error.to_string())),
    };
    let is_new = head.as_ref().is_none_or(Vec::is_empty);
    if is_new {
        // A first start that was killed leaves an empty file and a log beside it, and no add-ons yet.
        if let Some(folder) = remains(platform) {
            return Err(OpenError::Lost { path, folder });
        }
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(|e| unusable(e.to_string()))?;
    } else if head.is_some_and(|head| head != MAGIC) {
        return Err(damaged("it is not an SQLite file".to_owned()));
    }

    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(&path, flags).map_err(|e| unusable(e.to_string()))?;
    // Until it is known to be whole, closing must not move anything from the log into the file.
    let keep = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
    connection.set_db_config(keep, true).map_err(|e| unusable(e.to_string()))?;
    let classify = |error: rusqlite::Error| match error.sqlite_error_code() {
        // Without a class of its own comes, among others, a head that names no format that SQLite knows.
        Some(
            rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::Unknown,
        ) => damaged(error.to_string()),
        Some(rusqlite::ErrorCode::DiskFull) => unusable("the disk is full".to_owned()),
        _ => unusable(error.to_string()),
    };
    // One process only, so the index of the log stays in memory: no mapped file that a full disk turns into SIGBUS.
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE").map_err(classify)?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(classify)?;
    if version > 0 {
        let id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(classify)?;
        if id != schema::APPLICATION_ID {
            return Err(damaged("it is another program's database".to_owned()));
        }
    }
    if version > schema::VERSION {
        return Err(OpenError::Newer { path, found: version, known: schema::VERSION });
    }
    if version > 0 {
        let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(classify)?;
        if verdict != "ok" {
            return Err(damaged(verdict.replace('\n', " ")));
        }
    } else if !is_new {
        let tables: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(classify)?;
        if tables > 0 {
            return Err(damaged("it is another program's database".to_owned()));
        }
        // Until the log is moved into it for the first time, the file itself is an empty database: the log was lost.
        if let Some(folder) = remains(platform) {
            return Err(OpenError::Lost { path, folder });
        }
    }
    connection.pragma_update(None, "journal_mode", "WAL").map_err(classify)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(classify)?;
    connection.pragma_update(None, "foreign_keys", "ON").map_err(classify)?;
    schema::migrate(&mut connection, version).map_err(classify)?;
    read_rows(&connection).map_err(|error| match error {
        DbError::Full => unusable("the disk is full".to_owned()),
        DbError::Other(why) => damaged(why),
    })?;
    connection.set_db_config(keep, false).map_err(classify)?;
    Ok(connection)
}

/// Reads every row that the platform has to understand: a page can be whole and its text be none of ours.
fn read_rows(connection: &Connection) -> Result<(), DbError> {
    addons::all(connection)?;
    operations::unfinished(connection)?;
    backups::list(connection, None, i64::MAX, i64::MAX)?;
    Ok(())
}

/// Makes an empty state in a file of its own, which is not there yet, without a log beside it.
///
/// # Errors
/// When it is there, or can't be made.
pub fn make(path: &Path) -> Result<Connection, OpenError> {
    let unusable = |why: String| OpenError::Unusable { path: path.to_owned(), why };
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(|e| unusable(e.to_string()))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(|e| unusable(e.to_string()))?;
    let prepare = |connection: &mut Connection| {
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        schema::migrate(connection, 0)
    };
    prepare(&mut connection).map_err(|e| unusable(e.to_string()))?;
    Ok(connection)
}
