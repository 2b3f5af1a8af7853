//! Add-ons, their timelines and their variables.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde_json::json;

use super::super::params::{NoQuery, Page, Params};
use super::super::respond::{secret, tagged};
use super::{Answer, ListParams, RevealParams, Shared, look};
use crate::local::db::addons;
use crate::local::db::events as event_rows;
use crate::local::engine::{Refusal, documents, rules};

pub(in super::super) async fn list(
    State(api): Shared,
    headers: HeaderMap,
    Params(params): Params<ListParams>,
) -> Answer {
    params.only(&["team", "app"])?;
    let page = params.page(1000)?;
    let document = look(&api, move |state, services| {
        let team = params.team.as_deref().map(|name| rules::team(state, Some(name))).transpose()?;
        let app = params.app.as_deref().map(|name| rules::app(state, name)).transpose()?;
        let filter = addons::Filter { team_id: team.map(|team| team.id), app_id: app.map(|app| app.id) };
        let mut rows = addons::list(state, &filter, page.cursor.unwrap_or(0), page.fetch())?;
        let next_token = page.cut(&mut rows, |row| row.seq);
        let addons = documents::addons(state, services, &rows)?;
        Ok(json!({ "addons": addons, "next_token": next_token }))
    });
    Ok(tagged(&headers, &document.await?))
}

pub(in super::super) async fn one(
    State(api): Shared,
    headers: HeaderMap,
    Path(addon): Path<String>,
    _: NoQuery,
) -> Answer {
    let document = look(&api, move |state, services| {
        let row = rules::addon(state, &addon)?;
        Ok(json!({ "addon": documents::addon(state, services, &row)? }))
    });
    Ok(tagged(&headers, &document.await?))
}

pub(in super::super) async fn events(
    State(api): Shared,
    headers: HeaderMap,
    Path(addon): Path<String>,
    Params(params): Params<ListParams>,
) -> Answer {
    params.only(&["after"])?;
    let page = params.page(200)?;
    let after = Page::new(None, params.after.as_deref(), 1)
        .map_err(|_| Refusal::new(400, "bad_request", "after must be the id of an event."))?;
    let after = after.cursor.max(page.cursor).unwrap_or(0);
    let document = look(&api, move |state, _| {
        let row = rules::addon(state, &addon)?;
        let mut rows = event_rows::list(state, &row.id, after, page.fetch())?;
        let next_token = page.cut(&mut rows, |row| row.id);
        let events: Vec<_> = rows.iter().map(documents::event).collect();
        Ok(json!({ "events": events, "next_token": next_token }))
    });
    Ok(tagged(&headers, &document.await?))
}

pub(in super::super) async fn config_vars(
    State(api): Shared,
    headers: HeaderMap,
    Path(addon): Path<String>,
    Params(RevealParams { reveal }): Params<RevealParams>,
) -> Answer {
    let document = look(&api, move |state, services| {
        let row = rules::addon(state, &addon)?;
        if reveal && !row.provisioned {
            let message = format!("{} has never been ready, so its variables have no values yet.", row.name);
            return Err(Refusal::conflict("not_ready", message));
        }
        Ok(json!({ "config_vars": documents::bare_config_vars(services, &row, reveal), "next_token": null }))
    });
    let document = document.await?;
    Ok(if reveal { secret(&document) } else { tagged(&headers, &document) })
}
