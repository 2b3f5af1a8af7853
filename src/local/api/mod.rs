//! `/v1` over HTTP: what `assets/openapi.yaml` describes, over our Unix socket and, where asked for, TCP.

mod guard;
mod listen;
mod params;
mod reads;
mod respond;
mod writes;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use futures_util::FutureExt;

use super::engine::{Engine, Refusal};

pub use guard::{Peer, Token, TokenError};
pub use listen::{ListenError, make_run_folder, serve_tcp, serve_unix};

/// The description of `/v1`, which arbitrates between server and client.
pub const OPENAPI: &str = include_str!("../../../assets/openapi.yaml");

const BODY_LIMIT: usize = 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(30);

/// What every handler needs.
pub struct Api {
    /// The engine behind it.
    pub engine: Arc<Engine>,
    /// The user that the platform runs as.
    pub user: String,
    /// How long one request may take.
    pub patience: Duration,
}

impl Api {
    /// The API of an engine.
    pub fn new(engine: Arc<Engine>, user: String) -> Arc<Self> {
        Arc::new(Self { engine, user, patience: PATIENCE })
    }
}

/// All of `/v1`, still without what [`surrounded`] adds.
fn routes(api: &Arc<Api>) -> Router {
    Router::new()
        .route("/v1/account", get(reads::account))
        .route("/v1/teams", get(reads::teams))
        .route("/v1/apps", get(reads::apps).post(writes::create_app))
        .route("/v1/apps/{app}", get(reads::app).delete(writes::destroy_app))
        .route("/v1/apps/{app}/config_vars", get(reads::config_vars))
        .route("/v1/apps/{app}/releases", get(reads::releases))
        .route("/v1/addon_services", get(reads::services))
        .route("/v1/addon_services/{service}/plans", get(reads::plans))
        .route("/v1/addons", get(reads::addons).post(writes::create_addon))
        .route("/v1/addons/{addon}", get(reads::addon).delete(writes::destroy_addon))
        .route("/v1/addons/{addon}/events", get(reads::events))
        .route("/v1/attachments", get(reads::attachments).post(writes::attach))
        .route("/v1/attachments/{id}", delete(writes::detach))
        .route("/v1/openapi.yaml", get(openapi))
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(Arc::clone(api))
}

/// Routes, and the guard before them, with what every answer has, also that of the guard.
fn surrounded(routes: Router, api: &Arc<Api>) -> Router {
    routes.layer(middleware::from_fn_with_state(Arc::clone(api), around))
}

async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/yaml")], OPENAPI).into_response()
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

/// Around every request: an id, a time limit, an answer also after a defect, and a line in the log.
async fn around(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let id = format!("req_{:016x}", rand::random::<u64>());
    let method = request.method().clone();
    let path = crate::model::printable(request.uri().path());
    let answer = std::panic::AssertUnwindSafe(next.run(request)).catch_unwind();
    let mut response = match tokio::time::timeout(api.patience, answer).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            let message =
                format!("The platform could not answer because of a defect (request {id}). Please report it.");
            Refusal::new(500, "internal", message).into_response()
        }
        Err(_) => {
            let message = format!(
                "The request took longer than {:?} and was given up; look before sending it again.",
                api.patience
            );
            Refusal::new(408, "timeout", message).into_response()
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
        (status, axum::Json(self.document())).into_response()
    }
}
