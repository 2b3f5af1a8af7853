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
    // A file whose log is lost before it was ever moved into it.
    let empty = rusqlite::Connection::open(folder.path().join(STATE_FILE)).unwrap();
    empty.pragma_update(None, "journal_mode", "WAL").unwrap();
    empty.close().unwrap();
    assert!(matches!(open::open(folder.path()).unwrap_err(), OpenError::Lost { .. }));
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

#[test]
fn what_was_under_way_in_a_file_of_the_first_version_is_an_operation_now() {
    let folder = tempfile::tempdir().unwrap();
    drop(open::open(folder.path()).unwrap());
    fs::remove_file(folder.path().join(STATE_FILE)).unwrap();
    let old = rusqlite::Connection::open(folder.path().join(STATE_FILE)).unwrap();
    old.execute_batch(schema::MIGRATIONS[0]).unwrap();
    old.pragma_update(None, "application_id", schema::APPLICATION_ID).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    old.execute_batch("INSERT INTO teams VALUES ('team_1', 'sandbox', 'then')").unwrap();
    let plan =
        r#"{"name":"small","summary":"","default":true,"price":{"cents_per_month":0,"currency":"USD"},"limits":[]}"#;
    let settings = r#"{"port":20000,"user":"u","password":"p","admin_password":"p","database":"d"}"#;
    for (id, state, next_step) in [("a", "ready", 4), ("b", "provisioning", 2), ("c", "deprovisioning", 4)] {
        let sql = "INSERT INTO addons (id, name, team_id, service, plan, state, next_step, provisioned, settings, created_at, updated_at)
            VALUES (?1, ?1, 'team_1', 'postgresql', ?2, ?3, ?4, 1, ?5, 'then', 'then')";
        old.execute(sql, rusqlite::params![id, plan, state, next_step, settings]).unwrap();
    }
    drop(old);
    let new = open::open(folder.path()).unwrap();
    let rows = operations::unfinished(&new).unwrap();
    let told: Vec<_> = rows.iter().map(|row| (row.subject.as_str(), row.kind.word(), row.next_step)).collect();
    assert_eq!(told, [("b", "create", 2), ("c", "destroy", 0)]);
    assert!(rows.iter().all(|row| row.state.word() == "running" && row.id.len() == 19), "{rows:?}");
    let addons = addons::all(&new).unwrap();
    assert_eq!(
        addons.iter().map(|row| row.state.word()).collect::<Vec<_>>(),
        ["ready", "provisioning", "deprovisioning"]
    );
}

#[test]
fn operations_are_forgotten_after_400_days_and_not_before() {
    let folder = tempfile::tempdir().unwrap();
    let connection = open::open(folder.path()).unwrap();
    let ended = |days_ago: i64| {
        let new = operations::NewOperation {
            kind: operations::Kind::Restart,
            subject: "a",
            addon: None,
            backup_id: None,
            spec: operations::Spec::default().with("password", "s3cret"),
            author: "me",
        };
        let id = operations::insert(&connection, &new).unwrap().id;
        operations::end(&connection, &id, operations::OperationState::Done, None).unwrap();
        let at = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * days_ago);
        connection.execute("UPDATE operations SET ended_at = ?2 WHERE id = ?1", [&id, &format!("{at:.3}")]).unwrap();
        id
    };
    let (old, young) = (ended(401), ended(399));
    operations::forget_old(&connection).unwrap();
    assert!(operations::find(&connection, &old).unwrap().is_none());
    let young = operations::find(&connection, &young).unwrap().unwrap();
    assert_eq!(young.spec, operations::Spec::default(), "what it needed to know is forgotten");
}
