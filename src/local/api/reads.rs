//! Everything that only looks.

pub(super) mod addons;
pub(super) mod apps;
pub(super) mod backups;
pub(super) mod operations;
pub(super) mod server;

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
use super::params::{NoQuery, Page, Params};
use super::respond::tagged;
use crate::local::db::apps as app_rows;
use crate::local::db::attachments as attachment_rows;
use crate::local::engine::services::Services;
use crate::local::engine::{Refusal, documents, rules};

/// What a handler gives.
pub(super) type Answer = Result<Response, Refusal>;
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
    state: Option<String>,
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
        let given = [
            ("team", &self.team),
            ("app", &self.app),
            ("addon", &self.addon),
            ("after", &self.after),
            ("state", &self.state),
        ];
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

pub(super) async fn account(
    State(api): Shared,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    _: NoQuery,
) -> Answer {
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

pub(super) async fn teams(State(api): Shared, headers: HeaderMap, _: NoQuery) -> Answer {
    let document = look(&api, |state, _| {
        let teams = app_rows::teams(state)?;
        let teams: Vec<_> = teams.iter().map(|team| json!({ "id": team.id, "name": team.name })).collect();
        Ok(json!({ "teams": teams, "next_token": null }))
    });
    Ok(tagged(&headers, &document.await?))
}

pub(super) async fn services(State(api): Shared, headers: HeaderMap, _: NoQuery) -> Answer {
    let services = &api.engine.services;
    let all = services.entries().iter().map(|(offer, driver)| documents::service(services, offer, driver.as_ref()));
    Ok(tagged(&headers, &json!({ "addon_services": all.collect::<Vec<_>>(), "next_token": null })))
}

pub(super) async fn plans(State(api): Shared, headers: HeaderMap, Path(service): Path<String>, _: NoQuery) -> Answer {
    let Some((offer, _)) = api.engine.services.find(&service) else {
        let names: Vec<_> = api.engine.services.entries().iter().map(|(offer, _)| offer.name.as_str()).collect();
        let shown = crate::model::printable(&service);
        let message = format!("There is no service {shown:?}. The services are: {}.", names.join(", "));
        return Err(Refusal::not_found(message));
    };
    Ok(tagged(&headers, &json!({ "plans": documents::plans(offer), "next_token": null })))
}

pub(super) async fn attachments(State(api): Shared, headers: HeaderMap, Params(params): Params<ListParams>) -> Answer {
    params.only(&["app", "addon"])?;
    let page = params.page(200)?;
    let document = look(&api, move |state, services| {
        let app = params.app.as_deref().map(|name| rules::app(state, name)).transpose()?;
        let addon = params.addon.as_deref().map(|name| rules::addon(state, name)).transpose()?;
        let filter = attachment_rows::Filter { app_id: app.map(|app| app.id), addon_id: addon.map(|addon| addon.id) };
        let mut rows = attachment_rows::list(state, &filter, page.cursor.unwrap_or(0), page.fetch())?;
        let next_token = page.cut(&mut rows, |row| row.seq);
        let attachments: Vec<_> = rows.iter().map(|row| documents::attachment(services, row)).collect();
        Ok(json!({ "attachments": attachments, "next_token": next_token }))
    });
    Ok(tagged(&headers, &document.await?))
}
