//! Asking for add-ons and destroying them.

use rusqlite::Connection;
use serde_json::json;

use super::{Applied, NewAddon, app, attachments as rule, team};
use crate::local::catalog::PlanDocument;
use crate::local::db::addons::{self, AddonRow, AddonState};
use crate::local::db::operations::{self as rows, OperationRow, Spec};
use crate::local::db::{DbError, attachments, events, new_id, ports, releases};
use crate::local::engine::documents;
use crate::local::engine::operations::{self, Kind};
use crate::local::engine::refusal::Refusal;
use crate::local::engine::services::Services;
use crate::local::services::{Availability, Driver};
use crate::model::{check_name, printable, suggest_name};

/// The add-on of that id or name.
///
/// # Errors
/// When there is none.
pub fn find(connection: &Connection, id_or_name: &str) -> Result<AddonRow, Refusal> {
    addons::find(connection, id_or_name)?.ok_or_else(|| {
        let shown = printable(id_or_name);
        Refusal::not_found(format!("There is no add-on {shown:?}. List the add-ons with: attache addons"))
    })
}

/// What is answered to a request that is carried out step by step.
pub(super) fn accepted(
    connection: &Connection,
    services: &Services,
    row: &AddonRow,
    operation: &OperationRow,
) -> Result<Applied, Refusal> {
    let body = json!({
        "addon": describe(connection, services, row)?,
        "operation": documents::operation(operation, services.progress(&operation.id)),
    });
    Ok(Applied { status: 202, body, wake: Some(operation.subject.clone()) })
}

/// The document of an add-on with its attachments.
fn describe(connection: &Connection, services: &Services, row: &AddonRow) -> Result<serde_json::Value, Refusal> {
    Ok(documents::addon(connection, services, row)?)
}

pub(super) fn create(
    connection: &Connection,
    services: &Services,
    new: &NewAddon,
    by: &str,
) -> Result<Applied, Refusal> {
    let (plan, driver) = offer(services, &new.service, new.plan.as_deref())?;
    let team = team(connection, new.team.as_deref())?;
    let name = name(connection, new.name.as_deref(), &new.service)?;
    let app = new.app.as_deref().map(|name| app(connection, name)).transpose()?;
    if app.is_none() && new.alias.is_some() {
        let message = "An alias belongs to an attachment: name the app too (--app), or leave the alias out.";
        return Err(Refusal::invalid("invalid_alias", message));
    }
    let id = new_id("add");
    let port = if driver.needs_port() { ports::allocate(connection, &id)? } else { 0 };
    let settings = driver.allocate(&name, port);
    let row = addons::NewAddon {
        id: &id,
        name: &name,
        team_id: &team.id,
        service: &new.service,
        plan: &plan,
        settings: &settings,
        restored_from: None,
    };
    addons::insert(connection, &row)?;
    let message = format!("{by} asked for {}:{}.", new.service, plan.name);
    events::insert(connection, &id, "request", events::Status::Note, &message, &[])?;
    let row = find(connection, &id)?;
    if let Some(app) = app {
        rule::insert(connection, services, &row, &app, new.alias.as_deref(), by)?;
    }
    let operation = operations::ask_for(connection, Kind::Create, &row, Spec::default(), by)?;
    accepted(connection, services, &row, &operation)
}

/// A service's plan, the default one when none is named, and its driver.
///
/// # Errors
/// When there is no such service or plan, or the service can't be had here.
pub(super) fn offer<'a>(
    services: &'a Services,
    service: &str,
    plan: Option<&str>,
) -> Result<(PlanDocument, &'a dyn Driver), Refusal> {
    let Some((offer, driver)) = services.find(service) else {
        let names: Vec<_> = services.entries().iter().map(|(offer, _)| offer.name.as_str()).collect();
        let message = format!("There is no service {:?}. The services are: {}.", printable(service), names.join(", "));
        return Err(Refusal::invalid("unknown_service", message));
    };
    let Some(plan) = offer.plan(plan) else {
        let names: Vec<_> = offer.plans.iter().map(|plan| plan.name.as_str()).collect();
        let asked = printable(plan.unwrap_or_default());
        let message = format!("{} has no plan {asked:?}. Its plans are: {}.", offer.name, names.join(", "));
        return Err(Refusal::invalid("unknown_plan", message));
    };
    if let Availability::Missing(reason) = services.availability(driver.as_ref()) {
        return Err(Refusal::invalid("service_unavailable_here", reason));
    }
    Ok((PlanDocument::from(plan), driver.as_ref()))
}

/// The name that a new add-on gets: the wanted one, or one that is made up.
///
/// # Errors
/// When it is no good name, or taken.
pub(super) fn name(connection: &Connection, wanted: Option<&str>, service: &str) -> Result<String, Refusal> {
    let Some(name) = wanted else {
        loop {
            let name = suggest_name(service, rand::random());
            if addons::find(connection, &name)?.is_none() {
                return Ok(name);
            }
        }
    };
    check_new_name(connection, name).map(|()| name.to_owned())
}

/// Refuses a name that no add-on can get now.
pub(super) fn check_new_name(connection: &Connection, name: &str) -> Result<(), Refusal> {
    check_name("add-on", name).map_err(|rule| Refusal::invalid("invalid_name", rule))?;
    match addons::find(connection, name)? {
        None => Ok(()),
        Some(row) if row.state == AddonState::Deprovisioning => {
            let message =
                format!("The add-on {name} is still being destroyed. Wait until it is gone, or choose another name.");
            Err(Refusal::conflict("name_taken", message))
        }
        Some(_) => {
            let message = format!("There is already an add-on {name}. Choose another name.");
            Err(Refusal::conflict("name_taken", message))
        }
    }
}

/// Takes it from every app and makes the intent to destroy durable; nothing has been deleted yet when this is acknowledged.
pub(super) fn destroy(
    connection: &Connection,
    services: &Services,
    id_or_name: &str,
    by: &str,
) -> Result<Applied, Refusal> {
    let row = find(connection, id_or_name)?;
    if row.state != AddonState::Deprovisioning {
        detach_everywhere(connection, &row, by)?;
        let why = "The add-on is being destroyed.";
        operations::end_all_of(connection, &row.id, why)?;
        addons::change_state(connection, &row.id, AddonState::ALL, AddonState::Deprovisioning, None)?;
        operations::ask_for(connection, Kind::Destroy, &row, Spec::default(), by)?;
        let message = format!("{by} asked for it to be destroyed.");
        events::insert(connection, &row.id, "destroy", events::Status::Note, &message, &[])?;
    }
    let row = find(connection, &row.id)?;
    let operation = rows::unfinished_of(connection, &row.id)?.pop();
    let operation = operation.ok_or_else(|| DbError::Other(format!("nothing destroys {}", row.name)))?;
    accepted(connection, services, &row, &operation)
}

/// One release for each app that had its variables, however many attachments it had.
fn detach_everywhere(connection: &Connection, addon: &AddonRow, by: &str) -> Result<(), Refusal> {
    let apps = attachments::apps_of(connection, &addon.id)?;
    for row in attachments::of_addon(connection, &addon.id)? {
        attachments::delete(connection, &row.id)?;
    }
    for app_id in apps {
        releases::insert(connection, &app_id, &format!("Detach {} (destroyed)", addon.name), by)?;
    }
    Ok(())
}
