//! What the wire becomes, and how the two lists are read, against a server that answers as told.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Response;
use serde_json::{Value, json};

use super::core::Core;
use super::{map, wire};
use crate::config::{Endpoint, PlatformKind, Profile};
use crate::model::{Addon, App, Capability, Command, Danger, Health, Known, ProfileName, State, Verb};
use crate::platform::{Asks, Conditional, Platform, ReadErrorKind, Settings, SubmitError, Writer};

mod answers;
mod pages;
mod requests;
mod shapes;

fn profile() -> ProfileName {
    ProfileName("work".into())
}

/// An add-on as the wire tells it, with those fields changed.
fn told(changed: &Value) -> Value {
    let mut told = json!({
        "id": "11111111-0000-0000-0000-000000000001",
        "name": "postgresql-round-1",
        "state": "provisioned",
        "app": {"id": "a-1", "name": "shop"},
        "billing_entity": {"id": "t-1", "name": "acme", "type": "team"},
        "addon_service": {"id": "s-1", "name": "heroku-postgresql", "human_name": "Heroku Postgres"},
        "plan": {"id": "p-1", "name": "heroku-postgresql:standard-0", "price": {"cents": 5000, "contract": false, "unit": "month", "metered": false}},
        "billed_price": {"cents": 5000, "contract": false, "unit": "month"},
        "config_vars": ["DATABASE_URL"],
        "provider_id": "x",
        "web_url": "https://addons-sso.example.com/apps/a-1/addons/1",
        "actions": [{"id": "b-1", "label": "Create Dataclip", "action": "dataclip", "url": "https://d.example.com/x", "requires_owner": null}],
        "created_at": "2026-01-01T12:00:00Z",
        "updated_at": "2026-01-02T12:00:00Z",
    });
    for (name, value) in changed.as_object().unwrap() {
        told[name] = value.clone();
    }
    told
}

pub(super) fn addon(name: &str, service: &str, plan: &str) -> Addon {
    let told = told(&json!({
        "id": name, "name": name,
        "addon_service": {"id": "s", "name": service},
        "plan": {"id": "p", "name": format!("{service}:{plan}")},
    }));
    map::addon(&profile(), &serde_json::from_value::<wire::Addon>(told).unwrap(), Known::Is(vec![]))
}

pub(super) fn app(name: &str, maintenance: Option<bool>) -> App {
    map::app(serde_json::from_value(json!({"id": name, "name": name, "maintenance": maintenance})).unwrap())
}

/// What a server was asked: method, path with query, headers of ours, body.
#[derive(Clone, Debug, Default)]
struct Heard {
    line: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Heard {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }
}

/// An answer: status, headers, body.
type Answered = (u16, Vec<(&'static str, String)>, String);

struct Server {
    address: String,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Server {
    fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }
}

/// Answers each request by what it is: method and path with query.
async fn serve(answer: impl Fn(&Heard) -> Answered + Clone + Send + Sync + 'static) -> Server {
    let heard: Arc<Mutex<Vec<Heard>>> = Arc::default();
    let all = heard.clone();
    let router = Router::new().fallback(move |request: Request| {
        let (answer, all) = (answer.clone(), all.clone());
        async move {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
            let header = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
                (name.to_string(), value.to_str().unwrap_or_default().to_owned())
            };
            let one = Heard {
                line: format!("{} {}", parts.method, parts.uri),
                headers: parts.headers.iter().map(header).collect(),
                body: String::from_utf8_lossy(&body).into_owned(),
            };
            let (status, headers, body) = answer(&one);
            all.lock().unwrap().push(one);
            let mut response = Response::builder().status(status).header("ratelimit-remaining", "4321");
            for (name, value) in headers {
                response = response.header(name, value);
            }
            response.body(Body::from(body)).unwrap()
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Server { address, heard }
}

fn way_in(server: &Server, data: Option<&str>) -> Profile {
    Profile {
        backup_max_age: crate::config::BACKUP_MAX_AGE,
        project: None,
        undocumented: false,
        authorities: crate::config::Authorities::default(),
        name: profile(),
        platform: PlatformKind::Heroku,
        endpoint: Endpoint::Url(server.address.clone()),
        data_endpoint: data.map(str::to_owned),
        token: Some("t0ken-of-mine".to_owned().into()),
        token_source: None,
        teams: vec![],
        danger: Danger::None,
        read_only: None,
    }
}

fn reader(server: &Server, data: Option<&str>) -> super::reader::Heroku {
    let settings = Settings { read_retries: 0, ..Settings::default() };
    super::reader::Heroku { core: Arc::new(Core::new(&way_in(server, data), settings).unwrap()) }
}

fn writer(server: &Server, data: Option<&str>) -> super::writer::HerokuWriter {
    super::writer::HerokuWriter { core: reader(server, data).core }
}
