//! When an add-on is backed up by itself.

use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::json;

use super::{Applied, NewSchedule, addons};
use crate::local::db::addons::AddonState;
use crate::local::db::events::{self, Status};
use crate::local::db::{schedules, stamp};
use crate::local::engine::backups;
use crate::local::engine::refusal::Refusal;
use crate::local::engine::services::Services;

/// The timeline's word for it.
const SCHEDULE: &str = "schedule";

/// Gives an add-on a schedule, or takes it away.
pub(super) fn put(
    connection: &Connection,
    services: &Services,
    addon: &str,
    schedule: Option<&NewSchedule>,
    by: &str,
) -> Result<Applied, Refusal> {
    let row = addons::find(connection, addon)?;
    if row.state == AddonState::Deprovisioning {
        let message = format!("{} is being destroyed: it is not backed up any more.", row.name);
        return Err(Refusal::conflict("busy", message));
    }
    match schedule {
        None => {
            if schedules::delete(connection, &row.id)?.is_some() {
                let message = format!("{by} ended the daily backups.");
                events::insert(connection, &row.id, SCHEDULE, Status::Note, &message, &[])?;
            }
        }
        Some(schedule) => {
            backups::support(services, &row).map_err(|why| Refusal::invalid("not_supported", why))?;
            let invalid = |message: String| Refusal::invalid("invalid_schedule", message);
            let hour = u8::try_from(schedule.hour)
                .ok()
                .filter(|hour| *hour < 24)
                .ok_or_else(|| invalid(format!("There is no hour {}: give one from 0 to 23.", schedule.hour)))?;
            let (zone, name) = backups::time_zone(&schedule.time_zone).map_err(invalid)?;
            let next = backups::next(hour, &zone, Timestamp::now())
                .ok_or_else(|| invalid(format!("{hour}:00 does not come again in {name}.")))?;
            schedules::put(connection, &row.id, (hour, &name), &stamp(next), by)?;
            let message = format!("{by} asked for a backup each day at {hour:02}:00 {name}.");
            events::insert(connection, &row.id, SCHEDULE, Status::Note, &message, &[])?;
        }
    }
    let body = json!({ "policy": backups::policy(connection, services, &row)? });
    Ok(Applied { status: 200, body, wake: None })
}
