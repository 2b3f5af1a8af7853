//! The lines of a record in words.

use jiff::Timestamp;

use super::{Actor, Entry, RecordKind};
use crate::model::printable;

impl Entry {
    /// Everything that was recorded, line by line, for people.
    pub fn story(&self) -> Vec<(Timestamp, String)> {
        let intent = &self.intent;
        let account = intent.account.as_ref().map_or(String::new(), |account| format!(" as {account}"));
        let first = format!("intended by {}, through profile {}{account}", from(&intent.actor), intent.profile);
        let mut lines = vec![(intent.at, first)];
        for record in &self.records {
            lines.push((record.at, words(&record.kind)));
        }
        if self.damaged > 0 {
            let lines_are =
                if self.damaged == 1 { "1 line is".to_owned() } else { format!("{} lines are", self.damaged) };
            lines.push((self.operation.updated_at, format!("{lines_are} damaged and can't be read")));
        }
        lines
    }
}

fn from(actor: &Actor) -> String {
    let ssh = actor.ssh_client.as_ref().map_or(String::new(), |client| format!(", from {client}"));
    format!("{}{ssh}", actor.words())
}

fn words(kind: &RecordKind) -> String {
    match kind {
        RecordKind::Sent => "sent".to_owned(),
        RecordKind::Acknowledged { addon_id, request_id, is_under_way, work_id, backup_id } => {
            let mut told = Vec::new();
            for (what, id) in
                [("add-on", addon_id), ("backup", backup_id), ("platform operation", work_id), ("request", request_id)]
            {
                told.extend(id.as_ref().map(|id| format!("{what} {id}")));
            }
            let more = if told.is_empty() { String::new() } else { format!(": {}", told.join(", ")) };
            let goes_on = if *is_under_way { ", and goes on with it" } else { "" };
            format!("the platform took it{goes_on}{more}")
        }
        RecordKind::Started { child } => {
            format!(
                "carried out by process {}, which writes to {}",
                child.pid,
                printable(&child.output.display().to_string())
            )
        }
        RecordKind::Progress { message } => message.clone(),
        RecordKind::End { outcome, evidence, .. } => {
            let why = outcome.message().map_or(String::new(), |message| format!(": {message}"));
            let evidence = evidence.as_ref().map_or(String::new(), |words| format!(" (evidence: {words})"));
            format!("{}{why}{evidence}", outcome.word())
        }
        RecordKind::Judged { judgement } => judgement.sentence(),
        RecordKind::Resent { actor } => format!("sent once more, with its key, by {}", from(actor)),
        RecordKind::Noted { actor } => format!("noted by {}: its outcome stays unknown", from(actor)),
        RecordKind::Adopted { actor, handed_by } => format!("handed over by {handed_by}, adopted by {}", from(actor)),
    }
}
