//! What the recorded refusals become.

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

use super::*;
use crate::platform::http::Answer;
use crate::platform::{Exchange, ReadErrorKind, SubmitError};

fn answer(status: u16, content_type: Option<&str>, body: &str) -> Answer {
    let headers = content_type.map(|kind| (CONTENT_TYPE, HeaderValue::from_str(kind).unwrap()));
    Answer {
        status,
        at: Timestamp::UNIX_EPOCH,
        etag: None,
        exchange: Exchange { request: "GET /x".into(), status: Some(status), ..Exchange::default() },
        headers: HeaderMap::from_iter(headers),
        body: body.as_bytes().to_vec(),
    }
}

fn refused(status: u16, content_type: Option<&str>, body: &str) -> ReadError {
    client::refused(adapter().http.target(), &answer(status, content_type, body))
}

#[test]
fn every_recorded_refusal_is_a_sentence_of_its_kind() {
    let mut seen = 0;
    for one in recorded().into_iter().filter(|one| one.status >= 400) {
        let text = one.text.clone().unwrap_or_default();
        let error = refused(one.status, one.content_type.as_deref(), &text);
        let name = &one.name;
        match one.status {
            401 => assert_eq!(error.kind, ReadErrorKind::Unauthorized, "{name}"),
            403 => assert_eq!(error.kind, ReadErrorKind::Forbidden, "{name}"),
            404 if text.is_empty() => assert_eq!(error.kind, ReadErrorKind::Nonsense, "{name}"),
            404 => assert_eq!(error.kind, ReadErrorKind::NotFound, "{name}"),
            status @ (500 | 503) => assert_eq!(error.kind, ReadErrorKind::ServerError(status), "{name}"),
            status => {
                assert!(matches!(error.kind, ReadErrorKind::Refused { status: at, .. } if at == status), "{name}");
            }
        }
        let hollow =
            ["", "Unauthorized", "Forbidden", "Service Unavailable Error", "Internal Server Error", "[object Object]"];
        if !hollow.contains(&text.as_str()) && !text.starts_with('<') {
            assert!(error.message.contains(&text), "{name}: {}", error.message);
        }
        assert!(!error.message.contains('<') && !error.message.contains("[object"), "{name}: {}", error.message);
        assert!(error.exchange.is_some(), "{name}");
        seen += 1;
    }
    assert!(seen > 45, "{seen}");
}

#[test]
fn a_503_says_what_it_may_mean_and_a_424_that_it_wants_to_wait() {
    let error = refused(503, Some("application/json; charset=utf-8"), "Service Unavailable Error");
    for meaning in ["busy", "not know", "not offer", "not answer"] {
        assert!(error.message.contains(meaning), "{}", error.message);
    }
    let told = refused(503, Some("text/plain"), "The region is being moved.");
    assert!(told.message.ends_with("It says: The region is being moved."), "{}", told.message);
    let wait = refused(424, Some("application/json"), "[object Object]");
    assert!(wait.message.contains("asks to wait"), "{}", wait.message);
    assert!(matches!(&wait.kind, ReadErrorKind::Refused { status: 424, code } if code == "wait"));
}

#[test]
fn a_page_is_never_shown_and_a_404_without_a_word_is_no_evidence_that_anything_is_gone() {
    for (kind, body) in [
        (Some("text/html; charset=utf-8"), "<!DOCTYPE html>\n<pre>SyntaxError at /srv/x.js</pre>"),
        (Some("application/json"), "<html>gateway</html>"),
        (None, ""),
    ] {
        let error = refused(404, kind, body);
        assert_eq!(error.kind, ReadErrorKind::Nonsense, "{body}");
        assert!(!error.message.contains("srv") && !error.message.contains("gateway"), "{}", error.message);
        assert!(!refused(400, kind, body).message.contains("srv"));
    }
    let quoted = refused(404, Some("application/json"), "\"The specified plan was not found.\"");
    assert_eq!((quoted.kind, quoted.message.as_str()), (ReadErrorKind::NotFound, "The specified plan was not found."));
}

#[test]
fn nothing_that_a_server_says_steers_a_terminal_or_shows_our_token() {
    let error = refused(409, Some("application/json"), "No \u{1b}[2J, t0psecret is not enough.");
    assert!(!error.message.contains('\u{1b}') && !error.message.contains("t0psecret"), "{}", error.message);
}

#[test]
fn a_503_is_not_asked_again_by_itself() {
    assert!(!MANNERS.tried_again.contains(&503) && !MANNERS.tried_again.contains(&500));
    assert!(MANNERS.tried_again.contains(&429));
    const { assert!(!MANNERS.takes_keys) };
}

#[test]
fn a_5xx_to_a_write_says_nothing_about_whether_it_happened() {
    let writer = writer::AkkerisWriter { reader: Arc::new(adapter()) };
    let refusal = |status| writer.refusal(&answer(status, Some("application/json"), "Some words."));
    for status in [400, 401, 403, 404, 409, 422, 424, 429] {
        assert!(matches!(refusal(status), SubmitError::Refused(_)), "{status}");
    }
    for status in [303, 408, 500, 502, 503, 504] {
        let refusal = refusal(status);
        assert!(matches!(&refusal, SubmitError::Unknown(_)), "{status}");
        assert!(refusal.reason().message.ends_with("It may or may not have happened."), "{refusal:?}");
    }
}
