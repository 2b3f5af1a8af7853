//! The record of a procedure: one append-only file beside those of its operations. Its first line is the plan, every further
//! one a mark. Whoever wrote the last `driven` mark drives it; everybody else may look, and take over. Each append holds the
//! file's lock for its blink and reads first who drives, so that one who was taken over from can't go on by mistake.

pub(in crate::store) mod process;
#[cfg(test)]
mod tests;

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::record::{now, without_userinfo};
use super::{Actor, Driver, Intent, Journal, JournalError, bad_id, is_id, unreadable};
use crate::model::{Course, DrivenBy, Mark, Marked, Next, OperationId, Procedure, ProfileName, StepState};

pub(super) const SUFFIX: &str = ".course.jsonl";
/// For how long one that is over is still shown at a start.
const OVER_IS_SHOWN: SignedDuration = SignedDuration::from_hours(24);

/// The first line: what is to be reached, by whom, in which steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The procedure's id and file name.
    pub id: OperationId,
    /// When it was written.
    pub at: Timestamp,
    /// Who acts, from where.
    #[serde(flatten)]
    pub actor: Actor,
    /// The profile it goes through.
    pub profile: ProfileName,
    /// The platform's name.
    pub platform: String,
    /// The platform's endpoint, without user name and password.
    pub endpoint: String,
    /// Who the platform takes us for, where that could be told.
    pub account: Option<String>,
    /// What is intended.
    pub procedure: Procedure,
}

impl Plan {
    /// A plan of this process, now.
    pub fn new(profile: ProfileName, platform: &str, endpoint: &str, procedure: Procedure) -> Self {
        let at = now();
        Self {
            id: OperationId::new(at, rand::random()),
            at,
            actor: Actor::from_env(),
            profile,
            platform: platform.to_owned(),
            endpoint: without_userinfo(endpoint),
            account: None,
            procedure,
        }
    }
}

/// The right to go on with a procedure, until somebody takes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wheel {
    /// Which procedure.
    pub course: OperationId,
    token: String,
}

impl Wheel {
    /// Whether a procedure, as it was read, is driven by the holder of this.
    pub fn drives(&self, course: &Course) -> bool {
        course.id == self.course && course.driven_by.as_ref().is_some_and(|by| by.token == self.token)
    }
}

/// The place of a command in a procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartOf {
    /// The right to go on with it.
    pub wheel: Wheel,
    /// The place of the step, from 0.
    pub step: usize,
    /// The place of the command within the step, from 0.
    pub part: usize,
}

impl Journal {
    /// Writes a plan to a new file and takes the wheel. When this returns, file and folder entry are on disk.
    ///
    /// # Errors
    /// When it could not be written: then nothing may be begun.
    pub fn begin_course(&self, plan: Plan) -> Result<(Course, Wheel), JournalError> {
        let path = self.course_path(&plan.id)?;
        let id = plan.id.clone();
        let mut lines = line(&plan)?;
        let driven = driven();
        let wheel = Wheel { course: id.clone(), token: driven.token.clone() };
        lines.extend(line(&Marked { at: now(), mark: Mark::Driven(driven) })?);
        let written = OpenOptions::new().append(true).create_new(true).mode(0o600).open(&path).and_then(|mut file| {
            file.write_all(&lines)?;
            file.sync_all()?;
            File::open(self.dir())?.sync_all()
        });
        written.map_err(|error| {
            JournalError(format!("The plan could not be written to {} ({error}), so nothing was sent.", path.display()))
        })?;
        let course = self.course(&id)?.ok_or_else(|| gone(&id))?;
        Ok((course, wheel))
    }

    /// One procedure with the operations of its steps as recorded; `None` where there is none of that id.
    ///
    /// # Errors
    /// When its file can't be read.
    pub fn course(&self, id: &OperationId) -> Result<Option<Course>, JournalError> {
        let path = self.course_path(id)?;
        match std::fs::read(&path) {
            Ok(bytes) => self.parse(&bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreadable(&path, &error)),
        }
    }

    /// The procedures sent through that profile to that endpoint that are not over, and those that ended within a day;
    /// oldest first.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn courses(&self, profile: &ProfileName, endpoint: &str) -> Result<Vec<Course>, JournalError> {
        let since = Timestamp::now() - OVER_IS_SHOWN;
        // One that can't be understood must not hide the others; the log names it.
        let read = |id: OperationId| match self.course(&id) {
            Ok(course) => course,
            Err(error) => {
                tracing::warn!(%id, %error, "the record of a procedure can't be read");
                None
            }
        };
        let all = self.course_ids()?.into_iter().filter_map(read);
        let is_ours = |course: &Course| course.profile == *profile && course.endpoint == endpoint;
        let is_open = |course: &Course| course.end.is_none() || course.updated_at >= since;
        Ok(all.filter(is_ours).filter(is_open).collect())
    }

    /// The newest procedures that were begun at or after `since`, newest first, at most `limit`, of every profile.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn newest_courses(&self, limit: usize, since: Option<Timestamp>) -> Result<Vec<Course>, JournalError> {
        let first = since.map(|since| OperationId::new(since, 0));
        let ids = self.course_ids()?.into_iter().rev().take_while(|id| first.as_ref().is_none_or(|first| id >= first));
        let courses = ids.filter_map(|id| self.course(&id).ok().flatten());
        Ok(courses.filter(|course| since.is_none_or(|since| course.started_at >= since)).take(limit).collect())
    }

    /// Appends a mark, as its driver, and puts it on disk. Gives the procedure as it then stands.
    ///
    /// # Errors
    /// When somebody else has taken over, the mark would not be true, or it could not be written.
    pub fn mark(&self, wheel: &Wheel, mark: Mark) -> Result<Course, JournalError> {
        self.append(&wheel.course, Some(wheel), |course| match course.refuses(&mark) {
            Some(why) => Err(JournalError(why)),
            None => Ok(mark),
        })?;
        self.course(&wheel.course)?.ok_or_else(|| gone(&wheel.course))
    }

    /// Takes the wheel, whoever has it. The former driver finds out before its next step.
    ///
    /// # Errors
    /// When it is over, not there, or could not be written.
    pub fn take_over(&self, id: &OperationId) -> Result<(Course, Wheel), JournalError> {
        let driven = driven();
        let wheel = Wheel { course: id.clone(), token: driven.token.clone() };
        self.append(id, None, |course| match course.end {
            Some(_) => Err(JournalError(format!("Procedure {id} is over; there is nothing to take over."))),
            None => Ok(Mark::Driven(driven)),
        })?;
        let course = self.course(id)?.ok_or_else(|| gone(id))?;
        Ok((course, wheel))
    }

    /// Takes the wheel of one that nobody drives any more; `None` while somebody alive does, or somebody on another machine.
    ///
    /// # Errors
    /// When it is over, not there, or could not be written.
    pub fn take_if_left(&self, id: &OperationId) -> Result<Option<(Course, Wheel)>, JournalError> {
        let driven = driven();
        let wheel = Wheel { course: id.clone(), token: driven.token.clone() };
        let mut is_taken = false;
        self.append_if(id, None, |course| {
            is_taken = course.end.is_none() && course.is_driver_alive == Some(false);
            Ok(is_taken.then_some(Mark::Driven(driven)))
        })?;
        if !is_taken {
            return Ok(None);
        }
        let course = self.course(id)?.ok_or_else(|| gone(id))?;
        Ok(Some((course, wheel)))
    }

    /// Writes the intent of a command of a procedure. At most one attempt of it is ever open: the mark is on disk before the
    /// operation's own file is, and another attempt is refused unless the one before is known to have done nothing.
    ///
    /// # Errors
    /// When somebody else has taken over, the command was begun already, or it could not be written: then nothing may be sent.
    pub fn begin_part(&self, part_of: &PartOf, intent: Intent) -> Result<Driver, JournalError> {
        let PartOf { wheel, step, part } = part_of;
        let mark = Mark::Begun { step: *step, part: *part, operation: intent.id.clone() };
        let command = intent.command.clone();
        let mut driver = None;
        self.append_and(
            &wheel.course,
            Some(wheel),
            |course| {
                let planned = course.steps.get(*step).and_then(|status| status.parts.get(*part));
                let Some(planned) = planned.filter(|planned| planned.command == command) else {
                    return Err(JournalError(
                        "The procedure has another command at this place, so nothing was sent.".into(),
                    ));
                };
                if matches!(planned.state, StepState::Running | StepState::Unknown(_) | StepState::Done(_)) {
                    let sentence = planned.command.sentence();
                    return Err(JournalError(format!("{sentence}: was begun already, so it is not sent once more.")));
                }
                let (at, of) = match course.next() {
                    Next::Send { step, part, .. } | Next::Decide { step, part: Some(part), .. } => (step, part),
                    _ => (usize::MAX, usize::MAX),
                };
                if (at, of) != (*step, *part) {
                    let sentence = planned.command.sentence();
                    return Err(JournalError(format!("{sentence}: its turn has not come, so nothing was sent.")));
                }
                Ok(Some(mark))
            },
            |journal| {
                driver = Some(journal.begin(intent)?);
                Ok(())
            },
        )?;
        driver.ok_or_else(|| gone(&wheel.course))
    }

    fn append(
        &self,
        id: &OperationId,
        wheel: Option<&Wheel>,
        mark: impl FnOnce(&Course) -> Result<Mark, JournalError>,
    ) -> Result<(), JournalError> {
        self.append_if(id, wheel, |course| mark(course).map(Some))
    }

    fn append_if(
        &self,
        id: &OperationId,
        wheel: Option<&Wheel>,
        mark: impl FnOnce(&Course) -> Result<Option<Mark>, JournalError>,
    ) -> Result<(), JournalError> {
        self.append_and(id, wheel, mark, |_| Ok(()))
    }

    /// Reads, decides, appends, and does what must be done before anybody else may append.
    fn append_and(
        &self,
        id: &OperationId,
        wheel: Option<&Wheel>,
        mark: impl FnOnce(&Course) -> Result<Option<Mark>, JournalError>,
        then: impl FnOnce(&Self) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        let path = self.course_path(id)?;
        let failed = |error: std::io::Error| match error.kind() {
            ErrorKind::NotFound => gone(id),
            _ => JournalError(format!("The record {} could not be written: {error}.", path.display())),
        };
        let mut file = OpenOptions::new().read(true).append(true).open(&path).map_err(failed)?;
        // Whoever holds it does so for the blink of one append.
        file.lock().map_err(failed)?;
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_end(&mut bytes)).map_err(failed)?;
        let course =
            self.parse(&bytes)?.ok_or_else(|| JournalError(format!("The plan in {} is not whole.", path.display())))?;
        if let Some(wheel) = wheel
            && !wheel.drives(&course)
        {
            return Err(taken(&course));
        }
        let Some(mark) = mark(&course)? else { return Ok(()) };
        // A torn last line stays as it is; the next one must not be glued to it.
        let mut lines = if bytes.ends_with(b"\n") { Vec::new() } else { vec![b'\n'] };
        lines.extend(line(&Marked { at: now(), mark })?);
        file.write_all(&lines).and_then(|()| file.sync_data()).map_err(failed)?;
        then(self)
    }

    /// Reads a file's bytes; `None` when not even the plan is whole: then nothing was begun.
    fn parse(&self, bytes: &[u8]) -> Result<Option<Course>, JournalError> {
        let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').filter_map(|line| line.strip_suffix(b"\n"));
        let Some(plan) = lines.next().and_then(|line| serde_json::from_slice::<Plan>(line).ok()) else {
            return Ok(None);
        };
        let Plan { id, at, actor, profile, endpoint, procedure, .. } = plan;
        let mut course = Course::new(id, profile, endpoint, actor.words(), at, procedure);
        for line in lines {
            let marked = match serde_json::from_slice::<Marked>(line) {
                Ok(marked) => marked,
                // A whole line that says something else may be what a command was begun by: going on could send it twice.
                Err(_) if serde_json::from_slice::<serde_json::Value>(line).is_ok() => {
                    return Err(JournalError(format!(
                        "The record of procedure {} has a line that this version of attache does not understand. Go on \
                         with the version that wrote it.",
                        course.id
                    )));
                }
                // One that was torn was never acted upon: what is done comes after the line.
                Err(_) => continue,
            };
            let begun = match &marked.mark {
                // A file that is there and can't be read may tell that it was sent.
                Mark::Begun { operation, .. } => self.get(operation)?.map(|entry| entry.operation),
                _ => None,
            };
            course.push(marked, |_| begun);
        }
        course.is_driver_alive = course.driven_by.as_ref().and_then(process::is_alive);
        Ok(Some(course))
    }

    pub(super) fn course_ids(&self) -> Result<Vec<OperationId>, JournalError> {
        self.ids_that_end_with(SUFFIX)
    }

    pub(super) fn course_path(&self, id: &OperationId) -> Result<PathBuf, JournalError> {
        if is_id(id.as_str()) { Ok(self.dir().join(format!("{id}{SUFFIX}"))) } else { Err(bad_id(id)) }
    }
}

/// This process, as a driver.
pub(super) fn driven() -> DrivenBy {
    let Actor { user, host, .. } = Actor::from_env();
    let pid = std::process::id();
    DrivenBy { token: format!("{:016x}", rand::random::<u64>()), user, host, pid, began: process::began(pid) }
}

fn line(value: &impl Serialize) -> Result<Vec<u8>, JournalError> {
    let mut bytes = serde_json::to_vec(value).map_err(|error| {
        JournalError(format!("The record can't be written as JSON ({error}), so nothing was sent."))
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn gone(id: &OperationId) -> JournalError {
    JournalError(format!("There is no procedure {id} in the journal any more."))
}

fn taken(course: &Course) -> JournalError {
    let by = course.driven_by.as_ref();
    let user = by.map_or("somebody", |by| by.user.as_str());
    let place = by.map_or(String::new(), |by| format!(" (process {})", by.pid));
    JournalError(format!("{user}{place} has taken over this procedure, so nothing was done here. T takes it back."))
}
