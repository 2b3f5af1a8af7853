//! The MCP server: a session with it, the resources that it lists, and reading one of them. Which URIs there are is found in its
//! own lists and in what it returns, and each goes to the server and nowhere else: a URI is a name here, never an address.

mod events;
mod refusal;
pub(super) mod shapes;
mod transport;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rmcp::model::{
    ClientCapabilities, ClientConfig, ClientRequest, Implementation, ListResourceTemplatesRequest,
    ListResourcesRequest, PaginatedRequestParams, ReadResourceRequest, ReadResourceRequestParams, ResourceContents,
    ServerResult,
};
use rmcp::service::{ClientInitializeError, Peer, RoleClient, RunningService, ServiceError, serve_client};
use serde_json::Value;
use tokio::time::{Instant, timeout};

use self::shapes::{Index, Kind};
use self::transport::{Clock, NotAnswered, Posts, unanswered};
use crate::model::printable;
use crate::platform::http::{Http, Target, nonsense};
use crate::platform::{ReadError, ReadErrorKind};

/// For how long the lists of resources are taken as they were read. Apps come and go; what is looked for and not found is
/// looked for anew sooner.
const INDEX_KEPT: Duration = Duration::from_secs(600);
/// And not more often than this.
const INDEX_LEAST: Duration = Duration::from_secs(10);

/// What a resource holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Payload {
    /// JSON, of whatever form.
    Json(Value),
    /// Something else, as it came.
    Text(String),
}

impl Payload {
    /// As text, whatever it is.
    pub(super) fn text(&self) -> String {
        match self {
            Payload::Json(value) => value.to_string(),
            Payload::Text(text) => text.clone(),
        }
    }
}

/// A resource as it was read.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    pub(super) payload: Payload,
    /// The server's clock when it answered; ours where it told none.
    pub(super) at: jiff::Timestamp,
}

/// The client of one server.
pub(super) struct Mcp {
    http: Arc<Http>,
    session: tokio::sync::Mutex<Option<Arc<Session>>>,
    /// URIs that the server returned, by what they are of.
    links: Mutex<HashMap<(Kind, String), String>>,
    clock: Clock,
}

struct Session {
    service: RunningService<RoleClient, ClientConfig>,
    index: tokio::sync::Mutex<Option<(Instant, Arc<Index>)>>,
}

impl Mcp {
    pub(super) fn new(http: Arc<Http>) -> Self {
        Self { http, session: tokio::sync::Mutex::default(), links: Mutex::default(), clock: Clock::default() }
    }

    /// Where it leads.
    pub(super) fn target(&self) -> &Target {
        self.http.target()
    }

    /// The server's clock less ours.
    pub(super) fn skew(&self) -> jiff::SignedDuration {
        self.http.skew()
    }

    /// Reads the resource of a kind. `of` is the app, add-on or team, where the kind is about one.
    pub(super) async fn read(&self, kind: Kind, of: Option<&str>) -> Result<Resource, ReadError> {
        let uri = self.uri(kind, of).await?;
        let resource = self.read_uri(&uri).await?;
        self.note_links(&resource.payload);
        Ok(resource)
    }

    /// Reads a resource by its URI.
    pub(super) async fn read_uri(&self, uri: &str) -> Result<Resource, ReadError> {
        let shown = format!("MCP resources/read {}", printable(uri));
        let request = ReadResourceRequest::new(ReadResourceRequestParams::new(uri));
        match self.ask(ClientRequest::ReadResourceRequest(request), &shown).await? {
            ServerResult::ReadResourceResult(result) => {
                let at = self.clock.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or_else(jiff::Timestamp::now);
                Ok(Resource { payload: self.payload(result.contents, uri, &shown)?, at })
            }
            _ => Err(nonsense(self.target(), "a resource", None).of(unanswered(&shown))),
        }
    }

    fn payload(&self, contents: Vec<ResourceContents>, uri: &str, shown: &str) -> Result<Payload, ReadError> {
        let mut texts = Vec::new();
        for one in contents {
            if let ResourceContents::TextResourceContents { uri: told, text, .. } = one {
                texts.push((told, text));
            }
        }
        // Some servers answer a read with more than was asked for; what bears the URI is meant.
        let found = texts.iter().position(|(told, _)| told == uri).unwrap_or(0);
        let Some((_, text)) = texts.into_iter().nth(found) else {
            return Err(nonsense(self.target(), "a resource with text in it", None).of(unanswered(shown)));
        };
        Ok(serde_json::from_str(&text).ok().filter(is_structure).map_or(Payload::Text(text), Payload::Json))
    }

    /// The URI of a resource: by a template, by a link that was returned, or as it is listed.
    async fn uri(&self, kind: Kind, of: Option<&str>) -> Result<String, ReadError> {
        let link = || {
            let links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
            links.get(&(kind, of.unwrap_or_default().to_owned())).cloned()
        };
        for least in [INDEX_KEPT, INDEX_LEAST] {
            let index = self.index(least).await?;
            if let Some(uri) = index.uri(kind, of).or_else(link) {
                return Ok(uri);
            }
        }
        Err(ReadError::unsupported(&format!(
            "{} lists no resource for {}: Watasu documents one, so the server may be of another version, or this is none of Watasu's.",
            self.target(),
            kind.words()
        )))
    }

    /// Keeps the links in what was returned.
    pub(super) fn note_links(&self, payload: &Payload) {
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        for (kind, of, uri) in shapes::links(payload) {
            links.insert((kind, of), uri);
        }
    }

    async fn index(&self, kept: Duration) -> Result<Arc<Index>, ReadError> {
        let session = self.session().await?;
        let mut known = session.index.lock().await;
        if let Some((at, index)) = known.as_ref().filter(|(at, _)| at.elapsed() < kept) {
            let _ = at;
            return Ok(index.clone());
        }
        let index = Arc::new(self.lists().await?);
        *known = Some((Instant::now(), index.clone()));
        Ok(index)
    }

    /// Both lists, to their ends.
    async fn lists(&self) -> Result<Index, ReadError> {
        let mut index = Index::default();
        self.pages(
            "MCP resources/templates/list",
            |params| {
                let request = ListResourceTemplatesRequest::with_param(params);
                ClientRequest::ListResourceTemplatesRequest(request)
            },
            |result| match result {
                ServerResult::ListResourceTemplatesResult(page) => {
                    page.resource_templates.iter().for_each(|one| index.add_template(&one.uri_template));
                    Some(page.next_cursor)
                }
                _ => None,
            },
        )
        .await?;
        self.pages(
            "MCP resources/list",
            |params| ClientRequest::ListResourcesRequest(ListResourcesRequest::with_param(params)),
            |result| match result {
                ServerResult::ListResourcesResult(page) => {
                    page.resources.iter().for_each(|one| index.add_resource(&one.uri));
                    Some(page.next_cursor)
                }
                _ => None,
            },
        )
        .await?;
        Ok(index)
    }

    async fn pages(
        &self,
        shown: &str,
        ask: impl Fn(PaginatedRequestParams) -> ClientRequest + Send,
        mut take: impl FnMut(ServerResult) -> Option<Option<String>> + Send,
    ) -> Result<(), ReadError> {
        let mut cursor: Option<String> = None;
        for _ in 0..self.http.settings().page_limit {
            let params = PaginatedRequestParams::default().with_cursor(cursor.clone());
            let result = match self.ask(ask(params), shown).await {
                // A server without templates need not know the question (the protocol).
                Err(error) if is_not_known(&error) && cursor.is_none() => return Ok(()),
                other => other?,
            };
            let Some(next) = take(result) else {
                return Err(nonsense(self.target(), "a list of resources", None).of(unanswered(shown)));
            };
            // The same place again would be read for ever.
            if next.is_none() || next == cursor {
                return Ok(());
            }
            cursor = next;
        }
        let message = format!("The list of resources of {} has no end. It was given up.", self.target());
        Err(ReadError::new(ReadErrorKind::Nonsense, message).of(unanswered(shown)))
    }

    /// Asks, and where the session was lost, once more in another one: what is asked here changes nothing.
    async fn ask(&self, request: ClientRequest, shown: &str) -> Result<ServerResult, ReadError> {
        let session = self.session().await?;
        match self.ask_in(&session, request.clone(), shown).await {
            Err(NotAnswered::SessionLost(_)) => {
                self.forget(&session).await;
                let session = self.session().await?;
                self.ask_in(&session, request, shown).await.map_err(NotAnswered::error)
            }
            other => other.map_err(NotAnswered::error),
        }
    }

    async fn ask_in(
        &self,
        session: &Session,
        request: ClientRequest,
        shown: &str,
    ) -> Result<ServerResult, NotAnswered> {
        let peer: &Peer<RoleClient> = session.service.peer();
        // Each question has its own limits below; this one is for what would never come.
        match timeout(self.patience(), peer.send_request(request)).await {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(error)) => Err(self.failed(&error, shown)),
            Err(_elapsed) => Err(NotAnswered::Failed(self.hangs(shown))),
        }
    }

    fn patience(&self) -> Duration {
        self.http.settings().read_overall.saturating_mul(2)
    }

    fn failed(&self, error: &ServiceError, shown: &str) -> NotAnswered {
        match error {
            ServiceError::McpError(data) => NotAnswered::Failed(refusal::rpc(self.target(), data, shown)),
            ServiceError::TransportSend(sent) => match sent.error.downcast_ref::<NotAnswered>() {
                Some(reason) => reason.clone(),
                None => NotAnswered::Failed(nonsense(self.target(), "an answer", None).of(unanswered(shown))),
            },
            ServiceError::TransportClosed | ServiceError::Cancelled { .. } => {
                NotAnswered::SessionLost(nonsense(self.target(), "an answer", None).of(unanswered(shown)))
            }
            _ => NotAnswered::Failed(nonsense(self.target(), "an answer of an MCP server", None).of(unanswered(shown))),
        }
    }

    fn hangs(&self, shown: &str) -> ReadError {
        let message = format!("{} did not answer what was asked. It may hang; try it again.", self.target());
        ReadError::new(ReadErrorKind::TimedOut, message).of(unanswered(shown))
    }

    /// The session, begun where there is none.
    async fn session(&self) -> Result<Arc<Session>, ReadError> {
        let mut known = self.session.lock().await;
        if let Some(session) = known.as_ref().filter(|session| !session.service.is_closed()) {
            return Ok(session.clone());
        }
        let us =
            ClientConfig::new(ClientCapabilities::default(), Implementation::new("attache", env!("CARGO_PKG_VERSION")));
        let posts = Posts::new(self.http.clone(), self.clock.clone());
        let begun = match timeout(self.patience(), serve_client(us, posts)).await {
            Ok(begun) => begun.map_err(|error| self.not_begun(&error))?,
            Err(_elapsed) => return Err(self.hangs("MCP initialize")),
        };
        let session = Arc::new(Session { service: begun, index: tokio::sync::Mutex::default() });
        *known = Some(session.clone());
        Ok(session)
    }

    async fn forget(&self, lost: &Arc<Session>) {
        let mut known = self.session.lock().await;
        // Somebody else may have begun another one by now.
        known.take_if(|session| Arc::ptr_eq(session, lost));
    }

    fn not_begun(&self, error: &ClientInitializeError) -> ReadError {
        const SHOWN: &str = "MCP initialize";
        match error {
            ClientInitializeError::TransportError { error, .. } => match error.error.downcast_ref::<NotAnswered>() {
                Some(reason) => reason.clone().error(),
                None => nonsense(self.target(), "an MCP server", None).of(unanswered(SHOWN)),
            },
            ClientInitializeError::JsonRpcError(data) => refusal::rpc(self.target(), data, SHOWN),
            _ => nonsense(self.target(), "an MCP server", None).of(unanswered(SHOWN)),
        }
    }
}

/// A number or a word alone is text, and no structure.
fn is_structure(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

fn is_not_known(error: &ReadError) -> bool {
    matches!(&error.kind, ReadErrorKind::Refused { code, .. } if code == "method_not_found")
}
