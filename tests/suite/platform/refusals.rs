//! Every error code that `openapi.yaml` lists is provoked: here, or where it takes more than a request.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::client::*;
use crate::support::home::Home;
use crate::support::openapi::document;

/// The codes that are not provoked here, with the test that does it.
const ELSEWHERE: [(&str, &str, &str); 9] = [
    ("unauthorized", "platform/answers.rs", include_str!("answers.rs")),
    ("forbidden", "platform/answers.rs", include_str!("answers.rs")),
    ("service_unavailable_here", "platform/starting.rs", include_str!("starting.rs")),
    ("disk_full", "platform/faults.rs", include_str!("faults.rs")),
    ("busy", "src/local/api/tests", include_str!("../../../src/local/api/tests/files.rs")),
    ("not_ready", "src/local/api/tests", include_str!("../../../src/local/api/tests/states.rs")),
    ("timeout", "src/local/api/tests", include_str!("../../../src/local/api/tests/limits.rs")),
    ("too_many_requests", "src/local/api/tests", include_str!("../../../src/local/api/tests/limits.rs")),
    ("too_large", "src/local/api/tests", include_str!("../../../src/local/api/tests/limits.rs")),
];

/// The codes that no test can provoke, with the reason.
const NEVER: [(&str, &str); 1] = [("internal", "only a defect of the platform or of the disk leads to it")];

#[test]
fn every_error_that_is_described_is_told() {
    let home = Home::new();
    home.platform_up();
    let addon = |addon: Value| post(&home, "/v1/addons", &json!({ "addon": addon }));
    let attach = |addon: &str, app: &str, alias: Value| {
        post(&home, "/v1/attachments", &json!({ "attachment": { "addon": addon, "app": app, "alias": alias } }))
    };
    let patch =
        |path: &str, change: Value| send(&home, "PATCH", path, &[], json!({ "addon": change }).to_string().as_bytes());
    addon(json!({ "name": "one", "service": "valkey", "app": "billing" })).expect(202);
    addon(json!({ "name": "two", "service": "valkey" })).expect(202);
    addon(json!({ "name": "cache", "service": "valkey", "plan": "cache" })).expect(202);

    get(&home, "/v1/addons?limit=0").refused(400, "bad_request");
    get(&home, "/v1/nothing").refused(404, "not_found");
    for path in ["addons/x", "backups/x", "operations/x", "operations?addon=x", "backups?addon=x", "addons/x/usage"] {
        get(&home, &format!("/v1/{path}")).refused(404, "not_found");
    }
    send(&home, "PUT", "/v1/addons", &[], b"{}").refused(405, "method_not_allowed");
    addon(json!({ "name": "one", "service": "valkey" })).refused(409, "name_taken");
    addon(json!({ "service": "mysql" })).refused(422, "unknown_service");
    addon(json!({ "service": "valkey", "plan": "gold" })).refused(422, "unknown_plan");
    addon(json!({ "service": "valkey", "name": "No" })).refused(422, "invalid_name");
    let label = |text: &str| post(&home, "/v1/addons/one/backups", &json!({ "backup": { "label": text } }));
    label(&"a".repeat(61)).refused(422, "invalid_label");
    send(&home, "PATCH", "/v1/apps/billing", &[], b"{\"app\":{\"maintenance\":1}}").refused(422, "invalid_field");
    addon(json!({ "service": 1 })).refused(422, "invalid_field");
    attach("one", "billing", Value::Null).refused(409, "already_attached");
    attach("two", "billing", Value::Null).refused(409, "variable_clash");
    attach("two", "billing", json!("low")).refused(422, "invalid_alias");
    wait_for(&home, "one", "ready");
    wait_for(&home, "two", "ready");
    wait_for(&home, "cache", "ready");
    wait_for(&home, "uploads", "ready");

    let key = [("Idempotency-Key", "one-key")];
    let app = |name: &str| json!({ "app": { "name": name } }).to_string();
    send(&home, "POST", "/v1/apps", &key, app("first").as_bytes()).expect(201);
    send(&home, "POST", "/v1/apps", &key, app("second").as_bytes()).refused(409, "idempotency_mismatch");

    patch("/v1/addons/two", json!({ "name": "one" })).refused(409, "name_taken");
    patch("/v1/addons/two", json!({ "name": "No" })).refused(422, "invalid_name");
    patch("/v1/addons/two", json!({ "plan": "gold" })).refused(422, "unknown_plan");
    for change in [json!({}), json!({ "name": "three", "plan": "standard" }), json!({ "team": "x" })] {
        patch("/v1/addons/two", change).refused(422, "invalid_field");
    }
    let schedule = |hour: Value, zone: &str| {
        let body = json!({ "schedule": { "hour": hour, "time_zone": zone } }).to_string();
        send(&home, "PUT", "/v1/addons/one/backup_schedule", &[], body.as_bytes())
    };
    schedule(json!(24), "UTC").refused(422, "invalid_schedule");
    schedule(json!(-1), "UTC").refused(422, "invalid_schedule");
    schedule(json!(1), "Mars/Olympus").refused(422, "invalid_schedule");
    schedule(json!("1"), "UTC").refused(422, "invalid_field");

    let because = send(&home, "POST", "/v1/addons/cache/backups", &[], b"").refused(422, "not_supported");
    let told = get(&home, "/v1/addons/cache").expect(200)["addon"]["cannot"].clone();
    let cannot = |verb: &str| {
        let all = told.as_array().unwrap();
        all.iter().find(|entry| entry["verb"] == verb).map(|entry| entry["reason"].as_str().unwrap().to_owned())
    };
    assert_eq!(cannot("back_up"), Some(because), "what is refused was told before");
    let because = send(&home, "POST", "/v1/addons/cache/sleep", &[], b"").refused(422, "not_supported");
    assert_eq!(cannot("sleep"), Some(because));
    get(&home, "/v1/addons/uploads/logs").refused(422, "not_supported");

    let promote = |to: &str, from: Value| {
        post(&home, &format!("/v1/addons/{to}/promote"), &json!({ "promotion": { "from": from } }))
    };
    promote("one", json!("two")).refused(409, "nothing_to_move");
    promote("one", Value::Null).refused(409, "nothing_to_move");
    promote("uploads", json!("one")).refused(409, "other_service");

    // A file that is no backup: checked, and failed.
    let bad = send(&home, "POST", "/v1/backups?service=valkey", &[], b"no dump of anything").expect(202);
    let bad = format!("/v1/backups/{}", bad["backup"]["id"].as_str().unwrap());
    let bad_is = until("the upload to be checked", || {
        let backup = get(&home, &bad).expect(200)["backup"].clone();
        (backup["state"] == "failed").then_some(backup)
    });
    assert!(bad_is["message"].is_string());
    post(&home, &format!("{bad}/restore"), &json!({ "restore": {} })).refused(409, "backup_not_finished");
    get(&home, &format!("{bad}/download")).refused(409, "backup_not_finished");

    let told: BTreeSet<_> = heard().into_iter().filter_map(|(_, status, code)| Some((status, code?))).collect();
    let mut missing: BTreeMap<_, _> = document().codes().iter().map(|(status, code)| (code.as_str(), status)).collect();
    for (_, code) in &told {
        missing.remove(code.as_str());
    }
    for (code, place, text) in ELSEWHERE {
        assert!(text.contains(&format!("\"{code}\"")), "{place} does not provoke {code} any more");
        missing.remove(code);
    }
    for (code, _) in NEVER {
        missing.remove(code);
    }
    assert!(missing.is_empty(), "described, and never provoked: {missing:?}");
}
