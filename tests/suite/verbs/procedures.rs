//! The restore procedure and the drill, without a screen.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;

use super::tools::{backups, capture, redis, variable};
use crate::support::home::{Home, Ran};

/// An app with a cache that holds `good` in its backup and `bad` now; the backup, and a moment after it.
fn damaged(home: &Home) -> (String, String) {
    home.platform_up();
    home.line("addons create valkey --name cache --app billing --wait").expect(0);
    home.line("addons attach cache --app storefront --as SESSIONS").expect(0);
    let url = variable(home, "billing", "REDIS_URL");
    redis(&url, &["SET", "a", "good"]).unwrap();
    let id = capture(home, "cache");
    let good = jiff::Timestamp::now().to_string();
    redis(&url, &["SET", "a", "bad"]).unwrap();
    (id, good)
}

fn restore(home: &Home, words: &[&str]) -> Ran {
    home.run([&["restore"], words].concat())
}

fn procedure(ran: &Ran) -> Value {
    ran.json()["procedure"].clone()
}

fn done(document: &Value) -> Vec<&str> {
    let steps = document["steps"].as_array().unwrap().iter();
    steps.filter(|step| step["state"] == "done").map(|step| step["title"].as_str().unwrap()).collect()
}

fn addons(home: &Home) -> Vec<String> {
    let document = home.line("addons --json").expect(0).json();
    document["addons"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

/// How many requests of that kind left, by the journal.
fn sent(home: &Home, command: &str) -> usize {
    let files = std::fs::read_dir(home.path().join("state/operations")).unwrap();
    let texts = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    texts
        .filter(|text| text.contains(&format!("\"command\":{{\"command\":\"{command}\"")) && text.contains("\"sent\""))
        .count()
}

#[test]
fn the_right_backup_of_the_right_database_and_the_apps_go_over() {
    let home = Home::new();
    let (id, good) = damaged(&home);
    let file = home.path().join("good copy.rdb");
    let words =
        ["storefront/SESSIONS_REDIS_URL", "--before", &good, "--stop-writers", "--download", file.to_str().unwrap()];
    let ready = restore(&home, &[&words[..], &["--json"]].concat()).expect(0);
    let document = procedure(&ready);
    assert_eq!((&document["addon"], &document["backup_id"]), (&"cache".into(), &id.as_str().into()));
    assert_eq!(document["is_over"], false);
    assert_eq!(document["place"].as_str().unwrap().split(':').next().unwrap(), "5/10");
    assert!(file.metadata().unwrap().len() > 0);
    assert_eq!(redis(&variable(&home, "billing", "REDIS_URL"), &["GET", "a"]).unwrap(), "bad", "no app was touched");
    let copy = &backups(&home, "cache")[0];
    assert_eq!(copy["label"], format!("as it was before {id} was restored"));
    let stopped = home.line("apps --json").expect(0).json();
    assert!(
        stopped["apps"].as_array().unwrap().iter().filter(|app| app["maintenance"] == true).count() == 2,
        "{stopped}"
    );

    let resume = document["id"].as_str().unwrap();
    let unasked = restore(&home, &["--resume", resume, "--json"]).expect(0);
    assert_eq!(procedure(&unasked)["place"], document["place"], "a look alone goes no further");
    let unconfirmed = restore(&home, &["--resume", resume, "--switch"]).expect(3);
    assert!(unconfirmed.err.contains("--confirm cache-restored"), "{}", unconfirmed.err);
    assert!(unconfirmed.err.contains(&format!("attache restore --resume {resume} --switch")), "{}", unconfirmed.err);
    let shown = home.line(&format!("operations show {resume}")).expect(0);
    assert!(shown.out.contains(&format!("Next: attache restore --resume {resume}")), "{}", shown.out);
    let other = restore(&home, &["--resume", resume, "--switch", "--confirm", "cache"]).expect(3);
    assert!(other.err.contains("--confirm cache-restored"), "{}", other.err);
    assert_eq!(redis(&variable(&home, "billing", "REDIS_URL"), &["GET", "a"]).unwrap(), "bad");

    let over = restore(&home, &["--resume", resume, "--switch", "--confirm", "cache-restored"]).expect(0);
    for words in
        ["billing: moved", "storefront: moved", "attache addons destroy cache", "good copy.rdb is on this machine"]
    {
        assert!(over.err.contains(words), "{words}: {}", over.err);
    }
    assert_eq!(over.out, "cache is restored: cache-restored.\n");
    for (app, name) in [("billing", "REDIS_URL"), ("storefront", "SESSIONS_REDIS_URL")] {
        assert_eq!(redis(&variable(&home, app, name), &["GET", "a"]).unwrap(), "good", "{app}");
    }
    let running = home.line("apps --json").expect(0).json();
    assert!(running["apps"].as_array().unwrap().iter().all(|app| app["maintenance"] == false), "{running}");
    let again = restore(&home, &["--resume", resume]).expect(1);
    assert!(again.err.contains("is over"), "{}", again.err);
}

#[test]
fn a_switch_without_a_name_is_refused_before_anything_is_ordered() {
    let home = Home::new();
    let (id, good) = damaged(&home);
    let refused = restore(&home, &["cache", "--before", &good, "--switch"]).expect(3);
    assert!(
        refused.err.contains("Nothing was sent") && refused.err.contains("--confirm cache-restored"),
        "{}",
        refused.err
    );
    assert_eq!((addons(&home), course_file(&home)), (vec!["uploads".to_owned(), "cache".to_owned()], None));

    let none = home.line("backups cancel cache latest").expect(1);
    assert!(none.err.contains("no backup \"latest\"") && none.err.contains(&id), "{}", none.err);
}

#[test]
fn what_may_hold_the_damage_is_never_taken_unnamed() {
    let home = Home::new();
    let (id, _) = damaged(&home);
    let before = addons(&home);
    let unsaid = restore(&home, &["cache"]).expect(2);
    assert!(unsaid.err.contains("--before 02:40"), "{}", unsaid.err);
    let too_late = restore(&home, &["cache", "--before", "-1h"]).expect(1);
    assert!(too_late.err.contains(&id) && too_late.err.contains("--backup ID"), "{}", too_late.err);
    let future = restore(&home, &["cache", "--before", "2999-01-01 00:00Z"]).expect(2);
    assert!(future.err.contains("still to come"), "{}", future.err);
    let release = restore(&home, &["cache", "--before", "v1"]).expect(2);
    assert!(release.err.contains("billing or storefront"), "{}", release.err);
    let several = restore(&home, &["nothing/like", "--before", "-1h"]).expect(1);
    assert!(several.err.contains("nothing"), "{}", several.err);
    let rolled = restore(&home, &["cache", "--before", "-1h", "--backup", &id, "--roll-back"]).expect(1);
    assert!(
        rolled.err.contains("AFTER the last good moment") && rolled.err.contains("no code to roll back"),
        "{}",
        rolled.err
    );
    assert_eq!(addons(&home), before, "nothing was sent");
    assert_eq!(sent(&home, "restore"), 0);
    // Named on purpose, it is restored.
    let named = restore(&home, &["cache", "--before", "-1h", "--backup", &id, "--no-copy"]).expect(0);
    assert!(named.out.contains("replacement ready"), "{}", named.out);
    assert_eq!(backups(&home, "cache").len(), 1, "no copy was asked for");
}

/// Runs it and kills it when its record says that a step was begun.
fn killed_at(home: &Home, words: &[&str], step: usize) {
    let mut child = home.command([&["restore"], words].concat()).stderr(Stdio::piped()).spawn().unwrap();
    // What it writes tells when to look; its record tells whether it is there.
    for line in BufReader::new(child.stderr.take().unwrap()).lines() {
        line.unwrap();
        if record(home).is_some_and(|text| text.contains(&format!("\"mark\":\"begun\",\"step\":{step}"))) {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

fn record(home: &Home) -> Option<String> {
    let path = course_file(home)?;
    std::fs::read_to_string(path).ok()
}

fn course_file(home: &Home) -> Option<PathBuf> {
    let files = std::fs::read_dir(home.path().join("state/operations")).ok()?;
    let mut paths = files.filter_map(|file| Some(file.ok()?.path()));
    paths.find(|path| path.to_string_lossy().ends_with(".course.jsonl"))
}

#[test]
fn killed_at_any_step_it_goes_on_there_and_nothing_is_sent_twice() {
    let home = Home::new();
    let (_, good) = damaged(&home);
    let mut words = vec!["cache".to_owned(), "--before".to_owned(), good];
    for step in [0, 1, 3] {
        let given: Vec<&str> = words.iter().map(String::as_str).collect();
        killed_at(&home, &given, step);
        let path = course_file(&home).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let id = name.strip_suffix(".course.jsonl").unwrap();
        words = ["--resume", id, "--switch", "--confirm", "cache-restored"].map(str::to_owned).to_vec();
    }
    let given: Vec<&str> = words.iter().map(String::as_str).collect();
    let over = restore(&home, &[&given[..], &["--json"]].concat());
    // Killed after its last step was recorded, it may be over already.
    assert!(matches!(over.code, 0 | 1), "{}", over.err);
    for command in ["back_up", "restore", "move_attachments"] {
        let expected = if command == "back_up" { 2 } else { 1 };
        assert_eq!(sent(&home, command), expected, "{command}");
    }
    assert_eq!(addons(&home).iter().filter(|name| name.starts_with("cache")).count(), 2);
    for (app, name) in [("billing", "REDIS_URL"), ("storefront", "SESSIONS_REDIS_URL")] {
        assert_eq!(redis(&variable(&home, app, name), &["GET", "a"]).unwrap(), "good", "{app}");
    }
    assert!(record(&home).unwrap().contains("\"is_reached\":true"), "{:?}", record(&home));
}

#[test]
fn a_drill_touches_no_app_and_leaves_nothing_but_its_copy() {
    let home = Home::new();
    damaged(&home);
    let before = (addons(&home), home.line("releases --app billing").expect(0).out);
    let unconfirmed = home.line("drill cache").expect(3);
    assert!(unconfirmed.err.contains("--confirm cache"), "{}", unconfirmed.err);
    assert_eq!(backups(&home, "cache").len(), 1, "nothing was sent");
    let drilled = home.line("drill cache --confirm cache --json").expect(0);
    let document = procedure(&drilled);
    assert_eq!((&document["kind"], &document["is_reached"]), (&"drill".into(), &true.into()));
    let names = ["Back up cache", "Restore the copy into cache-drill", "Look at cache-drill", "Destroy cache-drill"];
    assert_eq!(done(&document), names);
    for step in [0, 1, 3] {
        assert!(document["steps"][step]["took_ms"].as_i64().unwrap() > 0, "{document}");
    }
    assert_eq!((addons(&home), home.line("releases --app billing").expect(0).out), before);
    assert_eq!(backups(&home, "cache")[0]["label"], "drill");
    let uploads = home.line("drill release-log --confirm release-log").expect(1);
    assert!(uploads.err.contains("release-log"), "{}", uploads.err);
}

#[test]
fn a_drill_never_destroys_what_somebody_uses_by_now() {
    let home = Home::new();
    damaged(&home);
    let mut child = home
        .command(["drill", "cache", "--confirm", "cache"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    // Between making the replacement and destroying it, somebody takes it into use.
    let is_made =
        |line: &String| line.contains("init") || line.contains("start_server") || line.contains("load_backup");
    assert!(lines.by_ref().map(Result::unwrap).any(|line| is_made(&line)));
    child.kill().unwrap();
    child.wait().unwrap();
    home.line("addons wait cache-drill").expect(0);
    home.line("addons attach cache-drill --app billing --as DRILL").expect(0);
    let id = course_file(&home).unwrap().file_name().unwrap().to_str().unwrap().replace(".course.jsonl", "");
    let refused = home.line(&format!("drill --resume {id} --confirm cache")).expect(1);
    assert!(refused.err.contains("in use"), "{}", refused.err);
    assert!(addons(&home).contains(&"cache-drill".to_owned()));
    home.line("addons detach cache-drill --app billing").expect(0);
    home.line(&format!("drill --resume {id}")).expect(3);
    home.line(&format!("drill --resume {id} --confirm cache")).expect(0);
    assert!(!addons(&home).contains(&"cache-drill".to_owned()));
}
