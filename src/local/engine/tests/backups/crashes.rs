//! Killed before or after each step of each operation about backups, the platform ends where it should, and at no moment
//! says `finished` of what is not there.

use super::*;
use crate::local::engine::operations::{Side, course};
use crate::local::engine::rules::{NewRestore, Upload};
use crate::local::engine::services::locked;
use crate::local::engine::tests::fake::{COPIED, Fault, Point, any};
use crate::local::services::Step;

/// A point, and how often the engine comes by there before.
type Passage = (Point, usize);

/// Both sides of each of these steps.
fn both_sides(kind: Kind, steps: &[Step]) -> Vec<Passage> {
    let passes = |index: usize| steps[..index].iter().filter(|step| **step == steps[index]).count();
    let sides = |index: usize| [Side::Before, Side::After].map(|side| ((kind, steps[index], side), passes(index)));
    (0..steps.len()).flat_map(sides).collect()
}

/// Every step of a kind, on both sides.
fn points(kind: Kind) -> Vec<Passage> {
    both_sides(kind, &course(kind).steps(Some(&any())))
}

/// Kills the platform at that point, once what is asked for has brought it there, and starts it again.
fn kill_at(platform: &mut Platform, passage: Passage, request: impl FnOnce(&Platform)) {
    *locked(&platform.world.breakpoint) = Some(passage);
    request(platform);
    platform.block_on(platform.world.hangs.notified());
    check_safety(platform);
    platform.restart();
}

#[test]
fn a_capture_killed_anywhere_is_finished_and_pushes_out_the_oldest_only_then() {
    let points = points(Kind::BackUp);
    assert_eq!(points.len(), 8);
    for point in points {
        let mut platform = with_orders();
        let first = captured(&platform, "orders");
        let second = captured(&platform, "orders");
        write_data(&platform, "orders", "2 rows");
        let mut third = String::new();
        kill_at(&mut platform, point, |platform| {
            third = capture(platform, "orders");
        });
        check_invariants(&platform);
        assert_eq!(state_of(&platform, &third), "finished", "{point:?}");
        assert_eq!(state_of(&platform, &first), "expired", "{point:?}");
        assert_eq!(state_of(&platform, &second), "finished", "{point:?}");
        let data = fs::read_to_string(place(&platform, &third).file).unwrap();
        assert_eq!(data, format!("{COPIED}2 rows"), "{point:?}");
        let operation = last_operation(&platform, Kind::BackUp);
        assert_eq!((operation.state.word(), operation.backup_id.as_deref()), ("done", Some(third.as_str())));
    }
}

#[test]
fn at_no_point_before_it_is_finished_has_a_capture_pushed_anything_out() {
    for point in points(Kind::BackUp) {
        let platform = with_orders();
        let older = [captured(&platform, "orders"), captured(&platform, "orders")];
        *locked(&platform.world.breakpoint) = Some(point);
        let third = capture(&platform, "orders");
        platform.block_on(platform.world.hangs.notified());
        let is_finished = state_of(&platform, &third) == "finished";
        let has_evicted = older.iter().any(|id| state_of(&platform, id) != "finished");
        assert!(is_finished || !has_evicted, "{point:?}");
        assert_eq!(is_finished, point.0.1 == Step::EvictBackups, "{point:?}: finished only when it is kept");
    }
}

#[test]
fn a_capture_that_fails_after_a_kill_anywhere_leaves_nothing_and_the_older_ones() {
    for side in [Side::Before, Side::After] {
        let mut platform = with_orders();
        let older = [captured(&platform, "orders"), captured(&platform, "orders")];
        let mut third = String::new();
        kill_at(&mut platform, ((Kind::BackUp, Step::CopyData, side), 0), |platform| {
            third = capture(platform, "orders");
            platform.set_fault(Some(Fault::Fail("copy")));
        });
        check_invariants(&platform);
        assert_eq!(state_of(&platform, &third), "failed");
        assert!(older.iter().all(|id| state_of(&platform, id) == "finished"));
    }
}

#[test]
fn a_deletion_killed_anywhere_leaves_no_file() {
    for point in points(Kind::DeleteBackup) {
        let mut platform = with_orders();
        let (first, second) = (captured(&platform, "orders"), captured(&platform, "orders"));
        kill_at(&mut platform, point, |platform| {
            platform.write(Write::DeleteBackup(first.clone())).unwrap();
        });
        check_invariants(&platform);
        assert_eq!((state_of(&platform, &first), state_of(&platform, &second)), ("expired", "finished"), "{point:?}");
        assert_eq!(last_operation(&platform, Kind::DeleteBackup).state.word(), "done", "{point:?}");
    }
}

#[test]
fn a_deletion_of_a_backup_goes_on_when_its_add_on_is_destroyed() {
    let mut platform = with_orders();
    let id = captured(&platform, "orders");
    kill_at(&mut platform, ((Kind::DeleteBackup, Step::DeleteCopy, Side::Before), 0), |platform| {
        platform.write(Write::DeleteBackup(id.clone())).unwrap();
        platform.write(Write::DestroyAddon("orders".to_owned())).unwrap();
    });
    platform.wait_for("orders", None);
    check_invariants(&platform);
    assert_eq!(last_operation(&platform, Kind::DeleteBackup).state.word(), "done");
}

#[test]
fn an_upload_killed_anywhere_after_it_was_acknowledged_is_finished() {
    for point in points(Kind::CheckUpload) {
        let mut platform = with_orders();
        let upload = uploads::lay_up(&platform, "bak_00000000000000aa", &format!("{COPIED}sent"));
        kill_at(&mut platform, point, |platform| {
            platform.write(Write::UploadBackup(Upload { ..upload.clone() })).unwrap();
        });
        check_invariants(&platform);
        assert_eq!(state_of(&platform, &upload.id), "finished", "{point:?}");
    }
}

#[test]
fn a_restore_killed_anywhere_ends_ready_with_the_data() {
    let points = points(Kind::Restore);
    assert_eq!(points.len(), 12, "the folder, three of the driver's, the load, and the last check");
    for point in points {
        let mut platform = with_orders();
        let id = captured(&platform, "orders");
        kill_at(&mut platform, point, |platform| {
            platform.write(Write::Restore(id.clone(), NewRestore::default())).unwrap();
            let row = platform.row("orders-restored");
            assert_eq!(row.state.word(), "restoring", "{point:?}");
        });
        check_invariants(&platform);
        platform.wait_for("orders-restored", Some("ready"));
        assert_eq!(fs::read_to_string(data_file(&platform, "orders-restored")).unwrap(), "1 row", "{point:?}");
        assert_eq!(platform.row("orders-restored").restored_from.unwrap().backup_id, id);
        assert_eq!(state_of(&platform, &id), "finished", "{point:?}");
    }
}

#[test]
fn a_restore_that_fails_is_undone_also_when_it_is_killed_in_between() {
    let undo = course(Kind::Restore).undo(None);
    assert_eq!(undo.len(), 3);
    for point in both_sides(Kind::Restore, &undo) {
        let mut platform = with_orders();
        let id = captured(&platform, "orders");
        platform.set_fault(Some(Fault::Fail("load")));
        kill_at(&mut platform, point, |platform| {
            platform.write(Write::Restore(id.clone(), NewRestore::default())).unwrap();
        });
        platform.wait_for("orders-restored", None);
        check_invariants(&platform);
        let operation = last_operation(&platform, Kind::Restore);
        let why = operation.message.unwrap();
        assert_eq!(operation.state.word(), "failed", "{point:?}");
        assert!(why.contains("load_backup: It did not work.") && why.contains("Nothing is left"), "{why}");
        assert_eq!(state_of(&platform, &id), "finished", "{point:?}");
        platform.set_fault(None);
        platform.write(Write::Restore(id, NewRestore::default())).unwrap();
        platform.wait_for("orders-restored", Some("ready"));
    }
}
