//! Services and plans, also where the plans are told service by service.

use super::refused;
use crate::model::{Addon, Catalog, Plan, Service};
use crate::platform::{Plans, Platform, ReadError};

/// The catalog with the plans of one service.
pub(super) async fn catalog(reader: &dyn Platform, service: &str) -> Result<Catalog, ReadError> {
    with(reader, reader.catalog().await?, service).await
}

/// The same catalog with the plans of one more service.
pub(super) async fn with(reader: &dyn Platform, mut catalog: Catalog, service: &str) -> Result<Catalog, ReadError> {
    let is_unread = |one: &&mut Service| one.name == service && one.are_plans_unread;
    if let Some(found) = catalog.services.iter_mut().find(is_unread) {
        found.plans = reader.plans(service).await?;
        found.are_plans_unread = false;
    }
    Ok(catalog)
}

/// The plan that an add-on has, where the catalog still has it.
pub(super) fn of(catalog: &Catalog, addon: &Addon) -> Option<Plan> {
    catalog.plan(&addon.service, addon.plan.as_deref()?).cloned()
}

/// A service that can be had here.
pub(super) fn service<'a>(catalog: &'a Catalog, service: &str) -> Result<&'a Service, ReadError> {
    let Some(found) = catalog.service(service) else {
        let services = listed(catalog.services.iter().map(|service| service.name.as_str()).collect());
        return Err(refused(422, "unknown_service", format!("There is no service {service}. There are: {services}.")));
    };
    if let Some(why) = &found.unavailable {
        return Err(refused(422, "service_unavailable_here", format!("{service} can't be had here: {why}")));
    }
    Ok(found)
}

/// The same where it is known; a service that no catalog tells of may be there all the same where plans are typed.
pub(super) fn wanted_service<'a>(
    told: Plans,
    catalog: &'a Catalog,
    of: &str,
) -> Result<Option<&'a Service>, ReadError> {
    if told == Plans::Typed && catalog.service(of).is_none() { Ok(None) } else { service(catalog, of).map(Some) }
}

/// The plan that was asked for, where the catalog tells of it; where it tells of none, whatever was asked for may be there.
pub(super) fn wanted(told: Plans, catalog: &Catalog, of: &str, plan: &str) -> Result<Option<Plan>, ReadError> {
    match told {
        Plans::Told => existing(catalog, of, plan).map(Some),
        Plans::Typed | Plans::Absent => {
            wanted_service(told, catalog, of)?;
            Ok(catalog.plan(of, plan).cloned())
        }
    }
}

/// A plan of a service that can be had here.
fn existing(catalog: &Catalog, of: &str, plan: &str) -> Result<Plan, ReadError> {
    let found = service(catalog, of)?;
    catalog.plan(of, plan).cloned().ok_or_else(|| {
        let plans = listed(found.plans.iter().map(|plan| plan.name.as_str()).collect());
        refused(422, "unknown_plan", format!("{of} has no plan {plan}. It has: {plans}."))
    })
}

fn listed(names: Vec<&str>) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
