//! Which add-ons this machine has seen: one that no app has attached is in no list of Watasu's, and can be read by its name
//! alone (documented: the resources of its MCP server). Names are kept on disk, per profile and endpoint, so that one that was
//! detached is not lost sight of while it goes on costing. Never a secret.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::model::{Addon, ProfileName};

/// How soon one is asked for again that its own read did not show.
const ASKED_AGAIN: Duration = Duration::from_secs(900);
/// After so long without being shown, one is forgotten. A key may be limited to fewer teams for a while, so it is not at once.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(7 * 24);
/// As many are kept at most: those beyond are the ones that were gone first.
const MOST: usize = 5_000;

/// What is kept of one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Seen {
    /// Its native id, where one was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// Its service, where told: not every payload tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) service: Option<String>,
    /// The team that owns it, where told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) team: Option<String>,
    /// Since when its own read says that there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    missing_since: Option<Timestamp>,
    #[serde(skip)]
    asked: Option<Instant>,
}

/// Add-ons that were read once.
#[derive(Debug, Default)]
pub(super) struct Memory {
    file: Option<PathBuf>,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    seen: BTreeMap<String, Seen>,
    is_loaded: bool,
}

impl Memory {
    /// The memory of a profile in that folder; without one, it lasts as long as the connection.
    pub(super) fn new(folder: Option<&Path>, profile: &ProfileName, endpoint: &str) -> Self {
        let whose = format!("{profile}\n{endpoint}");
        let hash = whose
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let file = folder.map(|folder| folder.join("watasu").join(format!("seen-{hash:016x}.json")));
        Self { file, inner: Mutex::default() }
    }

    /// Keeps what was just read.
    pub(super) fn note(&self, addons: &[Addon]) {
        let mut inner = self.inner();
        let before = inner.seen.clone();
        for addon in addons.iter().filter(|addon| addon.cannot.len() < crate::model::Verb::ALL.len()) {
            let seen = inner.seen.entry(addon.name.to_string()).or_default();
            if addon.key.id != addon.name {
                seen.id = Some(addon.key.id.to_string());
            }
            if super::services::is_told(&addon.service) {
                seen.service = Some(addon.service.to_string());
            }
            seen.team = addon.team.clone().or(seen.team.take().map(Into::into)).map(Into::into);
            seen.missing_since = None;
        }
        if !is_same(&before, &inner.seen) {
            self.save(&inner.seen);
        }
    }

    /// Keeps the name of one that a write has made, before it was read.
    pub(super) fn note_name(&self, name: &str) {
        let mut inner = self.inner();
        if !inner.seen.contains_key(name) {
            inner.seen.insert(name.to_owned(), Seen::default());
            self.save(&inner.seen);
        }
    }

    /// Its own read said that there is none of that name.
    pub(super) fn note_missing(&self, name: &str) {
        let mut inner = self.inner();
        let now = Timestamp::now();
        let Some(seen) = inner.seen.get_mut(name) else { return };
        seen.asked = Some(Instant::now());
        let since = *seen.missing_since.get_or_insert(now);
        if now.duration_since(since) > FORGOTTEN {
            inner.seen.remove(name);
        }
        self.save(&inner.seen);
    }

    /// The names that were seen and are not among those, each with what is known of it. One that its own read did not show a
    /// moment ago is left out.
    pub(super) fn others(&self, listed: impl Fn(&str) -> bool) -> Vec<(String, Seen)> {
        let is_due = |seen: &Seen| seen.asked.is_none_or(|asked| asked.elapsed() > ASKED_AGAIN);
        let inner = self.inner();
        let others = inner.seen.iter().filter(|(name, seen)| !listed(name) && is_due(seen));
        others.map(|(name, seen)| (name.clone(), seen.clone())).collect()
    }

    /// What is known of one.
    pub(super) fn seen(&self, name: &str) -> Option<Seen> {
        self.inner().seen.get(name).cloned()
    }

    /// The name of an add-on by its native id: Watasu's resources know names alone (documented).
    pub(super) fn name_of(&self, id: &str) -> Option<String> {
        let inner = self.inner();
        inner.seen.iter().find(|(_, seen)| seen.id.as_deref() == Some(id)).map(|(name, _)| name.clone())
    }

    /// The native id of an add-on, where one was told once: a payload that tells none is about the same one.
    pub(super) fn id_of(&self, name: &str) -> Option<String> {
        self.inner().seen.get(name).and_then(|seen| seen.id.clone())
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if !inner.is_loaded {
            inner.is_loaded = true;
            let loaded = self.file.as_deref().and_then(load).unwrap_or_default();
            inner.seen.extend(loaded);
        }
        inner
    }

    /// Writes it, beside what another process of ours has seen meanwhile. That it can't be written is no reason not to go on:
    /// the next list is as good, and says no more than it knows.
    fn save(&self, seen: &BTreeMap<String, Seen>) {
        let Some(file) = &self.file else { return };
        let mut all = load(file).unwrap_or_default();
        all.retain(|name, theirs| seen.contains_key(name) || theirs.missing_since.is_none());
        all.extend(seen.iter().map(|(name, seen)| (name.clone(), seen.clone())));
        while all.len() > MOST {
            let oldest = all.iter().min_by_key(|(_, seen)| seen.missing_since.unwrap_or(Timestamp::MAX));
            let Some(name) = oldest.map(|(name, _)| name.clone()) else { break };
            all.remove(&name);
        }
        if let Err(error) = write(file, &all) {
            tracing::warn!(%error, "the names of add-ons that were seen could not be kept");
        }
    }
}

fn is_same(before: &BTreeMap<String, Seen>, after: &BTreeMap<String, Seen>) -> bool {
    let bare = |seen: &BTreeMap<String, Seen>| -> Vec<(String, Seen)> {
        seen.iter().map(|(name, seen)| (name.clone(), Seen { asked: None, ..seen.clone() })).collect()
    };
    bare(before) == bare(after)
}

fn load(file: &Path) -> Option<BTreeMap<String, Seen>> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

/// Into a file beside it first, so that a crash leaves the old one or the new one.
fn write(file: &Path, seen: &BTreeMap<String, Seen>) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    if !folder.is_dir() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let beside = file.with_extension(format!("json.{}", std::process::id()));
    let mut writer = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    writer.write_all(&serde_json::to_vec(seen)?)?;
    writer.sync_data()?;
    fs::rename(&beside, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(folder: &Path) -> Memory {
        Memory::new(Some(folder), &ProfileName("work".into()), "https://mcp.example.com/mcp")
    }

    fn names(memory: &Memory) -> Vec<String> {
        memory.others(|_| false).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn what_was_seen_is_known_after_a_restart_and_to_no_other_endpoint() {
        let folder = tempfile::tempdir().unwrap();
        memory(folder.path()).note_name("pg-1");
        memory(folder.path()).note_name("pg-2");
        assert_eq!(names(&memory(folder.path())), ["pg-1", "pg-2"]);
        let other = Memory::new(Some(folder.path()), &ProfileName("work".into()), "https://other.example.com");
        assert!(names(&other).is_empty());
        let file = fs::read_dir(folder.path().join("watasu")).unwrap().next().unwrap().unwrap();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions()) & 0o777, 0o600);
    }

    #[test]
    fn one_that_does_not_answer_is_asked_for_less_often_and_not_forgotten_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let first = memory(folder.path());
        first.note_name("pg-1");
        first.note_missing("pg-1");
        assert!(names(&first).is_empty(), "it was asked a moment ago");
        assert_eq!(names(&memory(folder.path())), ["pg-1"], "it may only be out of this key's scope");
        let long_ago = Timestamp::now() - FORGOTTEN - SignedDuration::from_hours(1);
        first.inner().seen.get_mut("pg-1").unwrap().missing_since = Some(long_ago);
        first.note_missing("pg-1");
        assert!(names(&memory(folder.path())).is_empty());
    }

    #[test]
    fn a_damaged_file_is_no_memory_and_no_error() {
        let folder = tempfile::tempdir().unwrap();
        memory(folder.path()).note_name("pg-1");
        let file = fs::read_dir(folder.path().join("watasu")).unwrap().next().unwrap().unwrap().path();
        fs::write(&file, "{half").unwrap();
        assert!(names(&memory(folder.path())).is_empty());
        memory(folder.path()).note_name("pg-2");
        assert_eq!(names(&memory(folder.path())), ["pg-2"]);
    }
}
