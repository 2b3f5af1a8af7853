//! What comes over the line. Lenient: what we don't need may be missing, what we don't know is skipped. Values of config vars
//! are dropped while they are decoded, but where a person asked for them.

use std::fmt;

use jiff::Timestamp;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// The names of an object's members; their values are not kept.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::platform) struct Names(pub(in crate::platform) Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Names;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of config vars")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some((name, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
                    names.push(name);
                }
                Ok(Names(names))
            }

            fn visit_unit<E>(self) -> Result<Names, E> {
                Ok(Names::default())
            }
        }
        deserializer.deserialize_any(Keys)
    }
}

/// A time that nobody can read is a time that is not told.
fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.and_then(|text| text.parse().ok()))
}

/// Null and a missing field both are nothing.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[derive(Deserialize)]
pub(super) struct Account {
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
    /// Whether it is an administrator (seen on a running server).
    pub(super) elevated_access: Option<bool>,
}

/// Its id is not needed, and missing in the lists of attachments.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Named {
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct Space {
    pub(super) id: String,
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct App {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) maintenance: Option<bool>,
    pub(super) organization: Option<Named>,
    pub(super) region: Option<Named>,
    pub(super) space: Option<AppSpace>,
    pub(super) stack: Option<Named>,
    pub(super) formation: Option<Vec<Formation>>,
    #[serde(default, deserialize_with = "time")]
    pub(super) created_at: Option<Timestamp>,
}

#[derive(Deserialize)]
pub(super) struct AppSpace {
    pub(super) name: String,
    /// `compliance=socs,compliance=prod`; empty where there is none.
    pub(super) compliance: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Formation {
    #[serde(rename = "type", default)]
    pub(super) kind: String,
    pub(super) quantity: Option<u64>,
}

#[derive(Deserialize)]
pub(super) struct Service {
    pub(super) name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) description: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) available_regions: Vec<String>,
    pub(super) supports_multiple_installations: Option<bool>,
    pub(super) supports_upgrading: Option<bool>,
    pub(super) supports_sharing: Option<bool>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) plans: Vec<Plan>,
}

#[derive(Deserialize)]
pub(super) struct Plan {
    /// `service:plan`.
    pub(super) name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) description: String,
    pub(super) price: Option<Price>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) state: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) available_regions: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) compliance: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) attributes: Map<String, Value>,
}

#[derive(Deserialize)]
pub(super) struct Price {
    pub(super) cents: Option<u64>,
    pub(super) unit: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Addon {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) app: Named,
    pub(super) addon_service: Named,
    pub(super) plan: Named,
    pub(super) billed_price: Option<Price>,
    pub(super) primary: Option<bool>,
    pub(super) state: String,
    /// Filled in the answer to a create alone (seen on a running server).
    #[serde(default, deserialize_with = "or_default")]
    pub(super) state_description: String,
    pub(super) web_url: Option<String>,
    /// The names under which the app of this read has them, prefix and all; only where one add-on was asked for.
    pub(super) config_vars: Option<Names>,
    pub(super) attached_to: Option<Vec<AttachedTo>>,
    #[serde(default, deserialize_with = "time")]
    pub(super) created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    pub(super) updated_at: Option<Timestamp>,
}

#[derive(Deserialize)]
pub(super) struct AttachedTo {
    pub(super) name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) owner: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Attachment {
    pub(super) id: String,
    pub(super) name: String,
    /// Missing in the list of all (seen on a running server).
    pub(super) primary: Option<bool>,
    pub(super) app: Named,
    pub(super) addon: AttachedAddon,
    #[serde(default, deserialize_with = "time")]
    pub(super) created_at: Option<Timestamp>,
}

/// It has neither a state nor a service; its name is missing but in the answer to a detach, where it is another's.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct AttachedAddon {
    pub(super) id: String,
    pub(super) plan: Option<Named>,
}

/// What is told of a variable beside its value.
#[derive(Deserialize)]
pub(super) struct Note {
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    pub(super) kind: String,
    pub(super) addon: Option<NotedAddon>,
}

/// The id is the attachment's, the name too.
#[derive(Deserialize)]
pub(super) struct NotedAddon {
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Release {
    pub(super) id: String,
    pub(super) version: u64,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) description: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) status: String,
    /// True only on a listed one that succeeded.
    pub(super) current: Option<bool>,
    pub(super) user: Option<User>,
    #[serde(default, deserialize_with = "time")]
    pub(super) created_at: Option<Timestamp>,
}

#[derive(Deserialize)]
pub(super) struct User {
    pub(super) email: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Backup {
    pub(super) id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) status: String,
    pub(super) progress: Option<u64>,
    #[serde(default, deserialize_with = "time")]
    pub(super) created_at: Option<Timestamp>,
}

/// Text, or lines as the older service had them.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Log {
    Text(String),
    Lines(Vec<String>),
}

#[derive(Deserialize)]
pub(super) struct LogBody {
    pub(super) logs: Option<Log>,
}

#[derive(Deserialize)]
pub(super) struct Audit {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) action: String,
    pub(super) app: Option<String>,
    pub(super) space: Option<String>,
    pub(super) username: Option<String>,
    #[serde(default, deserialize_with = "time")]
    pub(super) received_at: Option<Timestamp>,
    /// JSON in a string: what web hooks get.
    pub(super) info: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct AuditInfo {
    pub(super) change: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) changes: Vec<AuditChange>,
}

/// An add-on, or an attachment; the names of its variables and their values are not decoded.
#[derive(Deserialize)]
pub(super) struct AuditChange {
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) addon: Option<AttachedAddon>,
    pub(super) plan: Option<Named>,
}
