//! Databases of Postgres: what they are, what they wait for, what is done to them.

use serde_json::{Value, json};

use super::super::exchange::{Ask, Refusal, Reply};
use super::super::world::{Addon, Heroku};
use super::transfers::{self, Kind};
use super::{Data, Found, database, is_classic, precise, schedules};

pub(super) fn answer(world: &mut Heroku, ask: &Ask, db: &str, rest: &[&str]) -> Found {
    let Some(addon) = database(world, db, is_classic).cloned() else { return Ok(None) };
    let ok = |body: Value| Ok(Some(Reply::json(200, body)));
    let data = &mut world.addon_mut(&addon.id).unwrap().data;
    match (ask.method.as_str(), rest) {
        ("GET", []) => ok(json_of(world, &addon)),
        ("GET", ["wait_status"]) => ok(wait_status(data)),
        ("GET", ["upgrade", "wait_status"]) => {
            let mut body = wait_status(data);
            body["step"] = Value::Null;
            ok(body)
        }
        ("GET", ["links"]) => ok(json!([])),
        ("POST", ["upgrade", "prepare" | "dry_run" | "run" | "cancel"]) => {
            ok(json!({"message": "Started upgrade. Use heroku pg:upgrade:wait to follow it."}))
        }
        ("PUT", ["reset"]) => {
            (data.bytes, data.tables) = (8_000_000, 0);
            ok(json!({"message": "Reset the database."}))
        }
        ("PUT", ["unfollow"]) => {
            if data.following.take().is_none() {
                return Err(Refusal::new(422, "unprocessable_entity", "The database follows none."));
            }
            ok(json!({"message": "Unfollowed."}))
        }
        ("PUT", ["stats_reset"]) | ("POST", ["connection_reset"]) => ok(json!({"message": "Reset successful."})),
        ("POST", ["backups"]) => {
            let uuid = world.transfer(&addon.id, Kind::Backup);
            Ok(Some(transfers::one(world, &uuid, 201)))
        }
        ("POST", ["restores"]) => restore(world, ask, &addon),
        ("POST", ["transfers"]) => copy(world, ask, &addon),
        (_, ["transfer-schedules", rest @ ..]) => schedules::answer(world, ask, &addon.id, rest),
        _ => Ok(None),
    }
}

/// Of a backup's own address, or of any file on the web.
fn restore(world: &mut Heroku, ask: &Ask, addon: &Addon) -> Found {
    let url = ask.needed("backup_url")?.to_owned();
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(Refusal::new(422, "unprocessable_entity", "backup_url is no URL."));
    }
    let size = world.transfers.iter().find(|one| one.to_url == url).map(|one| one.source_bytes);
    let uuid = world.transfer(&addon.id, Kind::Restore);
    let one = world.transfers.iter_mut().find(|one| one.uuid == uuid).unwrap();
    (one.from_url, one.source_bytes) = (url, size.unwrap_or(one.source_bytes));
    Ok(Some(transfers::one(world, &uuid, 201)))
}

/// From any database to this one.
fn copy(world: &mut Heroku, ask: &Ask, addon: &Addon) -> Found {
    let told = ["from_name", "from_url", "to_name", "to_url"].map(|field| ask.needed(field).map(str::to_owned));
    let [from_name, from_url, to_name, to_url] = told;
    let (from_name, from_url, to_name, to_url) = (from_name?, from_url?, to_name?, to_url?);
    let uuid = world.transfer(&addon.id, Kind::Copy);
    let one = world.transfers.iter_mut().find(|one| one.uuid == uuid).unwrap();
    (one.from_name, one.from_url, one.to_name, one.to_url) = (from_name, from_url, to_name, to_url);
    Ok(Some(transfers::one(world, &uuid, 201)))
}

/// With question marks.
pub(super) fn wait_status(data: &Data) -> Value {
    match &data.wait {
        Some((message, is_error)) => json!({"waiting?": !is_error, "message": message, "error?": is_error}),
        None => json!({"waiting?": false, "message": "available", "error?": false}),
    }
}

/// Small plans have fewer fields, and a plan that is a text.
fn json_of(world: &Heroku, addon: &Addon) -> Value {
    let (data, is_small) = (&addon.data, addon.plan.starts_with("essential"));
    let default = &data.credentials[0];
    let url = data.url(&addon.id, "default");
    let mut body = json!({
        "name": addon.name, "addon_id": addon.id, "plan": addon.plan().human, "database_name": "d9fae4",
        "database_user": default.user, "resource_url": url, "num_bytes": data.bytes,
        "created_at": precise(addon.created_at), "waiting?": data.wait.is_some(), "info": info(world, addon),
    });
    if !is_small {
        let follows = data.following.as_ref().and_then(|id| world.addon(id));
        let more = json!({
            "plan": {"name": addon.plan, "id": 7}, "following": follows.map(|one| one.data.url(&one.id, "default")),
            "leader": follows.map(|one| one.name.clone()),
            "forked_from": data.forked_from.as_ref().and_then(|id| world.addon(id)).map(|one| one.name.clone()),
            "hot_standby?": false, "formation": {"id": addon.id, "primary": null}, "num_connections": data.connections,
            "num_connections_waiting": 0, "num_tables": data.tables, "postgres_version": data.version, "port": 5432,
            "credentials": data.credentials.len(), "current_transaction": 41, "target_transaction": null,
            "available_for_ingress": true, "database_password": default.password(), "standalone?": true,
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    }
    body
}

/// Prose, in which a value may be a number.
fn info(world: &Heroku, addon: &Addon) -> Value {
    let (data, is_small) = (&addon.data, addon.plan.starts_with("essential"));
    let limit = if is_small { ("1 GB", 20) } else { ("64 GB", 120) };
    let size = format!("{:.1} MB / {} ({:.2}%) (In compliance)", data.bytes as f64 / 1_048_576.0, limit.0, 0.25);
    let status = match &data.wait {
        Some((message, _)) => message.clone(),
        None => "Available".into(),
    };
    // The client takes these for URLs and looks for the variables that have them: they are live credentials.
    let url = |one: &Addon| one.data.url(&one.id, "default");
    let is_follower = |one: &&Addon| one.data.following.as_ref() == Some(&addon.id);
    let followers: Vec<String> = world.addons.iter().filter(is_follower).map(url).collect();
    let row = |name: &str, values: Value| json!({"name": name, "values": values});
    let mut rows = vec![
        row("Plan", json!([addon.plan().human])),
        row("Status", json!([status])),
        row("Data Size", json!([size])),
        row("Tables", json!([data.tables])),
        row("PG Version", json!([data.version])),
        row("Connections", json!([format!("{}/{}", data.connections, limit.1)])),
        row("Connection Pooling", json!([if is_small { "Unavailable on plan" } else { "Available" }])),
        row("Credentials", json!([data.credentials.len()])),
        row("Created", json!([addon.created_at.strftime("%Y-%m-%d %H:%M").to_string()])),
        row("Region", json!(["eu"])),
        row("Data Encryption", json!(["In Use"])),
        row("Continuous Protection", json!([if data.has_protection { "On" } else { "Off" }])),
    ];
    if is_small {
        rows.push(row("Fork/Follow", json!(["Unsupported"])));
        rows.push(row("Rollback", json!(["Unsupported"])));
    } else {
        rows.push(row("Fork/Follow", json!(["Available"])));
        let since = addon.created_at.strftime("earliest from %Y-%m-%d %H:%M UTC").to_string();
        rows.push(row("Rollback", json!([since])));
        rows.push(json!({"name": "Followers", "values": followers, "resolve_db_name": true}));
        if let Some(leader) = data.following.as_ref().and_then(|id| world.addon(id)) {
            rows.push(json!({"name": "Following", "values": [url(leader)], "resolve_db_name": true}));
            rows.push(row("Behind By", json!(["0 commits"])));
        }
        if let Some(from) = data.forked_from.as_ref().and_then(|id| world.addon(id)) {
            rows.push(json!({"name": "Forked From", "values": [url(from)], "resolve_db_name": true}));
        }
        rows.push(row("Maintenance", json!([data.maintenance.as_ref().map_or("not required", |_| "required")])));
        let window = data.window.as_ref().map_or("not set".into(), |(day, time)| format!("{day}s {time}"));
        rows.push(row("Maintenance window", json!([window])));
    }
    rows.into()
}
