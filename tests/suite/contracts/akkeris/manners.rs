//! The stand-in's manners: each as it was recorded of a running server.

use axum::http::Method;
use serde_json::{Value, json};

use super::Akkeris;
use crate::support::plain;

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

const ADDON: [&str; 13] = [
    "actions",
    "addon_service",
    "app",
    "billed_price",
    "created_at",
    "id",
    "name",
    "plan",
    "primary",
    "provider_id",
    "state",
    "state_description",
    "updated_at",
];

/// An add-on's keys with others beside them.
fn addon_keys(more: &[&'static str]) -> Vec<&'static str> {
    let mut keys: Vec<&str> = ADDON.iter().chain(&["web_url"]).chain(more).copied().collect();
    keys.sort_unstable();
    keys
}

#[tokio::test]
async fn who_is_let_in() {
    let server = Akkeris::start().await;
    for (header, status, word) in
        [("Bearer bad", 401, "Unauthorized"), ("nothing", 401, "Unauthorized"), ("Bearer outsider", 403, "Forbidden")]
    {
        let came = server.ask_as(header, Method::GET, "/apps", "").await;
        assert_eq!((came.status, came.text()), (status, word));
        assert_eq!(came.header("content-type"), Some("text/plain; charset=utf-8"));
    }
    let basic = |pair: &str| format!("Basic {}", base64_simd::STANDARD.encode_to_string(pair));
    for (header, is_elevated) in [
        ("Bearer x".to_owned(), false),
        (basic("una:x"), false),
        (basic("any:admin"), true),
        ("Bearer admin".into(), true),
    ] {
        let account = server.ask_as(&header, Method::GET, "/account", "").await.json();
        assert_eq!(account["elevated_access"], is_elevated, "{header}");
    }
}

#[tokio::test]
async fn what_is_no_route_is_nowhere() {
    let server = Akkeris::start().await;
    for (method, target) in [
        (Method::GET, "/no/such/route"),
        (Method::GET, "/apps/shop-dev/addons/"),
        (Method::GET, "/apps/shop-dev/addons?limit=1"),
        (Method::GET, "/apps?limit=1"),
        (Method::GET, "/addons?app=shop-dev"),
        (Method::PUT, "/apps/shop-dev/addons"),
        (Method::OPTIONS, "/apps"),
        (Method::GET, "/audits?app=shop&space=dev&user=Una%20User"),
        (Method::GET, "/apps/nope-dev/no-such-route"),
    ] {
        let came = server.ask(method, target, "").await;
        assert_eq!((came.status, came.text()), (404, ""), "{target}");
        assert_eq!(came.header("content-type"), Some("application/octet-stream"));
    }
    assert_eq!(server.ask(Method::HEAD, "/apps", "").await.status, 404);
}

#[tokio::test]
async fn what_becomes_of_a_body() {
    let server = Akkeris::start().await;
    let target = "/apps/shop-dev/addons";
    let came = server.ask(Method::POST, target, "{\"plan\": ").await;
    assert_eq!((came.status, came.header("content-type")), (400, Some("text/html; charset=utf-8")));
    assert!(came.text().starts_with("<!DOCTYPE html>") && came.text().contains("SyntaxError"));
    let headers = [("authorization", "Bearer x"), ("content-type", "text/plain")];
    let other = plain::send(&server.url, Method::POST, target, &headers, "{\"plan\": 1}").await.unwrap();
    for came in [other, server.ask(Method::POST, target, "{}").await] {
        assert_eq!((came.status, came.text()), (400, "SyntaxError: Unexpected end of JSON input"));
    }
    assert_eq!(server.refused(Method::POST, target, json!({"nothing": 1})).await.0, 422);
}

#[tokio::test]
async fn there_are_no_pages_no_tags_and_a_limit_that_never_changes() {
    let server = Akkeris::start().await;
    let headers = [("authorization", "Bearer x"), ("range", "name ..; max=1"), ("if-none-match", "\"x\"")];
    let came = plain::send(&server.url, Method::GET, "/apps", &headers, "").await.unwrap();
    assert_eq!((came.status, came.json().as_array().unwrap().len()), (200, 5));
    assert_eq!((came.header("ratelimit-remaining"), came.header("etag")), (Some("2400"), None));
}

#[tokio::test]
async fn spaces_and_apps_have_the_recorded_shapes() {
    let server = Akkeris::start().await;
    let spaces = server.get("/spaces").await;
    assert_eq!(spaces[0]["apps"], "3", "a number in a string");
    assert_eq!(spaces[2]["compliance"], json!(["internal", "socs"]));
    assert_eq!(spaces[1], server.get("/spaces/prod").await);
    let made = server.ask(Method::POST, "/spaces", r#"{"name": "far", "stack": "ds2"}"#).await;
    assert_eq!((made.status, made.json().get("apps")), (200, None), "not 201, and without it");
    assert_eq!(made.json()["region"]["name"], "eu-ireland");
    let app = server.get("/apps/bank-prod").await;
    assert_eq!((&app["key"], &app["simple_name"], &app["image"]), (&json!("bank-prod"), &json!("bank"), &json!("")));
    assert_eq!(app["space"]["compliance"], "compliance=prod", "a string of another form");
    assert_eq!(server.get("/apps/desk-socs").await["space"]["compliance"], "compliance=internal,compliance=socs");
    assert_eq!(server.get("/apps/mail-dev").await["formation"], json!([]));
    let simple = server.get("/apps?simple=true").await;
    for missing in ["formation", "stack", "owner", "released_at", "image"] {
        assert_eq!(simple[0].get(missing), None);
    }
    assert_eq!(keys(&simple[0]["space"]), ["id", "name"]);
    let made = server.write(Method::POST, "/apps", json!({"name": "far", "space": "far", "org": "test"})).await;
    assert_eq!((&made["name"], &made["released_at"]), (&json!("far-far"), &Value::Null));
    for (body, status) in [
        (json!({"name": "far", "space": "far", "org": "test"}), 409),
        (json!({"name": "has-dash", "space": "dev", "org": "test"}), 422),
        (json!({"name": "abcdefghijklmnopqrstu", "space": "dev", "org": "test"}), 422),
        (json!({"name": "x", "space": "nowhere", "org": "test"}), 404),
    ] {
        assert_eq!(server.refused(Method::POST, "/apps", body).await.0, status);
    }
    for target in ["/spaces/nowhere", "/regions/nowhere"] {
        assert_eq!(server.refused(Method::GET, target, Value::Null).await.0, 404);
    }
    assert_eq!(server.get("/organizations").await[1]["name"], "test");
    assert_eq!(server.get("/stacks/ds2").await["region"]["name"], "eu-ireland");
    let gone = server.write(Method::DELETE, "/apps/mail-dev", Value::Null).await;
    assert_eq!(keys(&gone), ["id", "name", "org", "result"]);
    let (status, text) = server.refused(Method::GET, "/apps/mail-dev", Value::Null).await;
    assert_eq!((status, text.as_str()), (404, "The specified application mail-dev does not exist."));
    assert_eq!(server.refused(Method::DELETE, "/apps/shop-dev", Value::Null).await.0, 409);
    assert_eq!(server.refused(Method::DELETE, "/apps/bank-prod", Value::Null).await.0, 403);
    assert_eq!(server.refused(Method::PATCH, "/apps/shop-dev", json!({"name": "x"})).await.0, 400);
    assert_eq!(server.write(Method::PATCH, "/apps/shop-dev", json!({"maintenance": true})).await["maintenance"], true);
}

#[tokio::test]
async fn the_catalog_has_the_recorded_shapes() {
    let server = Akkeris::start().await;
    let services = server.get("/addon-services").await;
    let names: Vec<&str> = services.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["akkeris-postgresql", "akkeris-redis", "akkeris-s3", "logtap", "securekey"]);
    let plan = &services[0]["plans"][0];
    assert_eq!((&plan["price"]["cents"], &plan["name"]), (&json!(0), &json!("akkeris-postgresql:hobby")));
    assert_eq!((&plan["key"], &plan["created_at"]), (&plan["id"], &json!("2016-08-09T12:00:00Z")));
    assert_eq!(services[4]["actions"][0]["requires_owner"], true);
    let one = server.get("/addon-services/logtap").await;
    assert_eq!(one["supports_sharing"], false);
    assert_eq!(server.get("/addon-services/akkeris-postgresql/plans").await, services[0]["plans"]);
    let plan = server.get("/addon-services/akkeris-redis/plans/small").await;
    assert_eq!(plan["provisioned_by"].as_array().unwrap().len(), 2);
    for (target, words) in [
        ("/addon-services/nope", "The specified addon nope could not be found."),
        ("/addon-services/logtap/plans/nope", "The specified plan was not found."),
    ] {
        assert_eq!(server.refused(Method::GET, target, Value::Null).await, (404, words.to_owned()));
    }
}

#[tokio::test]
async fn an_add_on_is_shown_in_many_ways() {
    let server = Akkeris::start().await;
    let (orders, posts) = (server.id("orders"), server.id("posts"));
    let one = server.get(&format!("/apps/shop-dev/addons/{orders}")).await;
    assert_eq!(keys(&one), addon_keys(&["config_vars", "attached_to"]));
    assert_eq!(one, server.get("/apps/shop-dev/addons/orders").await, "by the attachment's name");
    assert_eq!(one, server.get(&format!("/addons/{orders}")).await);
    let to = |row: &Value| (row["name"].as_str().unwrap().to_owned(), row["owner"].as_bool().unwrap());
    let to: Vec<_> = one["attached_to"].as_array().unwrap().iter().map(to).collect();
    assert_eq!(to, [("blog-dev".into(), false), ("desk-socs".into(), false), ("shop-dev".into(), true)]);
    assert_eq!(server.refused(Method::GET, "/addons/orders", Value::Null).await.0, 404, "only by its id");
    let through = server.get(&format!("/apps/blog-dev/addons/{orders}")).await;
    assert_eq!((&through["name"], &through["primary"]), (&json!("shopdb"), &json!(false)));
    assert_eq!(keys(&through["config_vars"]), ["SHOPDB_DATABASE_URL"]);
    let list = server.get("/apps/shop-dev/addons").await;
    assert_eq!(keys(&list[0]), addon_keys(&[]));
    assert_eq!(list.as_array().unwrap().len(), 5, "of six: the one whose broker does not answer is left out");
    let all = server.get("/addons").await;
    assert_eq!(all.as_array().unwrap().len(), 14);
    assert!(all.as_array().unwrap().iter().all(|one| one["state"] == "provisioned"), "whatever is true");
    let state = |name: &'static str| {
        let id = server.id(name);
        let server = &server;
        async move { server.get(&format!("/addons/{id}")).await["state"].clone() }
    };
    assert_eq!((state("posts").await, state("doomed").await), (json!("provisioning"), json!("deprovisioned")));
    assert_eq!(state("statements").await, "provisioning");
    assert_eq!(server.get(&format!("/addons/{posts}/config")).await, json!({}), "none while it is made");
    let broken = server.id("akkeris-redis-mouth-8686");
    for target in
        [format!("/addons/{broken}"), format!("/apps/shop-dev/addons/{broken}"), format!("/addons/{broken}/config")]
    {
        let refused = server.refused(Method::GET, &target, Value::Null).await;
        assert_eq!(refused, (503, "Service Unavailable Error".to_owned()));
    }
    let cases = server.get("/apps/desk-socs/addons/cases").await;
    assert!(cases["config_vars"]["DATABASE_URL"].as_str().unwrap().contains(":[redacted]@"), "{cases}");
}

#[tokio::test]
async fn an_attachment_is_shown_in_many_ways() {
    let server = Akkeris::start().await;
    let orders = server.id("orders");
    let of_app = server.get("/apps/blog-dev/addon-attachments").await;
    assert_eq!(of_app.as_array().unwrap().len(), 2, "not the owner's rows");
    let full = ["addon", "app", "created_at", "id", "name", "primary", "updated_at", "web_url"];
    assert_eq!((keys(&of_app[0]), keys(&of_app[0]["addon"]["app"])), (full.to_vec(), vec!["name"]));
    assert_eq!(keys(&of_app[0]["addon"]), ["app", "id", "plan"], "no name, no service, no state");
    let all = server.get("/addon-attachments").await;
    assert_eq!(all.as_array().unwrap().len(), 14 + 3, "the owners' rows, too");
    assert!(all.as_array().unwrap().iter().all(|row| row.get("primary").is_none()));
    let one = server.get("/apps/blog-dev/addon-attachments/shopdb").await;
    assert_eq!((keys(&one), keys(&one["addon"]["app"])), (full.to_vec(), vec!["id", "name"]));
    let id = one["id"].as_str().unwrap().to_owned();
    assert_eq!(one, server.get(&format!("/addon-attachments/{id}")).await);
    assert_eq!(server.get(&format!("/addons/{orders}/addon-attachments")).await.as_array().unwrap().len(), 2);
    let detached = server.write(Method::DELETE, &format!("/apps/any/addon-attachments/{id}"), Value::Null).await;
    assert_eq!(
        (&detached["addon"]["app"]["name"], &detached["addon"]["name"]),
        (&json!("undefined-undefined"), &json!("shopdb"))
    );
    let refused = server.refused(Method::DELETE, &format!("/addon-attachments/{id}"), Value::Null).await;
    assert_eq!(refused, (404, format!("The specified addon attachments {id} could not be found.")));
    let owners = server.world(|world| world.addon("orders").attachments[0].id.clone());
    assert_eq!(server.refused(Method::DELETE, &format!("/addon-attachments/{owners}"), Value::Null).await.0, 404);
    assert_eq!(server.refused(Method::DELETE, "/apps/blog-dev/addon-attachments/assets", Value::Null).await.0, 404);
}
