//! What comes back, what does not, and that nothing is ever lost on the way.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::*;
use crate::local::db::addons::{self, AddonState};
use crate::local::db::{backups, meta, ports};
use crate::local::engine::SEEDED;
use crate::local::{catalog, services};

struct Platform(tempfile::TempDir);

impl Platform {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn plan() -> Value {
        json!({"name": "small", "summary": "", "default": true, "limits": [],
            "price": {"cents_per_month": 0, "currency": "USD"}})
    }

    fn addon(&self, id: &str, name: &str, port: u16) {
        let settings =
            json!({"port": port, "user": "u", "password": "hush", "admin_password": "hush", "database": "d"});
        let manifest = json!({"version": 1, "id": id, "name": name, "team": "sandbox", "service": "valkey",
            "plan": Self::plan(), "settings": settings, "log_file": null, "created_at": "2026-11-20T03:14:07.000Z"});
        self.write(&format!("addons/{id}/manifest.json"), manifest.to_string());
        self.write(&format!("addons/{id}/valkey.conf"), "");
        self.write(&format!("addons/{id}/data/dump.rdb"), "");
    }

    /// One that holds `abc`.
    fn backup(&self, id: &str) -> PathBuf {
        let checksum = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let manifest = json!({"version": 1, "id": id, "addon_id": "add_1", "addon": "orders", "team": "sandbox",
            "service": "valkey", "plan": Self::plan(), "trigger": "manual", "file": format!("add_1/{id}.rdb"), "size": 3,
            "checksum": checksum, "author": "me", "created_at": "then", "started_at": "then", "finished_at": "then",
            "keep_until": null});
        self.write(&format!("backups/add_1/{id}.json"), manifest.to_string());
        self.write(&format!("backups/add_1/{id}.rdb"), "abc")
    }

    fn recover(&self) -> Result<String, String> {
        let services = Services::new(self.path().to_owned(), catalog::offers().unwrap(), &services::registry());
        recover(self.path(), &services).map(|lines| lines.join("\n")).map_err(|error| error.to_string())
    }

    fn state(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path().join(STATE_FILE)).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[test]
fn add_ons_and_backups_come_back_from_their_manifests_alone() {
    let platform = Platform::new();
    platform.addon("add_1", "orders", 20_001);
    platform.backup("bak_1");
    let told = platform.recover().unwrap();
    for words in ["missing or empty", "add-on orders (valkey)", "1 backup,", "apps, attachments", "platform up"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let state = platform.state();
    let row = addons::find(&state, "orders").unwrap().unwrap();
    assert_eq!((row.state, row.provisioned, row.team.as_str()), (AddonState::Ready, true, "sandbox"));
    assert_eq!(ports::of_owner(&state, "add_1").unwrap(), Some(20_001));
    assert_eq!(backups::find(&state, "bak_1").unwrap().unwrap().size, Some(3));
    assert!(meta(&state, SEEDED).unwrap().is_some(), "it is not filled as a new one is");
    drop(state);
    let names = platform.names();
    let again = platform.recover().unwrap_err();
    assert!(again.contains("is good"), "{again}");
    assert_eq!(platform.names(), names);
}

#[test]
fn the_damaged_file_with_its_log_is_kept_under_another_name_each_time() {
    let platform = Platform::new();
    platform.addon("add_1", "orders", 20_001);
    for round in 1..=2 {
        platform.write(STATE_FILE, format!("not a database {round}"));
        platform.write("state.db-wal", format!("its log {round}"));
        platform.recover().unwrap();
        let names = platform.names();
        let aside: Vec<&String> = names.iter().filter(|name| name.contains("damaged")).collect();
        assert_eq!(aside.len(), 2 * round, "{names:?}");
        let texts: Vec<String> =
            aside.iter().map(|name| fs::read_to_string(platform.path().join(name)).unwrap()).collect();
        assert!(texts.contains(&format!("not a database {round}")) && texts.contains(&format!("its log {round}")));
        assert!(!names.contains(&NEW.to_owned()), "{names:?}");
    }
}

#[test]
fn what_is_not_understood_is_left_alone_and_named() {
    let platform = Platform::new();
    platform.addon("add_1", "orders", 20_001);
    let bad = [
        platform.write("addons/notes.txt", "mine"),
        platform.write("addons/somebody/manifest.json", "{}"),
        platform.write("addons/add_2/data/x", "no manifest"),
        platform.write("addons/add_3/manifest.json", "{\"settings\": \"hush\""),
        platform.write("backups/add_1/bak_9.rdb.part", "half"),
        platform.write("backups/stray", "x"),
    ];
    // Another one's manifest in a copied folder.
    fs::create_dir(platform.path().join("addons/add_4")).unwrap();
    fs::copy(platform.path().join("addons/add_1/manifest.json"), platform.path().join("addons/add_4/manifest.json"))
        .unwrap();
    let changed = platform.backup("bak_1");
    fs::write(&changed, "abd").unwrap();
    fs::remove_file(platform.backup("bak_2")).unwrap();
    let told = platform.recover().unwrap();
    for words in [
        "notes.txt was left",
        "somebody was left",
        "add_2 was left",
        "add_3 was left",
        "names another add-on, add_1",
        "bak_9.rdb.part was left",
        "stray was left",
        "the checksum differs",
        "its file is not there",
        "0 backups",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(!told.contains("hush"), "{told}");
    for path in bad {
        assert!(path.exists(), "{path:?}");
    }
    assert_eq!(addons::all(&platform.state()).unwrap().len(), 1);
}

#[test]
fn a_folder_that_is_not_whole_comes_back_as_failed_and_one_name_is_not_given_twice() {
    let platform = Platform::new();
    platform.addon("add_1", "orders", 20_001);
    platform.addon("add_2", "orders", 20_001);
    platform.addon("add_3", "cache", 20_003);
    fs::remove_dir_all(platform.path().join("addons/add_3/data")).unwrap();
    let told = platform.recover().unwrap();
    assert!(told.contains("add-on cache (valkey): failed (recover: ") && told.contains("data is missing"), "{told}");
    assert!(told.contains("20001 of orders-dd_2 belongs to another"), "{told}");
    let state = platform.state();
    let cache = addons::find(&state, "cache").unwrap().unwrap();
    assert_eq!((cache.state, cache.provisioned), (AddonState::Failed, false));
    assert_eq!(addons::all(&state).unwrap().len(), 3);
}

#[test]
fn the_snapshot_brings_back_what_folders_do_not_know() {
    let platform = Platform::new();
    for (id, name) in [("add_1", "orders"), ("add_2", "half"), ("add_3", "going"), ("add_4", "filling")] {
        platform.addon(id, name, 0);
    }
    let text = json!({"version": 1, "tables": {
        "teams": [{"id": "team_1", "name": "sandbox", "created_at": "then"}],
        "apps": [{"seq": 4, "id": "app_1", "name": "shop", "team_id": "team_1", "created_at": "then"}],
        "releases": [{"app_id": "app_1", "version": 7, "description": "x", "author": "me", "created_at": "then"}],
        "addons": [
            {"id": "add_1", "state": "sleeping", "provisioned": 1,
                "restored_from": "{\"backup_id\":\"bak_1\",\"addon_id\":null,\"addon\":null}"},
            {"id": "add_2", "state": "provisioning", "provisioned": 0},
            {"id": "add_3", "state": "deprovisioning", "provisioned": 1},
            {"id": "add_4", "state": "restoring", "provisioned": 0},
            {"id": "add_gone", "state": "ready", "provisioned": 1}],
        "attachments": [
            {"seq": 1, "id": "att_1", "addon_id": "add_1", "app_id": "app_1", "alias": "X", "released": 1,
                "author": "me", "created_at": "then"},
            {"seq": 3, "id": "att_3", "addon_id": "add_2", "app_id": "app_1", "alias": null, "released": 0,
                "author": "me", "created_at": "then"},
            {"seq": 2, "id": "att_2", "addon_id": "add_gone", "app_id": "app_1", "alias": null, "released": 1,
                "author": "me", "created_at": "then"}],
        "schedules": [{"addon_id": "add_1", "hour": 3, "time_zone": "UTC", "next_at": "2026-11-21T03:00:00.000Z",
            "author": "me", "created_at": "then"}],
        "ports": [{"port": 20_009, "owner": "object-storage"}, {"port": 20_008, "owner": "add_gone"}],
    }});
    platform.write("platform.json", text.to_string());
    let told = platform.recover().unwrap();
    assert!(told.contains("1 app (shop), 2 attachments, 1 daily backup"), "{told}");
    assert!(told.contains("no folder any more (1)"), "{told}");
    let state = platform.state();
    let row = |name: &str| addons::find(&state, name).unwrap().unwrap();
    assert_eq!(
        (row("orders").state, row("orders").restored_from.unwrap().backup_id.as_str()),
        (AddonState::Ready, "bak_1")
    );
    // The snapshot may be older than the data, so what may be somebody's is not thrown away with the word "failed".
    assert_eq!((row("half").state, row("half").provisioned), (AddonState::Ready, true));
    assert!(row("half").state_reason.unwrap().contains("being made"));
    let of_half = crate::local::db::attachments::of_addon(&state, "add_2").unwrap();
    assert!(of_half[0].released, "its app gets what it was to get");
    for (name, why) in [("filling", "being restored"), ("going", "being destroyed")] {
        assert_eq!((row(name).state, row(name).provisioned), (AddonState::Failed, false), "{name}");
        assert!(row(name).state_reason.unwrap().contains(why), "{name}");
    }
    assert_eq!(ports::of_owner(&state, "object-storage").unwrap(), Some(20_009));
    assert_eq!(ports::of_owner(&state, "add_gone").unwrap(), None);
    let release = crate::local::db::releases::newest(&state, "app_1").unwrap().unwrap();
    assert_eq!(release.version, 8, "the apps get what they have now in a release");
}

#[test]
fn cut_off_at_any_point_the_next_one_finishes() {
    let platform = Platform::new();
    platform.addon("add_1", "orders", 20_001);
    // Before anything was moved: half of a new state.
    platform.write(STATE_FILE, "not a database");
    platform.write(NEW, "half");
    platform.write("state.db.new-journal", "half");
    platform.recover().unwrap();
    // Moved aside, and nothing in its place yet.
    fs::remove_file(platform.path().join(STATE_FILE)).unwrap();
    platform.write("state.db-wal", "a log without its file");
    platform.recover().unwrap();
    assert_eq!(addons::all(&platform.state()).unwrap().len(), 1);
    assert!(!platform.names().iter().any(|name| name == "state.db-wal" || name.starts_with(NEW)));
    let empty = Platform::new();
    assert!(empty.recover().unwrap_err().contains("There is no platform"));
    assert!(empty.names().is_empty());
}
