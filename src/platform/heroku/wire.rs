//! What comes over the line from the Platform API (hyper-schema, `3.sdk`). Fields that are missing or null are no error, and
//! values of variables have no field.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

/// A time in either of the two forms that are seen: RFC 3339, and `2020-12-13 16:22:40 +0000` of the data API (recorded
/// responses). Anything else is not known.
pub(super) fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text: Option<serde_json::Value> = Option::deserialize(deserializer)?;
    Ok(text.and_then(|text| time(text.as_str()?)))
}

pub(super) fn time(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| Timestamp::strptime("%Y-%m-%d %H:%M:%S %z", text).ok())
}

/// Heroku's own error.
#[derive(Deserialize)]
pub(super) struct ErrorBody {
    pub(super) id: Option<String>,
    pub(super) message: Option<String>,
    pub(super) app: Option<Named>,
}

#[derive(Clone, Deserialize)]
pub(super) struct Named {
    pub(super) id: Option<String>,
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct Account {
    pub(super) id: Option<String>,
    pub(super) email: Option<String>,
    pub(super) name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct App {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) team: Option<Named>,
    pub(super) region: Option<Named>,
    pub(super) space: Option<Named>,
    pub(super) stack: Option<Named>,
    pub(super) generation: Option<Named>,
    pub(super) maintenance: Option<bool>,
    #[serde(default, deserialize_with = "moment")]
    pub(super) archived_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "moment")]
    pub(super) created_at: Option<Timestamp>,
}

#[derive(Deserialize)]
pub(super) struct Addon {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) state: Option<String>,
    pub(super) app: Option<Named>,
    pub(super) billing_entity: Option<BillingEntity>,
    pub(super) addon_service: Option<Named>,
    pub(super) plan: Option<PlanOfAddon>,
    pub(super) billed_price: Option<Price>,
    /// Names alone.
    pub(super) config_vars: Option<Vec<String>>,
    pub(super) provision_message: Option<String>,
    pub(super) web_url: Option<String>,
    pub(super) actions: Option<Vec<ProviderAction>>,
    #[serde(default, deserialize_with = "moment")]
    pub(super) created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "moment")]
    pub(super) updated_at: Option<Timestamp>,
}

#[derive(Deserialize)]
pub(super) struct BillingEntity {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct PlanOfAddon {
    pub(super) name: String,
    pub(super) price: Option<Price>,
}

#[derive(Clone, Deserialize)]
pub(super) struct Price {
    pub(super) cents: Option<u64>,
    pub(super) contract: Option<bool>,
    pub(super) metered: Option<bool>,
    pub(super) unit: Option<String>,
}

/// A button of the provider's.
#[derive(Deserialize)]
pub(super) struct ProviderAction {
    pub(super) label: Option<String>,
    pub(super) url: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Attachment {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) app: Named,
    pub(super) addon: Named,
    pub(super) namespace: Option<String>,
    /// Names alone, where they were asked for.
    pub(super) config_vars: Option<Vec<String>>,
    #[serde(default, deserialize_with = "moment")]
    pub(super) created_at: Option<Timestamp>,
}

#[derive(Deserialize)]
pub(super) struct Service {
    pub(super) name: String,
    pub(super) human_name: Option<String>,
    pub(super) state: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Plan {
    pub(super) name: String,
    pub(super) human_name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) default: Option<bool>,
    pub(super) price: Option<Price>,
    pub(super) visible: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct Release {
    pub(super) version: u64,
    pub(super) description: Option<String>,
    pub(super) status: Option<String>,
    pub(super) user: Option<User>,
    #[serde(default, deserialize_with = "moment")]
    pub(super) created_at: Option<Timestamp>,
}

#[derive(Deserialize)]
pub(super) struct User {
    pub(super) email: Option<String>,
}

/// The names of an app's variables: their values are skipped, not kept.
pub(super) type VariableNames = BTreeMap<String, IgnoredAny>;

/// The same with their values, because a person asked for them.
pub(super) type Variables = BTreeMap<String, Option<String>>;

/// One variable of an add-on itself, with its value, because a person asked for it.
#[derive(Deserialize)]
pub(super) struct OwnVariable {
    pub(super) name: String,
    pub(super) value: Option<String>,
}
