//! `/v1` over HTTP: what `assets/openapi.yaml` describes, over our Unix socket and, where asked for, TCP.

mod download;
mod guard;
mod limits;
mod listen;
mod params;
mod reads;
mod respond;
mod upload;
mod writes;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use futures_util::FutureExt;
use tokio::sync::Semaphore;

use self::params::NoQuery;
use super::engine::{Engine, Refusal};

pub use guard::{Peer, Token, TokenError};
pub use limits::Limits;
pub use listen::{ListenError, make_run_folder, serve_tcp, serve_unix};

/// The description of `/v1`, which arbitrates between server and client.
pub const OPENAPI: &str = include_str!("../../../assets/openapi.yaml");

const BODY_LIMIT: usize = 1024 * 1024;

/// What every handler needs.
pub struct Api {
    /// The engine behind it.
    pub engine: Arc<Engine>,
    /// The user that the platform runs as.
    pub user: String,
    /// The most of everything.
    pub limits: Limits,
    requests: Semaphore,
    transfers: Arc<Semaphore>,
}

impl Api {
    /// The API of an engine.
    pub fn new(engine: Arc<Engine>, user: String, limits: Limits) -> Arc<Self> {
        let (requests, transfers) = (Semaphore::new(limits.requests), Arc::new(Semaphore::new(limits.transfers)));
        Arc::new(Self { engine, user, limits, requests, transfers })
    }
}

/// All of `/v1`, still without what [`surrounded`] adds.
fn routes(api: &Arc<Api>) -> Router {
    let short = Router::new()
        .route("/v1/account", get(reads::account))
        .route("/v1/teams", get(reads::teams))
        .route("/v1/apps", get(reads::apps::list).post(writes::create_app))
        .route("/v1/apps/{app}", get(reads::apps::one).patch(writes::change_app).delete(writes::destroy_app))
        .route("/v1/apps/{app}/config_vars", get(reads::apps::config_vars))
        .route("/v1/apps/{app}/releases", get(reads::apps::releases))
        .route("/v1/addon_services", get(reads::services))
        .route("/v1/addon_services/{service}/plans", get(reads::plans))
        .route("/v1/addons", get(reads::addons::list).post(writes::create_addon))
        .route(
            "/v1/addons/{addon}",
            get(reads::addons::one).patch(writes::addons::change).delete(writes::destroy_addon),
        )
        .route("/v1/addons/{addon}/events", get(reads::addons::events))
        .route("/v1/addons/{addon}/config_vars", get(reads::addons::config_vars))
        .route("/v1/addons/{addon}/usage", get(reads::server::usage))
        .route("/v1/addons/{addon}/logs", get(reads::server::logs))
        .route("/v1/addons/{addon}/backups", get(reads::backups::of_addon).post(writes::addons::back_up))
        .route("/v1/addons/{addon}/backup_schedule", put(writes::addons::schedule).delete(writes::addons::unschedule))
        .route("/v1/addons/{addon}/promote", post(writes::addons::promote))
        .route("/v1/addons/{addon}/rotate_credentials", post(writes::addons::rotate))
        .route("/v1/addons/{addon}/restart", post(writes::addons::restart))
        .route("/v1/addons/{addon}/sleep", post(writes::addons::sleep))
        .route("/v1/addons/{addon}/wake", post(writes::addons::wake))
        .route("/v1/operations", get(reads::operations::list))
        .route("/v1/operations/{operation}", get(reads::operations::one))
        .route("/v1/backups", get(reads::backups::list))
        .route("/v1/backups/{backup}", get(reads::backups::one).delete(writes::addons::delete_backup))
        .route("/v1/backups/{backup}/download", get(download::download))
        .route("/v1/backups/{backup}/restore", post(writes::addons::restore))
        .route("/v1/attachments", get(reads::attachments).post(writes::attach))
        .route("/v1/attachments/{id}", delete(writes::detach))
        .route("/v1/idempotency_keys/{key}", get(reads::operations::answered))
        .route("/v1/openapi.yaml", get(openapi))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn_with_state(Arc::clone(api), limits::timed));
    // A file may take long to come; it minds its time and size itself.
    let long = Router::new().route("/v1/backups", post(upload::upload)).layer(DefaultBodyLimit::disable());
    short
        .merge(long)
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(middleware::from_fn_with_state(Arc::clone(api), limits::counted))
        .with_state(Arc::clone(api))
}

/// Routes, and the guard before them, with what every answer has, also that of the guard.
fn surrounded(routes: Router) -> Router {
    routes.layer(middleware::from_fn(around))
}

async fn openapi(headers: HeaderMap, _: NoQuery) -> Response {
    respond::tagged_text(&headers, "application/yaml", OPENAPI.to_owned())
}

async fn no_such_path(request: Request) -> Refusal {
    let path = crate::model::printable(request.uri().path());
    Refusal::not_found(format!("There is nothing at {path}. What there is stands in /v1/openapi.yaml."))
}

async fn no_such_method(request: Request) -> Refusal {
    let path = crate::model::printable(request.uri().path());
    let message = format!("{} is not possible at {path}. What is stands in /v1/openapi.yaml.", request.method());
    Refusal::new(405, "method_not_allowed", message)
}

/// Around every request: an id, an answer also after a defect, and a line in the log.
async fn around(request: Request, next: Next) -> Response {
    let id = format!("req_{:016x}", rand::random::<u64>());
    let method = request.method().clone();
    let path = crate::model::printable(request.uri().path());
    let mut response = match std::panic::AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            let message =
                format!("The platform could not answer because of a defect (request {id}). Please report it.");
            Refusal::new(500, "internal", message).into_response()
        }
    };
    let status = response.status();
    if !method.is_safe() || status.is_server_error() {
        tracing::info!(%method, path, status = status.as_u16(), request = id, "request");
    }
    if let Ok(id) = id.parse() {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(self.document())).into_response();
        if status == StatusCode::TOO_MANY_REQUESTS {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
