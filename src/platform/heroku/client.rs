//! Asking Heroku: statuses to errors, bodies to the wire's types, ranges to whole lists.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, RANGE};
use serde::de::DeserializeOwned;

use super::wire;
use crate::model::printable;
use crate::platform::apart::apart;
use crate::platform::http::{Answer, Headers, Http, Said, nonsense, refused_read};
use crate::platform::{Asks, Conditional, Fresh, ReadError, ReadErrorKind};

/// Turns `addon_service` and `plan` into whole objects: names, prices (the CLI's source).
pub(super) static EXPANDED: [(HeaderName, HeaderValue); 1] =
    [(HeaderName::from_static("accept-expansion"), HeaderValue::from_static("addon_service,plan"))];
/// Adds the plan and the names of the variables to attachments (the CLI's source).
pub(super) static INCLUDED: [(HeaderName, HeaderValue); 1] =
    [(HeaderName::from_static("accept-inclusion"), HeaderValue::from_static("addon:plan,config_vars"))];
/// The whole list, in pages as large as there are (Dev Center: 1000 at most). By id, so that a renamed row is not missed.
pub(super) const ALL: HeaderValue = HeaderValue::from_static("id ..; max=1000");

/// Where the next page begins (Dev Center). That it is there, and not the status, says that there is one: a `max` alone
/// makes a 206, too.
const NEXT_RANGE: HeaderName = HeaderName::from_static("next-range");
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
}

impl<'a> Asked<'a> {
    /// All of it.
    pub(super) fn whole(path: &'a [&'a str], what: &'a str) -> Self {
        Self { path, headers: &[], range: ALL, what, is_whole: true }
    }

    /// With headers of its own.
    pub(super) fn with(self, headers: Headers<'a>) -> Self {
        Self { headers, ..self }
    }
}

/// A list, page after page. The tag is told only of a list of one page: it is that of a page.
pub(super) async fn list<T: DeserializeOwned>(
    http: &Http,
    asked: &Asked<'_>,
    etag: Option<&str>,
) -> Result<Conditional<Vec<T>>, ReadError> {
    let mut rows = Vec::new();
    let mut seen: HashSet<HeaderValue> = HashSet::new();
    let mut range = Some(asked.range.clone());
    let mut first: Option<(Timestamp, Option<String>)> = None;
    for _ in 0..http.settings().page_limit {
        let mut headers = asked.headers.to_vec();
        headers.extend(range.clone().map(|range| (RANGE, range)));
        let answer = http.get_with(asked.path, &[], etag.filter(|_| first.is_none()), &headers).await?;
        heed(http, &answer.headers);
        match answer.status {
            304 if first.is_none() && etag.is_some() => return Ok(Conditional::Unchanged(answer.at)),
            // A list that can't be ranged as we would like still has its own order.
            416 if first.is_none() && range.take().is_some() => continue,
            200 | 206 => {}
            _ => return Err(refused(http, &answer)),
        }
        let page: Vec<T> = apart(answer.body.len(), || serde_json::from_slice(&answer.body)).map_err(|error| {
            nonsense(http.target(), &format!("a list of {}", asked.what), Some(&error)).of(answer.exchange.clone())
        })?;
        rows.extend(page);
        let next = answer.headers.get(NEXT_RANGE).filter(|_| asked.is_whole).cloned();
        let is_one_page = first.is_none() && next.is_none();
        let (at, tag) = first.get_or_insert((answer.at, answer.etag));
        match next {
            None => {
                let etag = tag.take().filter(|_| is_one_page);
                return Ok(Conditional::Changed(Fresh { value: rows, at: *at, etag }));
            }
            Some(next) if !seen.insert(next.clone()) => break,
            Some(next) => range = Some(next),
        }
    }
    let message = format!(
        "{} does not come to the end of its {} (after {} rows), so the list was not taken.",
        http.target(),
        asked.what,
        rows.len()
    );
    Err(ReadError::new(ReadErrorKind::Nonsense, message))
}

/// The same, where nothing is known yet.
pub(super) async fn fresh<T: DeserializeOwned>(http: &Http, asked: &Asked<'_>) -> Result<Fresh<Vec<T>>, ReadError> {
    match list(http, asked, None).await? {
        Conditional::Changed(fresh) => Ok(fresh),
        Conditional::Unchanged(_) => Err(nonsense(http.target(), &format!("a list of {}", asked.what), None)),
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
