//! What services and plans allow, as the catalog tells it: remembered, because effects and lists depend on it.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::names::service_and_plan;
use super::wire;
use crate::model::{Addon, Verb};

/// Services by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules(HashMap<String, ServiceRules>);

/// What one service allows.
#[derive(Clone, Debug)]
pub(super) struct ServiceRules {
    /// Whether an add-on of it can be attached to other apps.
    pub(super) is_sharable: bool,
    /// Whether an app may have several.
    pub(super) is_multiple: bool,
    /// Whether the plan can be changed.
    pub(super) is_upgradable: bool,
    /// Where it is offered.
    pub(super) regions: Vec<String>,
    plans: HashMap<String, PlanRules>,
}

/// What one plan allows.
#[derive(Clone, Debug)]
pub(super) struct PlanRules {
    /// `ga`, `public`, `beta`, `deprecated`, `shutdown`.
    pub(super) state: String,
    /// What the space must have.
    pub(super) compliance: Vec<String>,
    /// Where it is offered.
    pub(super) regions: Vec<String>,
    attributes: Map<String, Value>,
}

impl Rules {
    pub(super) fn new(services: &[wire::Service]) -> Self {
        let plan = |plan: &wire::Plan| {
            let rules = PlanRules {
                state: plan.state.clone(),
                compliance: plan.compliance.clone(),
                regions: plan.available_regions.clone(),
                attributes: plan.attributes.clone(),
            };
            (service_and_plan(&plan.name).1.to_owned(), rules)
        };
        let service = |service: &wire::Service| {
            let rules = ServiceRules {
                is_sharable: service.supports_sharing.unwrap_or(true),
                is_multiple: service.supports_multiple_installations.unwrap_or(true),
                is_upgradable: service.supports_upgrading.unwrap_or(true),
                regions: service.available_regions.clone(),
                plans: service.plans.iter().map(plan).collect(),
            };
            (service.name.clone(), rules)
        };
        Self(services.iter().map(service).collect())
    }

    pub(super) fn service(&self, service: &str) -> Option<&ServiceRules> {
        self.0.get(service)
    }

    pub(super) fn plan(&self, service: &str, plan: &str) -> Option<&PlanRules> {
        self.service(service)?.plans.get(plan)
    }

    /// Those of an add-on's plan.
    pub(super) fn of(&self, addon: &Addon) -> Option<&PlanRules> {
        self.plan(&addon.service, addon.plan.as_deref()?)
    }

    /// Why an add-on can't do what the platform can, each with the reason.
    pub(super) fn cannot(&self, service: &str, plan: &str) -> Vec<(Verb, String)> {
        let mut cannot = Vec::new();
        let rules = self.service(service);
        if rules.is_some_and(|rules| !rules.is_sharable) {
            cannot.push((Verb::Attach, format!("{service} can't be shared: it stays with the app that owns it.")));
        }
        if rules.is_some_and(|rules| !rules.is_upgradable) {
            cannot.push((Verb::ChangePlan, format!("{service} does not support changing plans.")));
        }
        let plan = self.plan(service, plan);
        for verb in [Verb::BackUp, Verb::ListBackups, Verb::RestoreInto, Verb::Restart, Verb::Logs] {
            cannot.extend(lacks(service, plan, verb).map(|why| (verb, why)));
        }
        cannot.extend(cannot_rotate(service).map(|why| (Verb::Rotate, why)));
        cannot
    }
}

impl PlanRules {
    /// What the plan says of one of its attributes; `None` where it says nothing of it.
    pub(super) fn has(&self, attribute: &str) -> Option<bool> {
        self.attributes.get(attribute)?.as_bool()
    }
}

/// The services of the database broker, which have the actions of `actions.rs`.
pub(super) fn is_database(service: &str) -> bool {
    matches!(service, "akkeris-postgresql" | "akkeris-mysql")
}

/// The attribute by which a plan tells whether it has something (read in the pg plugin; `dedicated` in the broker's plans).
fn attribute(verb: Verb) -> Option<&'static str> {
    Some(match verb {
        Verb::BackUp | Verb::ListBackups | Verb::RestoreInto => "dedicated",
        Verb::Restart => "restartable",
        Verb::Logs => "database_logs",
        _ => return None,
    })
}

fn what(verb: Verb) -> &'static str {
    match verb {
        Verb::Restart => "restarts",
        Verb::Logs => "logs",
        _ => "backups",
    }
}

/// Why an add-on of that service and plan does not have something. Nothing where the plan does not say: then the broker is asked.
pub(super) fn lacks(service: &str, plan: Option<&PlanRules>, verb: Verb) -> Option<String> {
    let attribute = attribute(verb)?;
    if !is_database(service) {
        return Some(format!("{service} has no {} here: on Akkeris only the database services have.", what(verb)));
    }
    (plan?.has(attribute) == Some(false)).then(|| match verb {
        Verb::Restart | Verb::Logs => {
            format!("This plan has no {}: only plans with a server of their own have (premium, shield).", what(verb))
        }
        _ => "This plan shares its server and has no backups: only plans with a server of their own have (premium, shield)."
            .to_owned(),
    })
}

/// Why an add-on of that service has no new password as a whole.
pub(super) fn cannot_rotate(service: &str) -> Option<String> {
    match service {
        "securekey" => None,
        service if is_database(service) => Some(
            "Its main password can't be changed here; a read-only role gets another one with the action roles/rotate."
                .to_owned(),
        ),
        service => Some(format!("{service} has no rotation on Akkeris.")),
    }
}
