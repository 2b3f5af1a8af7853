//! Real servers that sleep, and that get another plan, password or name while apps use them.

use serde_json::{Value, json};

use super::client::*;
use crate::support::home::Home;

fn folder(home: &Home, addon: &Value) -> std::path::PathBuf {
    home.platform_folder().join("addons").join(addon["id"].as_str().unwrap())
}

/// Waits until an operation that was just asked for has ended well.
fn done(home: &Home, asked: &Value) {
    let path = format!("/v1/operations/{}", asked["operation"]["id"].as_str().unwrap());
    until(&path, || {
        let operation = get(home, &path).expect(200)["operation"].clone();
        assert_ne!(operation["state"], "failed", "{operation:#}");
        (operation["state"] == "done").then_some(())
    });
}

fn sleep(home: &Home, addon: &Value) {
    done(home, &send(home, "POST", "/v1/addons/orders/sleep", &[], b"").expect(202));
    wait_for(home, "orders", "sleeping");
    until("no server of it runs", || servers_of(&folder(home, addon)).is_empty().then_some(()));
}

#[test]
fn a_sleeping_postgresql_answers_whoever_connects_also_after_the_platform_began_anew() {
    let home = Home::new();
    home.platform_up();
    let body = json!({ "addon": { "name": "orders", "service": "postgresql", "plan": "dev", "app": "billing" } });
    post(&home, "/v1/addons", &body).expect(202);
    let orders = wait_for(&home, "orders", "ready");
    let url = variable(&home, "billing", "DATABASE_URL");
    psql(&url, "CREATE TABLE t (n int); INSERT INTO t VALUES (42)").unwrap();

    sleep(&home, &orders);
    // Several at once, and each is one connection from its first byte to its last.
    let clients: Vec<_> = (0..3)
        .map(|_| {
            let url = url.clone();
            std::thread::spawn(move || psql(&url, "SELECT n FROM t"))
        })
        .collect();
    // One that comes while the listener makes room for the server may be refused; it is not when it comes first.
    let answers: Vec<_> = clients.into_iter().map(|client| client.join().unwrap()).collect();
    assert!(answers.contains(&Ok("42".to_owned())), "{answers:?}");
    wait_for(&home, "orders", "ready");
    assert_eq!(variable(&home, "billing", "DATABASE_URL"), url, "its address is the same");
    assert_eq!(psql(&url, "SELECT n FROM t").unwrap(), "42");

    sleep(&home, &orders);
    kill_9(platform_pid(&home));
    home.platform_up();
    // The bucket is up again: what had to be started has been.
    wait_for(&home, "uploads", "ready");
    let addon = wait_for(&home, "orders", "sleeping");
    assert_eq!(addon["health"]["message"], "it sleeps; a connection wakes it");
    assert!(servers_of(&folder(&home, &orders)).is_empty(), "it was left asleep");
    until("its port is listened on", || psql(&url, "SELECT n FROM t").ok().filter(|answer| answer == "42"));
    wait_for(&home, "orders", "ready");
}

#[test]
fn a_plan_a_password_a_name_and_a_restart_reach_the_server_and_its_apps() {
    let home = Home::new();
    home.platform_up();
    create(&home, "orders", "postgresql", "billing", None);
    wait_for(&home, "orders", "ready");
    let before = variable(&home, "billing", "DATABASE_URL");
    psql(&before, "CREATE TABLE t (n int); INSERT INTO t VALUES (42)").unwrap();

    let change = |change: Value| {
        let body = serde_json::to_vec(&json!({ "addon": change })).unwrap();
        let headers = [("Content-Type", "application/json")];
        done(&home, &send(&home, "PATCH", "/v1/addons/orders", &headers, &body).expect(202));
    };
    let connections = |url: &str| psql(url, "SHOW max_connections").unwrap().parse::<u32>().unwrap();
    let small = connections(&before);
    change(json!({ "plan": "standard-0" }));
    assert!(connections(&before) > small);
    done(&home, &send(&home, "POST", "/v1/addons/orders/restart", &[], b"").expect(202));
    done(&home, &send(&home, "POST", "/v1/addons/orders/rotate_credentials", &[], b"").expect(202));
    let after = variable(&home, "billing", "DATABASE_URL");
    assert_ne!(before, after);
    assert!(psql(&before, "SELECT 1").unwrap_err().contains("password authentication failed"));
    change(json!({ "name": "invoices" }));
    kill_9(platform_pid(&home));
    home.platform_up();
    let addon = wait_for(&home, "invoices", "ready");
    assert_eq!(addon["plan"], "standard-0");
    assert_eq!(psql(&after, "SELECT n FROM t").unwrap(), "42");
    let releases = get(&home, "/v1/apps/billing/releases").expect(200);
    assert_eq!(releases["releases"][0]["description"], "Rotate the credentials of orders");
}
