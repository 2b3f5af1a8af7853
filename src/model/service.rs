//! The catalog: services, their plans, what a plan allows and what of that is enforced.

use serde::{Deserialize, Serialize};

use super::{Capability, Known, Text};

/// All that a platform offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// The services, in the platform's order.
    pub services: Vec<Service>,
}

impl Catalog {
    /// The service of that name.
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }

    /// The plan of that service and name.
    pub fn plan(&self, service: &str, plan: &str) -> Option<&Plan> {
        self.service(service)?.plans.iter().find(|candidate| candidate.name == plan)
    }
}

/// One kind of add-on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Its name in commands: `postgresql`.
    pub name: String,
    /// One sentence on what it is.
    pub summary: String,
    /// Why it can't be had here, with the way out; `None` when it can.
    pub unavailable: Option<String>,
    /// The server program behind it and its version, where told.
    pub program: Option<String>,
    /// The bare names of the variables that an app gets.
    pub config_vars: Known<Vec<Text>>,
    /// Whether copies of its data can be made. A plan may still keep none.
    #[serde(default = "not_told")]
    pub backups: Known<Capability>,
    /// What such a copy is, for people: `pg_dump custom format`, where told.
    #[serde(default)]
    pub backup_format: Option<String>,
    /// Its plans, cheapest first; empty where they have to be asked for one service at a time, and were not.
    pub plans: Vec<Plan>,
    /// Whether the plans have to be asked for, service by service.
    #[serde(default)]
    pub are_plans_unread: bool,
}

fn not_told<T>() -> Known<T> {
    Known::Unknown("the platform does not tell".into())
}

impl Service {
    /// The plan taken when none is named.
    pub fn default_plan(&self) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.is_default).or_else(|| self.plans.first())
    }
}

/// One size of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Its name: `standard-0`.
    pub name: String,
    /// One sentence on whom it is for.
    pub summary: String,
    /// Taken when no plan is named.
    pub is_default: bool,
    /// What it costs.
    pub price: Known<Price>,
    /// What it allows.
    pub limits: Vec<Limit>,
}

impl Plan {
    /// The limit of that name.
    pub fn limit(&self, name: &str) -> Option<&Limit> {
        self.limits.iter().find(|limit| limit.name == name)
    }
}

/// An amount per month.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Price {
    /// In hundredths of the currency.
    pub cents_per_month: u64,
    /// ISO 4217 code, such as `USD`.
    pub currency: Text,
}

/// One thing that a plan limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// What is limited: `connections`, `memory`, `storage`.
    pub name: String,
    /// How much; in bytes where `unit` is `bytes`.
    pub value: u64,
    /// `count`, `bytes`, `seconds` or `days`.
    pub unit: String,
    /// Who enforces it ("the role's CONNECTION LIMIT"); `None` when it is measured but not enforced.
    pub enforced_by: Option<String>,
}

/// What a user types to name a service and perhaps a plan: `postgresql` or `postgresql:standard-0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceSpec {
    /// The service.
    pub service: String,
    /// The plan, if one was named.
    pub plan: Option<String>,
}

impl std::str::FromStr for ServiceSpec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (service, plan) = match text.split_once(':') {
            Some((service, plan)) => (service, Some(plan)),
            None => (text, None),
        };
        let is_word = |word: &str| {
            !word.is_empty()
                && !word.starts_with('-')
                && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '.')
        };
        if !is_word(service) || plan.is_some_and(|plan| !is_word(plan)) {
            return Err(format!(
                "{:?} is not SERVICE or SERVICE:PLAN, such as postgresql:small.",
                super::printable(text)
            ));
        }
        Ok(Self { service: service.to_owned(), plan: plan.map(str::to_owned) })
    }
}
