//! From a response to a complete answer of bounded size.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::Response;
use reqwest::header::{AGE, DATE, ETAG, HeaderMap, HeaderName, RETRY_AFTER};

use super::ask::IsComplete;
use super::endpoint::Target;
use super::failure::Failure;
use super::skew::Skew;
use super::{Answer, Http};
use crate::platform::Exchange;

/// Under which names platforms tell the id of a request.
const REQUEST_IDS: [&str; 3] = ["x-request-id", "request-id", "x-correlation-id"];
/// The most of an id that is of use to anybody.
const LONGEST_ID: usize = 100;

/// Reads a response to its end.
pub(super) async fn take(response: Response, request: &str, http: &Http) -> Result<Answer, Failure> {
    take_until(response, request, http, &|_, _| false).await
}

/// Reads a response to its end, or for as long as it is not complete.
pub(super) async fn take_until(
    mut response: Response,
    request: &str,
    http: &Http,
    is_complete: IsComplete<'_>,
) -> Result<Answer, Failure> {
    let limit = http.settings.body_limit;
    let mut exchange = exchange(&response, request.to_owned(), &http.target);
    let headers = response.headers();
    http.allowance.saw(headers);
    let at = exchange.at.unwrap_or_else(Timestamp::now);
    let etag = text(headers, &ETAG).map(str::to_owned);
    exchange.retry_after = text(headers, &RETRY_AFTER).and_then(|wait| retry_after(wait, at));
    let status = response.status().as_u16();
    let headers = headers.clone();
    if response.content_length().is_some_and(|length| length > limit as u64) {
        return Err(Failure::TooLarge(limit));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Failure::of(&error, &http.target))? {
        if body.len() + chunk.len() > limit {
            return Err(Failure::TooLarge(limit));
        }
        body.extend_from_slice(&chunk);
        if is_complete(&headers, &body) {
            break;
        }
    }
    Ok(Answer { status, at, etag, exchange, headers, body })
}

/// What an answer tells beside its body.
pub(super) fn exchange(response: &Response, request: String, target: &Target) -> Exchange {
    let headers = response.headers();
    let id = REQUEST_IDS.iter().find_map(|name| text(headers, &HeaderName::from_static(name)));
    Exchange {
        request,
        status: Some(response.status().as_u16()),
        request_id: id.map(|id| target.clean(id).chars().take(LONGEST_ID).collect()),
        at: text(headers, &DATE).and_then(date),
        field: None,
        asks: None,
        retry_after: None,
    }
}

/// Looks at the clock of who answered. An answer out of a cache has an old date, and one of a gateway may have another clock.
pub(super) fn compare_clocks(response: &Response, sent: Timestamp, skew: &Skew) {
    let headers = response.headers();
    let is_old = text(headers, &AGE).is_some_and(|age| age.trim() != "0");
    if let Some(date) = text(headers, &DATE).and_then(date).filter(|_| !is_old && response.status().as_u16() < 500) {
        skew.saw(date, sent, Timestamp::now());
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn date(text: &str) -> Option<Timestamp> {
    rfc2822::parse(text).ok().map(|zoned| zoned.timestamp())
}

/// A server that wants a longer wait than this is not obeyed to the letter: nobody would notice that it is well again.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

/// Seconds, or a date by the server's own clock; an hour at most.
fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let wait = match text.trim().parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => Duration::try_from(date(text)?.duration_since(now)).unwrap_or_default(),
    };
    Some(wait.min(LONGEST_WAIT))
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
        assert_eq!(retry_after("18446744073709551615", now), Some(LONGEST_WAIT), "nothing is added to that");
        assert_eq!(retry_after("Fri, 20 Nov 2099 03:14:17 GMT", now), Some(LONGEST_WAIT));
        assert_eq!(retry_after("Fri, 20 Nov 2026 03:14:17 GMT", now), Some(Duration::from_secs(10)));
        assert_eq!(retry_after("Fri, 20 Nov 2026 03:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("-1", now), None);
    }
}
