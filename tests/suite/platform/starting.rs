//! Starting and stopping: what is refused, in a sentence, and what is left alone.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::client::*;
use crate::support::home::{Home, OutputLater, RunAs, as_root};

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
    let home = Home::new();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let mut variable = std::ffi::OsString::from("ATTACHE_HOME=");
    variable.push(home.path());
    let program = env!("CARGO_BIN_EXE_attache");
    let ran = as_root("env").arg(variable).args([program, "platform", "up"]).current_dir("/").output().unwrap();
    let (out, err) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
    assert_eq!((ran.status.code(), out.as_str()), (Some(1), ""), "{err}");
    assert!(err.contains("may not enter") && err.contains("chmod o+x"), "{err}");
    assert!(!home.path().join("data").exists(), "nothing half done is left");
}

#[test]
fn two_starts_at_once_are_one_platform() {
    let home = Home::new();
    let starts: Vec<_> = (0..3).map(|_| home.command(["platform", "up"]).output_later()).collect();
    for start in starts {
        let output = start.join().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let pid = platform_pid(&home);
    let folder = home.platform_folder();
    until("those who came too late to be gone", || (platforms_of(&folder) == [pid]).then_some(()));
    get(&home, "/v1/account").expect(200);
}

#[test]
fn killed_or_stopped_in_the_middle_of_making_an_add_on_it_is_made_all_the_same_and_once() {
    let home = Home::new();
    home.platform_up();
    create(&home, "orders", "postgresql", "billing", None);
    until("it is being made", || {
        let addon = get(&home, "/v1/addons/orders").expect(200)["addon"].clone();
        (addon["state"] == "provisioning").then_some(())
    });
    kill_9(platform_pid(&home));
    home.platform_up();
    home.line("platform down").expect(0);
    assert!(servers_of(&home.platform_folder().join("addons")).is_empty(), "down leaves nothing running");
    home.platform_up();
    wait_for(&home, "orders", "ready");
    psql(&variable(&home, "billing", "DATABASE_URL"), "SELECT 1").unwrap();
    let releases = get(&home, "/v1/apps/billing/releases").expect(200);
    assert_eq!(releases["releases"].as_array().unwrap().len(), 1, "{releases}");
}

#[test]
fn destroyed_while_it_is_made_it_leaves_nothing() {
    let home = Home::new();
    home.platform_up();
    create(&home, "orders", "postgresql", "billing", None);
    delete(&home, "/v1/addons/orders").expect(202);
    until("it is gone", || (get(&home, "/v1/addons/orders").status == 404).then_some(()));
    let addons = home.platform_folder().join("addons");
    assert!(servers_of(&addons).is_empty());
    assert_eq!(fs::read_dir(&addons).unwrap().count(), 1, "the folder of uploads alone");
    assert_eq!(get(&home, "/v1/apps/billing/releases").expect(200)["releases"], serde_json::json!([]));
}

#[test]
fn listening_for_the_whole_network_must_be_asked_for() {
    let home = Home::new();
    let ran = home.line("platform up --listen 0.0.0.0:0").expect(1);
    assert!(ran.err.contains("not a loopback address") && ran.err.contains("--insecure-listen"), "{}", ran.err);
    home.line("platform up --insecure-listen").expect(2);
}

#[test]
fn a_taken_address_stops_the_start_and_leaves_nothing_running() {
    let home = Home::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ran = home.line(&format!("platform up --listen {address}")).expect(1);
    assert!(ran.err.contains(&address) && ran.err.contains("in use"), "{}", ran.err);
    assert_eq!(ran.out, "");
    assert!(platforms_of(&home.platform_folder()).is_empty());
    home.line("platform status").expect(6);
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
