//! The adapter against a server that answers as told, with bodies of our own.

mod budget;
mod errors;
mod lines;
mod reads;
mod writes;

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Response;
use serde_json::{Value, json};

use super::*;
use crate::config::{BACKUP_MAX_AGE, Endpoint, PlatformKind, TokenSource};
use crate::model::{CreateAddon, Danger, ProfileName};
use crate::platform::{ReadErrorKind, SubmitError};

/// What a server was asked.
#[derive(Clone, Debug, Default)]
struct Heard {
    line: String,
    authorization: Option<String>,
    body: String,
}

/// An answer: status, headers, body.
struct Answered(u16, Vec<(&'static str, String)>, String);

fn ok(body: &Value) -> Answered {
    Answered(200, Vec::new(), body.to_string())
}

fn status(status: u16, body: &Value) -> Answered {
    Answered(status, Vec::new(), body.to_string())
}

struct Server {
    address: String,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Server {
    fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    /// The lines that were asked, without what groups cost.
    fn lines(&self) -> Vec<String> {
        let lines = self.heard().into_iter().map(|heard| heard.line);
        lines.filter(|line| !line.contains("/groups")).collect()
    }

    /// How many requests of a method there were.
    fn count(&self, method: &str) -> usize {
        self.heard().iter().filter(|heard| heard.line.starts_with(method)).count()
    }
}

/// A loopback address that no other server of this process has: requests are counted by endpoint for a minute, and the system
/// gives a port out again that another test has used up.
fn its_own() -> Ipv4Addr {
    static SERVERS: AtomicU32 = AtomicU32::new(0);
    Ipv4Addr::from_bits(Ipv4Addr::new(127, 1, 0, 0).to_bits() + SERVERS.fetch_add(1, Ordering::Relaxed))
}

/// Answers each request by what it is: method and path with query.
async fn serve(answer: impl Fn(&str) -> Answered + Clone + Send + Sync + 'static) -> Server {
    let heard: Arc<Mutex<Vec<Heard>>> = Arc::default();
    let all = heard.clone();
    let router = Router::new().fallback(move |request: Request| {
        let (answer, all) = (answer.clone(), all.clone());
        async move {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
            let authorization = parts.headers.get("authorization").and_then(|value| value.to_str().ok());
            let one = Heard {
                line: format!("{} {}", parts.method, parts.uri),
                authorization: authorization.map(str::to_owned),
                body: String::from_utf8_lossy(&body).into_owned(),
            };
            let Answered(status, headers, body) = answer(&one.line);
            all.lock().unwrap().push(one);
            let mut response = Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            response.body(Body::from(body)).unwrap()
        }
    });
    let listener = tokio::net::TcpListener::bind((its_own(), 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Server { address, heard }
}

const TOKEN: &str = "ork_t0ken-of-mine";

fn profile(server: &Server) -> Profile {
    Profile {
        backup_max_age: BACKUP_MAX_AGE,
        project: None,
        undocumented: false,
        authorities: crate::config::Authorities::default(),
        name: ProfileName("work".into()),
        platform: PlatformKind::Orkestr,
        endpoint: Endpoint::Url(server.address.clone()),
        data_endpoint: None,
        token: Some(TOKEN.to_owned().into()),
        token_source: Some(TokenSource::Variable("ORKESTR_API_TOKEN".into())),
        teams: vec![],
        danger: Danger::None,
        read_only: None,
    }
}

fn adapter(server: &Server) -> Orkestr {
    Orkestr::new(&profile(server), Settings { read_retries: 0, ..Settings::default() }).unwrap()
}

fn writer_of(server: &Server) -> writer::OrkestrWriter {
    writer::OrkestrWriter { reader: Arc::new(adapter(server)) }
}

const SHOP: &str = "11111111-1111-4111-8111-111111111111";
const DOCS: &str = "22222222-2222-4222-8222-222222222222";
const ORDERS: &str = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";

fn projects() -> Value {
    json!({"projects": [
        {"id": SHOP, "name": "shop", "status": "running", "repo_url": "https://ci:s3cr3t@git.example.com/shop", "domain": null, "created_at": "2026-01-01T00:00:00"},
        {"id": DOCS, "name": "docs", "display_name": "The docs", "status": "Odd"},
    ], "total": 2})
}

fn orders() -> Value {
    json!({
        "id": ORDERS, "name": "orders", "service_type": "postgres", "version": "16", "status": "running",
        "env_var_name": "DATABASE_URL", "connection_url": "postgres://u:s3cr3t@10.0.0.7:5432/orders",
        "auto_backup_enabled": false, "created_at": "2026-11-01T10:00:00", "of_the_future": {"x": [1]},
    })
}

/// A world of two projects, of which one has an add-on.
fn world(line: &str) -> Answered {
    let path = line.split(['?', ' ']).nth(1).unwrap_or_default();
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match parts.as_slice() {
        ["api", "auth", "me"] => ok(&json!({"username": "ada", "plan": "pro", "is_active": true})),
        ["api", "v1", "groups"] => {
            ok(&json!({"groups": [{"id": "g1", "name": "Customers"}, {"id": "g2", "name": "All"}]}))
        }
        ["api", "v1", "groups", "g1"] => ok(&json!({"id": "g1", "projects": [{"name": "shop"}, {"name": "docs"}]})),
        ["api", "v1", "groups", "g2"] => ok(&json!({"id": "g2", "projects": [{"name": "docs"}]})),
        ["api", "v1", "projects"] => ok(&projects()),
        ["api", "v1", "projects", SHOP, "addons"] => ok(&json!({"addons": [orders()]})),
        ["api", "v1", "projects", DOCS, "addons"] => ok(&json!({"addons": []})),
        ["api", "v1", "projects", SHOP, "addons", ORDERS] => ok(&orders()),
        ["api", "v1", "projects", SHOP, "addons", ORDERS, "backups"] => ok(&json!({"backups": [
            {"id": "b1", "status": "completed", "trigger": "manual", "size_bytes": 10, "created_at": "2026-11-02T10:00:00.123456"},
            {"id": "b2", "status": "running", "trigger": "auto", "size_bytes": 0, "created_at": "2026-11-03T10:00:00+00:00"},
        ]})),
        ["api", "v1", "projects", SHOP, "addons", ORDERS, "backup-info"] => ok(
            &json!({"retention_days": 7, "next_run": null, "quota": {"used": 1, "daily": 3}, "access_key": "hidden"}),
        ),
        ["api", "v1", "projects", SHOP, "environments"] => ok(&json!([
            {"id": "e2", "name": "staging", "branch": "dev", "is_production": false, "status": "live"},
            {"id": "e1", "name": "production", "branch": "main", "is_production": true, "auto_deploy": true},
        ])),
        ["api", "v1", "projects", SHOP, "environments", "e1", "env-vars"] => {
            ok(&json!({"env_vars": {"DATABASE_URL": "postgres://u:s3cr3t@h/x", "PORT": 8080}}))
        }
        ["api", "v1", "projects", SHOP, "deployments"] => ok(&json!({"deployments": [
            {"id": "d1", "status": "live", "environment_id": "e1", "created_at": "2026-11-01T12:00:00Z", "trigger": "push"},
            {"id": "d2", "status": "failed", "environment_id": "e1", "created_at": "2026-11-02T12:00:00Z", "trigger": "manual"},
            {"id": "d3", "status": "building", "environment_id": "e2", "created_at": "2026-11-03T12:00:00Z", "trigger": "rollback"},
        ], "total": 3})),
        _ => status(404, &json!({"detail": "Not Found"})),
    }
}
