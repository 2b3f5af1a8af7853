//! Procedures in the dashboard: what is known of each, what the runtime is asked to do for them, and what comes of that.

mod left;

use std::path::PathBuf;
use std::time::Duration;

use super::RequestId;
use super::keymap::Intent;
use super::state::State;
use crate::model::{Act, Command, Course, Late, Mark, Next, OperationId, Procedure, Step, StepStatus};
use crate::platform::ReadError;
use crate::store::door::AppMoved;
use crate::store::{Prepared, Wheel};

pub(super) use left::stays;
pub use left::{LeftOver, left_over};

/// What the runtime is asked to do for a procedure. Each is answered by a [`CourseNews`].
#[derive(Debug)]
pub enum CourseEffect {
    /// Take the wheel of one that nobody drives any more. Answered by `Taken`, or by `Stands` where somebody does.
    TakeIfLeft(OperationId),
    /// Read one again. Answered by `Stands`.
    Reread(OperationId),
    /// A person has confirmed its first commands: write the plan and take the wheel. Answered by `Begun`.
    Begin {
        /// Comes back with the answer.
        id: RequestId,
        /// The plan.
        procedure: Box<Procedure>,
    },
    /// Append a mark, as its driver. Answered by `Stands`.
    Mark {
        /// The right to.
        wheel: Wheel,
        /// What to append.
        mark: Box<Mark>,
    },
    /// Take the wheel, whoever has it. Answered by `Taken`.
    TakeOver(OperationId),
    /// Read live what some commands would do, once it is told which. Answered by `Gathered`.
    Gather {
        /// Comes back with the answer.
        id: RequestId,
        /// Which commands.
        wanted: Wanted,
    },
    /// Read every app of a step again. Answered by `Verified`.
    Verify {
        /// Comes back with the answer.
        id: RequestId,
        /// The procedure.
        course: Box<Course>,
        /// The place of the step.
        step: usize,
    },
    /// Fetch a backup into a new file. Answered by any number of `Downloading` and one `Downloaded`.
    Download {
        /// Comes back with the answers.
        id: RequestId,
        /// Which backup.
        backup_id: String,
        /// The file.
        file: PathBuf,
    },
}

/// Which commands are to be read up on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// These.
    Commands(Vec<Command>),
    /// Those that the adapter tells for a step whose turn has come.
    Forward(Box<Course>, usize),
    /// Those that take back what the step did.
    Back(Box<Course>, usize),
    /// Those that destroy the add-on of this native id, where one command does not do.
    Destruction(String),
}

/// Commands that were read up on, and the apps that have to be read again once they are done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gathered {
    /// The commands, in their order.
    pub prepared: Vec<Prepared>,
    /// The apps.
    pub apps: Vec<String>,
}

/// What came of a [`CourseEffect`].
#[derive(Debug)]
pub enum CourseNews {
    /// How one stands. Beside why something could not be done, if so.
    Stands(OperationId, Result<Box<Course>, String>, Option<String>),
    /// A plan was written.
    Begun(RequestId, Result<Box<(Course, Wheel)>, String>),
    /// The wheel was taken.
    Taken(OperationId, Result<Box<(Course, Wheel)>, String>),
    /// Commands were read up on.
    Gathered(RequestId, Result<Gathered, ReadError>),
    /// The apps of a step were read again.
    Verified(RequestId, Result<Vec<AppMoved>, ReadError>),
    /// So many bytes have come, of so many.
    Downloading(RequestId, u64, Option<u64>),
    /// A file is there, with what can be said of it; or why not.
    Downloaded(RequestId, Result<String, String>),
}

/// What a confirmation is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// The command by itself.
    #[default]
    Command,
    /// A procedure that begins with the commands.
    Begin(Box<Procedure>),
    /// The destruction of an add-on that one command can't destroy, which is why.
    Destroy {
        /// The add-on's native id.
        addon_id: String,
        /// Its name.
        addon: String,
        /// Why one command does not do, as a sentence.
        why: String,
    },
    /// Commands of a step of a procedure.
    Step {
        /// The procedure.
        course: OperationId,
        /// The place of the step.
        step: usize,
        /// What they are of, as its title.
        title: String,
        /// Where they are not on record yet: the apps to be read again, and whether they take back what the step did.
        bind: Option<(Vec<String>, bool)>,
        /// Whether the name has to be typed whatever they do: apps are switched to other data.
        is_typed: bool,
    },
}

/// What a procedure waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Busy {
    /// Its record is written or read.
    Record,
    /// A command is sent.
    Sending(RequestId),
    /// Its apps are read.
    Verifying(RequestId),
    /// A file is fetched.
    Downloading(RequestId),
}

/// What this dashboard does, or has, for a procedure.
#[derive(Clone, Debug, Default)]
pub struct Drive {
    /// Bytes that came of what is downloaded now, and how many there are, where told.
    pub download: Option<(u64, Option<u64>)>,
    /// The apps as they were read last.
    pub apps: Vec<AppMoved>,
    /// Why it does not go on by itself just now, as a sentence.
    pub problem: Option<String>,
    /// The right to go on with it, if we have it.
    pub(super) wheel: Option<Wheel>,
    /// Commands that were confirmed and wait for their turn.
    pub(super) approved: Vec<Prepared>,
    pub(super) busy: Option<Busy>,
    /// When to try again what could not be read.
    pub(super) retry: Option<Duration>,
}

/// A procedure, and what this dashboard does for it.
#[derive(Clone, Copy, Debug)]
pub struct Tracked<'a> {
    /// How it stands.
    pub course: &'a Course,
    /// What we do for it; nothing where we only watch.
    pub drive: Option<&'a Drive>,
}

impl<'a> Tracked<'a> {
    /// Whether it goes on from here; otherwise we watch.
    pub fn is_ours(&self) -> bool {
        self.drive.and_then(|drive| drive.wheel.as_ref()).is_some_and(|wheel| wheel.drives(self.course))
    }

    /// Whether it is not over.
    pub fn is_open(&self) -> bool {
        self.course.end.is_none()
    }

    /// The step that is next or under way.
    pub fn step(&self) -> Option<(usize, &'a Step, &'a StepStatus)> {
        let at = self.course.at();
        Some((at, self.course.procedure.steps.get(at)?, self.course.steps.get(at)?))
    }

    /// Whether a command of it was confirmed and goes out by itself when its turn comes.
    pub fn is_approved(&self, command: &Command) -> bool {
        let approved = self.drive.map_or(&[][..], |drive| &drive.approved);
        approved.iter().any(|prepared| prepared.command == *command)
    }

    /// Whether it waits for a person, and not for the platform or for us.
    pub fn waits_for_person(&self) -> bool {
        match self.course.next() {
            Next::Bind { .. } | Next::Person { .. } | Next::Decide { .. } => true,
            Next::Send { command, .. } => !self.is_approved(&command),
            _ => false,
        }
    }

    /// Who drives it, in words.
    pub fn driver(&self) -> String {
        let Some(by) = &self.course.driven_by else { return "nobody".to_owned() };
        let host = by.host.as_ref().map_or_else(String::new, |host| format!(" on {host}"));
        format!("{}{host}, process {}", by.user, by.pid)
    }

    /// Whether the step that is under way switches apps over.
    pub fn is_switching(&self) -> bool {
        matches!(self.step(), Some((_, Step { act: Act::Late { late: Late::SwitchOver }, .. }, _)))
    }
}

impl State {
    /// A procedure, and what this dashboard does for it.
    pub fn tracked(&self, id: &OperationId) -> Option<Tracked<'_>> {
        Some(Tracked { course: self.courses.get(id)?, drive: self.drives.get(id) })
    }

    /// Whether an intent means anything now, where that procedure is looked at.
    pub(super) fn is_meant_in_course(&self, id: &OperationId, intent: Intent) -> bool {
        let Some(tracked) = self.tracked(id) else { return intent == Intent::Back };
        let is_check = matches!(tracked.step(), Some((_, Step { act: Act::Check, .. }, _)))
            && matches!(tracked.course.next(), Next::Person { .. });
        match intent {
            Intent::Good | Intent::NotGood | Intent::Attach => is_check && tracked.is_ours(),
            Intent::CopyMenu => tracked.course.replacement_id().is_some(),
            Intent::TakeOver => tracked.is_open() && !tracked.is_ours(),
            Intent::StopCourse => tracked.is_open() && tracked.is_ours(),
            _ => true,
        }
    }
}
