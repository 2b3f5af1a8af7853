//! The main job: the data is wrong, a backup is right, and the apps go on with a replacement.

use std::fs;

use super::tools::{backups, capture, redis, variable};
use crate::support::home::Home;

fn names(home: &Home) -> Vec<String> {
    let document = home.line("addons --json").expect(0).json();
    document["addons"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn restored_checked_and_switched_over() {
    let home = Home::new();
    home.platform_up();
    home.line("addons create valkey --name cache --app billing --wait").expect(0);
    home.line("addons attach cache --app storefront --as SESSIONS").expect(0);
    let before = variable(&home, "billing", "REDIS_URL");
    redis(&before, &["SET", "a", "good"]).unwrap();
    let id = capture(&home, "cache");
    home.line("backups schedule cache --at 3 --time-zone UTC").expect(0);
    redis(&before, &["SET", "a", "bad"]).unwrap();

    let restored = home.line("backups restore cache latest --wait").expect(0);
    let lines: Vec<&str> = restored.out.lines().collect();
    assert!(lines[0].starts_with(&format!("cache-restored is ready. It holds backup {id} of cache, as it was at ")));
    assert_eq!(lines[1], "Check it:     attache connect cache-restored");
    assert_eq!(lines[2], "Switch over:  attache addons promote cache-restored --confirm cache-restored");
    let info = home.line("addons info cache-restored").expect(0);
    assert!(info.out.contains(&format!("restored from backup {id} of cache")), "{}", info.out);
    // Nobody uses it yet, and the other one is as it was.
    assert_eq!(variable(&home, "billing", "REDIS_URL"), before);
    let taken = home.line("backups restore cache latest --name cache").expect(1);
    assert!(taken.err.contains("cache"), "{}", taken.err);
    let listed = home.line(&format!("backups restore cache {id} --plan huge")).expect(1);
    assert!(listed.err.contains("there are: cache, small, standard"), "{}", listed.err);

    let unconfirmed = home.line("addons promote cache-restored").expect(3);
    for words in [
        "moves: billing, from cache to cache-restored",
        "moves: storefront as SESSIONS",
        "--confirm cache-restored",
        "billing  gets a new release and restarts",
        "schedule",
    ] {
        assert!(unconfirmed.err.contains(words), "{words}: {}", unconfirmed.err);
    }
    assert_eq!(variable(&home, "billing", "REDIS_URL"), before, "nothing was sent");
    home.line("addons promote cache-restored --confirm cache").expect(3);
    let done = home.line("addons promote cache-restored --confirm cache-restored").expect(0);
    assert!(done.out.starts_with("billing, storefront use cache-restored now.\ncache stays as it is"), "{}", done.out);
    for (app, name) in [("billing", "REDIS_URL"), ("storefront", "SESSIONS_REDIS_URL")] {
        assert_eq!(redis(&variable(&home, app, name), &["GET", "a"]).unwrap(), "good", "{app}");
    }
    let old = home.line("addons info cache --json").expect(0).json();
    assert_eq!(old["addon"]["attachments"], serde_json::json!([]));
    assert_eq!(redis(&before, &["GET", "a"]).unwrap(), "bad", "the old one still has what it had");
    let releases = home.line("releases --app billing").expect(0);
    assert!(releases.out.contains("Switch from cache to cache-restored"), "{}", releases.out);
    let again = home.line("addons promote cache-restored --confirm cache-restored").expect(1);
    assert!(again.err.contains("No app uses cache"), "{}", again.err);
    home.line("addons promote cache --from cache-restored --confirm cache --json").expect(0);
    assert_eq!(variable(&home, "billing", "REDIS_URL"), before);
}

#[test]
fn what_is_gone_comes_back_from_what_it_left() {
    let home = Home::new();
    home.platform_up();
    home.line("addons create valkey --name cache --app billing --wait").expect(0);
    redis(&variable(&home, "billing", "REDIS_URL"), &["SET", "a", "1"]).unwrap();
    let id = capture(&home, "cache");
    home.line("addons destroy cache --confirm cache --wait").expect(0);
    assert!(home.line("backups").expect(0).out.contains("cache (gone)"));
    let listed = home.line("backups list cache").expect(0);
    assert!(listed.out.contains(&id) && listed.out.contains("cache is gone"), "{}", listed.out);
    let wrong = home.line("backups list cash").expect(1);
    assert!(wrong.err.contains("cache (gone), uploads"), "{}", wrong.err);
    let wrong = home.line("backups restore cache bak_none").expect(1);
    assert!(wrong.err.contains(&format!("There is: {id} (finished)")), "{}", wrong.err);
    // An earlier one of the same name is not taken for the new one.
    home.line("addons create valkey --name cache --wait").expect(0);
    assert!(home.line("backups restore cache latest").expect(1).err.contains("no finished backup"));
    let rows = home.line("backups --json").expect(0).json();
    let old = rows["backups"][0]["addon_id"].as_str().unwrap().to_owned();
    let back = home.run(["backups", "restore", &old, "latest", "--name", "again", "--plan", "standard", "--wait"]);
    let back = back.expect(0);
    assert!(back.out.contains("attache addons attach again --app APP"), "{}", back.out);
    home.line("addons attach again --app billing").expect(0);
    assert_eq!(redis(&variable(&home, "billing", "REDIS_URL"), &["GET", "a"]).unwrap(), "1");
    assert!(home.line("addons promote again --confirm again").expect(1).err.contains("is gone, so no app uses it"));
}

#[test]
fn a_file_is_checked_and_restored_and_one_that_is_none_leaves_nothing() {
    let home = Home::new();
    home.platform_up();
    home.line("addons create valkey --name cache --app billing --wait").expect(0);
    redis(&variable(&home, "billing", "REDIS_URL"), &["SET", "a", "1"]).unwrap();
    capture(&home, "cache");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file.rdb");
    home.run(["backups", "download", "cache", "latest", "--output", file.to_str().unwrap()]).expect(0);
    let restore = |file: &std::path::Path, name: &str| {
        let file = file.to_str().unwrap();
        home.run(["backups", "restore", "--file", file, "--service", "valkey", "--name", name, "--wait"])
    };
    let restored = restore(&file, "copy").expect(0);
    assert!(restored.err.contains("is kept as backup"), "{}", restored.err);
    home.line("addons attach copy --app storefront").expect(0);
    assert_eq!(redis(&variable(&home, "storefront", "REDIS_URL"), &["GET", "a"]).unwrap(), "1");
    let uploaded = backups(&home, "uploaded");
    assert_eq!((uploaded.len(), &uploaded[0]["trigger"]), (1, &"uploaded".into()));
    assert!(home.line("backups").expect(0).out.contains("(uploaded)"));
    let id = uploaded[0]["id"].as_str().unwrap();
    assert!(home.line("addons promote copy --confirm copy").expect(2).err.contains("--from NAME"));
    home.line(&format!("backups delete uploaded {id} --confirm {id}")).expect(0);

    let before = names(&home);
    fs::write(&file, "this is no dump of anything").unwrap();
    let refused = restore(&file, "never").expect(1);
    assert!(refused.out.is_empty() && !refused.err.is_empty(), "{}", refused.err);
    assert_eq!(names(&home), before);
    let nothing = restore(&folder.path().join("missing"), "never").expect(2);
    assert!(nothing.err.contains("missing can't be read"), "{}", nothing.err);
    assert!(restore(folder.path(), "never").expect(2).err.contains("it is not a file"));
}
