//! Writes: one request, one connection, one try.

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderName};
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
        let url = self.target.url(path, &[]).ok_or_else(|| SubmitError::NotSent(failure::bad_name(path).message))?;
        let mut request = self.write.request(method, url).header(IDEMPOTENCY_KEY, idempotency_key);
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, token.clone());
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let request = request.build().map_err(|error| {
            SubmitError::NotSent(format!(
                "The request could not be made: {}. Nothing was sent.",
                failure::cause(&error)
            ))
        })?;
        let unknown = |failure: Failure| failure.of_a_write(&self.target, &self.settings);
        let response = self.write.execute(request).await.map_err(|error| unknown(Failure::of(&error)))?;
        reply::take(response, self.settings.body_limit).await.map_err(|failure| match failure {
            // The request has left: nothing that happens now can mean that it did not.
            Failure::NoWay { cause, .. } => unknown(Failure::CutOff(cause)),
            other => unknown(other),
        })
    }
}
