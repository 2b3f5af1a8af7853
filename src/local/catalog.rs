//! What the local platform offers: `assets/catalog.toml`, compiled in.

use serde::{Deserialize, Serialize};

use crate::model::{Known, Limit, Plan, Price};

/// The embedded catalog's text.
const CATALOG: &str = include_str!("../../assets/catalog.toml");

/// One service as the catalog names it. Whether it can be had here, its driver says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The service's name.
    pub name: String,
    /// One sentence on what it is.
    pub summary: String,
    /// Its plans, cheapest first.
    pub plans: Vec<Plan>,
}

impl Offer {
    /// The plan of that name; the default one when none is named.
    pub fn plan(&self, name: Option<&str>) -> Option<&Plan> {
        match name {
            Some(name) => self.plans.iter().find(|plan| plan.name == name),
            None => self.plans.iter().find(|plan| plan.is_default).or_else(|| self.plans.first()),
        }
    }
}

/// A plan as it is written: in `/v1`, and in the row of an add-on that was made with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanDocument {
    /// Its name.
    pub name: String,
    /// One sentence on whom it is for.
    pub summary: String,
    /// Taken when no plan is named.
    #[serde(rename = "default")]
    pub is_default: bool,
    /// What it costs.
    pub price: Price,
    /// What it allows.
    pub limits: Vec<Limit>,
}

impl PlanDocument {
    /// The value of a limit, by the catalog's name for it.
    pub fn limit(&self, name: &str) -> Option<u64> {
        self.limits.iter().find(|limit| limit.name == name).map(|limit| limit.value)
    }
}

impl From<&Plan> for PlanDocument {
    fn from(plan: &Plan) -> Self {
        let free = Price { cents_per_month: 0, currency: "USD".into() };
        Self {
            name: plan.name.clone(),
            summary: plan.summary.clone(),
            is_default: plan.is_default,
            price: plan.price.get().cloned().unwrap_or(free),
            limits: plan.limits.clone(),
        }
    }
}

impl From<PlanDocument> for Plan {
    fn from(document: PlanDocument) -> Self {
        let PlanDocument { name, summary, is_default, price, limits } = document;
        Self { name, summary, is_default, price: Known::Is(price), limits }
    }
}

/// Reads the embedded catalog.
///
/// # Errors
/// When the embedded text is malformed, which a test rules out.
pub fn offers() -> Result<Vec<Offer>, toml::de::Error> {
    parse(CATALOG)
}

fn parse(text: &str) -> Result<Vec<Offer>, toml::de::Error> {
    let file: File = toml::from_str(text)?;
    Ok(file.service.into_iter().map(ServiceEntry::into_offer).collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    service: Vec<ServiceEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServiceEntry {
    name: String,
    summary: String,
    plan: Vec<PlanEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanEntry {
    name: String,
    summary: String,
    #[serde(default)]
    default: bool,
    limits: Vec<LimitEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitEntry {
    name: String,
    value: u64,
    unit: String,
    enforced_by: Option<String>,
}

impl ServiceEntry {
    fn into_offer(self) -> Offer {
        let plans = self.plan.into_iter().map(PlanEntry::into_plan).collect();
        Offer { name: self.name, summary: self.summary, plans }
    }
}

impl PlanEntry {
    fn into_plan(self) -> Plan {
        let limits = self.limits.into_iter().map(|LimitEntry { name, value, unit, enforced_by }| Limit {
            name,
            value,
            unit,
            enforced_by,
        });
        Plan {
            name: self.name,
            summary: self.summary,
            is_default: self.default,
            price: Known::Is(Price { cents_per_month: 0, currency: "USD".into() }),
            limits: limits.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_catalog_is_whole() {
        let offers = offers().unwrap();
        let names: Vec<_> = offers.iter().map(|offer| offer.name.as_str()).collect();
        assert_eq!(names, ["postgresql", "valkey", "object-storage", "release-log"]);
        for offer in &offers {
            assert_eq!(offer.plans.iter().filter(|plan| plan.is_default).count(), 1, "{}", offer.name);
            assert!(offer.plan(None).unwrap().is_default);
            assert!(offer.plan(Some("no-such-plan")).is_none());
        }
    }
}
