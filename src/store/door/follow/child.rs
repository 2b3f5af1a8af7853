//! An operation that another program carries out for us. While that runs it is under way, whatever the platform shows; once it
//! has ended, only the platform shows what came of it: neither how it ended nor what it printed is proof.

use jiff::{SignedDuration, Timestamp};

use super::{Finding, RecordKind, happened};
use crate::model::{Command, Judgement, Operation, Outcome, Verdict};
use crate::store::journal::{Entry, process};

/// A read may be behind the write that it follows: for so long after the last line nothing is made of it that nothing is seen.
const BEHIND: SignedDuration = SignedDuration::from_secs(4);

/// Whether the program is known to be at it still.
pub(super) fn is_running(operation: &Operation) -> bool {
    operation.child.as_ref().is_some_and(|child| process::is_running(child) == Some(true))
}

/// Whether a program carried it out of which nothing was seen yet by which its end could be followed as any other.
pub(super) fn is_unseen(operation: &Operation) -> bool {
    operation.child.is_some()
        && match &operation.command {
            Command::CreateAddon(_) | Command::Restore(_) => operation.addon_id.is_none(),
            Command::BackUp { .. } => operation.backup_id.is_none(),
            _ => true,
        }
}

/// What one look after its end comes to.
pub(super) fn judged(
    operation: &Operation,
    entry: Option<&Entry>,
    finding: Finding,
    now: Timestamp,
) -> Vec<RecordKind> {
    let (verdict, words) = match finding {
        // It was seen before, and goes on.
        Finding::Happened(seen) if seen.is_under_way && entry.is_some_and(Entry::is_acknowledged) => return Vec::new(),
        Finding::Happened(seen) => return happened(seen),
        Finding::Refused(message) => {
            return vec![RecordKind::End { outcome: Outcome::Failed { message }, evidence: None, asks: None }];
        }
        Finding::NotSeen(words) => (Verdict::NotSeen, words),
        Finding::CantTell(words) => (Verdict::CantTell, words),
    };
    if now.duration_since(operation.updated_at) < BEHIND {
        return Vec::new();
    }
    let unknown = RecordKind::End { outcome: Outcome::unknown(ended(operation)), evidence: None, asks: None };
    vec![unknown, RecordKind::Judged { judgement: Judgement::after(None, verdict, words, now) }]
}

/// How it comes that its outcome is unknown.
fn ended(operation: &Operation) -> String {
    let Some(child) = &operation.child else { return "It has ended.".to_owned() };
    let output = crate::model::printable(&child.output.display().to_string());
    match process::is_running(child) {
        None => format!(
            "The program that carries it out was started on {}, and what became of it can't be told from here.",
            crate::model::printable(&child.host)
        ),
        _ => format!("The program that carried it out has ended; what it printed is in {output}."),
    }
}
