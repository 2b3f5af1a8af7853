//! The stand-in's rules: what is taken, what is refused, what happens by itself.

use axum::http::Method;
use serde_json::{Value, json};

use super::Akkeris;
use crate::stand_ins::World as _;

#[tokio::test]
async fn an_add_on_is_made_step_by_step_and_gives_an_empty_app_a_process() {
    let server = Akkeris::start().await;
    let body =
        json!({"plan": "akkeris-postgresql:standard-0", "attachment": {"name": "Mailbox"}, "confirm": "ignored"});
    let made = server.write(Method::POST, "/apps/mail-dev/addons", body).await;
    assert_eq!((&made["state"], &made["state_description"]), (&json!("provisioning"), &json!("creating")));
    assert_eq!((&made["name"], &made["primary"], &made["config_vars"]), (&json!("Mailbox"), &json!(true), &json!({})));
    assert_eq!(server.get("/apps/mail-dev").await["formation"][0]["type"], "web");
    let target = format!("/addons/{}", made["id"].as_str().unwrap());
    for _ in 0..2 {
        let read = server.get(&target).await;
        assert_eq!((&read["state"], &read["state_description"]), (&json!("provisioning"), &json!("")));
    }
    let read = server.get(&target).await;
    assert_eq!((&read["state"], read["config_vars"].get("DATABASE_URL").is_some()), (&json!("provisioned"), true));
    server.write(Method::POST, "/apps/mail-dev/addons", json!({"plan": "akkeris-postgresql:doomed"})).await;
    server.world(|world| world.advance(2));
    let list = server.get("/apps/mail-dev/addons").await;
    assert_eq!(
        (&list[1]["state"], &list[1]["primary"]),
        (&json!("deprovisioned"), &json!(false)),
        "it has failed, and stays"
    );
    let at_once = server.write(Method::POST, "/apps/mail-dev/addons", json!({"plan": "akkeris-redis:small"})).await;
    assert_eq!((&at_once["state"], &at_once["state_description"]), (&json!("provisioned"), &json!("available")));
    server.world(|world| world.is_busy = true);
    let busy = server.refused(Method::POST, "/apps/mail-dev/addons", json!({"plan": "akkeris-redis:small"})).await;
    assert_eq!(busy, (424, "[object Object]".to_owned()));
}

#[tokio::test]
async fn what_is_refused_when_an_add_on_is_made() {
    let server = Akkeris::start().await;
    let name = |name: &str| json!({"plan": "akkeris-redis:small", "attachment": {"name": name}});
    for (app, body, status, words) in [
        (
            "shop-dev",
            json!({"plan": "akkeris-postgresql:nope"}),
            422,
            "The specified plan could not be found: akkeris-postgresql:nope (0)",
        ),
        ("shop-dev", json!({"x": 1}), 422, "A plan was not provided in the request."),
        ("shop-dev", json!({"plan": "akkeris-postgresql:standard-0-v9"}), 422, "can no longer be created"),
        ("shop-dev", json!({"plan": "akkeris-postgresql:shield-0"}), 422, "compliances in the space: prod"),
        ("shop-dev", json!({"plan": "akkeris-postgresql:ireland-0"}), 409, "region"),
        ("shop-dev", json!({"plan": "securekey:fortnightly"}), 409, "cannot be used twice"),
        ("shop-dev", name("1bad name"), 422, "invalid or over 22 characters"),
        ("shop-dev", name("x"), 422, "invalid or over 22 characters"),
        ("shop-dev", name("a2345678901234567890123"), 422, "invalid or over 22 characters"),
        ("nope-dev", json!({"plan": "akkeris-redis:small"}), 404, "The specified application nope-dev does not exist."),
    ] {
        let (got, text) = server.refused(Method::POST, &format!("/apps/{app}/addons"), body).await;
        assert!(got == status && text.contains(words), "{got} {text}");
    }
    server.write(Method::POST, "/apps/shop-dev/addons", name("a234567890123456789012")).await;
}

#[tokio::test]
async fn what_is_refused_when_an_add_on_is_attached() {
    let server = Akkeris::start().await;
    server.write(Method::POST, "/spaces", json!({"name": "far", "stack": "ds2"})).await;
    server.write(Method::POST, "/apps", json!({"name": "far", "space": "far", "org": "test"})).await;
    for (addon, app, name, status, words) in [
        ("orders", "shop-dev", "x1", 409, "same app they exist on"),
        ("orders", "blog-dev", "x1", 409, "already provisioned or attached"),
        ("searchlog", "shop-dev", "x1", 409, "shared"),
        ("orders", "far-far", "x1", 409, "same region"),
        (
            "cases",
            "blog-dev",
            "x1",
            409,
            "Addons from a socs controlled space cannot be attached to a non-socs controlled space.",
        ),
        ("ledger", "blog-dev", "x1", 409, "Addons from a prod controlled space"),
        ("reporting", "blog-dev", "bad name", 422, "over 22 characters"),
        ("orders", "mail-dev", "SHOPDB", 409, "already in use"),
        ("reporting", "nope-dev", "x1", 404, "The specified application nope-dev does not exist."),
    ] {
        let body = json!({"addon": server.id(addon), "app": app, "name": name});
        let (got, text) = server.refused(Method::POST, "/addon-attachments", body).await;
        assert!(got == status && text.contains(words), "{addon} {app}: {got} {text}");
    }
    let by_name = json!({"addon": "reporting", "app": "blog-dev"});
    let refused = server.refused(Method::POST, "/addon-attachments", by_name).await;
    assert_eq!(refused, (404, "The specified addon attachments could not be found.".to_owned()));
    let body = json!({"addon": server.id("orders"), "app": "mail-dev", "name": "orders"});
    let made = server.write(Method::POST, "/apps/bank-prod/addon-attachments", body).await;
    assert_eq!(made["app"]["name"], "mail-dev", "the app in the path is not looked at; the owner's name is free");
    let body = json!({"addon": server.id("keys"), "app": "blog-dev"});
    let made = server.write(Method::POST, "/addons/nonsense/addon-attachments", body).await;
    assert!(made["name"].as_str().unwrap().starts_with("securekey-") && made["primary"] == true);
}

#[tokio::test]
async fn primaries_change_hands_and_replies_show_how_it_was() {
    let server = Akkeris::start().await;
    let names = |app: &'static str| {
        let server = &server;
        async move {
            let vars = server.get(&format!("/apps/{app}/config-vars")).await;
            vars.as_object().unwrap().keys().filter(|name| name.contains("DATABASE")).cloned().collect::<Vec<_>>()
        }
    };
    assert_eq!(names("shop-dev").await, ["DATABASE_URL", "REPORTING_DATABASE_URL"]);
    let reporting = format!("/apps/shop-dev/addons/{}", server.id("reporting"));
    let reply = server.write(Method::PATCH, &reporting, json!({"primary": true})).await;
    assert_eq!((&reply["primary"], reply["config_vars"].get("DATABASE_URL").is_some()), (&json!(false), true));
    assert_eq!(server.get(&reporting).await["primary"], true);
    assert_eq!(names("shop-dev").await, ["DATABASE_URL", "ORDERS_DATABASE_URL"]);
    assert_eq!(server.refused(Method::PATCH, &reporting, json!({"primary": false})).await.0, 409);
    let orders = format!("/apps/shop-dev/addons/{}", server.id("orders"));
    let reply = server.write(Method::PATCH, &orders, json!({"attachment": {"name": "Big-Old-Ledger-7"}})).await;
    assert_eq!(reply["name"], "Big-Old-Ledger-7");
    assert_eq!(server.get(&orders).await["name"], "big-old-ledger-7", "stored in lower case");
    assert_eq!(names("shop-dev").await, ["DATABASE_URL", "LEDGER_7_DATABASE_URL"], "three parts drop the first two");
    server.write(Method::DELETE, &reporting, Value::Null).await;
    assert_eq!(server.get(&orders).await["primary"], true, "by itself");
    // An attachment's.
    let shopdb = "/apps/blog-dev/addon-attachments/shopdb";
    let reply = server.write(Method::PATCH, shopdb, json!({"primary": true, "name": "Mine"})).await;
    assert_eq!((&reply["primary"], &reply["name"]), (&json!(false), &json!("shopdb")));
    let mine = server.get("/apps/blog-dev/addon-attachments/mine").await;
    assert_eq!(mine["primary"], true);
    server.write(Method::DELETE, &format!("/addon-attachments/{}", mine["id"].as_str().unwrap()), Value::Null).await;
    assert_eq!(server.get("/apps/blog-dev/addons/posts").await["primary"], true, "by itself");
}

#[tokio::test]
async fn plans_change_for_owners_of_services_that_allow_it() {
    let server = Akkeris::start().await;
    let orders = server.id("orders");
    let of = |app: &str, addon: &str| format!("/apps/{app}/addons/{}", server.id(addon));
    for (target, plan, status, words) in [
        (of("blog-dev", "orders"), "akkeris-postgresql:premium-1", 422, "attached and not owned"),
        (of("shop-dev", "uploads"), "akkeris-s3:versioned", 409, "does not support changing plans"),
        (of("shop-dev", "orders"), "akkeris-redis:small", 409, "another service"),
        (of("shop-dev", "orders"), "nope nope", 500, "Internal Server Error"),
        (of("bank-prod", "statements"), "akkeris-postgresql:premium-1", 503, "Service Unavailable Error"),
    ] {
        let (got, text) = server.refused(Method::PATCH, &target, json!({"plan": plan})).await;
        assert!(got == status && text.contains(words), "{got} {text}");
    }
    let target = of("shop-dev", "orders");
    let same = server.write(Method::PATCH, &target, json!({"plan": "akkeris-postgresql:premium-0"})).await;
    assert_eq!(same["state"], "provisioned", "nothing is done");
    let changed = server.write(Method::PATCH, &target, json!({"plan": "akkeris-postgresql:premium-1"})).await;
    assert_eq!((&changed["state"], &changed["billed_price"]["cents"]), (&json!("provisioning"), &json!(13500)));
    assert!(changed["config_vars"].get("DATABASE_URL").is_some(), "they stay");
    server.world(|world| world.advance(2));
    assert_eq!(server.get(&format!("/addons/{orders}")).await["state"], "provisioned");
}

#[tokio::test]
async fn what_is_attached_elsewhere_or_under_compliance_is_not_destroyed() {
    let server = Akkeris::start().await;
    let of = |app: &str, addon: &str| format!("/apps/{app}/addons/{}", server.id(addon));
    for target in [of("shop-dev", "orders"), of("blog-dev", "orders")] {
        assert_eq!(server.refused(Method::DELETE, &target, Value::Null).await.0, 409);
    }
    let ledger = of("bank-prod", "ledger");
    let refused = server.refused(Method::DELETE, &ledger, Value::Null).await;
    assert_eq!(refused, (403, "addons can only be destroyed by administrators on this app.".to_owned()));
    assert_eq!(server.ask_as("Bearer admin", Method::DELETE, &ledger, "").await.status, 200);
    let posts = of("blog-dev", "posts");
    let gone = server.write(Method::DELETE, &posts, Value::Null).await;
    assert_eq!(gone["state"], "deprovisioned", "also while it is made");
    assert_eq!(server.refused(Method::GET, &posts, Value::Null).await.0, 404);
    let cache = server.id("cache");
    let by_name = server.ask_as("Bearer admin", Method::DELETE, "/apps/bank-prod/addons/cache", "").await;
    assert_eq!(by_name.json()["id"], cache.as_str(), "one of the two");
    assert_ne!(server.id("cache"), cache);
}

#[tokio::test]
async fn actions_are_those_of_the_database_broker() {
    let server = Akkeris::start().await;
    let of = |app: &str, addon: &str| format!("/apps/{app}/addons/{}/actions", server.id(addon));
    let (orders, reporting, keys) = (of("shop-dev", "orders"), of("shop-dev", "reporting"), of("shop-dev", "keys"));
    let backups = server.get(&format!("{orders}/backups")).await;
    assert_eq!((backups.as_array().unwrap().len(), &backups[0]["status"]), (3, &json!("available")));
    assert_eq!(backups[0]["created_at"].as_str().unwrap().len(), 20, "no milliseconds");
    let made = server.write(Method::POST, &format!("{orders}/backups"), json!({"x": 1})).await;
    assert_eq!((&made["progress"], &made["status"]), (&json!(0), &json!("creating")));
    assert_eq!(server.refused(Method::POST, &format!("{orders}/backups"), Value::Null).await.0, 503, "busy");
    server.world(|world| world.advance(2));
    let one = format!("{orders}/backups/{}", made["id"].as_str().unwrap());
    assert_eq!(server.get(&one).await["status"], "available");
    assert_eq!(server.write(Method::PUT, &one, json!({"x": 1})).await, json!({"status": "OK"}));
    assert_eq!(server.get("/apps/shop-dev/addons/orders").await["state"], "provisioning");
    assert_eq!(server.world(|world| world.addon("orders").restored_from.clone()).as_deref(), made["id"].as_str());
    server.world(|world| world.advance(2));
    server.write(Method::PUT, &format!("{orders}/restart"), json!({"x": 1})).await;
    server.world(|world| world.advance(2));
    let roles = format!("{orders}/roles");
    assert_eq!(server.get(&roles).await, Value::Null, "null, not an empty list");
    let role = server.write(Method::POST, &roles, json!({"x": 1})).await;
    let named = format!("{roles}/{}", role["Username"].as_str().unwrap());
    let changed = server.write(Method::PUT, &named, json!({"x": 1})).await;
    assert_ne!(changed["Password"], role["Password"]);
    assert_eq!(server.get(&roles).await[0]["Password"], changed["Password"]);
    assert_eq!(server.get(&named).await["Plan"], "");
    server.write(Method::DELETE, &named, Value::Null).await;
    assert!(server.get(&format!("{orders}/logs")).await["logs"].as_str().unwrap().contains("checkpoint"));
    let replica = format!("{orders}/replica");
    assert_eq!(server.refused(Method::GET, &replica, Value::Null).await.0, 503, "there is none");
    assert_eq!(server.write(Method::PUT, &replica, json!({"x": 1})).await["ready"], true);
    assert_eq!(server.refused(Method::PUT, &replica, Value::Null).await.0, 503);
    assert_eq!(server.get(&replica).await["Password"], "");
    assert!(server.get("/apps/shop-dev/config-vars").await.get("DATABASE_READONLY_URL").is_some());
    server.write(Method::DELETE, &replica, Value::Null).await;
    let schema = server.get(&format!("{orders}/list_backups/schema")).await;
    assert_eq!(schema["info"]["title"], "list_backups");
    for (method, target) in [
        (Method::GET, format!("{orders}/backups/nope")),
        (Method::POST, format!("{orders}/fly")),
        (Method::GET, format!("{orders}/fly/schema")),
        (Method::GET, format!("{reporting}/backups")),
        (Method::PUT, format!("{reporting}/restart")),
        (Method::GET, format!("{}/backups", of("shop-dev", "sessions"))),
    ] {
        assert_eq!(server.refused(method, &target, Value::Null).await.0, 503, "{target}");
    }
    assert_eq!(server.get(&format!("{reporting}/roles")).await, Value::Null, "on a shared plan, too");
    assert_eq!(server.write(Method::POST, &format!("{keys}/rotate"), json!({"x": 1})).await, json!({"status": "ok"}));
    let unknown = server.refused(Method::POST, &format!("{keys}/fly"), Value::Null).await;
    assert_eq!(unknown, (404, "No such action found.".to_owned()));
}

#[tokio::test]
async fn config_vars_notes_releases_hooks_audits_and_logs() {
    let server = Akkeris::start().await;
    let vars = "/apps/shop-dev/config-vars";
    for body in [json!({"DATABASE_URL": "x"}), json!({"PORT": "1"}), json!({"NOT_THERE": null})] {
        assert_eq!(server.refused(Method::PATCH, vars, body).await.0, 409);
    }
    let changed = server.write(Method::PATCH, vars, json!({"GREETING": null, "TONE": "warm"})).await;
    assert_eq!((changed.get("GREETING"), &changed["TONE"]), (None, &json!("warm")));
    let notes = server.get(&format!("{vars}/notes")).await;
    let owners = server.world(|world| world.addon("orders").attachments[0].id.clone());
    assert_eq!(notes["DATABASE_URL"]["addon"]["id"], owners.as_str(), "of the attachment, not of the add-on");
    assert_eq!((&notes["TONE"]["type"], &notes["PORT"]["type"]), (&json!("user"), &json!("system")));
    let noted = server.write(Method::PATCH, &format!("{vars}/notes"), json!({"TONE": {"required": true}})).await;
    assert_eq!(noted["TONE"]["required"], true);
    let releases = server.get("/apps/shop-dev/releases").await;
    assert_eq!((releases.as_array().unwrap().len(), &releases[0]["current"]), (1, &json!(true)));
    let restarts = server.world(|world| world.app("shop-dev").unwrap().restarts);
    assert_eq!(restarts, 1, "a change restarts it and makes no release");
    let old = releases[0]["id"].as_str().unwrap().to_owned();
    let back = server.write(Method::POST, "/apps/shop-dev/releases", json!({"release": old})).await;
    assert_eq!((&back["status"], &back["slug"]), (&json!("queued"), &releases[0]["slug"]));
    assert_eq!(server.get(&format!("/apps/shop-dev/releases/{old}")).await["current"], Value::Null);
    assert_eq!(server.refused(Method::POST, "/apps/shop-dev/releases", json!({"release": "x"})).await.0, 422);
    let body = json!({"url": "http://127.0.0.1:1/hook", "events": ["addon_change"], "secret": "s3cret"});
    let hook = server.write(Method::POST, "/apps/shop-dev/hooks", body).await;
    assert!(!hook.to_string().contains("s3cret"));
    let one = format!("/apps/shop-dev/hooks/{}", hook["id"].as_str().unwrap());
    assert_eq!(server.get("/apps/shop-dev/hooks").await, json!([hook]));
    assert_eq!(server.write(Method::PATCH, &one, json!({"active": false})).await["active"], false);
    assert_eq!(server.get(&one).await["active"], false);
    assert_eq!(server.get(&format!("{one}/results")).await, json!([]));
    assert_eq!(server.refused(Method::POST, "/apps/shop-dev/hooks", json!({"url": 1})).await.0, 400);
    let gone = server.ask(Method::DELETE, &one, "").await;
    assert_eq!((gone.status, gone.text()), (204, ""));
    assert_eq!(server.get("/docs/hooks").await[0]["type"], "addon_change");
    server.write(Method::PATCH, "/apps/shop-dev", json!({"maintenance": true})).await;
    let target = format!("/apps/shop-dev/addons/{}", server.id("reporting"));
    server.write(Method::DELETE, &target, Value::Null).await;
    let audits = server.get("/audits?app=shop&space=dev&size=5").await;
    assert_eq!((&audits[0]["action"], &audits[1]["action"]), (&json!("addon_change"), &json!("updated")));
    let info: Value = serde_json::from_str(audits[0]["info"].as_str().unwrap()).unwrap();
    assert_eq!((&info["change"], &info["changes"][0]["name"]), (&json!("delete"), &json!("reporting")));
    assert_eq!(server.get("/audits?app=blog&space=dev").await, json!([]));
    server.world(|world| world.audits = None);
    assert_eq!(server.refused(Method::GET, "/audits?app=shop&space=dev", Value::Null).await.0, 501);
    let session = server.write(Method::POST, "/apps/shop-dev/log-sessions", json!({"lines": 10, "tail": false})).await;
    assert!(session["logplex_url"].is_string());
    assert_eq!(server.refused(Method::POST, "/apps/shop-dev/log-sessions", json!({"lines": 9999})).await.0, 422);
}
