//! What was done: the journal's operations and procedures with the platform's own record beside them, merged so that one act
//! is one row.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::{Command, Course, Next, Operation, OperationId, Outcome, ProfileName, Release, StepState, Work};

/// Two clocks are compared, and a platform's times may have whole seconds.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(5);

/// Who recorded an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The journal of this machine.
    Journal,
    /// The platform.
    Platform,
    /// Both, and they are known to be the same.
    Both,
}

impl Source {
    /// The word for tables and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Source::Journal => "journal",
            Source::Platform => "platform",
            Source::Both => "both",
        }
    }
}

/// Which act.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DeedId {
    /// An operation of the journal.
    Operation(OperationId),
    /// A procedure of the journal.
    Course(OperationId),
    /// An operation of the platform, by its id.
    Work(String),
    /// A release of an app.
    Release {
        /// The app.
        app: String,
        /// Its number.
        version: u64,
    },
}

impl std::fmt::Display for DeedId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DeedId::Operation(id) | DeedId::Course(id) => id.fmt(f),
            DeedId::Work(id) => id.fmt(f),
            DeedId::Release { app, version } => write!(f, "{app} v{version}"),
        }
    }
}

/// One act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// Which.
    pub id: DeedId,
    /// Who recorded it.
    pub source: Source,
    /// The profile that it went through; `None` for what only the platform recorded.
    pub profile: Option<ProfileName>,
    /// When it began, where told.
    pub at: Option<Timestamp>,
    /// When it ended, where it has.
    pub ended_at: Option<Timestamp>,
    /// Who did it, where told: our users by their name here, others by the platform's name for them.
    pub by: Option<String>,
    /// How it stands, in a word.
    pub outcome: String,
    /// Whether more is to come of it, or its outcome is unknown and was not noted.
    pub is_open: bool,
    /// What it is, as an imperative sentence without a full stop.
    pub sentence: String,
    /// What is known beyond that: why it failed, or where a procedure is.
    pub message: Option<String>,
}

/// An operation of the journal, as it is merged.
#[derive(Clone, Copy, Debug)]
pub struct Ours<'a> {
    /// The operation.
    pub operation: &'a Operation,
    /// Who began it.
    pub by: Option<&'a str>,
    /// Whether it went to the platform whose own record stands beside it.
    pub is_here: bool,
}

/// The acts of journal and platform, the newest first; what has no time comes last. The operations of procedures are no rows
/// of their own.
pub fn deeds(
    ours: &[Ours<'_>],
    courses: &[&Course],
    works: &[Work],
    releases: &[(String, Release)],
    now: Timestamp,
) -> Vec<Deed> {
    let of_courses: Vec<&Operation> = courses.iter().flat_map(|course| course.operations()).collect();
    let parts: HashSet<&OperationId> = of_courses.iter().map(|operation| &operation.id).collect();
    let here = ours.iter().filter(|one| one.is_here).map(|one| one.operation);
    let known: Vec<&Operation> = here.chain(of_courses.iter().copied()).collect();
    let is_known = |work: &Work| known.iter().any(|one| one.work_id.as_deref() == Some(work.id.as_str()));
    let work_of = |one: &Operation| works.iter().find(|work| one.work_id.as_deref() == Some(work.id.as_str()));
    let mut rows: Vec<Deed> = Vec::new();
    for one in ours.iter().filter(|one| !parts.contains(&one.operation.id)) {
        let work = work_of(one.operation).filter(|_| one.is_here);
        rows.push(of_operation(one.operation, one.by, work.is_some()));
    }
    rows.extend(courses.iter().map(|course| of_course(course)));
    rows.extend(works.iter().filter(|work| !is_known(work)).map(of_work));
    for (app, release) in releases {
        let by_ours = known.iter().any(|one| {
            let span = work_of(one).and_then(|work| span(work, now)).unwrap_or((one.started_at, one.updated_at));
            makes(&one.command, app, &release.description) && is_within(release, span)
        });
        let by_theirs = works.iter().filter(|work| !is_known(work)).any(|work| {
            let names_it = work.addon.as_deref().is_some_and(|name| names(&release.description, name));
            let is_by = work.by.is_none() || release.by.is_none() || work.by == release.by;
            names_it && is_by && work.kind != "back_up" && span(work, now).is_some_and(|span| is_within(release, span))
        });
        if !by_ours && !by_theirs {
            rows.push(of_release(app, release));
        }
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.at));
    rows
}

fn of_operation(operation: &Operation, by: Option<&str>, is_both: bool) -> Deed {
    Deed {
        id: DeedId::Operation(operation.id.clone()),
        source: if is_both { Source::Both } else { Source::Journal },
        profile: Some(operation.profile.clone()),
        at: Some(operation.started_at),
        ended_at: operation.outcome.is_end().then_some(operation.updated_at),
        by: by.map(str::to_owned),
        outcome: operation.outcome.word().to_owned(),
        is_open: operation.is_open(),
        sentence: operation.command.sentence(),
        message: operation.outcome.told(),
    }
}

fn of_course(course: &Course) -> Deed {
    let is_bad = |state: &StepState| matches!(state, StepState::Failed(_) | StepState::Unknown(_));
    let outcome = match &course.end {
        Some((true, _)) => "done",
        Some((false, _)) => "stopped",
        None if course.steps.get(course.at()).is_some_and(|status| is_bad(&status.state)) => "stuck",
        None if course.is_driver_alive == Some(false) => "left",
        None if matches!(course.next(), Next::Person { .. }) => "waiting",
        None => "running",
    };
    Deed {
        id: DeedId::Course(course.id.clone()),
        source: Source::Journal,
        profile: Some(course.profile.clone()),
        at: Some(course.started_at),
        ended_at: course.end.as_ref().map(|_| course.updated_at),
        by: Some(course.begun_by.clone()),
        outcome: outcome.to_owned(),
        is_open: course.end.is_none(),
        sentence: course.procedure.goal.sentence(),
        message: Some(course.place()),
    }
}

fn of_work(work: &Work) -> Deed {
    let outcome = work.state.word();
    let mut kind = work.kind.replace('_', " ");
    if let Some(first) = kind.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let of = work.subject().map_or(String::new(), |name| format!(" {name}"));
    Deed {
        id: DeedId::Work(work.id.clone()),
        source: Source::Platform,
        profile: None,
        at: work.created_at.or(work.started_at),
        ended_at: work.ended_at,
        by: work.by.clone(),
        outcome: outcome.to_owned(),
        is_open: work.state.is_under_way(),
        sentence: format!("{kind}{of}"),
        message: work.message.clone(),
    }
}

fn of_release(app: &str, release: &Release) -> Deed {
    Deed {
        id: DeedId::Release { app: app.to_owned(), version: release.version },
        source: Source::Platform,
        profile: None,
        at: release.created_at,
        ended_at: release.created_at,
        by: release.by.clone(),
        outcome: Outcome::Done.word().to_owned(),
        is_open: false,
        sentence: format!("Release v{} of {app}", release.version),
        message: Some(release.description.clone()),
    }
}

/// From when to when the platform worked on it.
fn span(work: &Work, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let from = work.created_at.or(work.started_at)?;
    Some((from, work.ended_at.unwrap_or(now.max(from))))
}

fn is_within(release: &Release, (from, to): (Timestamp, Timestamp)) -> bool {
    release.created_at.is_some_and(|at| at >= from - TOLERANCE && at <= to + TOLERANCE)
}

/// Whether a release of an app, by its description, is what a command makes: only where both name the same things.
fn makes(command: &Command, app: &str, description: &str) -> bool {
    if command.app().is_some_and(|named| named != app) {
        return false;
    }
    match command {
        Command::BackUp { .. }
        | Command::DeleteBackup { .. }
        | Command::UploadBackup { .. }
        | Command::ScheduleBackups { .. }
        | Command::Restore(_) => false,
        Command::RollBack { release, .. } => names(description, release),
        Command::CreateApp { .. } | Command::DestroyApp { .. } | Command::Maintenance { .. } => true,
        _ => names(description, command.target()),
    }
}

/// Whether a text has a name as a word of its own.
fn names(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    text.split(|c: char| !is_part(c)).any(|word| word == name)
}

/// The steps of a procedure with how each stands: `(when, words)`.
pub fn course_lines(course: &Course) -> Vec<(Option<Timestamp>, String)> {
    let mut lines = Vec::new();
    for (number, (step, status)) in (1..).zip(course.procedure.steps.iter().zip(&course.steps)) {
        let (word, more) = match &status.state {
            StepState::Waiting => ("waiting", ""),
            StepState::Running => ("running", ""),
            StepState::Done(message) => ("done", message.as_str()),
            StepState::Skipped => ("left out", ""),
            StepState::Failed(message) => ("failed", message.as_str()),
            StepState::Unknown(message) => ("unknown", message.as_str()),
            StepState::TakenBack => ("taken back", ""),
        };
        let more = if more.is_empty() { String::new() } else { format!(": {more}") };
        lines.push((status.at.or(status.began_at), format!("{number} {}: {word}{more}", step.title)));
        for operation in status.parts.iter().filter_map(|part| part.operation.as_ref()) {
            let told = operation.outcome.told().map_or(String::new(), |told| format!(": {told}"));
            let sentence = operation.command.sentence();
            let line = format!("  {sentence}: {}{told} ({})", operation.outcome.word(), operation.id);
            lines.push((Some(operation.updated_at), line));
        }
    }
    lines
}

#[cfg(test)]
mod tests;
