//! Files that somebody sent: checked before they are called backups, and gone when they are none.

use super::*;
use crate::local::engine::rules::{NewRestore, Upload};
use crate::local::engine::tests::fake::COPIED;

/// What the API does before it asks for a check: the whole file, where the part of the backup belongs.
pub(super) fn lay_up(platform: &Platform, id: &str, content: &str) -> Upload {
    let place = Place::of(platform.folder(), &files::name(None, id, "copy"));
    place.prepare().unwrap();
    let file = place.part;
    fs::write(&file, content).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let (size, checksum) = files::digest(&file, || false).unwrap();
    let name = Some("orders.copy".to_owned());
    Upload { id: id.to_owned(), service: "postgresql".to_owned(), name, file, size, checksum }
}

#[test]
fn a_good_file_becomes_a_backup_that_can_be_restored() {
    let platform = with_orders();
    let upload = lay_up(&platform, "bak_00000000000000aa", &format!("{COPIED}sent"));
    let body = platform.write(Write::UploadBackup(upload.clone())).unwrap();
    assert_eq!(body["backup"]["trigger"], "uploaded");
    assert_eq!(body["operation"]["kind"], "check_upload");
    assert!(body["backup"]["addon_id"].is_null() && body["operation"]["addon"].is_null());
    wait_until(&platform, &upload.id, BackupState::Finished);
    let row = backup(&platform, &upload.id);
    assert_eq!((row.checksum.as_ref(), row.size), (Some(&upload.checksum), Some(upload.size)));
    assert_eq!(row.message.as_deref(), Some("Made of the file \"orders.copy\"."));
    check_invariants(&platform);
    let new = NewRestore { name: Some("sent".to_owned()), ..NewRestore::default() };
    platform.write(Write::Restore(upload.id, new)).unwrap();
    platform.wait_for("sent", Some("ready"));
    assert_eq!(fs::read_to_string(data_file(&platform, "sent")).unwrap(), "sent");
    assert_eq!(platform.row("sent").restored_from.unwrap().addon_id, None);
}

#[test]
fn a_file_that_is_no_backup_is_failed_with_the_reason_and_gone() {
    let platform = with_orders();
    let upload = lay_up(&platform, "bak_00000000000000aa", "something else");
    platform.write(Write::UploadBackup(upload.clone())).unwrap();
    wait_until(&platform, &upload.id, BackupState::Failed);
    assert_eq!(backup(&platform, &upload.id).message.as_deref(), Some("check_copy: It is not a copy."));
    check_invariants(&platform);
}

#[test]
fn a_file_that_is_not_what_was_sent_is_no_backup() {
    let platform = with_orders();
    let upload = lay_up(&platform, "bak_00000000000000aa", &format!("{COPIED}sent"));
    fs::write(&upload.file, format!("{COPIED}sens")).unwrap();
    platform.write(Write::UploadBackup(upload.clone())).unwrap();
    wait_until(&platform, &upload.id, BackupState::Failed);
    assert!(backup(&platform, &upload.id).message.unwrap().contains("not what was sent"));
    check_invariants(&platform);
}

#[test]
fn an_upload_that_was_never_acknowledged_is_gone_after_a_start() {
    let mut platform = with_orders();
    let upload = lay_up(&platform, "bak_00000000000000aa", COPIED);
    let id = captured(&platform, "orders");
    platform.restart();
    assert!(!upload.file.exists());
    check_invariants(&platform);
    assert_eq!(state_of(&platform, &id), "finished");
}

#[test]
fn an_upload_for_no_service_is_refused() {
    let platform = with_orders();
    let mut upload = lay_up(&platform, "bak_00000000000000aa", COPIED);
    upload.service = "mysql".to_owned();
    assert_eq!(refused(platform.write(Write::UploadBackup(upload))).1, "unknown_service");
    assert!(all_backups(&platform).is_empty());
}
