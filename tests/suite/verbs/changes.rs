//! What changes an add-on that is there, on a real platform.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use super::tools::{psql, redis, variable};
use crate::support::home::Home;

#[test]
fn another_plan_name_and_password() {
    let home = Home::new();
    home.platform_up();
    home.line("addons create valkey --name cache --app billing --wait").expect(0);
    let before = variable(&home, "billing", "REDIS_URL");
    redis(&before, &["SET", "a", "1"]).unwrap();

    let other = home.line("addons upgrade cache --plan postgresql:small").expect(2);
    assert!(other.err.contains("can't make it postgresql"), "{}", other.err);
    assert!(home.line("addons upgrade cache --plan huge").expect(1).err.contains("there are: cache, small, standard"));
    assert!(home.line("addons upgrade cache --plan small").expect(1).err.contains("is valkey:small already"));
    let up = home.line("addons upgrade cache --plan valkey:standard --wait").expect(0);
    assert_eq!(up.out, "cache is valkey:standard now.\n");

    let rotated = home.line("addons rotate cache --wait").expect(0);
    assert!(rotated.err.contains("billing  gets a new release and restarts"), "{}", rotated.err);
    let after = variable(&home, "billing", "REDIS_URL");
    assert!(after != before && redis(&before, &["PING"]).is_err(), "the old password is refused");
    assert_eq!(redis(&after, &["GET", "a"]).unwrap(), "1");
    assert!(!rotated.err.contains(&after) && !rotated.out.contains(&after));

    assert_eq!(home.line("addons rename cache sessions").expect(0).out, "cache is called sessions now.\n");
    assert!(home.line("addons info cache").expect(1).err.contains("there are: uploads, sessions"));
    home.line("addons rename sessions Bad").expect(2);
    assert!(home.line("addons rename sessions uploads").expect(1).err.contains("uploads"));

    home.line("addons restart sessions --wait").expect(0);
    assert_eq!(redis(&after, &["GET", "a"]).unwrap(), "1");
    assert!(home.line("addons sleep sessions").expect(1).err.contains("sleep"));
}

#[test]
fn asleep_a_connection_or_a_word_wakes_it() {
    let home = Home::new();
    home.platform_up();
    home.line("addons create postgresql:dev --name orders --app billing --wait").expect(0);
    let url = variable(&home, "billing", "DATABASE_URL");
    assert_eq!(home.line("addons sleep orders --wait").expect(0).out, "orders sleeps; a connection wakes it.\n");
    assert_eq!(home.line("addons info orders --json").expect(0).json()["addon"]["state"], "sleeping");
    assert_eq!(home.line("addons wake orders --wait").expect(0).out, "orders is awake.\n");
    home.line("addons sleep orders --wait").expect(0);
    assert_eq!(psql(&url, "SELECT 1").unwrap(), "1");
}

#[test]
fn what_it_uses_and_how_it_is_reached_is_told_without_a_secret() {
    let home = Home::new();
    home.platform_up();
    home.line("addons create postgresql:dev --name orders --app billing --wait").expect(0);
    let info = home.line("addons info orders").expect(0);
    for words in ["host          127.0.0.1", "port          ", "database      ", "user          ", "password      ••••"]
    {
        assert!(info.out.contains(words), "{words}: {}", info.out);
    }
    let secret = variable(&home, "billing", "PGPASSWORD");
    assert!(!info.out.contains(&secret));
    let usage = home.line("addons usage orders").expect(0);
    for shown in [&usage.out, &info.out] {
        assert!(shown.contains("enforced by the role's CONNECTION LIMIT"), "{shown}");
        assert!(shown.lines().any(|line| line.starts_with("storage") && line.contains("measured, not enforced")));
    }
    let figures = home.line("addons usage orders --json").expect(0).json()["usage"]["figures"].clone();
    let storage = figures.as_array().unwrap().iter().find(|figure| figure["name"] == "storage").unwrap().clone();
    assert!(storage["value"].as_u64().unwrap() > 1_000_000 && storage["enforced_by"].is_null(), "{storage}");
}

#[test]
fn a_log_is_shown_and_followed_until_somebody_has_seen_enough() {
    let home = Home::new();
    home.platform_up();
    home.line("addons create postgresql:dev --name orders --app billing --wait").expect(0);
    let shown = home.line("addons logs orders -n 2").expect(0);
    assert_eq!(shown.out.lines().count(), 2, "{}", shown.out);
    home.line("addons logs orders -n 0").expect(2);
    let mut follow = home.command(["addons", "logs", "orders", "--follow", "-n", "1"]);
    let mut child = follow.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    home.line("addons restart orders --wait").expect(0);
    let is_new = |line: &String| line.contains("ready to accept connections");
    lines.by_ref().map(|line| line.unwrap()).find(is_new).expect("what came after it was begun");
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
