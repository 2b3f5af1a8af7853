//! What the platform does, did and will do.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde_json::json;

use super::super::params::{NoQuery, Params};
use super::super::respond::tagged;
use super::{Answer, ListParams, Shared, backups::known, look};
use crate::local::db::operations::{self as rows, Filter, OperationState};
use crate::local::db::{DbError, idempotency};
use crate::local::engine::{Refusal, documents};
use crate::model::printable;

pub(in super::super) async fn list(
    State(api): Shared,
    headers: HeaderMap,
    Params(params): Params<ListParams>,
) -> Answer {
    params.only(&["addon", "state"])?;
    let page = params.page(200)?;
    let stands = params.state.as_deref().map(word).transpose()?;
    let document = look(&api, move |state, services| {
        let about = |addon: &str| Filter { addon: Some(addon.to_owned()), state: None };
        let has_rows = |addon: &str| rows::list(state, &about(addon), i64::MAX, 1).map(|found| !found.is_empty());
        let addon = params.addon.as_deref().map(|addon| known(state, addon, has_rows)).transpose()?;
        let filter = Filter { addon, state: stands };
        let mut found = rows::list(state, &filter, page.cursor.unwrap_or(i64::MAX), page.fetch())?;
        let next_token = page.cut(&mut found, |row| row.seq);
        let operations: Vec<_> =
            found.iter().map(|row| documents::operation(row, services.progress(&row.id))).collect();
        Ok(json!({ "operations": operations, "next_token": next_token }))
    });
    Ok(tagged(&headers, &document.await?))
}

fn word(word: &str) -> Result<OperationState, Refusal> {
    OperationState::from_word(word).ok_or_else(|| {
        let message = format!("state is {:?}; it must be queued, running, done or failed.", printable(word));
        Refusal::new(400, "bad_request", message)
    })
}

pub(in super::super) async fn one(
    State(api): Shared,
    headers: HeaderMap,
    Path(operation): Path<String>,
    _: NoQuery,
) -> Answer {
    let document = look(&api, move |state, services| {
        let row = rows::find(state, &operation)?.ok_or_else(|| {
            let message = format!("There is no operation {:?}. They are kept for 400 days.", printable(&operation));
            Refusal::not_found(message)
        })?;
        Ok(json!({ "operation": documents::operation(&row, services.progress(&row.id)) }))
    });
    Ok(tagged(&headers, &document.await?))
}

/// What was answered to the request with a key. That it was answered none is an answer, too, so that nobody takes a
/// platform without this path for one that has answered nothing.
pub(in super::super) async fn answered(
    State(api): Shared,
    headers: HeaderMap,
    Path(key): Path<String>,
    _: NoQuery,
) -> Answer {
    let document = look(&api, move |state, _| {
        let answered = idempotency::find(state, &key)?;
        let told = answered.map(|answer| {
            let body: serde_json::Value = serde_json::from_str(&answer.body).map_err(DbError::from)?;
            Ok::<_, DbError>(json!({ "status": answer.status, "answered_at": answer.created_at, "answer": body }))
        });
        Ok(json!({ "idempotency_key": told.transpose()? }))
    });
    Ok(tagged(&headers, &document.await?))
}
