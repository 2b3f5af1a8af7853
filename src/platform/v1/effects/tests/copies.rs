//! Copies: making, deleting, scheduling, restoring them.

use super::*;
use crate::model::{RestoreBackup, Verb, Work, WorkState};

fn with_backups(backups: Option<Backups>) -> Situation {
    Situation { backups, ..situation(&[], Known::Is(vec![])) }
}

fn back_up() -> Command {
    Command::BackUp { addon_id: "add_1".into(), addon: "orders".into(), label: None }
}

fn delete(id: &str) -> Command {
    Command::DeleteBackup { backup_id: id.into(), addon_id: Some("add_1".into()), addon: Some("orders".into()) }
}

fn schedule(schedule: Option<(u8, &str)>) -> Command {
    let schedule = schedule.map(|(hour, zone)| Schedule { hour, time_zone: zone.into() });
    Command::ScheduleBackups { addon_id: "add_1".into(), addon: "orders".into(), schedule }
}

fn restore() -> Command {
    Command::Restore(RestoreBackup {
        backup_id: "bkp_2".into(),
        of: Some("orders".into()),
        name: "orders-restored".into(),
        team: Some("sandbox".into()),
        service: "postgresql".into(),
        plan: "dev".into(),
    })
}

#[test]
fn a_backup_says_which_one_it_pushes_out_and_what_it_waits_for() {
    let mut all = backups();
    let plain = effects(&back_up(), &with_backups(Some(all.clone())));
    assert_eq!(sentences(&plain), ["adds: A backup of orders (postgresql:small), kept for 7 days."]);
    assert_eq!(plain.risk(), Risk::Adds);
    all.policy.as_mut().unwrap().evicts = Some("bkp_1".into());
    all.list.insert(0, backup("bkp_3", BackupState::Running, "2026-11-20T03:00:00Z"));
    let mut situation = with_backups(Some(all));
    situation.addon.as_mut().unwrap().state = State::Sleeping;
    let told = effects(&back_up(), &situation);
    says(&told, "evicts: bkp_1 2026-11-19 02:00:00Z");
    says(&told, "note: Backup bkp_3 of it is running; this one comes after it.");
    says(&told, "note: orders sleeps: its server is started for this.");
    assert_eq!(told.risk(), Risk::Interrupts);
}

#[test]
fn backups_that_are_not_told_may_push_out_any() {
    assert_eq!(effects(&back_up(), &with_backups(None)).risk(), Risk::Destroys);
    let unkept = Backups { policy: None, ..backups() };
    assert_eq!(effects(&back_up(), &with_backups(Some(unkept))).risk(), Risk::Destroys);
    let mut situation = with_backups(None);
    std::sync::Arc::make_mut(&mut situation.addon.as_mut().unwrap().cannot)
        .push((Verb::BackUp, "valkey:cache keeps no backups.".into()));
    assert_eq!(effects(&back_up(), &situation).refusal(), Some("valkey:cache keeps no backups."));
}

#[test]
fn deleting_the_last_or_the_newest_finished_backup_says_so() {
    let of = |id: &str, all: Backups| {
        let backup = all.list.iter().find(|one| one.id == id).cloned();
        effects(&delete(id), &Situation { backup, backups: Some(all), ..Situation::default() })
    };
    let newest = of("bkp_2", backups());
    assert_eq!(newest.risk(), Risk::Destroys);
    says(&newest, "loses: Backup bkp_2 of orders, finished, begun 2026-11-20 02:00:00Z, 12 MiB.");
    says(
        &newest,
        "loses: It is the newest finished backup of orders: the next one, bkp_1, was begun 2026-11-19 02:00:00Z.",
    );
    says(&of("bkp_1", backups()), "note: Newer finished backups of orders stay.");
    let mut alone = backups();
    alone.list[1].state = BackupState::Expired;
    let last = "loses: It is the last finished backup of orders: without it nothing of orders can be restored.";
    says(&of("bkp_2", alone.clone()), last);
    assert_eq!(of("bkp_1", alone.clone()).refusal(), Some("The data of backup bkp_1 is gone already."));
    for state in [BackupState::Pending, BackupState::Running, BackupState::Failed] {
        alone.list[0].state = state;
        assert!(of("bkp_2", alone.clone()).refusal().is_some(), "{alone:?}");
    }
    let unread =
        effects(&delete("bkp_2"), &Situation { backup: Some(backups().list[0].clone()), ..Situation::default() });
    says(&unread, "unknown: Whether there is another finished backup of orders is not known.");
    assert_eq!(effects(&delete("bkp_2"), &Situation::default()).risk(), Risk::Destroys);
}

#[test]
fn a_schedule_says_what_was_and_when_it_is_next() {
    let mut situation = with_backups(Some(backups()));
    situation.at = at("2026-11-20T03:14:07Z");
    let told = effects(&schedule(Some((2, "Europe/Berlin"))), &situation);
    assert_eq!(
        sentences(&told),
        [
            "adds: orders is backed up daily at 02:00 Europe/Berlin.",
            "note: The next time is 2026-11-21 01:00:00Z.",
            "note: Until now it was backed up by hand alone.",
            "note: 5 are kept, each for 7 days: one more pushes the oldest out.",
        ]
    );
    assert!(effects(&schedule(Some((2, "Berlin"))), &situation).refusal().unwrap().contains("no time zone"));
    assert!(effects(&schedule(Some((24, "UTC"))), &situation).refusal().unwrap().contains("no hour"));
    let old = Schedule { hour: 3, time_zone: "UTC".into() };
    situation.backups.as_mut().unwrap().policy.as_mut().unwrap().schedule = Some(old);
    let off = effects(&schedule(None), &situation);
    says(&off, "disturbs: orders is no longer backed up daily at 03:00 UTC.");
    assert_eq!(off.risk(), Risk::Interrupts);
    assert_eq!(effects(&schedule(None), &with_backups(None)).risk(), Risk::Destroys);
}

#[test]
fn an_hour_that_a_clock_skips_is_due_when_the_clock_goes_on() {
    let mut situation = with_backups(Some(backups()));
    situation.at = at("2026-03-28T12:00:00Z");
    let told = effects(&schedule(Some((2, "Europe/Berlin"))), &situation);
    says(&told, "note: The next time is 2026-03-29 01:00:00Z.");
}

#[test]
fn a_restore_says_what_is_not_in_it_and_what_it_does_not_carry_over() {
    let rows = vec![attachment("1", "shop", None), attachment("2", "shop", Some("R"))];
    let mut all = backups();
    all.policy.as_mut().unwrap().schedule = Some(Schedule { hour: 2, time_zone: "UTC".into() });
    let base = Situation {
        backup: Some(all.list[0].clone()),
        backups: Some(all),
        source: situation(&[], Known::Is(rows)).addon,
        plans: (
            Some(plan(
                "small",
                &[("connections", 20, "count"), ("storage", 1 << 30, "bytes"), ("backups", 2, "count")],
            )),
            Some(plan(
                "dev",
                &[
                    ("connections", 10, "count"),
                    ("storage", 1 << 30, "bytes"),
                    ("sleep_after", 900, "seconds"),
                    ("backups", 2, "count"),
                ],
            )),
        ),
        ..Situation::default()
    };
    let told = effects(&restore(), &base);
    assert_eq!(told.risk(), Risk::Adds);
    assert_eq!(
        sentences(&told),
        [
            "adds: Add-on orders-restored (postgresql:dev), owned by team sandbox, with the data of backup bkp_2 of orders, finished, begun 2026-11-20 02:00:00Z, 12 MiB.",
            "note: What was written to orders since 2026-11-20 02:00:00Z is not in it.",
            "note: No app is attached to orders-restored. The apps of orders (shop) stay with it until orders-restored is promoted.",
            "note: The schedule of orders (daily at 02:00 UTC) is not carried over: orders-restored is backed up by hand until it has one.",
            "note: Against orders: connections: 20 → 10.",
            "note: Against orders: sleep after: none → 900 s.",
        ]
    );
    for state in [BackupState::Pending, BackupState::Running, BackupState::Failed, BackupState::Expired] {
        let mut situation = base.clone();
        situation.backup.as_mut().unwrap().state = state.clone();
        assert!(effects(&restore(), &situation).refusal().unwrap().contains(state.word()));
    }
    let mut other = base.clone();
    other.backup.as_mut().unwrap().service = Some("valkey".into());
    assert!(effects(&restore(), &other).refusal().is_some());
    assert_eq!(effects(&restore(), &Situation::default()).risk(), Risk::Destroys);
    let mut cache = base;
    cache.plans.1 = Some(plan("cache", &[]));
    assert!(effects(&restore(), &cache).refusal().unwrap().contains("can't be filled from one"));
}

#[test]
fn what_is_not_in_service_is_not_asked_for_what_only_that_can_do() {
    let id = || ("add_1".to_owned(), "orders".to_owned());
    let ((rotate, addon), (restart, _), (rename, _)) = (id(), id(), id());
    let rotate = Command::Rotate { addon_id: rotate, addon: addon.clone() };
    let restart = Command::Restart { addon_id: restart, addon: addon.clone() };
    let rename = Command::Rename { addon_id: rename, addon, name: "b".into() };
    let mut situation = with_backups(Some(backups()));
    for (state, refused) in [
        (State::Provisioning, [true, true, true, false]),
        (State::Restoring, [true, true, true, false]),
        (State::Failed, [true, true, false, false]),
        (State::Deprovisioning, [true, true, true, true]),
        (State::Sleeping, [false; 4]),
        (State::Updating, [false; 4]),
        (State::Starting, [false; 4]),
    ] {
        situation.addon.as_mut().unwrap().state = state.clone();
        let is_refused =
            [&back_up(), &rotate, &restart, &rename].map(|one| effects(one, &situation).refusal().is_some());
        assert_eq!(is_refused, refused, "{state:?}");
    }
}

#[test]
fn a_file_is_uploaded_only_where_it_can_be_a_backup() {
    let command =
        |size| Command::UploadBackup { service: "postgresql".into(), file: "/tmp/a\u{1b}.pgdump".into(), size };
    let told = effects(&command(1024), &Situation::default());
    says(&told, "adds: A backup of postgresql made of the file /tmp/a·.pgdump (1 KiB).");
    assert_eq!((told.risk(), told.refusal()), (Risk::Adds, None));
    assert!(effects(&command(0), &Situation::default()).refusal().unwrap().contains("empty"));
    let none = Situation { no_backups: Some("release-log has no backups.".into()), ..Situation::default() };
    assert_eq!(effects(&command(1), &none).refusal(), Some("release-log has no backups."));
}

#[test]
fn destroying_says_what_can_be_had_back_and_until_when() {
    let kept = effects(&destroy(), &with_backups(Some(backups())));
    says(&kept, "loses writes to orders since 2026-11-20 02:00:00Z: not in bkp_2, its last finished backup");
    says(
        &kept,
        "for good: orders itself can't be brought back. Its last finished backup, bkp_2, is kept until 2026-11-27 02:00:00Z and can be restored into another add-on.",
    );
    let mut broken = backups();
    broken.list.iter_mut().for_each(|one| one.state = BackupState::Failed);
    broken.list[0].state = BackupState::Running;
    let lost = effects(&destroy(), &with_backups(Some(broken)));
    says(&lost, "disturbs: Backup bkp_2 of it is running and is broken off.");
    says(&lost, "for good: There is no finished backup of orders: what is deleted can't be brought back.");
    let mut situation = with_backups(None);
    let addon = situation.addon.as_mut().unwrap();
    std::sync::Arc::make_mut(&mut addon.cannot).push((Verb::BackUp, "valkey:cache keeps no backups.".into()));
    addon.work = Some(Box::new(work("restart")));
    let told = effects(&destroy(), &situation);
    says(&told, "for good: What is deleted can't be brought back: valkey:cache keeps no backups.");
    says(&told, "disturbs: What is under way on it (restart) is broken off, and what waits fails.");
}

pub(super) fn work(kind: &str) -> Work {
    Work {
        word: None,
        app: None,
        environment: None,
        steps: Vec::new(),
        id: "op_1".into(),
        kind: kind.into(),
        addon_id: Some("add_1".into()),
        addon: Some("orders".into()),
        backup_id: None,
        state: WorkState::Running,
        step: None,
        message: None,
        by: None,
        created_at: None,
        started_at: None,
        ended_at: None,
        progress: None,
    }
}
