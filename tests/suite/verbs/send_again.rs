//! Sending again an operation whose answer was lost, from the command line.

use std::sync::atomic::Ordering;

use super::lost_answers::lossy_line;
use crate::support::home::Home;

fn writes_in(home: &Home) -> Vec<serde_json::Value> {
    home.line("operations --json --source journal").expect(0).json()["operations"].as_array().unwrap().clone()
}

#[test]
fn what_was_lost_is_found_by_its_key_before_it_is_sent_again_and_then_it_is_not() {
    let real = Home::new();
    real.platform_ready();
    let home = Home::new();
    let writes = lossy_line(&home, real.platform_folder().join("run/api.sock"));
    home.line("addons attach uploads --app billing").expect(5);
    let id = writes_in(&home)[0]["id"].as_str().unwrap().to_owned();

    let refused = home.line(&format!("operations send-again {id}")).expect(1);
    assert!(refused.err.contains("Its outcome is known: done"), "{}", refused.err);
    assert_eq!(writes.load(Ordering::SeqCst), 1, "it is not sent again");
    let operation = &writes_in(&home)[0];
    assert_eq!((&operation["outcome"], &operation["verdict"]), (&"done".into(), &serde_json::Value::Null));
    let unknown = home.line("operations send-again 20261120T174600Z-01234567").expect(1);
    assert!(unknown.err.contains("There is no operation"), "{}", unknown.err);
}

#[test]
fn what_never_came_is_sent_again_with_its_key_and_stays_one_operation() {
    let real = Home::new();
    real.platform_ready();
    let home = Home::new();
    let swallowed = super::lost_answers::swallowing_line(&home, real.platform_folder().join("run/api.sock"), 1);
    home.line("addons attach uploads --app billing").expect(5);
    let id = writes_in(&home)[0]["id"].as_str().unwrap().to_owned();
    let sent = home.line(&format!("operations send-again {id} --json")).expect(0).json();
    assert_eq!((&sent["operation"]["id"], &sent["operation"]["outcome"]), (&id.as_str().into(), &"done".into()));
    assert_eq!(swallowed.load(Ordering::SeqCst), 2);
    assert_eq!(writes_in(&home).len(), 1);
    assert_eq!(real.line("releases --app billing --json").expect(0).json()["releases"].as_array().unwrap().len(), 1);
    let journal = std::fs::read_dir(home.path().join("state/operations")).unwrap().find_map(|file| {
        let path = file.unwrap().path();
        path.to_string_lossy().contains(&id).then(|| std::fs::read_to_string(path).unwrap())
    });
    let journal = journal.unwrap();
    let at = |what: &str| journal.find(what).unwrap_or_else(|| panic!("no {what}: {journal}"));
    assert!(at("\"resent\"") < at("\"acknowledged\"") && at("\"not_seen\"") < at("\"resent\""), "{journal}");
}
