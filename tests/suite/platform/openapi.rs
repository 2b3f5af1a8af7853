//! `assets/openapi.yaml` arbitrates between server and client, so the server must do what it says: every path and method,
//! and exactly the fields of every document.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::client::*;
use crate::support::home::Home;

const OPENAPI: &str = include_str!("../../../assets/openapi.yaml");

/// The paths with their methods, by indentation: enough for a file of ours.
fn operations() -> Vec<(String, String)> {
    let mut operations = Vec::new();
    let mut path = "";
    for line in OPENAPI.lines().take_while(|line| *line != "components:") {
        let indent = line.len() - line.trim_start().len();
        let name = line.trim().trim_end_matches(':');
        if indent == 2 && name.starts_with("/v1/") {
            path = name;
        } else if indent == 4 && ["get", "post", "delete"].contains(&name) {
            operations.push((name.to_uppercase(), path.to_owned()));
        }
    }
    operations
}

/// The required fields of a schema.
fn required(schema: &str) -> BTreeSet<String> {
    let start = OPENAPI.find("\n  schemas:\n").unwrap();
    let from = start + OPENAPI[start..].find(&format!("\n    {schema}:\n")).unwrap();
    let list = &OPENAPI[from + OPENAPI[from..].find("required: [").unwrap() + "required: [".len()..];
    list[..list.find(']').unwrap()].split(", ").map(str::to_owned).collect()
}

#[track_caller]
fn is(schema: &str, document: &Value) {
    let fields: BTreeSet<String> = document.as_object().unwrap().keys().cloned().collect();
    assert_eq!(fields, required(schema), "{schema}");
}

#[test]
fn the_server_has_every_path_and_method_that_is_described_and_no_other() {
    let home = Home::new();
    home.platform_up();
    let operations = operations();
    assert!(operations.len() > 15, "{operations:?}");
    let paths: BTreeSet<_> = operations.iter().map(|(_, path)| path.clone()).collect();
    for path in paths {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            // Names of nothing: whatever is found there is refused without a change.
            let real = path.replace("{app}", "nothing").replace("{addon}", "nothing");
            let real = real.replace("{service}", "nothing").replace("{id}", "nothing");
            let answer = send(&home, method, &real, &[], b"");
            let is_described = operations.contains(&(method.to_owned(), path.clone()));
            assert_eq!(answer.status != 405, is_described, "{method} {path}: {answer:?}");
            assert!(!String::from_utf8_lossy(&answer.body).contains("There is nothing at"), "{method} {path}");
        }
    }
}

#[test]
fn every_document_has_exactly_the_fields_that_are_described() {
    let home = Home::new();
    home.platform_up();
    wait_for(&home, "uploads", "ready");
    let first = |path: &str, list: &str| get(&home, path).expect(200)[list][0].clone();
    let account = get(&home, "/v1/account").expect(200)["account"].clone();
    is("Account", &account);
    is("Team", &first("/v1/teams", "teams"));
    is("App", &first("/v1/apps", "apps"));
    is("App", &get(&home, "/v1/apps/billing").expect(200)["app"]);
    is("Release", &first("/v1/apps/storefront/releases", "releases"));
    is("ConfigVar", &first("/v1/apps/storefront/config_vars", "config_vars"));
    let service = first("/v1/addon_services", "addon_services");
    is("Service", &service);
    is("Plan", &service["plans"][0]);
    is("Plan", &first("/v1/addon_services/valkey/plans", "plans"));
    let addon = first("/v1/addons", "addons");
    is("Addon", &addon);
    is("Attachment", &addon["attachments"][0]);
    is("Attachment", &first("/v1/attachments", "attachments"));
    is("Event", &first("/v1/addons/uploads/events", "events"));
    let body = json!({ "attachment": { "addon": "uploads", "app": "billing", "alias": "FILES" } });
    let attached = post(&home, "/v1/attachments", &body).expect(201);
    is("Attachment", &attached["attachment"]);
    is("Release", &attached["release"]);
    is("Error", &get(&home, "/v1/addons/nothing").expect(404));
}
