//! Apps, their config vars and their releases.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde_json::json;

use super::super::params::{NoQuery, Params};
use super::super::respond::{secret, tagged};
use super::{Answer, ListParams, RevealParams, Shared, look};
use crate::local::db::addons::{self, AddonRow};
use crate::local::db::attachments::{self, AttachmentRow};
use crate::local::db::{apps as app_rows, releases as release_rows};
use crate::local::engine::{documents, rules};

pub(in super::super) async fn list(
    State(api): Shared,
    headers: HeaderMap,
    Params(params): Params<ListParams>,
) -> Answer {
    params.only(&["team"])?;
    let page = params.page(1000)?;
    let document = look(&api, move |state, _| {
        let team = params.team.as_deref().map(|name| rules::team(state, Some(name))).transpose()?;
        let team_id = team.as_ref().map(|team| team.id.as_str());
        let mut rows = app_rows::apps(state, team_id, page.cursor.unwrap_or(0), page.fetch())?;
        let next_token = page.cut(&mut rows, |row| row.seq);
        let apps: Vec<_> = rows.iter().map(documents::app).collect();
        Ok(json!({ "apps": apps, "next_token": next_token }))
    });
    Ok(tagged(&headers, &document.await?))
}

pub(in super::super) async fn one(
    State(api): Shared,
    headers: HeaderMap,
    Path(app): Path<String>,
    _: NoQuery,
) -> Answer {
    let document = look(&api, move |state, _| Ok(json!({ "app": documents::app(&rules::app(state, &app)?) })));
    Ok(tagged(&headers, &document.await?))
}

pub(in super::super) async fn config_vars(
    State(api): Shared,
    headers: HeaderMap,
    Path(app): Path<String>,
    Params(RevealParams { reveal }): Params<RevealParams>,
) -> Answer {
    let document = look(&api, move |state, services| {
        let app = rules::app(state, &app)?;
        let mut given: Vec<(AttachmentRow, AddonRow)> = Vec::new();
        for attachment in attachments::of_app(state, &app.id)? {
            if let Some(addon) = addons::find(state, &attachment.addon_id)? {
                given.push((attachment, addon));
            }
        }
        let config_vars = documents::config_vars(services, &given, reveal);
        Ok(json!({ "config_vars": config_vars, "next_token": null }))
    });
    let document = document.await?;
    Ok(if reveal { secret(&document) } else { tagged(&headers, &document) })
}

pub(in super::super) async fn releases(
    State(api): Shared,
    headers: HeaderMap,
    Path(app): Path<String>,
    Params(params): Params<ListParams>,
) -> Answer {
    params.only(&[])?;
    let page = params.page(200)?;
    let document = look(&api, move |state, _| {
        let app = rules::app(state, &app)?;
        let mut rows = release_rows::list(state, &app.id, page.cursor.unwrap_or(i64::MAX), page.fetch())?;
        let next_token = page.cut(&mut rows, |row| row.version);
        let releases: Vec<_> = rows.iter().map(documents::release).collect();
        Ok(json!({ "releases": releases, "next_token": next_token }))
    });
    Ok(tagged(&headers, &document.await?))
}
