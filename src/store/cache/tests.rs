use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::platform::Conditional;

fn seen(endpoint: &str) -> Snapshot {
    let mut store = Store::new(ProfileName("local".into()));
    let fresh = crate::platform::Fresh { value: Vec::new(), at: Timestamp::UNIX_EPOCH, etag: None };
    store.addons.merge_list(Conditional::Changed(fresh), 1, |_| false);
    store.teams.good(vec![Team { id: "team_1".into(), name: "sandbox".into() }], Timestamp::UNIX_EPOCH);
    Snapshot::of(&store, endpoint).unwrap()
}

fn cache(folder: &Path) -> Cache {
    Cache::new(&folder.join("cache"), &ProfileName("local".into()))
}

#[test]
fn what_is_saved_is_loaded_as_cached() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    assert_eq!(cache.load("here"), Ok(None), "nothing is there yet");
    cache.save(&seen("here")).unwrap();
    cache.save(&seen("here")).unwrap();
    let snapshot = cache.load("here").unwrap().unwrap();
    assert_eq!(snapshot, seen("here"));
    let store = snapshot.into_store();
    assert_eq!(store.teams.fresh.word(), "cached");
    assert_eq!(store.apps.fresh.word(), "never");
    assert_eq!(cache.load("elsewhere"), Ok(None), "rows of another platform are of no use");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(cache.path()), mode(cache.path().parent().unwrap())), (0o600, 0o700));
    assert_eq!(fs::read_dir(cache.path().parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn nothing_is_cached_before_the_first_list() {
    assert_eq!(Snapshot::of(&Store::new(ProfileName("local".into())), "here"), None);
}

#[test]
fn a_damaged_file_is_ignored_with_a_note_and_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    cache.save(&seen("here")).unwrap();
    let whole = fs::read(cache.path()).unwrap();
    for damage in [&whole[..whole.len() / 2], b"", b"\0\0\0", b"{\"version\":1}"] {
        fs::write(cache.path(), damage).unwrap();
        let note = cache.load("here").unwrap_err();
        assert!(note.contains("damaged") && note.contains("seen-local.json"), "{note}");
    }
    fs::write(cache.path(), b"{\"version\":99}").unwrap();
    assert_eq!(cache.load("here"), Ok(None), "another version is no damage");
    cache.save(&seen("here")).unwrap();
    assert!(cache.load("here").unwrap().is_some());
}

#[test]
fn profiles_do_not_share_a_file_and_do_not_leave_the_folder() {
    let path = |name: &str| Cache::new(Path::new("/c"), &ProfileName(name.into())).path().to_owned();
    assert_eq!(path("work"), Path::new("/c/seen-work.json"));
    assert_ne!(path("a/b"), path("a_b"));
    assert_ne!(path("a/b"), path("a.b"));
    assert_eq!(path("../../etc/passwd").parent(), Some(Path::new("/c")));
}

#[test]
fn an_unwritable_folder_is_an_error_and_no_half_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("cache"), b"a file where the folder should be").unwrap();
    assert!(cache(folder.path()).save(&seen("here")).is_err());
    assert!(cache(folder.path()).load("here").is_err());
}
