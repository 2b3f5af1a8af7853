//! Asking `/v1`: statuses to errors, bodies to the wire's types, pages to whole lists.

use std::collections::HashSet;

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::page::Page;
use super::wire;
use crate::model::printable;
use crate::platform::http::{Answer, Http, Said, nonsense, refused_read};
use crate::platform::{Conditional, Fresh, ReadError, ReadErrorKind};

/// The platform's own error, if the body is one.
pub(super) fn said(answer: &Answer) -> Option<Said> {
    let wire::ErrorBody { error, message } = serde_json::from_slice(&answer.body).ok()?;
    Some(Said { code: printable(&error), message })
}

/// One object.
pub(super) async fn get<T: DeserializeOwned>(
    http: &Http,
    path: &[&str],
    query: &[(&str, &str)],
    what: &str,
) -> Result<Fresh<T>, ReadError> {
    let answer = http.get(path, query, None).await?;
    if answer.status != 200 {
        return Err(refused(http, &answer));
    }
    let value = serde_json::from_slice(&answer.body).map_err(|error| nonsense(http.target(), what, Some(&error)))?;
    Ok(Fresh { value, at: answer.at, etag: answer.etag })
}

/// A whole list, page after page. `list` is its name in the body.
pub(super) async fn list<T: DeserializeOwned>(
    http: &Http,
    path: &[&str],
    query: &[(&str, &str)],
    list: &str,
    etag: Option<&str>,
) -> Result<Conditional<Vec<T>>, ReadError> {
    let what = format!("a list of {}", list.replace('_', " "));
    let mut rows = Vec::new();
    let mut seen = HashSet::new();
    let mut token: Option<String> = None;
    let mut first: Option<(Timestamp, Option<String>)> = None;
    for _ in 0..http.settings().page_limit {
        // No `limit`: the platform's own page size is meant for this, and lists of one page take none.
        let mut query = query.to_vec();
        if let Some(token) = &token {
            query.push(("next_token", token));
        }
        let answer = http.get(path, &query, etag.filter(|_| first.is_none())).await?;
        if answer.status == 304 && first.is_none() && etag.is_some() {
            return Ok(Conditional::Unchanged(answer.at));
        }
        if answer.status != 200 {
            return Err(refused(http, &answer));
        }
        let page = Page::parse(list, &answer.body).map_err(|error| nonsense(http.target(), &what, Some(&error)))?;
        rows.extend(page.rows);
        // The tag is that of one page: it can stand for the list only where the list is one page.
        let is_whole = first.is_none() && page.next_token.is_none();
        let (at, etag) = first.get_or_insert((answer.at, answer.etag));
        match page.next_token {
            None => {
                let etag = etag.take().filter(|_| is_whole);
                return Ok(Conditional::Changed(Fresh { value: rows, at: *at, etag }));
            }
            Some(next) if !seen.insert(next.clone()) => break,
            Some(next) => token = Some(next),
        }
    }
    Err(ReadError {
        kind: ReadErrorKind::Nonsense,
        message: format!(
            "{} does not come to the end of its {} (after {} rows), so the list was not taken.",
            http.target(),
            list.replace('_', " "),
            rows.len()
        ),
    })
}

/// The same, where nothing is known yet.
pub(super) async fn whole<T: DeserializeOwned>(
    http: &Http,
    path: &[&str],
    query: &[(&str, &str)],
    name: &str,
) -> Result<Vec<T>, ReadError> {
    match list(http, path, query, name, None).await? {
        Conditional::Changed(fresh) => Ok(fresh.value),
        Conditional::Unchanged(_) => Err(nonsense(http.target(), &format!("a list of {name}"), None)),
    }
}

fn refused(http: &Http, answer: &Answer) -> ReadError {
    refused_read(http.target(), answer.status, answer.retry_after, said(answer))
}
