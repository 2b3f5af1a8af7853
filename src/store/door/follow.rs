//! One look at whether an operation has reached its end.

use jiff::Timestamp;

use super::evidence::{self, Finding, Seen, Sent, find, find_backup};
use super::send::blocking;
use crate::model::{
    Addon, Again, BackupState, Command, Judgement, Operation, Outcome, State, Verdict, Work, WorkState,
};
use crate::platform::{Connection, Platform, ReadError, ReadErrorKind};
use crate::store::Journal;
use crate::store::journal::{Entry, JournalError, RecordKind};

/// What one look at an operation showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// The operation as it stands.
    pub operation: Operation,
    /// The platform's own record of it, with its step and how far that is, where it has one and was asked.
    pub work: Option<Work>,
}

/// Looks once whether an operation has reached its end, and records it when it has. An outcome that is not known is
/// looked into: it becomes known where the platform shows evidence, which is recorded in words.
///
/// # Errors
/// When the platform can't be read. The operation is then as it was.
pub async fn follow(connection: &Connection, journal: &Journal, operation: &Operation) -> Result<Followed, ReadError> {
    let entry = read(journal, operation).await;
    let known = entry.as_ref().map_or(operation, |entry| &entry.operation);
    // Whoever sends it right now will record what comes of it.
    let is_being_sent = entry.as_ref().is_some_and(|entry| entry.is_driven);
    let reader = connection.reader.as_ref();
    let mut work = None;
    let lines = match &known.outcome {
        _ if is_being_sent => Vec::new(),
        Outcome::Accepted => {
            work = work_of(reader, known).await?;
            let outcome = match &work {
                Some(work) => end_of_work(known, work),
                None => end_of(reader, known).await?,
            };
            outcome.map(end).into_iter().collect()
        }
        Outcome::Unknown { message, judged } => {
            let finding = evidence::look(reader, known, sent(connection, entry.as_ref(), known)).await?;
            let (verdict, words) = match finding {
                Finding::Happened(seen) => {
                    let operation = record(journal, known, happened(seen)).await;
                    return Ok(Followed { operation, work: None });
                }
                Finding::Refused(message) => {
                    let evidence =
                        Some("The platform remembers our request by its key, and that it refused it.".into());
                    let line = RecordKind::End { outcome: Outcome::Failed { message }, evidence, asks: None };
                    return Ok(Followed { operation: record(journal, known, vec![line]).await, work: None });
                }
                // What the platform said that it took is not unseen: it was there, and has left no trace.
                Finding::NotSeen(words) if entry.as_ref().is_some_and(Entry::is_acknowledged) => {
                    (Verdict::CantTell, format!("the platform took it, and shows no trace of it any more; {words}"))
                }
                Finding::NotSeen(words) => (Verdict::NotSeen, words),
                Finding::CantTell(words) => (Verdict::CantTell, words),
            };
            let before = latest(judged.as_ref(), operation.outcome.judged());
            let judgement = Judgement::after(before, verdict, words, Timestamp::now());
            if !is_news(judged.as_ref(), &judgement) {
                let outcome = Outcome::Unknown { message: message.clone(), judged: Some(judgement) };
                return Ok(Followed { operation: Operation { outcome, ..known.clone() }, work: None });
            }
            vec![RecordKind::Judged { judgement }]
        }
        _ => Vec::new(),
    };
    let operation = if lines.is_empty() { known.clone() } else { record(journal, known, lines).await };
    Ok(Followed { operation, work })
}

/// What evidence is looked for with. The key is asked for only while the platform is sure to know it, and only while
/// nothing else was heard of the request: a receipt that is had already tells nothing new.
fn sent<'a>(connection: &Connection, entry: Option<&'a Entry>, known: &Operation) -> Sent<'a> {
    let keeps_keys = connection.reader.words().keeps_keys;
    let is_kept = matches!(known.again(keeps_keys, Timestamp::now()), Ok(Again::WithItsKey));
    Sent {
        at: entry.and_then(Entry::sent_at).unwrap_or(known.started_at),
        account: entry.and_then(|entry| entry.intent.account.as_deref()),
        key: entry.filter(|entry| is_kept && !entry.is_acknowledged()).map(|entry| &*entry.intent.idempotency_key),
    }
}

/// The journal's judgement, or the one of whoever looks, who has looked more often since that was written.
fn latest<'a>(recorded: Option<&'a Judgement>, looked: Option<&'a Judgement>) -> Option<&'a Judgement> {
    match (recorded, looked) {
        (Some(one), Some(other)) if one.verdict == other.verdict && one.since == other.since => {
            Some(if other.looks > one.looks { other } else { one })
        }
        _ => recorded,
    }
}

/// Whether it is to be recorded: another verdict, or one that has now stood for long enough.
fn is_news(recorded: Option<&Judgement>, now: &Judgement) -> bool {
    recorded.is_none_or(|before| before.verdict != now.verdict || (now.is_long_unseen() && !before.is_long_unseen()))
}

/// The platform's record of it; `None` where it has none, or no more.
async fn work_of(reader: &dyn Platform, operation: &Operation) -> Result<Option<Work>, ReadError> {
    let Some(id) = &operation.work_id else { return Ok(None) };
    match reader.work(id).await {
        Ok(work) => Ok(Some(work)),
        Err(error) if error.kind == ReadErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn end_of_work(operation: &Operation, work: &Work) -> Option<Outcome> {
    match work.state {
        WorkState::Queued | WorkState::Running | WorkState::Other(_) => None,
        WorkState::Done => Some(Outcome::Done),
        WorkState::Failed => Some(failed(&operation.command, work.message.as_deref())),
    }
}

fn end(outcome: Outcome) -> RecordKind {
    RecordKind::End { outcome, evidence: None, asks: None }
}

fn happened(seen: Seen) -> Vec<RecordKind> {
    let Seen { words, addon_id, backup_id, work_id, is_under_way } = seen;
    let acknowledged = RecordKind::Acknowledged { addon_id, request_id: None, is_under_way, work_id, backup_id };
    if is_under_way {
        vec![RecordKind::Progress { message: words }, acknowledged]
    } else {
        vec![acknowledged, RecordKind::End { outcome: Outcome::Done, evidence: Some(words), asks: None }]
    }
}

/// The end of something that the platform acknowledged, judged by what there is; `None` while it is under way.
async fn end_of(reader: &dyn Platform, operation: &Operation) -> Result<Option<Outcome>, ReadError> {
    let command = &operation.command;
    let ready = |addon: Addon| match addon.state {
        State::Ready | State::Sleeping if addon.work.is_none() => Some(Outcome::Done),
        State::Failed => Some(failed(command, addon.state_reason.as_deref())),
        State::Deprovisioning | State::Gone => Some(destroyed(command)),
        _ => None,
    };
    Ok(match command {
        Command::CreateAddon(_) | Command::Restore(_) => {
            let id = operation.addon_id.as_deref().unwrap_or(command.target());
            match find(reader, id).await? {
                Some(addon) => ready(addon),
                None => Some(destroyed(command)),
            }
        }
        Command::DestroyAddon { addon_id, .. } => match find(reader, addon_id).await? {
            None => Some(Outcome::Done),
            Some(addon) => match addon.state {
                State::Gone => Some(Outcome::Done),
                State::Failed => Some(failed(command, addon.state_reason.as_deref())),
                _ => None,
            },
        },
        Command::BackUp { .. } | Command::UploadBackup { .. } => match &operation.backup_id {
            None => Some(lost_sight()),
            Some(id) => match find_backup(reader, id).await? {
                None => Some(lost_sight()),
                Some(backup) => match backup.state {
                    // One that was finished and pushed out since was finished.
                    BackupState::Finished => Some(Outcome::Done),
                    BackupState::Expired if backup.finished_at.is_some() => Some(Outcome::Done),
                    BackupState::Failed | BackupState::Expired => Some(failed(command, backup.message.as_deref())),
                    BackupState::Pending | BackupState::Running | BackupState::Other(_) => None,
                },
            },
        },
        Command::DeleteBackup { backup_id, .. } => match find_backup(reader, backup_id).await? {
            None => Some(Outcome::Done),
            Some(backup) => (backup.state == BackupState::Expired).then_some(Outcome::Done),
        },
        Command::ChangePlan { addon_id, plan, .. } => match find(reader, addon_id).await? {
            None => Some(destroyed(command)),
            Some(addon) if addon.state.is_transitional() || addon.work.is_some() => None,
            Some(addon) if addon.plan.as_ref() == Some(plan) => Some(Outcome::Done),
            Some(addon) => Some(failed(command, addon.state_reason.as_deref())),
        },
        Command::Rename { addon_id, name, .. } => match find(reader, addon_id).await? {
            Some(addon) if addon.name == *name => Some(Outcome::Done),
            Some(_) => Some(lost_sight()),
            None => Some(destroyed(command)),
        },
        // These leave nothing behind by which they could be told.
        Command::Rotate { .. }
        | Command::Restart { .. }
        | Command::Sleep { .. }
        | Command::Wake { .. }
        | Command::RestoreInto { .. }
        | Command::CancelBackup { .. }
        | Command::RunAction(_) => Some(lost_sight()),
        // These are done when they are acknowledged.
        Command::Attach { .. }
        | Command::Detach { .. }
        | Command::ScheduleBackups { .. }
        | Command::MoveAttachments { .. }
        | Command::MakePrimary { .. }
        | Command::CreateApp { .. }
        | Command::DestroyApp { .. }
        | Command::Maintenance { .. }
        | Command::RollBack { .. } => Some(Outcome::Done),
    })
}

/// The platform took it, and shows nothing any more by which its end could be told.
fn lost_sight() -> Outcome {
    Outcome::unknown("The platform took it, but has no record any more of what came of it.")
}

fn destroyed(command: &Command) -> Outcome {
    Outcome::Failed { message: format!("{} was destroyed before it was seen ready.", command.target()) }
}

fn failed(command: &Command, reason: Option<&str>) -> Outcome {
    let what = match command {
        Command::CreateAddon(_) => "could not be made",
        Command::Restore(_) | Command::RestoreInto { .. } => "could not be restored",
        Command::DestroyAddon { .. } => "could not be destroyed",
        Command::BackUp { .. } => "could not be backed up",
        Command::DeleteBackup { .. } => "could not be deleted",
        Command::UploadBackup { .. } => "has no new backup: what was uploaded is no good",
        Command::ChangePlan { .. } => "could not be changed to the other plan",
        Command::Rename { .. } => "could not be renamed",
        Command::Rotate { .. } => "did not get a new password",
        Command::Restart { .. } => "could not be restarted",
        Command::Sleep { .. } => "could not be put to sleep",
        Command::Wake { .. } => "could not be woken",
        _ => "failed",
    };
    let reason = reason.unwrap_or("The platform does not say why.");
    Outcome::Failed { message: format!("{} {what}: {reason}", command.target()) }
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
            RecordKind::Acknowledged { is_under_way, addon_id, work_id, backup_id, .. } => {
                operation.outcome = if is_under_way { Outcome::Accepted } else { Outcome::Done };
                operation.addon_id = addon_id.or(operation.addon_id.take());
                operation.work_id = work_id.or(operation.work_id.take());
                operation.backup_id = backup_id.or(operation.backup_id.take());
            }
            RecordKind::End { outcome, asks, .. } => (operation.outcome, operation.asks) = (outcome, asks),
            RecordKind::Judged { judgement } => {
                if let Outcome::Unknown { judged, .. } = &mut operation.outcome {
                    *judged = Some(judgement);
                }
            }
            RecordKind::Sent
            | RecordKind::Progress { .. }
            | RecordKind::Resent { .. }
            | RecordKind::Noted { .. }
            | RecordKind::Adopted { .. } => {}
        }
    }
    operation
}
