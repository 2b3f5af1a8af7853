//! Everything that can happen, as data.

use std::time::Duration;

use crossterm::event::KeyEvent;

use super::{CourseNews, RequestId};
use crate::model::ProfileName;
use crate::model::{
    Account, ActionAnswer, ActionField, Addon, App, Backup, Backups, Capability, Catalog, ConfigVarName, Environment,
    Operation, OperationId, Plan, Release, RestorePlan, ServiceAction, Team, TimelineEvent, Usage, Verb, Work,
};
use crate::platform::{Budget, Conditional, Fresh, ReadError, Words};
use crate::store::door::Followed;
use crate::store::{Entry, JournalChanges, ListMerged, Prepared, Rehearsal, Snapshot, SubmitResult};

/// The time, given from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The clock on the wall: for showing and for ages.
    pub wall: jiff::Timestamp,
    /// Time since the program started, by a clock that never jumps: for arming and deadlines.
    pub mono: Duration,
}

/// An answer to a [`Query`](super::Query).
#[derive(Debug)]
pub enum Reply {
    /// To `Account`.
    Account(Account),
    /// To `Teams`.
    Teams(Vec<Team>),
    /// To `Apps`.
    Apps(Vec<App>),
    /// To `Catalog`.
    Catalog(Catalog),
    /// To `Addons`.
    Addons(Conditional<Vec<Addon>>),
    /// To `AddonsOf`.
    AddonsOf(Fresh<Vec<Addon>>),
    /// To `Plans`.
    Plans(Vec<Plan>),
    /// To `Actions`.
    Actions(Vec<ServiceAction>),
    /// To `ActionFields`; `None` where the platform does not describe them.
    ActionFields(Option<Vec<ActionField>>),
    /// To `ActionAnswer`.
    ActionAnswer(ActionAnswer),
    /// To `Addon`.
    Addon(Box<Fresh<Addon>>),
    /// To `Events`.
    Events(Vec<TimelineEvent>),
    /// To `Backups`.
    Backups(Backups),
    /// To `AllBackups`.
    AllBackups(Vec<Backup>),
    /// To `Works`.
    Works(Vec<Work>),
    /// To `Usage`.
    Usage(Usage),
    /// To `Rehearsal`.
    Rehearsal(Rehearsal),
    /// To `Logs`.
    Logs(Vec<String>),
    /// To `Variables`.
    Variables(Vec<ConfigVarName>),
    /// To `Releases`.
    Releases(Vec<Release>),
    /// To `Environments`.
    Environments(Vec<Environment>),
    /// To `Deployments`.
    Deployments(Vec<Work>),
    /// To `Work`.
    Work(Box<Work>),
    /// To `WorkLog`.
    WorkLog(Vec<String>),
}

/// One thing that happened.
#[derive(Debug)]
pub enum Action {
    /// A key was pressed.
    Key {
        /// The key.
        key: KeyEvent,
        /// Whether it came in a read of its own; a confirmation must.
        alone: bool,
    },
    /// Text was pasted. It is text, never a confirmation.
    Paste(String),
    /// The terminal has this many columns and rows.
    Resize(u16, u16),
    /// The terminal gained or lost the focus.
    Focus(bool),
    /// A frame with the present state has been written to the terminal.
    Painted,
    /// How many lines the text on top (a sheet, a confirmation, or else the pane with the focus) can be scrolled at most, as
    /// the frame that was just drawn had it. To be told when it differs from `ui.scroll_max`.
    Extent(u16),
    /// A deadline that the state asked for has passed.
    Deadline,
    /// The client for the platform is built: what is known of it now. Until then nothing can be written.
    Connected {
        /// The platform's own words.
        words: Words,
        /// What it can do at all: one entry per verb.
        capabilities: Vec<(Verb, Capability)>,
        /// Why nothing can be written, if so (a read-only profile, no folder for the journal).
        no_writes: Option<String>,
    },
    /// A platform answered a question.
    Replied {
        /// Which question.
        id: RequestId,
        /// The answer.
        reply: Result<Reply, ReadError>,
    },
    /// The platform of a profile answered that is looked at beside others.
    Looked {
        /// Which question.
        id: RequestId,
        /// Which profile.
        profile: ProfileName,
        /// The answer.
        reply: Result<Reply, ReadError>,
        /// How many more requests that platform takes, where it counts them.
        budget: Option<Budget>,
        /// How many it cost.
        requests: u32,
    },
    /// Something that was asked for cost so many requests. It comes before the answer.
    Spent {
        /// What was asked for.
        id: RequestId,
        /// Through which profile.
        profile: ProfileName,
        /// How many.
        requests: u32,
    },
    /// What is seen could not be kept for the next start; a sentence.
    NotCached(String),
    /// A list was merged into what was known when it came.
    Merged {
        /// The request that the list was the answer to.
        id: RequestId,
        /// What came of it.
        merged: Box<ListMerged>,
    },
    /// All that was seen last through the profile that is shown, or what is the matter with it.
    Recalled {
        /// Which profile.
        profile: ProfileName,
        /// What was seen; `None` where there is nothing.
        seen: Result<Option<Box<Snapshot>>, String>,
    },
    /// What was seen last through profiles that are only looked at, as far as it is on disk.
    Caches(Vec<Snapshot>),
    /// Another profile that was to be entered can't be; this one stays.
    NotEntered {
        /// Which profile.
        profile: ProfileName,
        /// Why, as a sentence.
        why: String,
    },
    /// A command came back that went through a profile which was left meanwhile.
    Left {
        /// Which profile.
        profile: ProfileName,
        /// What became of it.
        result: Box<SubmitResult>,
    },
    /// What the platform can do has changed: one entry per verb.
    Capabilities(Vec<(Verb, Capability)>),
    /// A proposed command was read up on.
    Prepared {
        /// Which proposal.
        id: RequestId,
        /// What it would do.
        prepared: Result<Box<Prepared>, ReadError>,
    },
    /// It was read what a restore consists of.
    RestorePlanned {
        /// Which reading.
        id: RequestId,
        /// The steps.
        plan: Result<Box<RestorePlan>, ReadError>,
    },
    /// A confirmed command came back.
    Submitted {
        /// Which submit.
        id: RequestId,
        /// What became of it.
        result: Box<SubmitResult>,
    },
    /// An operation was looked at.
    Followed {
        /// Which look.
        id: RequestId,
        /// The operation as it stands now with what the platform does for it, or why that can't be told.
        followed: Result<Box<Followed>, ReadError>,
    },
    /// It was recorded that a person took note of an unknown outcome: the operation as it stands, or why that failed.
    Noted(Result<Box<Operation>, String>),
    /// An unlocking is on record and its door for writes is open; or why neither is so.
    Unlocked {
        /// Which unlocking.
        id: RequestId,
        /// A sentence when it is not.
        result: Result<(), String>,
    },
    /// The platform took the code of a second factor; or why not.
    Authorized {
        /// Which code.
        id: RequestId,
        /// A sentence when it did not.
        result: Result<(), String>,
    },
    /// All lines of an operation, or why they can't be read; `None` where it is not there.
    Entry {
        /// Which operation.
        id: OperationId,
        /// Its lines.
        entry: Result<Option<Box<Entry>>, String>,
    },
    /// The line with which another account or machine can go on, or why there is none.
    HandedOff(Result<String, String>),
    /// The journal was looked at: what is new there, or why that can't be told.
    Journal {
        /// Which look.
        id: RequestId,
        /// What is new.
        changes: Result<Box<JournalChanges>, String>,
    },
    /// The platform's answers show how far its clock is from this machine's: the platform's less ours.
    Skewed(jiff::SignedDuration),
    /// How many more requests the platform takes, as its last answer told; `None` where it does not count them.
    Budget(Option<Budget>),
    /// Something came of what was done for a procedure.
    Course(Box<CourseNews>),
    /// The clipboard was served: how it was sent, or why not.
    Copied(Result<String, String>),
    /// The program was asked to end (signal, or a terminal that went away).
    Terminate,
    /// The program runs again after a suspension.
    Continued,
}
