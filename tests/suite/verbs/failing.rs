//! What goes wrong while a verb runs: servers that can't be made, readers that leave, folders that are closed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use crate::support::home::{Home, OutputLater, RunAs};

fn script(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_server_that_can_not_be_made_is_told_with_its_step_and_its_own_words() {
    let home = Home::new();
    let programs = home.path().join("programs");
    fs::create_dir(&programs).unwrap();
    script(&programs.join("postgres"), "echo 'postgres (PostgreSQL) 15.3'");
    script(&programs.join("initdb"), "echo 'initdb: error: the stars are against it' >&2; exit 1");
    let mut up = home.command(["platform", "up"]);
    assert!(up.env("ATTACHE_POSTGRES_BIN", &programs).status().unwrap().success());

    let made = home.line("addons create postgresql --name orders --app billing --wait --json").expect(1);
    assert_eq!(made.out, "", "on failure nothing is on standard output");
    let words = "initdb: error: the stars are against it";
    assert!(made.err.contains("init_cluster") && made.err.contains(words), "{}", made.err);
    let waited = home.line("addons wait orders").expect(1);
    assert!(waited.err.contains("orders is failed: init_cluster: initdb failed"), "{}", waited.err);
    assert!(waited.err.contains(&format!("| {words}")), "the log line itself: {}", waited.err);
    let info = home.line("addons info orders").expect(0);
    assert!(info.out.contains("state         failed") && info.out.contains(words), "{}", info.out);
    // The app has got nothing, and the way out works.
    assert_eq!(home.line("config --app billing --names").expect(0).out, "");
    home.line("addons destroy orders --confirm orders --wait").expect(0);
    home.line("addons info orders").expect(1);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure_and_no_noise() {
    let home = Home::new();
    home.platform_up();
    for line in ["addons", "addons --json", "addons info uploads", "config --app storefront --names", "platform status"]
    {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = home.command(line.split_whitespace());
        let output = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!said.to_lowercase().contains("pipe"), "{line}: {said}");
        assert_eq!(output.status.code(), Some(0), "{line}: {said}");
    }
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = home.command(["addons"]).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    let output = output.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("No space left"));
}

#[test]
fn a_name_with_characters_that_no_name_has_means_nothing_else() {
    let home = Home::new();
    home.platform_up();
    for name in ["up\nloads", "\tuploads", "uploads\n", "..", "uploads/events"] {
        let ran = home.run(["addons", "info", name]).expect(1);
        assert_eq!(ran.out, "", "{name:?}");
    }
}

#[test]
fn a_time_beyond_all_clocks_is_no_time_limit() {
    let home = Home::new();
    home.platform_up();
    home.line("addons wait uploads --timeout 18446744073709551615").expect(0);
}

#[test]
fn a_closed_state_folder_is_named_and_never_read_as_empty() {
    let home = Home::new_as(RunAs::OrdinaryUser);
    home.platform_up();
    home.line("apps create shop").expect(0);
    let state = home.path().join("state");
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    set(&state, 0o000);
    let looked = home.line("operations").expect(1);
    assert!(looked.err.contains("state/operations") && looked.err.contains("denied"), "{}", looked.err);
    let refused = home.line("apps create market").expect(1);
    assert!(refused.err.contains("state/operations") && refused.err.contains("--state-dir DIR"), "{}", refused.err);
    set(&state, 0o755);
    // Looking needs no right to write.
    set(&state.join("operations"), 0o500);
    assert_eq!(home.line("operations --json").expect(0).json()["operations"][0]["sentence"], "Create app shop");
    home.line("apps create market").expect(1);
    set(&state.join("operations"), 0o700);
    assert!(!home.line("apps").expect(0).out.contains("market"), "nothing was sent");
}

#[test]
fn a_closed_configuration_or_data_folder_is_named() {
    let home = Home::new_as(RunAs::OrdinaryUser);
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let config = home.path().join("config");
    fs::create_dir(&config).unwrap();
    fs::write(config.join("config.toml"), "").unwrap();
    set(&config.join("config.toml"), 0o000);
    let ran = home.line("addons").expect(2);
    assert!(ran.err.contains("config.toml can't be read") && ran.err.contains("readable"), "{}", ran.err);
    set(&config.join("config.toml"), 0o644);

    home.platform_up();
    let data = home.path().join("data");
    set(&data, 0o000);
    let ran = home.line("addons").expect(6);
    assert!(ran.err.contains("closed to you") && ran.err.contains("api.sock"), "{}", ran.err);
    set(&data, 0o755);
    // The cache is a convenience: a verb never needs it.
    fs::create_dir_all(home.path().join("cache")).unwrap();
    set(&home.path().join("cache"), 0o000);
    home.line("addons").expect(0);
    set(&home.path().join("cache"), 0o755);
}

#[test]
fn the_same_asked_for_twice_at_once_with_if_absent_is_there_once_and_neither_fails() {
    let home = Home::new();
    home.platform_up();
    let line = "addons create valkey --name sessions --app billing --if-absent --wait";
    let runs: Vec<_> = (0..3).map(|_| home.command(line.split_whitespace()).output_later()).collect();
    for run in runs {
        let output = run.join().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let addons = home.line("addons --app billing --json").expect(0).json();
    assert_eq!(addons["addons"].as_array().unwrap().len(), 1);
}

#[test]
fn two_writes_to_one_app_at_once_are_both_done() {
    let home = Home::new();
    home.platform_up();
    home.line("addons wait uploads").expect(0);
    let attach = |alias: &str| home.command(["addons", "attach", "uploads", "--app", "billing", "--as", alias]);
    let runs: Vec<_> = ["ONE", "TWO", "THREE"].map(|alias| attach(alias).output_later()).into_iter().collect();
    for run in runs {
        let output = run.join().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let releases = home.line("releases --app billing --json").expect(0).json();
    assert_eq!(releases["releases"].as_array().unwrap().len(), 3);
}

#[test]
fn without_a_home_folder_the_program_says_what_to_set() {
    let home = Home::new();
    let mut command = home.command(["--profile", "local", "addons"]);
    command.env("ATTACHE_HOME", "not/absolute");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("not an absolute path"));
}

#[test]
fn the_dashboard_without_a_terminal_says_so_and_nothing_else() {
    let home = Home::new();
    home.platform_up();
    let ran = home.run(["--profile", "local"]).expect(2);
    assert!(ran.err.contains("needs a terminal") && ran.err.lines().count() == 1, "{}", ran.err);
    assert_eq!(ran.out, "");
}

#[test]
fn the_lines_for_a_shell_are_safe_to_evaluate() {
    let home = Home::new();
    home.platform_up();
    home.line("addons wait uploads").expect(0);
    let shown = home.line("config --app storefront --shell --reveal").expect(0).out;
    let mut shell = std::process::Command::new("sh");
    shell.env_clear().args(["-c", "eval \"$1\"; printf %s \"$AWS_S3_URL\"", "sh", &shown]);
    let output = shell.output().unwrap();
    let revealed = home.line("config --app storefront --json --reveal").expect(0).json();
    let rows = revealed["config_vars"].as_array().unwrap();
    let url = rows.iter().find(|row| row["name"] == "AWS_S3_URL").unwrap()["value"].as_str().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), url);
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
