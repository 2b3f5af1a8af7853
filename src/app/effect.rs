//! What the runtime is asked to do. Each result comes back as an [`Action`](super::Action).

use jiff::Timestamp;
use secrecy::SecretString;

use super::CourseEffect;
use crate::model::{Addon, Command, Operation, OperationId, ProfileName};
use crate::store::door::RestoreWish;
use crate::store::{ListMerge, PartOf, Prepared};

/// Names one request; it grows, so that an older reply to the same question can be told and dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub u64);

/// A question to a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// Who are we?
    Account,
    /// The teams.
    Teams,
    /// The apps.
    Apps,
    /// Services and plans.
    Catalog,
    /// All add-ons, conditionally on this tag.
    Addons {
        /// The tag of the list we have.
        etag: Option<String>,
        /// So many requests it may cost, where it makes do with what it is given.
        at_most: Option<u32>,
    },
    /// The add-ons of one app, each with its true state.
    AddonsOf(String),
    /// The plans of one service.
    Plans(String),
    /// The actions that an add-on's service brings along. No platform is asked.
    Actions(Box<Addon>),
    /// What can be told to one of them.
    ActionFields {
        /// The add-on's native id.
        addon_id: String,
        /// The action's name.
        action: String,
    },
    /// What one of them says that only reads.
    ActionAnswer {
        /// The add-on's native id.
        addon_id: String,
        /// The action's name.
        action: String,
        /// What it is about, where it is about one of several.
        subject: Option<String>,
    },
    /// One add-on by native id.
    Addon(String),
    /// The events of an add-on above an id.
    Events {
        /// Native id of the add-on.
        addon_id: String,
        /// The highest event id that we have; 0 for none.
        after: u64,
    },
    /// An add-on's backups.
    Backups(String),
    /// All backups, also those of add-ons that are gone.
    AllBackups,
    /// The platform's own operations.
    Works,
    /// What an add-on uses.
    Usage(String),
    /// The last lines of the log of an add-on's server.
    Logs(String),
    /// What the journal knows about restoring an add-on. No platform is asked.
    Rehearsal {
        /// Its native id.
        addon_id: String,
        /// Its name.
        addon: String,
        /// Its service.
        service: String,
    },
    /// The variable names of an app.
    Variables(String),
    /// The releases of an app.
    Releases(String),
    /// What an app is deployed as.
    Environments(String),
    /// An app's deployments.
    Deployments {
        /// The app.
        app: String,
        /// The environment's native id; `None` for all of them.
        environment_id: Option<String>,
    },
    /// One of the platform's own operations, by its id.
    Work(String),
    /// What one of them has written.
    WorkLog(String),
}

/// One thing for the runtime to do.
#[derive(Debug)]
pub enum Effect {
    /// Ask a platform. Answered by `Action::Replied`.
    Fetch {
        /// Comes back with the answer.
        id: RequestId,
        /// Through which profile.
        profile: ProfileName,
        /// What to ask.
        query: Query,
    },
    /// Read the target live and tell what the command would do. Answered by `Action::Prepared`.
    Prepare {
        /// Comes back with the answer.
        id: RequestId,
        /// Through which profile.
        profile: ProfileName,
        /// The intended write.
        command: Command,
    },
    /// Look into an operation of unknown outcome, and tell what sending it again would do. Answered by `Action::Prepared`.
    PrepareAgain {
        /// Comes back with the answer.
        id: RequestId,
        /// Through which profile.
        profile: ProfileName,
        /// The operation.
        operation: OperationId,
    },
    /// Read live what a restore consists of. Answered by `Action::RestorePlanned`.
    PlanRestore {
        /// Comes back with the answer.
        id: RequestId,
        /// Through which profile.
        profile: ProfileName,
        /// Which restore.
        wish: Box<RestoreWish>,
    },
    /// A person has confirmed: read the target again, journal, send once. Answered by `Action::Submitted`.
    Submit {
        /// Comes back with the answer.
        id: RequestId,
        /// Through which profile.
        profile: ProfileName,
        /// What was shown and confirmed.
        prepared: Box<Prepared>,
        /// Its place, where it is of a procedure.
        part_of: Option<Box<PartOf>>,
    },
    /// Look once whether an operation has reached its end. Answered by `Action::Followed`.
    Follow {
        /// Comes back with the answer.
        id: RequestId,
        /// The operation as last known.
        operation: Box<Operation>,
    },
    /// Read all lines of an operation. Answered by `Action::Entry`.
    ReadEntry(OperationId),
    /// Make the line with which another account or machine can go on with it. Answered by `Action::HandedOff`.
    HandOff(OperationId),
    /// Look what is new in the journal, also from other processes. Answered by `Action::Journal`.
    LookAtJournal(RequestId),
    /// Record that a person took note of an unknown outcome. Answered by `Action::Noted`.
    Note(OperationId),
    /// Record an unlocking; once that is on disk, open a door for writes through a read-only profile. Answered by
    /// `Action::Unlocked`.
    Unlock {
        /// Comes back with the answer.
        id: RequestId,
        /// The profile.
        profile: ProfileName,
        /// Why, in a person's words.
        reason: String,
        /// When it ends at the latest.
        until: Timestamp,
    },
    /// Give the platform the code of a second factor, for one app or for the next write. Answered by `Action::Authorized`.
    Authorize {
        /// Comes back with the answer.
        id: RequestId,
        /// Through which profile.
        profile: ProfileName,
        /// The code. It is sent, and written nowhere.
        code: SecretString,
        /// The app, where it is for one.
        app: Option<String>,
    },
    /// Close the door that an unlocking opened. What goes through it already finishes.
    Lock,
    /// Something for a procedure. Answered by `Action::Course`.
    Course(CourseEffect),
    /// Ask the platform of any profile something that several profiles are looked at for. Answered by `Action::Looked`.
    Look {
        /// Comes back with the answer.
        id: RequestId,
        /// Which profile.
        profile: ProfileName,
        /// The question.
        query: Query,
    },
    /// Merge a list into what is known, where that blocks nobody. Answered by `Action::Merged`.
    Merge {
        /// The request that the list was the answer to; comes back with what came of it.
        id: RequestId,
        /// The list, and what is known.
        merge: Box<ListMerge>,
    },
    /// Read all that was seen last through the profile that is shown: the state began with the first rows of it. Answered by
    /// `Action::Recalled`.
    Recall,
    /// Read what was seen last through some profiles, each with the endpoint that it must have been seen at. Answered by
    /// `Action::Caches`.
    LoadCaches(Vec<(ProfileName, String)>),
    /// Find the way into another profile, and leave this one for it. What is on its way here goes on. The state is another one
    /// afterwards ([`State::enter_from`](super::State::enter_from)); or `Action::NotEntered` tells why not.
    Enter {
        /// Which profile.
        profile: ProfileName,
        /// The native id of the add-on to put the cursor on.
        addon_id: Option<String>,
    },
    /// Give up waiting for a read; a write is never given up.
    Cancel(RequestId),
    /// Put text on the clipboard (OSC 52). Answered by `Action::Copied`.
    Copy(String),
    /// Tell somebody who looks elsewhere that this has ended, as the configuration has it.
    Tell(String),
    /// Clear the terminal and paint everything anew.
    Repaint,
    /// Write the last known data (`State::snapshot`) to the cache; never a secret.
    SaveCache,
    /// Give the terminal back to the shell and stop (Ctrl-Z).
    Suspend,
    /// Leave.
    Quit,
}
