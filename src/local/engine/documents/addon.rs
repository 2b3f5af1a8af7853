//! An add-on, with all that belongs to it.

use std::collections::HashMap;

use rusqlite::Connection;
use serde_json::{Value, json};

use super::super::abilities;
use super::super::services::Services;
use super::{attachment, operation};
use crate::local::db::DbError;
use crate::local::db::addons::{AddonRow, AddonState};
use crate::local::db::attachments::{self, AttachmentRow};
use crate::local::db::backups::{self, BackupRow};
use crate::local::db::operations::{self, OperationRow};
use crate::model::Health;

/// The state of an add-on that was in service before the platform began anew, until it has been asked.
const STARTING: &str = "starting";

/// What belongs to an add-on.
#[derive(Default)]
struct Belongings {
    attachments: Vec<AttachmentRow>,
    /// The one that runs, or the first that waits.
    operation: Option<OperationRow>,
    last_backup: Option<BackupRow>,
}

/// An add-on.
///
/// # Errors
/// When the state can't be read.
pub fn addon(connection: &Connection, services: &Services, row: &AddonRow) -> Result<Value, DbError> {
    let belongings = Belongings {
        attachments: attachments::of_addon(connection, &row.id)?,
        operation: operations::unfinished_of(connection, &row.id)?.into_iter().next(),
        last_backup: backups::last_finished(connection, &row.id)?,
    };
    Ok(document(services, row, &belongings))
}

/// Many add-ons, with as many queries as for one.
///
/// # Errors
/// When the state can't be read.
pub fn addons(connection: &Connection, services: &Services, rows: &[AddonRow]) -> Result<Vec<Value>, DbError> {
    let mut all: HashMap<String, Belongings> = HashMap::new();
    for row in attachments::list(connection, &attachments::Filter::default(), 0, i64::MAX)? {
        all.entry(row.addon_id.clone()).or_default().attachments.push(row);
    }
    for row in operations::unfinished(connection)? {
        all.entry(row.subject.clone()).or_default().operation.get_or_insert(row);
    }
    for (addon_id, row) in backups::last_finished_of_all(connection)? {
        all.entry(addon_id).or_default().last_backup = Some(row);
    }
    let nothing = Belongings::default();
    Ok(rows.iter().map(|row| document(services, row, all.get(&row.id).unwrap_or(&nothing))).collect())
}

fn document(services: &Services, row: &AddonRow, belongings: &Belongings) -> Value {
    let Belongings { attachments, operation: work, last_backup } = belongings;
    let driver = services.driver(&row.service);
    let listens = row.provisioned && row.state != AddonState::Deprovisioning;
    let endpoint = driver.filter(|_| listens).and_then(|driver| {
        let endpoint = driver.endpoint(&services.instance(row))?;
        Some(json!({
            "host": endpoint.host, "port": endpoint.port, "database": endpoint.database, "user": endpoint.user,
        }))
    });
    let cannot = abilities::cannot(services, row, last_backup.is_some());
    let cannot: Vec<_> = cannot.iter().map(|(verb, reason)| json!({ "verb": verb, "reason": reason })).collect();
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
        "attachments": attachments.iter().map(|row| attachment(services, row)).collect::<Vec<_>>(),
        "endpoint": endpoint,
        "operation": work.as_ref().map(|row| operation(row, services.progress(&row.id))),
        "restored_from": row.restored_from,
        "last_backup": last_backup.as_ref().map(|backup| json!({
            "id": backup.id, "started_at": backup.started_at, "finished_at": backup.finished_at,
        })),
        "cannot": cannot,
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
            Health::Failing(what) => ("failing", Some(what.into())),
            Health::Unknown(why) => ("unknown", Some(why.into())),
        },
        AddonState::Requested | AddonState::Provisioning => ("unknown", Some("it is still being made".to_owned())),
        AddonState::Restoring => ("unknown", Some("it is being restored".to_owned())),
        AddonState::Updating => ("unknown", Some("it is being changed".to_owned())),
        AddonState::Sleeping => ("unknown", Some("it sleeps; a connection wakes it".to_owned())),
        AddonState::Deprovisioning => ("unknown", Some("it is being destroyed".to_owned())),
    };
    json!({ "status": status, "message": message })
}
