//! A service that gives no variables, keeps no backups and listens nowhere, and is told of every release once.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::fake::{Platform, new_addon};
use crate::local::engine::Write;
use crate::local::engine::rules::NewPromotion;

/// A platform with a log that is attached to storefront.
fn platform() -> Platform {
    let platform = Platform::new();
    platform.write(Write::CreateAddon(new_addon("history", "release-log", Some("storefront")))).unwrap();
    platform.wait_for("history", Some("ready"));
    platform
}

fn file(platform: &Platform) -> PathBuf {
    platform.folder().join("addons").join(platform.row("history").id).join("releases.log")
}

/// What it says of each release: everything but its time.
fn said(platform: &Platform) -> Vec<String> {
    let text = fs::read_to_string(file(platform)).unwrap_or_default();
    text.lines().filter_map(|line| Some(line.split_once(' ')?.1.to_owned())).collect()
}

fn create(platform: &Platform, name: &str) {
    platform.create(name, Some("storefront")).unwrap();
    platform.wait_for(name, Some("ready"));
}

#[test]
fn it_is_told_of_releases_and_makes_none() {
    let platform = platform();
    assert!(platform.releases("storefront").is_empty());
    create(&platform, "orders");
    let again = platform.attach("history", "storefront", Some("TWICE")).unwrap();
    assert_eq!((&again["release"], &again["attachment"]["config_vars"]), (&Value::Null, &json!([])));
    let other = platform.attach("orders", "storefront", Some("OTHER")).unwrap();
    platform.write(Write::Detach(other["attachment"]["id"].as_str().unwrap().to_owned())).unwrap();
    // An app that it is not attached to is none of its business.
    platform.create("users", Some("billing")).unwrap();
    platform.wait_for("users", Some("ready"));
    let all = [
        "storefront v1 Attach orders (by tester)",
        "storefront v2 Attach orders as OTHER (by tester)",
        "storefront v3 Detach orders as OTHER (by tester)",
    ];
    platform.until(|| said(&platform) == all);

    let told = platform.told("history");
    assert_eq!((&told["endpoint"], &told["config_vars"]), (&Value::Null, &json!([])));
    assert_eq!(told["health"]["status"], "ok");
    let cannot: Vec<_> = told["cannot"].as_array().unwrap().iter().map(|one| one["verb"].as_str().unwrap()).collect();
    for verb in ["back_up", "restore", "rotate", "connect"] {
        assert!(cannot.contains(&verb), "{cannot:?}");
    }
    assert!(!cannot.contains(&"logs"));
    let refused = platform.write(Write::Rotate("history".to_owned())).unwrap_err();
    assert_eq!(refused.code, "not_supported");

    // Its own end is no release either; one of the other add-on still is.
    let twice = again["attachment"]["id"].as_str().unwrap().to_owned();
    assert_eq!(platform.write(Write::Detach(twice)).unwrap()["release"], Value::Null);
    platform.write(Write::DestroyAddon("orders".to_owned())).unwrap();
    platform.until(|| said(&platform).last().unwrap() == "storefront v4 Detach orders (destroyed) (by tester)");
    platform.write(Write::DestroyAddon("history".to_owned())).unwrap();
    platform.wait_for("history", None);
    assert_eq!(platform.releases("storefront").len(), 4);
}

#[test]
fn its_attachments_move_without_a_release() {
    let platform = platform();
    platform.write(Write::CreateAddon(new_addon("newer", "release-log", None))).unwrap();
    platform.wait_for("newer", Some("ready"));
    let from = NewPromotion { from: Some("history".to_owned()) };
    let moved = platform.write(Write::Promote("newer".to_owned(), from)).unwrap();
    assert_eq!((moved["attachments"].as_array().unwrap().len(), &moved["releases"]), (1, &json!([])));
    create(&platform, "orders");
    assert_eq!(platform.releases("storefront"), ["Attach orders"]);
    let id = moved["attachments"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(platform.write(Write::Detach(id)).unwrap()["release"], Value::Null);
}

#[test]
fn no_release_is_lost_or_told_twice_by_a_crash() {
    let mut platform = platform();
    create(&platform, "orders");
    platform.until(|| said(&platform).len() == 1);
    // From now on it can't be written …
    let log = file(&platform);
    let before = fs::read_to_string(&log).unwrap();
    fs::remove_file(&log).unwrap();
    for alias in ["A", "B", "C"] {
        platform.attach("orders", "storefront", Some(alias)).unwrap();
    }
    platform.restart();
    assert!(!log.exists(), "a lost log is not begun anew behind its owner's back");
    // … and when it can again, all of them are there. One of them was written by a platform that was killed before it could
    // note that, and half of the next one.
    let read = |db: &rusqlite::Connection| {
        let app = crate::local::db::apps::find_app(db, "storefront")?.unwrap();
        crate::local::db::releases::list(db, &app.id, i64::MAX, i64::MAX)
    };
    let releases = platform.block_on(platform.engine().db.read(read)).unwrap();
    let second = releases.iter().find(|release| release.version == 2).unwrap();
    platform.kill();
    let line = format!("{} storefront v2 Attach orders as A (by tester)", second.created_at);
    fs::write(&log, format!("{before}{line}\n2026-")).unwrap();
    platform.start();
    let all = [
        "storefront v1 Attach orders (by tester)",
        "storefront v2 Attach orders as A (by tester)",
        "storefront v3 Attach orders as B (by tester)",
        "storefront v4 Attach orders as C (by tester)",
    ];
    platform.until(|| said(&platform).len() >= all.len());
    platform.restart();
    platform.attach("orders", "storefront", Some("D")).unwrap();
    platform.until(|| said(&platform).len() > all.len());
    assert_eq!(said(&platform)[..4], all);
    assert_eq!(said(&platform).len(), 5);
}
