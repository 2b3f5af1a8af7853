//! The record of every unlocking of a read-only profile: one line each, on disk before anything can be written.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::record::{now, without_userinfo};
use super::{Actor, Journal, JournalError};
use crate::model::ProfileName;

/// The file beside the operations. Its name is no operation's id, so it is never taken for one.
const FILE: &str = "unlocks.jsonl";

/// One unlocking: who, where, why, until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unlock {
    /// When it was recorded.
    pub at: Timestamp,
    /// Who acts, from where.
    #[serde(flatten)]
    pub actor: Actor,
    /// The profile that is unlocked.
    pub profile: ProfileName,
    /// The platform's name.
    pub platform: String,
    /// The platform's endpoint, without user name and password.
    pub endpoint: String,
    /// Why, in a person's words.
    pub reason: String,
    /// When it ends at the latest.
    pub until: Timestamp,
}

impl Unlock {
    /// An unlocking by this process, now.
    pub fn new(profile: ProfileName, platform: &str, endpoint: &str, reason: String, until: Timestamp) -> Self {
        Self {
            at: now(),
            actor: Actor::from_env(),
            profile,
            platform: platform.to_owned(),
            endpoint: without_userinfo(endpoint),
            reason,
            until,
        }
    }
}

impl Journal {
    /// Records an unlocking. When this returns, it is on disk.
    ///
    /// # Errors
    /// When it could not be written: then nothing may be unlocked.
    pub fn unlock(&self, unlock: &Unlock) -> Result<(), JournalError> {
        self.append_unlock(unlock).map_err(|error| {
            JournalError(format!(
                "The unlocking could not be written to {} ({error}), so profile {} stays read-only.",
                self.unlocks_file().display(),
                unlock.profile
            ))
        })
    }

    /// Every unlocking on record, oldest first. A line that can't be read is left out.
    ///
    /// # Errors
    /// When the file is there and can't be read.
    pub fn unlocks(&self) -> Result<Vec<Unlock>, JournalError> {
        let path = self.unlocks_file();
        match std::fs::read(&path) {
            Ok(bytes) => {
                Ok(bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect())
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(JournalError(format!("{} can't be read: {error}.", path.display()))),
        }
    }

    fn append_unlock(&self, unlock: &Unlock) -> std::io::Result<()> {
        let path = self.unlocks_file();
        let mut file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
        // Another dashboard may unlock in the same moment; it waits for one line.
        file.lock()?;
        let mut line = Vec::new();
        if !ends_a_line(&mut file)? {
            line.push(b'\n');
        }
        serde_json::to_writer(&mut line, unlock)?;
        line.push(b'\n');
        file.write_all(&line)?;
        file.sync_all()?;
        File::open(self.dir())?.sync_all()
    }

    fn unlocks_file(&self) -> PathBuf {
        self.dir().join(FILE)
    }
}

/// Whether the file is empty or whole: the next line must not be glued to a torn one.
fn ends_a_line(file: &mut File) -> std::io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn unlock(reason: &str) -> Unlock {
        let until = "2026-11-20T03:41:00Z".parse().unwrap();
        let endpoint = "https://ada:hunter2@platform.example.com";
        Unlock::new(ProfileName("work".into()), "local", endpoint, reason.into(), until)
    }

    #[test]
    fn an_unlocking_is_recorded_with_who_why_and_until_when() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("operations")).unwrap();
        assert_eq!(journal.unlocks().unwrap(), []);
        journal.unlock(&unlock("INC-4711")).unwrap();
        // Torn by a full disk, or by a crash.
        let path = journal.dir().join(FILE);
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"at\":\"20").unwrap();
        journal.unlock(&unlock("the second")).unwrap();
        let unlocks = journal.unlocks().unwrap();
        assert_eq!(unlocks.iter().map(|unlock| unlock.reason.as_str()).collect::<Vec<_>>(), ["INC-4711", "the second"]);
        assert_eq!(unlocks[0].until, "2026-11-20T03:41:00Z".parse().unwrap());
        assert!(!unlocks[0].actor.user.is_empty());
        assert!(!std::fs::read_to_string(&path).unwrap().contains("hunter2"));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(journal.list(10).unwrap(), [], "it is no operation");
    }

    #[test]
    fn an_unlocking_that_cannot_be_recorded_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("operations")).unwrap();
        std::fs::create_dir(journal.dir().join(FILE)).unwrap();
        let error = journal.unlock(&unlock("INC-4711")).unwrap_err();
        assert!(error.0.contains("stays read-only"), "{error}");
    }
}
