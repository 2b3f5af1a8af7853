//! What goes on around a command: who else is at its target, and what happened lately to what it touches.

use jiff::{SignedDuration, Timestamp};

use crate::model::{Backup, Known, Operation, Release, Work, WorkState};

/// How far back *lately* goes.
pub const LATELY: SignedDuration = SignedDuration::from_hours(24);

/// An operation of our own that has no end yet, as the journal on this machine has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journaled {
    /// The operation.
    pub operation: Operation,
    /// Which user of this machine began it: `root (sudo ada)`.
    pub user: String,
    /// Whether a living process drives it right now.
    pub is_driven: bool,
}

/// The last finished backup of an add-on that may lose data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastBackup {
    /// The add-on's name.
    pub addon: String,
    /// The backup, or that there is none.
    pub backup: Known<Option<Backup>>,
}

/// What goes on around a command. None of it decides what the command does, so a part that can't be read is unknown, and
/// stands in nobody's way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Around {
    /// Who the platform takes us for.
    pub account: Known<String>,
    /// The platform's own operations on the target, newest first: those without an end, and those of the last 24 hours.
    pub works: Known<Vec<Work>>,
    /// The journal's operations on the target that have no end, of every user and profile here, oldest first.
    pub journaled: Known<Vec<Journaled>>,
    /// The releases of each app that is touched, newest first: the current one, and those of the last 24 hours.
    pub releases: Vec<(String, Known<Vec<Release>>)>,
    /// The last finished backup of each add-on of which data may be lost.
    pub last_backups: Vec<LastBackup>,
}

impl Default for Around {
    fn default() -> Self {
        const NOT_READ: &str = "it was not read";
        Self {
            account: Known::Unknown(NOT_READ.into()),
            works: Known::Unknown(NOT_READ.into()),
            journaled: Known::Unknown(NOT_READ.into()),
            releases: Vec::new(),
            last_backups: Vec::new(),
        }
    }
}

impl Around {
    /// The platform's operations on the target that have no end yet.
    pub fn running(&self) -> impl Iterator<Item = &Work> {
        self.works.items().iter().filter(|work| !is_over(work))
    }

    /// What somebody else did to the target lately, and is done with. Where it is not known who we are, everybody is.
    pub fn acts_of_others(&self) -> impl Iterator<Item = &Work> {
        self.works.items().iter().filter(|work| is_over(work) && !self.is_ours(work.by.as_deref()))
    }

    /// Whether that is the account that we act as. Not where either is not known.
    pub fn is_ours(&self, by: Option<&str>) -> bool {
        by.is_some() && by == self.account.get().map(String::as_str)
    }
}

/// Whether nothing more comes of it. A state that we have no class for may go on.
fn is_over(work: &Work) -> bool {
    matches!(work.state, WorkState::Done | WorkState::Failed)
}

/// Whether something that has come to its end is still worth a word at `now`.
pub fn is_of_lately(at: Option<Timestamp>, now: Timestamp) -> bool {
    at.is_none_or(|at| now.duration_since(at) <= LATELY)
}

/// Whether one of the platform's operations is running, or was lately.
pub fn is_worth_a_word(work: &Work, now: Timestamp) -> bool {
    !is_over(work) || is_of_lately(work.ended_at.or(work.created_at), now)
}
