//! What an error tells: which credential, which field, which request, when again. And what no error tells, whatever a server
//! sends back: the token.

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::http::Method;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use attache::config::TokenSource;
use attache::model::Command;
use attache::platform::{Connection, ReadError, ReadErrorKind, SubmitError};

use super::standin::{Fault, StandIn};
use super::writes::create;
use super::{connection, settings};

const TOKEN: &str = "sk-live/4f9a+c0ffee==";

async fn read_error(connection: &Connection) -> ReadError {
    connection.reader.addons(None).await.unwrap_err()
}

async fn submit(connection: &Connection, command: &Command) -> SubmitError {
    connection.writer.as_ref().unwrap().submit(command, "key-1").await.unwrap_err()
}

fn say(status: u16, headers: &[(&'static str, &str)], body: String) -> Fault {
    Fault::Say(status, headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(), body)
}

#[tokio::test]
async fn a_refused_credential_is_named_by_its_source_and_how_to_renew_it() {
    let server = StandIn::on_tcp(Some(TOKEN)).await;
    let mut profile = server.profile();
    for (source, words, way) in [
        (
            TokenSource::Variable("HEROKU_API_KEY".into()),
            "the token from the variable HEROKU_API_KEY (401)",
            "Set it to a valid token and start attache again.",
        ),
        (
            TokenSource::Command { profile: "work".into(), command: Vec::new() },
            "the token from the token_command of profile work (401)",
            "See to it that the command prints a valid token and start attache again.",
        ),
        (
            TokenSource::File("/run/token".into()),
            "the token from the file /run/token (401)",
            "Write a valid token into it and start attache again.",
        ),
    ] {
        profile.token_source = Some(source);
        server.fail(Method::GET, "/v1/addons", 1, say(401, &[], String::new()));
        let error = read_error(&connection(&profile)).await;
        assert_eq!(error.kind, ReadErrorKind::Unauthorized);
        assert!(error.message.contains(words) && error.message.ends_with(way), "{error}");
        let body = json!({"error": "forbidden", "message": "Members may not list add-ons."}).to_string();
        server.fail(Method::GET, "/v1/addons", 1, say(403, &[], body));
        let error = read_error(&connection(&profile)).await;
        assert_eq!(error.kind, ReadErrorKind::Forbidden);
        assert!(error.message.contains(&words.replace("401", "403")), "{error}");
        assert!(error.message.ends_with("It says: Members may not list add-ons."), "{error}");
    }
}

#[tokio::test]
async fn a_wait_that_is_asked_for_is_told_as_a_time_of_the_platforms_clock() {
    let server = StandIn::start().await;
    let date = ("date", "Fri, 20 Nov 2026 03:14:07 GMT");
    for (retry_after, words) in [
        ("63", "It wants to be asked again at 03:15:10Z."),
        ("Fri, 20 Nov 2026 03:15:10 GMT", "It wants to be asked again at 03:15:10Z."),
        ("soon", "does not say when it may be asked again."),
    ] {
        server.forget_faults();
        server.fail(Method::GET, "/v1/addons", 9, say(429, &[date, ("retry-after", retry_after)], String::new()));
        let error = read_error(&connection(&server.profile())).await;
        assert!(matches!(error.kind, ReadErrorKind::RateLimited(_)) && error.message.ends_with(words), "{error}");
    }
}

#[tokio::test]
async fn the_request_the_field_and_the_servers_clock_are_told() {
    let server = StandIn::start().await;
    let connection = connection(&server.profile());
    let date = ("date", "Fri, 20 Nov 2026 03:14:07 GMT");
    for name in ["x-request-id", "request-id", "x-correlation-id"] {
        let body = json!({"error": "internal", "message": "It broke."}).to_string();
        server.fail(Method::GET, "/v1/addons/orders/events", 3, say(500, &[date, (name, "req_4711")], body));
        let error = connection.reader.events("orders", 7).await.unwrap_err();
        let exchange = error.exchange.clone().unwrap();
        assert_eq!(exchange.request, "GET /v1/addons/orders/events?after=…");
        assert_eq!((exchange.status, exchange.request_id.as_deref()), (Some(500), Some("req_4711")));
        assert_eq!(exchange.at, Some("2026-11-20T03:14:07Z".parse().unwrap()));
        assert!(error.in_full().ends_with("It broke. (request req_4711)"), "{}", error.in_full());
    }
    for (body, field, words) in [
        (json!({"error": "invalid_name", "message": "It has a space in it."}), "name", "name: It has a space in it."),
        (json!({"error": "odd", "message": "Too small.", "details": {"field": "plan"}}), "plan", "plan: Too small."),
        (json!({"error": "unknown_plan", "message": "There is no plan tiny."}), "plan", "There is no plan tiny."),
    ] {
        server.fail(Method::POST, "/v1/addons", 1, say(422, &[("x-request-id", "req_9")], body.to_string()));
        let SubmitError::Refused(error) = submit(&connection, &create("new", None)).await else { panic!("{body}") };
        let exchange = error.exchange.clone().unwrap();
        assert_eq!((exchange.request.as_str(), exchange.field.as_deref()), ("POST /v1/addons", Some(field)));
        assert_eq!(error.message, words);
        assert!(error.in_full().ends_with(", request req_9)"), "{}", error.in_full());
    }
}

#[tokio::test]
async fn the_platforms_clock_is_learned_from_its_answers() {
    let server = StandIn::start().await;
    let connection = connection(&server.profile());
    assert_eq!(connection.reader.skew(), SignedDuration::ZERO);
    connection.reader.addon("orders").await.unwrap();
    assert_eq!(connection.reader.skew(), SignedDuration::ZERO, "the same clock");
    for (ahead, age, learned) in [(-252, "0", -252), (7_000, "300", -252)] {
        let date = Timestamp::now() + SignedDuration::from_secs(ahead);
        let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let body = server.db(|db| json!({"addon": db.find("orders").unwrap().json(db)}).to_string());
        server.fail(Method::GET, "/v1/addons/orders", 20, say(200, &[("date", &date), ("age", age)], body));
        for _ in 0..20 {
            connection.reader.addon("orders").await.unwrap();
        }
        let wrong = connection.reader.skew().as_secs() - learned;
        assert!(wrong.abs() <= 2, "{ahead}, age {age}: {:?}", connection.reader.skew());
    }
}

/// What was logged, as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Every way in which a server can send the token back, in an answer of that status.
fn echoes(status: u16) -> Vec<Fault> {
    let encoded = percent_encoding::utf8_percent_encode(TOKEN, percent_encoding::NON_ALPHANUMERIC);
    let url = format!("https://anna:{TOKEN}@platform.example.com/?token={encoded}");
    let body = |text: &str| {
        json!({"error": text, "message": format!("No: {text} ({url})"), "details": {"field": text}}).to_string()
    };
    let headers = [("x-request-id", TOKEN), ("www-authenticate", TOKEN), ("location", TOKEN), ("etag", TOKEN)];
    vec![
        say(status, &headers, body(TOKEN)),
        say(status, &headers, body(&format!("Bearer {TOKEN}"))),
        say(status, &headers, body(&encoded.to_string())),
        say(status, &headers, format!("<h1>Authorization: Bearer {TOKEN}</h1>")),
        say(status, &headers, body(&format!("{}{TOKEN}", "x".repeat(490)))),
    ]
}

#[tokio::test]
async fn whatever_a_server_sends_back_the_token_is_in_no_error_and_in_no_log() {
    let log = Log::default();
    let written = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::level_filters::LevelFilter::TRACE)
        .with_writer(move || written.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let server = StandIn::on_tcp(Some(TOKEN)).await;
    let connection = attache::platform::connect(&server.profile(), settings()).unwrap();
    let mut said = String::new();
    for status in [200, 301, 400, 401, 403, 404, 409, 422, 429, 500, 503] {
        for fault in echoes(status) {
            server.fail(Method::GET, "/v1/", 4, fault.clone());
            server.fail(Method::POST, "/v1/", 1, fault);
            let mut tell = |error: &ReadError| said.push_str(&format!("{error:?}\n{error}\n{}\n", error.in_full()));
            tell(&read_error(&connection).await);
            if let Err(error) = connection.reader.download("bkp_1").await {
                tell(&error);
            }
            let error = submit(&connection, &create("new", None)).await;
            tell(error.reason());
            said.push_str(&format!("{error:?}\n{error}\n"));
            // What a fault has left over is not for the next one.
            server.forget_faults();
        }
    }
    assert!(said.contains("$TOKEN"), "it was sent back");
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(!logged.is_empty(), "something was logged");
    let encoded = percent_encoding::utf8_percent_encode(TOKEN, percent_encoding::NON_ALPHANUMERIC).to_string();
    for text in [&said, &logged] {
        for secret in [TOKEN, &encoded, "4f9a", "anna"] {
            let found = text.find(secret).map(|at| &text[at.saturating_sub(200)..(at + 100).min(text.len())]);
            assert_eq!(found, None, "{secret}");
        }
    }
}
