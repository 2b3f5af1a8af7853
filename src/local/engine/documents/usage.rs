//! What an add-on uses of what its plan allows.

use serde_json::{Value, json};

use crate::local::db::addons::AddonRow;
use crate::local::db::now;
use crate::local::services::Counted;
use crate::model::Limit;

/// The limits of plans that are used up little by little. The others say how a server is set up.
const USED_UP: [&str; 5] = ["connections", "storage", "memory", "keys", "objects"];
/// The limit on how many backups are kept, which the platform counts itself.
const BACKUPS: &str = "backups";

/// The figures that a driver counted, or the reason why it could not, beside the limits of the plan; and how many finished
/// backups are kept.
pub fn usage(row: &AddonRow, counted: Result<Vec<Counted>, String>, backups: u64) -> Value {
    let limit = |name: &str| row.plan.limits.iter().find(|limit| limit.name == name);
    let (counted, why) = match counted {
        Ok(counted) => (counted, "its server does not tell".to_owned()),
        Err(why) => (Vec::new(), why),
    };
    let mut figures: Vec<_> = counted
        .iter()
        .map(|counted| figure(counted.name, Some(counted.value), counted.unit, limit(counted.name), None))
        .collect();
    let is_counted = |name: &str| counted.iter().any(|counted| counted.name == name);
    let unknown = row.plan.limits.iter().filter(|limit| USED_UP.contains(&limit.name.as_str()));
    let unknown = unknown.filter(|limit| !is_counted(&limit.name));
    figures.extend(unknown.map(|limit| figure(&limit.name, None, &limit.unit, Some(limit), Some(&why))));
    if let Some(limit) = limit(BACKUPS) {
        figures.push(figure(BACKUPS, Some(backups), "count", Some(limit), None));
    }
    json!({ "measured_at": now(), "figures": figures })
}

fn figure(name: &str, value: Option<u64>, unit: &str, limit: Option<&Limit>, unknown_reason: Option<&str>) -> Value {
    json!({
        "name": name,
        "value": value,
        "unit": unit,
        "limit": limit.map(|limit| limit.value),
        "enforced_by": limit.and_then(|limit| limit.enforced_by.as_ref()),
        "unknown_reason": unknown_reason,
    })
}
