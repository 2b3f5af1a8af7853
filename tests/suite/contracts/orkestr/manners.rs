//! The stand-in's manners that the vendor's own client does not show: who is let in, how often, and how it says no.

use axum::http::Method;
use serde_json::{Value, json};

use super::Orkestr;
use crate::stand_ins::orkestr::seed;
use crate::support::plain;

#[tokio::test]
async fn who_is_let_in() {
    let server = Orkestr::start().await;
    let projects = "/api/v1/projects";
    for (token, status) in [
        (seed::TEAM, 200),
        (seed::PRO, 200),
        (seed::READER, 200),
        (seed::STARTER, 403),
        (seed::EXPIRED, 401),
        ("x", 401),
    ] {
        let came = server.ask_as(token, Method::GET, projects, "").await;
        assert_eq!(came.status, status, "{token}: {came:?}");
        assert!(came.header("x-request-id").is_some());
    }
    assert_eq!(plain::send(&server.url, Method::GET, projects, &[], "").await.unwrap().status, 401);
    let me = server.ask_as(seed::STARTER, Method::GET, "/api/auth/me", "").await;
    assert_eq!((me.status, &me.json()["plan"]), (200, &json!("free")), "who it is, is told on every plan");
    let gate = server.ask_as(seed::STARTER, Method::GET, projects, "").await.json();
    assert_eq!(gate["code"], "plan_limit");
    let addons = format!("/api/v1/projects/{}/addons", server.project("docs"));
    let scope = server.ask_as(seed::READER, Method::POST, &addons, "{}");
    assert!(scope.await.json()["detail"].as_str().unwrap().contains("addons:write"));
    let own = server.ask_as(seed::READER, Method::DELETE, "/api/api-tokens/current", "").await;
    assert_eq!((own.status, own.body.len()), (204, 0), "a token may always take itself back");
    assert_eq!(server.ask_as(seed::READER, Method::GET, projects, "").await.status, 401);
}

#[tokio::test]
async fn every_token_has_a_minute_of_its_own_and_the_wait_is_told() {
    let server = Orkestr::start().await;
    server.api.world(|world| world.switches.rate = Some(3));
    let ask = || server.ask_as(seed::TEAM, Method::GET, "/api/auth/me", "");
    for _ in 0..3 {
        assert_eq!(ask().await.status, 200);
    }
    let came = ask().await;
    let seconds: u64 = came.header("retry-after").unwrap().parse().unwrap();
    assert!(came.status == 429 && (1..=60).contains(&seconds), "{came:?}");
    assert_eq!(server.ask_as(seed::PRO, Method::GET, "/api/auth/me", "").await.status, 200);
    server.api.world(|world| world.switches.tells_wait_in_body = true);
    let came = ask().await;
    assert_eq!(came.header("retry-after"), None);
    assert!(came.json()["retry_after"].is_f64());
    server.api.world(orkestr_forget);
    assert_eq!(ask().await.status, 200);
    server.api.world(|world| world.switches.rate = None);
    for (token, most) in [(seed::PRO, 100), (seed::TEAM, 500)] {
        server.api.world(orkestr_forget);
        let mut taken = 0;
        while server.ask_as(token, Method::GET, "/api/auth/me", "").await.status == 200 {
            taken += 1;
        }
        assert_eq!(taken, most, "{token}");
    }
}

fn orkestr_forget(world: &mut crate::stand_ins::orkestr::Orkestr) {
    world.forget_rates();
}

#[tokio::test]
async fn a_path_is_what_it_is_and_a_slash_more_is_another_one() {
    let server = Orkestr::start().await;
    let shop = server.project("shop");
    let orders = server.addon("shop", "orders");
    for target in [
        "/api/v1/projects/".to_owned(),
        format!("/api/v1/projects/{shop}/"),
        format!("/api/v1/projects/{shop}/addons/"),
        format!("/api/v1/projects/{shop}/addons/{orders}/"),
        format!("/api/v1/projects/{shop}/addons/{orders}/restore"),
        "/api/projects".into(),
        "/api/v1/projects/shop".into(),
        format!("/api/v1/projects/{}/addons/{orders}", server.project("blog")),
    ] {
        let came = server.ask(Method::GET, &target, Value::Null).await;
        assert_eq!(came.status, 404, "{target}: {came:?}");
        assert!(came.json()["detail"].is_string());
    }
}

#[tokio::test]
async fn what_it_says_no_to_and_how() {
    let server = Orkestr::start().await;
    let docs = format!("/api/v1/projects/{}", server.project("docs"));
    let addons = format!("{docs}/addons");
    for (body, status, place) in [
        (json!({"service_type": "redis"}), 422, Some("name")),
        (json!({"name": "Big", "service_type": "redis"}), 422, Some("name")),
        (json!({"name": "x", "service_type": "redis"}), 422, Some("name")),
        (json!({"name": "ok", "service_type": "mysql"}), 422, Some("service_type")),
        (json!({"name": "ok", "service_type": "redis", "env_var_name": "no-name"}), 422, Some("env_var_name")),
        (json!({"name": "ok", "service_type": "redis", "env_var_name": "ORKESTR_X"}), 400, None),
        (json!({"name": "pages", "service_type": "redis"}), 409, None),
        (json!({"name": "more", "service_type": "postgres"}), 409, None),
    ] {
        let came = server.ask(Method::POST, &addons, body.clone()).await;
        assert_eq!(came.status, status, "{body}: {came:?}");
        let detail = &came.json()["detail"];
        match place {
            Some(place) => assert_eq!(detail[0]["loc"], json!(["body", place]), "{body}"),
            None => assert!(detail.is_string(), "{body}: {detail}"),
        }
    }
    let broken = server.ask_as(seed::TEAM, Method::POST, &addons, "{\"name\": ").await;
    assert_eq!((broken.status, &broken.json()["detail"][0]["type"]), (422, &json!("json_invalid")));
    for query in ["limit=101", "limit=x", "skip=-1"] {
        assert_eq!(
            server.ask(Method::GET, &format!("/api/v1/projects?{query}"), Value::Null).await.status,
            422,
            "{query}"
        );
    }
    let page = server.ask(Method::GET, "/api/v1/projects?skip=1&limit=1", Value::Null).await.json();
    assert_eq!((&page["projects"][0]["name"], &page["total"]), (&json!("blog"), &json!(3)));
    let cache = server.addon("blog", "cache");
    let backups = format!("/api/v1/projects/{}/addons/{cache}/backups", server.project("blog"));
    assert_eq!(server.ask(Method::POST, &backups, Value::Null).await.status, 409, "it failed");
    // The environment is named in the query: a body is not looked at.
    let staging = server.environment("shop", "staging");
    let deployments = format!("/api/v1/projects/{}/deployments", server.project("shop"));
    let made = server.ask(Method::POST, &deployments, json!({"environment_id": staging})).await.json();
    let shown =
        server.ask(Method::GET, &format!("/api/v1/deployments/{}", made["id"].as_str().unwrap()), Value::Null).await;
    assert_eq!(shown.json()["environment_id"], server.environment("shop", "production").as_str());
}

#[tokio::test]
async fn readings_that_no_source_decides_are_switched() {
    let server = Orkestr::start().await;
    let shop = format!("/api/v1/projects/{}", server.project("shop"));
    let get = |path: &'static str| {
        let target = format!("{shop}{path}");
        let server = &server;
        async move { server.ask(Method::GET, &target, Value::Null).await.json() }
    };
    assert!(get("/addons").await["addons"][0].get("connection_url").is_none());
    assert!(get("/environments").await.is_array());
    assert!(get("/deployments").await["deployments"][0]["environment_id"].is_string());
    server.api.world(|world| {
        world.switches.lists_tell_all = true;
        world.switches.wraps_environments = true;
        world.switches.tells_environment = false;
        world.switches.calls_activity_items = true;
        world.switches.deletes_with_json = true;
    });
    assert!(get("/addons").await["addons"][0]["connection_url"].is_string());
    assert!(get("/environments").await["environments"].is_array());
    assert!(get("/deployments").await["deployments"][0].get("environment_id").is_none());
    assert!(server.ask(Method::GET, "/api/v1/activity", Value::Null).await.json()["items"].is_array());
    let gone =
        server.ask(Method::DELETE, &format!("{shop}/addons/{}", server.addon("shop", "search")), Value::Null).await;
    assert_eq!((gone.status, &gone.json()["message"]), (200, &json!("Add-on deleted")));
}
