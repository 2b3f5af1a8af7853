//! What `/v1` answers: errors of every kind, tags, pages, keys, and who is let in.

use serde_json::{Value, json};

use super::client::*;
use crate::support::home::Home;

#[test]
fn every_answer_is_json_with_an_id_and_every_error_a_sentence() {
    let home = Home::new();
    home.platform_up();
    let refused = |answer: Answer, status: u16, code: &str| {
        assert!(answer.header("x-request-id").is_some_and(|id| id.starts_with("req_")), "{answer:?}");
        assert!(answer.header("date").is_some(), "{answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"), "{answer:?}");
        let message = answer.refused(status, code);
        assert!(message.ends_with(['.', 's']) && message.len() > 20, "{message}");
    };
    refused(get(&home, "/"), 404, "not_found");
    refused(get(&home, "/v1/nothing"), 404, "not_found");
    refused(get(&home, "/v1/addons/nothing"), 404, "not_found");
    refused(get(&home, "/v1/apps/nothing/releases"), 404, "not_found");
    refused(get(&home, "/v1/addon_services/mysql/plans"), 404, "not_found");
    refused(delete(&home, "/v1/attachments/att_0"), 404, "not_found");
    refused(send(&home, "PUT", "/v1/addons", &[], b"{}"), 405, "method_not_allowed");
    refused(get(&home, "/v1/addons?limit=0"), 400, "bad_request");
    refused(get(&home, "/v1/addons?tem=sandbox"), 400, "bad_request");
    refused(get(&home, "/v1/addons?addon=x"), 400, "bad_request");
    refused(get(&home, "/v1/addons?app=nothing"), 404, "not_found");
    refused(get(&home, "/v1/addons?next_token=x"), 400, "bad_request");
    refused(send(&home, "POST", "/v1/addons", &[], b"{"), 400, "bad_request");
    refused(send(&home, "POST", "/v1/addons", &[], b""), 400, "bad_request");
    refused(post(&home, "/v1/addons", &json!({ "addon": { "service": 7 } })), 422, "invalid_field");
    refused(post(&home, "/v1/addons", &json!({ "addon": { "service": "valkey", "size": 7 } })), 422, "invalid_field");
    refused(post(&home, "/v1/addons", &json!({ "addon": { "service": "mysql" } })), 422, "unknown_service");
    refused(post(&home, "/v1/apps", &json!({ "app": { "name": "Bad" } })), 422, "invalid_name");
    refused(post(&home, "/v1/apps", &json!({ "app": { "name": "billing" } })), 409, "name_taken");
    refused(send(&home, "POST", "/v1/apps", &[], &vec![b' '; 1024 * 1024 + 1]), 413, "too_large");
    let long = "k".repeat(201);
    refused(send(&home, "DELETE", "/v1/apps/billing", &[("Idempotency-Key", &long)], b""), 400, "bad_request");
    assert!(get(&home, "/v1/apps/billing").status == 200, "none of it did anything");
    let openapi = get(&home, "/v1/openapi.yaml");
    assert_eq!((openapi.status, openapi.header("content-type")), (200, Some("application/yaml")));
    let account = get(&home, "/v1/account").expect(200);
    assert_eq!(account["account"]["platform"]["name"], "local");
    assert_ne!(account["account"]["platform"]["user"], "root", "it never runs as root");
}

#[test]
fn a_new_platform_holds_a_team_two_apps_and_a_bucket_and_pages_and_tags_its_lists() {
    let home = Home::new();
    home.platform_up();
    assert_eq!(get(&home, "/v1/teams").expect(200)["teams"][0]["name"], "sandbox");
    let names = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&get(&home, "/v1/apps").expect(200)["apps"]), ["storefront", "billing"]);
    wait_for(&home, "uploads", "ready");
    let addons = get(&home, "/v1/addons?app=storefront").expect(200);
    assert_eq!(names(&addons["addons"]), ["uploads"]);
    assert_eq!(addons["addons"][0]["attachments"][0]["app"]["name"], "storefront");
    assert_eq!(get(&home, "/v1/addons?app=billing").expect(200)["addons"], json!([]));
    assert_eq!(
        names(&get(&home, "/v1/addon_services").expect(200)["addon_services"]),
        ["postgresql", "valkey", "object-storage", "release-log"]
    );

    let page = get(&home, "/v1/apps?limit=1").expect(200);
    assert_eq!(names(&page["apps"]), ["storefront"]);
    let token = page["next_token"].as_str().unwrap();
    let page = get(&home, &format!("/v1/apps?limit=1&next_token={token}")).expect(200);
    assert_eq!((names(&page["apps"]), &page["next_token"]), (vec!["billing".to_owned()], &Value::Null));

    let first = get(&home, "/v1/apps");
    let tag = first.header("etag").unwrap();
    let same = send(&home, "GET", "/v1/apps", &[("If-None-Match", tag)], b"");
    assert_eq!((same.status, same.body.len(), same.header("etag")), (304, 0, Some(tag)));
    assert!(same.header("date").is_some() && same.header("x-request-id").is_some());
    post(&home, "/v1/apps", &json!({ "app": { "name": "third" } })).expect(201);
    assert_eq!(send(&home, "GET", "/v1/apps", &[("If-None-Match", tag)], b"").status, 200);
    let secret = get(&home, "/v1/apps/storefront/config_vars?reveal=true");
    assert_eq!((secret.header("etag"), secret.header("cache-control")), (None, Some("no-store")));
    let names_only = get(&home, "/v1/apps/storefront/config_vars").expect(200);
    assert!(names_only["config_vars"][0].get("value").is_none());
}

#[test]
fn an_idempotency_key_outlives_a_kill() {
    let home = Home::new();
    home.platform_up();
    let body = json!({ "app": { "name": "once" } }).to_string();
    let key = [("Idempotency-Key", "the-key")];
    let first = send(&home, "POST", "/v1/apps", &key, body.as_bytes()).expect(201);
    kill_9(platform_pid(&home));
    home.platform_up();
    assert_eq!(send(&home, "POST", "/v1/apps", &key, body.as_bytes()).expect(201), first);
    let other = json!({ "app": { "name": "twice" } }).to_string();
    send(&home, "POST", "/v1/apps", &key, other.as_bytes()).refused(409, "idempotency_mismatch");
    send(&home, "POST", "/v1/apps", &[], body.as_bytes()).refused(409, "name_taken");
}

#[test]
fn over_tcp_only_the_token_opens_and_no_web_page_gets_in() {
    let home = Home::new();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    home.line(&format!("platform up --listen 127.0.0.1:{port}")).expect(0);
    let token = std::fs::read_to_string(home.platform_folder().join("run/token")).unwrap();
    let bearer = format!("Bearer {}", token.trim());
    let host = format!("127.0.0.1:{port}");
    let good = [("Host", host.as_str()), ("Authorization", bearer.as_str())];
    send_tcp(port, "/v1/account", &good).expect(200);
    let refused = |headers: &[(&str, &str)], status: u16, code: &str| {
        let answer = send_tcp(port, "/v1/account", headers);
        assert!(answer.header("x-request-id").is_some());
        answer.refused(status, code);
    };
    refused(&[("Host", &host)], 401, "unauthorized");
    refused(&[("Host", &host), ("Authorization", "Bearer wrong")], 401, "unauthorized");
    refused(&[("Host", "evil.example"), good[1]], 403, "forbidden");
    refused(&[good[0], good[1], ("Origin", "http://evil.example")], 403, "forbidden");
}
