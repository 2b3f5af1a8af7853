//! What comes over the line. Lenient: what we don't need may be missing, what we don't know is skipped.

use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
pub(super) struct ErrorBody {
    pub(super) error: String,
    #[serde(default)]
    pub(super) message: String,
    #[serde(default)]
    pub(super) details: Option<ErrorDetails>,
}

#[derive(Deserialize)]
pub(super) struct ErrorDetails {
    #[serde(default)]
    pub(super) field: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct AccountBody {
    pub(super) account: Account,
}

#[derive(Deserialize)]
pub(super) struct Account {
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct Team {
    pub(super) id: String,
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct AppBody {
    #[serde(rename = "app")]
    pub(super) _app: App,
}

#[derive(Deserialize)]
pub(super) struct App {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) team: Option<String>,
    pub(super) created_at: Option<jiff::Timestamp>,
    pub(super) release: Option<u64>,
    pub(super) maintenance: Option<bool>,
    pub(super) maintenance_since: Option<jiff::Timestamp>,
    pub(super) maintenance_by: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct AddonBody {
    pub(super) addon: Addon,
}

#[derive(Deserialize)]
pub(super) struct Addon {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) team: Option<String>,
    pub(super) service: String,
    pub(super) plan: Option<String>,
    pub(super) state: String,
    pub(super) state_reason: Option<String>,
    pub(super) health: Option<Health>,
    pub(super) created_at: Option<jiff::Timestamp>,
    pub(super) updated_at: Option<jiff::Timestamp>,
    pub(super) config_vars: Option<Vec<String>>,
    pub(super) attachments: Option<Vec<Attachment>>,
    pub(super) endpoint: Option<Endpoint>,
    #[serde(default)]
    pub(super) cannot: Vec<Cannot>,
    pub(super) restored_from: Option<Origin>,
    /// Missing: not told. Null: there is none.
    #[serde(default, deserialize_with = "told")]
    pub(super) last_backup: Option<Option<LastBackup>>,
    pub(super) operation: Option<Operation>,
}

/// Tells null from a field that is not there.
fn told<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
pub(super) struct Cannot {
    pub(super) verb: String,
    pub(super) reason: String,
}

#[derive(Deserialize)]
pub(super) struct Origin {
    pub(super) backup_id: String,
    pub(super) addon_id: Option<String>,
    pub(super) addon: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct LastBackup {
    pub(super) started_at: Option<jiff::Timestamp>,
}

#[derive(Deserialize)]
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) addon: Option<Subject>,
    pub(super) backup_id: Option<String>,
    pub(super) state: String,
    pub(super) step: Option<String>,
    pub(super) message: Option<String>,
    pub(super) by: Option<String>,
    pub(super) created_at: Option<jiff::Timestamp>,
    pub(super) started_at: Option<jiff::Timestamp>,
    pub(super) ended_at: Option<jiff::Timestamp>,
    pub(super) progress: Option<Progress>,
}

#[derive(Deserialize)]
pub(super) struct OperationBody {
    pub(super) operation: Operation,
}

/// What the platform answered to the request with a key; nothing, if it has answered none.
#[derive(Debug, Deserialize)]
pub(super) struct RememberedBody {
    pub(super) idempotency_key: Option<Remembered>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Remembered {
    pub(super) status: u16,
    pub(super) answer: serde_json::Value,
}

/// What an operation is about.
#[derive(Deserialize)]
pub(super) struct Subject {
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Progress {
    pub(super) bytes: Option<u64>,
    pub(super) done: Option<u64>,
    pub(super) total: Option<u64>,
    pub(super) unit: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct BackupBody {
    pub(super) backup: Backup,
}

#[derive(Deserialize)]
pub(super) struct Backup {
    pub(super) id: String,
    pub(super) addon_id: Option<String>,
    pub(super) addon: Option<String>,
    pub(super) team: Option<String>,
    pub(super) service: Option<String>,
    pub(super) plan: Option<String>,
    pub(super) state: String,
    pub(super) trigger: Option<String>,
    pub(super) label: Option<String>,
    pub(super) message: Option<String>,
    pub(super) size: Option<u64>,
    pub(super) checksum: Option<String>,
    pub(super) started_at: Option<jiff::Timestamp>,
    pub(super) finished_at: Option<jiff::Timestamp>,
    pub(super) keep_until: Option<jiff::Timestamp>,
    pub(super) progress: Option<Progress>,
}

#[derive(Deserialize)]
pub(super) struct Policy {
    pub(super) keep_count: Option<u64>,
    pub(super) keep_days: Option<u64>,
    pub(super) schedule: Option<Schedule>,
    pub(super) next_at: Option<jiff::Timestamp>,
    pub(super) evicts: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct PolicyBody {
    pub(super) policy: Policy,
}

#[derive(Deserialize)]
pub(super) struct Schedule {
    pub(super) hour: u8,
    pub(super) time_zone: String,
}

#[derive(Deserialize)]
pub(super) struct UsageBody {
    pub(super) usage: Usage,
}

#[derive(Deserialize)]
pub(super) struct Usage {
    pub(super) measured_at: Option<jiff::Timestamp>,
    pub(super) figures: Vec<Figure>,
}

#[derive(Deserialize)]
pub(super) struct Figure {
    pub(super) name: String,
    pub(super) value: Option<u64>,
    #[serde(default)]
    pub(super) unit: String,
    pub(super) limit: Option<u64>,
    pub(super) enforced_by: Option<String>,
    pub(super) unknown_reason: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct LogBody {
    pub(super) log: Log,
}

#[derive(Deserialize)]
pub(super) struct Log {
    pub(super) lines: Vec<String>,
}

/// The answer to a write that goes on with an add-on.
#[derive(Deserialize)]
pub(super) struct AddonUnderWay {
    pub(super) addon: Named,
    pub(super) operation: Option<Named>,
}

/// The answer to a write that goes on with a backup.
#[derive(Deserialize)]
pub(super) struct BackupUnderWay {
    pub(super) backup: Named,
    pub(super) operation: Option<Named>,
}

#[derive(Deserialize)]
pub(super) struct Named {
    pub(super) id: String,
}

#[derive(Deserialize)]
pub(super) struct PromotionBody {
    #[serde(rename = "attachments")]
    pub(super) _attachments: Vec<Attachment>,
}

#[derive(Deserialize)]
pub(super) struct Health {
    pub(super) status: String,
    pub(super) message: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Endpoint {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) database: Option<String>,
    pub(super) user: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct AttachmentBody {
    #[serde(rename = "attachment")]
    pub(super) _attachment: Attachment,
}

#[derive(Deserialize)]
pub(super) struct Attachment {
    pub(super) id: Option<String>,
    pub(super) addon: Reference,
    pub(super) app: Reference,
    pub(super) alias: Option<String>,
    pub(super) config_vars: Option<Vec<String>>,
    pub(super) created_at: Option<jiff::Timestamp>,
}

#[derive(Deserialize)]
pub(super) struct Reference {
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct Service {
    pub(super) name: String,
    #[serde(default)]
    pub(super) summary: String,
    pub(super) available: Option<bool>,
    pub(super) unavailable_reason: Option<String>,
    pub(super) program: Option<String>,
    pub(super) config_vars: Option<Vec<String>>,
    pub(super) backups: Option<BackupSupport>,
    #[serde(default)]
    pub(super) plans: Vec<Plan>,
}

#[derive(Deserialize)]
pub(super) struct BackupSupport {
    pub(super) supported: bool,
    pub(super) reason: Option<String>,
    pub(super) format: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Plan {
    pub(super) name: String,
    #[serde(default)]
    pub(super) summary: String,
    #[serde(default, rename = "default")]
    pub(super) is_default: bool,
    pub(super) price: Option<Price>,
    #[serde(default)]
    pub(super) limits: Vec<Limit>,
}

#[derive(Deserialize)]
pub(super) struct Price {
    pub(super) cents_per_month: u64,
    pub(super) currency: String,
}

#[derive(Deserialize)]
pub(super) struct Limit {
    pub(super) name: String,
    pub(super) value: u64,
    #[serde(default)]
    pub(super) unit: String,
    pub(super) enforced_by: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Event {
    pub(super) id: u64,
    pub(super) at: jiff::Timestamp,
    #[serde(default)]
    pub(super) step: String,
    pub(super) status: String,
    #[serde(default)]
    pub(super) message: String,
    #[serde(default)]
    pub(super) log: Vec<String>,
}

/// No `Debug`: it may hold a value.
#[derive(Deserialize)]
pub(super) struct ConfigVar {
    pub(super) name: String,
    pub(super) addon: Option<String>,
    pub(super) value: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Release {
    pub(super) version: u64,
    #[serde(default)]
    pub(super) description: String,
    pub(super) by: Option<String>,
    pub(super) created_at: Option<jiff::Timestamp>,
}
