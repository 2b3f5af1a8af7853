use serde_json::json;

use super::answer::answer;
use super::schema::fields;
use super::*;

fn run(action: &str, subject: Option<&str>, method: Option<&str>) -> RunAction {
    RunAction {
        addon_id: "a1".into(),
        addon: "ledger".into(),
        app: None,
        action: action.into(),
        subject: subject.map(str::to_owned),
        method: method.map(str::to_owned),
        body: None,
    }
}

fn shown(run: &RunAction) -> String {
    match way(run) {
        Ok((method, parts)) => format!("{method} {}", parts.join("/")),
        Err(why) => why,
    }
}

#[test]
fn what_is_in_the_table_has_its_method_and_path_and_what_is_not_needs_one() {
    for (name, subject, method, expected) in [
        ("backups/create", None, None, "POST backups"),
        ("backups/restore", Some("b1"), None, "PUT backups/b1"),
        ("roles/rotate", Some("rdo1"), None, "PUT roles/rdo1"),
        ("roles/delete", Some("rdo1"), None, "DELETE roles/rdo1"),
        ("replica/create", None, None, "PUT replica"),
        ("rotate", None, None, "POST rotate"),
        ("fly", None, Some("post"), "POST fly"),
        ("fly/high", Some("now"), Some("PUT"), "PUT fly/high/now"),
        ("roles/rotate", None, None, "The action roles/rotate is about one role: name it."),
        ("fly", None, None, "The action fly is in no table of ours: say with which HTTP method it is run."),
        ("fly", None, Some("HEAD"), "An action is run with GET, POST, PUT, PATCH or DELETE, not with HEAD."),
        ("../other", None, Some("GET"), "\"../other\" is not the name of an action."),
        ("a//b", None, Some("GET"), "\"a//b\" is not the name of an action."),
    ] {
        assert_eq!(shown(&run(name, subject, method)), expected);
    }
}

#[test]
fn an_action_in_no_table_and_one_that_changes_anything_is_never_run_as_a_read() {
    assert!(!is_known("fly"));
    assert_eq!(reading("fly", None), None);
    for writes in DATABASE.iter().filter(|known| known.class != ActionClass::Reads) {
        assert_eq!(reading(writes.name, Some("x")), None, "{}", writes.name);
        assert_ne!(writes.method, Method::GET, "{}", writes.name);
    }
    for reads in DATABASE.iter().filter(|known| known.class == ActionClass::Reads) {
        assert_eq!(reads.method, Method::GET, "{}", reads.name);
    }
    assert_eq!(reading("roles", Some("rdo1")), Some(vec!["roles".to_owned(), "rdo1".to_owned()]));
}

#[test]
fn no_password_and_no_address_with_one_is_shown() {
    let plain = |text: &str| text.to_owned();
    let roles = json!([
        {"Username": "rdo1", "Password": "s3cr3t", "Endpoint": "pg-1.example.internal:5432/db", "Plan": ""},
        {"Username": "rdo2", "Password": "", "Endpoint": "postgres://u:s3cr3t@pg-1.example.internal/db", "Plan": null},
    ]);
    let told = answer(&roles, &plain);
    assert_eq!(told.hidden, 2);
    assert!(!told.lines.join("\n").contains("s3cr3t"), "{:?}", told.lines);
    assert!(told.lines[0].contains("Username rdo1") && told.lines[0].contains("5432/db"), "{:?}", told.lines);
    let nested = answer(&json!({"plan": {"secret_key": {"a": "s3cr3t"}}, "ready": true}), &plain);
    assert_eq!((nested.hidden, nested.lines.join("\n").contains("s3cr3t")), (1, false), "{:?}", nested.lines);
}

#[test]
fn nothing_is_said_to_be_nothing_and_a_log_is_its_lines() {
    let plain = |text: &str| text.to_owned();
    assert_eq!(answer(&json!(null), &plain).lines, ["There are none."]);
    assert_eq!(answer(&json!([]), &plain).lines, ["There are none."]);
    assert_eq!(answer(&json!({"logs": "one\ntwo\n"}), &plain).lines, ["one", "two"]);
    assert_eq!(answer(&json!({"status": "OK"}), &plain).lines, ["status: OK"]);
}

#[test]
fn a_description_without_a_body_has_no_fields_and_one_with_it_is_read_as_far_as_it_goes() {
    let recorded = json!({"openapi": "3.0.0", "servers": [{"url": "/v2/x"}], "info": {"title": "list_backups"},
        "paths": {"/v2/x": {"get": {"operationId": "list_backups"}}}});
    assert_eq!(fields(&recorded), []);
    let with_body = json!({
        "paths": {"/v2/x": {"post": {"requestBody": {"$ref": "#/components/requestBodies/Role"}}}},
        "components": {
            "requestBodies": {"Role": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Role"}}}}},
            "schemas": {"Role": {"required": ["name"], "properties": {
                "name": {"type": "string", "description": "What it is called."},
                "password": {"type": "string"},
                "kind": {"enum": ["read", "write"]},
            }}},
        },
    });
    let read = fields(&with_body);
    let names: Vec<(&str, bool, bool)> =
        read.iter().map(|one| (one.name.as_str(), one.is_required, one.is_secret)).collect();
    assert_eq!(names, [("kind", false, false), ("name", true, false), ("password", false, true)]);
    assert_eq!(read[0].choices, ["read", "write"]);
    for nonsense in [json!(null), json!([]), json!({"paths": []}), json!({"paths": {"/x": "y"}})] {
        assert_eq!(fields(&nonsense), [], "{nonsense}");
    }
}
