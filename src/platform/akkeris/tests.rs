//! The shapes of the recorded exchanges with a running server, with values of our own, through the decoding and the errors.

mod errors;
mod lines;
mod mapped;

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::actions::{answer, schema};
use super::*;
use crate::config::{Endpoint, PlatformKind, TokenSource};
use crate::model::Danger;

/// One exchange: its answer as text where it is no JSON.
#[derive(Clone, Debug, Deserialize)]
struct Recorded {
    name: String,
    method: String,
    path: String,
    status: u16,
    content_type: Option<String>,
    text: Option<String>,
    json: Option<Value>,
}

fn recorded() -> Vec<Recorded> {
    serde_json::from_str(include_str!("tests/recorded.json")).unwrap()
}

fn exchange(name: &str) -> Recorded {
    recorded().into_iter().find(|one| one.name == name).unwrap_or_else(|| panic!("{name} is not recorded"))
}

fn body(name: &str) -> Value {
    exchange(name).json.unwrap_or(Value::Null)
}

fn read<T: DeserializeOwned>(name: &str) -> T {
    serde_json::from_value(body(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// An adapter that is never asked anything.
fn adapter() -> Akkeris {
    let profile = Profile {
        backup_max_age: crate::config::BACKUP_MAX_AGE,
        project: None,
        undocumented: false,
        authorities: crate::config::Authorities::default(),
        name: ProfileName("work".into()),
        platform: PlatformKind::Akkeris,
        endpoint: Endpoint::Url("http://127.0.0.1:9/".into()),
        data_endpoint: None,
        token: Some("t0psecret".to_owned().into()),
        token_source: Some(TokenSource::Variable("ATTACHE_TOKEN".into())),
        teams: Vec::new(),
        danger: Danger::Production,
        read_only: None,
    };
    let http = Arc::new(Http::new(&profile, Settings::default(), &MANNERS).unwrap());
    let endpoint = http.target().to_string();
    Akkeris { http, memory: Arc::default(), profile: profile.name, teams: Vec::new(), endpoint }
}

/// What each of our reads, and each answer to a write of ours, is decoded as.
fn decode(one: &Recorded) -> Result<bool, serde_json::Error> {
    let body = || one.json.clone().unwrap_or(Value::Null);
    fn as_type<T: DeserializeOwned>(body: Value) -> Result<bool, serde_json::Error> {
        serde_json::from_value::<T>(body).map(|_| true)
    }
    let path = one.path.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (one.method.as_str(), parts.as_slice()) {
        ("GET", ["account"]) => as_type::<wire::Account>(body()),
        ("GET", ["spaces"]) => as_type::<Vec<wire::Space>>(body()),
        ("GET" | "POST", ["spaces", ..]) => as_type::<wire::Space>(body()),
        ("GET", ["apps"]) => as_type::<Vec<wire::App>>(body()),
        ("GET" | "PATCH", ["apps", _]) | ("POST", ["apps"]) => as_type::<wire::App>(body()),
        ("GET", ["addon-services"]) => as_type::<Vec<wire::Service>>(body()),
        ("GET", ["addon-services", _]) => as_type::<wire::Service>(body()),
        ("GET", ["addon-services", _, "plans"]) => as_type::<Vec<wire::Plan>>(body()),
        ("GET", ["addon-services", _, "plans", _]) => as_type::<wire::Plan>(body()),
        ("GET", ["addons"] | ["apps", _, "addons"]) => as_type::<Vec<wire::Addon>>(body()),
        ("GET", ["addons", _, "config"]) => as_type::<HashMap<String, String>>(body()),
        (_, ["addons", _] | ["apps", _, "addons"] | ["apps", _, "addons", _]) => as_type::<wire::Addon>(body()),
        ("GET", ["addon-attachments"] | ["apps", _, "addon-attachments"]) => as_type::<Vec<wire::Attachment>>(body()),
        (_, ["addon-attachments", ..] | ["apps", _, "addon-attachments", ..]) => as_type::<wire::Attachment>(body()),
        (_, ["apps", _, "config-vars"]) => as_type::<wire::Names>(body()),
        (_, ["apps", _, "config-vars", "notes"]) => as_type::<HashMap<String, wire::Note>>(body()),
        ("GET", ["apps", _, "releases"]) => as_type::<Vec<wire::Release>>(body()),
        (_, ["apps", _, "releases", ..]) => as_type::<wire::Release>(body()),
        ("GET", [.., "actions", "backups"]) => as_type::<Option<Vec<wire::Backup>>>(body()),
        ("GET" | "POST", [.., "actions", "backups"] | [.., "actions", "backups", _]) => as_type::<wire::Backup>(body()),
        ("GET", [.., "actions", "logs"]) => as_type::<wire::LogBody>(body()),
        ("GET", [.., "schema"]) => {
            schema::fields(&body());
            Ok(true)
        }
        (_, [.., "actions", _] | [.., "actions", _, _]) => {
            answer::answer(&body(), &|text| text.to_owned());
            Ok(true)
        }
        ("GET", ["audits"]) => as_type::<Vec<wire::Audit>>(body()),
        // What we never ask.
        (_, ["regions" | "stacks" | "organizations" | "docs", ..]) => Ok(false),
        (_, ["apps", _, "hooks" | "log-drains" | "log-sessions", ..]) | ("DELETE", ["apps", _]) => Ok(false),
        (method, parts) => panic!("{}: {method} {parts:?} is in no arm", one.name),
    }
}

#[test]
fn the_shape_of_every_recorded_answer_is_decoded() {
    let good: Vec<Recorded> = recorded().into_iter().filter(|one| one.status < 300).collect();
    let mut decoded = 0;
    for one in &good {
        match decode(one) {
            Ok(was_ours) => decoded += usize::from(was_ours),
            Err(error) => panic!("{}: {error}", one.name),
        }
    }
    assert!(decoded > 75, "only {decoded} of {} exchanges are ours", good.len());
}

#[test]
fn no_value_of_a_variable_is_kept_where_names_are_asked_for() {
    let names: wire::Names = read("config-vars-primary-and-secondary");
    assert!(names.0.iter().any(|name| name == "S3_SECRET_KEY"), "{names:?}");
    let text = body("config-vars-primary-and-secondary").to_string() + &body("addon-create-sync").to_string();
    assert!(text.contains("s3cr3t"), "the fixture has secrets to lose");
    let row: wire::Addon = read("addon-create-sync");
    assert!(!format!("{:?}{:?}", names, row.config_vars).contains("s3cr3t"));
    // Whatever stands where values stand.
    let odd: wire::Names = serde_json::from_value(serde_json::json!({"A": null, "B": {"c": [1]}, "D": 2})).unwrap();
    assert_eq!(odd.0, ["A", "B", "D"]);
    assert_eq!(serde_json::from_str::<wire::Names>("null").unwrap().0, Vec::<String>::new());
}
