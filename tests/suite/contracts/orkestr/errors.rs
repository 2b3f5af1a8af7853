//! Errors in each of their forms, and a network that fails: what is said, what is asked again, and what never is.

use std::time::Duration;

use axum::http::Method;

use attache::platform::{ReadError, ReadErrorKind, SubmitError, connect};

use super::Orkestr;
use super::desk::{create, submit};
use crate::contracts::{impatient, settings};
use crate::stand_ins::Fault;
use crate::stand_ins::orkestr::seed;

fn json(status: u16, body: &str) -> Fault {
    Fault::Say(status, vec![("content-type", "application/json".into()), ("x-request-id", "req-7".into())], body.into())
}

async fn error_of(server: &Orkestr, settings: attache::platform::Settings) -> ReadError {
    server.connection_with(settings).reader.apps().await.unwrap_err()
}

#[tokio::test]
async fn each_form_of_an_error_is_a_sentence() {
    let refused = |status: u16, code: &str| ReadErrorKind::Refused { status, code: code.into() };
    let wait = |seconds: f64| ReadErrorKind::RateLimited(Some(Duration::from_secs_f64(seconds)));
    let page = |status| Fault::Say(status, vec![("content-type", "text/html".into())], "<html><h1>oops".into());
    for (fault, kind, words) in [
        (json(400, r#"{"detail": "That is no branch."}"#), refused(400, "http_400"), "That is no branch."),
        (json(409, r#"{"detail": "It is taken.", "code": "taken"}"#), refused(409, "taken"), "It is taken."),
        (json(400, r#"{"message": "The older style."}"#), refused(400, "http_400"), "The older style."),
        (
            json(
                422,
                r#"{"detail": [{"type": "x", "loc": ["body", "name"], "msg": "String should have at least 2 characters"}]}"#,
            ),
            refused(422, "http_422"),
            "name",
        ),
        (
            json(
                422,
                r#"{"detail": [{"loc": ["query", "skip"], "msg": "bad"}, {"loc": ["query", "limit"], "msg": "worse"}]}"#,
            ),
            refused(422, "http_422"),
            "limit: worse",
        ),
        (json(402, r#"{"detail": "Two add-ons.", "code": "plan_limit"}"#), refused(402, "plan_limit"), "plan"),
        (json(403, r#"{"detail": "Missing scope: projects:read"}"#), ReadErrorKind::Forbidden, "Missing scope"),
        (json(404, r#"{"detail": "Project not found"}"#), ReadErrorKind::NotFound, "Project not found"),
        (page(404), ReadErrorKind::Nonsense, "404"),
        (json(429, r#"{"detail": "Slow down.", "retry_after": 2.5}"#), wait(2.5), "3 s"),
        (Fault::rate_limit(Some(7)), wait(7.0), "7 s"),
        (
            json(429, r#"{"detail": "None left today.", "code": "usage_exhausted", "retry_after": 3}"#),
            refused(429, "usage_exhausted"),
            "None left today.",
        ),
        (json(500, r#"{"detail": "Internal"}"#), ReadErrorKind::ServerError(500), "500"),
        (json(200, r#"{"surprise": true}"#), ReadErrorKind::Nonsense, "list of projects"),
        (json(200, "<html>"), ReadErrorKind::Nonsense, "list of projects"),
    ] {
        let server = Orkestr::start().await;
        server.api.fail(Method::GET, "/api/v1/projects", 1, fault.clone());
        let error = error_of(&server, settings()).await;
        assert_eq!(error.kind, kind, "{fault:?}: {error}");
        assert!(error.in_full().contains(words), "{fault:?}: {}", error.in_full());
        for never in ["<html", "{\"", seed::TEAM] {
            assert!(!error.in_full().contains(never), "{fault:?}: {}", error.in_full());
        }
        assert_eq!(server.api.count(Method::GET, "/api/v1/projects"), 1, "not asked again: {fault:?}");
    }
}

#[tokio::test]
async fn the_header_s_wait_goes_before_the_body_s_and_is_kept_to() {
    let server = Orkestr::start().await;
    let both = Fault::Say(429, vec![("retry-after", "9".into())], r#"{"detail": "x", "retry_after": 2}"#.into());
    server.api.fail(Method::GET, "/api/v1/projects", 1, both);
    let connection = server.connection();
    let error = connection.reader.apps().await.unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::RateLimited(Some(Duration::from_secs(9))), "{error}");
    let asked = server.api.seen().len();
    let again = connection.reader.apps().await.unwrap_err();
    assert!(matches!(again.kind, ReadErrorKind::RateLimited(Some(_))), "{again}");
    assert_eq!(server.api.seen().len(), asked, "it asked not to be asked, and is not asked");
}

#[tokio::test]
async fn a_server_that_counts_is_believed() {
    let server = Orkestr::start().await;
    server.api.world(|world| world.switches.rate = Some(1));
    let reader = server.connection().reader;
    reader.account().await.unwrap();
    let error = reader.apps().await.unwrap_err();
    assert!(matches!(error.kind, ReadErrorKind::RateLimited(Some(_))), "{error}");
}

#[tokio::test]
async fn who_is_not_let_in_is_told_why() {
    let server = Orkestr::start().await;
    let of = |token: &str| connect(&server.profile_as(token), settings()).unwrap();
    let error = of(seed::EXPIRED).reader.apps().await.unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::Unauthorized);
    assert!(error.message.contains("ORKESTR_API_TOKEN"), "{error}");
    let starter = of(seed::STARTER);
    assert!(starter.reader.account().await.unwrap().rights.unwrap().contains("Pro and Team"));
    let error = starter.reader.apps().await.unwrap_err();
    assert!(error.kind == ReadErrorKind::Forbidden && error.message.contains("Pro or Team"), "{error}");
    let reader = of(seed::READER);
    assert_eq!(reader.reader.addons_in_full().await.unwrap().len(), 8);
    let error = submit(&reader, &create("docs", "more", "redis", None)).await.unwrap_err();
    assert!(matches!(&error, SubmitError::Refused(error) if error.message.contains("addons:write")), "{error:?}");
}

#[tokio::test]
async fn a_read_over_a_bad_way_is_asked_again_and_then_told() {
    for (fault, times) in [(Fault::Cut, 1), (Fault::ActAndCutHalfWay, 1), (json(503, "{}"), 1)] {
        let server = Orkestr::start().await;
        server.api.fail(Method::GET, "/api/v1/projects?", times, fault.clone());
        assert_eq!(server.connection().reader.apps().await.unwrap().len(), 3, "{fault:?}");
        assert_eq!(server.api.count(Method::GET, "/api/v1/projects?"), 2, "{fault:?}");
    }
    for (fault, kinds) in [
        (Fault::Hang, [ReadErrorKind::TimedOut, ReadErrorKind::TimedOut]),
        (Fault::ActAndCutInBody, [ReadErrorKind::CutOff, ReadErrorKind::CutOff]),
        (Fault::Cut, [ReadErrorKind::CutOff, ReadErrorKind::NotListening]),
    ] {
        let server = Orkestr::start().await;
        server.api.fail(Method::GET, "/", usize::MAX, fault.clone());
        let error = error_of(&server, impatient()).await;
        assert!(kinds.contains(&error.kind), "{fault:?}: {error:?}");
    }
}

#[tokio::test]
async fn a_write_is_sent_once_whatever_becomes_of_it() {
    let refused = |error: &SubmitError| matches!(error, SubmitError::Refused(_));
    let unknown = |error: &SubmitError| matches!(error, SubmitError::Unknown(_));
    type Is = fn(&SubmitError) -> bool;
    for (fault, is_expected) in [
        (Fault::Cut, unknown as Is),
        (Fault::ActAndCut, unknown as Is),
        (Fault::Hang, unknown as Is),
        (Fault::ActAndHang, unknown as Is),
        (json(500, r#"{"detail": "Internal"}"#), unknown as Is),
        (json(502, "<html>"), unknown as Is),
        (json(503, r#"{"detail": "full", "code": "fleet_full_retry"}"#), unknown as Is),
        (Fault::rate_limit(Some(3)), refused as Is),
        (json(402, r#"{"detail": "Two.", "code": "plan_limit"}"#), refused as Is),
        (json(409, r#"{"detail": "Taken."}"#), refused as Is),
        (Fault::Say(307, vec![("location", "/elsewhere".into())], String::new()), refused as Is),
    ] {
        let server = Orkestr::start().await;
        let connection = server.connection_with(impatient());
        server.api.fail(Method::POST, "/", 9, fault.clone());
        let error = submit(&connection, &create("docs", "more", "redis", None)).await.unwrap_err();
        assert!(is_expected(&error), "{fault:?}: {error:?}");
        assert_eq!(server.api.writes(), 1, "{fault:?}");
    }
}
