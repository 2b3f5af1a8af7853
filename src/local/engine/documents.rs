//! Rows as the documents of `/v1`.

use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::{Value, json};

use crate::local::catalog::{Offer, PlanDocument};
use crate::local::db::addons::{AddonRow, AddonState};
use crate::local::db::apps::AppRow;
use crate::local::db::attachments::AttachmentRow;
use crate::local::db::backups::BackupRow;
use crate::local::db::events::EventRow;
use crate::local::db::operations::OperationRow;
use crate::local::db::releases::ReleaseRow;
use crate::local::db::schedules::ScheduleRow;
use crate::local::services::{Availability, Driver};
use crate::model::{Health, Progress, variable_name};

use super::services::Services;

/// The state of an add-on that was in service before the platform began anew, until it has been asked.
const STARTING: &str = "starting";
/// Why there are no backups.
const NO_BACKUPS: &str = "This platform does not keep backups yet.";

/// An app.
pub fn app(row: &AppRow) -> Value {
    json!({
        "id": row.id, "name": row.name, "team": row.team, "created_at": row.created_at, "release": row.release,
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

/// An add-on with its attachments.
pub fn addon<'a>(
    services: &Services,
    row: &AddonRow,
    attachments: impl IntoIterator<Item = &'a AttachmentRow>,
) -> Value {
    let driver = services.driver(&row.service);
    let listens = row.provisioned && row.state != AddonState::Deprovisioning;
    let endpoint = driver.filter(|_| listens).map(|driver| {
        let endpoint = driver.endpoint(&services.instance(row));
        json!({
            "host": endpoint.host, "port": endpoint.port, "database": endpoint.database, "user": endpoint.user,
        })
    });
    let attachments: Vec<_> = attachments.into_iter().map(|row| attachment(services, row)).collect();
    json!({
        "id": row.id,
        "name": row.name,
        "team": row.team,
        "service": row.service,
        "plan": row.plan.name,
        "state": state(services, row),
        "state_reason": row.state_reason.as_ref().filter(|_| !is_starting(services, row)),
        "health": health(services, row),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "config_vars": services.config_vars(&row.service),
        "attachments": attachments,
        "endpoint": endpoint,
    })
}

/// The row's state, but nothing is called good or bad that nobody has asked since the platform began.
fn state(services: &Services, row: &AddonRow) -> &'static str {
    if is_starting(services, row) { STARTING } else { row.state.word() }
}

fn is_starting(services: &Services, row: &AddonRow) -> bool {
    let has_served = row.provisioned && matches!(row.state, AddonState::Ready | AddonState::Failed);
    has_served && matches!(services.health(&row.id), Health::Unknown(_))
}

fn health(services: &Services, row: &AddonRow) -> Value {
    let (status, message) = match row.state {
        AddonState::Failed if !is_starting(services, row) => ("failing", row.state_reason.clone()),
        AddonState::Ready | AddonState::Failed => match services.health(&row.id) {
            Health::Ok => ("ok", None),
            Health::Failing(what) => ("failing", Some(what)),
            Health::Unknown(why) => ("unknown", Some(why)),
        },
        AddonState::Requested | AddonState::Provisioning => ("unknown", Some("it is still being made".to_owned())),
        AddonState::Restoring => ("unknown", Some("it is being restored".to_owned())),
        AddonState::Updating => ("unknown", Some("it is being changed".to_owned())),
        AddonState::Sleeping => ("unknown", Some("it sleeps; a connection wakes it".to_owned())),
        AddonState::Deprovisioning => ("unknown", Some("it is being destroyed".to_owned())),
    };
    json!({ "status": status, "message": message })
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
        "backups": { "supported": false, "reason": NO_BACKUPS },
    })
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
