//! The ways in: listed without asking anybody, checked as far as they lead, and what was found lying around stays read-only.

use std::fs::{Permissions, create_dir_all, set_permissions, write};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Output;

use crate::stand_ins::Rig;
use crate::stand_ins::akkeris::{World, router};
use crate::stand_ins::heroku;
use crate::support::home::{Home, Ran};

/// Planted wherever a credential may be; it must never come out.
pub(super) const SECRET: &str = "5ecre7-t0ken-that-nobody-may-see";

/// A home with a home folder in it, in which a platform's tools keep things.
pub(super) struct House {
    pub(super) home: Home,
    env: Vec<(String, String)>,
}

impl House {
    pub(super) fn new() -> Self {
        let house = Self { home: Home::new(), env: Vec::new() };
        create_dir_all(house.folder()).unwrap();
        house
    }

    fn folder(&self) -> PathBuf {
        self.home.path().join("person")
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    fn netrc(self, text: &str, mode: u32) -> Self {
        let path = self.folder().join(".netrc");
        write(&path, text).unwrap();
        set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        self
    }

    pub(super) fn config(self, text: &str) -> Self {
        let folder = self.home.path().join("config");
        create_dir_all(&folder).unwrap();
        write(folder.join("config.toml"), text).unwrap();
        self
    }

    /// Runs the program with nobody's profile in the environment. The planted secret is searched for in all that it says.
    #[track_caller]
    pub(super) fn line(&self, line: &str) -> Ran {
        let mut command = self.home.command(line.split_whitespace());
        command.env_remove("ATTACHE_PROFILE").env("HOME", self.folder()).envs(self.env.iter().cloned());
        let Output { status, stdout, stderr } = command.output().unwrap();
        let ran = Ran {
            code: status.code().unwrap_or(-1),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        };
        assert!(
            !ran.out.contains(SECRET) && !ran.err.contains(SECRET),
            "{line} tells a token:\n{}\n{}",
            ran.out,
            ran.err
        );
        ran
    }
}

/// A running Akkeris.
pub(super) async fn akkeris() -> (Rig<World>, String) {
    Rig::on_tcp("127.0.0.1:0", World::small(), router()).await.unwrap()
}

/// As netrc names a machine.
fn machine(url: &str) -> &str {
    url.strip_prefix("http://").unwrap()
}

#[test]
fn the_list_asks_nobody_and_tells_no_token() {
    let house = House::new()
        .with("HEROKU_API_KEY", SECRET)
        .with("WORK_TOKEN", SECRET)
        .with("ATTACHE_TOKEN", SECRET)
        .with("AKKERIS_API_HOST", "apps.example.com")
        .netrc(&format!("machine apps.example.com login ada password {SECRET}\n"), 0o600)
        .config(
            "default_profile = \"work\"\n[profiles.work]\nplatform = \"heroku\"\nendpoint = \"https://api.eu.heroku.com\"\n\
             token_env = \"WORK_TOKEN\"\nread_only = true\ndanger = \"staging\"\n\
             [profiles.pass]\nplatform = \"heroku\"\ntoken_command = [\"touch\", \"/tmp/never-run-by-attache\"]\n\
             [profiles.file]\nplatform = \"local\"\nendpoint = \"http://127.0.0.1:1\"\ntoken_file = \"/nowhere/token\"\n",
        );
    let ran = house.line("profiles").expect(0);
    for words in ["work*", "staging", "no: its configuration says so", "the variable WORK_TOKEN", "which is not there"]
    {
        assert!(ran.out.contains(words), "{words}\n{}", ran.out);
    }
    let (profiles, offered) = ran.out.split_once("Offered, not entered: akkeris at https://apps.example.com").unwrap();
    assert!(!profiles.contains("apps.example.com"), "they are apart");
    for words in ["attache --platform akkeris", "[profiles.akkeris]", "attache --platform heroku", "config/config.toml"]
    {
        assert!(offered.contains(words), "{words}\n{offered}");
    }
    let document = house.line("profiles --json").expect(0).json();
    assert_eq!(document["profiles"].as_array().unwrap().len(), 4);
    let work = document["profiles"].as_array().unwrap().iter().find(|one| one["name"] == "work").unwrap();
    assert_eq!(work["read_only"]["by"], "configured");
    assert_eq!(work["token_source"]["name"], "WORK_TOKEN");
    assert_eq!(work["is_default"], true);
    assert_eq!(document["offered"][0]["read_only"]["by"], "found");
    assert_eq!(document["offered"][0]["danger"], "production");
    assert!(!PathBuf::from("/tmp/never-run-by-attache").exists(), "no program is run to list");
    assert!(!house.home.path().join("state").exists(), "nor a folder made");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_found_is_read_and_never_written_through() {
    let (rig, url) = akkeris().await;
    let house = House::new()
        .with("AKKERIS_API_HOST", &*url)
        .netrc(&format!("machine {} login ada password {SECRET}\n", machine(&url)), 0o600);
    let ran = house.line("--platform akkeris addons --json").expect(0);
    assert!(ran.out.contains("orders"), "{}", ran.out);
    for line in [
        "--platform akkeris addons create akkeris-redis --app shop-dev",
        "--platform akkeris apps maintenance shop-dev on --confirm shop-dev",
        "--read-only --platform akkeris addons destroy orders --confirm orders",
        &format!("--platform akkeris --endpoint {url} addons destroy orders --confirm orders"),
    ] {
        let ran = house.line(line).expect(1);
        for words in [
            "no profile names its credential",
            "[profiles.akkeris]",
            &format!("endpoint = \"{url}\""),
            "Nothing was sent",
        ] {
            assert!(ran.err.contains(words), "{line}: {words}\n{}", ran.err);
        }
    }
    assert_eq!(rig.writes(), 0);
    // Its own lines make it a profile, and then it writes, and says where.
    let document = house.line("profiles --json").expect(0).json();
    let lines: Vec<&str> =
        document["offered"][0]["config_lines"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let house = house.config(&lines.join("\n"));
    let ran = house.line("--profile akkeris apps maintenance shop-dev on --confirm shop-dev").expect(0);
    assert!(ran.err.contains(&format!("akkeris (profile akkeris, PRODUCTION) at {url}")), "{}", ran.err);
    assert_eq!(rig.writes(), 1);
    assert!(house.line("profiles --json").expect(0).json()["offered"].as_array().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_goes_from_the_endpoint_to_what_may_be_done() {
    let (rig, url) = akkeris().await;
    let house = House::new()
        .netrc(&format!("machine {} login ada password {SECRET}\n", machine(&url)), 0o600)
        .with("BAD", "bad")
        .config(&format!(
            "[profiles.shop]\nplatform = \"akkeris\"\nendpoint = \"{url}\"\n[profiles.wrong]\nplatform = \"akkeris\"\nendpoint = \"{url}\"\ntoken_env = \"BAD\"\n[profiles.misspelt]\nplatform = \"akkeris\"\nendpoint = \"{url}\"\nteams = [\"dev\", \"nope\"]\n"
        ));
    let ran = house.line("profiles check shop").expect(0);
    for words in [
        "akkeris:shop at ",
        "danger production",
        "connection",
        "plain http, which stays on this machine",
        "accepted; it takes us for",
        &format!("machine {}", machine(&url)),
        "3 spaces can be read",
        "5 apps can be read",
        "add-ons can be read",
        "allowed; as production",
        "clock",
        "rate",
    ] {
        assert!(ran.out.contains(words), "{words}\n{}", ran.out);
    }
    let document = house.line("profiles check shop --json").expect(0).json();
    assert_eq!((&document["is_good"], &document["can_write"]), (&true.into(), &true.into()));
    assert_eq!(document["counts"]["apps"], 5);
    assert_eq!(document["profile"]["token_source"]["kind"], "netrc");
    assert!(!house.home.path().join("state").exists(), "a check leaves nothing behind");
    // Read-only by the flag.
    let ran = house.line("--read-only profiles check shop").expect(0);
    assert!(ran.out.contains("none: read-only, because --read-only was given"), "{}", ran.out);
    // A credential that is not accepted.
    let ran = house.line("profiles check misspelt").expect(1);
    assert!(ran.out.contains("FAILED  named") && ran.out.contains("names nope, which"), "{}", ran.out);
    let ran = house.line("profiles check wrong").expect(1);
    assert!(ran.out.contains("FAILED  credential") && ran.out.contains("the variable BAD"), "{}", ran.out);
    assert!(ran.err.contains("failed of: credential"), "{}", ran.err);
    assert_eq!(house.line("profiles check wrong --json").expect(1).json()["is_good"], false);
    assert_eq!(rig.writes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_offered_is_checked_by_its_platforms_name() {
    let (_rig, url) = akkeris().await;
    let house = House::new().with("AKKERIS_API_HOST", &*url).with("API_TOKEN", SECRET);
    let document = house.line("profiles check akkeris --json").expect(0).json();
    assert_eq!(document["profile"]["read_only"]["by"], "found");
    assert_eq!((&document["can_write"], &document["is_good"]), (&false.into(), &true.into()));
    let ran = house.line("--platform akkeris profiles check").expect(0);
    assert!(ran.out.contains("[profiles.akkeris]"), "{}", ran.out);
    assert!(house.line("--profile local profiles check akkeris").expect(2).err.contains("named twice"));
    assert!(house.line("profiles check nobody").expect(2).err.contains("There is no profile"));
}

#[tokio::test(flavor = "multi_thread")]
async fn heroku_is_checked_with_its_rate_and_its_data_api() {
    let (rig, url) = Rig::on_tcp("127.0.0.1:0", heroku::Heroku::small(), heroku::router()).await.unwrap();
    let house = House::new()
        .with("HEROKU_HOST", &*url)
        .netrc(&format!("machine {} login ada password {SECRET}\n", machine(&url)), 0o600);
    let without = house.line("profiles check heroku --json").expect(0).json();
    assert_eq!(without["profile"]["data_endpoint"], serde_json::Value::Null, "a redirected host has none by itself");
    let house = house.with("HEROKU_DATA_HOST", "127.0.0.1");
    let document = house.line("profiles check heroku --json").expect(0).json();
    assert_eq!(document["profile"]["data_endpoint"], url);
    assert_eq!(document["budget"]["of"], 4500);
    let outcome = |what: &str| {
        let checks = document["checks"].as_array().unwrap();
        checks.iter().find(|check| check["check"] == what).map(|check| check["outcome"].clone())
    };
    assert_eq!(outcome("data API"), Some("ok".into()));
    assert_eq!(outcome("writes"), Some("limited".into()));
    assert_eq!(rig.writes(), 0);
}

#[test]
fn an_endpoint_that_is_not_reached_is_told_by_its_station() {
    let house = House::new().with("AKKERIS_API_HOST", "http://127.0.0.1:1").with("API_TOKEN", SECRET);
    let ran = house.line("profiles check akkeris").expect(6);
    assert!(ran.out.contains("FAILED  connection") && ran.out.contains("connection refused"), "{}", ran.out);
    assert!(ran.err.contains("failed of: connection"), "{}", ran.err);
    let ran = house.line("profiles check local").expect(6);
    assert!(ran.out.contains("attache platform up"), "{}", ran.out);
}

#[test]
fn a_netrc_that_others_may_read_is_refused_with_the_line_that_mends_it() {
    let netrc = format!("machine api.heroku.com login ada password {SECRET}\n");
    let house = House::new().netrc(&netrc, 0o644);
    let ran = house.line("--platform heroku addons").expect(2);
    assert!(
        ran.err.contains("may be read by others (mode 0644)") && ran.err.contains("Run: chmod 600 "),
        "{}",
        ran.err
    );
    let ran = house.line("profiles").expect(0);
    assert!(ran.err.contains("chmod 600") && !ran.out.contains("Offered"), "{}{}", ran.out, ran.err);
}

#[test]
fn every_mistake_in_the_configuration_is_named_with_line_and_key() {
    let house = House::new().config(&format!(
        "[profiles.work]\nplatfrom = \"heroku\"\ndanger = \"prod\"\ntoken = \"{SECRET}\"\n[profiles.b]\nplatform = \"akeris\"\n"
    ));
    let ran = house.line("profiles").expect(2);
    for words in [
        "config.toml line 2: platfrom is not a key of a profile. Did you mean platform?",
        "config.toml line 3: danger names no such level. Did you mean production?",
        "config.toml line 4: token is not a key of a profile.",
        "config.toml line 6: platform names none that this version speaks. Did you mean akkeris?",
    ] {
        assert!(ran.err.lines().any(|line| line.contains(words)), "{words}\n{}", ran.err);
    }
}

/// A `heroku` program that writes down that it was run, and with what.
fn with_program(house: House) -> House {
    let folder = house.home.path().join("bin");
    create_dir_all(&folder).unwrap();
    let script =
        format!("#!/bin/sh\nenv > {}/ran\necho ' Warning: news' >&2\necho '{SECRET}'\n", house.home.path().display());
    write(folder.join("heroku"), script).unwrap();
    set_permissions(folder.join("heroku"), Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.display());
    house
        .with("PATH", path)
        .with("HEROKU_HOST", "http://127.0.0.1:1")
        .with("ATTACHE_TOKEN", SECRET)
        .with("AWS_SECRET", SECRET)
}

#[test]
fn the_heroku_program_is_asked_only_where_somebody_wants_heroku() {
    let house = with_program(House::new());
    let mark = house.home.path().join("ran");
    let ran = house.line("profiles").expect(0);
    assert!(ran.err.contains("asked for it only by: attache --platform heroku"), "{}", ran.err);
    house.line("--profile local addons").expect(6);
    house.line("profiles check local").expect(6);
    assert!(!mark.exists(), "it was run for somebody who did not ask");
    let ran = house.line("profiles check heroku").expect(6);
    assert!(ran.out.contains("heroku at http://127.0.0.1:1"), "{}", ran.out);
    let environment = std::fs::read_to_string(mark).unwrap();
    assert!(environment.contains("HEROKU_HOST=http://127.0.0.1:1"), "{environment}");
    assert!(!environment.contains(SECRET), "it gets nothing that is not its own: {environment}");
}

#[test]
fn a_profiles_own_token_stays_with_its_own_endpoint() {
    let house = House::new()
        .with("T", SECRET)
        .with("HEROKU_HOST", "http://127.0.0.1:1")
        .with("HEROKU_DATA_HOST", "localhost")
        .config("[profiles.own]\nplatform = \"heroku\"\nendpoint = \"http://127.0.0.1:1\"\ntoken_env = \"T\"\n");
    let document = house.line("profiles --json").expect(0).json();
    assert_eq!(document["profiles"][1]["name"], "own");
    assert_eq!(document["profiles"][1]["data_endpoint"], serde_json::Value::Null);
}

#[test]
fn a_variable_that_is_not_read_draws_a_warning() {
    let house = House::new().with("HEROKU_API_TOKEN", SECRET);
    let ran = house.line("--platform heroku addons").expect(2);
    assert!(ran.err.contains("HEROKU_API_TOKEN is set, which neither"), "{}", ran.err);
    assert!(house.line("profiles").expect(0).err.contains("HEROKU_API_KEY"));
}
