//! Everything that changes something but the upload of a file. Each runs to its end once it was read, also when the client goes away meanwhile.

pub(super) mod addons;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use tokio::task::JoinHandle;

use super::Api;
use super::guard::Peer;
use super::params::NoQuery;
use crate::local::engine::rules::{AppChange, NewAddon, NewApp, NewAttachment};
use crate::local::engine::{Refusal, Reply, Write, WriteRequest};
use crate::model::printable;

/// What a handler gives.
pub(super) type Answer = Result<Response, Refusal>;
type Shared = State<Arc<Api>>;

const LONGEST_KEY: usize = 200;

/// What is common to all writes, taken from the request.
pub(super) struct Sent {
    by: String,
    body: Bytes,
    idempotency: Option<(String, String)>,
}

impl axum::extract::FromRequest<Arc<Api>> for Sent {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &Arc<Api>) -> Result<Self, Self::Rejection> {
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let key = idempotency_key(request.headers())?;
        let by = request.extensions().get::<Peer>().map(|peer| peer.name.clone()).unwrap_or_default();
        let (mut parts, body) = request.into_parts();
        NoQuery::from_request_parts(&mut parts, state).await?;
        let request = Request::from_parts(parts, body);
        let body = Bytes::from_request(request, state).await.map_err(|rejection| unreadable(&rejection))?;
        let idempotency = key.map(|key| (key, fingerprint(&method, &path, &Sha256::digest(&body))));
        Ok(Self { by, body, idempotency })
    }
}

/// What is common to the writes that take no body.
pub(super) struct SentAlone(Sent);

impl axum::extract::FromRequest<Arc<Api>> for SentAlone {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &Arc<Api>) -> Result<Self, Self::Rejection> {
        let sent = Sent::from_request(request, state).await?;
        if sent.body.is_empty() {
            return Ok(Self(sent));
        }
        Err(Refusal::new(400, "bad_request", "This request takes no body, and one was sent. Nothing was done."))
    }
}

fn unreadable(rejection: &BytesRejection) -> Refusal {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::new(413, "too_large", "The body is larger than 1 MiB."),
        _ => Refusal::new(400, "bad_request", "The body could not be read to its end."),
    }
}

/// The key of a write, if it has one.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(key) if (1..=LONGEST_KEY).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => Err(Refusal::new(400, "bad_request", "An Idempotency-Key is 1 to 200 printable ASCII characters.")),
    }
}

/// What a key stands for: method, path with query, and the SHA-256 of the body.
pub(super) fn fingerprint(method: &Method, target: &str, body: &[u8]) -> String {
    let mut digest = Sha256::new();
    digest.update(format!("{method}\n{target}\n"));
    digest.update(body);
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads the body; what is no JSON is a bad request, what is not the right JSON an invalid field.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| {
        let why = printable(&error.to_string());
        match error.classify() {
            serde_json::error::Category::Data => {
                Refusal::invalid("invalid_field", format!("The body is not as it must be: {why}."))
            }
            _ => Refusal::new(400, "bad_request", format!("The body is not JSON: {why}.")),
        }
    })
}

async fn write(api: &Arc<Api>, sent: Sent, write: Write) -> Answer {
    let Sent { by, idempotency, body: _ } = sent;
    let engine = Arc::clone(&api.engine);
    let request = WriteRequest { write, by, idempotency };
    // A task of its own: a client that hangs up does not stop between the write and setting it to work.
    answer(tokio::spawn(async move { engine.write(request).await })).await
}

/// The answer of a write in a task of its own.
pub(super) async fn answer(task: JoinHandle<Result<Reply, Refusal>>) -> Answer {
    let reply = task.await.map_err(|_| {
        let message = "The platform could not carry out the request because of a defect. Please report it.";
        Refusal::new(500, "internal", message)
    })??;
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Ok((status, axum::Json(reply.body)).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AppBody {
    app: NewApp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AppChangeBody {
    app: AppChange,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddonBody {
    addon: NewAddon,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AttachmentBody {
    attachment: NewAttachment,
}

pub(super) async fn create_app(State(api): Shared, sent: Sent) -> Answer {
    let AppBody { app } = parse(&sent.body)?;
    write(&api, sent, Write::CreateApp(app)).await
}

pub(super) async fn destroy_app(State(api): Shared, Path(app): Path<String>, SentAlone(sent): SentAlone) -> Answer {
    write(&api, sent, Write::DestroyApp(app)).await
}

pub(super) async fn change_app(State(api): Shared, Path(app): Path<String>, sent: Sent) -> Answer {
    let AppChangeBody { app: change } = parse(&sent.body)?;
    write(&api, sent, Write::ChangeApp(app, change)).await
}

pub(super) async fn create_addon(State(api): Shared, sent: Sent) -> Answer {
    let AddonBody { addon } = parse(&sent.body)?;
    write(&api, sent, Write::CreateAddon(addon)).await
}

pub(super) async fn destroy_addon(State(api): Shared, Path(addon): Path<String>, SentAlone(sent): SentAlone) -> Answer {
    write(&api, sent, Write::DestroyAddon(addon)).await
}

pub(super) async fn attach(State(api): Shared, sent: Sent) -> Answer {
    let AttachmentBody { attachment } = parse(&sent.body)?;
    write(&api, sent, Write::Attach(attachment)).await
}

pub(super) async fn detach(State(api): Shared, Path(id): Path<String>, SentAlone(sent): SentAlone) -> Answer {
    write(&api, sent, Write::Detach(id)).await
}
