//! What an app would do with an add-on: the servers' own clients with the app's variables.

use std::process::Command;

use serde_json::Value;

use crate::support::home::Home;

/// The value of an app's variable.
#[track_caller]
pub(crate) fn variable(home: &Home, app: &str, name: &str) -> String {
    let shown = home.line(&format!("config --app {app} --json --reveal")).expect(0).json();
    let rows = shown["config_vars"].as_array().unwrap();
    let row = rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("{app} has no {name}: {shown}"));
    row["value"].as_str().unwrap().to_owned()
}

/// Asks a Valkey; its answer, or what it complained of.
pub(super) fn redis(url: &str, words: &[&str]) -> Result<String, String> {
    run(Command::new("redis-cli").args(["-e", "--no-auth-warning", "-u", url]).args(words))
}

/// Asks a PostgreSQL; its answer, or what it complained of.
pub(crate) fn psql(url: &str, sql: &str) -> Result<String, String> {
    run(Command::new("psql").args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql, url]))
}

fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} (scripts/setup --test): {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// The backups of an add-on, newest first.
#[track_caller]
pub(super) fn backups(home: &Home, name: &str) -> Vec<Value> {
    home.line(&format!("backups list {name} --json")).expect(0).json()["backups"].as_array().unwrap().clone()
}

/// Makes a finished backup and gives its id.
#[track_caller]
pub(crate) fn capture(home: &Home, name: &str) -> String {
    let made = home.line(&format!("backups capture {name} --wait --json")).expect(0).json();
    assert_eq!(made["backup"]["state"], "finished", "{made}");
    made["backup"]["id"].as_str().unwrap().to_owned()
}
