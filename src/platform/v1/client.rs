//! Asking `/v1`: statuses to errors, bodies to the wire's types, pages to whole lists.

use std::collections::HashSet;

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::page::Page;
use super::wire;
use crate::model::printable;
use crate::platform::apart::apart;
use crate::platform::http::{Answer, Http, Said, nonsense, refused_read};
use crate::platform::{Conditional, Fresh, ReadError, ReadErrorKind};

/// The platform's own error, if the body is one.
pub(super) fn said(answer: &Answer) -> Option<Said> {
    let wire::ErrorBody { error, message, details } = serde_json::from_slice(&answer.body).ok()?;
    let told = details.and_then(|details| details.field);
    let field = told.or_else(|| field_of(&error).map(str::to_owned));
    Some(Said { code: printable(&error), message, field })
}

/// The field that a code of `/v1` is about.
fn field_of(code: &str) -> Option<&'static str> {
    Some(match code {
        "invalid_name" | "name_taken" => "name",
        "invalid_alias" | "alias_taken" => "alias",
        "invalid_schedule" => "schedule",
        "unknown_plan" => "plan",
        "unknown_service" | "service_unavailable_here" => "service",
        _ => return None,
    })
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
    let value = serde_json::from_slice(&answer.body)
        .map_err(|error| nonsense(http.target(), what, Some(&error)).of(answer.exchange.clone()))?;
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
    pages(http, path, query, list, etag, &mut |_| Ok(())).await
}

/// A whole list that is there, with what its first page says beside it.
pub(super) async fn whole_with<T: DeserializeOwned, U: DeserializeOwned + Send>(
    http: &Http,
    path: &[&str],
    name: &str,
) -> Result<(Vec<T>, U), ReadError> {
    let mut beside = None;
    let mut look = |body: &[u8]| {
        if beside.is_none() {
            beside = Some(serde_json::from_slice(body)?);
        }
        Ok(())
    };
    let read = pages(http, path, &[], name, None, &mut look).await?;
    match (read, beside) {
        (Conditional::Changed(fresh), Some(beside)) => Ok((fresh.value, beside)),
        _ => Err(nonsense(http.target(), &format!("a list of {name}"), None)),
    }
}

type Look<'a> = &'a mut (dyn FnMut(&[u8]) -> serde_json::Result<()> + Send);

async fn pages<T: DeserializeOwned>(
    http: &Http,
    path: &[&str],
    query: &[(&str, &str)],
    list: &str,
    etag: Option<&str>,
    look: Look<'_>,
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
        let page = apart(answer.body.len(), || Page::parse(list, &answer.body))
            .and_then(|page| look(&answer.body).map(|()| page))
            .map_err(|error| nonsense(http.target(), &what, Some(&error)).of(answer.exchange.clone()))?;
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
    let message = format!(
        "{} does not come to the end of its {} (after {} rows), so the list was not taken.",
        http.target(),
        list.replace('_', " "),
        rows.len()
    );
    Err(ReadError::new(ReadErrorKind::Nonsense, message))
}

/// The same, where nothing is known yet.
pub(super) async fn whole<T: DeserializeOwned>(
    http: &Http,
    path: &[&str],
    query: &[(&str, &str)],
    name: &str,
) -> Result<Vec<T>, ReadError> {
    fresh(http, path, query, name).await.map(|fresh| fresh.value)
}

/// The same, with the time of the answer.
pub(super) async fn fresh<T: DeserializeOwned>(
    http: &Http,
    path: &[&str],
    query: &[(&str, &str)],
    name: &str,
) -> Result<Fresh<Vec<T>>, ReadError> {
    match list(http, path, query, name, None).await? {
        Conditional::Changed(fresh) => Ok(fresh),
        Conditional::Unchanged(_) => Err(nonsense(http.target(), &format!("a list of {name}"), None)),
    }
}

/// The first page of a list: the newest rows where the newest come first.
pub(super) async fn first_page<T: DeserializeOwned>(
    http: &Http,
    path: &[&str],
    query: &[(&str, &str)],
    name: &str,
) -> Result<Vec<T>, ReadError> {
    let answer = http.get(path, query, None).await?;
    if answer.status != 200 {
        return Err(refused(http, &answer));
    }
    let page = Page::parse(name, &answer.body)
        .map_err(|error| nonsense(http.target(), &format!("a list of {}", name.replace('_', " ")), Some(&error)))?;
    Ok(page.rows)
}

/// The error for an answer that is not the one that was asked for.
pub(super) fn refused(http: &Http, answer: &Answer) -> ReadError {
    refused_read(http.target(), answer, said(answer))
}
