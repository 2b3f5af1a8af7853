//! What comes over the line, as the vendor's client 0.5.3 reads it: lists are subsets, so that everything but an id may be
//! missing, null or of another kind. Secrets are decoded only where they were asked for.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use secrecy::SecretString;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::platform::akkeris::wire::Names as VarNames;

/// A text; a number or a yes as one. Anything else is not told.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text).filter(|text| !text.trim().is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is) => Some(is.to_string()),
        _ => None,
    })
}

fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Ok(Value::deserialize(deserializer)?.as_bool())
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(Value::deserialize(deserializer)?.as_u64())
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(Value::deserialize(deserializer)?.as_str().and_then(moment))
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    text(deserializer).map(|text| text.map(SecretString::from))
}

/// Values of variables. What is no text is one as JSON has it.
fn secrets<'de, D: Deserializer<'de>>(deserializer: D) -> Result<HashMap<String, SecretString>, D::Error> {
    let told: Option<HashMap<String, Value>> = Option::deserialize(deserializer)?;
    let secret = |(name, value): (String, Value)| match value {
        Value::String(text) => (name, text.into()),
        other => (name, other.to_string().into()),
    };
    Ok(told.into_iter().flatten().map(secret).collect())
}

/// ISO-8601; without an offset it is UTC (inferred: its client cuts offsets off).
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse::<Timestamp>()
        .ok()
        .or_else(|| text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp()))
}

/// A list in an envelope, which is how most come, or bare, which is how environments do.
pub(super) struct Listed<T> {
    pub(super) rows: Vec<T>,
    /// How many there are on all pages, where told.
    pub(super) total: Option<u64>,
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Listed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Under which names lists come.
        const NAMES: [&str; 8] =
            ["projects", "environments", "addons", "backups", "deployments", "groups", "activity", "items"];
        let value = Value::deserialize(deserializer)?;
        // The text of serde's own error may hold values.
        let rows = |list: Value| serde_json::from_value(list).map_err(|_| D::Error::custom("a row is not as expected"));
        match value {
            Value::Array(_) => Ok(Self { rows: rows(value)?, total: None }),
            Value::Object(mut object) => {
                let total = object.get("total").and_then(Value::as_u64);
                let name = NAMES.into_iter().find(|name| object.get(*name).is_some_and(Value::is_array));
                let list = name.and_then(|name| object.remove(name));
                Ok(Self { rows: rows(list.ok_or_else(|| D::Error::custom("it holds no list"))?)?, total })
            }
            _ => Err(D::Error::custom("it is no list")),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Account {
    #[serde(default, deserialize_with = "text")]
    pub(super) username: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) email: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) plan: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    pub(super) is_active: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct Project {
    pub(super) id: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) display_name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) repo_url: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) repo_branch: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) framework: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) domain: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "time")]
    pub(super) created_at: Option<Timestamp>,
}

#[derive(Deserialize)]
pub(super) struct Group {
    pub(super) id: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) slug: Option<String>,
    /// Only in the read of one.
    #[serde(default)]
    pub(super) projects: Option<Vec<Member>>,
}

/// A project of a group: its name and status alone.
#[derive(Deserialize)]
pub(super) struct Member {
    #[serde(default, deserialize_with = "text")]
    pub(super) name: Option<String>,
}

/// Without its `connection_url`, which is a secret wherever it comes.
#[derive(Deserialize)]
pub(super) struct Addon {
    pub(super) id: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) service_type: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) version: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) env_var_name: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    pub(super) auto_backup_enabled: Option<bool>,
    #[serde(default, deserialize_with = "time")]
    pub(super) created_at: Option<Timestamp>,
}

/// The same for whoever asked for the secret.
#[derive(Deserialize)]
pub(super) struct Connected {
    #[serde(default, deserialize_with = "text")]
    pub(super) env_var_name: Option<String>,
    #[serde(default, deserialize_with = "secret")]
    pub(super) connection_url: Option<SecretString>,
}

#[derive(Deserialize)]
pub(super) struct Backup {
    pub(super) id: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) trigger: Option<String>,
    #[serde(default, deserialize_with = "number")]
    pub(super) size_bytes: Option<u64>,
    #[serde(default, deserialize_with = "time")]
    pub(super) created_at: Option<Timestamp>,
}

/// Where the bytes of a backup are. The address is signed, so it is a secret.
#[derive(Deserialize)]
pub(super) struct Signed {
    #[serde(default, deserialize_with = "secret")]
    pub(super) url: Option<SecretString>,
}

#[derive(Deserialize)]
pub(super) struct Environment {
    pub(super) id: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) branch: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) domain: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    pub(super) is_production: Option<bool>,
    #[serde(default, deserialize_with = "flag")]
    pub(super) auto_deploy: Option<bool>,
    #[serde(default, deserialize_with = "text")]
    pub(super) status: Option<String>,
}

#[derive(Clone, Deserialize)]
pub(super) struct Deployment {
    pub(super) id: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) trigger: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) commit_sha: Option<String>,
    /// Inferred: its client does not read it, and deployments are per environment.
    #[serde(default, deserialize_with = "text")]
    pub(super) environment_id: Option<String>,
    /// Inferred, too: in the read of one it would tell the project.
    #[serde(default, deserialize_with = "text")]
    pub(super) project_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) error_message: Option<String>,
    #[serde(default, deserialize_with = "time")]
    pub(super) created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    pub(super) finished_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) steps: Option<Vec<DeploymentStep>>,
}

#[derive(Clone, Deserialize)]
pub(super) struct DeploymentStep {
    #[serde(default, deserialize_with = "text")]
    pub(super) step_name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) status: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Logs {
    #[serde(default)]
    pub(super) logs: Option<Vec<LogLine>>,
}

#[derive(Deserialize)]
pub(super) struct LogLine {
    #[serde(default, deserialize_with = "text")]
    pub(super) step: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) message: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct BuildLog {
    #[serde(default, deserialize_with = "text")]
    pub(super) build_log: Option<String>,
}

/// One line of what happened in the account. Its words are not documented.
#[derive(Deserialize)]
pub(super) struct Act {
    #[serde(default, deserialize_with = "time")]
    pub(super) created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "text")]
    pub(super) action: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) resource_type: Option<String>,
    /// Inferred.
    #[serde(default, deserialize_with = "text")]
    pub(super) resource_id: Option<String>,
    /// Inferred.
    #[serde(default, deserialize_with = "text", alias = "user")]
    pub(super) username: Option<String>,
    /// A text or an object.
    #[serde(default)]
    pub(super) details: Value,
}

/// The variables of an environment, decrypted: their names alone.
#[derive(Deserialize)]
pub(super) struct Names {
    #[serde(default)]
    pub(super) env_vars: VarNames,
}

/// The same for whoever asked for the values.
#[derive(Deserialize)]
pub(super) struct Values {
    #[serde(default, deserialize_with = "secrets")]
    pub(super) env_vars: HashMap<String, SecretString>,
}

/// What is taken of the answer to a write, all of which may be missing.
#[derive(Default, Deserialize)]
pub(super) struct Answered {
    #[serde(default, deserialize_with = "text")]
    pub(super) id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    pub(super) auto_backup_enabled: Option<bool>,
}
