//! The lines of a journal file, and the state that they add up to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Actor;
use crate::model::{Asks, Before, ChildProcess, Command, Judgement, Operation, OperationId, Outcome, ProfileName};

/// The first line: what is about to be done, by whom, to what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The operation's id and file name.
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
    /// Why a read-only profile was unlocked for it, in a person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What is intended.
    pub command: Command,
    /// The name that identifies the target.
    pub target: String,
    /// The key that makes the platform do it once, where it takes one.
    pub idempotency_key: String,
    /// When the target was last read, by the platform's clock.
    pub read_at: Timestamp,
    /// What was there then, where the way back depends on that.
    #[serde(default)]
    pub before: Option<Before>,
}

impl Intent {
    /// An intent of this process, now.
    pub fn new(profile: ProfileName, platform: &str, endpoint: &str, command: Command, read_at: Timestamp) -> Self {
        let at = now();
        let id = OperationId::new(at, rand::random());
        let idempotency_key = format!("{id}-{:016x}", rand::random::<u64>());
        Self {
            id,
            at,
            actor: Actor::from_env(),
            profile,
            platform: platform.to_owned(),
            endpoint: without_userinfo(endpoint),
            account: None,
            reason: None,
            target: command.target().to_owned(),
            command,
            idempotency_key,
            read_at,
            before: None,
        }
    }
}

/// Now, to the millisecond, which is what a line keeps.
pub(super) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

/// The endpoint without what stands before the `@` of its authority: it may hold a password.
pub(super) fn without_userinfo(endpoint: &str) -> String {
    let Some((scheme, rest)) = endpoint.split_once("://") else { return endpoint.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

/// Every further line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// When it was written.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub kind: RecordKind,
}

/// What a further line says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "record")]
pub enum RecordKind {
    /// The request leaves now. On disk before it does: without this line nothing was sent.
    Sent,
    /// Another program was started that carries it out.
    Started {
        /// Which.
        child: ChildProcess,
    },
    /// The platform took it.
    Acknowledged {
        /// The id of the add-on that was made or acted on, where told.
        addon_id: Option<String>,
        /// The platform's id of our request, where told.
        request_id: Option<String>,
        /// Whether the platform goes on with it, so that an end is still to come.
        is_under_way: bool,
        /// The platform's own id of what it goes on with, where told.
        #[serde(default)]
        work_id: Option<String>,
        /// The backup that was asked for, where told.
        #[serde(default)]
        backup_id: Option<String>,
    },
    /// Something on the way.
    Progress {
        /// A sentence.
        message: String,
    },
    /// It came to this. An unknown outcome may be followed by a known one.
    End {
        /// To what.
        #[serde(flatten)]
        outcome: Outcome,
        /// By what that is known, where it had to be found out.
        evidence: Option<String>,
        /// What the platform wants of a person before it does it, where it refused for that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asks: Option<Asks>,
    },
    /// An unknown outcome was looked into, and the verdict is another one than before, or has stood for so long that it
    /// may be sent again. One line per look would only make the file grow.
    Judged {
        /// The verdict with its evidence.
        judgement: Judgement,
    },
    /// The request leaves once more, with the key of the first time, because a person confirmed it. On disk before it does.
    Resent {
        /// Who did.
        #[serde(flatten)]
        actor: Actor,
    },
    /// A person took note that the outcome is unknown: it is not brought up any more. It claims no outcome.
    Noted {
        /// Who did.
        #[serde(flatten)]
        actor: Actor,
    },
    /// It was begun elsewhere and handed over as text. Nothing of that is proof: what came of it the platform has to show.
    Adopted {
        /// Who adopted it.
        #[serde(flatten)]
        actor: Actor,
        /// Who handed it over, in words.
        handed_by: String,
    },
}

/// How it comes that an outcome is unknown of which the journal says nothing.
const INTERRUPTED: &str =
    "The program ended before the platform's answer was recorded, so it may or may not have happened.";

/// One operation with everything that was recorded of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What was intended.
    pub intent: Intent,
    /// What followed.
    pub records: Vec<Record>,
    /// How many lines could not be understood, a torn last one not counted.
    pub damaged: usize,
    /// What that adds up to.
    pub operation: Operation,
    /// Whether a living process drives it right now.
    pub is_driven: bool,
}

impl Entry {
    /// Reads a file's bytes; `None` when not even the intent is whole: then nothing was sent.
    pub(super) fn parse(bytes: &[u8], is_driven: bool) -> Option<Self> {
        let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').filter_map(|line| line.strip_suffix(b"\n"));
        let intent: Intent = serde_json::from_slice(lines.next()?).ok()?;
        let mut records = Vec::new();
        let mut damaged = 0;
        for line in lines.filter(|line| !line.is_empty()) {
            match serde_json::from_slice::<Record>(line) {
                Ok(record) => records.push(record),
                Err(_) => damaged += 1,
            }
        }
        let mut entry = Self::new(intent, is_driven);
        entry.damaged = damaged;
        for record in records {
            entry.push(record);
        }
        entry.settle();
        Some(entry)
    }

    /// An operation of which nothing but the intent is known.
    pub(in crate::store) fn new(intent: Intent, is_driven: bool) -> Self {
        let operation = Operation {
            child: None,
            id: intent.id.clone(),
            profile: intent.profile.clone(),
            command: intent.command.clone(),
            started_at: intent.at,
            updated_at: intent.at,
            outcome: Outcome::Intended,
            addon_id: intent.command.addon_id().map(str::to_owned),
            work_id: None,
            backup_id: None,
            is_noted: false,
            before: intent.before.clone(),
            asks: None,
        };
        Self { intent, records: Vec::new(), damaged: 0, operation, is_driven }
    }

    /// Takes in one more line. What follows a known end changes nothing.
    pub(super) fn push(&mut self, record: Record) {
        let operation = &mut self.operation;
        let has_ended = operation.outcome.is_end() && !matches!(operation.outcome, Outcome::Unknown { .. });
        if !has_ended {
            operation.updated_at = record.at;
            match &record.kind {
                RecordKind::Sent | RecordKind::Progress { .. } | RecordKind::Adopted { .. } => {}
                RecordKind::Judged { judgement } => {
                    let message = operation.outcome.message().unwrap_or(INTERRUPTED).to_owned();
                    operation.outcome = Outcome::Unknown { message, judged: Some(judgement.clone()) };
                }
                // What was seen before is no evidence about a request that leaves now.
                RecordKind::Resent { .. } => {
                    let message = operation.outcome.message().unwrap_or(INTERRUPTED).to_owned();
                    operation.outcome = Outcome::unknown(message);
                }
                RecordKind::Acknowledged { addon_id, is_under_way, work_id, backup_id, .. } => {
                    operation.outcome = if *is_under_way { Outcome::Accepted } else { Outcome::Done };
                    operation.addon_id = addon_id.clone().or(operation.addon_id.take());
                    operation.work_id = work_id.clone().or(operation.work_id.take());
                    operation.backup_id = backup_id.clone().or(operation.backup_id.take());
                }
                RecordKind::End { outcome, asks, .. } => {
                    operation.outcome = outcome.clone();
                    operation.asks = asks.clone();
                }
                // It is under way from here on, whatever becomes of whoever started it.
                RecordKind::Started { child } => {
                    operation.child = Some(child.clone());
                    operation.outcome = Outcome::Accepted;
                }
                RecordKind::Noted { .. } => operation.is_noted = true,
            }
        }
        self.records.push(record);
    }

    /// Takes in a line as of now.
    pub(in crate::store) fn push_now(&mut self, kind: RecordKind) {
        self.push(Record { at: now(), kind });
    }

    /// When the request left, if it did.
    pub fn sent_at(&self) -> Option<Timestamp> {
        self.records.iter().find(|record| record.kind == RecordKind::Sent).map(|record| record.at)
    }

    /// Whether the platform has said that it took it.
    pub fn is_acknowledged(&self) -> bool {
        self.records.iter().any(|record| matches!(record.kind, RecordKind::Acknowledged { .. }))
    }

    /// An intent that nobody drives any more came to something: to nothing if the request had not left.
    fn settle(&mut self) {
        if self.is_driven || self.operation.outcome != Outcome::Intended {
            return;
        }
        // A line that can't be read may have been the one that says it left.
        self.operation.outcome = if self.sent_at().is_some() || self.damaged > 0 {
            Outcome::unknown(INTERRUPTED)
        } else {
            Outcome::NotSent { message: "The program ended before anything was sent.".into() }
        };
    }
}
