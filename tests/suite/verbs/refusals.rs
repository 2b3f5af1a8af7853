//! What is refused before any platform is asked.

use crate::support::home::Home;

#[test]
fn without_a_terminal_a_profile_has_to_be_named() {
    let home = Home::new();
    for ci in [None, Some("true")] {
        let mut command = home.command(["addons"]);
        command.env_remove("ATTACHE_PROFILE");
        if let Some(ci) = ci {
            command.env("CI", ci);
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let sentence = String::from_utf8(output.stderr).unwrap();
        assert!(sentence.contains("--profile local"), "{sentence}");
    }
    assert!(!home.path().join("state").exists(), "a refused verb leaves nothing behind");
}

#[test]
fn a_platform_that_does_not_run_is_not_started_and_the_error_says_how() {
    let home = Home::new();
    let lines = [
        "addons",
        "addons create postgresql --app storefront",
        "addons destroy x --confirm x",
        "apps",
        "config --app storefront",
        "releases --app storefront",
        "backups",
        "backups list x",
        "backups capture x",
        "backups download x latest",
        "backups delete x y --confirm y",
        "backups restore x latest",
        "addons promote x --confirm x",
        "addons rotate x",
        "addons logs x --follow",
        "addons usage x",
    ];
    for line in lines {
        let ran = home.line(line).expect(6);
        assert!(ran.err.contains("attache platform up"), "{line}: {}", ran.err);
        assert_eq!(ran.out, "", "{line}");
    }
    assert!(!home.platform_folder().exists());
}

#[test]
fn bad_words_are_wrong_usage() {
    let home = Home::new();
    let cases = [
        ("addons create PostgreSQL!", "SERVICE:PLAN"),
        ("addons create postgresql --name Bad_Name", "lower-case letters"),
        ("addons create postgresql --app a --as reporting", "Try REPORTING"),
        ("addons create postgresql --as REPORTING", "--app"),
        ("addons create postgresql --if-absent", "--name or --app"),
        ("addons attach x --app a --as 1X", "an alias is"),
        ("apps create -- -x", "can't be the name"),
        ("--profile nobody addons", "There is no profile"),
        ("--platform mars addons", "It speaks: local"),
        ("--endpoint http://127.0.0.1:1 addons", "--platform"),
        ("addons frobnicate", "unrecognized subcommand"),
        ("config --app a --names --json", "cannot be used with"),
        ("backups schedule x --at 03:30", "full hour"),
        ("backups schedule x --at 24", "0 to 23"),
        ("backups schedule x --at 3 --time-zone Mars/Base", "is not a time zone"),
        ("backups schedule x --at 3 --off", "cannot be used with"),
        ("backups schedule x --time-zone UTC", "--at"),
        ("backups restore", "NAME"),
        ("backups restore orders", "ID"),
        ("backups restore --file /x", "--service"),
        ("backups restore orders latest --file /x --service valkey", "cannot be used with"),
        ("backups restore orders latest --name Bad", "lower-case letters"),
        ("addons rename x Bad_Name", "lower-case letters"),
        ("addons upgrade x", "--plan"),
        ("addons logs x -n 1001", "1001"),
    ];
    for (line, expected) in cases {
        let ran = home.line(line).expect(2);
        assert!(ran.err.contains(expected), "{line}: {}", ran.err);
        assert_eq!(ran.out, "", "{line}");
    }
}

#[test]
fn a_read_only_profile_sends_nothing() {
    let home = Home::new();
    for line in ["apps create shop", "addons destroy orders", "connect orders", "run --app shop -- true"] {
        let ran = home.line(&format!("--read-only {line}")).expect(1);
        assert!(ran.err.contains("is read-only: --read-only was given"), "{line}: {}", ran.err);
    }
    let folder = home.path().join("config");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), "[profiles.careful]\nplatform = \"local\"\nread_only = true\n").unwrap();
    let ran = home.line("--profile careful apps create shop").expect(1);
    assert!(ran.err.contains("is read-only: its configuration says so"), "{}", ran.err);
    assert!(!home.platform_folder().exists(), "nothing was started for it");
}

#[test]
fn what_was_done_needs_no_platform_and_makes_no_folder() {
    let home = Home::new();
    let ran = home.line("operations --json").expect(0);
    assert_eq!(ran.json()["operations"], serde_json::json!([]));
    assert!(ran.err.contains("What the platform itself has recorded is missing"), "{}", ran.err);
    assert!(!home.path().join("state").exists());
}

#[test]
fn the_colon_spelling_is_the_same_command() {
    let home = Home::new();
    let ran = home.line("addons:create postgresql --name Bad_Name").expect(2);
    assert!(ran.err.contains("lower-case letters"), "{}", ran.err);
}

#[test]
fn a_mistake_in_the_configuration_is_named_with_its_line() {
    let home = Home::new();
    let folder = home.path().join("config");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), "[profiles.work]\nplatfrom = \"local\"\n").unwrap();
    let ran = home.line("addons").expect(2);
    assert!(
        ran.err.contains("config.toml line 2: platfrom is not a key of a profile. Did you mean platform?"),
        "{}",
        ran.err
    );
}
