//! One walk through all of `/v1`, on real servers: every operation that `openapi.yaml` describes succeeds once, as described.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::client::*;
use crate::support::home::Home;
use crate::support::openapi::document;

fn act(home: &Home, method: &str, path: &str, body: Option<&Value>) -> Answer {
    let body = body.map(Value::to_string).unwrap_or_default();
    send(home, method, path, &[], body.as_bytes())
}

/// Waits until an operation has ended well, and gives it.
#[track_caller]
fn done(home: &Home, answer: &Value) -> Value {
    let path = format!("/v1/operations/{}", answer["operation"]["id"].as_str().unwrap());
    until(&path, || {
        let operation = get(home, &path).expect(200)["operation"].clone();
        assert_ne!(operation["state"], "failed", "{operation:#}");
        (operation["state"] == "done").then_some(operation)
    })
}

#[test]
fn everything_that_is_described_can_be_done() {
    let home = Home::new();
    home.platform_up();
    let read = |path: &str| get(&home, path).expect(200);
    for path in
        ["account", "teams", "addon_services", "addon_services/valkey/plans", "apps", "attachments", "openapi.yaml"]
    {
        let answer = get(&home, &format!("/v1/{path}"));
        assert_eq!(answer.status, 200, "{path}");
    }

    post(&home, "/v1/apps", &json!({ "app": { "name": "walk" } })).expect(201);
    let body = json!({ "addon": { "name": "orders", "service": "valkey", "app": "walk" } });
    let made = post(&home, "/v1/addons", &body).expect(202);
    assert_eq!(
        (&made["operation"]["kind"], &made["addon"]["operation"]["id"]),
        (&json!("create"), &made["operation"]["id"])
    );
    done(&home, &made);
    let naps = json!({ "addon": { "name": "naps", "service": "postgresql", "plan": "dev" } });
    let naps = post(&home, "/v1/addons", &naps).expect(202);

    for path in ["apps/walk", "apps/walk/releases", "apps/walk/config_vars", "addons", "addons/orders/events"] {
        read(&format!("/v1/{path}"));
    }
    let names = read("/v1/addons/orders/config_vars");
    assert_eq!(names["config_vars"], json!([{ "name": "REDIS_URL", "addon": "orders" }]));
    let url = variable(&home, "walk", "REDIS_URL");
    assert_eq!(read("/v1/addons/orders/config_vars?reveal=true")["config_vars"][0]["value"], url);
    redis(&url, &["SET", "customer", "Ada"]).unwrap();
    let usage = read("/v1/addons/orders/usage");
    let memory =
        usage["usage"]["figures"].as_array().unwrap().iter().find(|figure| figure["name"] == "memory").cloned();
    let memory = memory.unwrap_or_else(|| panic!("{usage:#}"));
    assert!(memory["value"].as_u64() > Some(0) && memory["limit"].as_u64() > memory["value"].as_u64(), "{memory}");
    let log = read("/v1/addons/orders/logs?lines=3");
    assert!((1..=3).contains(&log["log"]["lines"].as_array().unwrap().len()), "{log}");

    for is_on in [true, false] {
        let body = json!({ "app": { "maintenance": is_on } });
        let app = act(&home, "PATCH", "/v1/apps/walk", Some(&body)).expect(200)["app"].clone();
        assert_eq!(app["maintenance"], is_on, "{app:#}");
    }
    assert_eq!(read("/v1/idempotency_keys/never-used")["idempotency_key"], Value::Null);

    let files = json!({ "attachment": { "addon": "orders", "app": "billing", "alias": "FILES" } });
    let attached = post(&home, "/v1/attachments", &files).expect(201);
    delete(&home, &format!("/v1/attachments/{}", attached["attachment"]["id"].as_str().unwrap())).expect(200);

    let schedule = json!({ "schedule": { "hour": 3, "time_zone": "Europe/Berlin" } });
    let policy = act(&home, "PUT", "/v1/addons/orders/backup_schedule", Some(&schedule)).expect(200)["policy"].clone();
    assert_eq!((&policy["schedule"], policy["next_at"].is_string()), (&schedule["schedule"], true));
    let policy = act(&home, "DELETE", "/v1/addons/orders/backup_schedule", None).expect(200)["policy"].clone();
    assert_eq!((&policy["schedule"], &policy["next_at"]), (&Value::Null, &Value::Null));

    let captured = act(&home, "POST", "/v1/addons/orders/backups", None).expect(202);
    done(&home, &captured);
    let id = captured["backup"]["id"].as_str().unwrap();
    let backup = read(&format!("/v1/backups/{id}"))["backup"].clone();
    assert_eq!(
        (&backup["state"], &backup["addon"], &backup["trigger"]),
        (&json!("finished"), &json!("orders"), &json!("manual"))
    );
    assert_eq!(read("/v1/addons/orders")["addon"]["last_backup"]["id"], id);
    assert_eq!(read("/v1/addons/orders/backups")["backups"][0], backup);
    assert_eq!(read("/v1/backups?addon=orders")["backups"][0], backup);
    let file = get(&home, &format!("/v1/backups/{id}/download"));
    assert_eq!((file.status, file.body.len() as u64), (200, backup["size"].as_u64().unwrap()));

    redis(&url, &["SET", "customer", "Grace"]).unwrap();
    let restore = json!({ "restore": { "name": "orders-before" } });
    let restored = post(&home, &format!("/v1/backups/{id}/restore"), &restore).expect(202);
    assert_eq!(
        (&restored["addon"]["state"], &restored["addon"]["restored_from"]["addon"]),
        (&json!("restoring"), &json!("orders"))
    );
    done(&home, &restored);
    let moved = post(&home, "/v1/addons/orders-before/promote", &json!({ "promotion": {} })).expect(200);
    assert_eq!((moved["attachments"].as_array().unwrap().len(), moved["releases"].as_array().unwrap().len()), (1, 1));
    assert_eq!(redis(&variable(&home, "walk", "REDIS_URL"), &["GET", "customer"]).unwrap(), "Ada");
    assert_eq!(redis(&url, &["GET", "customer"]).unwrap(), "Grace", "the source is as it was");

    let change = |path: &str, change: Value| act(&home, "PATCH", path, Some(&json!({ "addon": change }))).expect(202);
    done(&home, &change("/v1/addons/orders-before", json!({ "name": "orders-now" })));
    done(&home, &change("/v1/addons/orders-now", json!({ "plan": "standard" })));
    assert_eq!(read("/v1/addons/orders-now")["addon"]["plan"], "standard");
    let before = variable(&home, "walk", "REDIS_URL");
    done(&home, &act(&home, "POST", "/v1/addons/orders-now/rotate_credentials", None).expect(202));
    assert_ne!(variable(&home, "walk", "REDIS_URL"), before);
    assert!(redis(&before, &["GET", "customer"]).is_err(), "the old password opens nothing any more");
    done(&home, &act(&home, "POST", "/v1/addons/orders-now/restart", None).expect(202));

    done(&home, &naps);
    done(&home, &act(&home, "POST", "/v1/addons/naps/sleep", None).expect(202));
    assert_eq!(read("/v1/addons/naps")["addon"]["state"], "sleeping");
    let asleep = read("/v1/addons/naps/usage");
    assert!(
        asleep["usage"]["figures"].as_array().unwrap().iter().any(|figure| figure["unknown_reason"] == "it sleeps")
    );
    done(&home, &act(&home, "POST", "/v1/addons/naps/wake", None).expect(202));
    assert_eq!(read("/v1/addons/naps")["addon"]["state"], "ready");

    let uploaded = send(&home, "POST", "/v1/backups?service=valkey&name=orders.rdb", &[], &file.body).expect(202);
    done(&home, &uploaded);
    let uploaded = format!("/v1/backups/{}", uploaded["backup"]["id"].as_str().unwrap());
    assert_eq!(read(&uploaded)["backup"]["checksum"], backup["checksum"]);
    done(&home, &delete(&home, &uploaded).expect(202));
    assert_eq!(read(&uploaded)["backup"]["state"], "expired");

    done(&home, &delete(&home, "/v1/addons/orders").expect(202));
    get(&home, "/v1/addons/orders").refused(404, "not_found");
    let history = read("/v1/operations?addon=orders&state=done");
    let kinds: Vec<_> = history["operations"].as_array().unwrap().iter().map(|operation| &operation["kind"]).collect();
    assert_eq!(kinds, ["destroy", "back_up", "create"], "also of one that is gone, newest first");
    assert_eq!(read("/v1/backups?addon=orders")["backups"][0]["state"], "finished", "it outlives its add-on");
    delete(&home, "/v1/apps/walk").expect(200);

    let succeeded: BTreeSet<_> = heard().into_iter().filter(|(_, status, _)| *status < 300).collect();
    let succeeded: BTreeSet<_> = succeeded.into_iter().filter_map(|(id, status, _)| Some((id?, status))).collect();
    let described = document().operations().into_iter();
    let described: BTreeSet<_> =
        described.flat_map(|(id, statuses)| statuses.into_iter().map(move |status| (id.clone(), status))).collect();
    assert_eq!(succeeded, described);
}
