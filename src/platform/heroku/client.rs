//! Asking Heroku: statuses to errors, bodies to the wire's types, ranges to whole lists.

use std::sync::{Mutex, PoisonError};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::de::DeserializeOwned;

use super::wire;
use crate::model::printable;
use crate::platform::http::{Answer, Headers, Http, Said, nonsense, refused_read};
use crate::platform::{Asks, Fresh, ReadError, ReadErrorKind};

/// Turns `addon_service` and `plan` into whole objects: names, prices (the CLI's source).
pub(super) static EXPANDED: [(HeaderName, HeaderValue); 1] =
    [(HeaderName::from_static("accept-expansion"), HeaderValue::from_static("addon_service,plan"))];
/// Adds the plan and the names of the variables to attachments (the CLI's source).
pub(super) static INCLUDED: [(HeaderName, HeaderValue); 1] =
    [(HeaderName::from_static("accept-inclusion"), HeaderValue::from_static("addon:plan,config_vars"))];
/// The whole list, in pages as large as there are (Dev Center: 1000 at most). By id, so that a renamed row is not missed.
pub(super) const ALL: HeaderValue = HeaderValue::from_static("id ..; max=1000");

/// The word to be typed (the CLI's source).
const WORD: HeaderName = HeaderName::from_static("x-confirmation-required");
/// What Heroku wants people to know (the CLI prints it once).
const WARNINGS: [HeaderName; 2] =
    [HeaderName::from_static("x-heroku-warning"), HeaderName::from_static("warning-message")];

/// One object.
pub(super) async fn one<T: DeserializeOwned>(
    http: &Http,
    path: &[&str],
    query: &[(&str, &str)],
    headers: Headers<'_>,
    what: &str,
) -> Result<Fresh<T>, ReadError> {
    let answer = http.get_with(path, query, None, headers).await?;
    heed(http, &answer.headers);
    if answer.status != 200 {
        return Err(refused(http, &answer));
    }
    let value = serde_json::from_slice(&answer.body)
        .map_err(|error| nonsense(http.target(), what, Some(&error)).of(answer.exchange.clone()))?;
    Ok(Fresh { value, at: answer.at, etag: answer.etag })
}

/// A list, as it is asked for.
pub(super) struct Asked<'a> {
    pub(super) path: &'a [&'a str],
    pub(super) headers: Headers<'a>,
    pub(super) range: HeaderValue,
    /// What its rows are, in the plural.
    pub(super) what: &'a str,
    /// Whether what follows the first page is wanted, too.
    pub(super) is_whole: bool,
    /// Whether its pages are to be remembered.
    pub(super) is_kept: bool,
}

impl<'a> Asked<'a> {
    /// All of it.
    pub(super) fn whole(path: &'a [&'a str], what: &'a str) -> Self {
        Self { path, headers: &[], range: ALL, what, is_whole: true, is_kept: false }
    }

    /// With headers of its own.
    pub(super) fn with(self, headers: Headers<'a>) -> Self {
        Self { headers, ..self }
    }

    /// Remembered, to be asked again.
    pub(super) fn kept(self) -> Self {
        Self { is_kept: true, ..self }
    }
}

/// The error for an answer that is not the one that was asked for.
pub(super) fn refused(http: &Http, answer: &Answer) -> ReadError {
    let target = http.target();
    let Ok(body) = serde_json::from_slice::<wire::ErrorBody>(&answer.body) else {
        return refused_read(target, answer, None);
    };
    let code = printable(body.id.as_deref().unwrap_or_default());
    let said = Said { code: code.clone(), message: body.message.unwrap_or_default(), field: None };
    let app = body.app.map(|app| printable(&app.name));
    let mut error = refused_read(target, answer, Some(said));
    // By its id: the status was seen to be 423 and 400 (the CLI's tests).
    let asks = match code.as_str() {
        "confirmation_required" => {
            let word = answer.headers.get(WORD).and_then(|word| word.to_str().ok()).map(printable);
            word.or(app).map(|word| Asks::Confirmation { word })
        }
        "two_factor" => {
            let of = app.as_ref().map_or(String::new(), |app| format!(" for {app}"));
            error.message = format!("{target} wants the code of your second factor{of} before it does this.");
            Some(Asks::SecondFactor { app })
        }
        _ => None,
    };
    if asks.is_some() {
        error.kind = ReadErrorKind::Refused { status: answer.status, code };
        if let Some(exchange) = &mut error.exchange {
            exchange.asks = asks;
        }
    }
    error
}

static WARNED: Mutex<Option<String>> = Mutex::new(None);

/// Writes a warning of Heroku's to the log, once in a row: it is for whoever runs the account, and not ours to show.
pub(super) fn heed(http: &Http, headers: &HeaderMap) {
    let text = WARNINGS.iter().find_map(|name| headers.get(name)?.to_str().ok());
    let Some(text) = text else { return };
    let text = http.target().clean(text.trim_start_matches("Warning:").trim());
    let mut warned = WARNED.lock().unwrap_or_else(PoisonError::into_inner);
    if warned.as_ref() != Some(&text) {
        tracing::warn!(warning = text, "Heroku warns");
        *warned = Some(text);
    }
}
