//! How an add-on's backups are made and kept.

use rusqlite::Connection;
use serde_json::Value;

use super::super::documents;
use super::super::services::Services;
use super::retention::Keep;
use crate::local::db::addons::AddonRow;
use crate::local::db::{DbError, backups, schedules};
use crate::local::services::BackupFormat;
use crate::model::Plan;

/// How backups of an add-on are written and what its plan keeps of them, or the sentence why it has none.
pub(in crate::local::engine) fn support(services: &Services, row: &AddonRow) -> Result<(BackupFormat, Keep), String> {
    let Some((offer, driver)) = services.find(&row.service) else {
        return Err(format!("This program has no driver for {}.", row.service));
    };
    let format = driver.backup_format(&Plan::from(row.plan.clone()))?;
    let mut keep = Keep::of(&row.plan.limits);
    // The plan of an add-on that is older than backups says nothing of them; today's plan of that name does.
    if keep.count.is_none()
        && let Some(plan) = offer.plan(Some(&row.plan.name))
    {
        keep = Keep::of(&plan.limits);
    }
    match keep.count {
        Some(_) => Ok((format, keep)),
        None => Err(format!("The plan {} of {} keeps no backups.", row.plan.name, row.service)),
    }
}

/// An add-on's policy, as `/v1` tells it: what its plan keeps, its schedule, and which backup one more would push out.
///
/// # Errors
/// When the state can't be read.
pub fn policy(connection: &Connection, services: &Services, row: &AddonRow) -> Result<Value, DbError> {
    let keep = support(services, row).map(|(_, keep)| keep).unwrap_or_default();
    let schedule = schedules::find(connection, &row.id)?;
    let finished = backups::finished(connection, &row.id)?;
    let evicts = keep.next_evicted(&finished).map(|backup| backup.id.as_str());
    Ok(documents::policy((keep.count, keep.days), schedule.as_ref(), evicts))
}
