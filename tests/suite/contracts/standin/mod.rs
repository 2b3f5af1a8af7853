//! A stand-in for a `/v1` server: stateful, written from the contract, and able to misbehave in every way a network and a
//! server can. It writes down every request that reaches it.

pub(crate) mod copies;
pub(crate) mod db;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use axum::serve::Listener;
use axum::{Extension, Router};
use futures_util::stream;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde_json::{Value, json};
use tokio::net::{TcpListener, UnixListener};
use tokio_util::sync::CancellationToken;

use attache::config::{Endpoint, PlatformKind, Profile, TokenSource};
use attache::model::{Danger, ProfileName};
use db::{Db, Reply, missing, refusal};

/// One way of misbehaving.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Never answers, and does nothing.
    Hang,
    /// Does it, and never answers.
    ActAndHang,
    /// Closes the connection, having done nothing.
    Cut,
    /// Does it, and closes the connection.
    ActAndCut,
    /// Does it, and closes the connection in the middle of the answer.
    ActAndCutInBody,
    /// Does it, and closes the connection when half of the body that was announced has left.
    ActAndCutHalfWay,
    /// Does it, and answers this.
    ActAndSay(u16, &'static str),
    /// Does nothing, and answers with a body that never ends and whose length is not told.
    Flood,
    /// Does nothing, and answers this, with these headers.
    Say(u16, Vec<(&'static str, String)>, String),
}

/// A fault, for which requests, and how often.
struct Rule {
    method: Method,
    path: &'static str,
    times: usize,
    fault: Fault,
}

/// One request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    /// The body as it came.
    pub(crate) raw: Bytes,
}

type Hook = Box<dyn Fn(&Seen) + Send + Sync>;

pub(crate) struct Shared {
    db: Mutex<Db>,
    rules: Mutex<Vec<Rule>>,
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
    token: Option<String>,
    page: AtomicUsize,
    on_write: Mutex<Option<Hook>>,
}

/// A running stand-in; it ends when it is dropped.
pub(crate) struct StandIn {
    shared: Arc<Shared>,
    endpoint: Endpoint,
    end: CancellationToken,
    folder: tempfile::TempDir,
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

impl StandIn {
    /// On a Unix socket, with two apps and one add-on.
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("api.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let server = Self::new(folder, Endpoint::Unix(socket), None);
        server.serve(listener);
        server
    }

    /// On a loopback port that wants a token.
    pub(crate) async fn on_tcp(token: Option<&str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Self::new(tempfile::tempdir().unwrap(), Endpoint::Url(url), token.map(str::to_owned));
        server.serve(listener);
        server
    }

    fn new(folder: tempfile::TempDir, endpoint: Endpoint, token: Option<String>) -> Self {
        let shared = Shared {
            db: Mutex::new(Db::seeded()),
            rules: Mutex::default(),
            seen: Mutex::default(),
            connections: AtomicUsize::new(0),
            token,
            page: AtomicUsize::new(1000),
            on_write: Mutex::default(),
        };
        Self { shared: Arc::new(shared), endpoint, end: CancellationToken::new(), folder }
    }

    fn serve<L: Listener>(&self, mut listener: L) {
        let (shared, end) = (self.shared.clone(), self.end.clone());
        tokio::spawn(async move {
            loop {
                let io = tokio::select! {
                    () = end.cancelled() => return,
                    (io, _) = listener.accept() => io,
                };
                shared.connections.fetch_add(1, Ordering::SeqCst);
                let cut = end.child_token();
                let router = Router::new().fallback(answer).layer(Extension(cut.clone())).with_state(shared.clone());
                tokio::spawn(async move {
                    let serving = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(io), TowerToHyperService::new(router));
                    tokio::select! {
                        () = cut.cancelled() => {}
                        _ended = serving => {}
                    }
                });
            }
        });
    }

    pub(crate) fn url(&self) -> String {
        match &self.endpoint {
            Endpoint::Url(url) => url.clone(),
            Endpoint::Unix(path) => path.display().to_string(),
        }
    }

    /// The way in, with the right token if it wants one.
    pub(crate) fn profile(&self) -> Profile {
        Profile {
            name: ProfileName("local".into()),
            platform: PlatformKind::Local,
            endpoint: self.endpoint.clone(),
            token: self.shared.token.clone().map(Into::into),
            token_source: self.shared.token.as_ref().map(|_| TokenSource::File("/run/token".into())),
            teams: Vec::new(),
            danger: Danger::None,
            read_only: None,
            data_endpoint: None,
        }
    }

    /// A folder of its own for a journal.
    pub(crate) fn journal_folder(&self) -> PathBuf {
        self.folder.path().join("operations")
    }

    /// Misbehaves on the next `times` requests of that method whose path begins so.
    pub(crate) fn fail(&self, method: Method, path: &'static str, times: usize, fault: Fault) {
        self.shared.rules.lock().unwrap().push(Rule { method, path, times, fault });
    }

    /// Behaves from now on.
    pub(crate) fn forget_faults(&self) {
        self.shared.rules.lock().unwrap().clear();
    }

    /// How many rows a page holds at most.
    pub(crate) fn page_by(&self, rows: usize) {
        self.shared.page.store(rows, Ordering::SeqCst);
    }

    pub(crate) fn db<T>(&self, act: impl FnOnce(&mut Db) -> T) -> T {
        act(&mut self.shared.db.lock().unwrap())
    }

    /// Called with each write before anything is done about it.
    pub(crate) fn on_write(&self, hook: impl Fn(&Seen) + Send + Sync + 'static) {
        *self.shared.on_write.lock().unwrap() = Some(Box::new(hook));
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// How many requests of that method came whose path begins so.
    pub(crate) fn count(&self, method: Method, path: &str) -> usize {
        self.seen().iter().filter(|seen| seen.method == method && seen.target.starts_with(path)).count()
    }

    /// How many writes came.
    pub(crate) fn writes(&self) -> usize {
        self.seen().iter().filter(|seen| seen.method != Method::GET).count()
    }

    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    Extension(cut): Extension<CancellationToken>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let body = match to_bytes(body, 64 << 20).await {
        Ok(body) => body,
        // Whoever sends cut it off: nothing is acted on.
        Err(_) => return respond(refusal(400, "bad_request", "The body was cut off."), None),
    };
    let seen = Seen {
        method: head.method,
        target: head.uri.to_string(),
        headers: head.headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
        raw: body,
    };
    shared.seen.lock().unwrap().push(seen.clone());
    if seen.method != Method::GET
        && let Some(hook) = &*shared.on_write.lock().unwrap()
    {
        hook(&seen);
    }
    let never = std::future::pending::<Response>;
    match shared.fault(&seen) {
        None => shared.reply(&seen),
        Some(Fault::Hang) => never().await,
        Some(Fault::ActAndHang) => {
            shared.reply(&seen);
            never().await
        }
        Some(Fault::Cut) => {
            cut.cancel();
            never().await
        }
        Some(Fault::ActAndCut) => {
            shared.reply(&seen);
            cut.cancel();
            never().await
        }
        Some(Fault::ActAndCutInBody) => {
            let reply = shared.reply(&seen);
            // The pause lets what was written leave before the connection breaks.
            let broken = stream::unfold(0, |step| async move {
                match step {
                    0 => Some((Ok("{\"addon\":"), 1)),
                    _ => {
                        tokio::task::yield_now().await;
                        Some((Err(std::io::Error::other("cut")), 2))
                    }
                }
            });
            Response::builder().status(reply.status()).body(Body::from_stream(broken)).unwrap()
        }
        Some(Fault::ActAndCutHalfWay) => {
            let (head, body) = shared.reply(&seen).into_parts();
            let whole = to_bytes(body, usize::MAX).await.unwrap();
            let half = whole.slice(..whole.len() / 2);
            // The pause lets what was written leave before the connection breaks.
            let broken = stream::unfold(Some(half), |left| async move {
                match left {
                    Some(half) => Some((Ok(half), None)),
                    None => {
                        tokio::task::yield_now().await;
                        Some((Err(std::io::Error::other("cut")), None))
                    }
                }
            });
            let mut response = Response::from_parts(head, Body::from_stream(broken));
            response.headers_mut().insert("content-length", whole.len().into());
            response
        }
        Some(Fault::ActAndSay(status, body)) => {
            shared.reply(&seen);
            Response::builder().status(status).body(body.into()).unwrap()
        }
        Some(Fault::Flood) => {
            let flood = stream::repeat_with(|| Ok::<_, std::io::Error>(" ".repeat(1000)));
            Response::new(Body::from_stream(flood))
        }
        Some(Fault::Say(status, headers, body)) => {
            let mut response = Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            response.body(body.into()).unwrap()
        }
    }
}

impl Shared {
    fn fault(&self, seen: &Seen) -> Option<Fault> {
        let mut rules = self.rules.lock().unwrap();
        let rule = rules
            .iter_mut()
            .find(|rule| rule.times > 0 && rule.method == seen.method && seen.target.starts_with(rule.path))?;
        rule.times -= 1;
        Some(rule.fault.clone())
    }

    fn reply(&self, seen: &Seen) -> Response {
        let given = seen.headers.get("authorization").and_then(|value| value.to_str().ok());
        if let Some(token) = &self.token
            && given != Some(&format!("Bearer {token}"))
        {
            return respond(refusal(401, "unauthorized", "The token is wrong."), None);
        }
        let url = reqwest::Url::parse(&format!("http://x{}", seen.target)).unwrap();
        let query = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let decoded: Vec<String> = url.path_segments().unwrap().map(|part| part.replace("%20", " ")).collect();
        let path: Vec<&str> = decoded.iter().map(String::as_str).collect();
        let db = &mut *self.db.lock().unwrap();
        let list = |name: &str, rows: Vec<Value>, tag: Option<u64>| self.list(name, rows, tag, seen, &query);
        match (seen.method.as_str(), path.as_slice()) {
            ("GET", ["v1", "account"]) => respond(
                (200, json!({"account": {"id": "acc_1", "name": "alice", "platform": {"name": "local"}}})),
                None,
            ),
            ("GET", ["v1", "teams"]) => list("teams", vec![json!({"id": "team_1", "name": "sandbox"})], None),
            ("GET", ["v1", "apps"]) => list("apps", db.apps.iter().map(db::App::json).collect(), None),
            ("GET", ["v1", "addon_services"]) => list("addon_services", db::services(), None),
            ("GET", ["v1", "addons"]) => {
                list("addons", db.addons.iter().map(|addon| addon.json(db)).collect(), Some(db.revision))
            }
            ("GET", ["v1", "addons", id]) => match db.find(id) {
                Some(addon) => respond((200, json!({"addon": addon.json(db)})), None),
                None => respond(missing(), None),
            },
            ("GET", ["v1", "addons", id, "backups"]) => match db.find(id) {
                Some(addon) => {
                    let mine = |one: &&copies::Backup| one.addon_id.as_ref() == Some(&addon.id);
                    let rows = db.backups.iter().rev().filter(mine).map(copies::Backup::json).collect();
                    self.list_beside("backups", rows, ("policy", db.policy(addon)), seen, &query)
                }
                None => respond(missing(), None),
            },
            ("GET", ["v1", "addons", id, "usage"]) if db.find(id).is_some() => respond((200, copies::usage()), None),
            ("GET", ["v1", "addons", id, "logs"]) if db.find(id).is_some() => {
                let lines: Vec<String> =
                    (0..query("lines").unwrap().parse().unwrap()).map(|n| format!("line {n}\t")).collect();
                respond((200, json!({"log": {"lines": lines}})), None)
            }
            ("GET", ["v1", "addons", id, "config_vars"]) => match db.find(id) {
                Some(addon) => {
                    let variable = |name: &&str| match query("reveal") {
                        Some(_) => json!({"name": name, "addon": addon.name, "value": format!("secret of {name}")}),
                        None => json!({"name": name, "addon": addon.name}),
                    };
                    list("config_vars", db::VARIABLES.iter().map(variable).collect(), None)
                }
                None => respond(missing(), None),
            },
            ("GET", ["v1", "backups"]) => {
                list("backups", db.backups.iter().rev().map(copies::Backup::json).collect(), None)
            }
            ("GET", ["v1", "backups", id]) => match db.backup(id) {
                Some(backup) => respond((200, json!({"backup": backup.json()})), None),
                None => respond(missing(), None),
            },
            ("GET", ["v1", "backups", id, "download"]) => match db.backup(id) {
                Some(backup) => backup.download(),
                None => respond(missing(), None),
            },
            ("GET", ["v1", "operations"]) => {
                let of = query("addon");
                let is_of = |one: &&copies::Work| of.as_ref().is_none_or(|id| one.addon.0 == *id || one.addon.1 == *id);
                list("operations", db.works.iter().rev().filter(is_of).map(copies::Work::json).collect(), None)
            }
            ("GET", ["v1", "operations", id]) => match db.works.iter().find(|one| one.id == *id) {
                Some(work) => respond((200, json!({"operation": work.json()})), None),
                None => respond(missing(), None),
            },
            ("POST", ["v1", "backups"]) => respond(db.upload(&query("service").unwrap(), &seen.raw), None),
            ("DELETE", ["v1", "backups", id]) => respond(db.delete_backup(id), None),
            ("POST", ["v1", "backups", id, "restore"]) => respond(db.restore(id, &seen.body["restore"]), None),
            ("POST", ["v1", "addons", id, "backups"]) => respond(db.back_up(id), None),
            ("PUT", ["v1", "addons", id, "backup_schedule"]) => {
                respond(db.schedule(id, Some(seen.body["schedule"].clone())), None)
            }
            ("DELETE", ["v1", "addons", id, "backup_schedule"]) => respond(db.schedule(id, None), None),
            ("POST", ["v1", "addons", id, "promote"]) => respond(db.promote(id, &seen.body["promotion"]), None),
            ("PATCH", ["v1", "addons", id]) => respond(db.change(id, &seen.body["addon"]), None),
            ("POST", ["v1", "addons", id, kind @ ("rotate_credentials" | "restart" | "sleep" | "wake")]) => {
                let kind = kind.strip_suffix("_credentials").unwrap_or(kind);
                respond(db.under_way(id, kind, None), None)
            }
            ("GET", ["v1", "addons", _, "events"]) => {
                let after: u64 = query("after").map_or(0, |after| after.parse().unwrap());
                let event = |id: u64| {
                    json!({"id": id, "at": "2026-11-20T03:14:07.000Z", "step": "initdb",
                    "status": if id == 3 { "paused" } else { "done" }, "message": "m\u{1b}[31m", "log": ["line\n"]})
                };
                list("events", (after + 1..=5).map(event).collect(), None)
            }
            ("GET", ["v1", "apps", app, "config_vars"]) => match db.config_vars(app, query("reveal").is_some()) {
                Some(variables) => list("config_vars", variables, None),
                None => respond(missing(), None),
            },
            ("GET", ["v1", "apps", app, "releases"]) => match db.app(app) {
                Some(app) => list("releases", app.releases(), None),
                None => respond(missing(), None),
            },
            ("POST", ["v1", "addons"]) => respond(db.create_addon(&seen.body), None),
            ("DELETE", ["v1", "addons", id]) => respond(db.destroy_addon(id), None),
            ("POST", ["v1", "attachments"]) => respond(db.attach(&seen.body), None),
            ("DELETE", ["v1", "attachments", id]) => respond(db.detach(id), None),
            ("POST", ["v1", "apps"]) => respond(db.create_app(&seen.body), None),
            ("PATCH", ["v1", "apps", id]) => respond(db.change_app(id, &seen.body), None),
            ("DELETE", ["v1", "apps", id]) => respond(db.destroy_app(id), None),
            _ => respond(missing(), None),
        }
    }

    /// A list with something beside it on every page.
    fn list_beside(
        &self,
        name: &str,
        rows: Vec<Value>,
        (beside, value): (&str, Value),
        seen: &Seen,
        query: &dyn Fn(&str) -> Option<String>,
    ) -> Response {
        let (_, mut body) = self.page(name, rows, None, seen, query);
        body[beside] = value;
        respond((200, body), None)
    }

    fn list(
        &self,
        name: &str,
        rows: Vec<Value>,
        revision: Option<u64>,
        seen: &Seen,
        query: &dyn Fn(&str) -> Option<String>,
    ) -> Response {
        let tag = revision.map(|revision| format!("\"r{revision}\""));
        respond(self.page(name, rows, tag.as_deref(), seen, query), tag)
    }

    fn page(
        &self,
        name: &str,
        rows: Vec<Value>,
        tag: Option<&str>,
        seen: &Seen,
        query: &dyn Fn(&str) -> Option<String>,
    ) -> Reply {
        let known = seen.headers.get("if-none-match").and_then(|value| value.to_str().ok());
        if tag.is_some() && known == tag {
            return (304, Value::Null);
        }
        // The platform refuses a limit on lists of one page, so the client sends none anywhere.
        assert_eq!(query("limit"), None);
        let limit = self.page.load(Ordering::SeqCst);
        let from: usize = query("next_token").map_or(0, |token| token.strip_prefix("from+/").unwrap().parse().unwrap());
        let next = (from + limit < rows.len()).then(|| format!("from+/{}", from + limit));
        let page: Vec<Value> = rows.into_iter().skip(from).take(limit).collect();
        (200, json!({name: page, "next_token": next}))
    }
}

pub(crate) fn respond((status, body): Reply, tag: Option<String>) -> Response {
    let mut response = Response::builder().status(status).header("x-request-id", "req_7");
    if let Some(tag) = tag {
        response = response.header("etag", tag);
    }
    let body = if status == 304 { Body::empty() } else { body.to_string().into() };
    response.body(body).unwrap()
}
