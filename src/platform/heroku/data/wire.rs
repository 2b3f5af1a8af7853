//! What comes over the line from the data API (recorded responses and the CLI's source; undocumented). Its answers hold live
//! credentials (`resource_url`, `database_password`, `from_url`, …): none of them has a field here.

use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use crate::platform::heroku::wire::moment;

/// A backup, a restore or a copy.
#[derive(Deserialize)]
pub(in crate::platform::heroku) struct Transfer {
    #[serde(default)]
    pub(in crate::platform::heroku) uuid: String,
    pub(in crate::platform::heroku) num: u64,
    pub(super) from_type: Option<String>,
    pub(super) to_type: Option<String>,
    from_name: Option<String>,
    to_name: Option<String>,
    pub(super) source_bytes: Option<u64>,
    pub(super) processed_bytes: Option<u64>,
    pub(super) succeeded: Option<bool>,
    pub(super) warnings: Option<u64>,
    #[serde(default, deserialize_with = "moment")]
    pub(super) created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "moment")]
    pub(super) started_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "moment")]
    pub(super) finished_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "moment")]
    pub(super) canceled_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "moment")]
    pub(super) deleted_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "moment")]
    pub(super) purged_at: Option<Timestamp>,
    pub(super) num_keep: Option<u64>,
    pub(super) schedule: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    pub(super) logs: Vec<LogLine>,
}

#[derive(Deserialize)]
pub(super) struct LogLine {
    pub(super) level: Option<String>,
    pub(super) message: Option<String>,
}

impl Transfer {
    /// A copy that can be restored.
    pub(in crate::platform::heroku) fn is_backup(&self) -> bool {
        self.to_type.as_deref() == Some("gof3r")
    }

    /// A backup on its way into a database.
    pub(in crate::platform::heroku) fn is_restore(&self) -> bool {
        !self.is_backup() && matches!(self.from_type.as_deref(), Some("htcat" | "gof3r"))
    }

    /// The name of the database that it is of: of a backup the one that was read, of all others the one that was written.
    pub(in crate::platform::heroku) fn subject(&self) -> Option<&str> {
        if self.is_backup() { self.from_name.as_deref() } else { self.to_name.as_deref() }
    }

    /// One that a schedule began.
    pub(in crate::platform::heroku) fn is_scheduled(&self) -> bool {
        self.schedule.is_some()
    }
}

/// Where the bytes of a backup are: read right before a restore, and never shown.
#[derive(Deserialize)]
pub(in crate::platform::heroku) struct Source {
    pub(in crate::platform::heroku) to_url: Option<SecretText>,
}

/// A signed address for a download: a secret.
#[derive(Deserialize)]
pub(in crate::platform::heroku) struct PublicUrl {
    pub(in crate::platform::heroku) url: SecretText,
}

/// Text that does not print itself.
pub(in crate::platform::heroku) struct SecretText(pub(in crate::platform::heroku) SecretString);

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(text.into()))
    }
}

/// A daily backup.
#[derive(Deserialize)]
pub(in crate::platform::heroku) struct Schedule {
    #[serde(default)]
    pub(in crate::platform::heroku) uuid: String,
    /// A number; the CLI sends a string of it.
    pub(super) hour: Option<Value>,
    pub(super) timezone: Option<String>,
    #[serde(default, deserialize_with = "moment")]
    pub(super) deleted_at: Option<Timestamp>,
}

impl Schedule {
    /// Whether it still makes backups.
    pub(in crate::platform::heroku) fn is_alive(&self) -> bool {
        self.deleted_at.is_none()
    }

    pub(super) fn hour(&self) -> Option<u8> {
        match self.hour.as_ref()? {
            Value::Number(hour) => u8::try_from(hour.as_u64()?).ok(),
            Value::String(hour) => hour.parse().ok(),
            _ => None,
        }
    }
}

/// A database, as far as it tells of itself.
#[derive(Deserialize)]
pub(super) struct Database {
    #[serde(rename = "waiting?")]
    pub(super) is_waiting: Option<bool>,
    pub(super) info: Option<Vec<Row>>,
    pub(super) num_bytes: Option<u64>,
    pub(super) num_tables: Option<u64>,
    pub(super) num_connections: Option<u64>,
    pub(super) version: Option<Value>,
}

/// One line of what `pg:info` shows.
#[derive(Deserialize)]
pub(super) struct Row {
    pub(super) name: String,
    #[serde(default)]
    pub(super) values: Option<Vec<Value>>,
    /// Then the values are addresses of databases, with their passwords.
    #[serde(default)]
    pub(super) resolve_db_name: Option<bool>,
}

/// Whether it is being worked on.
#[derive(Deserialize)]
pub(super) struct Wait {
    #[serde(rename = "waiting?", alias = "waiting")]
    pub(super) is_waiting: Option<bool>,
    #[serde(rename = "error?")]
    pub(super) is_error: Option<bool>,
    pub(super) message: Option<String>,
}
