//! The catalog.

use serde_json::{Map, Value};

use super::super::names::{of_service, service_and_plan};
use super::super::rules::is_database;
use super::super::wire;
use super::price;
use crate::model::{Capability, Catalog, Known, Limit, Plan, Service, printable};

pub(in super::super) fn catalog(services: Vec<wire::Service>) -> Catalog {
    Catalog { services: services.into_iter().map(service).collect() }
}

fn service(service: wire::Service) -> Service {
    let name = printable(&service.name);
    // A plan that is shut down is refused (seen on a running server), so it is not offered.
    let offered = service.plans.into_iter().filter(|plan| plan.state != "shutdown");
    let mut plans: Vec<Plan> = offered.map(plan).collect();
    plans.sort_by_key(|plan| plan.price.get().map_or(u64::MAX, |price| price.cents_per_month));
    Service {
        summary: summary(&service.description, service.supports_sharing),
        unavailable: plans.is_empty().then(|| "It has no plan that is still offered.".to_owned()),
        program: None,
        config_vars: match of_service(&name) {
            Some(names) => Known::Is(names.iter().map(|name| (*name).into()).collect()),
            None => Known::Unknown("Akkeris tells the variables of a service with an add-on of it".into()),
        },
        backups: backups(&name),
        backup_format: None,
        plans,
        are_plans_unread: false,
        name,
    }
}

fn summary(description: &str, is_sharable: Option<bool>) -> String {
    let shared = if is_sharable == Some(false) { " It can't be attached to other apps." } else { "" };
    format!("{}{shared}", printable(description.trim()))
}

/// Only the database broker has backups (its source and the pg plugin); others may, and nobody knows.
fn backups(service: &str) -> Known<Capability> {
    match service {
        service if is_database(service) => Known::Is(Capability::Can),
        service if of_service(service).is_some() => {
            Known::Is(Capability::Cannot(format!("{service} has no backups on Akkeris.")))
        }
        _ => Known::Unknown("Akkeris does not tell".into()),
    }
}

fn plan(plan: wire::Plan) -> Plan {
    let state = match plan.state.as_str() {
        // The two that `aka` lists.
        "public" | "ga" | "" => String::new(),
        "deprecated" => "Deprecated, choose another one for what is new: ".to_owned(),
        other => format!("{}: ", printable(other)),
    };
    let compliance = match plan.compliance.as_slice() {
        [] => String::new(),
        needed => format!(" For spaces with {} only.", printable(&needed.join(", "))),
    };
    Plan {
        name: printable(service_and_plan(&plan.name).1),
        summary: format!("{state}{}{compliance}{}", sentence(&plan.description), traits(&plan.attributes)),
        // It says of each that it is no default (seen on a running server).
        is_default: false,
        price: price(plan.price),
        limits: limits(&plan.attributes),
    }
}

fn sentence(text: &str) -> String {
    let text = printable(text.trim());
    let end = if text.is_empty() || text.ends_with('.') { "" } else { "." };
    format!("{text}{end}")
}

/// What a plan has, of what it tells as yes or no.
fn traits(attributes: &Map<String, Value>) -> String {
    let has: Vec<&str> = [
        ("dedicated", "a server of its own"),
        ("high_availability", "high availability"),
        ("encryption_at_rest", "encryption at rest"),
        ("database_replicas", "replicas"),
    ]
    .into_iter()
    .filter(|(name, _)| attributes.get(*name) == Some(&Value::Bool(true)))
    .map(|(_, words)| words)
    .collect();
    if has.is_empty() { String::new() } else { format!(" With {}.", has.join(", ")) }
}

/// Free-form attributes as limits: those that are amounts.
fn limits(attributes: &Map<String, Value>) -> Vec<Limit> {
    let amount = |attribute: &str, name: &str| {
        let (value, unit) = amount(attributes.get(attribute)?)?;
        Some(Limit { name: name.to_owned(), value, unit: unit.to_owned(), enforced_by: None })
    };
    [
        ("ram", "memory"),
        ("storage_capacity", "storage"),
        ("connection_limit", "connections"),
        ("row_limits", "rows"),
        ("rollback", "rollback"),
        ("retention", "retention"),
    ]
    .into_iter()
    .filter_map(|(attribute, name)| amount(attribute, name))
    .collect()
}

/// `20`, `4GB`, `1.5GB`, `7 days`. That a gigabyte has 2^30 bytes is inferred: the clouds behind it count so.
fn amount(value: &Value) -> Option<(u64, &'static str)> {
    let text = match value {
        Value::Number(number) => return number.as_u64().map(|number| (number, "count")),
        Value::String(text) => text.trim(),
        _ => return None,
    };
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: f64 = number.parse().ok()?;
    let (factor, unit) = match unit.trim().to_ascii_lowercase().as_str() {
        "" => (1.0, "count"),
        "kb" => (1024.0, "bytes"),
        "mb" => (1024.0 * 1024.0, "bytes"),
        "gb" => (1024.0 * 1024.0 * 1024.0, "bytes"),
        "tb" => (1024.0 * 1024.0 * 1024.0 * 1024.0, "bytes"),
        "day" | "days" => (1.0, "days"),
        _ => return None,
    };
    Some(((number * factor).round() as u64, unit))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn amounts_are_read_and_what_is_none_is_left_out() {
        const GIB: u64 = 1 << 30;
        for (value, expected) in [
            (json!("1GB"), Some((GIB, "bytes"))),
            (json!("1.5GB"), Some((GIB * 3 / 2, "bytes"))),
            (json!("512MB"), Some((GIB / 2, "bytes"))),
            (json!(20), Some((20, "count"))),
            (json!("7 days"), Some((7, "days"))),
            (json!(null), None),
            (json!(true), None),
            (json!("a lot"), None),
            (json!("4 parsecs"), None),
        ] {
            assert_eq!(amount(&value), expected, "{value}");
        }
    }
}
