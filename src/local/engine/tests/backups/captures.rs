//! Capturing and deleting: what is finished is whole, what failed leaves nothing, and what is pushed out goes last.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::*;
use crate::local::engine::operations::Side;
use crate::local::engine::services::locked;
use crate::local::engine::tests::fake::{COPIED, Fault};
use crate::local::services::Step;

#[test]
fn a_finished_backup_is_a_checked_file_with_a_manifest_that_only_we_can_read() {
    let platform = with_orders();
    let body = platform.write(Write::BackUp("orders".to_owned(), NewCopy::default())).unwrap();
    assert_eq!((&body["backup"]["state"], &body["backup"]["trigger"]), (&json!("pending"), &json!("manual")));
    assert_eq!(body["operation"]["kind"], "back_up");
    assert_eq!(body["operation"]["backup_id"], body["backup"]["id"]);
    assert_eq!(body["evicts"], json!(null));
    let id = body["backup"]["id"].as_str().unwrap().to_owned();
    wait_until(&platform, &id, BackupState::Finished);
    let (row, place) = (backup(&platform, &id), place(&platform, &id));
    assert_eq!(fs::read_to_string(&place.file).unwrap(), format!("{COPIED}1 row"));
    assert_eq!(row.size, Some(COPIED.len() as u64 + 5));
    let time = |text: &Option<String>| text.as_ref().unwrap().parse::<jiff::Timestamp>().unwrap();
    let kept = time(&row.keep_until).as_second() - time(&row.finished_at).as_second();
    assert_eq!(kept, 7 * 24 * 3600);
    assert!(time(&row.started_at) <= time(&row.finished_at));
    assert_eq!(fs::metadata(place.folder()).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(platform.row("orders").state.word(), "ready", "a backup leaves the add-on as it is");
    check_invariants(&platform);
    let events = platform.events("orders");
    for step in ["copy_data", "check_copy", "keep_copy", "evict_backups"] {
        assert!(events.contains(&format!("{step} done")), "{events:?}");
    }
}

#[test]
fn a_label_is_kept_with_the_row_and_in_the_manifest_and_a_bad_one_makes_no_backup() {
    let platform = with_orders();
    let label = |text: &str| NewCopy { label: Some(text.to_owned()) };
    for bad in ["", " a", "a\u{1b}[2J", &"a".repeat(61)] {
        let (status, code, _) = refused(platform.write(Write::BackUp("orders".to_owned(), label(bad))));
        assert_eq!((status, code), (422, "invalid_label"), "{bad:?}");
    }
    assert!(all_backups(&platform).is_empty());
    let body = platform.write(Write::BackUp("orders".to_owned(), label("broken state, INC-4711"))).unwrap();
    assert_eq!(body["backup"]["label"], "broken state, INC-4711");
    let id = body["backup"]["id"].as_str().unwrap().to_owned();
    wait_until(&platform, &id, BackupState::Finished);
    let row = backup(&platform, &id);
    assert_eq!(row.label.as_deref(), Some("broken state, INC-4711"));
    let manifest = files::read_manifest(&place(&platform, &id).manifest).unwrap();
    assert_eq!(manifest.into_row().unwrap().label, row.label, "recovering keeps it");
}

#[test]
fn backups_of_one_add_on_are_made_one_after_another() {
    let platform = with_orders();
    platform.set_fault(Some(Fault::Wait("copy")));
    let (first, second) = (capture(&platform, "orders"), capture(&platform, "orders"));
    platform.block_on(platform.world.hangs.notified());
    assert_eq!((state_of(&platform, &first), state_of(&platform, &second)), ("running", "pending"));
    let copies = platform.world.calls().iter().filter(|call| call.starts_with("copy")).count();
    assert_eq!(copies, 1);
    let (status, code, _) = refused(platform.write(Write::DeleteBackup(first.clone())));
    assert_eq!((status, code), (409, "busy"));
    let (status, code, _) = refused(platform.write(Write::Restore(second.clone(), Default::default())));
    assert_eq!((status, code), (409, "backup_not_finished"));
    platform.set_fault(None);
    platform.world.goes_on.notify_one();
    wait_until(&platform, &second, BackupState::Finished);
    assert_eq!(state_of(&platform, &first), "finished");
    check_invariants(&platform);
}

#[test]
fn the_oldest_goes_only_after_the_new_one_is_finished_and_was_announced() {
    let platform = with_orders();
    let first = captured(&platform, "orders");
    let second = captured(&platform, "orders");
    platform.set_fault(Some(Fault::Wait("check_copy")));
    let body = platform.write(Write::BackUp("orders".to_owned(), NewCopy::default())).unwrap();
    assert_eq!(body["evicts"], first.as_str());
    let next = platform.write(Write::BackUp("orders".to_owned(), NewCopy::default())).unwrap();
    assert_eq!(next["evicts"], second.as_str(), "the one before it is reckoned with");
    platform.block_on(platform.world.hangs.notified());
    assert_eq!((state_of(&platform, &first), state_of(&platform, &second)), ("finished", "finished"));
    check_safety(&platform);
    platform.set_fault(None);
    platform.world.goes_on.notify_one();
    settle(&platform);
    let gone = backup(&platform, &first);
    assert_eq!(gone.state, BackupState::Expired);
    assert_eq!(gone.message.as_deref(), Some("A newer backup pushed it out: the plan dev keeps 2."));
    assert_eq!(state_of(&platform, &second), "expired");
    check_invariants(&platform);
}

#[test]
fn a_backup_that_fails_leaves_no_file_and_pushes_nothing_out() {
    let platform = with_orders();
    let older = [captured(&platform, "orders"), captured(&platform, "orders")];
    for (fault, step) in [
        (Fault::Fail("copy"), "copy_data"),
        (Fault::Panic("copy"), "copy_data"),
        (Fault::Fail("check_copy"), "check_copy"),
    ] {
        platform.set_fault(Some(fault));
        let id = capture(&platform, "orders");
        wait_until(&platform, &id, BackupState::Failed);
        let row = backup(&platform, &id);
        assert!(row.message.as_ref().unwrap().starts_with(step), "{row:?}");
        assert!(row.checksum.is_none() && row.keep_until.is_none() && row.finished_at.is_some());
        check_invariants(&platform);
        assert!(older.iter().all(|id| state_of(&platform, id) == "finished"), "{fault:?}");
        assert_eq!(platform.row("orders").state.word(), "ready");
        let (status, code, _) = refused(platform.write(Write::DeleteBackup(id)));
        assert_eq!((status, code), (409, "backup_not_finished"), "there is nothing to delete");
    }
}

#[test]
fn a_full_disk_fails_the_backup_with_the_way_out_and_hurts_nothing_else() {
    let platform = with_orders();
    let older = captured(&platform, "orders");
    for step in ["copy", "check_copy"] {
        platform.set_fault(Some(Fault::Full(step)));
        let id = capture(&platform, "orders");
        wait_until(&platform, &id, BackupState::Failed);
        let why = backup(&platform, &id).message.unwrap();
        assert!(why.contains("is full: there is no backup") && why.contains("Free some space"), "{why}");
        check_invariants(&platform);
        assert_eq!((state_of(&platform, &older), platform.row("orders").state.word()), ("finished", "ready"));
    }
    platform.set_fault(None);
    captured(&platform, "orders");
}

#[test]
fn what_can_not_be_copied_is_refused_with_the_reason() {
    let platform = with_orders();
    let mut cache = new_addon("cache", "valkey", None);
    cache.plan = Some("cache".to_owned());
    platform.write(Write::CreateAddon(cache)).unwrap();
    let (status, code, why) = refused(platform.write(Write::BackUp("cache".to_owned(), NewCopy::default())));
    assert_eq!((status, code, why.as_str()), (422, "not_supported", "A cache has nothing to keep."));
    assert_eq!(refused(platform.write(Write::BackUp("nothing".to_owned(), NewCopy::default()))).0, 404);
    platform.set_fault(Some(Fault::Fail("check")));
    platform.create("broken", None).unwrap();
    platform.wait_for("broken", Some("failed"));
    let (status, code, _) = refused(platform.write(Write::BackUp("broken".to_owned(), NewCopy::default())));
    assert_eq!((status, code), (409, "not_ready"));
    platform.set_fault(Some(Fault::Wait("retire")));
    platform.write(Write::DestroyAddon("broken".to_owned())).unwrap();
    let (status, code, _) = refused(platform.write(Write::BackUp("broken".to_owned(), NewCopy::default())));
    assert_eq!((status, code), (409, "busy"));
    assert!(all_backups(&platform).is_empty(), "a refusal leaves no row");
}

#[test]
fn a_deleted_backup_says_so_before_its_file_is_gone() {
    let platform = with_orders();
    let id = captured(&platform, "orders");
    let body = platform.write(Write::DeleteBackup(id.clone())).unwrap();
    assert_eq!((&body["backup"]["state"], &body["operation"]["kind"]), (&json!("expired"), &json!("delete_backup")));
    assert_eq!(backup(&platform, &id).message.as_deref(), Some("tester deleted it."));
    check_invariants(&platform);
    assert_eq!(refused(platform.write(Write::DeleteBackup(id))).1, "backup_not_finished");
    assert_eq!(refused(platform.write(Write::DeleteBackup("bak_0".to_owned()))).0, 404);
}

#[test]
fn what_is_being_read_is_neither_deleted_nor_pushed_out() {
    let platform = with_orders();
    let first = captured(&platform, "orders");
    let lease = platform.engine().services.leases.take(&first);
    let (status, code, _) = refused(platform.write(Write::DeleteBackup(first.clone())));
    assert_eq!((status, code), (409, "busy"));
    let second = captured(&platform, "orders");
    captured(&platform, "orders");
    assert_eq!(state_of(&platform, &first), "finished", "one too many, but it is being read");
    assert_eq!(state_of(&platform, &second), "finished", "and no other goes for it");
    drop(lease);
    captured(&platform, "orders");
    assert_eq!((state_of(&platform, &first), state_of(&platform, &second)), ("expired", "expired"));
    check_invariants(&platform);
}

#[test]
fn destroying_an_add_on_breaks_its_copy_off_and_leaves_its_finished_backups() {
    let platform = with_orders();
    let kept = captured(&platform, "orders");
    platform.set_fault(Some(Fault::HangBefore("copy")));
    let (running, queued) = (capture(&platform, "orders"), capture(&platform, "orders"));
    platform.block_on(platform.world.hangs.notified());
    platform.write(Write::DestroyAddon("orders".to_owned())).unwrap();
    for id in [&running, &queued] {
        let row = backup(&platform, id);
        assert_eq!(row.state, BackupState::Failed);
        assert!(row.message.unwrap().contains("The add-on is being destroyed"));
    }
    platform.wait_for("orders", None);
    check_invariants(&platform);
    assert_eq!(state_of(&platform, &kept), "finished");
}

#[test]
fn a_backup_that_a_destroy_overtakes_at_its_last_moment_leaves_no_file() {
    let platform = with_orders();
    let world = std::sync::Arc::clone(&platform.world);
    *locked(&world.stall) = Some((Kind::BackUp, Step::KeepCopy, Side::After));
    let id = capture(&platform, "orders");
    platform.block_on(world.hangs.notified());
    platform.write(Write::DestroyAddon("orders".to_owned())).unwrap();
    assert_eq!(state_of(&platform, &id), "failed");
    world.let_go();
    platform.wait_for("orders", None);
    check_invariants(&platform);
    assert_eq!(state_of(&platform, &id), "failed");
}
