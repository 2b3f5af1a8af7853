//! Rows as the documents of `/v1`.

mod addon;
mod usage;

use rusqlite::Connection;
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::{Value, json};

use crate::local::catalog::{Offer, PlanDocument};
use crate::local::db::DbError;
use crate::local::db::addons::AddonRow;
use crate::local::db::apps::AppRow;
use crate::local::db::attachments::AttachmentRow;
use crate::local::db::backups::{BackupRow, BackupState};
use crate::local::db::events::EventRow;
use crate::local::db::operations::{self, OperationRow};
use crate::local::db::releases::ReleaseRow;
use crate::local::db::schedules::ScheduleRow;
use crate::local::services::{Availability, Driver};
use crate::model::{Progress, variable_name};

use super::services::Services;

pub use addon::{addon, addons};
pub use usage::usage;

/// An app.
pub fn app(row: &AppRow) -> Value {
    json!({
        "id": row.id, "name": row.name, "team": row.team, "created_at": row.created_at, "release": row.release,
        "maintenance": row.maintenance, "maintenance_since": row.maintenance_since, "maintenance_by": row.maintenance_by,
    })
}

/// A release.
pub fn release(row: &ReleaseRow) -> Value {
    json!({
        "version": row.version, "description": row.description, "by": row.author, "created_at": row.created_at,
    })
}

/// An event.
pub fn event(row: &EventRow) -> Value {
    json!({
        "id": row.id, "at": row.at, "step": row.step, "status": row.status, "message": row.message, "log": row.log,
    })
}

/// A backup; `progress` while it is being written.
pub fn backup(row: &BackupRow, progress: Option<&Progress>) -> Value {
    json!({
        "id": row.id,
        "addon_id": row.addon_id,
        "addon": row.addon,
        "team": row.team,
        "service": row.service,
        "plan": row.plan.name,
        "state": row.state.word(),
        "trigger": row.trigger.word(),
        "label": row.label,
        "message": row.message,
        "size": row.size,
        "checksum": row.checksum,
        "by": row.author,
        "created_at": row.created_at,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        "keep_until": row.keep_until,
        "progress": progress,
    })
}

/// A backup, with its progress where a task is writing or checking it.
///
/// # Errors
/// When the state can't be read.
pub fn backup_now(connection: &Connection, services: &Services, row: &BackupRow) -> Result<Value, DbError> {
    let work = match row.state {
        BackupState::Pending | BackupState::Running => operations::unfinished_about(connection, &row.id)?,
        _ => None,
    };
    let progress =
        work.and_then(|work| services.progress(&work.id)).filter(|progress| *progress != Progress::default());
    Ok(backup(row, progress.as_ref()))
}

/// How an add-on's backups are made and kept: how many and how many days, when, and which one more would push out.
pub fn policy(keep: (Option<u64>, Option<u64>), schedule: Option<&ScheduleRow>, evicts: Option<&str>) -> Value {
    let (keep_count, keep_days) = keep;
    json!({
        "keep_count": keep_count,
        "keep_days": keep_days,
        "schedule": schedule.map(|row| json!({ "hour": row.hour, "time_zone": row.time_zone })),
        "next_at": schedule.map(|row| &row.next_at),
        "evicts": evicts,
    })
}

/// The names under which an attachment's variables reach the app.
pub fn variables(services: &Services, row: &AttachmentRow) -> Vec<String> {
    let alias = row.alias.as_deref();
    services.config_vars(&row.service).iter().map(|bare| variable_name(alias, bare)).collect()
}

/// An attachment.
pub fn attachment(services: &Services, row: &AttachmentRow) -> Value {
    json!({
        "id": row.id,
        "addon": { "id": row.addon_id, "name": row.addon },
        "app": { "id": row.app_id, "name": row.app },
        "alias": row.alias,
        "config_vars": variables(services, row),
        "created_at": row.created_at,
    })
}

/// An operation; `progress` is what its task tells, where one works on it.
pub fn operation(row: &OperationRow, progress: Option<Progress>) -> Value {
    let addon = row.addon_id.as_ref().map(|id| json!({ "id": id, "name": row.addon }));
    json!({
        "id": row.id,
        "kind": row.kind.word(),
        "addon": addon,
        "backup_id": row.backup_id,
        "state": row.state.word(),
        "step": row.step,
        "message": row.message,
        "by": row.author,
        "created_at": row.created_at,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "progress": progress.filter(|progress| *progress != Progress::default()),
    })
}

/// A service with its plans.
pub fn service(services: &Services, offer: &Offer, driver: &dyn Driver) -> Value {
    let (program, reason) = match services.availability(driver) {
        Availability::Available { program } => (program, None),
        Availability::Missing(reason) => (None, Some(reason)),
    };
    json!({
        "name": offer.name,
        "summary": offer.summary,
        "available": reason.is_none(),
        "unavailable_reason": reason,
        "program": program,
        "config_vars": driver.config_vars(),
        "plans": plans(offer),
        "backups": backups(offer, driver),
    })
}

/// Whether add-ons of a service have backups, on the default plan.
fn backups(offer: &Offer, driver: &dyn Driver) -> Value {
    let format = match offer.plan(None) {
        Some(plan) => driver.backup_format(plan),
        None => Err(format!("{} has no plans.", offer.name)),
    };
    let (format, reason) = match format {
        Ok(format) => (Some(format.name), None),
        Err(reason) => (None, Some(reason)),
    };
    json!({ "supported": reason.is_none(), "reason": reason, "format": format })
}

/// The plans of a service.
pub fn plans(offer: &Offer) -> Vec<PlanDocument> {
    offer.plans.iter().map(PlanDocument::from).collect()
}

/// One config var of an app.
#[derive(Serialize)]
pub struct ConfigVarDocument {
    name: String,
    addon: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

/// The variables that an app has, with values only when they were asked for.
pub fn config_vars(
    services: &Services,
    attachments: &[(AttachmentRow, AddonRow)],
    reveal: bool,
) -> Vec<ConfigVarDocument> {
    let mut documents = Vec::new();
    for (attachment, addon) in attachments.iter().filter(|(attachment, _)| attachment.released) {
        let Some(driver) = services.driver(&addon.service) else { continue };
        let named = |bare: &str, value: Option<String>| ConfigVarDocument {
            name: variable_name(attachment.alias.as_deref(), bare),
            addon: Some(addon.name.clone()),
            value,
        };
        if reveal {
            let values = driver.values(&services.instance(addon));
            documents.extend(values.iter().map(|(bare, value)| named(bare, Some(value.expose_secret().to_owned()))));
        } else {
            documents.extend(driver.config_vars().iter().map(|bare| named(bare, None)));
        }
    }
    documents
}

/// The variables that an add-on gives, under their bare names, with values only when they were asked for.
pub fn bare_config_vars(services: &Services, addon: &AddonRow, reveal: bool) -> Vec<ConfigVarDocument> {
    let named = |bare: &str, value: Option<String>| ConfigVarDocument {
        name: bare.to_owned(),
        addon: Some(addon.name.clone()),
        value,
    };
    match services.driver(&addon.service) {
        Some(driver) if reveal => {
            let values = driver.values(&services.instance(addon));
            values.iter().map(|(bare, value)| named(bare, Some(value.expose_secret().to_owned()))).collect()
        }
        _ => services.config_vars(&addon.service).iter().map(|bare| named(bare, None)).collect(),
    }
}
