//! Postgres of the advanced kind, which has paths of its own. Its `info` is inferred: only single words of it are known.

use serde_json::{Value, json};

use super::super::exchange::{Ask, Reply};
use super::super::world::{Addon, Heroku, uuid};
use super::{Found, database};

pub(super) fn answer(world: &mut Heroku, ask: &Ask, rest: &[&str]) -> Found {
    let ok = |body: Value| Ok(Some(Reply::json(200, body)));
    match (ask.method.as_str(), rest) {
        ("GET", ["levels", "advanced"]) => return ok(json!({"items": [{"name": "4G-Performance", "vcpu": 2}]})),
        ("GET", ["pricing"]) => return ok(json!([])),
        _ => {}
    }
    let Some((id, rest)) = rest.split_first() else { return Ok(None) };
    let is_it = |addon: &Addon| addon.is_postgres(true) && addon.id == **id;
    let Some(addon) = database(world, id, is_it).cloned() else { return Ok(None) };
    match (ask.method.as_str(), rest) {
        ("GET", ["info"]) => {
            let status = addon.data.wait.as_ref().map_or("available", |_| "modifying");
            let pool = json!({"id": uuid(30, 1), "name": "leader", "status": status, "expected_level": "4G-Performance",
                "connections_used": addon.data.connections});
            let quota =
                json!({"type": "storage", "warning_gb": null, "critical_gb": null, "enforcement_action": "none"});
            ok(
                json!({"addon": {"id": addon.id, "name": addon.name}, "status": status, "tier": "advanced", "region": "eu",
                "version": addon.data.version, "pools": [pool], "quotas": [quota]}),
            )
        }
        // Without a question mark.
        ("GET", ["wait_status"]) => {
            let message = addon.data.wait.as_ref().map(|(message, _)| message.clone());
            ok(json!({"waiting": message.is_some(), "message": message.unwrap_or("available".into())}))
        }
        ("GET", ["credentials"]) => {
            let name = |one: &super::Credential| {
                json!({"name": one.name, "state": one.state, "type": "owner",
                "roles": [{"user": one.user, "password": one.password(), "state": one.state}]})
            };
            ok(json!({"items": addon.data.credentials.iter().map(name).collect::<Vec<_>>()}))
        }
        ("POST", ["rotate_credentials"]) => {
            world.rotate(&addon.id, None);
            ok(json!({"message": "Rotated."}))
        }
        ("POST", ["credentials", name, "rotate"]) if addon.data.has_credential(name) => {
            world.rotate(&addon.id, Some(name));
            ok(json!({"message": "Rotated."}))
        }
        ("GET", ["quotas"]) => ok(json!({"items": []})),
        ("GET", ["settings"]) => ok(json!({"items": []})),
        _ => Ok(None),
    }
}
