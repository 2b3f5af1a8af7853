//! The stand-in itself, asked by no client of ours: what `platforms/heroku.md` says of the platform holds for it.

use axum::http::Method;
use serde_json::{Value, json};

use super::Desk;
use crate::stand_ins::World;
use crate::stand_ins::heroku::Heroku;
use crate::stand_ins::heroku::data::transfers::Kind;
use crate::stand_ins::heroku::world::CODE;
use crate::support::plain;

fn ids(came: &plain::Came) -> Vec<String> {
    came.json().as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn it_wants_its_own_accept_and_a_token_that_is_good() {
    let desk = Desk::new().await;
    for (accept, token, target, status, id) in [
        ("application/json", "Bearer any", "/addons", 406, "not_acceptable"),
        ("application/vnd.heroku+json; version=2", "Bearer any", "/addons", 406, "not_acceptable"),
        ("application/vnd.heroku+json; version=3", "Bearer bad", "/addons", 401, "unauthorized"),
        ("application/vnd.heroku+json; version=3", "Bearer undefined", "/addons", 401, "unauthorized"),
        ("application/vnd.heroku+json; version=3", "Basic OmJhZA==", "/addons", 401, "unauthorized"),
        ("*/*", "Bearer bad", "/client/v11/apps/storefront/transfers", 401, "unauthorized"),
    ] {
        let came =
            plain::send(&desk.url, Method::GET, target, &[("accept", accept), ("authorization", token)], "").await;
        let came = came.unwrap();
        assert_eq!((came.status, came.json()["id"].as_str()), (status, Some(id)), "{target} {accept} {token}");
    }
    let accept = [("accept", "application/vnd.heroku+json; version=3")];
    let open = plain::send(&desk.url, Method::GET, "/addon-services", &accept, "").await.unwrap();
    assert_eq!(open.status, 200, "the catalog needs no token");
}

#[tokio::test]
async fn lists_come_in_pages_and_the_next_range_alone_says_that_there_is_more() {
    let desk = Desk::over(Heroku::large(450), super::settings()).await;
    let first = desk.get("/addons", &[]).await;
    assert_eq!((first.status, ids(&first).len()), (206, 200));
    assert_eq!(first.header("content-range"), Some("name addon-0000..addon-0199"));
    assert_eq!(first.header("accept-ranges"), Some("id, name"));
    let next = first.header("next-range").unwrap();
    let second = desk.get("/addons", &[("range", next)]).await;
    assert_eq!((second.status, ids(&second)[0].as_str()), (206, "addon-0200"));
    let last = desk.get("/addons", &[("range", second.header("next-range").unwrap())]).await;
    assert_eq!((last.status, ids(&last).len(), last.header("next-range")), (206, 50, None));
    let all = desk.get("/addons", &[("range", "id ..; max=1000")]).await;
    assert_eq!((all.status, ids(&all).len(), all.header("next-range")), (206, 450, None), "206 for the max alone");
    for bad in ["plan ..", "id ..; max=1001", "id ..; max=0", "id", "id ..; colour=red"] {
        let came = desk.get("/addons", &[("range", bad)]).await;
        let id = came.json()["id"].as_str().map(str::to_owned);
        assert_eq!((came.status, id.as_deref()), (416, Some("requested_range_not_satisfiable")), "{bad}");
    }
    let between = desk.get("/addons", &[("range", "name ]addon-0001..addon-0004[; max=9")]).await;
    assert_eq!(ids(&between), ["addon-0002", "addon-0003"]);
    let newest = desk.get("/apps/app-00/releases", &[("range", "version ..; max=1, order=desc")]).await;
    assert_eq!(newest.json().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_known_tag_gets_304_and_each_answer_costs_of_the_rate() {
    let desk = Desk::new().await;
    let came = desk.get("/addons", &[]).await;
    assert_eq!(came.header("ratelimit-remaining"), Some("4499"));
    assert_eq!(came.header("request-id").unwrap().split(',').count(), 2);
    let again = desk.get("/addons", &[("if-none-match", came.header("etag").unwrap())]).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(again.header("ratelimit-remaining"), Some("4498"));
    let free = desk.get("/account/rate-limits", &[]).await;
    assert_eq!(free.json(), json!({"remaining": 4498}));
    desk.world(|world| world.switches.remaining = 0);
    let refused = desk.get("/apps", &[]).await;
    assert_eq!((refused.status, refused.json()["id"].as_str()), (429, Some("rate_limit")));
    let data = desk.get("/client/v11/apps/storefront/transfers", &[]).await;
    assert_eq!((data.status, data.header("ratelimit-remaining")), (200, None));
}

#[tokio::test]
async fn what_is_told_depends_on_the_variant_the_expansion_and_the_inclusion() {
    let desk = Desk::new().await;
    let plain = desk.get("/addons/inference-reports", &[]).await.json();
    assert_eq!(plain["plan"]["price"], Value::Null);
    let expansion = [("accept-expansion", "addon_service,plan")];
    let came = desk.get("/addons/inference-reports", &expansion).await;
    assert_eq!(came.header("content-expansion"), Some("addon_service, plan"));
    assert_eq!(came.json()["plan"]["price"]["metered"], true);
    assert_eq!(came.json()["addon_service"]["human_name"], "Heroku Managed Inference and Agents");
    let headers = [
        ("accept", "application/vnd.heroku+json; version=3"),
        ("authorization", "Bearer any"),
        ("accept-expansion", "plan"),
    ];
    let came = plain::send(&desk.url, Method::GET, "/addons/inference-reports", &headers, "").await.unwrap();
    assert_eq!(came.json()["plan"]["price"].get("metered"), None, "it looks free without 3.sdk");
    let bare = desk.get("/apps/storefront/addon-attachments/DATABASE", &[]).await.json();
    assert_eq!((bare.get("config_vars"), bare["addon"].get("plan")), (None, None));
    let inclusion = [("accept-inclusion", "addon:plan,config_vars")];
    let full = desk.get("/apps/storefront/addon-attachments/DATABASE", &inclusion).await.json();
    assert_eq!(
        (&full["config_vars"][0], &full["addon"]["plan"]["name"]),
        (&"DATABASE_URL".into(), &"heroku-postgresql:standard-0".into())
    );
}

#[tokio::test]
async fn names_are_looked_for_and_several_of_one_are_named() {
    let desk = Desk::new().await;
    let came = desk.get("/addons/nope", &[]).await;
    assert_eq!((came.status, &came.json()["resource"]), (404, &"add_on".into()));
    let came = desk.get("/apps/storefront/addon-attachments/NOPE", &[]).await;
    assert_eq!((came.status, &came.json()["resource"]), (404, &"add_on attachment".into()));
    let came = desk.get("/apps/storefront/addons/heroku-postgresql", &[]).await;
    assert_eq!((came.status, &came.json()["id"]), (422, &"multiple_matches".into()));
    let message = came.json()["message"].as_str().unwrap().to_owned();
    assert!(message.ends_with("found: postgresql-storefront, postgresql-follower."), "{message}");
    assert_eq!(desk.get("/addons/postgresql-partner", &[]).await.status, 403);
    let resolve = |body: Value| desk.ask(Method::POST, "/actions/addons/resolve", &[], body);
    assert_eq!(resolve(json!({"addon": "storefront::DATABASE"})).await.json()[0]["name"], "postgresql-storefront");
    assert_eq!(resolve(json!({"addon": "REDIS_URL", "app": "storefront"})).await.json()[0]["name"], "redis-storefront");
    assert_eq!(resolve(json!({"addon": "heroku-postgresql", "app": null})).await.json().as_array().unwrap().len(), 5);
    assert_eq!(resolve(json!({"addon": "nope"})).await.status, 404);
}

#[tokio::test]
async fn a_provisioning_ends_by_steps_or_by_reads_and_a_destroying_with_404() {
    let desk = Desk::new().await;
    let body = json!({"plan": {"name": "heroku-redis:mini"}, "name": "new"});
    let came = desk.ask(Method::POST, "/apps/hobby/addons", &[], body).await;
    assert_eq!(
        (came.status, &came.json()["state"], &came.json()["config_vars"]),
        (201, &"provisioning".into(), &json!([]))
    );
    assert_eq!(came.json().get("provision_message"), None);
    desk.world(|world| world.advance(2));
    let there = desk.get("/addons/new", &[]).await.json();
    assert_eq!((&there["state"], &there["config_vars"]), (&"provisioned".into(), &json!(["REDIS_URL"])));
    desk.world(|world| (world.switches.reads_move, world.switches.destroys_late) = (true, true));
    let came = desk.ask(Method::DELETE, "/apps/hobby/addons/new", &[], json!({"force": false})).await;
    assert_eq!((came.status, &came.json()["state"]), (202, &"deprovisioning".into()));
    assert_eq!(desk.get("/addons/new", &[]).await.json()["state"], "deprovisioning");
    assert_eq!(desk.get("/addons/new", &[]).await.status, 404);
    let releases = desk.get("/apps/hobby/releases", &[("range", "version ..; max=3, order=desc")]).await.json();
    let told: Vec<&str> = releases.as_array().unwrap().iter().map(|one| one["description"].as_str().unwrap()).collect();
    assert_eq!(told[0], "Detach REDIS (@ref:new)");
    assert!(told[1].contains("completed provisioning"), "{told:?}");
    assert_eq!(releases[1]["user"]["email"], "heroku-redis@addons.heroku.com");
}

#[tokio::test]
async fn a_name_that_is_in_use_is_asked_for_and_then_moved_with_two_releases() {
    let desk = Desk::new().await;
    let attach = |confirm: Value| {
        let body = json!({"addon": "postgresql-follower", "app": "storefront", "name": "DATABASE", "confirm": confirm});
        desk.ask(Method::POST, "/addon-attachments", &[], body)
    };
    let versions = |desk: &Desk| desk.world(|world| world.app("storefront").unwrap().releases.len());
    let before = versions(&desk);
    let came = attach(Value::Null).await;
    assert_eq!((came.status, &came.json()["id"]), (423, &"confirmation_required".into()));
    assert_eq!(came.header("x-confirmation-required"), Some("storefront"));
    desk.world(|world| world.switches.confirmation_status = 400);
    assert_eq!(attach("nonsense".into()).await.status, 400);
    assert_eq!(versions(&desk), before);
    assert_eq!(attach("storefront".into()).await.status, 201);
    assert_eq!(versions(&desk), before + 2);
    let holder = desk.world(|world| world.attachment("storefront", "DATABASE").unwrap().addon.clone());
    assert_eq!(holder, desk.id("postgresql-follower"));
    let last = desk.attachment("storefront", "REDIS");
    let came = desk.ask(Method::DELETE, &format!("/addon-attachments/{last}"), &[], Value::Null).await;
    assert_eq!(came.status, 422, "the last attachment stays: {came:?}");
}

#[tokio::test]
async fn a_second_factor_is_asked_for_by_app_and_everywhere() {
    let desk = Desk::new().await;
    let change = |app: &'static str, headers: &'static [(&str, &str)]| {
        let target = format!("/apps/{app}");
        let body = json!({"maintenance": true});
        let desk = &desk;
        async move { desk.ask(Method::PATCH, &target, headers, body).await }
    };
    let came = change("billing", &[]).await;
    assert_eq!(
        (came.status, &came.json()["id"], &came.json()["app"]["name"]),
        (403, &"two_factor".into(), &"billing".into())
    );
    let authorize = |code| desk.ask(Method::PUT, "/apps/billing/pre-authorizations", code, Value::Null);
    assert_eq!(authorize(&[("heroku-two-factor-code", "654321")]).await.status, 401);
    assert_eq!(authorize(&[("heroku-two-factor-code", CODE)]).await.status, 200);
    assert_eq!(change("billing", &[]).await.status, 200);
    desk.world(|world| world.switches.wants_code = true);
    let came = change("hobby", &[]).await;
    assert_eq!((came.status, came.json().get("app")), (403, None));
    assert_eq!(change("hobby", &[("heroku-two-factor-code", CODE)]).await.status, 200);
}

#[tokio::test]
async fn the_data_api_has_habits_of_its_own() {
    let desk = Desk::new().await;
    let came = desk.get("/client/v11/apps/nope/transfers", &[]).await;
    assert_eq!(came.status, 404);
    assert!(
        came.header("content-type").unwrap().starts_with("text/html") && came.text().contains("<h1>Not Found</h1>")
    );
    let id = desk.world(|world| world.app("storefront").unwrap().id.clone());
    let by_id = desk.get(&format!("/client/v11/apps/{id}/transfers"), &[]).await.json();
    let by_name = desk.get("/client/v11/apps/storefront/transfers", &[]).await.json();
    assert_eq!(by_id, by_name);
    assert!(by_name[0]["created_at"].as_str().unwrap().ends_with(" +0000"), "{}", by_name[0]);
    let names = desk.world(|world| {
        let mine = world.transfers.iter().filter(|one| one.app == "storefront");
        mine.map(|one| one.name()).collect::<Vec<_>>()
    });
    assert_eq!(names, ["ob001", "b002", "b003", "a004", "r005", "c006", "a007", "b008"]);
    let one = desk.get("/client/v11/databases/postgresql-storefront", &[]).await.json();
    assert_eq!((&one["waiting?"], &one["plan"]["name"]), (&false.into(), &"standard-0".into()));
    assert!(one["info"].as_array().unwrap().iter().any(|row| row["name"] == "Tables" && row["values"][0] == 42));
    let small = desk.get("/client/v11/databases/postgresql-staging", &[]).await.json();
    assert_eq!(small["plan"], "Essential 0");
    assert_eq!(desk.get("/redis/v0/databases/redis-staging", &[]).await.status, 404, "it is not provisioned yet");
    let app = desk.world(|world| world.app("storefront").unwrap().id.clone());
    let due = desk.get(&format!("/data/maintenances/v1/apps/{app}"), &[]).await.json();
    assert_eq!(due["maintenances"].as_array().unwrap().len(), 3);
    assert_eq!(desk.get("/data/maintenances/v1/apps/storefront", &[]).await.status, 404, "by id alone");
}

#[tokio::test]
async fn a_backup_runs_is_fetched_without_the_token_and_pushes_the_oldest_out() {
    let desk = Desk::new().await;
    let db = desk.id("postgresql-staging");
    let back_up = || desk.ask(Method::POST, "/client/v11/databases/postgresql-staging/backups", &[], Value::Null);
    let came = back_up().await;
    assert_eq!((came.status, &came.json()["num"], &came.json()["started_at"]), (201, &2.into(), &Value::Null));
    desk.world(|world| world.advance(3));
    back_up().await;
    desk.world(|world| world.advance(3));
    let kept = |desk: &Desk| {
        desk.world(|world| {
            let mine = world.transfers.iter().filter(|one| one.addon == db && one.kind == Kind::Backup);
            mine.map(|one| one.num).collect::<Vec<_>>()
        })
    };
    assert_eq!(kept(&desk), [2, 3], "two are kept on a small plan");
    let public = "/client/v11/apps/storefront-staging/transfers/3/actions/public-url";
    let url = desk.ask(Method::POST, public, &[], Value::Null).await.json()["url"].as_str().unwrap().to_owned();
    let target = url.strip_prefix(&desk.url).unwrap();
    let file = plain::send(&desk.url, Method::GET, target, &[], "").await.unwrap();
    assert!(file.status == 200 && file.body.starts_with(b"PGDMP"));
    let refused = plain::send(&desk.url, Method::GET, target, &[("authorization", "Bearer any")], "").await.unwrap();
    assert_eq!(refused.status, 400, "a token has no business there");
}
