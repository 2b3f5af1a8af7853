//! Backups.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::super::Api;
use super::super::params::{NoQuery, Page, Params};
use super::super::respond::tagged;
use super::{Answer, ListParams, Shared, look};
use crate::local::db::DbError;
use crate::local::db::addons;
use crate::local::db::backups::{self as rows, BackupRow};
use crate::local::engine::services::Services;
use crate::local::engine::{Refusal, backups, documents, rules};
use crate::model::printable;

/// How many are on a page.
const PAGE: usize = 200;

pub(in super::super) async fn list(
    State(api): Shared,
    headers: HeaderMap,
    Params(params): Params<ListParams>,
) -> Answer {
    params.only(&["addon"])?;
    let page = params.page(PAGE)?;
    let document = look(&api, move |state, services| {
        let of = |addon: &str| rows::list(state, Some(addon), i64::MAX, 1).map(|found| !found.is_empty());
        let addon = params.addon.as_deref().map(|addon| known(state, addon, of)).transpose()?;
        let found = rows::list(state, addon.as_deref(), page.cursor.unwrap_or(i64::MAX), page.fetch())?;
        let (backups, next_token) = shown(state, services, page, found)?;
        Ok(json!({ "backups": backups, "next_token": next_token }))
    });
    Ok(tagged(&headers, &document.await?))
}

pub(in super::super) async fn of_addon(
    State(api): Shared,
    headers: HeaderMap,
    Path(addon): Path<String>,
    Params(params): Params<ListParams>,
) -> Answer {
    params.only(&[])?;
    let page = params.page(PAGE)?;
    let document = look(&api, move |state, services| {
        let addon = rules::addon(state, &addon)?;
        let found = rows::of_addon(state, &addon.id, page.cursor.unwrap_or(i64::MAX), page.fetch())?;
        let (backups, next_token) = shown(state, services, page, found)?;
        let policy = backups::policy(state, services, &addon)?;
        Ok(json!({ "backups": backups, "next_token": next_token, "policy": policy }))
    });
    Ok(tagged(&headers, &document.await?))
}

pub(in super::super) async fn one(
    State(api): Shared,
    headers: HeaderMap,
    Path(backup): Path<String>,
    _: NoQuery,
) -> Answer {
    let document = look(&api, move |state, services| {
        let row = rules::backup(state, &backup)?;
        Ok(json!({ "backup": documents::backup_now(state, services, &row)? }))
    });
    Ok(tagged(&headers, &document.await?))
}

/// The row of a backup.
pub(in super::super) async fn find(api: &Arc<Api>, backup: String) -> Result<BackupRow, Refusal> {
    api.engine.db.read(move |state| rules::backup(state, &backup)).await
}

fn shown(
    state: &Connection,
    services: &Services,
    page: Page,
    mut found: Vec<BackupRow>,
) -> Result<(Vec<Value>, Value), Refusal> {
    let next_token = page.cut(&mut found, |row| row.seq);
    let documents = found.iter().map(|row| documents::backup_now(state, services, row)).collect::<Result<_, _>>()?;
    Ok((documents, next_token))
}

/// What a filter is to look for: the id of the add-on that is here, or an id or name of one that is gone and left rows.
pub(super) fn known(
    state: &Connection,
    addon: &str,
    has_rows: impl Fn(&str) -> Result<bool, DbError>,
) -> Result<String, Refusal> {
    if let Some(row) = addons::find(state, addon)? {
        return Ok(row.id);
    }
    if has_rows(addon)? {
        return Ok(addon.to_owned());
    }
    let message = format!("There is no add-on {:?}, and nothing is known of one that was.", printable(addon));
    Err(Refusal::not_found(message))
}
