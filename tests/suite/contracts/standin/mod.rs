//! A stand-in for a `/v1` server: stateful, and written from the contract, on the shared rig.

pub(crate) mod copies;
pub(crate) mod db;

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use attache::config::{Endpoint, PlatformKind, Profile, TokenSource};
use attache::model::{Danger, ProfileName};
use db::{Db, Reply, missing, refusal};

pub(crate) use crate::stand_ins::Fault;
use crate::stand_ins::{Rig, World};

/// A running stand-in; it ends when it is dropped.
pub(crate) struct StandIn {
    rig: Rig<Db>,
    endpoint: Endpoint,
    token: Option<String>,
    folder: tempfile::TempDir,
}

impl Deref for StandIn {
    type Target = Rig<Db>;

    fn deref(&self) -> &Rig<Db> {
        &self.rig
    }
}

impl World for Db {
    /// The tests say themselves what becomes of an add-on.
    fn advance(&mut self, _steps: u32) {}
}

impl StandIn {
    /// On a Unix socket, with two apps and one add-on.
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("api.sock");
        let rig = Rig::on_unix(&socket, Db::seeded(), router()).unwrap();
        Self { rig, endpoint: Endpoint::Unix(socket), token: None, folder }
    }

    /// On a loopback port that wants a token.
    pub(crate) async fn on_tcp(token: Option<&str>) -> Self {
        let token = token.map(str::to_owned);
        let mut db = Db::seeded();
        db.token = token.clone();
        let (rig, url) = Rig::on_tcp("127.0.0.1:0", db, router()).await.unwrap();
        Self { rig, endpoint: Endpoint::Url(url), token, folder: tempfile::tempdir().unwrap() }
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
            backup_max_age: attache::config::BACKUP_MAX_AGE,
            project: None,
            undocumented: false,
            authorities: attache::config::Authorities::default(),
            name: ProfileName("local".into()),
            platform: PlatformKind::Local,
            endpoint: self.endpoint.clone(),
            token: self.token.clone().map(Into::into),
            token_source: self.token.as_ref().map(|_| TokenSource::File("/run/token".into())),
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

    /// How many rows a page holds at most.
    pub(crate) fn page_by(&self, rows: usize) {
        self.db(|db| db.page = rows);
    }

    pub(crate) fn db<T>(&self, act: impl FnOnce(&mut Db) -> T) -> T {
        self.rig.world(act)
    }
}

fn router() -> Router<Arc<Mutex<Db>>> {
    Router::new().fallback(answer)
}

async fn answer(
    State(db): State<Arc<Mutex<Db>>>,
    method: Method,
    target: Uri,
    headers: HeaderMap,
    raw: Bytes,
) -> Response {
    let asked = Asked { method, target, headers, body: serde_json::from_slice(&raw).unwrap_or_default(), raw };
    reply(&mut db.lock().unwrap(), &asked)
}

/// What is asked for.
struct Asked {
    method: Method,
    target: Uri,
    headers: HeaderMap,
    body: Value,
    raw: Bytes,
}

fn reply(db: &mut Db, seen: &Asked) -> Response {
    let given = seen.headers.get("authorization").and_then(|value| value.to_str().ok());
    if let Some(token) = &db.token
        && given != Some(&format!("Bearer {token}"))
    {
        return respond(refusal(401, "unauthorized", "The token is wrong."), None);
    }
    let url = reqwest::Url::parse(&format!("http://x{}", seen.target)).unwrap();
    let query = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let decoded: Vec<String> = url.path_segments().unwrap().map(|part| part.replace("%20", " ")).collect();
    let path: Vec<&str> = decoded.iter().map(String::as_str).collect();
    let page = db.page;
    let listed = |name: &str, rows: Vec<Value>, tag: Option<u64>| list(page, name, rows, tag, seen, &query);
    match (seen.method.as_str(), path.as_slice()) {
        ("GET", ["v1", "account"]) => {
            respond((200, json!({"account": {"id": "acc_1", "name": "alice", "platform": {"name": "local"}}})), None)
        }
        ("GET", ["v1", "teams"]) => listed("teams", vec![json!({"id": "team_1", "name": "sandbox"})], None),
        ("GET", ["v1", "apps"]) => listed("apps", db.apps.iter().map(db::App::json).collect(), None),
        ("GET", ["v1", "addon_services"]) => listed("addon_services", db::services(), None),
        ("GET", ["v1", "addons"]) => {
            listed("addons", db.addons.iter().map(|addon| addon.json(db)).collect(), Some(db.revision))
        }
        ("GET", ["v1", "addons", id]) => match db.find(id) {
            Some(addon) => respond((200, json!({"addon": addon.json(db)})), None),
            None => respond(missing(), None),
        },
        ("GET", ["v1", "addons", id, "backups"]) => match db.find(id) {
            Some(addon) => {
                let mine = |one: &&copies::Backup| one.addon_id.as_ref() == Some(&addon.id);
                let rows = db.backups.iter().rev().filter(mine).map(copies::Backup::json).collect();
                list_beside(page, "backups", rows, ("policy", db.policy(addon)), seen, &query)
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
                listed("config_vars", db::VARIABLES.iter().map(variable).collect(), None)
            }
            None => respond(missing(), None),
        },
        ("GET", ["v1", "backups"]) => {
            listed("backups", db.backups.iter().rev().map(copies::Backup::json).collect(), None)
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
            listed("operations", db.works.iter().rev().filter(is_of).map(copies::Work::json).collect(), None)
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
            listed("events", (after + 1..=5).map(event).collect(), None)
        }
        ("GET", ["v1", "apps", app, "config_vars"]) => match db.config_vars(app, query("reveal").is_some()) {
            Some(variables) => listed("config_vars", variables, None),
            None => respond(missing(), None),
        },
        ("GET", ["v1", "apps", app, "releases"]) => match db.app(app) {
            Some(app) => listed("releases", app.releases(), None),
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
    limit: usize,
    name: &str,
    rows: Vec<Value>,
    (beside, value): (&str, Value),
    seen: &Asked,
    query: &dyn Fn(&str) -> Option<String>,
) -> Response {
    let (_, mut body) = page(limit, name, rows, None, seen, query);
    body[beside] = value;
    respond((200, body), None)
}

fn list(
    limit: usize,
    name: &str,
    rows: Vec<Value>,
    revision: Option<u64>,
    seen: &Asked,
    query: &dyn Fn(&str) -> Option<String>,
) -> Response {
    let tag = revision.map(|revision| format!("\"r{revision}\""));
    respond(page(limit, name, rows, tag.as_deref(), seen, query), tag)
}

fn page(
    limit: usize,
    name: &str,
    rows: Vec<Value>,
    tag: Option<&str>,
    seen: &Asked,
    query: &dyn Fn(&str) -> Option<String>,
) -> Reply {
    let known = seen.headers.get("if-none-match").and_then(|value| value.to_str().ok());
    if tag.is_some() && known == tag {
        return (304, Value::Null);
    }
    // The platform refuses a limit on lists of one page, so the client sends none anywhere.
    assert_eq!(query("limit"), None);
    let from: usize = query("next_token").map_or(0, |token| token.strip_prefix("from+/").unwrap().parse().unwrap());
    let next = (from + limit < rows.len()).then(|| format!("from+/{}", from + limit));
    let page: Vec<Value> = rows.into_iter().skip(from).take(limit).collect();
    (200, json!({name: page, "next_token": next}))
}

pub(crate) fn respond((status, body): Reply, tag: Option<String>) -> Response {
    let mut response = Response::builder().status(status).header("x-request-id", "req_7");
    if let Some(tag) = tag {
        response = response.header("etag", tag);
    }
    let body = if status == 304 { Body::empty() } else { body.to_string().into() };
    response.body(body).unwrap()
}
