//! Errors in each of their forms, and a network that fails: what is said, what is asked again, and what never is.

use std::time::Duration;

use axum::http::Method;

use attache::config::TokenSource;
use attache::platform::{Connection, ReadError, ReadErrorKind, SubmitError, connect};

use super::Akkeris;
use super::desk::{create, listed, submit};
use crate::contracts::{impatient, settings};
use crate::stand_ins::Fault;

async fn read_error(connection: &Connection) -> ReadError {
    connection.reader.addons(None).await.unwrap_err()
}

fn sentence(status: u16, text: &str) -> Fault {
    Fault::Say(status, vec![("content-type", "application/json; charset=utf-8".into())], text.into())
}

fn page(status: u16) -> Fault {
    let text = "<!DOCTYPE html>\n<html><pre>SyntaxError: Unexpected end of JSON input<br> at JSON.parse</pre></html>";
    Fault::Say(status, vec![("content-type", "text/html; charset=utf-8".into())], text.into())
}

#[tokio::test]
async fn each_form_of_an_error_is_a_sentence() {
    let nothing =
        |status: u16| Fault::Say(status, vec![("content-type", "application/octet-stream".into())], String::new());
    let refused = |status: u16| ReadErrorKind::Refused { status, code: format!("http_{status}") };
    for (fault, kind, words) in [
        (
            sentence(404, "The specified addon could not be found."),
            ReadErrorKind::NotFound,
            "The specified addon could not be found.",
        ),
        (nothing(404), ReadErrorKind::Nonsense, "knows no such path (404, without a word)"),
        (page(400), refused(400), "400"),
        (page(404), ReadErrorKind::Nonsense, "404"),
        (
            sentence(403, "addons can only be destroyed by administrators on this app."),
            ReadErrorKind::Forbidden,
            "only be destroyed by administrators",
        ),
        (
            sentence(409, "Addons cannot be attached to same app they exist on."),
            refused(409),
            "cannot be attached to same app",
        ),
        (sentence(422, "The specified plan could not be found: x (0)"), refused(422), "could not be found: x (0)"),
        (
            sentence(424, "[object Object]"),
            ReadErrorKind::Refused { status: 424, code: "wait".into() },
            "asks to wait (424)",
        ),
        (sentence(500, "Internal Server Error"), ReadErrorKind::ServerError(500), "500"),
        (sentence(501, "No."), ReadErrorKind::Refused { status: 501, code: "unsupported".into() }, "not set up"),
        (
            sentence(503, "Service Unavailable Error"),
            ReadErrorKind::ServerError(503),
            "any error of a region or of a service's broker",
        ),
        (sentence(200, "The specified addon could not be found."), ReadErrorKind::Nonsense, "is not a list of add-ons"),
        (Fault::rate_limit(Some(3600)), ReadErrorKind::RateLimited(Some(Duration::from_secs(3600))), ""),
    ] {
        let server = Akkeris::start().await;
        server.fail(Method::GET, "/addons", 1, fault.clone());
        let error = read_error(&server.connection()).await;
        assert_eq!(error.kind, kind, "{fault:?}: {error}");
        assert!(error.message.contains(words), "{fault:?}: {error}");
        for never in ["<html", "[object", "Service Unavailable Error", "JSON.parse", "t0psecret"] {
            assert!(!error.message.contains(never), "{fault:?}: {error}");
        }
        assert_eq!(server.count(Method::GET, "/addons"), 1, "not asked again: {fault:?}");
    }
}

#[tokio::test]
async fn a_token_that_is_not_taken_is_named_by_its_source() {
    let server = Akkeris::start().await;
    for (token, kind) in [("bad", ReadErrorKind::Unauthorized), ("outsider", ReadErrorKind::Forbidden)] {
        let mut profile = server.profile();
        profile.token = Some(token.to_owned().into());
        profile.token_source = Some(TokenSource::File("/run/akkeris-token".into()));
        let error = read_error(&connect(&profile, settings()).unwrap()).await;
        assert_eq!(error.kind, kind);
        if kind == ReadErrorKind::Unauthorized {
            assert!(error.message.contains("/run/akkeris-token"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_read_is_asked_again_where_the_way_was_bad_and_not_where_a_broker_was() {
    for (fault, times) in [
        (Fault::Cut, 3),
        (Fault::ActAndCutInBody, 3),
        (Fault::ActAndCutHalfWay, 3),
        (page(502), 3),
        (page(504), 3),
        (Fault::rate_limit(Some(0)), 3),
        (sentence(503, "Service Unavailable Error"), 1),
        (sentence(500, "Internal Server Error"), 1),
        (sentence(424, "[object Object]"), 1),
    ] {
        let server = Akkeris::start().await;
        let connection = server.connection();
        server.fail(Method::GET, "/addons", 9, fault.clone());
        read_error(&connection).await;
        assert_eq!(server.count(Method::GET, "/addons"), times, "{fault:?}");
        server.forget_faults();
        assert_eq!(listed(&connection).await.len(), 14);
    }
}

#[tokio::test]
async fn a_slow_server_is_given_up_in_time() {
    let server = Akkeris::start().await;
    let connection = server.connection_with(impatient());
    server.fail(Method::GET, "/addons", 9, Fault::Hang);
    let error = read_error(&connection).await;
    assert_eq!(error.kind, ReadErrorKind::TimedOut);
    server.forget_faults();
    // An answer that comes late, but comes.
    server.fail(Method::GET, "/addons", 1, Fault::Delay(None));
    let patient = server.connection();
    let (list, ()) = tokio::join!(listed(&patient), async {
        server.until_waiting(1).await;
        server.release().await;
    });
    assert_eq!(list.len(), 14);
}

#[tokio::test]
async fn a_write_is_sent_once_whatever_goes_wrong() {
    let never_sure = |error: &SubmitError| matches!(error, SubmitError::Unknown(_));
    let refused = |error: &SubmitError| matches!(error, SubmitError::Refused(_));
    type Expected = fn(&SubmitError) -> bool;
    let cases: [(Fault, Expected); 16] = [
        (Fault::Cut, never_sure),
        (Fault::ActAndCut, never_sure),
        (Fault::ActAndCutInBody, never_sure),
        (Fault::ActAndCutHalfWay, never_sure),
        (Fault::Hang, never_sure),
        (Fault::ActAndHang, never_sure),
        (Fault::CutAndActLate(None), never_sure),
        (sentence(500, "Internal Server Error"), never_sure),
        (sentence(503, "Service Unavailable Error"), never_sure),
        (page(502), never_sure),
        (sentence(201, "This is not an add-on."), never_sure),
        (page(400), refused),
        (sentence(409, "This addon is already provisioned or attached on this app."), refused),
        (sentence(424, "[object Object]"), refused),
        (Fault::rate_limit(None), refused),
        (Fault::Say(302, vec![("location", "http://127.0.0.1:1/".into())], String::new()), never_sure),
    ];
    for (fault, is_expected) in cases {
        let server = Akkeris::start().await;
        let connection = server.connection_with(impatient());
        server.fail(Method::POST, "/", 9, fault.clone());
        let error = submit(&connection, &create("mail-dev", "new", "akkeris-redis:small")).await.unwrap_err();
        assert!(is_expected(&error), "{fault:?}: {error:?}");
        assert_eq!(server.writes(), 1, "{fault:?}");
    }
}
