//! Starting and stopping: what is refused, in a sentence, and what is left alone.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::client::*;
use crate::support::home::{Home, RunAs};

#[test]
fn a_second_up_says_that_it_runs_and_a_second_serve_is_refused() {
    let home = Home::new();
    home.platform_up();
    let pid = platform_pid(&home);
    let ran = home.line("platform up").expect(0);
    assert!(ran.out.contains("already runs, since"), "{}", ran.out);
    let ran = home.line("platform serve").expect(1);
    assert!(ran.err.contains(&format!("already runs on {}", home.platform_folder().display())), "{}", ran.err);
    assert_eq!(platform_pid(&home), pid);
    let status = home.line("platform status --json").expect(0).json();
    assert_eq!((&status["running"], &status["pid"]), (&true.into(), &pid.into()));
    home.line("platform logs -n 5").expect(0);
    home.line("platform down").expect(0);
    assert!(!is_alive(pid));
    home.line("platform down").expect(0);
}

#[test]
fn down_stops_the_servers_of_a_platform_that_was_killed() {
    let home = Home::new();
    home.platform_up();
    create(&home, "orders", "postgresql", "billing", None);
    create(&home, "sessions", "valkey", "billing", None);
    for name in ["orders", "sessions"] {
        wait_for(&home, name, "ready");
    }
    kill_9(platform_pid(&home));
    let addons = home.platform_folder().join("addons");
    assert!(!servers_of(&addons).is_empty());
    home.line("platform down").expect(0);
    assert!(servers_of(&addons).is_empty());
}

#[test]
fn a_damaged_state_file_stops_the_start_and_is_left_as_it_is_and_down_still_stops_the_servers() {
    let home = Home::new();
    home.platform_up();
    create(&home, "sessions", "valkey", "billing", None);
    wait_for(&home, "sessions", "ready");
    home.line("platform down").expect(0);
    let path = home.platform_folder().join("state.db");
    let good = fs::read(&path).unwrap();
    let mut bad = good.clone();
    bad[4096..12_000].fill(0x5a);
    fs::write(&path, &bad).unwrap();
    let ran = home.line("platform up").expect(1);
    assert!(ran.err.contains("state.db is damaged") && ran.err.contains("Nothing was changed"), "{}", ran.err);
    assert!(fs::read(&path).unwrap() == bad);
    home.line("platform down").expect(0);
    assert!(fs::read(&path).unwrap() == bad);
    fs::write(&path, &good).unwrap();
    home.platform_up();
    wait_for(&home, "sessions", "ready");
    let addons = home.platform_folder().join("addons");
    until("its server runs again", || (!servers_of(&addons).is_empty()).then_some(()));
    kill_9(platform_pid(&home));
    fs::write(&path, &bad).unwrap();
    let ran = home.line("platform down").expect(0);
    assert!(ran.out.contains("damaged"), "{}", ran.out);
    assert!(servers_of(&addons).is_empty(), "found by their manifests");
    assert!(fs::read(&path).unwrap() == bad);
}

#[test]
fn a_folder_that_can_not_be_used_is_named() {
    let home = Home::new_as(RunAs::OrdinaryUser);
    fs::create_dir(home.path().join("data")).unwrap();
    fs::set_permissions(home.path().join("data"), fs::Permissions::from_mode(0o555)).unwrap();
    let ran = home.line("platform up").expect(1);
    let folder = home.platform_folder().display().to_string();
    assert!(ran.err.contains(&folder) && ran.err.contains("denied"), "{}", ran.err);
    fs::set_permissions(home.path().join("data"), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn root_names_the_folder_that_its_user_can_not_enter() {
    if !rustix::process::geteuid().is_root() {
        // The rule is about root alone; as another user the test above is the same case.
        return;
    }
    let home = Home::new();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let ran = home.line("platform up").expect(1);
    assert!(ran.err.contains("may not enter") && ran.err.contains("chmod o+x"), "{}", ran.err);
}

#[test]
fn listening_for_the_whole_network_must_be_asked_for() {
    let home = Home::new();
    let ran = home.line("platform up --listen 0.0.0.0:0").expect(1);
    assert!(ran.err.contains("not a loopback address") && ran.err.contains("--insecure-listen"), "{}", ran.err);
    home.line("platform up --insecure-listen").expect(2);
}

#[test]
fn a_service_without_its_program_stays_in_the_catalog_with_the_way_out() {
    let home = Home::new();
    let mut command = home.command(["platform", "up"]);
    command.env("ATTACHE_POSTGRES_BIN", "/nowhere");
    assert!(command.status().unwrap().success());
    let services = get(&home, "/v1/addon_services").expect(200);
    assert_eq!(services["addon_services"][0]["available"], false);
    assert!(services["addon_services"][0]["unavailable_reason"].is_string());
    let body = serde_json::json!({ "addon": { "service": "postgresql" } });
    let message = post(&home, "/v1/addons", &body).refused(422, "service_unavailable_here");
    assert_eq!(services["addon_services"][0]["unavailable_reason"], message.as_str());
}
