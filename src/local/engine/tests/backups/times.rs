//! What time brings about: retention by days, daily captures, and rows that are forgotten at last.

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::local::db::{schedules, stamp};
use crate::local::engine::rules::NewSchedule;
use crate::local::engine::tests::fake::Fault;

fn tick(platform: &Platform, at: Timestamp) {
    platform.block_on(platform.engine().tick(at));
}

fn in_days(days: i64) -> Timestamp {
    Timestamp::now() + SignedDuration::from_hours(24 * days)
}

/// Asks for a daily backup, and gives the time of the next one.
fn daily(platform: &Platform) -> Timestamp {
    let daily = NewSchedule { hour: 3, time_zone: "Europe/Berlin".to_owned() };
    platform.write(Write::ScheduleBackups("orders".to_owned(), Some(daily))).unwrap();
    next_at(platform)
}

fn next_at(platform: &Platform) -> Timestamp {
    let id = platform.row("orders").id;
    let row = platform.block_on(platform.engine().db.read(move |state| schedules::find(state, &id))).unwrap().unwrap();
    row.next_at.parse().unwrap()
}

#[test]
fn a_backup_expires_when_its_days_have_ended_also_of_an_add_on_that_is_gone() {
    let platform = with_orders();
    let kept = captured(&platform, "orders");
    platform.write(Write::DestroyAddon("orders".to_owned())).unwrap();
    platform.wait_for("orders", None);
    tick(&platform, in_days(6));
    assert_eq!(state_of(&platform, &kept), "finished");
    check_invariants(&platform);
    tick(&platform, in_days(8));
    let row = backup(&platform, &kept);
    assert_eq!(row.state, BackupState::Expired);
    assert!(row.message.unwrap().contains("days for which it was kept have ended"));
    check_invariants(&platform);
}

#[test]
fn what_is_being_downloaded_does_not_expire_until_that_has_ended() {
    let platform = with_orders();
    let id = captured(&platform, "orders");
    let lease = platform.engine().services.leases.take(&id);
    tick(&platform, in_days(8));
    assert_eq!(state_of(&platform, &id), "finished");
    check_invariants(&platform);
    drop(lease);
    tick(&platform, in_days(8));
    assert_eq!(state_of(&platform, &id), "expired");
}

#[test]
fn the_rows_of_what_failed_or_went_are_forgotten_after_ninety_days() {
    let platform = with_orders();
    let gone = captured(&platform, "orders");
    platform.write(Write::DeleteBackup(gone)).unwrap();
    settle(&platform);
    platform.set_fault(Some(Fault::Fail("copy")));
    let failed = capture(&platform, "orders");
    wait_until(&platform, &failed, BackupState::Failed);
    settle(&platform);
    platform.set_fault(None);
    tick(&platform, in_days(89));
    assert_eq!(all_backups(&platform).len(), 2);
    tick(&platform, in_days(91));
    assert!(all_backups(&platform).is_empty());
}

#[test]
fn a_daily_backup_is_made_once_when_it_is_due() {
    let platform = with_orders();
    let due = daily(&platform);
    tick(&platform, due - SignedDuration::from_millis(1));
    assert!(all_backups(&platform).is_empty());
    for _ in 0..3 {
        tick(&platform, due);
        settle(&platform);
    }
    let rows = all_backups(&platform);
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].trigger.word(), rows[0].state.word()), ("scheduled", "finished"));
    let hours = next_at(&platform).duration_since(due).as_hours();
    assert!((23..=25).contains(&hours), "{hours}");
    check_invariants(&platform);
}

#[test]
fn what_was_missed_is_made_once_at_the_start() {
    let mut platform = with_orders();
    daily(&platform);
    let (id, past) = (platform.row("orders").id, stamp(in_days(-3)));
    let set = move |state: &rusqlite::Transaction<'_>| schedules::set_next(state, &id, &past);
    platform.kill();
    {
        let lock = crate::local::db::PlatformLock::take(platform.folder()).unwrap();
        let db = crate::local::db::Db::open(platform.folder()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(db.write(set)).unwrap();
        drop((db, lock));
    }
    platform.start();
    platform.until_read(|state| Ok(!backups::list(state, None, i64::MAX, 10)?.is_empty()));
    tick(&platform, Timestamp::now());
    check_invariants(&platform);
    assert_eq!(all_backups(&platform).len(), 1, "one, however many were missed");
    assert!(next_at(&platform) > Timestamp::now());
}

#[test]
fn a_daily_backup_is_skipped_with_a_note_while_another_is_made_or_when_there_is_nothing_to_copy() {
    let platform = with_orders();
    let due = daily(&platform);
    platform.set_fault(Some(Fault::Wait("copy")));
    capture(&platform, "orders");
    platform.block_on(platform.world.hangs.notified());
    tick(&platform, due);
    assert_eq!(all_backups(&platform).len(), 1);
    assert_eq!(notes(&platform), ["The daily backup was skipped: the backup bak is still running."]);
    platform.set_fault(None);
    platform.world.goes_on.notify_one();
    settle(&platform);
    let id = platform.row("orders").id;
    let fail = move |state: &rusqlite::Transaction<'_>| {
        use crate::local::db::addons::{AddonState, change_state};
        change_state(state, &id, AddonState::ALL, AddonState::Failed, Some("broken for this test"))
    };
    platform.block_on(platform.engine().db.write(fail)).unwrap();
    // The watch brings it back as soon as it looks, which is as good: then there is something to copy.
    tick(&platform, next_at(&platform));
    settle(&platform);
    let (rows, notes) = (all_backups(&platform).len(), notes(&platform));
    assert!(rows == 2 || notes.iter().any(|note| note.contains("orders is failed")), "{notes:?}");
}

/// What the timeline says of the schedule, without the first, and without ids.
fn notes(platform: &Platform) -> Vec<String> {
    let id = platform.row("orders").id;
    let read = move |state: &rusqlite::Connection| crate::local::db::events::list(state, &id, 0, i64::MAX);
    let events = platform.block_on(platform.engine().db.read(read)).unwrap();
    let notes = events.into_iter().filter(|event| event.step == "schedule").map(|event| event.message);
    let without_id = |note: String| {
        let words = note.split(' ').map(|word| if word.starts_with("bak_") { "bak" } else { word });
        words.collect::<Vec<_>>().join(" ")
    };
    notes.skip(1).map(without_id).collect()
}
