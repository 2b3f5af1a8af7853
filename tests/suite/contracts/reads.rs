//! Reading `/v1`.

use std::time::Duration;

use axum::http::Method;
use secrecy::ExposeSecret;

use attache::config::Endpoint;
use attache::model::{Capability, EventStatus, Health, Known, Owner, State, Verb};
use attache::platform::{Conditional, ConnectError, Connection, ReadError, ReadErrorKind, Settings, connect};
use serde_json::json;

use super::matrix::LACKING;
use super::standin::{Fault, StandIn};
use super::{connection, impatient, settings};

fn say(status: u16, body: &str) -> Fault {
    Fault::Say(status, Vec::new(), body.to_owned())
}

async fn addons(connection: &Connection) -> Vec<String> {
    match connection.reader.addons(None).await.unwrap() {
        Conditional::Changed(fresh) => fresh.value.into_iter().map(|addon| addon.name.into()).collect(),
        Conditional::Unchanged(_) => panic!("nothing was known"),
    }
}

async fn read_error(connection: &Connection) -> ReadError {
    connection.reader.addons(None).await.unwrap_err()
}

#[tokio::test]
async fn every_read_is_mapped() {
    let server = StandIn::start().await;
    let reader = connection(&server.profile()).reader;
    assert_eq!(reader.account().await.unwrap().name, "alice");
    assert_eq!(reader.teams().await.unwrap()[0].name, "sandbox");
    let apps = reader.apps().await.unwrap();
    assert_eq!((apps[0].name.as_str(), apps[0].release), ("storefront", Some(1)));
    let addon = reader.addon("orders").await.unwrap().value;
    assert_eq!((addon.name.as_str(), &addon.state, &addon.health), ("orders", &State::Ready, &Health::Ok));
    assert_eq!(addon.owner, Owner::Team("sandbox".into()));
    assert_eq!(addon.attachments.items()[0].config_vars.items(), ["DATABASE_URL", "PGHOST"]);
    assert_eq!(addon.endpoint.unwrap().port, 5432);
    let catalog = reader.catalog().await.unwrap();
    let plan = catalog.plan("postgresql", "small").unwrap();
    assert!(matches!(&plan.price, Known::Is(price) if price.cents_per_month == 0) && plan.is_default);
    assert_eq!(plan.limits[1].enforced_by, None);
    assert_eq!(catalog.service("valkey").unwrap().unavailable.as_deref(), Some("Install valkey-server."));
    let names = reader.config_var_names("storefront").await.unwrap();
    assert_eq!((names[0].name.as_str(), names[0].addon.as_deref()), ("DATABASE_URL", Some("orders")));
    let releases = reader.releases("storefront").await.unwrap();
    assert_eq!((releases[0].version, releases[0].by.as_deref()), (1, Some("alice")));
}

#[tokio::test]
async fn the_time_is_the_servers() {
    let server = StandIn::start().await;
    let body = server.db(|db| json!({"addon": db.find("orders").unwrap().json(db)}));
    let date = vec![("date", "Mon, 05 Jan 2026 03:14:07 GMT".to_owned())];
    server.fail(Method::GET, "/v1/addons/orders", 1, Fault::Say(200, date, body.to_string()));
    let fresh = connection(&server.profile()).reader.addon("orders").await.unwrap();
    assert_eq!(fresh.at, "2026-01-05T03:14:07Z".parse().unwrap());
}

#[tokio::test]
async fn values_come_only_when_asked_for_and_do_not_print() {
    let server = StandIn::start().await;
    let reader = connection(&server.profile()).reader;
    reader.config_var_names("storefront").await.unwrap();
    assert!(!server.seen().iter().any(|seen| seen.target.contains("reveal")));
    let variables = reader.config_vars("storefront").await.unwrap();
    assert_eq!(variables[0].value.expose_secret(), "secret of DATABASE_URL");
    assert!(!format!("{variables:?}").contains("secret of"));
}

#[tokio::test]
async fn events_come_after_an_id_and_are_cleaned() {
    let server = StandIn::start().await;
    server.page_by(2);
    let reader = connection(&server.profile()).reader;
    let events = reader.events("orders", 1).await.unwrap();
    assert_eq!(events.iter().map(|event| event.id).collect::<Vec<_>>(), [2, 3, 4, 5]);
    assert_eq!(events[1].status, EventStatus::Other("paused".into()));
    assert_eq!((events[0].message.as_str(), events[0].log[0].as_str()), ("m·[31m", "line "));
}

#[tokio::test]
async fn lists_are_read_to_the_last_page() {
    let server = StandIn::start().await;
    for name in ["a", "b", "c", "d"] {
        server.db(|db| db.create_addon(&json!({"addon": {"name": name, "service": "postgresql", "plan": "small"}})));
    }
    server.page_by(2);
    let connection = connection(&server.profile());
    assert_eq!(addons(&connection).await, ["orders", "a", "b", "c", "d"]);
    assert_eq!(server.count(Method::GET, "/v1/addons"), 3);
}

#[tokio::test]
async fn a_list_without_an_end_is_given_up() {
    let server = StandIn::start().await;
    let body = json!({"addons": [], "next_token": "again"}).to_string();
    server.fail(Method::GET, "/v1/addons", usize::MAX, say(200, &body));
    let error = read_error(&connection(&server.profile())).await;
    assert_eq!(error.kind, ReadErrorKind::Nonsense);
    assert_eq!(server.count(Method::GET, "/v1/addons"), 2, "the same token came twice");
}

#[tokio::test]
async fn an_unchanged_list_costs_no_body_but_a_tag_of_one_page_stands_for_no_list() {
    let server = StandIn::start().await;
    let reader = connection(&server.profile()).reader;
    let Conditional::Changed(fresh) = reader.addons(None).await.unwrap() else { panic!() };
    let tag = fresh.etag.unwrap();
    assert!(matches!(reader.addons(Some(&tag)).await.unwrap(), Conditional::Unchanged(_)));
    server.db(|db| db.set_state("orders", "failed", Some("disk")));
    assert!(matches!(reader.addons(Some(&tag)).await.unwrap(), Conditional::Changed(_)));
    server.db(|db| db.create_addon(&json!({"addon": {"name": "a", "service": "postgresql", "plan": "small"}})));
    server.page_by(1);
    let Conditional::Changed(fresh) = reader.addons(None).await.unwrap() else { panic!() };
    assert_eq!(fresh.etag, None);
}

#[tokio::test]
async fn an_unknown_word_counts_as_nothing_good() {
    let server = StandIn::start().await;
    server.db(|db| db.set_state("orders", "shiny\u{1b}", None));
    let addon = connection(&server.profile()).reader.addon("orders").await.unwrap().value;
    assert_eq!(addon.state, State::Other("shiny·".into()));
    assert_eq!(addon.state_word, "shiny·");
}

#[tokio::test]
async fn no_text_of_the_platform_steers_a_terminal() {
    let server = StandIn::start().await;
    let hostile = || "or\u{1b}[2J\u{202e}ders\u{9b}".to_owned();
    server.db(|db| {
        db.set_state("orders", "failed", Some(&hostile()));
        let addon = db.addon("orders").unwrap();
        (addon.name, addon.service, addon.plan) = (hostile(), hostile(), hostile());
        addon.attachments[0].alias = Some(hostile());
        db.app("storefront").unwrap().name = hostile();
    });
    let reader = connection(&server.profile()).reader;
    let Conditional::Changed(fresh) = reader.addons(None).await.unwrap() else { panic!() };
    let apps = reader.apps().await.unwrap();
    assert_eq!((fresh.value[0].name.as_str(), apps[0].name.as_str()), ("or·[2Jders·", "or·[2Jders·"));
    // As text for a machine: `Debug` would escape what it must not find.
    let all = serde_json::to_string(&(fresh.value, apps)).unwrap();
    assert!(!all.contains("u001b") && !all.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{all}");
}

#[tokio::test]
async fn only_the_profiles_teams_are_shown() {
    let server = StandIn::start().await;
    let mut profile = server.profile();
    profile.teams = vec!["acme".into()];
    assert!(addons(&connection(&profile)).await.is_empty());
    profile.teams.push("sandbox".into());
    assert_eq!(addons(&connection(&profile)).await, ["orders"]);
}

#[tokio::test]
async fn a_read_is_tried_again_within_limits() {
    for (fault, kind) in [
        (say(500, "oops"), ReadErrorKind::ServerError(500)),
        (say(503, "{}"), ReadErrorKind::ServerError(503)),
        (Fault::Cut, ReadErrorKind::CutOff),
        (Fault::ActAndCutInBody, ReadErrorKind::CutOff),
    ] {
        let server = StandIn::start().await;
        let connection = connection(&server.profile());
        server.fail(Method::GET, "/v1/addons", 2, fault.clone());
        assert_eq!(addons(&connection).await, ["orders"], "{fault:?}");
        assert_eq!(server.count(Method::GET, "/v1/addons"), 3, "{fault:?}");
        server.fail(Method::GET, "/v1/addons", 9, fault.clone());
        assert_eq!(read_error(&connection).await.kind, kind, "{fault:?}");
        assert_eq!(server.count(Method::GET, "/v1/addons"), 6, "{fault:?}");
    }
}

#[tokio::test]
async fn a_wait_that_was_asked_for_is_kept_or_handed_on() {
    let server = StandIn::start().await;
    let connection = connection(&server.profile());
    let wait = |seconds: &str| Fault::Say(429, vec![("retry-after", seconds.to_owned())], String::new());
    server.fail(Method::GET, "/v1/addons", 1, wait("3600"));
    let error = read_error(&connection).await;
    assert_eq!(error.kind, ReadErrorKind::RateLimited(Some(Duration::from_secs(3600))));
    assert_eq!(server.count(Method::GET, "/v1/addons"), 1, "it was asked to rest");
    server.fail(Method::GET, "/v1/addons", 1, wait("0"));
    assert_eq!(addons(&connection).await, ["orders"]);
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up_in_time() {
    let server = StandIn::start().await;
    let connection = connect(&server.profile(), impatient()).unwrap();
    server.fail(Method::GET, "/v1/addons", 9, Fault::Hang);
    let error = read_error(&connection).await;
    assert_eq!(error.kind, ReadErrorKind::TimedOut);
    assert!(error.message.contains("did not answer within 0.15 s"), "{error}");
}

#[tokio::test]
async fn each_refusal_is_told_apart() {
    let envelope = |code: &str| json!({"error": code, "message": "The server's sentence."}).to_string();
    let refused = |status: u16, code: &str| ReadErrorKind::Refused { status, code: code.to_owned() };
    for (status, body, kind, words) in [
        (400, envelope("bad_request"), refused(400, "bad_request"), "The server's sentence."),
        (403, envelope("forbidden"), ReadErrorKind::Forbidden, "The server's sentence."),
        (404, envelope("not_found"), ReadErrorKind::NotFound, "The server's sentence."),
        (422, envelope("invalid_field"), refused(422, "invalid_field"), "The server's sentence."),
        (404, "<h1>nginx</h1>".into(), ReadErrorKind::Nonsense, "is not an answer of this platform"),
        (200, "<h1>Sign in to WiFi</h1>".into(), ReadErrorKind::Nonsense, "is not a list of addons (at line 1"),
        (200, "{\"addons\":[{\"id\":7}]}".into(), ReadErrorKind::Nonsense, "at line 1"),
        (200, "{\"things\":[]}".into(), ReadErrorKind::Nonsense, "is not a list of addons"),
        (301, String::new(), refused(301, "http_301"), "is not followed"),
        (304, String::new(), refused(304, "http_304"), ""),
    ] {
        let server = StandIn::start().await;
        server.fail(Method::GET, "/v1/addons", 1, say(status, &body));
        let error = read_error(&connection(&server.profile())).await;
        assert_eq!(error.kind, kind, "{status} {body}");
        assert!(error.message.contains(words), "{error}");
        assert_eq!(server.count(Method::GET, "/v1/addons"), 1, "{status} {body}");
    }
}

#[tokio::test]
async fn a_nonsense_body_is_not_repeated() {
    let server = StandIn::start().await;
    server.fail(Method::GET, "/v1/apps", 9, say(200, "{\"config_vars\":[{\"name\":\"A\",\"value\":{\"hunter2\":1}}]}"));
    server.fail(Method::GET, "/v1/addons", 9, say(200, "{\"addons\":\"hunter2\"}"));
    let connection = connection(&server.profile());
    for error in [connection.reader.config_vars("storefront").await.unwrap_err(), read_error(&connection).await] {
        assert!(!error.message.contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_not_read() {
    let server = StandIn::start().await;
    let settings = Settings { body_limit: 10_000, ..settings() };
    let connection = connect(&server.profile(), settings).unwrap();
    for fault in [say(200, &" ".repeat(10_001)), Fault::Flood] {
        server.fail(Method::GET, "/v1/addons", 1, fault);
        let error = read_error(&connection).await;
        assert!(error.kind == ReadErrorKind::Nonsense && error.message.contains("larger than"), "{error:?}");
    }
}

#[tokio::test]
async fn a_wrong_token_is_named_by_its_source_and_never_shown() {
    let server = StandIn::on_tcp(Some("t0psecret")).await;
    let mut profile = server.profile();
    assert_eq!(addons(&connection(&profile)).await, ["orders"]);
    profile.token = Some("wr0ngone".to_owned().into());
    let error = read_error(&connection(&profile)).await;
    assert_eq!(error.kind, ReadErrorKind::Unauthorized);
    assert!(error.message.contains("the file /run/token"), "{error}");
    assert!(!format!("{error:?} {profile:?}").contains("wr0ngone"), "{error:?}");
    (profile.token, profile.token_source) = (None, None);
    assert!(read_error(&connection(&profile)).await.message.contains("token_file"));
}

#[tokio::test]
async fn a_token_is_never_taken_to_another_host() {
    let other = StandIn::on_tcp(None).await;
    let server = StandIn::on_tcp(Some("t0psecret")).await;
    for status in [301, 302, 303, 307, 308] {
        let there = vec![("location", format!("{}/v1/addons", other.url()))];
        server.fail(Method::GET, "/v1/addons", 1, Fault::Say(status, there, String::new()));
        assert!(read_error(&connection(&server.profile())).await.message.contains("no other host"));
    }
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn plain_http_to_another_machine_is_refused_before_anything_is_sent() {
    let server = StandIn::on_tcp(Some("t0psecret")).await;
    let mut profile = server.profile();
    profile.endpoint = Endpoint::Url("http://platform.example.com".into());
    let Err(error) = connect(&profile, settings()) else { panic!("it was taken") };
    assert!(matches!(error, ConnectError::Insecure(_)));
    assert!(error.to_string().contains("https://") && !error.to_string().contains("t0psecret"), "{error}");
}

#[tokio::test]
async fn a_platform_that_is_not_there_says_how_to_start_it() {
    let server = StandIn::start().await;
    let mut profile = server.profile();
    profile.endpoint = Endpoint::Unix(server.journal_folder().join("api.sock"));
    let error = read_error(&connection(&profile)).await;
    assert_eq!(error.kind, ReadErrorKind::NotListening);
    assert!(
        error.message.contains("there is no socket at") && error.message.ends_with("attache platform up"),
        "{error}"
    );
    let left_behind = server.journal_folder().with_file_name("dead.sock");
    drop(std::os::unix::net::UnixListener::bind(&left_behind).unwrap());
    profile.endpoint = Endpoint::Unix(left_behind);
    let error = read_error(&connection(&profile)).await;
    assert_eq!(error.kind, ReadErrorKind::NotListening);
    assert!(error.message.contains("nothing answers on it"), "{error}");
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    profile.endpoint = Endpoint::Url(format!("http://{free}"));
    let error = read_error(&connection(&profile)).await;
    assert!(error.message.contains("connection refused"), "{error}");
}

#[tokio::test]
async fn the_platform_has_every_verb_but_rolling_back() {
    let server = StandIn::start().await;
    let reader = connection(&server.profile()).reader;
    for verb in Verb::ALL {
        assert_eq!(reader.capability(verb) == Capability::Can, !LACKING.contains(&verb), "{verb:?}");
    }
    assert!(server.seen().is_empty());
}
