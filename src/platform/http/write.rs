//! Writes: one request, one connection, one try.

use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, HeaderName};
use reqwest::{Client, Method, Request, RequestBuilder};
use serde_json::Value;

use super::failure::{self, Failure};
use super::read::shown;
use super::{Answer, Headers, Http, refusal, reply};
use crate::platform::{ReadError, ReadErrorKind, SubmitError};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

impl Http {
    /// Sends one request, once. An answer of any status is an answer; what is not known is [`SubmitError::Unknown`].
    pub(in crate::platform) async fn send(
        &self,
        method: Method,
        path: &[&str],
        body: Option<&Value>,
        idempotency_key: &str,
    ) -> Result<Answer, SubmitError> {
        self.send_with(method, path, body, idempotency_key, &[]).await
    }

    /// The same, with headers of its own.
    pub(in crate::platform) async fn send_with(
        &self,
        method: Method,
        path: &[&str],
        body: Option<&Value>,
        idempotency_key: &str,
        headers: Headers<'_>,
    ) -> Result<Answer, SubmitError> {
        let mut request = self.writing(&self.write, method.clone(), path, &[], idempotency_key)?;
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        self.once(request, &shown(&method, path, &[])).await
    }

    /// One without a body, whose parameters stand in its query.
    pub(in crate::platform) async fn send_query(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        idempotency_key: &str,
    ) -> Result<Answer, SubmitError> {
        let request = self.writing(&self.write, method.clone(), path, query, idempotency_key)?;
        self.once(request, &shown(&method, path, query)).await
    }

    async fn once(&self, request: RequestBuilder, shown: &str) -> Result<Answer, SubmitError> {
        let request = self.built(request)?;
        let unknown = |failure: Failure| failure.of_a_write(&self.target, &self.settings).of(shown);
        if let Some(meter) = &self.meter {
            meter.count(std::time::Instant::now());
        }
        let sent = Timestamp::now();
        crate::platform::count::one_more();
        let response = self.write.execute(request).await.map_err(|error| unknown(Failure::of(&error, &self.target)))?;
        reply::compare_clocks(&response, sent, &self.skew);
        reply::take(response, shown, self).await.map_err(|failure| unknown(failure.after_sending()))
    }

    /// The head of a request that writes.
    pub(super) fn writing(
        &self,
        client: &Client,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        idempotency_key: &str,
    ) -> Result<RequestBuilder, SubmitError> {
        let url = self.target.url(path, query).ok_or_else(|| SubmitError::NotSent(refusal::bad_name(path)))?;
        let mut request = client.request(method, url);
        if self.manners.takes_keys {
            request = request.header(IDEMPOTENCY_KEY, idempotency_key);
        }
        Ok(match &self.token {
            Some(token) => request.header(AUTHORIZATION, token.clone()),
            None => request,
        })
    }

    /// The request as it is sent.
    pub(super) fn built(&self, request: RequestBuilder) -> Result<Request, SubmitError> {
        request.build().map_err(|error| {
            let cause = self.target.clean(&failure::cause(&error));
            let message = format!("The request could not be made: {cause}. Nothing was sent.");
            SubmitError::NotSent(ReadError::new(ReadErrorKind::Unreachable, message))
        })
    }
}
