//! Restoring: a new add-on with the data, or nothing but the reason.

use serde_json::json;

use super::*;
use crate::local::engine::rules::NewRestore;
use crate::local::engine::tests::fake::Fault;

fn restore(platform: &Platform, id: &str, change: impl FnOnce(&mut NewRestore)) -> Result<Value, Refusal> {
    let mut new = NewRestore::default();
    change(&mut new);
    platform.write(Write::Restore(id.to_owned(), new))
}

#[test]
fn a_restore_makes_a_new_add_on_with_the_data_and_leaves_the_source() {
    let platform = with_orders();
    platform.attach("orders", "billing", None).unwrap();
    let id = captured(&platform, "orders");
    write_data(&platform, "orders", "newer");
    let body = restore(&platform, &id, |_| ()).unwrap();
    assert_eq!((&body["addon"]["name"], &body["addon"]["state"]), (&json!("orders-restored"), &json!("restoring")));
    assert_eq!((&body["operation"]["kind"], &body["operation"]["backup_id"]), (&json!("restore"), &json!(id)));
    platform.wait_for("orders-restored", Some("ready"));
    assert_eq!(fs::read_to_string(data_file(&platform, "orders-restored")).unwrap(), "1 row");
    assert_eq!(fs::read_to_string(data_file(&platform, "orders")).unwrap(), "newer");
    let (new, old) = (platform.row("orders-restored"), platform.row("orders"));
    assert_eq!((new.plan.name.as_str(), &new.team), ("dev", &old.team));
    let origin = new.restored_from.unwrap();
    assert_eq!((origin.backup_id, origin.addon_id, origin.addon), (id, Some(old.id), Some("orders".to_owned())));
    assert_eq!(platform.releases("billing"), ["Attach orders"], "the apps have what they had");
    check_invariants(&platform);
}

#[test]
fn a_backup_of_an_add_on_that_is_gone_can_be_restored_under_the_old_name() {
    let platform = with_orders();
    let id = captured(&platform, "orders");
    platform.write(Write::DestroyAddon("orders".to_owned())).unwrap();
    platform.wait_for("orders", None);
    restore(&platform, &id, |new| {
        new.name = Some("orders".to_owned());
        new.plan = Some("standard-0".to_owned());
    })
    .unwrap();
    platform.wait_for("orders", Some("ready"));
    assert_eq!(fs::read_to_string(data_file(&platform, "orders")).unwrap(), "1 row");
    assert_eq!(platform.row("orders").plan.name, "standard-0");
    check_invariants(&platform);
}

#[test]
fn what_can_not_be_restored_is_refused_and_leaves_nothing() {
    let platform = with_orders();
    let id = captured(&platform, "orders");
    let code = |change: fn(&mut NewRestore)| refused(restore(&platform, &id, change)).1;
    assert_eq!(code(|new| new.plan = Some("huge".to_owned())), "unknown_plan");
    assert_eq!(code(|new| new.plan = Some("cache".to_owned())), "unknown_plan", "a plan of another service");
    assert_eq!(code(|new| new.name = Some("orders".to_owned())), "name_taken");
    assert_eq!(code(|new| new.name = Some("Orders!".to_owned())), "invalid_name");
    assert_eq!(code(|new| new.team = Some("nobody".to_owned())), "not_found");
    assert_eq!(refused(restore(&platform, "bak_0", |_| ())).0, 404);
    platform.write(Write::DeleteBackup(id.clone())).unwrap();
    let (status, code, why) = refused(restore(&platform, &id, |_| ()));
    assert_eq!((status, code), (409, "backup_not_finished"));
    assert!(why.contains("tester deleted it"), "{why}");
    check_invariants(&platform);
}

#[test]
fn a_restore_that_fails_leaves_nothing_but_its_operation_and_the_reason() {
    for step in ["init_cluster", "start_server", "check", "load"] {
        let platform = with_orders();
        let id = captured(&platform, "orders");
        platform.set_fault(Some(Fault::Fail(step)));
        restore(&platform, &id, |_| ()).unwrap();
        settle(&platform);
        platform.wait_for("orders-restored", None);
        check_invariants(&platform);
        let operation = last_operation(&platform, Kind::Restore);
        assert_eq!(operation.state.word(), "failed");
        let why = operation.message.unwrap();
        assert!(why.contains("It did not work.") && why.contains("Nothing is left of the new add-on"), "{why}");
        assert_eq!((state_of(&platform, &id), platform.row("orders").state.word()), ("finished", "ready"));
    }
}

#[test]
fn a_restore_that_fails_leaves_no_attachment_either() {
    let platform = with_orders();
    let id = captured(&platform, "orders");
    platform.set_fault(Some(Fault::Wait("init_cluster")));
    restore(&platform, &id, |_| ()).unwrap();
    platform.block_on(platform.world.hangs.notified());
    platform.attach("orders-restored", "billing", Some("COPY")).unwrap();
    platform.set_fault(Some(Fault::Fail("load")));
    platform.world.goes_on.notify_one();
    platform.wait_for("orders-restored", None);
    settle(&platform);
    assert_eq!(last_operation(&platform, Kind::Restore).state.word(), "failed");
    assert!(!platform.releases("billing").iter().any(|what| what.contains("orders-restored")), "nothing came or went");
    check_invariants(&platform);
}

#[test]
fn a_backup_that_has_changed_on_disk_is_not_restored() {
    let platform = with_orders();
    let id = captured(&platform, "orders");
    let file = place(&platform, &id).file;
    let whole = fs::read(&file).unwrap();
    let mut damaged = whole.clone();
    *damaged.last_mut().unwrap() ^= 1;
    fs::write(&file, damaged).unwrap();
    restore(&platform, &id, |_| ()).unwrap();
    platform.wait_for("orders-restored", None);
    settle(&platform);
    let why = last_operation(&platform, Kind::Restore).message.unwrap();
    assert!(why.contains("is damaged") && why.contains("Restore another one"), "{why}");
    assert!(!platform.world.calls().iter().any(|call| call.starts_with("load")), "nothing was read into a server");
    fs::write(&file, whole).unwrap();
    check_invariants(&platform);
}

#[test]
fn a_backup_is_neither_deleted_nor_expired_while_it_is_restored() {
    let platform = with_orders();
    let id = captured(&platform, "orders");
    platform.set_fault(Some(Fault::Wait("load")));
    restore(&platform, &id, |_| ()).unwrap();
    platform.block_on(platform.world.hangs.notified());
    let (status, code, _) = refused(platform.write(Write::DeleteBackup(id.clone())));
    assert_eq!((status, code), (409, "busy"));
    let later = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * 30);
    platform.block_on(platform.engine().tick(later));
    assert_eq!(state_of(&platform, &id), "finished");
    platform.set_fault(None);
    platform.world.goes_on.notify_one();
    platform.wait_for("orders-restored", Some("ready"));
    settle(&platform);
    platform.block_on(platform.engine().tick(later));
    assert_eq!(state_of(&platform, &id), "expired");
    check_invariants(&platform);
}

#[test]
fn destroying_the_new_add_on_breaks_its_restore_off() {
    let platform = with_orders();
    let id = captured(&platform, "orders");
    platform.set_fault(Some(Fault::HangBefore("load")));
    restore(&platform, &id, |_| ()).unwrap();
    platform.block_on(platform.world.hangs.notified());
    platform.write(Write::DestroyAddon("orders-restored".to_owned())).unwrap();
    platform.wait_for("orders-restored", None);
    check_invariants(&platform);
    assert_eq!(last_operation(&platform, Kind::Restore).state.word(), "failed");
    assert_eq!(state_of(&platform, &id), "finished");
}
