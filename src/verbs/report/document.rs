//! The parts that both reports have in their JSON.

use serde_json::{Value, json};

use super::profiles::Chosen;
use super::reading::Source;
use crate::model::Total;

/// A profile and how far it was read.
pub(super) fn source(source: &Source) -> Value {
    json!({
        "name": source.name,
        "platform": source.profile.as_ref().map(|profile| profile.platform.name()),
        "endpoint": source.profile.as_ref().map(|profile| profile.endpoint.to_string()),
        "is_read": source.error.is_none(),
        "error": source.error,
        "is_reached": source.is_reached,
        // Null, not none: it was not read.
        "addons": source.error.is_none().then_some(source.addons),
        "only_those_seen": source.is_of_seen,
        "requests": source.requests,
        "budget": source.budget.map(|budget| json!({"remaining": budget.remaining, "of": budget.of})),
    })
}

/// What nobody named and is not in it.
pub(super) fn left_out(chosen: &Chosen) -> Value {
    chosen.left_out.iter().map(|left| json!({"name": left.name, "why": left.why})).collect()
}

/// A sum with what it lacks.
pub(super) fn total(total: &Total) -> Value {
    let sum = |(currency, cents): (&str, u64)| json!({"currency": currency, "cents_per_month": cents});
    json!({
        "addons": total.addons(),
        "unpriced": total.unpriced_addons(),
        "is_exact": total.is_exact(),
        "sums": total.sums().map(sum).collect::<Vec<_>>(),
    })
}
