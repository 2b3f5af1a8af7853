//! The traps that are known of this platform, in the order of the list of them, each with its own test.

use axum::http::Method;
use serde_json::json;

use attache::model::{Command, Known, Risk, State};
use attache::platform::{ReadErrorKind, connect};

use super::Akkeris;
use super::desk::{Desk, create, listed, named, submit};
use crate::contracts::settings;
use crate::stand_ins::{Fault, Seen};

fn json_said(status: u16, text: &str) -> Fault {
    Fault::Say(status, vec![("content-type", "application/json; charset=utf-8".into())], text.into())
}

#[tokio::test]
async fn trap_1_errors_are_sentences_pages_or_nothing_whatever_the_header_says() {
    let server = Akkeris::start().await;
    let connection = server.connection();
    let error = submit(&connection, &server.attach("reporting", "shop-dev", None)).await.unwrap_err();
    assert!(error.to_string().contains("Addons cannot be attached to same app they exist on."), "{error}");
    let html = "<!DOCTYPE html><html><pre>SyntaxError at JSON.parse</pre></html>";
    let page = Fault::Say(400, vec![("content-type", "text/html; charset=utf-8".into())], html.into());
    server.fail(Method::POST, "/", 1, page);
    let error = submit(&connection, &create("mail-dev", "new", "akkeris-redis:small")).await.unwrap_err();
    assert!(!error.to_string().contains(['<', '>']), "{error}");
    server.fail(Method::GET, "/addons", 1, Fault::Say(404, Vec::new(), String::new()));
    let error = connection.reader.addons(None).await.unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::Nonsense, "an empty 404 is no evidence that anything is gone: {error}");
}

#[tokio::test]
async fn trap_2_a_body_is_announced_as_json_and_is_never_an_empty_object() {
    let server = Akkeris::start().await;
    let connection = server.connection();
    listed(&connection).await;
    let commands = [
        create("mail-dev", "new", "akkeris-redis:small"),
        server.attach("reporting", "blog-dev", None),
        server.back_up("orders"),
        server.detach("orders", "blog-dev"),
        server.rename("sessions", "visits"),
    ];
    for command in commands {
        submit(&connection, &command).await.unwrap();
    }
    for seen in server.seen().iter().filter(|seen| seen.is_write()) {
        assert_ne!(seen.body, json!({}), "{seen:?}");
        let kind = seen.headers.get("content-type").map(|kind| kind.to_str().unwrap());
        assert_eq!(kind, (!seen.raw.is_empty()).then_some("application/json"), "{seen:?}");
    }
}

#[tokio::test]
async fn trap_3_lists_take_no_parameters() {
    let server = Akkeris::start().await;
    let reader = server.connection().reader;
    let orders = server.id("orders");
    reader.account().await.unwrap();
    reader.teams().await.unwrap();
    reader.apps().await.unwrap();
    reader.catalog().await.unwrap();
    reader.addons_in_full().await.unwrap();
    reader.addons_of("blog-dev").await.unwrap();
    reader.addon(&orders).await.unwrap();
    reader.backups(&orders).await.unwrap();
    reader.logs(&orders, 9).await.unwrap();
    reader.releases("shop-dev").await.unwrap();
    reader.config_var_names("shop-dev").await.unwrap();
    reader.newest_works(None).await.unwrap();
    reader.newest_works(Some(&orders)).await.unwrap();
    let with_query = |seen: &Seen| seen.target.contains('?') && !seen.target.starts_with("/audits?");
    let wrong: Vec<String> = server.seen().into_iter().filter(with_query).map(|seen| seen.target).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(!server.seen().iter().any(|seen| seen.path().ends_with('/') || seen.method == Method::HEAD));
}

#[tokio::test]
async fn trap_4_the_number_of_a_spaces_apps_is_a_string_and_may_be_missing() {
    let server = Akkeris::start().await;
    server.write(Method::POST, "/spaces", json!({"name": "fresh"})).await;
    let reader = server.connection().reader;
    assert_eq!(reader.teams().await.unwrap().len(), 4);
    let mut spaces = server.get("/spaces").await;
    spaces.as_array_mut().unwrap().iter_mut().for_each(|space| drop(space.as_object_mut().unwrap().remove("apps")));
    server.fail(Method::GET, "/spaces", 1, json_said(200, &spaces.to_string()));
    assert_eq!(reader.teams().await.unwrap().len(), 4);
}

#[tokio::test]
async fn trap_5_a_reply_to_a_change_shows_how_it_was_so_it_is_read_again() {
    let desk = Desk::new().await;
    let operation = desk.run(desk.server.make_primary("reporting", "shop-dev", None)).await;
    assert!(operation.outcome.is_end(), "{operation:?}");
    let reporting = desk.connection.reader.addon(&desk.server.id("reporting")).await.unwrap().value;
    assert_eq!(reporting.attachments.items()[0].primary, Some(true));
    let operation = desk.run(desk.server.rename("reporting", "Ledger2")).await;
    assert!(operation.outcome.is_end(), "{operation:?}");
    let renamed = desk.connection.reader.addon(&reporting.key.id).await.unwrap().value;
    assert_eq!(renamed.name, "ledger2");
}

#[tokio::test]
async fn trap_6_the_list_of_everything_tells_no_state() {
    let server = Akkeris::start().await;
    let connection = server.connection();
    let list = listed(&connection).await;
    assert_eq!(list.len(), 14);
    for addon in &list {
        assert!(matches!(addon.state, State::Unknown(_)), "{}: {:?}", addon.name, addon.state);
    }
    connection.reader.addons_in_full().await.unwrap();
    let list = listed(&connection).await;
    assert_eq!(named(&list, "doomed").state, State::Failed, "what was read before is kept");
    assert!(!connection.reader.words().list_tells_states);
}

#[tokio::test]
async fn trap_7_what_a_list_leaves_out_is_unreachable_and_not_gone() {
    let server = Akkeris::start().await;
    let reader = server.connection().reader;
    reader.addons_in_full().await.unwrap();
    server.world(|world| {
        world.addon("orders").is_reachable = false;
        world.addon("reporting").is_reachable = false;
    });
    let orders = server.id("orders");
    for list in [
        reader.addons_in_full().await.unwrap(),
        reader.addons_of("shop-dev").await.unwrap().value,
        reader.addons_of("blog-dev").await.unwrap().value,
        vec![reader.addon(&orders).await.unwrap().value],
    ] {
        let State::Unreachable(last) = &named(&list, "orders").state else { panic!("{:?}", named(&list, "orders")) };
        assert_eq!(**last, State::Ready, "as it was last known");
    }
    // One that is really gone is.
    server.world(|world| world.addons.retain(|addon| addon.attachments[0].name != "reporting"));
    let list = reader.addons_of("shop-dev").await.unwrap().value;
    assert!(list.iter().all(|addon| addon.name != "reporting"));
}

#[tokio::test]
async fn trap_8_a_503_is_never_evidence_that_something_is_not_there() {
    let server = Akkeris::start().await;
    let reader = server.connection().reader;
    server.world(|world| world.addon("ledger").is_reachable = false);
    let error = reader.backup("nope").await.unwrap_err();
    assert_ne!(error.kind, ReadErrorKind::NotFound, "ledger's may be it: {error}");
    let error = reader.backups(&server.id("ledger")).await.unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::ServerError(503));
    assert!(reader.addon(&server.id("ledger")).await.is_ok(), "the list that asks no broker knows it");
    server.fail(Method::GET, "/addons", 9, json_said(503, "Service Unavailable Error"));
    let error = reader.addon(&server.id("ledger")).await.unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::ServerError(503));
}

#[tokio::test]
async fn trap_9_deprovisioned_in_a_list_is_a_failed_provision() {
    let server = Akkeris::start().await;
    let reader = server.connection().reader;
    let doomed = reader.addon(&server.id("doomed")).await.unwrap().value;
    assert_eq!((&doomed.state, doomed.state_word.as_str()), (&State::Failed, "deprovisioned"));
    assert!(doomed.state_reason.unwrap().contains("could not be made"));
    assert_eq!(named(&reader.addons_of("blog-dev").await.unwrap().value, "doomed").state, State::Failed);
}

#[tokio::test]
async fn trap_10_names_are_not_unique_so_everything_acts_by_id() {
    let server = Akkeris::start().await;
    let connection = connect(&server.administrators(), settings()).unwrap();
    let ids: Vec<String> = server.world(|world| {
        let caches = world.addons.iter().filter(|addon| addon.attachments[0].name == "cache");
        caches.map(|addon| addon.id.clone()).collect()
    });
    let error = connection.reader.addon("cache").await.unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::Refused { status: 409, code: "ambiguous".into() });
    assert!(ids.iter().all(|id| error.message.contains(id)), "{error}");
    let destroy = Command::DestroyAddon { addon_id: ids[0].clone(), addon: "cache".into() };
    submit(&connection, &destroy).await.unwrap();
    assert_eq!(server.seen().last().unwrap().target, format!("/apps/bank-prod/addons/{}", ids[0]));
    assert_eq!(connection.reader.addon("cache").await.unwrap().value.key.id, ids[1], "the other one is left");
    // A third of that name is made beside it, and known by its own id.
    let receipt = submit(&connection, &create("bank-prod", "cache", "akkeris-redis:small")).await.unwrap();
    let made = receipt.addon_id.unwrap();
    assert!(!ids.contains(&made));
    submit(&connection, &Command::Rename { addon_id: made.clone(), addon: "cache".into(), name: "mine".into() })
        .await
        .unwrap();
    assert_eq!(connection.reader.addon("mine").await.unwrap().value.key.id, made);
    assert_eq!(connection.reader.addon(&ids[1]).await.unwrap().value.name, "cache");
}

#[tokio::test]
async fn trap_12_values_are_secrets_and_are_not_kept() {
    let server = Akkeris::start().await;
    let reader = server.connection().reader;
    let mut all = serde_json::to_string(&reader.addons_in_full().await.unwrap()).unwrap();
    for name in ["orders", "uploads", "keys", "sessions"] {
        let addon = reader.addon(&server.id(name)).await.unwrap();
        all += &format!("{addon:?}{}", serde_json::to_string(&addon.value).unwrap());
    }
    all += &format!("{:?}", reader.config_var_names("shop-dev").await.unwrap());
    all += &format!("{:?}", reader.newest_works(None).await);
    assert!(all.contains("SECURE_KEY") && all.contains("S3_SECRET_KEY"), "their names are");
    for secret in ["dummy-password", "dummy-secret", "DUMMYKEY", "DUMMYACCESS", "postgres://"] {
        assert!(!all.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn trap_13_an_attachment_tells_neither_service_nor_state() {
    let server = Akkeris::start().await;
    let list = server.connection().reader.addons_of("blog-dev").await.unwrap().value;
    let orders = named(&list, "orders");
    assert_eq!((orders.service.as_str(), orders.plan.as_deref()), ("akkeris-postgresql", Some("premium-0")));
    assert_eq!((&orders.state, orders.name.as_str()), (&State::Ready, "orders"), "its own name, not the attachment's");
}

#[tokio::test]
async fn trap_14_prices_are_cents_and_nothing_is_one() {
    let server = Akkeris::start().await;
    let list = listed(&server.connection()).await;
    let cents = |name: &str| match &named(&list, name).price {
        Known::Is(price) => price.cents_per_month,
        Known::Unknown(why) => panic!("{why}"),
    };
    assert_eq!((cents("posts"), cents("orders"), cents("ledger")), (0, 6000, 72000));
}

#[tokio::test]
async fn trap_15_what_the_platform_lets_anybody_do_is_confirmed_here() {
    let desk = Desk::new().await;
    for command in [
        desk.server.detach("orders", "blog-dev"),
        desk.server.change_plan("orders", "akkeris-postgresql:premium-1"),
        desk.server.rename("reporting", "reports"),
        desk.server.make_primary("reporting", "shop-dev", None),
        desk.server.restore("orders"),
    ] {
        let prepared = desk.prepare(command).await;
        assert!(prepared.effects.risk() >= Risk::Interrupts, "{:?}", prepared.effects);
        assert_eq!(prepared.effects.refusal(), None);
    }
    assert_eq!(desk.server.writes(), 0);
}

#[tokio::test]
async fn trap_16_a_list_asks_each_broker_so_the_quick_one_asks_none_and_the_others_are_rare() {
    let server = Akkeris::start().await;
    let connection = server.connection();
    listed(&connection).await;
    let asks_broker = |seen: &Seen| {
        let path = seen.path();
        path.starts_with("/addons/") || path.starts_with("/apps/") && path.contains("/addons")
    };
    let asking: Vec<String> = server.seen().into_iter().filter(asks_broker).map(|seen| seen.target).collect();
    assert!(asking.is_empty(), "{asking:?}");
    let pace = connection.reader.words().pace;
    let five = std::time::Duration::from_secs(5);
    assert!(pace.transitional >= five && pace.detail >= five && pace.states > pace.detail, "{pace:?}");
}

#[tokio::test]
async fn trap_17_the_dates_of_plans_and_services_say_nothing() {
    let server = Akkeris::start().await;
    let catalog = server.connection().reader.catalog().await.unwrap();
    assert!(!format!("{catalog:?}").contains("2016-08-09"));
}
