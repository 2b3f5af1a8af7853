use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::model::State;

fn seen_with(endpoint: &str, names: &[String]) -> Snapshot {
    let mut store = Store::new(ProfileName("local".into()));
    store.addons.restore(names.iter().map(|name| Addon::sample(name, State::Ready)).collect(), Timestamp::UNIX_EPOCH);
    store.teams.good(vec![Team { id: "team_1".into(), name: "sandbox".into() }], Timestamp::UNIX_EPOCH);
    Snapshot::of(&store, endpoint).unwrap()
}

fn seen(endpoint: &str) -> Snapshot {
    seen_with(endpoint, &["b".to_owned(), "a".to_owned()])
}

fn names(snapshot: &Snapshot) -> Vec<&str> {
    snapshot.addons.iter().map(|row| row.addon.name.as_str()).collect()
}

fn cache(folder: &Path) -> Cache {
    Cache::new(&folder.join("cache"), &ProfileName("local".into()))
}

#[test]
fn what_is_saved_is_loaded_as_cached() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    assert!(cache.load("here").unwrap().is_none(), "nothing is there yet");
    cache.save(&seen("here")).unwrap();
    cache.save(&seen("here")).unwrap();
    let snapshot = cache.load("here").unwrap().unwrap();
    assert_eq!(names(&snapshot), ["name-b", "name-a"], "in the platform's order");
    assert_eq!((&snapshot.profile.0[..], snapshot.at, snapshot.is_whole()), ("local", Timestamp::UNIX_EPOCH, true));
    let store = snapshot.into_store();
    assert_eq!(store.teams.fresh.word(), "cached");
    assert_eq!(store.apps.fresh.word(), "never");
    assert!(cache.load("elsewhere").unwrap().is_none(), "rows of another platform are of no use");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(cache.path()), mode(cache.path().parent().unwrap())), (0o600, 0o700));
    assert_eq!(fs::read_dir(cache.path().parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn nothing_is_cached_before_the_first_list() {
    assert!(Snapshot::of(&Store::new(ProfileName("local".into())), "here").is_none());
}

#[test]
fn a_damaged_file_is_ignored_with_a_note_and_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    cache.save(&seen("here")).unwrap();
    let whole = fs::read(cache.path()).unwrap();
    for damage in [&whole[..whole.len() / 2], b"", b"\0\0\0", b"{\"version\":2}"] {
        fs::write(cache.path(), damage).unwrap();
        let note = cache.load("here").unwrap_err();
        assert!(note.contains("damaged") && note.contains("seen-local.json"), "{note}");
    }
    for other in
        [&b"{\"version\":99}"[..], b"{\"version\":1,\"profile\":\"local\",\"endpoint\":\"here\",\"addons\":[]}"]
    {
        fs::write(cache.path(), other).unwrap();
        assert!(cache.load("here").unwrap().is_none() && cache.glance("here").unwrap().is_none(), "no damage");
    }
    cache.save(&seen("here")).unwrap();
    assert!(cache.load("here").unwrap().is_some());
}

#[test]
fn the_first_frame_waits_for_the_first_rows_alone() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    let ids: Vec<String> = (0..10 * WINDOW).rev().map(|id| format!("{id:05}")).collect();
    cache.save(&seen_with("here", &ids)).unwrap();
    let first = cache.glance("here").unwrap().unwrap();
    assert_eq!(first.addons.tally().rows, 10 * WINDOW, "how many there are is known");
    assert_eq!((first.addons.len(), names(&first)[0]), (WINDOW, "name-00000"), "the first of them by name");
    assert!(!first.is_whole());
    let mut store = first.into_store();
    assert_eq!(store.addons.fresh.word(), "cached");
    assert!(Snapshot::of(&store, "here").is_none(), "what is not all of it is never written");
    cache.load("here").unwrap().unwrap().fill(&mut store);
    assert_eq!((store.addons.len(), store.addons.is_whole(), store.teams.fresh.word()), (10 * WINDOW, true, "cached"));
    assert_eq!(store.addons.at(0).unwrap().addon.name, "name-00999", "in the platform's order");
    // Beyond the head nothing is read for it, whatever is there.
    let whole = fs::read(cache.path()).unwrap();
    let head = whole.iter().position(|byte| *byte == b'\n').unwrap();
    fs::write(cache.path(), [&whole[..=head], b"damaged"].concat()).unwrap();
    assert_eq!(cache.glance("here").unwrap().unwrap().addons.len(), WINDOW);
    assert!(cache.load("here").unwrap_err().contains("damaged"));
    fs::write(cache.path(), &whole[..whole.len() * 2 / 3]).unwrap();
    assert!(cache.load("here").unwrap_err().contains("damaged"));
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
