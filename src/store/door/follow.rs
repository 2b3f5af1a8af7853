//! One look at whether an operation has reached its end.

use jiff::Timestamp;

use super::evidence::{self, Verdict, find};
use super::send::blocking;
use crate::model::{Addon, Command, Operation, Outcome, State};
use crate::platform::{Connection, Platform, ReadError};
use crate::store::Journal;
use crate::store::journal::{Entry, JournalError, RecordKind};

/// Looks once whether an operation has reached its end, and records it when it has. An outcome that is not known is
/// looked into: it becomes known where the platform shows evidence, which is recorded in words.
///
/// # Errors
/// When the platform can't be read. The operation is then as it was.
pub async fn follow(connection: &Connection, journal: &Journal, operation: &Operation) -> Result<Operation, ReadError> {
    let entry = read(journal, operation).await;
    let known = entry.as_ref().map_or(operation, |entry| &entry.operation);
    // Whoever sends it right now will record what comes of it.
    let is_being_sent = entry.as_ref().is_some_and(|entry| entry.is_driven);
    let reader = connection.reader.as_ref();
    let lines = match &known.outcome {
        _ if is_being_sent => Vec::new(),
        Outcome::Accepted => end_of(reader, known).await?.map(end).into_iter().collect(),
        Outcome::Unknown { message } => {
            let sent_at = entry.as_ref().and_then(Entry::sent_at).unwrap_or(known.started_at);
            match evidence::look(reader, known, sent_at).await? {
                Verdict::Happened { words, addon_id, is_under_way } => happened(words, addon_id, is_under_way),
                Verdict::NotProven(words) => return Ok(still_unknown(known, message, &words)),
            }
        }
        _ => Vec::new(),
    };
    if lines.is_empty() {
        return Ok(known.clone());
    }
    Ok(record(journal, known, lines).await)
}

fn end(outcome: Outcome) -> RecordKind {
    RecordKind::End { outcome, evidence: None }
}

fn happened(words: String, addon_id: Option<String>, is_under_way: bool) -> Vec<RecordKind> {
    let acknowledged =
        RecordKind::Acknowledged { addon_id, request_id: None, is_under_way, work_id: None, backup_id: None };
    if is_under_way {
        vec![RecordKind::Progress { message: words }, acknowledged]
    } else {
        vec![acknowledged, RecordKind::End { outcome: Outcome::Done, evidence: Some(words) }]
    }
}

/// Nothing is recorded: the next look may be as empty, and the journal would grow with each.
fn still_unknown(known: &Operation, message: &str, words: &str) -> Operation {
    Operation { outcome: Outcome::Unknown { message: format!("{message} {words}") }, ..known.clone() }
}

/// The end of something that the platform acknowledged; `None` while it is under way.
async fn end_of(reader: &dyn Platform, operation: &Operation) -> Result<Option<Outcome>, ReadError> {
    let name = operation.command.target();
    match &operation.command {
        Command::CreateAddon(_) => {
            let found = find(reader, operation.addon_id.as_deref().unwrap_or(name)).await?;
            Ok(match found {
                Some(addon) => match addon.state {
                    State::Ready => Some(Outcome::Done),
                    State::Failed => Some(failed(&addon, "could not be made")),
                    State::Deprovisioning | State::Gone => Some(Outcome::Failed {
                        message: format!("{name} is being destroyed before it was seen ready."),
                    }),
                    _ => None,
                },
                None => Some(Outcome::Failed { message: format!("{name} was destroyed before it was seen ready.") }),
            })
        }
        Command::DestroyAddon { addon_id, .. } => Ok(match find(reader, addon_id).await? {
            None => Some(Outcome::Done),
            Some(addon) => match addon.state {
                State::Gone => Some(Outcome::Done),
                State::Failed => Some(failed(&addon, "could not be destroyed")),
                _ => None,
            },
        }),
        // All others are done when they are acknowledged.
        _ => Ok(Some(Outcome::Done)),
    }
}

fn failed(addon: &Addon, what: &str) -> Outcome {
    let reason = addon.state_reason.as_deref().unwrap_or("The platform does not say why.");
    Outcome::Failed { message: format!("{} {what}: {reason}", addon.name) }
}

async fn read(journal: &Journal, operation: &Operation) -> Option<Entry> {
    let journal = journal.clone();
    let id = operation.id.clone();
    match blocking(move || journal.get(&id)).await {
        Ok(entry) => entry,
        Err(error) => {
            tracing::warn!(%error, "following an operation without its journal");
            None
        }
    }
}

/// Records the lines unless somebody else has come first, and gives the operation as it then stands.
async fn record(journal: &Journal, known: &Operation, lines: Vec<RecordKind>) -> Operation {
    let journal = journal.clone();
    let id = known.id.clone();
    let seen = known.outcome.clone();
    let to_record = lines.clone();
    let recorded = blocking(move || {
        let Some(mut driver) = journal.drive(&id)? else {
            return Err(JournalError("another process drives the operation".into()));
        };
        if driver.operation().outcome == seen {
            for line in to_record {
                driver.record(line)?;
            }
        }
        Ok(driver.operation().clone())
    });
    recorded.await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the end of an operation could not be recorded");
        told(known, lines)
    })
}

/// The operation as the lines have it, where they could not be recorded.
fn told(known: &Operation, lines: Vec<RecordKind>) -> Operation {
    let mut operation = Operation { updated_at: Timestamp::now(), ..known.clone() };
    for line in lines {
        match line {
            RecordKind::Acknowledged { is_under_way: true, .. } => operation.outcome = Outcome::Accepted,
            RecordKind::Acknowledged { .. } => operation.outcome = Outcome::Done,
            RecordKind::End { outcome, .. } => operation.outcome = outcome,
            RecordKind::Sent | RecordKind::Progress { .. } | RecordKind::Noted { .. } => {}
        }
    }
    operation
}
