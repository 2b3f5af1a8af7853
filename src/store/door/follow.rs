//! One look at whether an operation has reached its end.

mod child;
mod end;

use jiff::Timestamp;

use self::end::{Stand, failed};
use super::evidence::{self, Finding, Seen, Sent};
use super::send::blocking;
use crate::model::{Again, Before, Judgement, Operation, Outcome, Verdict, Work, WorkState};
use crate::platform::{Connection, Platform, ReadError};
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
        Outcome::Accepted | Outcome::Unknown { .. } if child::is_running(known) => Vec::new(),
        Outcome::Accepted if child::is_unseen(known) => {
            let finding = evidence::look(reader, known, sent(connection, entry.as_ref(), known)).await?;
            child::judged(known, entry.as_ref(), finding, Timestamp::now())
        }
        Outcome::Accepted => {
            work = work_of(reader, known).await?;
            let stand = match &work {
                Some(work) => end_of_work(known, work).map_or(Stand::UnderWay, Stand::Over),
                None => end::of(reader, known, entry.as_ref(), sent(connection, entry.as_ref(), known)).await?,
            };
            match stand {
                Stand::UnderWay => Vec::new(),
                Stand::Found(seen) => happened(seen),
                Stand::Seen(message) => vec![RecordKind::Progress { message }],
                Stand::Over(outcome) => vec![RecordKind::End { outcome, evidence: None, asks: None }],
            }
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
fn sent<'a>(connection: &Connection, entry: Option<&'a Entry>, known: &'a Operation) -> Sent<'a> {
    let keeps_keys = connection.reader.words().keeps_keys;
    let is_kept = matches!(known.again(keeps_keys, Timestamp::now()), Ok(Again::WithItsKey));
    Sent {
        at: entry.and_then(Entry::sent_at).unwrap_or(known.started_at),
        account: entry.and_then(|entry| entry.intent.account.as_deref()),
        there: match &known.before {
            Some(Before::There { what } | Before::Attached { apps: what }) => Some(what.as_slice()),
            _ => None,
        },
        output: known.child.as_ref().map(|child| child.output.as_path()),
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
        // It keeps no record that it could be asked for, or no more.
        Err(error) if evidence::is_no_record(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn end_of_work(operation: &Operation, work: &Work) -> Option<Outcome> {
    match work.state {
        // It has ended, as something that we have no word for: that is not known to be good.
        WorkState::Other(_) if work.ended_at.is_some() => Some(failed(&operation.command, work.message.as_deref())),
        WorkState::Queued | WorkState::Running | WorkState::Other(_) => None,
        WorkState::Done => Some(Outcome::Done),
        WorkState::Failed => Some(failed(&operation.command, work.message.as_deref())),
    }
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
            RecordKind::Started { child } => {
                (operation.child, operation.outcome) = (Some(child), Outcome::Accepted);
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
