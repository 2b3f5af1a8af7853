//! What is damaged, newer or lost is refused and left as it is; what was written is there.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::*;

fn write_something(folder: &Path) {
    let mut connection = open::open(folder).unwrap();
    let transaction = connection.transaction().unwrap();
    for number in 0..2000 {
        set_meta(&transaction, &format!("key {number}"), &"x".repeat(200)).unwrap();
    }
    transaction.commit().unwrap();
}

#[test]
fn what_was_written_is_there_after_opening_again_and_is_private() {
    let folder = tempfile::tempdir().unwrap();
    write_something(folder.path());
    let connection = open::open(folder.path()).unwrap();
    assert!(meta(&connection, "key 1999").unwrap().is_some());
    let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0)).unwrap();
    let journal: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!((synchronous, journal.as_str()), (2, "wal"));
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{entry:?}");
    }
}

#[test]
fn a_damaged_file_is_refused_and_left_as_it_is() {
    let damages: [fn(&mut Vec<u8>); 4] = [
        |bytes| bytes[..16].fill(0),
        |bytes| bytes[4096..20_000].fill(0xa5),
        |bytes| bytes.truncate(bytes.len() / 2 + 100),
        |bytes| *bytes = b"not a database at all".to_vec(),
    ];
    for (number, damage) in damages.iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        write_something(folder.path());
        let path = folder.path().join(STATE_FILE);
        let mut bytes = fs::read(&path).unwrap();
        damage(&mut bytes);
        fs::write(&path, &bytes).unwrap();
        let error = open::open(folder.path()).unwrap_err();
        assert!(matches!(error, OpenError::Damaged { .. }), "{number}: {error:?}");
        assert!(error.to_string().contains("Nothing was changed"), "{error}");
        assert!(fs::read(&path).unwrap() == bytes, "{number}: it was changed");
    }
}

#[test]
fn a_newer_file_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    write_something(folder.path());
    let path = folder.path().join(STATE_FILE);
    let plain = rusqlite::Connection::open(&path).unwrap();
    plain.pragma_update(None, "user_version", 99).unwrap();
    plain.close().unwrap();
    let bytes = fs::read(&path).unwrap();
    let error = open::open(folder.path()).unwrap_err();
    assert!(matches!(error, OpenError::Newer { found: 99, .. }), "{error:?}");
    assert!(fs::read(&path).unwrap() == bytes);
}

#[test]
fn add_ons_without_their_state_are_not_taken_for_a_new_platform() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("addons").join("add_1")).unwrap();
    assert!(matches!(open::open(folder.path()).unwrap_err(), OpenError::Lost { .. }));
    assert!(!folder.path().join(STATE_FILE).exists(), "nothing was made");
    fs::write(folder.path().join(STATE_FILE), "").unwrap();
    assert!(matches!(open::open(folder.path()).unwrap_err(), OpenError::Lost { .. }));
}

#[test]
fn one_folder_has_one_platform() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(holder(folder.path()).unwrap(), None);
    let lock = PlatformLock::take(folder.path()).unwrap();
    let own = i32::try_from(std::process::id()).unwrap();
    assert_eq!(holder(folder.path()).unwrap(), Some(Some(own)));
    let error = PlatformLock::take(folder.path()).unwrap_err();
    assert!(error.to_string().starts_with("A platform already runs on"), "{error}");
    drop(lock);
    assert_eq!(holder(folder.path()).unwrap(), None);
    PlatformLock::take(folder.path()).unwrap();
}

#[tokio::test]
async fn a_job_that_fails_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(folder.path()).unwrap();
    let failed = db
        .write(|state| {
            set_meta(state, "a", "1")?;
            Err::<(), _>(DbError::Full)
        })
        .await;
    assert_eq!(failed, Err(DbError::Full));
    assert_eq!(db.read(|state| meta(state, "a")).await, Ok(None));
}
