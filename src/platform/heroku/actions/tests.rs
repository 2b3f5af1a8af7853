use serde_json::json;

use super::*;
use crate::platform::heroku::request::Looked;

fn run(action: &str, subject: Option<&str>, body: Option<Value>) -> RunAction {
    RunAction {
        addon_id: "id-1".into(),
        addon: "pg-1".into(),
        app: Some("shop".into()),
        action: action.into(),
        subject: subject.map(str::to_owned),
        method: None,
        body: body.map(|body| ActionBody::Sent(body.as_object().unwrap().clone())),
    }
}

fn looked(kind: Kind) -> Looked {
    Looked { kind, ..Looked::shown(None) }
}

#[test]
fn what_an_action_needs_has_to_be_said_and_what_it_does_not_take_is_not_sent() {
    let postgres = looked(Kind::Postgres);
    let refused = |run: &RunAction| request(run, &postgres).err().unwrap();
    assert!(refused(&run("credentials/destroy", None, None)).contains("credential"));
    assert!(refused(&run("credentials/create", None, None)).contains("name"));
    assert!(refused(&run("reset", None, Some(json!({"x": "1"})))).contains("takes no x"));
    assert!(refused(&run("upgrade", None, Some(json!({"version": "8"})))).contains("No action"), "of another service");
    assert!(refused(&run("links/destroy", None, None)).contains("not sent"));
    let made = request(&run("credentials/create", None, Some(json!({"name": "report"}))), &postgres).unwrap();
    assert_eq!(made.path.join("/"), "postgres/v0/databases/id-1/credentials");
    assert_eq!((made.method.as_str(), made.body), ("POST", Some(json!({"name": "report"}))));
    let timeout = request(&run("timeout", None, Some(json!({"timeout": "300"}))), &looked(Kind::KeyValue)).unwrap();
    assert_eq!(timeout.body, Some(json!({"timeout": 300})));
    let mut again = run("credentials/create", None, None);
    again.body = Some(ActionBody::Forgotten(vec!["name".into()]));
    assert!(refused(&again).contains("can't be sent again"));
}

#[test]
fn every_action_has_a_request_and_a_line_and_reads_are_gets() {
    for known in ALL {
        let is_get = known.method == "GET";
        assert_eq!(known.class == ActionClass::Reads, is_get, "{}", known.name);
        let words = words(&run(known.name, Some("report"), None), &looked(Kind::Postgres));
        assert!(words.iter().all(|word| !word.contains(['{', '}'])) && words.len() > 1, "{words:?}");
        assert!(known.path.contains(&"{id}"), "{}", known.name);
    }
}

#[test]
fn an_answer_is_shown_without_what_lets_somebody_in() {
    let told = json!([{
        "uuid": "u-1", "name": "default", "state": "active", "database": "d1", "host": "ec2.example.com", "port": 5432,
        "credentials": [{"user": "u_x", "password": "hunter2", "state": "active", "connections": 3}],
        "link": "postgres://u_x:hunter2@ec2.example.com/d1"
    }]);
    let answer = answer::lines(&told);
    let text = answer.lines.join("\n");
    assert!(!text.contains("hunter2") && !text.contains("u_x"), "{text}");
    assert!(text.contains("default.state: active") && text.contains("default.credentials.1.connections: 3"), "{text}");
    assert_eq!(answer.hidden, 3);
}
