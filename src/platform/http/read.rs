//! Reads: tried again within a limit of tries and a limit of time.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue, IF_NONE_MATCH};
use reqwest::{Method, RequestBuilder, Response};
use tokio::time::Instant;

use super::ask::IsComplete;
use super::failure::Failure;
use super::{Answer, Headers, Http, refusal, reply};
use crate::model::printable;
use crate::platform::{Exchange, ReadError};

/// The answer to a request for bytes.
pub(in crate::platform) enum Opened {
    /// They begin; none was read yet. With the request as it may be shown.
    Bytes(Response, String),
    /// Something else came, with whatever status but 200.
    Answer(Answer),
}

/// How much of an answer is taken here.
#[derive(Clone, Copy)]
pub(super) enum Taken<'a> {
    /// All of it.
    Whole,
    /// A good one's bytes are handed out as they come.
    Bytes,
    /// As much as is of use.
    Until(IsComplete<'a>),
}

impl Http {
    /// Gets a path. The answer may have any status but those worth another try, of which the last is handed out.
    pub(in crate::platform) async fn get(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        etag: Option<&str>,
    ) -> Result<Answer, ReadError> {
        self.get_with(path, query, etag, &[]).await
    }

    /// The same, with headers of its own.
    pub(in crate::platform) async fn get_with(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        etag: Option<&str>,
        headers: Headers<'_>,
    ) -> Result<Answer, ReadError> {
        let mut request = self.reading(path, query)?;
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if let Some(etag) = etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        match self.retrying(request, &shown(&Method::GET, path, query), Taken::Whole).await? {
            Opened::Answer(answer) => Ok(answer),
            Opened::Bytes(..) => Err(refusal::nonsense(&self.target, "an answer to be read whole", None)),
        }
    }

    /// Gets a path whose body may be of any size. Only the beginning of the answer is tried again and has a limit of time;
    /// after that every next byte has one.
    pub(in crate::platform) async fn open(&self, path: &[&str]) -> Result<Opened, ReadError> {
        let request = self.reading(path, &[])?.header(ACCEPT, HeaderValue::from_static("application/octet-stream"));
        self.retrying(request, &shown(&Method::GET, path, &[]), Taken::Bytes).await
    }

    fn reading(&self, path: &[&str], query: &[(&str, &str)]) -> Result<RequestBuilder, ReadError> {
        let url = self.target.url(path, query).ok_or_else(|| refusal::bad_name(path))?;
        let request = self.read.get(url);
        Ok(match &self.token {
            Some(token) => request.header(AUTHORIZATION, token.clone()),
            None => request,
        })
    }

    pub(super) async fn retrying(
        &self,
        request: RequestBuilder,
        shown: &str,
        taken: Taken<'_>,
    ) -> Result<Opened, ReadError> {
        let deadline = Instant::now() + self.settings.read_overall;
        let mut attempt = 0;
        loop {
            self.turn(deadline, shown).await?;
            let trying = self.attempt(request.try_clone(), shown, taken);
            let tried = match tokio::time::timeout_at(deadline, trying).await {
                Ok(tried) => tried,
                Err(_elapsed) => Err(Failure::TimedOut),
            };
            let wait = match &tried {
                Ok(Opened::Bytes(..)) => None,
                Ok(Opened::Answer(answer)) => self
                    .manners
                    .tried_again
                    .contains(&answer.status)
                    .then(|| answer.exchange.retry_after.unwrap_or(self.backoff(attempt))),
                Err(failure) => failure.is_worth_another_try(&self.target).then(|| self.backoff(attempt)),
            };
            // A longer wait than there is time for is the caller's to keep.
            let again = wait.filter(|wait| attempt < self.settings.read_retries && Instant::now() + *wait < deadline);
            match (again, tried) {
                (Some(wait), _) => {
                    tracing::debug!(attempt, ?wait, "trying the read again");
                    tokio::time::sleep(wait).await;
                    attempt += 1;
                }
                (None, Ok(opened)) => return Ok(opened),
                (None, Err(failure)) => {
                    let exchange = Exchange { request: shown.to_owned(), ..Exchange::default() };
                    return Err(failure.of_a_read(&self.target, &self.settings).of(exchange));
                }
            }
        }
    }

    /// Waits until there is a request left of this minute, where they are counted and that is in time.
    async fn turn(&self, deadline: Instant, shown: &str) -> Result<(), ReadError> {
        let Some(meter) = &self.meter else { return Ok(()) };
        while let Err(wait) = meter.take(std::time::Instant::now()) {
            if Instant::now() + wait > deadline {
                return Err(refusal::used_up(&self.target, wait)
                    .of(Exchange { request: shown.to_owned(), ..Exchange::default() }));
            }
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }

    async fn attempt(&self, request: Option<RequestBuilder>, shown: &str, taken: Taken<'_>) -> Result<Opened, Failure> {
        // A request whose body is no stream can always be made again.
        let request = request.ok_or_else(|| Failure::CutOff("the request could not be made again".to_owned()))?;
        let sent = Timestamp::now();
        self.sent.fetch_add(1, Ordering::Relaxed);
        crate::platform::count::one_more();
        let response = request.send().await.map_err(|error| Failure::of(&error, &self.target))?;
        reply::compare_clocks(&response, sent, &self.skew);
        match taken {
            Taken::Bytes if response.status().as_u16() == 200 => Ok(Opened::Bytes(response, shown.to_owned())),
            Taken::Until(is_complete) => {
                reply::take_until(response, shown, self, is_complete).await.map(Opened::Answer)
            }
            Taken::Whole | Taken::Bytes => reply::take(response, shown, self).await.map(Opened::Answer),
        }
    }

    /// Doubles with each try; half of it is chance, so that many clients don't come back together.
    fn backoff(&self, attempt: u32) -> Duration {
        let full = self.settings.backoff.saturating_mul(1 << attempt.min(16)).min(self.settings.backoff_limit);
        full.mul_f64(rand::random_range(0.5..=1.0))
    }
}

/// A request as it may be shown: of a query the names alone, because its values may be anything.
pub(super) fn shown(method: &Method, path: &[&str], query: &[(&str, &str)]) -> String {
    let mut shown = format!("{method} /{}", path.join("/"));
    for (at, (name, _)) in query.iter().enumerate() {
        shown.push_str(&format!("{}{name}=…", if at == 0 { '?' } else { '&' }));
    }
    printable(&shown)
}
