//! MCP's Streamable HTTP over our own HTTP layer, as a transport for `rmcp`.
//!
//! `rmcp` brings one, built on reqwest; ours stands in its place because of what that one does by itself: it keeps a second
//! stream open for news, re-initializes and repeats on its own account, and has no limit for the whole of an answer. Here each
//! message is one POST with the limits, time-outs, proxies and refused redirects of every other read, and its whole answer.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use rmcp::RoleClient;
use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, ClientRequest, JsonRpcMessage, ServerJsonRpcMessage, ServerResult,
};
use rmcp::transport::Transport;
use serde::Deserialize;
use tokio::sync::mpsc;

use super::events::{self, Event};
use super::refusal::refused;
use crate::platform::http::{Answer, Http, nonsense};
use crate::platform::{Exchange, ReadError, ReadErrorKind};

const ACCEPTED: HeaderValue = HeaderValue::from_static("application/json, text/event-stream");
const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
/// How many answers may wait for whoever asked.
const WAITING: usize = 64;

/// Why a message was not answered.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum NotAnswered {
    /// A read that failed.
    #[error("{0}")]
    Failed(ReadError),
    /// The server does not know our session any more: another one is to be begun.
    #[error("{0}")]
    SessionLost(ReadError),
}

impl NotAnswered {
    /// The error of the read.
    pub(super) fn error(self) -> ReadError {
        match self {
            Self::Failed(error) | Self::SessionLost(error) => error,
        }
    }
}

/// One session with the server.
pub(super) struct Posts {
    shared: Arc<Shared>,
    answers: mpsc::Receiver<ServerJsonRpcMessage>,
}

struct Shared {
    http: Arc<Http>,
    session: Mutex<Session>,
    answered: mpsc::Sender<ServerJsonRpcMessage>,
    clock: Clock,
}

/// When the server answered last, by its own clock.
pub(super) type Clock = Arc<Mutex<Option<jiff::Timestamp>>>;

#[derive(Clone, Default)]
struct Session {
    id: Option<HeaderValue>,
    version: Option<HeaderValue>,
}

impl Posts {
    pub(super) fn new(http: Arc<Http>, clock: Clock) -> Self {
        let (answered, answers) = mpsc::channel(WAITING);
        let shared = Shared { http, session: Mutex::default(), answered, clock };
        Self { shared: Arc::new(shared), answers }
    }
}

impl Transport<RoleClient> for Posts {
    type Error = NotAnswered;

    fn name() -> Cow<'static, str> {
        "our own HTTP layer".into()
    }

    fn send(&mut self, item: ClientJsonRpcMessage) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let shared = self.shared.clone();
        async move { shared.post(item).await }
    }

    async fn receive(&mut self) -> Option<ServerJsonRpcMessage> {
        self.answers.recv().await
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        self.answers.close();
        Ok(())
    }
}

impl Shared {
    async fn post(&self, message: ClientJsonRpcMessage) -> Result<(), NotAnswered> {
        let shown = shown(&message).ok_or_else(|| NotAnswered::Failed(not_a_read()))?;
        let body = serde_json::to_vec(&message)
            .map_err(|_| NotAnswered::Failed(nonsense(self.http.target(), "a question that can be written", None)))?;
        let session = self.session();
        let mut headers = vec![(ACCEPT, ACCEPTED)];
        headers.extend(session.id.clone().map(|id| (SESSION, id)));
        headers.extend(session.version.map(|version| (VERSION, version)));
        let id = match &message {
            JsonRpcMessage::Request(request) => Some(request.id.to_string()),
            _ => None,
        };
        let is_complete = |headers: &HeaderMap, body: &[u8]| {
            is_stream(headers) && id.as_deref().is_some_and(|id| events::complete(body).any(|event| event.answers(id)))
        };
        let answer = self.http.ask(body, &headers, &shown, &is_complete).await.map_err(NotAnswered::Failed)?;
        *self.clock.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer.at);
        if !(200..=299).contains(&answer.status) {
            // Only a session that was sent can be lost (the protocol's session management).
            let error = refused(self.http.target(), &answer);
            return Err(match answer.status == 404 && session.id.is_some() {
                true => NotAnswered::SessionLost(error),
                false => NotAnswered::Failed(error),
            });
        }
        let Some(id) = id else { return Ok(()) };
        let told = self.answer_to(&id, &answer).map_err(NotAnswered::Failed)?;
        if let ServerJsonRpcMessage::Response(response) = &told
            && let ServerResult::InitializeResult(result) = &response.result
        {
            let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
            session.id = answer.headers.get(&SESSION).cloned();
            session.version = HeaderValue::from_str(result.protocol_version.as_str()).ok();
        }
        // Nobody waits any more: then nobody misses it.
        let _ = self.answered.send(told).await;
        Ok(())
    }

    fn session(&self) -> Session {
        self.session.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The one message of an answer that answers the question. What else a stream has is news, which nobody asked for.
    fn answer_to(&self, id: &str, answer: &Answer) -> Result<ServerJsonRpcMessage, ReadError> {
        let not_mcp = |error: Option<&serde_json::Error>| {
            nonsense(self.http.target(), "an answer of an MCP server", error).of(answer.exchange.clone())
        };
        let message = match is_stream(&answer.headers) {
            true => match events::complete(&answer.body).find(|event| event.answers(id)) {
                Some(Event(text)) => text,
                None => {
                    let target = self.http.target();
                    let message = format!("{target} ended its answer before it had answered. Try it again.");
                    return Err(ReadError::new(ReadErrorKind::CutOff, message).of(answer.exchange.clone()));
                }
            },
            // Whoever asked would wait for ever for an answer to somebody else's question.
            false => {
                let text = String::from_utf8(answer.body.clone()).map_err(|_| not_mcp(None))?;
                Some(Event(text)).filter(|event| event.answers(id)).ok_or_else(|| not_mcp(None))?.0
            }
        };
        serde_json::from_str(&message).map_err(|error| not_mcp(Some(&error)))
    }
}

fn is_stream(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("text/event-stream")
}

/// A message as people may see it; `None` for one that is no read. This is the one place that sends to the server, and a read
/// is sent again where its answer does not come, so nothing else leaves from here.
fn shown(message: &ClientJsonRpcMessage) -> Option<String> {
    let method = |name: &str| Some(format!("MCP {name}"));
    match message {
        JsonRpcMessage::Request(request) => match &request.request {
            ClientRequest::InitializeRequest(_) => method("initialize"),
            ClientRequest::PingRequest(_) => method("ping"),
            ClientRequest::ListResourcesRequest(_) => method("resources/list"),
            ClientRequest::ListResourceTemplatesRequest(_) => method("resources/templates/list"),
            ClientRequest::ReadResourceRequest(read) => {
                method(&format!("resources/read {}", crate::model::printable(&read.params.uri)))
            }
            _ => None,
        },
        JsonRpcMessage::Notification(notification) => match &notification.notification {
            ClientNotification::InitializedNotification(_) => method("notifications/initialized"),
            ClientNotification::CancelledNotification(_) => method("notifications/cancelled"),
            _ => None,
        },
        // Answers to what a server asks of us: it is told that we do nothing for it.
        JsonRpcMessage::Response(_) => None,
        JsonRpcMessage::Error(_) => method("error"),
    }
}

fn not_a_read() -> ReadError {
    ReadError::unsupported("Only reads are sent to the MCP server. Nothing was sent.")
}

/// The part of a message by which it is known what it answers.
#[derive(Deserialize)]
pub(super) struct Head {
    /// Of a question or its answer.
    #[serde(default)]
    pub(super) id: serde_json::Value,
    /// Of a question or news.
    #[serde(default)]
    pub(super) method: Option<String>,
}

/// An exchange of which only the question is known.
pub(super) fn unanswered(shown: &str) -> Exchange {
    Exchange { request: shown.to_owned(), ..Exchange::default() }
}

#[cfg(test)]
mod tests {
    use rmcp::model::{CallToolRequest, CallToolRequestParams, NumberOrString};

    use super::*;
    use crate::platform::watasu::tests::http;

    #[tokio::test]
    async fn nothing_but_reads_leaves_whatever_is_asked_for() {
        let mut posts = Posts::new(http("http://127.0.0.1:1/mcp"), Clock::default());
        let call = ClientRequest::CallToolRequest(CallToolRequest::new(CallToolRequestParams::new("destroy")));
        let sent = posts.send(ClientJsonRpcMessage::request(call, NumberOrString::Number(7))).await;
        let error = sent.unwrap_err().error();
        assert!(error.is_unsupported() && error.message.contains("Nothing was sent"), "{error}");
    }
}
