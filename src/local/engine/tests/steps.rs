//! Steps that fail, ports that are taken, servers that vanish, folders that are not what they seem.

use std::fs;
use std::sync::atomic::Ordering;

use super::fake::{Fault, Platform};
use crate::local::engine::Write;

#[test]
fn a_failed_step_says_so_with_the_servers_own_words_and_stops_what_it_began() {
    let platform = Platform::new();
    platform.set_fault(Some(Fault::Fail("start_server")));
    platform.create("orders", Some("billing")).unwrap();
    platform.wait_for("orders", Some("failed"));
    let row = platform.row("orders");
    assert_eq!(row.state_reason.as_deref(), Some("start_server: It did not work."));
    assert!(!row.provisioned);
    assert!(platform.events("orders").contains(&"start_server failed".to_owned()));
    assert!(platform.world.calls().contains(&"stop orders".to_owned()));
    assert!(platform.releases("billing").is_empty());
    let refusal = platform.attach("orders", "storefront", None).unwrap_err();
    assert_eq!((refusal.status, refusal.code), (409, "busy"));
    platform.set_fault(None);
    platform.write(Write::DestroyAddon("orders".to_owned())).unwrap();
    platform.wait_for("orders", None);
}

#[test]
fn a_defect_in_a_driver_is_a_failed_step() {
    let platform = Platform::new();
    platform.set_fault(Some(Fault::Panic("check")));
    platform.create("orders", None).unwrap();
    platform.wait_for("orders", Some("failed"));
    assert!(platform.row("orders").state_reason.unwrap().contains("defect in attache"));
}

#[test]
fn a_taken_port_is_replaced_while_provisioning() {
    let platform = Platform::new();
    platform.set_fault(Some(Fault::PortTaken("start_server", 2)));
    platform.create("orders", Some("billing")).unwrap();
    platform.wait_for("orders", Some("ready"));
    let ports: Vec<_> = platform.world.calls().iter().filter(|c| c.starts_with("start_server")).cloned().collect();
    assert_eq!(ports.len(), 3);
    assert!(ports[0] != ports[1] && ports[1] != ports[2], "{ports:?}");
    assert!(ports[2].ends_with(&platform.row("orders").settings.port.to_string()));
    let failed = platform.events("orders").iter().filter(|event| *event == "start_server failed").count();
    assert_eq!(failed, 2, "each attempt is told");
    assert_eq!(platform.releases("billing"), ["Attach orders"], "the app gets the port that works, once");
    let manifest =
        fs::read_to_string(platform.engine().services.addon_folder(&platform.row("orders").id).join("manifest.json"));
    assert!(manifest.unwrap().contains(&platform.row("orders").settings.port.to_string()));
}

#[test]
fn a_port_taken_while_the_server_was_down_moves_it_and_releases_its_apps() {
    let mut platform = Platform::new();
    platform.create("orders", Some("billing")).unwrap();
    platform.wait_for("orders", Some("ready"));
    platform.attach("orders", "billing", Some("REPORTING")).unwrap();
    let before = platform.row("orders").settings.port;
    platform.kill();
    platform.set_fault(Some(Fault::PortTaken("resume", 1)));
    platform.start();
    platform
        .until(|| platform.world.calls().iter().any(|c| c.starts_with("resume") && !c.ends_with(&before.to_string())));
    platform.wait_for("orders", Some("ready"));
    let after = platform.row("orders").settings.port;
    assert_ne!(before, after);
    let moved = format!("orders moved to port {after}");
    assert_eq!(platform.releases("billing"), ["Attach orders", "Attach orders as REPORTING", &moved]);
}

#[test]
fn a_server_that_vanishes_is_brought_back_and_the_timeline_tells() {
    let platform = Platform::new();
    platform.create("orders", None).unwrap();
    platform.wait_for("orders", Some("ready"));
    let folder = platform.engine().services.addon_folder(&platform.row("orders").id);
    fs::remove_file(folder.join("start_server")).unwrap();
    platform.until(|| folder.join("start_server").exists());
    platform.wait_for("orders", Some("ready"));
    assert!(platform.events("orders").iter().any(|event| event == "resume started"));
}

#[test]
fn a_server_that_ends_after_each_start_is_left_alone_after_the_third_time_until_the_platform_begins_anew() {
    let mut platform = Platform::new();
    platform.create("orders", None).unwrap();
    platform.create("users", None).unwrap();
    platform.wait_for("orders", Some("ready"));
    platform.wait_for("users", Some("ready"));
    let server = platform.engine().services.addon_folder(&platform.row("orders").id).join("start_server");
    let starts = |platform: &Platform| {
        let calls = platform.world.calls();
        calls.iter().filter(|call| call.starts_with("resume orders")).count()
    };
    let end_it_again = |platform: &Platform| {
        platform.until(|| server.exists());
        fs::remove_file(&server).unwrap();
    };
    for _ in 0..3 {
        platform.wait_for("orders", Some("ready"));
        end_it_again(&platform);
    }
    platform.wait_for("orders", Some("failed"));
    let row = platform.row("orders");
    let reason = row.state_reason.unwrap();
    assert!(reason.contains("ended 3 times") && reason.contains("the server's own words"), "{reason}");
    assert!(reason.contains("attache platform logs orders"), "{reason}");
    assert_eq!(platform.events("orders").last().unwrap(), "keep_running failed");
    assert_eq!(starts(&platform), 2);

    // The watch goes round and round (it asks the other one), and leaves this one alone.
    let before = platform.world.probes.load(Ordering::SeqCst);
    platform.until(|| platform.world.probes.load(Ordering::SeqCst) >= before + 10);
    assert_eq!((starts(&platform), platform.row("orders").state.word()), (2, "failed"));

    // A new start asks it anew, and until then says neither that it works nor that it does not.
    platform.kill();
    platform.set_fault(Some(Fault::Wait("resume")));
    platform.start();
    platform.block_on(platform.world.hangs.notified());
    let document = platform.told("orders");
    assert_eq!((&document["state"], &document["state_reason"]), (&"starting".into(), &serde_json::Value::Null));
    assert_eq!(document["health"]["status"], "unknown");
    platform.set_fault(None);
    platform.world.goes_on.notify_waiters();
    platform.world.goes_on.notify_one();
    platform.wait_for("orders", Some("ready"));
    assert_eq!(platform.row("orders").state_reason, None);
}

#[test]
fn nothing_is_called_ready_before_it_was_asked_after_a_start() {
    let mut platform = Platform::new();
    platform.create("orders", Some("billing")).unwrap();
    platform.wait_for("orders", Some("ready"));
    let told = |platform: &Platform| {
        let document = platform.told("orders");
        (document["state"].as_str().unwrap().to_owned(), document["health"]["status"].as_str().unwrap().to_owned())
    };
    assert_eq!(told(&platform), ("ready".to_owned(), "ok".to_owned()));
    platform.kill();
    platform.set_fault(Some(Fault::Wait("resume")));
    platform.start();
    platform.block_on(platform.world.hangs.notified());
    assert_eq!(platform.row("orders").state.word(), "ready", "what the platform wants of it has not changed");
    assert_eq!(told(&platform), ("starting".to_owned(), "unknown".to_owned()));
    platform.world.goes_on.notify_one();
    let id = platform.row("orders").id;
    platform.until(|| platform.engine().services.health(&id) == crate::model::Health::Ok);
    assert_eq!(told(&platform), ("ready".to_owned(), "ok".to_owned()));
}

#[test]
fn an_add_on_that_can_not_be_brought_back_is_failed_until_it_can() {
    let mut platform = Platform::new();
    platform.create("orders", Some("billing")).unwrap();
    platform.wait_for("orders", Some("ready"));
    platform.kill();
    platform.set_fault(Some(Fault::Fail("resume")));
    platform.start();
    platform.wait_for("orders", Some("failed"));
    assert!(platform.row("orders").state_reason.unwrap().starts_with("resume: "));
    let document = platform.told("orders");
    assert_eq!((&document["state"], &document["health"]["status"]), (&"failed".into(), &"failing".into()));
    platform.set_fault(None);
    platform.wait_for("orders", Some("ready"));
    assert_eq!(platform.row("orders").state_reason, None);
}

#[test]
fn a_folder_that_says_it_is_another_add_ons_is_left_alone() {
    let platform = Platform::new();
    platform.create("orders", None).unwrap();
    platform.create("users", None).unwrap();
    platform.wait_for("orders", Some("ready"));
    platform.wait_for("users", Some("ready"));
    let services = &platform.engine().services;
    let [orders, users] = ["orders", "users"].map(|name| services.addon_folder(&platform.row(name).id));
    let right = fs::read(orders.join("manifest.json")).unwrap();
    fs::copy(users.join("manifest.json"), orders.join("manifest.json")).unwrap();
    platform.write(Write::DestroyAddon("orders".to_owned())).unwrap();
    platform.block_on(async {
        loop {
            let key = "orders".to_owned();
            let find = move |db: &rusqlite::Connection| crate::local::db::addons::find(db, &key);
            let row = platform.engine().db.read(find).await.unwrap().expect("it is not gone");
            if row.state_reason.is_some_and(|reason| reason.contains("names another add-on")) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    });
    assert!(orders.join("check").exists() && users.join("check").exists());
    fs::write(orders.join("manifest.json"), right).unwrap();
    platform.wait_for("orders", None);
    assert!(users.join("check").exists());
}
