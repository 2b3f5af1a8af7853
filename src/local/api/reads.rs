//! Everything that only looks.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Api;
use super::guard::Peer;
use super::params::{Page, Params};
use super::respond::{secret, tagged};
use crate::local::db::addons::{self, AddonRow};
use crate::local::db::attachments::{self, AttachmentRow};
use crate::local::db::{apps as app_rows, events as event_rows, releases as release_rows};
use crate::local::engine::services::Services;
use crate::local::engine::{Refusal, documents, rules};

type Answer = Result<Response, Refusal>;
type Shared = State<Arc<Api>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListParams {
    limit: Option<String>,
    next_token: Option<String>,
    team: Option<String>,
    app: Option<String>,
    addon: Option<String>,
    after: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RevealParams {
    #[serde(default)]
    reveal: bool,
}

impl ListParams {
    fn page(&self, default: usize) -> Result<Page, Refusal> {
        Page::new(self.limit.as_deref(), self.next_token.as_deref(), default)
    }

    /// Refuses filters that this list does not have.
    fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        let given = [("team", &self.team), ("app", &self.app), ("addon", &self.addon), ("after", &self.after)];
        match given.iter().find(|(name, value)| value.is_some() && !known.contains(name)) {
            None => Ok(()),
            Some((name, _)) => {
                Err(Refusal::new(400, "bad_request", format!("This list can't be filtered by {name:?}.")))
            }
        }
    }
}

/// Reads from the state with the catalog at hand.
async fn look(
    api: &Api,
    job: impl FnOnce(&Connection, &Services) -> Result<Value, Refusal> + Send + 'static,
) -> Result<Value, Refusal> {
    let services = Arc::clone(&api.engine.services);
    api.engine.db.read(move |state| job(state, &services)).await
}

pub(super) async fn account(State(api): Shared, Extension(peer): Extension<Peer>, headers: HeaderMap) -> Answer {
    let document = json!({ "account": {
        "id": "local",
        "name": peer.name,
        "platform": {
            "name": "local",
            "version": env!("CARGO_PKG_VERSION"),
            "instance_id": api.engine.instance_id,
            "started_at": api.engine.started_at,
            "user": api.user,
        },
    } });
    Ok(tagged(&headers, &document))
}

pub(super) async fn teams(State(api): Shared, headers: HeaderMap) -> Answer {
    let document = look(&api, |state, _| {
        let teams = app_rows::teams(state)?;
        let teams: Vec<_> = teams.iter().map(|team| json!({ "id": team.id, "name": team.name })).collect();
        Ok(json!({ "teams": teams, "next_token": null }))
    });
    Ok(tagged(&headers, &document.await?))
}

pub(super) async fn apps(State(api): Shared, headers: HeaderMap, Params(params): Params<ListParams>) -> Answer {
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

pub(super) async fn app(State(api): Shared, headers: HeaderMap, Path(app): Path<String>) -> Answer {
    let document = look(&api, move |state, _| Ok(json!({ "app": documents::app(&rules::app(state, &app)?) })));
    Ok(tagged(&headers, &document.await?))
}

pub(super) async fn config_vars(
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

pub(super) async fn releases(
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

pub(super) async fn services(State(api): Shared, headers: HeaderMap) -> Answer {
    let services = &api.engine.services;
    let all = services.entries().iter().map(|(offer, driver)| documents::service(services, offer, driver.as_ref()));
    Ok(tagged(&headers, &json!({ "addon_services": all.collect::<Vec<_>>(), "next_token": null })))
}

pub(super) async fn plans(State(api): Shared, headers: HeaderMap, Path(service): Path<String>) -> Answer {
    let Some((offer, _)) = api.engine.services.find(&service) else {
        let names: Vec<_> = api.engine.services.entries().iter().map(|(offer, _)| offer.name.as_str()).collect();
        let shown = crate::model::printable(&service);
        let message = format!("There is no service {shown:?}. The services are: {}.", names.join(", "));
        return Err(Refusal::not_found(message));
    };
    Ok(tagged(&headers, &json!({ "plans": documents::plans(offer), "next_token": null })))
}

pub(super) async fn addons(State(api): Shared, headers: HeaderMap, Params(params): Params<ListParams>) -> Answer {
    params.only(&["team", "app"])?;
    let page = params.page(1000)?;
    let document = look(&api, move |state, services| {
        let team = params.team.as_deref().map(|name| rules::team(state, Some(name))).transpose()?;
        let app = params.app.as_deref().map(|name| rules::app(state, name)).transpose()?;
        let filter = addons::Filter { team_id: team.map(|team| team.id), app_id: app.map(|app| app.id) };
        let mut rows = addons::list(state, &filter, page.cursor.unwrap_or(0), page.fetch())?;
        let next_token = page.cut(&mut rows, |row| row.seq);
        let mut attached: HashMap<String, Vec<AttachmentRow>> = HashMap::new();
        for row in attachments::list(state, &attachments::Filter::default(), 0, i64::MAX)? {
            attached.entry(row.addon_id.clone()).or_default().push(row);
        }
        let document = |row: &AddonRow| documents::addon(services, row, attached.get(&row.id).into_iter().flatten());
        let addons: Vec<_> = rows.iter().map(document).collect();
        Ok(json!({ "addons": addons, "next_token": next_token }))
    });
    Ok(tagged(&headers, &document.await?))
}

pub(super) async fn addon(State(api): Shared, headers: HeaderMap, Path(addon): Path<String>) -> Answer {
    let document = look(&api, move |state, services| {
        let row = rules::addon(state, &addon)?;
        let attached = attachments::of_addon(state, &row.id)?;
        Ok(json!({ "addon": documents::addon(services, &row, &attached) }))
    });
    Ok(tagged(&headers, &document.await?))
}

pub(super) async fn events(
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

pub(super) async fn attachments(State(api): Shared, headers: HeaderMap, Params(params): Params<ListParams>) -> Answer {
    params.only(&["app", "addon"])?;
    let page = params.page(200)?;
    let document = look(&api, move |state, services| {
        let app = params.app.as_deref().map(|name| rules::app(state, name)).transpose()?;
        let addon = params.addon.as_deref().map(|name| rules::addon(state, name)).transpose()?;
        let filter = attachments::Filter { app_id: app.map(|app| app.id), addon_id: addon.map(|addon| addon.id) };
        let mut rows = attachments::list(state, &filter, page.cursor.unwrap_or(0), page.fetch())?;
        let next_token = page.cut(&mut rows, |row| row.seq);
        let attachments: Vec<_> = rows.iter().map(|row| documents::attachment(services, row)).collect();
        Ok(json!({ "attachments": attachments, "next_token": next_token }))
    });
    Ok(tagged(&headers, &document.await?))
}
