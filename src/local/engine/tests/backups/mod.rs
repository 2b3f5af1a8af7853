//! Backups and what they are for, with a driver whose data is a file.

mod captures;
mod crashes;
mod promote;
mod restores;
mod schedules;
mod times;
mod uploads;

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::fake::{Platform, new_addon};
use crate::local::db::backups::{self, BackupRow, BackupState};
use crate::local::db::operations::{self, Kind, OperationRow};
use crate::local::engine::backups::files::{self, Place};
use crate::local::engine::rules::NewCopy;
use crate::local::engine::{Refusal, Write};

fn refused(result: Result<Value, Refusal>) -> (u16, &'static str, String) {
    let refusal = result.unwrap_err();
    (refusal.status, refusal.code, refusal.message)
}

/// A ready add-on whose plan keeps two backups.
fn with_orders() -> Platform {
    let platform = Platform::new();
    let mut new = new_addon("orders", "postgresql", None);
    new.plan = Some("dev".to_owned());
    platform.write(Write::CreateAddon(new)).unwrap();
    platform.wait_for("orders", Some("ready"));
    write_data(&platform, "orders", "1 row");
    platform
}

fn data_file(platform: &Platform, addon: &str) -> PathBuf {
    platform.engine().services.addon_folder(&platform.row(addon).id).join("data")
}

fn write_data(platform: &Platform, addon: &str, data: &str) {
    fs::write(data_file(platform, addon), data).unwrap();
}

/// Asks for a backup; its id.
fn capture(platform: &Platform, addon: &str) -> String {
    let body = platform.write(Write::BackUp(addon.to_owned(), NewCopy::default())).unwrap();
    body["backup"]["id"].as_str().unwrap().to_owned()
}

/// Makes a backup; its id.
fn captured(platform: &Platform, addon: &str) -> String {
    let id = capture(platform, addon);
    wait_until(platform, &id, BackupState::Finished);
    settle(platform);
    id
}

fn backup(platform: &Platform, id: &str) -> BackupRow {
    let key = id.to_owned();
    let row = platform.block_on(platform.engine().db.read(move |state| backups::find(state, &key))).unwrap();
    row.unwrap_or_else(|| panic!("there is no row of {id}"))
}

fn state_of(platform: &Platform, id: &str) -> &'static str {
    backup(platform, id).state.word()
}

fn all_backups(platform: &Platform) -> Vec<BackupRow> {
    let list = |state: &rusqlite::Connection| backups::list(state, None, i64::MAX, i64::MAX);
    platform.block_on(platform.engine().db.read(list)).unwrap()
}

fn place(platform: &Platform, id: &str) -> Place {
    platform.engine().place(&backup(platform, id))
}

fn wait_until(platform: &Platform, id: &str, wanted: BackupState) {
    platform.block_on(async {
        loop {
            let key = id.to_owned();
            let row = platform.engine().db.read(move |state| backups::find(state, &key)).await.unwrap().unwrap();
            if row.state == wanted {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    });
}

fn last_operation(platform: &Platform, kind: Kind) -> OperationRow {
    platform.operations().into_iter().rfind(|row| row.kind == kind).expect("there is one")
}

/// Waits until nothing is queued or running.
fn settle(platform: &Platform) {
    platform.block_on(async {
        loop {
            if platform.engine().db.read(operations::unfinished).await.unwrap().is_empty() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    });
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect()
}

/// What holds at every moment, also in the middle of everything: what says `finished` is there, whole; nothing is there
/// without a row.
fn check_safety(platform: &Platform) {
    let rows: HashMap<_, _> = all_backups(platform).into_iter().map(|row| (row.id.clone(), row)).collect();
    for row in rows.values().filter(|row| row.state == BackupState::Finished) {
        let place = platform.engine().place(row);
        let found = files::digest(&place.file, || false).unwrap_or_else(|error| panic!("{row:?}: {error}"));
        assert_eq!((Some(found.0), Some(found.1)), (row.size, row.checksum.clone()), "{row:?}");
        let mut told = files::read_manifest(&place.manifest).unwrap().into_row().unwrap();
        told.seq = row.seq;
        told.addon.clone_from(&row.addon);
        told.message.clone_from(&row.message);
        assert_eq!(&told, row, "the manifest tells all of it");
    }
    for path in files_in(&platform.folder().join("backups")) {
        let id = path.file_name().unwrap().to_str().unwrap().split('.').next().unwrap().to_owned();
        assert!(rows.contains_key(&id), "{} has no row", path.display());
        // The folder keeps others out from what a server's tool is still writing; what is whole does so by itself too.
        let private =
            if path.extension().is_some_and(|extension| extension == "part") { path.parent().unwrap() } else { &path };
        assert_eq!(fs::metadata(private).unwrap().permissions().mode() & 0o077, 0, "{}", private.display());
    }
}

/// What holds as well when nothing is being done: no trace of what failed or is gone, no add-on without its folder, no
/// folder without its add-on.
fn check_invariants(platform: &Platform) {
    settle(platform);
    check_safety(platform);
    let expected: Vec<_> = all_backups(platform)
        .iter()
        .inspect(|row| {
            assert!(!matches!(row.state, BackupState::Pending | BackupState::Running), "forgotten: {row:?}");
        })
        .filter(|row| row.state == BackupState::Finished)
        .flat_map(|row| {
            let place = platform.engine().place(row);
            [place.file, place.manifest]
        })
        .collect();
    // What a crash has left of something that had ended is swept away when the platform has begun anew.
    platform.until(|| files_in(&platform.folder().join("backups")).iter().all(|path| expected.contains(path)));
    let rows = platform.block_on(platform.engine().db.read(crate::local::db::addons::all)).unwrap();
    let mut ids: Vec<_> = rows.iter().map(|row| row.id.clone()).collect();
    let folders = fs::read_dir(platform.folder().join("addons")).unwrap();
    let mut folders: Vec<_> = folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    ids.sort();
    folders.sort();
    assert_eq!(folders, ids);
}
