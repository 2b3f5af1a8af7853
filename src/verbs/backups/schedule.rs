//! `attache backups schedule …`

use jiff::tz::TimeZone;
use serde_json::json;

use super::list;
use crate::model::{Capability, Command, Schedule, Verb};
use crate::verbs::args::WriteArgs;
use crate::verbs::write::{Door, report};
use crate::verbs::{Context, Exit, Failure, find, json as document, output};

pub(super) async fn show(name: &str, as_json: bool, context: &Context) -> Result<(), Failure> {
    let reader = context.reader()?;
    let addon = find::addon(reader.as_ref(), name).await?;
    let backups = reader.backups(&addon.key.id).await?;
    if as_json {
        let policy = backups.policy.as_ref().map(document::policy);
        return Ok(output::json(&json!({"addon": addon.name, "policy": policy}))?);
    }
    // A schedule that its plan has no use for any more is no promise.
    if let Some(why) = addon.cannot(Verb::BackUp) {
        return Ok(output::line(why)?);
    }
    match &backups.policy {
        Some(policy) => {
            let has_switch = matches!(reader.capability(Verb::AutoBackups), Capability::Can);
            Ok(output::line(&list::told(policy, &backups.list, has_switch, output::platform_now(reader.as_ref())))?)
        }
        None => Ok(output::line(&format!("How {} is backed up is not told.", addon.name))?),
    }
}

pub(super) async fn set(
    name: &str,
    at: &str,
    time_zone: Option<&str>,
    write: &WriteArgs,
    context: &Context,
) -> Result<(), Failure> {
    let usage = |message: String| Failure::new(Exit::Usage, message);
    let hour = hour(at).map_err(usage)?;
    let time_zone = match time_zone {
        Some(zone) => {
            TimeZone::get(zone).map_err(|_| {
                usage(format!(
                    "{zone:?} is not a time zone. It is a name such as UTC, Europe/Berlin or America/New_York."
                ))
            })?;
            zone.to_owned()
        }
        None => own_zone(),
    };
    let schedule = Schedule { hour, time_zone };
    let sentence = list::schedule(Some(&schedule), None);
    change(name, Some(schedule), &sentence, write, context).await
}

pub(super) async fn end(name: &str, write: &WriteArgs, context: &Context) -> Result<(), Failure> {
    change(name, None, "Not backed up by itself any more. The backups that there are stay.", write, context).await
}

async fn change(
    name: &str,
    schedule: Option<Schedule>,
    sentence: &str,
    write: &WriteArgs,
    context: &Context,
) -> Result<(), Failure> {
    let door = Door::open(context)?;
    let addon = find::addon(door.connection.reader.as_ref(), name).await?;
    let sentence = format!("{}: {sentence}", addon.name);
    let command =
        Command::ScheduleBackups { addon_id: addon.key.id.to_string(), addon: addon.name.to_string(), schedule };
    let operation = door.submit(context, command, write).await?;
    report(&operation, write, &sentence)
}

/// `3`, `03` or `03:00`.
fn hour(text: &str) -> Result<u8, String> {
    let digits = match text.split_once(':') {
        None => text,
        Some((hour, "00")) => hour,
        Some(_) => return Err(format!("{text:?} is not a full hour. Backups begin at full hours, such as 03:00.")),
    };
    let is_short = !digits.is_empty() && digits.len() <= 2 && digits.chars().all(|c| c.is_ascii_digit());
    let hour: Option<u8> = if is_short { digits.parse().ok() } else { None };
    hour.filter(|hour| *hour <= 23).ok_or_else(|| format!("{text:?} is not an hour from 0 to 23, such as 3 or 03:00."))
}

/// The time zone of this machine, where it has a name; UTC otherwise.
fn own_zone() -> String {
    let zone = TimeZone::system();
    zone.iana_name().filter(|name| *name != "Etc/Unknown" && TimeZone::get(name).is_ok()).unwrap_or("UTC").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_full_hours_of_a_day_are_hours() {
        for (text, wanted) in [("3", 3), ("03", 3), ("03:00", 3), ("0", 0), ("23:00", 23)] {
            assert_eq!(hour(text), Ok(wanted), "{text}");
        }
        for bad in ["", "24", "003", "-1", "+3", "3:30", "03:0", "noon", ":00"] {
            assert!(hour(bad).is_err(), "{bad}");
        }
    }
}
