//! Reads: tried again within a limit of tries and a limit of time.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, IF_NONE_MATCH};
use tokio::time::Instant;

use super::failure::{self, Failure};
use super::{Answer, Http, reply};
use crate::platform::{ReadError, ReadErrorKind};

impl Http {
    /// Gets a path. The answer may have any status but those worth another try, of which the last is handed out.
    pub(in crate::platform) async fn get(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        etag: Option<&str>,
    ) -> Result<Answer, ReadError> {
        let url = self.target.url(path, query).ok_or_else(|| failure::bad_name(path))?;
        let deadline = Instant::now() + self.settings.read_overall;
        let mut attempt = 0;
        loop {
            let tried = match tokio::time::timeout_at(deadline, self.attempt(url.clone(), etag)).await {
                Ok(tried) => tried,
                Err(_elapsed) => Err(Failure::TimedOut),
            };
            let wait = match &tried {
                Ok(answer) => {
                    is_worth_another_try(answer.status).then(|| answer.retry_after.unwrap_or(self.backoff(attempt)))
                }
                Err(failure) => failure.is_worth_another_try(&self.target).then(|| self.backoff(attempt)),
            };
            // A longer wait than there is time for is the caller's to keep.
            let again = wait.filter(|wait| attempt < self.settings.read_retries && Instant::now() + *wait < deadline);
            match (again, tried) {
                (Some(wait), _) => {
                    tracing::debug!(path = url.path(), attempt, ?wait, "trying the read again");
                    tokio::time::sleep(wait).await;
                    attempt += 1;
                }
                (None, Ok(answer)) => return Ok(answer),
                (None, Err(failure)) => return Err(failure.of_a_read(&self.target, &self.settings)),
            }
        }
    }

    async fn attempt(&self, url: reqwest::Url, etag: Option<&str>) -> Result<Answer, Failure> {
        let mut request = self.read.get(url);
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, token.clone());
        }
        if let Some(etag) = etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        let response = request.send().await.map_err(|error| Failure::of(&error))?;
        reply::take(response, self.settings.body_limit).await
    }

    /// Doubles with each try; half of it is chance, so that many clients don't come back together.
    fn backoff(&self, attempt: u32) -> Duration {
        let full = self.settings.backoff.saturating_mul(1 << attempt.min(16)).min(self.settings.backoff_limit);
        full.mul_f64(rand::random_range(0.5..=1.0))
    }
}

fn is_worth_another_try(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
}

impl ReadError {
    /// What the platform can't do, and the adapter or the door therefore refuses by itself.
    pub(crate) fn unsupported(message: &str) -> Self {
        Self { kind: ReadErrorKind::Refused { status: 501, code: "unsupported".into() }, message: message.to_owned() }
    }
}
