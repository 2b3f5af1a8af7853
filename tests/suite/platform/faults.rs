//! A disk that is full, and a port that is taken.

use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

use serde_json::json;

use super::client::*;
use crate::support::home::{Home, as_root};

#[test]
fn a_taken_port_gives_another_and_the_apps_get_the_new_address() {
    let home = Home::new();
    home.platform_up();
    create(&home, "sessions", "valkey", "billing", None);
    let before = wait_for(&home, "sessions", "ready")["endpoint"]["port"].as_u64().unwrap();
    redis(&variable(&home, "billing", "REDIS_URL"), &["SET", "a", "1"]).unwrap();
    home.line("platform down").expect(0);
    let taken = TcpListener::bind(("127.0.0.1", u16::try_from(before).unwrap())).unwrap();
    home.platform_up();
    let after = until("it has moved", || {
        let addon = get(&home, "/v1/addons/sessions").expect(200)["addon"].clone();
        let port = addon["endpoint"]["port"].as_u64().filter(|port| *port != before)?;
        (addon["health"]["status"] == "ok").then_some(port)
    });
    let url = variable(&home, "billing", "REDIS_URL");
    assert!(url.contains(&after.to_string()), "{url}");
    assert_eq!(redis(&url, &["GET", "a"]).unwrap(), "1");
    let releases = get(&home, "/v1/apps/billing/releases").expect(200);
    assert_eq!(releases["releases"][0]["description"], format!("sessions moved to port {after}"));
    drop(taken);
}

/// A small file system of the home's own, which root makes.
struct SmallDisk<'a>(&'a Home);

impl<'a> SmallDisk<'a> {
    fn mount(home: &'a Home, megabytes: u32) -> Self {
        std::fs::create_dir_all(home.path().join("data")).unwrap();
        let owner = std::fs::metadata(home.path()).unwrap();
        let options = format!("size={megabytes}m,mode=0755,uid={},gid={}", owner.uid(), owner.gid());
        let mut mount = as_root("mount");
        mount.args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(home.path().join("data"));
        assert!(mount.status().unwrap().success());
        Self(home)
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = self.0.line("platform down");
        let _ = as_root("umount").arg(self.0.path().join("data")).status();
    }
}

#[test]
fn a_full_disk_is_a_failed_step_or_a_refusal_and_what_was_there_works_on() {
    let home = Home::new();
    let _disk = SmallDisk::mount(&home, 28);
    home.platform_up();
    create(&home, "sessions", "valkey", "billing", None);
    wait_for(&home, "sessions", "ready");
    create(&home, "orders", "postgresql", "storefront", None);
    let failed = wait_for(&home, "orders", "failed");
    let reason = failed["state_reason"].as_str().unwrap();
    assert!(reason.starts_with("init_cluster: "), "{reason}");
    let events = get(&home, "/v1/addons/orders/events").expect(200);
    let told = events["events"].as_array().unwrap().iter().find(|event| event["status"] == "failed").unwrap().clone();
    assert!(told.to_string().contains("No space left"), "{told}");

    let ballast = home.platform_folder().join("filler");
    let mut size = 64 * 1024 * 1024;
    while size > 1024 {
        size /= 2;
        let _ = Command::new("dd")
            .args(["if=/dev/zero", "bs=1024", "conv=notrunc", "oflag=append", "status=none"])
            .arg(format!("count={}", size / 1024))
            .arg(format!("of={}", ballast.display()))
            .stderr(std::process::Stdio::null())
            .status();
    }
    let body = json!({ "addon": { "name": "more", "service": "valkey" } });
    let message = post(&home, "/v1/addons", &body).refused(507, "disk_full");
    assert!(message.contains("free some space"), "{message}");
    get(&home, "/v1/addons/more").refused(404, "not_found");
    assert_eq!(redis(&variable(&home, "billing", "REDIS_URL"), &["PING"]).unwrap(), "PONG");

    // A restart on a full disk adopts what runs.
    kill_9(platform_pid(&home));
    home.platform_up();
    until("it is adopted", || {
        (get(&home, "/v1/addons/sessions").expect(200)["addon"]["health"]["status"] == "ok").then_some(())
    });
    assert_eq!(redis(&variable(&home, "billing", "REDIS_URL"), &["PING"]).unwrap(), "PONG");

    // Destroying is the way out of a full disk, so it must work on one.
    delete(&home, "/v1/addons/orders").expect(202);
    until("it is gone", || (get(&home, "/v1/addons/orders").status == 404).then_some(()));
    std::fs::remove_file(ballast).unwrap();
    create(&home, "more", "valkey", "storefront", Some("MORE"));
    wait_for(&home, "more", "ready");
}

/// Takes all but so much of the disk that the platform is on; gives what takes it.
fn leave(home: &Home, bytes: u64) -> std::path::PathBuf {
    let stat = rustix::fs::statvfs(home.platform_folder()).unwrap();
    let filler = home.platform_folder().join("filler");
    let status =
        as_root("fallocate").args(["-l", &(stat.f_bavail * stat.f_frsize - bytes).to_string()]).arg(&filler).status();
    assert!(status.unwrap().success());
    filler
}

#[test]
fn a_backup_on_a_full_disk_fails_alone_and_leaves_nothing_half_done() {
    const MIB: u64 = 1024 * 1024;
    let home = Home::new();
    let _disk = SmallDisk::mount(&home, 320);
    home.platform_up();
    create(&home, "sessions", "valkey", "billing", None);
    wait_for(&home, "sessions", "ready");
    let url = variable(&home, "billing", "REDIS_URL");
    // What an RDB can't make much smaller.
    for number in 0..400 {
        let value: String = (0..6_000).map(|_| format!("{:016x}", rand::random::<u64>())).collect();
        redis(&url, &["SET", &format!("key-{number}"), &value]).unwrap();
    }
    let captured = home.line("backups capture sessions --wait --json").expect(0).json();
    let first = captured["backup"]["id"].as_str().unwrap().to_owned();

    let filler = leave(&home, 17 * MIB);
    let failed = home.line("backups capture sessions --wait").expect(1);
    let said = failed.err.to_lowercase();
    assert!(said.contains("full") || said.contains("no space") || said.contains("free"), "{}", failed.err);
    let files = as_root("find").arg(home.platform_folder().join("backups")).args(["-type", "f"]).output().unwrap();
    let files = String::from_utf8(files.stdout).unwrap();
    assert_eq!(files.lines().count(), 2, "the finished one with its manifest, and no part of another: {files}");
    let list = get(&home, "/v1/addons/sessions/backups").expect(200);
    let states: Vec<_> = list["backups"].as_array().unwrap().iter().map(|backup| backup["state"].clone()).collect();
    assert_eq!(states, ["failed", "finished"], "{list}");
    assert_eq!(redis(&url, &["EXISTS", "key-399"]).unwrap(), "1", "the add-on works on");

    assert!(as_root("rm").arg(&filler).status().unwrap().success());
    let target = tempfile::tempdir().unwrap();
    let file = target.path().join("first.rdb");
    home.run(["backups", "download", "sessions", &first, "--output", file.to_str().unwrap()]).expect(0);
    redis(&url, &["SET", "after", "1"]).unwrap();
    home.line("backups capture sessions --wait").expect(0);
}
