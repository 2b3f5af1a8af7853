//! What is told of add-ons, and refused to them, in the states that real servers leave too soon to be looked at.

use super::{Server, WIDE};
use crate::local::engine::tests::fake::Fault;

#[test]
fn what_is_still_being_made_says_so_and_has_nothing_to_show() {
    let server = Server::new(WIDE);
    server.platform.set_fault(Some(Fault::HangBefore("init_cluster")));
    server.platform.create("orders", Some("billing")).unwrap();
    server.platform.wait_for("orders", Some("provisioning"));
    let addon = server.get("/v1/addons/orders").expect(200)["addon"].clone();
    assert_eq!((&addon["operation"]["kind"], &addon["operation"]["state"]), (&"create".into(), &"running".into()));
    assert_eq!((&addon["endpoint"], &addon["last_backup"]), (&serde_json::Value::Null, &serde_json::Value::Null));
    for action in ["restart", "rotate_credentials", "backups"] {
        server.send("POST", &format!("/v1/addons/orders/{action}"), "", b"").refused(409, "not_ready");
    }
    server.get("/v1/addons/orders/config_vars").expect(200);
    server.get("/v1/addons/orders/config_vars?reveal=true").refused(409, "not_ready");
    let usage = server.get("/v1/addons/orders/usage").expect(200);
    let figures = usage["usage"]["figures"].as_array().unwrap();
    let connections = figures.iter().find(|figure| figure["name"] == "connections").unwrap();
    assert_eq!(connections["unknown_reason"], "it is still being made", "unknown is not zero");
    assert_eq!((&connections["value"], connections["limit"].as_u64()), (&serde_json::Value::Null, Some(20)));
    let running = server.get("/v1/operations?state=running").expect(200)["operations"].clone();
    assert_eq!(running[0]["id"], addon["operation"]["id"]);
}

#[test]
fn what_is_being_destroyed_is_busy() {
    let server = Server::new(WIDE);
    server.platform.create("orders", Some("billing")).unwrap();
    server.platform.wait_for("orders", Some("ready"));
    server.platform.set_fault(Some(Fault::HangBefore("retire")));
    server.send("DELETE", "/v1/addons/orders", "", b"").expect(202);
    for action in ["restart", "rotate_credentials", "backups"] {
        server.send("POST", &format!("/v1/addons/orders/{action}"), "", b"").refused(409, "busy");
    }
    assert_eq!(server.get("/v1/addons/orders").expect(200)["addon"]["state"], "deprovisioning");
}
