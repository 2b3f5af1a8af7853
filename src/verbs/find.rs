//! Finding what a name means. What is not there is named together with what is.

use super::{Context, Exit, Failure};
use crate::model::{Addon, Capability, Catalog, Naming, Plan, Service, Verb};
use crate::platform::{Plans, Platform, ReadErrorKind, words};

/// More names than these help nobody.
const NAMES: usize = 12;

/// That there is no such thing, with what there is.
pub(super) fn no_such<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Failure {
    Failure::new(Exit::Failed, format!("There is no {what} {name:?}; {}.", there_are(known)))
}

/// `there are: a, b and 3 more`, or that there are none.
pub(super) fn there_are<'a>(known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    match known.len() {
        0 => "there are none".to_owned(),
        count @ 1..=NAMES => format!("there {} {}", if count == 1 { "is:" } else { "are:" }, known.join(", ")),
        count => format!("there are: {} and {} more", known[..NAMES].join(", "), count - NAMES),
    }
}

/// The add-on of that name or id, fresh.
///
/// # Errors
/// When the platform can't be read, or there is none: then with the names that there are.
pub(super) async fn addon(reader: &dyn Platform, name: &str) -> Result<Addon, Failure> {
    match reader.addon(name).await {
        Ok(fresh) => Ok(fresh.value),
        Err(error) if error.kind == ReadErrorKind::NotFound => {
            let addons = all_addons(reader).await?;
            Err(no_such("add-on", name, addons.iter().map(|addon| addon.name.as_str())))
        }
        Err(error) => Err(error.into()),
    }
}

/// All add-ons of the profile's teams.
///
/// # Errors
/// When the platform can't be read.
pub(super) async fn all_addons(reader: &dyn Platform) -> Result<Vec<Addon>, Failure> {
    Ok(reader.addons_in_full().await?)
}

/// What names the platform of the profile takes.
pub(super) fn naming(context: &Context) -> Naming {
    words(context.profile.platform).naming
}

/// The services, with the plans of the one that is meant.
///
/// # Errors
/// When the platform can't be read.
pub(super) async fn catalog(reader: &dyn Platform, service: &str) -> Result<Catalog, Failure> {
    let mut catalog = reader.catalog().await?;
    if let Some(known) = catalog.services.iter_mut().find(|known| known.name == service && known.are_plans_unread) {
        known.plans = reader.plans(service).await?;
    }
    Ok(catalog)
}

/// The service of that name.
///
/// # Errors
/// When there is none, with those that there are.
pub(super) fn service<'a>(catalog: &'a Catalog, name: &str) -> Result<&'a Service, Failure> {
    catalog
        .service(name)
        .ok_or_else(|| no_such("service", name, catalog.services.iter().map(|service| service.name.as_str())))
}

/// Why a verb can't be used, where it can't. What depends on an answer that nobody asked for yet is asked for.
///
/// # Errors
/// When that shows that nothing can be written.
pub(super) async fn why_not(reader: &dyn Platform, verb: Verb) -> Result<Option<String>, Failure> {
    if reader.capability(verb) != Capability::Can {
        reader.ready_to_write().await?;
    }
    Ok(reader.capability(verb).reason().map(str::to_owned))
}

/// The name of the plan that is wanted: of those that the platform tells, or as it was typed; empty for the platform's own.
///
/// # Errors
/// As [`plan`].
pub(super) fn plan_name(told: Plans, service: &Service, name: Option<&str>) -> Result<String, Failure> {
    match told {
        Plans::Told => plan(service, name).map(|plan| plan.name.clone()),
        Plans::Typed | Plans::Absent => Ok(name.unwrap_or_default().to_owned()),
    }
}

/// The service's plan of that name; the usual one when none is named.
///
/// # Errors
/// When there is none, with those that there are.
pub(super) fn plan<'a>(service: &'a Service, name: Option<&str>) -> Result<&'a Plan, Failure> {
    match name {
        Some(name) => service.plans.iter().find(|known| known.name == name).ok_or_else(|| {
            no_such(&format!("{} plan", service.name), name, service.plans.iter().map(|known| known.name.as_str()))
        }),
        None => service
            .default_plan()
            .ok_or_else(|| Failure::new(Exit::Failed, format!("{} has no plans that could be taken.", service.name))),
    }
}
