//! Following an add-on to its end, telling each step on standard error as the platform writes it.

use std::time::{Duration, Instant};

use super::write::{Door, ended_well};
use super::{Exit, Failure, output};
use crate::model::{Addon, EventStatus, Health, Operation, State};
use crate::platform::{Platform, ReadErrorKind};
use crate::store::door;

/// How often a platform on this machine is asked.
const INTERVAL: Duration = Duration::from_millis(500);

/// How long `--wait` waits when nobody said how long.
pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);

/// Tells an add-on's events, each once.
struct Teller {
    last_event: u64,
}

impl Teller {
    async fn tell(&mut self, reader: &dyn Platform, addon_id: &str) {
        // The timeline is company while waiting; what counts is the add-on's state, so a failed read here is not an end.
        let Ok(events) = reader.events(addon_id, self.last_event).await else { return };
        for event in events {
            self.last_event = self.last_event.max(event.id);
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
    let mut teller = Teller { last_event: 0 };
    loop {
        let addon = reader.addon(name).await?.value;
        teller.tell(reader, &addon.key.id).await;
        match &addon.state {
            // A server that is known not to answer is not there yet, whatever the platform calls it. One whose platform tells
            // no health is taken at its word.
            State::Ready if !matches!(addon.health, Health::Failing(_)) => return Ok(addon),
            State::Failed | State::Gone | State::Deprovisioning => {
                let reason = addon.state_reason.clone().unwrap_or_else(|| "the platform gave no reason.".to_owned());
                return Err(Failure::new(Exit::Failed, format!("{name} is {}: {reason}", addon.state.word())));
            }
            _ => {}
        }
        let still = match &addon.health {
            Health::Failing(what) if addon.state.is_ready() => format!("{name} does not work yet ({what})"),
            _ => format!("{name} is still {}", addon.state.word()),
        };
        pause(end, &still).await?;
    }
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
    let mut teller = Teller { last_event: 0 };
    loop {
        if let Some(addon_id) = operation.addon_id.clone() {
            teller.tell(door.connection.reader.as_ref(), &addon_id).await;
        }
        if operation.outcome.is_end() {
            return ended_well(operation);
        }
        match door::follow(&door.connection, &door.journal, &operation).await {
            Ok(followed) => operation = followed,
            // The write is under way; a platform that can't be asked for a moment is no end of it.
            Err(error) if matches!(error.kind, ReadErrorKind::Unreachable | ReadErrorKind::TimedOut) => {
                output::note(&format!("{} Trying again.", error.message));
            }
            Err(error) => return Err(error.into()),
        }
        if !operation.outcome.is_end() {
            pause(end, &format!("{} is still under way", operation.command.sentence())).await?;
        }
    }
}

/// Waits until it is time to look again. An `end` beyond all clocks is none.
async fn pause(end: Option<Instant>, what: &str) -> Result<(), Failure> {
    if end.is_some_and(|end| Instant::now() >= end) {
        return Err(Failure::new(Exit::TimedOut, format!("{what}, and the time is up. The platform goes on with it.")));
    }
    tokio::time::sleep(INTERVAL).await;
    Ok(())
}
