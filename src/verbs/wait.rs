//! Following an add-on to its end, telling each step on standard error as the platform writes it.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::write::{Door, ended_well};
use super::{Exit, Failure, find, output};
use crate::model::{Addon, Command, EventStatus, Health, Operation, State, WorkStep};
use crate::platform::{Platform, ReadErrorKind};
use crate::store::door;

/// How often a platform on this machine is asked.
const INTERVAL: Duration = Duration::from_millis(500);

/// How long `--wait` waits when nobody said how long.
pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);

/// Between two lines that say how far something is.
const PROGRESS: Duration = Duration::from_secs(2);

/// Tells an add-on's events, each once, and how far the platform's own operation is.
#[derive(Default)]
struct Teller {
    last_event: u64,
    /// Events before this belong to something else.
    since: Option<Timestamp>,
    progress: Option<(Instant, String)>,
    /// The steps as they were told last, where the platform tells them all.
    steps: Vec<WorkStep>,
}

impl Teller {
    /// Tells what is new of an operation that is under way.
    async fn tell_operation(&mut self, reader: &dyn Platform, operation: &Operation) {
        // Company while waiting, as the events are.
        let work = match &operation.work_id {
            Some(id) => reader.work(id).await.ok(),
            None => None,
        };
        self.since = self.since.or_else(|| work.as_ref().and_then(|work| work.created_at));
        if let Some(addon_id) = &operation.addon_id {
            self.tell(reader, addon_id).await;
        }
        self.tell_steps(work.as_ref().map_or(&[][..], |work| &work.steps));
        let Some(line) = work.and_then(|work| super::backups::progress(work.progress.as_ref()?)) else { return };
        let is_due = self.progress.as_ref().is_none_or(|(at, told)| *told != line && at.elapsed() >= PROGRESS);
        if is_due {
            output::note(&format!("           {line}"));
            self.progress = Some((Instant::now(), line));
        }
    }

    /// Tells each step that stands otherwise than it did.
    fn tell_steps(&mut self, steps: &[WorkStep]) {
        for step in steps.iter().filter(|step| !self.steps.contains(step)) {
            if let Some(state) = &step.state {
                output::note(&format!("           {:<18} {}", step.name, state.word()));
            }
        }
        self.steps = steps.to_vec();
    }

    async fn tell(&mut self, reader: &dyn Platform, addon_id: &str) {
        // The timeline is company while waiting; what counts is the add-on's state, so a failed read here is not an end.
        let Ok(events) = reader.events(addon_id, self.last_event).await else { return };
        for event in events {
            self.last_event = self.last_event.max(event.id);
            if self.since.is_some_and(|since| event.at < since) {
                continue;
            }
            let mark = match event.status {
                EventStatus::Started => continue,
                EventStatus::Done => "done",
                EventStatus::Failed => "FAILED",
                EventStatus::Note => "note",
                EventStatus::Other(_) => "",
            };
            output::note(&format!(
                "{}  {:<18} {mark:<6} {}",
                event.at.strftime("%H:%M:%SZ"),
                event.step,
                event.message
            ));
            for line in &event.log {
                output::note(&format!("           | {line}"));
            }
        }
    }
}

/// Waits until an add-on is ready.
///
/// # Errors
/// [`Exit::Failed`] when it has failed or is gone, [`Exit::TimedOut`] after `timeout`.
pub(super) async fn until_ready(reader: &dyn Platform, name: &str, timeout: Duration) -> Result<Addon, Failure> {
    let end = Instant::now().checked_add(timeout);
    let mut teller = Teller::default();
    let mut seen: Option<Addon> = None;
    loop {
        let addon = match (reader.addon(name).await, &seen) {
            (Ok(fresh), _) => fresh.value,
            // It was here a moment ago: a restore that fails leaves nothing but its operation, which says why.
            (Err(error), Some(seen)) if error.kind == ReadErrorKind::NotFound => return Err(gone(reader, seen).await),
            (Err(error), None) if error.kind == ReadErrorKind::NotFound => find::addon(reader, name).await?,
            (Err(error), _) => return Err(error.into()),
        };
        teller.tell(reader, &addon.key.id).await;
        match &addon.state {
            // A server that is known not to answer is not there yet, whatever the platform calls it. One whose platform tells
            // no health is taken at its word.
            State::Ready if !matches!(addon.health, Health::Failing(_)) => return Ok(addon),
            State::Failed | State::Gone | State::Deprovisioning => {
                let reason = addon.state_reason.clone().unwrap_or_else(|| "the platform gave no reason.".into());
                return Err(Failure::new(Exit::Failed, format!("{name} is {}: {reason}", addon.state.word())));
            }
            _ => {}
        }
        let still = match &addon.health {
            Health::Failing(what) if addon.state.is_ready() => format!("{name} does not work yet ({what})"),
            _ => format!("{name} is still {}", addon.state.word()),
        };
        pause(end, &still).await?;
        seen = Some(addon);
    }
}

/// What became of an add-on that is not there any more.
async fn gone(reader: &dyn Platform, seen: &Addon) -> Failure {
    let work = match &seen.work {
        Some(work) => reader.work(&work.id).await.ok(),
        None => None,
    };
    let why = work.and_then(|work| work.message).unwrap_or_else(|| "The platform gave no reason.".to_owned());
    Failure::new(Exit::Failed, format!("{} is gone: {why}", seen.name))
}

/// Follows an operation to its end and records it.
///
/// # Errors
/// As its outcome says, or [`Exit::TimedOut`] after `timeout`: then it goes on at the platform.
pub(super) async fn until_settled(
    door: &Door,
    mut operation: Operation,
    timeout: Duration,
) -> Result<Operation, Failure> {
    let end = Instant::now().checked_add(timeout);
    let mut teller = Teller::default();
    loop {
        // What was done at once has no steps to tell; the timeline is of what was before.
        if operation.outcome.is_end() && teller.since.is_none() {
            return ended_well(operation);
        }
        teller.tell_operation(door.connection.reader.as_ref(), &operation).await;
        if operation.outcome.is_end() {
            return ended_well(operation);
        }
        match door::follow(&door.connection, &door.journal, &operation).await {
            Ok(followed) => operation = followed.operation,
            // The write is under way; a platform that can't be asked for a moment is no end of it.
            Err(error) if error.kind.is_no_answer() => {
                output::note(&format!("{} Trying again.", error.message));
            }
            Err(error) => return Err(error.into()),
        }
        if !operation.outcome.is_end() {
            pause(end, &format!("{} is still under way", operation.command.sentence())).await?;
        }
    }
}

/// Looks for what another program did for us: that it has ended tells nothing. What goes on after it was seen is left to whoever
/// waits for that.
///
/// # Errors
/// [`Exit::TimedOut`] when a command that is done at once was not seen to be done in time: it may still be.
pub(super) async fn until_seen(door: &Door, mut operation: Operation) -> Result<Operation, Failure> {
    const TIMEOUT: Duration = Duration::from_secs(60);
    let end = Instant::now().checked_add(TIMEOUT);
    let is_seen = |operation: &Operation| match &operation.command {
        Command::CreateAddon(_) | Command::Restore(_) => operation.addon_id.is_some(),
        Command::BackUp { .. } => operation.backup_id.is_some(),
        _ => false,
    };
    while operation.child.is_some() && !operation.outcome.is_end() && !is_seen(&operation) {
        match door::follow(&door.connection, &door.journal, &operation).await {
            Ok(followed) => operation = followed.operation,
            Err(error) if error.kind.is_no_answer() => output::note(&format!("{} Trying again.", error.message)),
            Err(error) => return Err(error.into()),
        }
        // A plan is changed in its own time.
        if matches!(operation.command, Command::ChangePlan { .. }) {
            break;
        }
        if !operation.outcome.is_end() && !is_seen(&operation) {
            let still = format!(
                "{} is still under way (attache operations wait {})",
                operation.command.sentence(),
                operation.id
            );
            pause(end, &still).await?;
        }
    }
    Ok(operation)
}

/// Waits until it is time to look again. An `end` beyond all clocks is none.
pub(super) async fn pause(end: Option<Instant>, what: &str) -> Result<(), Failure> {
    if end.is_some_and(|end| Instant::now() >= end) {
        return Err(Failure::new(Exit::TimedOut, format!("{what}, and the time is up. The platform goes on with it.")));
    }
    tokio::time::sleep(INTERVAL).await;
    Ok(())
}
