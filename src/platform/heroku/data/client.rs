//! Asking the data API. It says 404 in HTML where it knows no such database (recorded), and that is an answer.

use serde::de::DeserializeOwned;

use super::Layer;
use crate::platform::heroku::client::{heed, refused as refused_by_platform};
use crate::platform::http::{Answer, Http, Said, nonsense, refused_read};
use crate::platform::{Fresh, ReadError, ReadErrorKind};

impl Layer {
    /// One object, or one list: nothing was seen to be paged here.
    pub(in crate::platform::heroku) async fn one<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        what: &str,
    ) -> Result<Fresh<T>, ReadError> {
        let http = self.http()?;
        let result = async {
            let answer = http.get_with(path, query, None, &[]).await?;
            heed(http, &answer.headers);
            if answer.status != 200 {
                return Err(refused(http, &answer));
            }
            let value = serde_json::from_slice(&answer.body)
                .map_err(|error| nonsense(http.target(), what, Some(&error)).of(answer.exchange.clone()))?;
            Ok(Fresh { value, at: answer.at, etag: None })
        };
        let result = result.await;
        self.saw(&result);
        result.map_err(|error| out_of_reach(error, what))
    }

    /// The same, for a mere detail: not asked for while the data API could not be reached a moment ago.
    pub(super) async fn detail<T: DeserializeOwned>(&self, path: &[&str], what: &str) -> Result<T, ReadError> {
        if let Some(error) = self.is_down() {
            return Err(out_of_reach(error, what));
        }
        self.one(path, &[], what).await.map(|fresh| fresh.value)
    }
}

/// The error for an answer that is not the one that was asked for.
pub(in crate::platform::heroku) fn refused(http: &Http, answer: &Answer) -> ReadError {
    let is_json = serde_json::from_slice::<serde_json::Value>(&answer.body).is_ok();
    if is_json || !matches!(answer.status, 404 | 410) {
        return refused_by_platform(http, answer);
    }
    let message = "The data API knows no such database or backup: it may not be ready yet, or be gone.".to_owned();
    refused_read(http.target(), answer, Some(Said { code: "not_found".to_owned(), message, field: None }))
}

/// What is missing where it can't be reached. The platform itself may be well, so for whoever can do without this it counts
/// as something that is not told, and not as no answer.
fn out_of_reach(error: ReadError, what: &str) -> ReadError {
    let is_unreached = error.kind.is_no_answer() || matches!(error.kind, ReadErrorKind::ServerError(_));
    if !is_unreached {
        return error;
    }
    let message = format!("Without Heroku's data API {what} can't be read; the rest goes on. {}", error.message);
    let kind = ReadErrorKind::Refused { status: 503, code: "http_503".to_owned() };
    ReadError { kind, message, ..error }
}

impl Layer {
    /// The answer to a POST that changes nothing: an address is signed. Sent once, as every POST is.
    pub(in crate::platform::heroku) async fn asked<T: DeserializeOwned>(
        &self,
        path: &[&str],
        what: &str,
    ) -> Result<T, ReadError> {
        let http = self.http()?;
        let result = http.send(reqwest::Method::POST, path, None, "").await;
        let result = result.map_err(|error| error.reason().clone());
        self.saw(&result);
        let answer = result.map_err(|error| out_of_reach(error, what))?;
        if !(200..300).contains(&answer.status) {
            return Err(refused(http, &answer));
        }
        serde_json::from_slice(&answer.body)
            .map_err(|error| nonsense(http.target(), what, Some(&error)).of(answer.exchange.clone()))
    }
}
