//! Key-Value Store.

use serde_json::{Value, json};

use super::super::exchange::{Ask, Reply};
use super::super::world::{Addon, Heroku, PLANTED};
use super::{Found, database, databases, precise};

pub(super) fn answer(world: &mut Heroku, ask: &Ask, db: &str, rest: &[&str]) -> Found {
    let is_it = |addon: &Addon| addon.service == "heroku-redis";
    let Some(addon) = database(world, db, is_it).cloned() else { return Ok(None) };
    let ok = |body: Value| Ok(Some(Reply::json(200, body)));
    let data = &mut world.addon_mut(&addon.id).unwrap().data;
    match (ask.method.as_str(), rest) {
        ("GET", []) => ok(json_of(&addon)),
        ("GET", ["wait"]) => {
            let mut body = databases::wait_status(data);
            body.as_object_mut().unwrap().remove("error?");
            ok(body)
        }
        ("PATCH", ["config"]) => {
            let given = ask.body.as_object().cloned().unwrap_or_default();
            data.settings.extend(given.into_iter().map(|(name, value)| (name, value.to_string())));
            ok(json!({"maxmemory_policy": {"value": "noeviction"}, "timeout": {"value": 300}}))
        }
        ("POST", ["credentials_rotation"]) => {
            world.rotate(&addon.id, None);
            ok(json!({"message": "Rotated."}))
        }
        ("POST", ["upgrade"]) => ok(json!({"message": format!("Upgrading to {}.", ask.needed("version")?)})),
        ("POST", ["stats", "reset"]) => ok(json!({"message": "Reset."})),
        _ => Ok(None),
    }
}

fn json_of(addon: &Addon) -> Value {
    let data = &addon.data;
    let row = |name: &str, values: Value| json!({"name": name, "values": values});
    json!({
        "addon_id": addon.id, "name": addon.name, "plan": addon.plan().human, "version": data.version,
        "created_at": precise(addon.created_at), "port": 6379, "formation": {"id": addon.id, "primary": null},
        "resource_url": format!("rediss://:p{PLANTED}{}@ec2-1-2-3-4.compute-1.amazonaws.com:6379", data.credentials[0].number),
        "prefer_native_tls": true, "metaas_source": format!("metaas-{PLANTED}"),
        "info": [
            row("Plan", json!([addon.plan().human])),
            row("Status", json!([data.wait.as_ref().map_or("available", |(message, _)| message)])),
            row("Created", json!([precise(addon.created_at)])),
            row("Version", json!([data.version])),
            row("Timeout", json!([300])),
            row("Maxmemory", json!(["noeviction"])),
            row("Maintenance", json!([data.maintenance.as_ref().map_or("not required", |_| "required")])),
            row("Persistence", json!(["AOF"])),
        ],
    })
}
