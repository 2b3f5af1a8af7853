//! What is asked of an add-on that is in service: another name, plan or password, a restart, sleep.

use rusqlite::Connection;

use super::addons::{self as rule, accepted};
use super::{Applied, Change};
use crate::local::catalog::PlanDocument;
use crate::local::db::addons::{self, AddonRow, AddonState};
use crate::local::db::backups;
use crate::local::db::events::{self, Status};
use crate::local::db::operations::Spec;
use crate::local::engine::abilities;
use crate::local::engine::operations::{self, Kind, change_plan, rotate};
use crate::local::engine::refusal::Refusal;
use crate::local::engine::services::Services;
use crate::model::printable;

/// Renames at once, which its folder is then told of; or asks for another plan.
pub(super) fn change(
    connection: &Connection,
    services: &Services,
    addon: &str,
    change: &Change,
    by: &str,
) -> Result<Applied, Refusal> {
    let row = rule::find(connection, addon)?;
    match change {
        Change::Name(name) => rename(connection, services, &row, name, by),
        Change::Plan(plan) => change_plan(connection, services, &row, plan, by),
    }
}

fn rename(
    connection: &Connection,
    services: &Services,
    row: &AddonRow,
    name: &str,
    by: &str,
) -> Result<Applied, Refusal> {
    if row.state == AddonState::Deprovisioning {
        return Err(being_destroyed(row));
    }
    if row.name != name {
        rule::check_new_name(connection, name)?;
        addons::set_name(connection, &row.id, name)?;
        backups::set_addon_name(connection, &row.id, name)?;
    }
    let told = format!("{by} renamed it from {} to {name}.", row.name);
    let row = rule::find(connection, &row.id)?;
    ask(connection, services, &row, Kind::Rename, Spec::default(), &told, by)
}

fn change_plan(
    connection: &Connection,
    services: &Services,
    row: &AddonRow,
    plan: &str,
    by: &str,
) -> Result<Applied, Refusal> {
    in_service(row)?;
    let (offer, _) = services.find(&row.service).ok_or_else(|| no_driver(row))?;
    let Some(new) = offer.plan(Some(plan)) else {
        let names: Vec<_> = offer.plans.iter().map(|plan| plan.name.as_str()).collect();
        let message = format!("{} has no plan {:?}. Its plans are: {}.", offer.name, printable(plan), names.join(", "));
        return Err(Refusal::invalid("unknown_plan", message));
    };
    if new.name == row.plan.name {
        let message = format!("{} has the plan {} already.", row.name, new.name);
        return Err(Refusal::invalid("not_supported", message));
    }
    let spec = change_plan::spec(&row.plan, &PlanDocument::from(new))?;
    let told = format!("{by} asked for the plan {} in place of {}.", new.name, row.plan.name);
    ask(connection, services, row, Kind::ChangePlan, spec, &told, by)
}

/// Asks for another password, which is decided and durable from here on.
pub(super) fn rotate(connection: &Connection, services: &Services, addon: &str, by: &str) -> Result<Applied, Refusal> {
    let row = rule::find(connection, addon)?;
    in_service(&row)?;
    let driver = services.driver(&row.service).ok_or_else(|| no_driver(&row))?;
    can(services, &row, "rotate")?;
    let fresh = driver.allocate(&row.name, row.settings.port);
    let told = format!("{by} asked for another password.");
    ask(connection, services, &row, Kind::Rotate, rotate::spec(&fresh.password), &told, by)
}

/// Asks for the server to be started again; also where it failed, once it had been in service.
pub(super) fn restart(connection: &Connection, services: &Services, addon: &str, by: &str) -> Result<Applied, Refusal> {
    let row = rule::find(connection, addon)?;
    if row.state != AddonState::Failed || !row.provisioned {
        in_service(&row)?;
    }
    let told = format!("{by} asked for its server to be started again.");
    ask(connection, services, &row, Kind::Restart, Spec::default(), &told, by)
}

pub(super) fn sleep(connection: &Connection, services: &Services, addon: &str, by: &str) -> Result<Applied, Refusal> {
    let row = rule::find(connection, addon)?;
    sleeps(services, &row)?;
    in_service(&row)?;
    let told = format!("{by} asked for it to sleep.");
    ask(connection, services, &row, Kind::Sleep, Spec::default(), &told, by)
}

/// Waking one that is awake is no error: it may just have been woken by a connection.
pub(super) fn wake(connection: &Connection, services: &Services, addon: &str, by: &str) -> Result<Applied, Refusal> {
    let row = rule::find(connection, addon)?;
    if row.state != AddonState::Sleeping {
        sleeps(services, &row)?;
    }
    in_service(&row)?;
    let told = format!("{by} asked for it to wake.");
    ask(connection, services, &row, Kind::Wake, Spec::default(), &told, by)
}

fn ask(
    connection: &Connection,
    services: &Services,
    row: &AddonRow,
    kind: Kind,
    spec: Spec,
    told: &str,
    by: &str,
) -> Result<Applied, Refusal> {
    events::insert(connection, &row.id, "request", Status::Note, told, &[])?;
    let operation = operations::ask_for(connection, kind, row, spec, by)?;
    accepted(connection, services, row, &operation)
}

/// Refuses what only an add-on in service can do.
fn in_service(row: &AddonRow) -> Result<(), Refusal> {
    let AddonRow { name, .. } = row;
    match row.state {
        AddonState::Ready | AddonState::Updating | AddonState::Sleeping => Ok(()),
        AddonState::Requested | AddonState::Provisioning | AddonState::Restoring => {
            let message = format!("{name} is still being made. Wait until it is ready.");
            Err(Refusal::conflict("not_ready", message))
        }
        AddonState::Failed => {
            let why = row.state_reason.as_deref().unwrap_or("It does not say why.");
            let way_out = match row.provisioned {
                true => format!("When the cause is mended: attache addons restart {name}"),
                false => format!("It was never ready; destroy it and create it again: attache addons destroy {name}"),
            };
            Err(Refusal::conflict("not_ready", format!("{name} is failed: {why} {way_out}")))
        }
        AddonState::Deprovisioning => Err(being_destroyed(row)),
    }
}

fn being_destroyed(row: &AddonRow) -> Refusal {
    Refusal::conflict("busy", format!("{} is being destroyed.", row.name))
}

fn no_driver(row: &AddonRow) -> Refusal {
    let message = format!("This program has no driver for the service {}.", row.service);
    Refusal::invalid("not_supported", message)
}

fn sleeps(services: &Services, row: &AddonRow) -> Result<(), Refusal> {
    can(services, row, "sleep")
}

fn can(services: &Services, row: &AddonRow, verb: &str) -> Result<(), Refusal> {
    let why_not = abilities::why_not(services, row, verb);
    why_not.map_or(Ok(()), |why| Err(Refusal::invalid("not_supported", why)))
}
