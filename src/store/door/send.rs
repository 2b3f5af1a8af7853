//! From a confirmed intent to a recorded outcome, on a task of its own, so that nobody who stops waiting can lose it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::locks::Held;
use crate::model::{Again, Operation, OperationId, Outcome};
use crate::platform::{Receipt, Record, SubmitError, Writer};
use crate::store::journal::{Actor, Driver, Intent, Journal, JournalError, RecordKind, process};
use crate::store::{PartOf, SubmitResult};

/// Writes the intent, sends once, records what came of it.
pub(super) async fn send(
    writer: Arc<dyn Writer>,
    journal: Journal,
    intent: Intent,
    part_of: Option<PartOf>,
    held: Held,
) -> SubmitResult {
    let backup = intent.clone();
    let kept = journal.clone();
    let task = tokio::spawn(async move {
        let result = run(writer, journal, intent, part_of).await;
        drop(held);
        result
    });
    match task.await {
        Ok(result) => result,
        // The task ended in a panic or with the program: the journal says how far it came.
        Err(_) => SubmitResult::Operation(Box::new(as_recorded(kept, backup).await)),
    }
}

/// Sends the request of an operation once more, with its own key, and records that before it leaves and what came of it.
pub(super) async fn send_again(
    writer: Arc<dyn Writer>,
    journal: Journal,
    id: OperationId,
    keeps_keys: Option<SignedDuration>,
    held: Held,
) -> SubmitResult {
    let kept = (journal.clone(), id.clone());
    let task = tokio::spawn(async move {
        let result = run_again(writer, journal, id, keeps_keys).await;
        drop(held);
        result
    });
    match task.await {
        Ok(result) => result,
        Err(_) => {
            let (journal, id) = kept;
            match blocking(move || journal.get(&id)).await {
                Ok(Some(entry)) => SubmitResult::Operation(Box::new(entry.operation)),
                // Its outcome was unknown before, and is so still.
                _ => SubmitResult::NotSent(
                    "The program failed while it was sending again; the outcome stays unknown.".into(),
                ),
            }
        }
    }
}

async fn run_again(
    writer: Arc<dyn Writer>,
    journal: Journal,
    id: OperationId,
    keeps_keys: Option<SignedDuration>,
) -> SubmitResult {
    let begun = blocking(move || {
        let Some(mut driver) = journal.drive(&id)? else {
            return Err(JournalError(
                "Another process is working on this operation just now. Nothing was sent.".into(),
            ));
        };
        match driver.operation().again(keeps_keys, Timestamp::now()) {
            Ok(Again::WithItsKey) => {}
            Ok(Again::Anew) => {
                return Err(JournalError(
                    "The platform may have forgotten the key by now, so it was not sent again. Nothing was sent."
                        .into(),
                ));
            }
            Err(why) => return Err(JournalError(format!("{why} Nothing was sent."))),
        }
        driver.record(RecordKind::Resent { actor: Actor::from_env() })?;
        Ok(driver)
    });
    let driver = match begun.await {
        Ok(driver) => driver,
        Err(error) => return SubmitResult::NotSent(error.0),
    };
    let intent = driver.entry().intent.clone();
    let answer = writer.submit(&intent.command, &intent.idempotency_key).await;
    // Only that it was taken says something of both requests. A refusal may be of this one alone, and that this one did not
    // leave says nothing of the first.
    let line = match answer {
        Ok(receipt) => line_for(Ok(receipt)),
        Err(error) => RecordKind::End {
            outcome: Outcome::unknown(format!("It was sent again: {error}")),
            evidence: None,
            asks: None,
        },
    };
    SubmitResult::Operation(Box::new(finish(driver, line).await))
}

async fn run(writer: Arc<dyn Writer>, journal: Journal, intent: Intent, part_of: Option<PartOf>) -> SubmitResult {
    let kept = journal.clone();
    let begun = blocking({
        let intent = intent.clone();
        move || {
            let mut driver = match &part_of {
                Some(part_of) => journal.begin_part(part_of, intent)?,
                None => journal.begin(intent)?,
            };
            match driver.record(RecordKind::Sent) {
                Ok(_) => Ok(driver),
                Err(error) => {
                    let message = "The journal could not be written, so nothing was sent.".to_owned();
                    let ended = driver.record(RecordKind::End {
                        outcome: Outcome::NotSent { message },
                        evidence: None,
                        asks: None,
                    });
                    if let Err(second) = ended {
                        tracing::error!(%second, "the end of an operation that was not sent could not be recorded");
                    }
                    Err(JournalError(format!("{error} Nothing was sent.")))
                }
            }
        }
    })
    .await;
    let recording = match begun {
        Ok(driver) => Recording { journal: kept, driver: Mutex::new(driver) },
        Err(error) => return SubmitResult::NotSent(error.0),
    };
    let answer = writer.submit_recorded(&intent.command, &intent.idempotency_key, &recording).await;
    let driver = recording.driver.into_inner().unwrap_or_else(PoisonError::into_inner);
    let operation = match answer {
        // A program that was started has said nothing that counts: it is under way until the platform shows what came of it.
        Ok(_) if driver.operation().child.is_some() => driver.operation().clone(),
        answer => finish(driver, line_for(answer)).await,
    };
    SubmitResult::Operation(Box::new(operation))
}

/// The journal of an operation while its writer writes.
struct Recording {
    journal: Journal,
    driver: Mutex<Driver>,
}

impl Recording {
    fn driver(&self) -> MutexGuard<'_, Driver> {
        self.driver.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Record for Recording {
    fn folder(&self) -> Result<PathBuf, String> {
        let id = self.driver().operation().id.clone();
        self.journal.make_folder(&id).map_err(|error| error.0)
    }

    fn started(&self, pid: u32, output: &Path) -> Result<(), String> {
        let child = process::child(pid, output);
        self.driver().record(RecordKind::Started { child }).map(drop).map_err(|error| error.0)
    }

    fn progress(&self, sentence: &str) -> Result<(), String> {
        let message = sentence.to_owned();
        self.driver().record(RecordKind::Progress { message }).map(drop).map_err(|error| error.0)
    }
}

/// The journal line for what the platform said.
fn line_for(answer: Result<Receipt, SubmitError>) -> RecordKind {
    let asks = answer.as_ref().err().and_then(SubmitError::asks).cloned();
    let outcome = match answer {
        Ok(Receipt { addon_id, is_under_way, request_id, work_id, backup_id }) => {
            return RecordKind::Acknowledged { addon_id, request_id, is_under_way, work_id, backup_id };
        }
        Err(error) => {
            let message = error.to_string();
            match error {
                SubmitError::NotSent(_) => Outcome::NotSent { message },
                SubmitError::Refused(_) => Outcome::Failed { message },
                SubmitError::Unknown(_) => Outcome::unknown(message),
            }
        }
    };
    RecordKind::End { outcome, evidence: None, asks }
}

async fn finish(mut driver: Driver, line: RecordKind) -> Operation {
    let mut lines = vec![line];
    if let RecordKind::Acknowledged { is_under_way: false, .. } = lines[0] {
        lines.push(RecordKind::End { outcome: Outcome::Done, evidence: None, asks: None });
    }
    // Known and told even where it can't be recorded; only the next start will have to find it out again.
    let mut told = driver.entry().clone();
    for line in &lines {
        told.push_now(line.clone());
    }
    let recorded = blocking(move || {
        lines.into_iter().try_for_each(|line| driver.record(line).map(drop))?;
        Ok(driver.operation().clone())
    });
    recorded.await.unwrap_or_else(|error| {
        tracing::error!(%error, "an outcome could not be recorded");
        told.operation
    })
}

async fn as_recorded(journal: Journal, intent: Intent) -> Operation {
    let id = intent.id.clone();
    let recorded = blocking(move || journal.get(&id)).await;
    if let Ok(Some(entry)) = recorded {
        return entry.operation;
    }
    let message = "The program failed while it was sending, so it may or may not have happened.".to_owned();
    Operation {
        child: None,
        id: intent.id,
        profile: intent.profile,
        started_at: intent.at,
        updated_at: intent.at,
        is_noted: false,
        outcome: Outcome::unknown(message),
        before: intent.before,
        asks: None,
        work_id: None,
        backup_id: None,
        addon_id: intent.command.addon_id().map(str::to_owned),
        command: intent.command,
    }
}

/// Does what waits for the disk where it holds up nobody.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, JournalError> + Send + 'static,
) -> Result<T, JournalError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(JournalError(format!("The journal could not be used: {error}."))),
    }
}
