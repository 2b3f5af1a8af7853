//! Reading the list: from bytes on a socket to rows of the model.

use std::io;

use attache::config::{BACKUP_MAX_AGE, Endpoint, PlatformKind, Profile};
use attache::model::{Danger, ProfileName};
use attache::platform::{Connection, Settings, addons_since, connect};
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use criterion::Criterion;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::world::{app_name, name};
use super::{SIZES, id};

const ALIASES: [&str; 3] = ["DATABASE", "REPORTING", "ARCHIVE"];

/// Whole lists of the two platforms that tell all that they have in one or two of them.
pub(crate) fn read(criterion: &mut Criterion) {
    let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() else {
        return;
    };
    for size in SIZES {
        for (what, platform, paths) in [
            ("read of a v1 list", PlatformKind::Local, vec![("/v1/addons", v1(size))]),
            (
                "read of a Heroku list",
                PlatformKind::Heroku,
                vec![("/addons", heroku(size)), ("/addon-attachments", heroku_attachments(size))],
            ),
        ] {
            let Ok(connection) = serve(&runtime, platform, paths) else { continue };
            let read = |tag: Option<&str>| runtime.block_on(addons_since(connection.reader.as_ref(), tag, None));
            criterion.bench_function(&id(what, size), |bencher| bencher.iter(|| read(None)));
            let tag = match read(None) {
                Ok(attache::platform::Conditional::Changed(fresh)) => fresh.etag,
                _ => None,
            };
            criterion.bench_function(&id(&format!("{what}, unchanged and without a tag"), size), |bencher| {
                bencher.iter(|| read(tag.as_deref()));
            });
        }
    }
}

/// A server that says these, each whole and always the same, and a client of it.
fn serve(runtime: &Runtime, platform: PlatformKind, paths: Vec<(&str, Value)>) -> io::Result<Connection> {
    let mut router = Router::new();
    for (path, body) in paths {
        let body = body.to_string();
        router = router.route(path, get(async move || ([(CONTENT_TYPE, "application/json")], body.clone())));
    }
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
    let endpoint = Endpoint::Url(format!("http://{}", listener.local_addr()?));
    runtime.spawn(async move { axum::serve(listener, router).await });
    let profile = Profile {
        name: ProfileName("bench".into()),
        platform,
        endpoint,
        data_endpoint: None,
        token: Some("bench".into()),
        token_source: None,
        teams: Vec::new(),
        danger: Danger::None,
        read_only: None,
        project: None,
        undocumented: false,
        authorities: Default::default(),
        backup_max_age: BACKUP_MAX_AGE,
    };
    connect(&profile, Settings::default()).map_err(io::Error::other)
}

fn v1(size: usize) -> Value {
    let attachment = |number: usize, of: usize| {
        json!({
            "id": format!("att_{number}_{of}"), "alias": ALIASES[of],
            "addon": {"id": format!("add_{number}"), "name": name(number)},
            "app": {"id": format!("app_{number}"), "name": app_name(number + of * 31, size)},
            "config_vars": [format!("VARIABLE_{of}_URL")], "created_at": "2026-01-01T12:00:00Z",
        })
    };
    let addon = |number: usize| {
        json!({
            "id": format!("add_{number}"), "name": name(number), "team": "sandbox", "service": "postgresql",
            "plan": "small", "state": "ready", "health": {"status": "ok"},
            "created_at": "2026-01-01T12:00:00Z", "updated_at": "2026-01-02T12:00:00Z",
            "config_vars": ["DATABASE_URL", "PGHOST", "PGPORT", "PGUSER"],
            "attachments": (0..3).map(|of| attachment(number, of)).collect::<Vec<_>>(),
            "endpoint": {"host": "127.0.0.1", "port": 20_000 + number % 10_000, "database": "app", "user": "app"},
            "last_backup": {"started_at": "2026-01-02T02:00:00Z"},
        })
    };
    json!({"addons": (0..size).map(addon).collect::<Vec<_>>()})
}

fn heroku(size: usize) -> Value {
    let addon = |number: usize| {
        let id = format!("01234567-89ab-cdef-4567-{number:012}");
        json!({
            "id": id, "name": name(number), "state": "provisioned",
            "app": {"id": format!("app_{number}"), "name": app_name(number, size)},
            "billing_entity": {"id": "t-1", "name": "acme", "type": "team"},
            "addon_service": {"id": "s-1", "name": "heroku-postgresql", "human_name": "Heroku Postgres"},
            "plan": {
                "id": "p-1", "name": "heroku-postgresql:standard-0",
                "price": {"cents": 5000, "contract": false, "unit": "month", "metered": false},
            },
            "billed_price": {"cents": 5000, "contract": false, "unit": "month"},
            "config_vars": ["DATABASE_URL"], "provider_id": "x", "actions": [],
            "web_url": format!("https://addons-sso.example.com/apps/{number}/addons/{number}"),
            "created_at": "2026-01-01T12:00:00Z", "updated_at": "2026-01-02T12:00:00Z",
        })
    };
    (0..size).map(addon).collect()
}

fn heroku_attachments(size: usize) -> Value {
    let attachment = |number: usize| {
        let addon = number / 3;
        json!({
            "id": format!("01234567-89ab-cdef-0123-{number:012}"),
            "name": ALIASES[number % 3],
            "app": {"id": format!("app_{number}"), "name": app_name(addon + number % 3 * 31, size)},
            "addon": {"id": format!("01234567-89ab-cdef-4567-{addon:012}"), "name": name(addon)},
            "namespace": null, "config_vars": ["DATABASE_URL"], "created_at": "2026-01-01T12:00:00Z",
        })
    };
    (0..size * 3).map(attachment).collect()
}
