//! Sessions, errors, limits, and where nothing may go.

use attache::model::{Command, RestoreBackup};
use attache::platform::{ReadErrorKind, Record, Settings, SubmitError, connect};
use axum::http::Method;
use serde_json::Value;

use super::desk::{Watasu, listed, named};
use crate::contracts::{impatient, settings};
use crate::stand_ins::Fault;
use crate::stand_ins::watasu::Form;

#[tokio::test]
async fn a_lost_session_is_begun_anew_and_what_was_asked_is_asked_once_more() {
    let server = Watasu::start().await;
    let connection = server.connection();
    connection.reader.apps().await.unwrap();
    assert_eq!(server.world(|world| world.begun), 1);
    server.world(|world| world.forget_sessions());
    assert_eq!(connection.reader.apps().await.unwrap().len(), 4);
    assert_eq!(server.world(|world| world.begun), 2);
    assert_eq!(listed(&connection).await.len(), 11);
    assert_eq!(server.world(|world| world.begun), 2, "one session serves all");
}

#[tokio::test]
async fn each_refusal_has_its_kind_and_its_sentence() {
    for (token, kind, words) in [
        ("bad", ReadErrorKind::Unauthorized, "did not accept the token"),
        ("outsider", ReadErrorKind::Forbidden, "The team is suspended."),
    ] {
        let server = Watasu::start().await;
        let mut profile = server.profile();
        profile.token = Some(token.to_owned().into());
        let error = connect(&profile, settings()).unwrap().reader.apps().await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.message.contains(words), "{error}");
    }
}

#[tokio::test]
async fn being_asked_too_often_says_until_when() {
    let server = Watasu::start().await;
    let connection = server.connection();
    connection.reader.apps().await.unwrap();
    server.fail(Method::POST, "/mcp", 10, Fault::rate_limit(Some(120)));
    let before = server.seen().len();
    let error = connection.reader.apps().await.unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::RateLimited(Some(std::time::Duration::from_secs(120))), "{error}");
    assert_eq!(server.seen().len() - before, 1, "a wait that long is the caller's");
    assert!(matches!(connection.reader.addons(None).await.unwrap_err().kind, ReadErrorKind::RateLimited(Some(_))));
}

#[tokio::test]
async fn a_moments_weakness_is_asked_again_within_limits() {
    for fault in [
        Fault::Cut,
        Fault::ActAndCut,
        Fault::ActAndCutHalfWay,
        Fault::Say(503, Vec::new(), String::new()),
        Fault::rate_limit(Some(0)),
    ] {
        let server = Watasu::start().await;
        let connection = server.connection();
        connection.reader.apps().await.unwrap();
        server.fail(Method::POST, "/mcp", 1, fault.clone());
        assert_eq!(connection.reader.apps().await.unwrap().len(), 4, "{fault:?}");
        server.fail(Method::POST, "/mcp", 100, fault.clone());
        let before = server.seen().len();
        connection.reader.apps().await.unwrap_err();
        assert_eq!(server.seen().len() - before, 1 + settings().read_retries as usize, "{fault:?}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_is_cut_off_and_one_that_never_ends_is_not_read_to_its_end() {
    let server = Watasu::start().await;
    let hanging = connect(&server.profile(), impatient()).unwrap();
    hanging.reader.apps().await.unwrap();
    server.fail(Method::POST, "/mcp", 100, Fault::Hang);
    assert_eq!(hanging.reader.apps().await.unwrap_err().kind, ReadErrorKind::TimedOut);
    server.forget_faults();

    let small = connect(&server.profile(), Settings { body_limit: 100_000, ..settings() }).unwrap();
    small.reader.apps().await.unwrap();
    server.fail(Method::POST, "/mcp", 100, Fault::Flood);
    let error = small.reader.apps().await.unwrap_err();
    assert!(error.message.contains("larger than"), "{error}");
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_the_token_goes_nowhere_else() {
    let (server, elsewhere) = (Watasu::start().await, Watasu::start().await);
    let to = vec![("location", format!("{}/mcp", elsewhere.url))];
    for status in [301, 302, 307, 308] {
        server.fail(Method::POST, "/mcp", 100, Fault::Say(status, to.clone(), String::new()));
        let error = server.connection().reader.apps().await.unwrap_err();
        assert!(error.message.contains("is not followed"), "{status}: {error}");
        server.forget_faults();
    }
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn what_is_no_mcp_is_nonsense_and_a_page_of_a_proxy_takes_nothing_away() {
    for (status, body) in
        [(200, "<html>hello</html>"), (200, "{}"), (200, "[1]"), (404, "<html>not here</html>"), (200, "")]
    {
        let server = Watasu::start().await;
        server.fail(
            Method::POST,
            "/mcp",
            100,
            Fault::Say(status, vec![("content-type", "application/json".into())], body.into()),
        );
        let error = server.connection().reader.addon("postgresql-lively-0042").await.unwrap_err();
        assert_eq!(error.kind, ReadErrorKind::Nonsense, "{status} {body}: {error}");
    }
    // An answer to another question is none to ours.
    let server = Watasu::start().await;
    let other = r#"{"jsonrpc":"2.0","id":4711,"result":{"contents":[]}}"#;
    server.fail(
        Method::POST,
        "/mcp",
        100,
        Fault::Say(200, vec![("content-type", "application/json".into())], other.into()),
    );
    assert_eq!(server.connection().reader.apps().await.unwrap_err().kind, ReadErrorKind::Nonsense);
}

#[tokio::test]
async fn only_reads_are_ever_sent_and_the_token_is_in_no_word_of_ours() {
    let server = Watasu::start().await;
    let connection = server.connection();
    listed(&connection).await;
    connection.reader.account().await.unwrap();
    let allowed =
        ["initialize", "notifications/initialized", "resources/list", "resources/templates/list", "resources/read"];
    for seen in server.seen() {
        assert_eq!((seen.method.clone(), seen.path()), (Method::POST, "/mcp"));
        let method = seen.body["method"].as_str().unwrap().to_owned();
        assert!(allowed.contains(&method.as_str()), "{method}");
        assert_eq!(seen.headers["authorization"], "Bearer t0psecret");
        assert!(!String::from_utf8_lossy(&seen.raw).contains("t0psecret"));
        assert_ne!(seen.body["jsonrpc"], Value::Null);
    }
    // A server that repeats what it got.
    let echo = r#"{"message":"no such key: t0psecret, Bearer t0psecret"}"#;
    server.fail(Method::POST, "/mcp", 100, Fault::Say(401, Vec::new(), echo.into()));
    let error = connection.reader.apps().await.unwrap_err();
    assert!(!format!("{error:?}").contains("t0psecret"), "{error:?}");
}

#[tokio::test]
async fn one_that_no_app_has_is_known_to_the_machine_that_has_seen_it_also_after_a_restart() {
    let server = Watasu::start().await;
    let first = server.remembering();
    listed(&first).await;
    let lonely = first.reader.addon("postgresql-lonely-0060").await.unwrap().value;
    assert_eq!(lonely.apps(), Vec::<&str>::new());
    assert_eq!(listed(&first).await.len(), 12);
    // Another process, later; meanwhile one was detached from its only app.
    server.world(|world| world.addon_mut("clickhouse-broad-0044").unwrap().attachments.clear());
    let second = server.remembering();
    let addons = listed(&second).await;
    assert_eq!(addons.len(), 12);
    for name in ["postgresql-lonely-0060", "clickhouse-broad-0044"] {
        let addon = named(&addons, name);
        assert!(addon.state.is_ready() && addon.attachments.get().is_some_and(Vec::is_empty), "{addon:?}");
    }
    // Another machine has not seen it.
    assert!(listed(&server.connection()).await.iter().all(|addon| addon.name != "postgresql-lonely-0060"));
    // One that is gone is not shown, and is not asked for with every list.
    server.world(|world| world.addons.retain(|addon| addon.name != "postgresql-lonely-0060"));
    assert_eq!(listed(&second).await.len(), 11);
    let asked = server.world(|world| world.reads_of("postgresql-lonely-0060"));
    assert_eq!(listed(&second).await.len(), 11);
    assert_eq!(server.world(|world| world.reads_of("postgresql-lonely-0060")), asked);
}

#[tokio::test]
async fn an_add_on_keeps_its_identity_where_its_own_payload_tells_no_id() {
    let server = Watasu::start().await;
    let connection = server.connection();
    listed(&connection).await;
    server.world(|world| world.form = Form::Links);
    let by_id = connection.reader.addon("41").await.unwrap().value;
    assert_eq!((by_id.key.id.as_str(), by_id.name.as_str()), ("41", "postgresql-lively-0042"));
    let again = listed(&connection).await;
    assert_eq!(named(&again, "postgresql-lively-0042").key.id, "41");
}

/// An operation's folder that can't be made: nothing may be started then.
struct Nowhere;

impl Record for Nowhere {
    fn folder(&self) -> Result<std::path::PathBuf, String> {
        Err("The folder can't be made.".to_owned())
    }

    fn started(&self, _pid: u32, _output: &std::path::Path) -> Result<(), String> {
        panic!("nothing may be started")
    }

    fn progress(&self, _sentence: &str) -> Result<(), String> {
        panic!("nothing goes on")
    }
}

#[tokio::test]
async fn the_name_of_a_replacement_is_known_before_anything_is_sent() {
    let server = Watasu::start().await;
    let connection = server.remembering();
    assert!(listed(&connection).await.iter().all(|addon| addon.name != "postgresql-lonely-0060"));
    let restore = Command::Restore(RestoreBackup {
        backup_id: "postgresql-lively-0042::7".into(),
        of: Some("postgresql-lively-0042".into()),
        name: "postgresql-lonely-0060".into(),
        team: None,
        service: "postgresql".into(),
        plan: String::new(),
    });
    let sent = connection.writer.as_ref().unwrap().submit_recorded(&restore, "key", &Nowhere).await;
    assert!(matches!(sent, Err(SubmitError::NotSent(_))), "{sent:?}");
    // It is in no list; only its name finds it.
    assert!(listed(&connection).await.iter().any(|addon| addon.name == "postgresql-lonely-0060"));
}
