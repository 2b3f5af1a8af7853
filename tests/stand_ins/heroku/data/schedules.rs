//! Schedules: daily, at an hour of a time zone.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::exchange::{Ask, Refusal, Reply};
use super::super::world::Heroku;
use super::{Found, spaced};

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    pub(crate) uuid: String,
    /// `DATABASE_URL`.
    pub(crate) name: String,
    pub(crate) hour: u64,
    pub(crate) timezone: String,
    pub(crate) at: Timestamp,
}

impl Schedule {
    pub(crate) fn new(world: &mut Heroku, name: &str, hour: u64, timezone: &str) -> Self {
        Self { uuid: world.id(21), name: name.into(), hour, timezone: timezone.into(), at: Timestamp::now() }
    }

    fn json(&self) -> Value {
        json!({
            "uuid": self.uuid, "name": self.name, "hour": self.hour, "days": DAYS, "timezone": self.timezone,
            "created_at": spaced(self.at), "updated_at": spaced(self.at), "deleted_at": null,
            "retain_weeks": 1, "retain_months": 0,
        })
    }
}

pub(super) fn answer(world: &mut Heroku, ask: &Ask, addon: &str, rest: &[&str]) -> Found {
    match (ask.method.as_str(), rest) {
        ("GET", []) => {
            let rows: Vec<Value> = world.addon(addon).unwrap().data.schedules.iter().map(Schedule::json).collect();
            Ok(Some(Reply::json(200, rows.into())))
        }
        ("POST", []) => {
            // The CLI sends the hour as a text.
            let hour = ask.body["hour"].as_u64().or_else(|| ask.text("hour").and_then(|hour| hour.parse().ok()));
            let hour = hour.filter(|hour| *hour < 24);
            let (Some(hour), Some(timezone), Some(name)) = (hour, ask.text("timezone"), ask.text("schedule_name"))
            else {
                return Err(Refusal::new(422, "unprocessable_entity", "Need hour, timezone and schedule_name."));
            };
            let new = Schedule::new(world, name, hour, timezone);
            let body = new.json();
            let data = &mut world.addon_mut(addon).unwrap().data;
            // Inferred: one of a name replaces the one before.
            data.schedules.retain(|one| one.name != new.name);
            data.schedules.push(new);
            Ok(Some(Reply::json(201, body)))
        }
        ("DELETE", [uuid]) => {
            let data = &mut world.addon_mut(addon).unwrap().data;
            let Some(place) = data.schedules.iter().position(|one| one.uuid == **uuid) else { return Ok(None) };
            let mut body = data.schedules.remove(place).json();
            body["deleted_at"] = spaced(Timestamp::now()).into();
            Ok(Some(Reply::json(200, body)))
        }
        _ => Ok(None),
    }
}
