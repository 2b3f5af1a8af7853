//! What is new in the journal, also what other processes wrote, without reading what can't have changed: the folder is listed
//! when its time of change is another one, and of the files that were read only those are looked at again that may still grow.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};

use super::{Journal, JournalError, UNKNOWN_IS_FOLLOWED, unreadable};
use crate::model::{Course, Operation, OperationId, Outcome, ProfileName};

/// How many files one look reads at most, so that the newest are told soon.
const AT_ONCE: usize = 500;
/// How many of those that are over are told when the journal is read for the first time: the newest.
const HISTORY: usize = 100;
/// A folder that changed so lately may change again without its time becoming another one.
const SETTLED: Duration = Duration::from_secs(2);
/// For how long a procedure that is over is still shown at a start.
const OVER_IS_SHOWN: SignedDuration = SignedDuration::from_hours(24);

/// An operation of the journal, and who began it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// As recorded.
    pub operation: Operation,
    /// Who, in words: `alice on bastion-1`.
    pub by: String,
}

/// What a look showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JournalChanges {
    /// Operations that are new, or not as they were told before.
    pub operations: Vec<Told>,
    /// Procedures that are new, or not as they were told before.
    pub courses: Vec<Course>,
    /// Whether everything was read by now; else the next look reads on.
    pub is_whole: bool,
}

/// How a file was when it was read: a longer one has new lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    changed: Option<SystemTime>,
}

/// A file that may still grow.
#[derive(Clone, Debug)]
struct Open {
    stamp: Option<Stamp>,
    /// As it was told; `None` while not even its intent is whole, because it is being written just now, or never will be.
    told: Option<Operation>,
}

/// Looks at the operations and procedures that went through one profile to one endpoint. At another endpoint, where nobody
/// knows the add-on, every destruction would look done.
#[derive(Debug)]
pub struct Watch {
    journal: Journal,
    profile: ProfileName,
    endpoint: String,
    folder: Option<SystemTime>,
    seen: HashSet<OperationId>,
    /// Those that were not read yet, the newest last; whether it is a procedure.
    unread: Vec<(OperationId, bool)>,
    open: BTreeMap<OperationId, Open>,
    courses: BTreeMap<OperationId, Course>,
    history: usize,
    was_whole: bool,
}

impl Watch {
    /// Nothing was read yet.
    pub fn new(journal: Journal, profile: ProfileName, endpoint: String) -> Self {
        Self {
            journal,
            profile,
            endpoint,
            folder: None,
            seen: HashSet::new(),
            unread: Vec::new(),
            open: BTreeMap::new(),
            courses: BTreeMap::new(),
            history: 0,
            was_whole: false,
        }
    }

    /// What is new at `now`. The first looks read the newest files first, and of those that are over no more than a hundred.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn look(&mut self, now: Timestamp) -> Result<JournalChanges, JournalError> {
        self.list(now)?;
        let mut changes = JournalChanges::default();
        self.look_again(&mut changes, now);
        for _ in 0..AT_ONCE {
            let Some((id, is_course)) = self.unread.pop() else { break };
            if is_course { self.read_course(id, &mut changes, now) } else { self.read(id, &mut changes, now) }
        }
        self.was_whole |= self.unread.is_empty();
        changes.is_whole = self.was_whole;
        Ok(changes)
    }

    fn list(&mut self, now: Timestamp) -> Result<(), JournalError> {
        let dir = self.journal.dir();
        let changed = std::fs::metadata(dir).and_then(|folder| folder.modified());
        let changed = changed.map_err(|error| unreadable(dir, &error))?;
        if self.folder == Some(changed) {
            return Ok(());
        }
        let age = SystemTime::from(now).duration_since(changed).unwrap_or_default();
        self.folder = (age >= SETTLED).then_some(changed);
        let operations = self.journal.ids()?.into_iter().map(|id| (id, false));
        let courses = self.journal.course_ids()?.into_iter().map(|id| (id, true));
        for (id, is_course) in operations.chain(courses) {
            if self.seen.insert(id.clone()) {
                self.unread.push((id, is_course));
            }
        }
        self.unread.sort_unstable();
        Ok(())
    }

    /// Reads what may have changed of what was read before.
    fn look_again(&mut self, changes: &mut JournalChanges, now: Timestamp) {
        for (id, open) in std::mem::take(&mut self.open) {
            // Whoever drives it may have ended without a word.
            let may_be_left = matches!(&open.told, Some(Operation { outcome: Outcome::Intended, .. }));
            let stamp = self.stamp(&id);
            if stamp.is_some() && (may_be_left || stamp != open.stamp) {
                self.tell(id, stamp, open.told, changes, now);
            } else if stamp.is_some() {
                self.open.insert(id, open);
            }
        }
        for (id, told) in std::mem::take(&mut self.courses) {
            if let Ok(Some(course)) = self.journal.course(&id) {
                if course.end.is_none() {
                    self.courses.insert(id, course.clone());
                }
                if course != told {
                    changes.courses.push(course);
                }
            }
        }
    }

    fn read(&mut self, id: OperationId, changes: &mut JournalChanges, now: Timestamp) {
        let stamp = self.stamp(&id);
        self.tell(id, stamp, None, changes, now);
    }

    fn tell(
        &mut self,
        id: OperationId,
        stamp: Option<Stamp>,
        before: Option<Operation>,
        changes: &mut JournalChanges,
        now: Timestamp,
    ) {
        let Some(entry) = self.journal.read(&id) else {
            self.open.insert(id, Open { stamp, told: None });
            return;
        };
        if entry.intent.profile != self.profile || entry.intent.endpoint != self.endpoint {
            return;
        }
        let operation = entry.operation;
        let is_open = is_open(&operation, now);
        if is_open {
            self.open.insert(id, Open { stamp, told: Some(operation.clone()) });
        } else if before.is_none() && !self.was_whole {
            if self.history >= HISTORY {
                return;
            }
            self.history += 1;
        }
        if before.as_ref() != Some(&operation) {
            changes.operations.push(Told { operation, by: entry.intent.actor.words() });
        }
    }

    fn read_course(&mut self, id: OperationId, changes: &mut JournalChanges, now: Timestamp) {
        let Ok(Some(course)) = self.journal.course(&id) else {
            // Its plan is not whole yet, or never will be.
            self.seen.remove(&id);
            self.folder = None;
            return;
        };
        if course.profile != self.profile || course.endpoint != self.endpoint {
            return;
        }
        if course.end.is_none() {
            self.courses.insert(id, course.clone());
        } else if course.updated_at < now - OVER_IS_SHOWN {
            return;
        }
        changes.courses.push(course);
    }

    fn stamp(&self, id: &OperationId) -> Option<Stamp> {
        let file = std::fs::metadata(self.journal.path(id)?).ok()?;
        Some(Stamp { length: file.len(), changed: file.modified().ok() })
    }
}

/// Whether an operation still has to be followed: it is under way, or its outcome is not known, was not noted, and is of the
/// last seven days.
fn is_open(operation: &Operation, now: Timestamp) -> bool {
    let is_unknown = matches!(operation.outcome, Outcome::Unknown { .. });
    operation.is_open() && (!is_unknown || operation.started_at >= now - UNKNOWN_IS_FOLLOWED)
}

#[cfg(test)]
mod tests;
