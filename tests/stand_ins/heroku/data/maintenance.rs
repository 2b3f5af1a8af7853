//! Maintenance of data add-ons: what is due, and when it may be done.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::exchange::{Ask, Refusal, Reply};
use super::super::world::{Addon, Heroku};
use super::Found;

#[derive(Clone, Debug)]
pub(crate) struct Maintenance {
    pub(crate) status: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) scheduled_for: Timestamp,
}

fn is_data(addon: &Addon) -> bool {
    ["heroku-postgresql", "heroku-redis", "heroku-kafka"].contains(&addon.service.as_str())
}

fn json_of(world: &Heroku, addon: &Addon) -> Value {
    let app = world.app(&addon.app).unwrap();
    let window = addon.data.window.as_ref().map(|(day, time)| format!("{day}s {time}"));
    let attachments: Vec<&str> = world.attachments_of(&addon.id).map(|one| one.name.as_str()).collect();
    let due = addon.data.maintenance.as_ref();
    json!({
        "addon": {"name": addon.name, "kind": addon.service, "plan": addon.plan, "attachments": attachments,
            "window": window, "uuid": addon.id},
        "app": {"name": app.name, "uuid": app.id}, "status": due.map_or("none", |due| due.status),
        "method": "failover", "reason": due.map(|due| due.reason), "required_by": null,
        "scheduled_for": due.map(|due| due.scheduled_for), "previously_scheduled_for": null, "started_at": null,
        "completed_at": null, "duration_seconds": null, "server_created_at": addon.created_at, "window": window,
    })
}

/// The app by its id alone; add-ons by theirs.
pub(super) fn answer(world: &mut Heroku, ask: &Ask, rest: &[&str]) -> Found {
    let ok = |body: Value| Ok(Some(Reply::json(200, body)));
    if let ("GET", ["apps", id]) = (ask.method.as_str(), rest) {
        let Some(app) = world.apps.iter().find(|app| app.id == **id && app.is_visible) else { return Ok(None) };
        let rows: Vec<Value> = world
            .addons
            .iter()
            .filter(|addon| addon.app == app.name && is_data(addon) && addon.is_set())
            .map(|addon| json_of(world, addon))
            .collect();
        return ok(json!({"maintenances": rows}));
    }
    let Some((id, rest)) = rest.split_first() else { return Ok(None) };
    let Some(addon) = world.addons.iter().find(|one| one.id == **id && is_data(one) && one.is_set()).cloned() else {
        return Ok(None);
    };
    let is_small = ["essential", "mini"].iter().any(|plan| addon.plan.starts_with(plan));
    let refuse = |message: &str| Err(Refusal::new(422, "unprocessable_entity", message));
    match (ask.method.as_str(), rest) {
        ("GET", []) => ok(json_of(world, &addon)),
        ("GET", ["history" | "history/"]) | ("GET", ["history", ""]) => ok(json!({"maintenances": []})),
        ("GET", ["window"]) => {
            let window = addon.data.window.clone();
            ok(json!({"window": window.map(|(day, time)| format!("{day}s {time}"))}))
        }
        ("POST", ["window"]) => {
            let window = (ask.needed("day_of_week")?.to_owned(), ask.needed("time_of_day")?.to_owned());
            let told = format!("{}s {}", window.0, window.1);
            world.addon_mut(&addon.id).unwrap().data.window = Some(window);
            ok(json!({"window": told}))
        }
        ("POST", ["run"]) if is_small => refuse("Maintenances of this plan can't be triggered."),
        ("POST", ["run" | "schedule"]) if addon.data.maintenance.is_none() => refuse("There is no maintenance due."),
        ("POST", ["run"]) => {
            world.addon_mut(&addon.id).unwrap().data.maintenance.as_mut().unwrap().status = "running";
            ok(json_of(world, world.addon(&addon.id).unwrap()))
        }
        ("POST", ["schedule"]) => {
            let weeks: i64 = ask.needed("delay_weeks")?.parse().unwrap_or(1);
            let due = world.addon_mut(&addon.id).unwrap().data.maintenance.as_mut().unwrap();
            due.scheduled_for += SignedDuration::from_hours(24 * 7 * weeks);
            ok(json_of(world, world.addon(&addon.id).unwrap()))
        }
        _ => Ok(None),
    }
}
