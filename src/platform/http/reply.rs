//! From a response to a complete answer of bounded size.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::Response;
use reqwest::header::{DATE, ETAG, HeaderMap, HeaderName, RETRY_AFTER};

use super::Answer;
use super::failure::Failure;
use crate::model::printable;

/// Reads a response to its end.
pub(super) async fn take(mut response: Response, limit: usize) -> Result<Answer, Failure> {
    let headers = response.headers();
    let at = text(headers, &DATE).and_then(date).unwrap_or_else(Timestamp::now);
    let etag = text(headers, &ETAG).map(str::to_owned);
    let request_id = text(headers, &HeaderName::from_static("x-request-id")).map(printable);
    let retry_after = text(headers, &RETRY_AFTER).and_then(|wait| retry_after(wait, at));
    let status = response.status().as_u16();
    if response.content_length().is_some_and(|length| length > limit as u64) {
        return Err(Failure::TooLarge(limit));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Failure::of(&error))? {
        if body.len() + chunk.len() > limit {
            return Err(Failure::TooLarge(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, at, etag, request_id, retry_after, body })
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn date(text: &str) -> Option<Timestamp> {
    rfc2822::parse(text).ok().map(|zoned| zoned.timestamp())
}

/// Seconds, or a date by the server's own clock.
fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    match text.trim().parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => Some(Duration::try_from(date(text)?.duration_since(now)).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_waits_are_read_by_the_servers_clock() {
        let now = date("Fri, 20 Nov 2026 03:14:07 GMT").unwrap();
        assert_eq!(now, "2026-11-20T03:14:07Z".parse().unwrap());
        assert_eq!(date("yesterday"), None);
        assert_eq!(retry_after("7", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Fri, 20 Nov 2026 03:14:17 GMT", now), Some(Duration::from_secs(10)));
        assert_eq!(retry_after("Fri, 20 Nov 2026 03:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("-1", now), None);
    }
}
