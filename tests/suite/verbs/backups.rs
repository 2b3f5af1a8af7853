//! Backups through the verbs, on a real platform.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::tools::{backups, capture, redis, variable};
use crate::support::home::Home;

#[test]
fn captured_listed_fetched_and_deleted() {
    let home = Home::new();
    home.platform_up();
    home.line("addons create valkey --name cache --app billing --wait").expect(0);
    redis(&variable(&home, "billing", "REDIS_URL"), &["SET", "a", "1"]).unwrap();
    let empty = home.line("backups list cache").expect(0);
    assert!(empty.err.contains("attache backups capture cache"), "{}", empty.err);
    assert!(empty.out.contains("The last 5 are kept, each for 7 days. No daily backup."), "{}", empty.out);
    assert!(empty.out.contains("nothing could be restored"), "{}", empty.out);
    assert!(home.line("backups download cache latest").expect(1).err.contains("no finished backup"));

    let made = home.line("backups capture cache --wait").expect(0);
    assert!(made.out.contains("of cache is finished: ") && made.out.contains(", kept until "), "{}", made.out);
    assert!(made.err.contains("Back up cache") && made.err.contains("done"), "each step is told: {}", made.err);
    let id = backups(&home, "cache")[0]["id"].as_str().unwrap().to_owned();
    let listed = home.line("backups:list cache").expect(0);
    assert!(listed.out.lines().any(|line| line.starts_with(&id) && line.contains("finished")), "{}", listed.out);
    assert!(listed.out.contains("The last finished one is <1m old."), "{}", listed.out);
    let all = home.line("backups").expect(0);
    assert!(all.out.lines().any(|line| line.starts_with("cache ") && line.contains(&id)), "{}", all.out);
    assert!(home.line("backups --json").expect(0).json()["backups"][0]["checksum"].as_str().is_some());
    let info = home.line("addons info cache").expect(0);
    assert!(info.out.contains("last backup   <1m ago"), "{}", info.out);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.rdb");
    let shown = file.to_str().unwrap();
    let fetched = home.run(["backups", "download", "cache", "latest", "--output", shown, "--json"]).expect(0).json();
    let bytes = fs::read(&file).unwrap();
    assert!(bytes.starts_with(b"REDIS") || bytes.starts_with(b"VALKEY"), "{:?}", &bytes[..9]);
    assert_eq!((fetched["size"].as_u64(), fetched["checksum"].is_string()), (Some(bytes.len() as u64), true));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let again = home.run(["backups", "download", "cache", &id, "--output", shown]).expect(1);
    assert!(again.err.contains("is there already"), "{}", again.err);
    home.run(["backups", "download", "cache", &id, "--output", shown, "--force"]).expect(0);
    let named = home.run(["backups", "download", "cache", &id, "--output", folder.path().to_str().unwrap()]).expect(0);
    assert!(named.out.contains(&format!("-{id}.")) && named.out.contains("its checksum is right"), "{}", named.out);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "and no part of any");

    let unconfirmed = home.line(&format!("backups delete cache {id}")).expect(3);
    assert!(unconfirmed.err.contains(&format!("--confirm {id}")), "{}", unconfirmed.err);
    home.line(&format!("backups delete cache {id} --confirm cache")).expect(3);
    let unknown = home.line("backups delete cache latest --confirm latest").expect(1);
    assert!(unknown.err.contains(&format!("There is: {id} (finished).")), "{}", unknown.err);
    home.line(&format!("backups delete cache {id} --confirm {id}")).expect(0);
    assert_eq!(backups(&home, "cache")[0]["state"], "expired");
    let gone = home.line(&format!("backups download cache {id}")).expect(1);
    assert!(gone.err.contains("is expired"), "{}", gone.err);
}

#[test]
fn a_capture_says_which_one_it_pushes_out() {
    let home = Home::new();
    home.platform_up();
    home.line("addons create valkey --name cache --wait").expect(0);
    let first = capture(&home, "cache");
    for _ in 0..4 {
        let made = home.line("backups capture cache --wait").expect(0);
        assert!(!made.err.contains("pushed out"), "{}", made.err);
    }
    let listed = home.line("backups list cache").expect(0);
    assert!(listed.out.contains(&format!("One more pushes out {first}")), "{}", listed.out);
    let made = home.line("backups capture cache --wait").expect(0);
    assert!(made.err.contains(&format!("The backup {first} of ")), "{}", made.err);
    assert!(made.err.contains(" old, is pushed out."), "{}", made.err);
    let rows = backups(&home, "cache");
    let oldest = rows.iter().find(|row| row["id"] == first.as_str()).unwrap();
    assert_eq!(oldest["state"], "expired", "{oldest}");
    assert_eq!(rows.iter().filter(|row| row["state"] == "finished").count(), 5);
}

#[test]
fn a_schedule_is_set_shown_and_ended() {
    let home = Home::new();
    home.platform_up();
    home.line("addons create valkey --name cache --wait").expect(0);
    let set = home.line("backups schedule cache --at 3 --time-zone europe/berlin").expect(0);
    assert!(set.out.contains("cache: Backed up daily at 03:00"), "{}", set.out);
    let shown = home.line("backups schedule cache").expect(0);
    assert!(shown.out.contains("daily at 03:00 Europe/Berlin, next at "), "{}", shown.out);
    let policy = home.line("backups schedule cache --json").expect(0).json();
    assert_eq!((&policy["policy"]["schedule"]["hour"], policy["policy"]["next_at"].is_string()), (&3.into(), true));
    home.line("backups schedule cache --off").expect(0);
    assert!(home.line("backups schedule cache").expect(0).out.contains("No daily backup."));
}

#[test]
fn an_add_on_without_backups_says_why() {
    let home = Home::new();
    home.platform_up();
    home.line("addons create valkey:cache --name pages --wait").expect(0);
    for line in ["backups capture pages", "backups schedule pages --at 3"] {
        let ran = home.line(line).expect(1);
        assert!(ran.err.contains("backup") && ran.out.is_empty(), "{line}: {}", ran.err);
    }
}
