//! What comes over the line. Lenient: what we don't need may be missing, what we don't know is skipped.

use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct ErrorBody {
    pub(super) error: String,
    #[serde(default)]
    pub(super) message: String,
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
    #[serde(default)]
    pub(super) plans: Vec<Plan>,
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
