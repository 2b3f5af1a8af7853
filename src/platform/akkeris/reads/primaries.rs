//! Who is the primary of an app and a service, where the lists don't say it.

use std::collections::HashMap;

use super::super::map::Primaries;
use super::super::names::service_and_plan;
use super::super::wire;
use super::Everything;

/// Those that use one service on one app, each with what is told of it.
type Users<'a> = Vec<(&'a str, Option<bool>)>;

/// Concludes it: an app has exactly one primary of a service, since the first one becomes it and another one follows when it
/// goes (seen on a running server). The list of everything tells it of owners alone.
pub(super) fn settle(everything: &mut Everything) {
    let services: HashMap<&str, &str> =
        everything.addons.iter().map(|row| (row.id.as_str(), row.addon_service.name.as_str())).collect();
    let owners: HashMap<&str, &str> =
        everything.addons.iter().map(|row| (row.id.as_str(), row.app.name.as_str())).collect();
    let mut users: HashMap<(&str, &str), Users<'_>> = HashMap::new();
    for row in &everything.addons {
        users.entry((&row.app.name, &row.addon_service.name)).or_default().push((&row.id, row.primary));
    }
    for row in everything.attachments.values().flatten() {
        let (app, addon) = (row.app.name.as_str(), row.addon.id.as_str());
        if owners.get(addon) == Some(&app) {
            continue;
        }
        let told = row.primary.or_else(|| everything.primaries.get(&(app.to_owned(), addon.to_owned())).copied());
        users.entry((app, service_of(row, &services))).or_default().push((addon, told));
    }
    let mut settled = Primaries::new();
    for ((app, _), users) in users {
        let has_primary = users.iter().any(|(_, told)| *told == Some(true));
        let open: Vec<&str> = users.iter().filter(|(_, told)| told.is_none()).map(|(addon, _)| *addon).collect();
        let told = users.iter().filter_map(|(addon, told)| Some((*addon, (*told)?)));
        settled.extend(told.map(|(addon, told)| ((app.to_owned(), addon.to_owned()), told)));
        if has_primary || open.len() == 1 {
            settled.extend(open.into_iter().map(|addon| ((app.to_owned(), addon.to_owned()), !has_primary)));
        }
    }
    everything.primaries = settled;
}

/// An attachment has no service: it is what stands before the colon of its plan (seen on a running server).
fn service_of<'a>(row: &'a wire::Attachment, services: &HashMap<&str, &'a str>) -> &'a str {
    let told = row.addon.plan.as_ref().map(|plan| service_and_plan(&plan.name).0).filter(|service| !service.is_empty());
    told.or_else(|| services.get(row.addon.id.as_str()).copied()).unwrap_or_default()
}
