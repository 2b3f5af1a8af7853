//! Writes: one request, one connection, one try.

use reqwest::header::{AUTHORIZATION, HeaderName};
use reqwest::{Client, Method, Request, RequestBuilder};
use serde_json::Value;

use super::failure::{self, Failure};
use super::{Answer, Http, reply};
use crate::platform::SubmitError;

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
        let mut request = self.writing(&self.write, method, path, &[], idempotency_key)?;
        if let Some(body) = body {
            request = request.json(body);
        }
        let request = self.built(request)?;
        let unknown = |failure: Failure| failure.of_a_write(&self.target, &self.settings);
        let response = self.write.execute(request).await.map_err(|error| unknown(Failure::of(&error)))?;
        reply::take(response, self.settings.body_limit).await.map_err(|failure| unknown(failure.after_sending()))
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
        let url = self.target.url(path, query).ok_or_else(|| SubmitError::NotSent(failure::bad_name(path).message))?;
        let request = client.request(method, url).header(IDEMPOTENCY_KEY, idempotency_key);
        Ok(match &self.token {
            Some(token) => request.header(AUTHORIZATION, token.clone()),
            None => request,
        })
    }

    /// The request as it is sent.
    pub(super) fn built(&self, request: RequestBuilder) -> Result<Request, SubmitError> {
        request.build().map_err(|error| {
            SubmitError::NotSent(format!(
                "The request could not be made: {}. Nothing was sent.",
                failure::cause(&error)
            ))
        })
    }
}
