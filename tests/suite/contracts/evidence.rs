//! The last table of `platforms/MATRIX.md`: what counts as evidence that a write of unknown outcome happened; and how what the
//! platform goes on with is followed.

use axum::http::Method;
use serde_json::json;

use attache::model::{Change, Command, Judgement, Operation, Outcome, RestoreBackup, Risk, Schedule, Verdict};
use attache::store::{SubmitResult, door};
use jiff::SignedDuration;

use super::door::Desk;
use super::standin::Fault;
use super::standin::db::Db;

impl Desk {
    fn id(&self, name: &str) -> String {
        self.server.db(|db| db.find(name).unwrap().id.clone())
    }

    fn orders(&self, make: impl FnOnce(String, String) -> Command) -> Command {
        make(self.id("orders"), "orders".into())
    }

    /// A finished backup of `orders`, and a replacement made from it.
    fn with_replacement(&self) -> String {
        self.server.db(|db| {
            let backup = db.finished_backup("orders", "2026-11-20T02:00:00Z");
            db.restore(&backup, &json!({"name": "restored", "plan": "small"}));
            db.set_state("restored", "ready", None);
            db.end_work("done", None);
            backup
        })
    }

    fn restore(&self, backup: &str) -> Command {
        Command::Restore(RestoreBackup {
            backup_id: backup.to_owned(),
            of: Some("orders".into()),
            name: "copy".into(),
            team: Some("sandbox".into()),
            service: "postgresql".into(),
            plan: "small".into(),
        })
    }

    fn promote(&self) -> Command {
        let (from_id, to_id) = (self.id("orders"), self.id("restored"));
        Command::MoveAttachments { from_id, from: "orders".into(), to_id, to: "restored".into() }
    }

    /// Sends it, and loses the answer; the platform did it or not.
    async fn lose(&self, command: Command, has_happened: bool) -> Operation {
        let fault = || if has_happened { Fault::ActAndCut } else { Fault::Cut };
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            self.server.fail(method, "/v1/", 1, fault());
        }
        let before = self.server.writes();
        let operation = self.run(command).await;
        assert!(matches!(operation.outcome, Outcome::Unknown { .. }), "{operation:?}");
        assert_eq!(self.server.writes(), before + 1);
        operation
    }

    async fn judged(&self, operation: &Operation) -> Judgement {
        let outcome = self.verdict(operation).await;
        outcome.judged().unwrap_or_else(|| panic!("{}: {outcome:?}", operation.command.sentence())).clone()
    }

    async fn verdict(&self, operation: &Operation) -> Outcome {
        let writes = self.server.writes();
        let outcome = self.follow(operation).await.outcome;
        assert_eq!(self.server.writes(), writes, "nothing was sent again");
        outcome
    }
}

/// Every new command, in an order in which each can be sent.
async fn commands(desk: &Desk) -> Vec<Command> {
    desk.server.db(|db| db.apps[1].maintenance = (true, None));
    let backup = desk.with_replacement();
    let other = desk.server.db(|db| db.finished_backup("orders", "2026-11-20T03:00:00Z"));
    let file = desk.server.journal_folder().with_file_name("orders.pgdump");
    std::fs::write(&file, "PGDMP").unwrap();
    let schedule = Some(Schedule { hour: 2, time_zone: "UTC".into() });
    vec![
        desk.orders(|addon_id, addon| Command::BackUp { addon_id, addon, label: None }),
        desk.orders(|addon_id, addon| Command::ScheduleBackups { addon_id, addon, schedule }),
        desk.orders(|addon_id, addon| Command::ScheduleBackups { addon_id, addon, schedule: None }),
        Command::UploadBackup { service: "postgresql".into(), file, size: 5 },
        desk.restore(&backup),
        desk.orders(|addon_id, addon| Command::Rotate { addon_id, addon }),
        desk.orders(|addon_id, addon| Command::Restart { addon_id, addon }),
        desk.orders(|addon_id, addon| Command::Sleep { addon_id, addon }),
        desk.orders(|addon_id, addon| Command::Wake { addon_id, addon }),
        desk.promote(),
        Command::DeleteBackup { backup_id: other, addon_id: Some(desk.id("orders")), addon: Some("orders".into()) },
        desk.orders(|addon_id, addon| Command::ChangePlan {
            addon_id,
            addon,
            service: "postgresql".into(),
            plan: "large".into(),
        }),
        desk.orders(|addon_id, addon| Command::Rename { addon_id, addon, name: "orders-old".into() }),
        Command::Maintenance { app: "storefront".into(), is_on: true },
        Command::Maintenance { app: "billing".into(), is_on: false },
    ]
}

#[tokio::test]
async fn what_happened_is_found_out_for_every_command_and_followed_by_the_platforms_record() {
    let desk = Desk::new().await;
    for command in commands(&desk).await {
        let what = command.sentence();
        let operation = desk.lose(command.clone(), true).await;
        match desk.verdict(&operation).await {
            Outcome::Done => assert!(
                matches!(
                    command,
                    Command::ScheduleBackups { .. }
                        | Command::MoveAttachments { .. }
                        | Command::DeleteBackup { .. }
                        | Command::Rename { .. }
                        | Command::Maintenance { .. }
                ),
                "{what}"
            ),
            Outcome::Accepted => {
                let known = desk.recorded(&operation);
                assert!(known.work_id.is_some(), "{what}: it is followed by its record");
                desk.server.db(|db| db.end_work("failed", Some("It broke.")));
                let Outcome::Failed { message } = desk.verdict(&operation).await else { panic!("{what}") };
                assert!(message.ends_with("It broke."), "{what}: {message}");
                desk.server.db(|db| db.set_state("orders", "ready", None));
            }
            other => panic!("{what}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn what_is_not_seen_may_still_come_for_every_command() {
    let desk = Desk::new().await;
    let commands = commands(&desk).await;
    // One that is there to be taken away; without it there would be nothing to see missing.
    desk.server.db(|db| db.schedule("orders", Some(json!({"hour": 5, "time_zone": "UTC"}))));
    for command in commands {
        let what = command.sentence();
        let operation = desk.lose(command, false).await;
        let judged = desk.judged(&operation).await;
        assert_eq!(judged.verdict, Verdict::NotSeen, "{what}");
        assert!(judged.words.contains("may still come"), "{what}: {}", judged.words);
        let records = |desk: &Desk| desk.journal.get(&operation.id).unwrap().unwrap().records.len();
        let before = records(&desk);
        let operation = desk.recorded(&operation);
        let again = desk.judged(&operation).await;
        assert_eq!((again.looks, again.since), (2, judged.since), "{what}");
        assert_eq!(records(&desk), before, "{what}: the same verdict again is not recorded");
    }
}

#[tokio::test]
async fn of_two_nobody_can_tell_which_is_ours_and_older_or_others_are_none() {
    type Meanwhile = fn(&mut Db);
    let second: Meanwhile = |db| {
        db.work("orders", "restart", None);
    };
    let older: Meanwhile = |db| db.works.last_mut().unwrap().created_at -= SignedDuration::from_mins(30);
    let foreign: Meanwhile = |db| db.works.last_mut().unwrap().by = "bob".into();
    let other_kind: Meanwhile = |db| db.works.last_mut().unwrap().kind = "rotate".into();
    for (meanwhile, verdict, expected) in [
        (second, Verdict::CantTell, "nothing tells which one is ours"),
        (older, Verdict::NotSeen, "showed no restart of orders"),
        (foreign, Verdict::NotSeen, "showed no restart of orders"),
        (other_kind, Verdict::NotSeen, "showed no restart of orders"),
    ] {
        let desk = Desk::new().await;
        let operation = desk.lose(desk.orders(|addon_id, addon| Command::Restart { addon_id, addon }), true).await;
        desk.server.db(meanwhile);
        let judged = desk.judged(&operation).await;
        assert_eq!(judged.verdict, verdict, "{expected}");
        assert!(judged.words.contains(expected), "{}", judged.words);
    }
}

#[tokio::test]
async fn maintenance_by_somebody_else_or_since_before_is_not_ours() {
    type Meanwhile = fn(&mut Db);
    let foreign: Meanwhile = |db| db.apps[0].maintenance = (true, Some((jiff::Timestamp::now(), "bob")));
    let older: Meanwhile = |db| {
        let at = jiff::Timestamp::now() - SignedDuration::from_mins(30);
        db.apps[0].maintenance = (true, Some((at, "alice")));
    };
    let untold: Meanwhile = |db| db.apps[0].maintenance = (true, None);
    for (meanwhile, expected) in [
        (foreign, Some("by bob, and our request would leave no trace beside that")),
        (older, Some("which was before we sent, so our request would leave no trace")),
        (untold, None),
    ] {
        let desk = Desk::new().await;
        let operation = desk.lose(Command::Maintenance { app: "storefront".into(), is_on: true }, false).await;
        desk.server.db(meanwhile);
        match (desk.verdict(&operation).await, expected) {
            (Outcome::Unknown { judged: Some(judged), .. }, Some(expected)) => {
                assert_eq!(judged.verdict, Verdict::CantTell, "{}", judged.words);
                assert!(judged.words.contains(expected), "{}", judged.words);
            }
            (Outcome::Done, None) => {}
            (outcome, expected) => panic!("{outcome:?} {expected:?}"),
        }
    }
}

#[tokio::test]
async fn an_add_on_of_the_name_from_elsewhere_is_no_replacement() {
    let desk = Desk::new().await;
    let backup = desk.with_replacement();
    let operation = desk.lose(desk.restore(&backup), true).await;
    desk.server.db(|db| db.addon("copy").unwrap().restored_from = None);
    let judged = desk.judged(&operation).await;
    assert!(judged.words.contains("was not made from a backup"), "{}", judged.words);
    desk.server.db(|db| db.remove("copy"));
    desk.server.db(|db| db.works.last_mut().unwrap().addon.1 = "copy".into());
    desk.server.db(|db| db.end_work("failed", Some("It does not fit.")));
    assert_eq!(desk.verdict(&operation).await, Outcome::Accepted, "its record is still there");
    let Outcome::Failed { message } = desk.verdict(&operation).await else { panic!() };
    assert_eq!(message, "copy could not be restored: It does not fit.");
}

#[tokio::test]
async fn work_is_followed_by_its_own_record_with_its_progress() {
    let desk = Desk::new().await;
    let backup = desk.orders(|addon_id, addon| Command::BackUp { addon_id, addon, label: None });
    let operation = desk.run(backup.clone()).await;
    assert_eq!(operation.outcome, Outcome::Accepted);
    for state in ["queued", "running", "resting"] {
        desk.server.db(|db| db.end_work(state, None));
        let followed = door::follow(&desk.connection, &desk.journal, &operation).await.unwrap();
        assert_eq!(followed.operation.outcome, Outcome::Accepted, "{state}");
        assert_eq!(followed.work.unwrap().progress.unwrap().done, Some(3));
    }
    desk.server.db(|db| db.end_work("done", None));
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Done);
    let operation = desk.run(backup).await;
    desk.server.db(|db| db.end_work("failed", Some("pg_dump: no space left")));
    let Outcome::Failed { message } = desk.follow(&operation).await.outcome else { panic!() };
    assert_eq!(message, "orders could not be backed up: pg_dump: no space left");
}

#[tokio::test]
async fn without_a_record_it_is_judged_by_what_there_is() {
    let desk = Desk::new().await;
    let backup = desk.run(desk.orders(|addon_id, addon| Command::BackUp { addon_id, addon, label: None })).await;
    desk.server.db(|db| db.works.clear());
    assert_eq!(desk.follow(&backup).await.outcome, Outcome::Accepted);
    let id = backup.backup_id.clone().unwrap();
    desk.server.db(|db| db.backup(&id).unwrap().state = "failed".into());
    assert!(matches!(desk.follow(&backup).await.outcome, Outcome::Failed { .. }));
    let restart = desk.run(desk.orders(|addon_id, addon| Command::Restart { addon_id, addon })).await;
    desk.server.db(|db| db.works.clear());
    let unknown = desk.follow(&restart).await;
    let Outcome::Unknown { message, judged: None } = &unknown.outcome else { panic!() };
    assert!(message.contains("no record any more"), "{message}");
    // What was acknowledged is never taken for not seen, which could be sent again.
    assert_eq!(desk.judged(&unknown).await.verdict, Verdict::CantTell);
}

#[tokio::test]
async fn a_backup_that_changed_meanwhile_is_shown_again() {
    let desk = Desk::new().await;
    let backup = desk.with_replacement();
    let prepared = desk.prepare(desk.restore(&backup)).await;
    assert_eq!(prepared.effects.risk(), Risk::Adds);
    desk.server.db(|db| db.backup(&backup).unwrap().state = "expired".into());
    let SubmitResult::Changed { what, prepared } = desk.submit(prepared).await else { panic!() };
    assert_eq!(what, [format!("Backup {backup} is expired now; it was finished.")]);
    assert!(prepared.effects.refusal().is_some());
    assert_eq!(desk.server.writes(), 0);
}

#[tokio::test]
async fn a_source_that_changed_meanwhile_is_shown_again() {
    let desk = Desk::new().await;
    desk.with_replacement();
    let prepared = desk.prepare(desk.promote()).await;
    assert_eq!(prepared.effects.risk(), Risk::Destroys);
    assert!(prepared.effects.changes.iter().any(
        |one| matches!(one, Change::LosesWrites { since: Some(at), .. } if at.to_string() == "2026-11-20T02:00:00Z")
    ));
    desk.server.db(|db| db.attach(&json!({"attachment": {"addon": "orders", "app": "billing", "alias": "R"}})));
    let SubmitResult::Changed { what, .. } = desk.submit(prepared).await else { panic!() };
    assert_eq!(what[0], "orders is now attached to billing as R.");
    assert_eq!(desk.server.writes(), 0);
}

#[tokio::test]
async fn another_backup_to_be_pushed_out_is_shown_again_but_a_note_is_not() {
    let desk = Desk::new().await;
    let first = desk.server.db(|db| db.finished_backup("orders", "2026-11-19T02:00:00Z"));
    let backup = desk.orders(|addon_id, addon| Command::BackUp { addon_id, addon, label: None });
    let prepared = desk.prepare(backup.clone()).await;
    desk.server.db(|db| db.finished_backup("orders", "2026-11-20T02:00:00Z"));
    let SubmitResult::Changed { what, prepared } = desk.submit(prepared).await else { panic!() };
    assert_eq!(what, [format!("One more backup pushes out {first} now.")]);
    assert_eq!(prepared.effects.risk(), Risk::Interrupts);
    // Somebody else's backup comes before this one: then two go.
    desk.server.db(|db| db.back_up("orders"));
    assert!(matches!(desk.submit(*prepared).await, SubmitResult::Changed { .. }));

    // Where there is room for both, what is said of the other one is no reason to ask again once it was shown.
    let desk = Desk::new().await;
    let backup = desk.orders(|addon_id, addon| Command::BackUp { addon_id, addon, label: None });
    let prepared = desk.prepare(backup).await;
    desk.server.db(|db| db.back_up("orders"));
    let SubmitResult::Changed { what, prepared } = desk.submit(prepared).await else { panic!() };
    assert!(matches!(what.as_slice(), [one] if one.contains("asked for back up of orders")), "{what:?}");
    desk.server.db(|db| db.backups.last_mut().unwrap().state = "pending".into());
    assert!(matches!(desk.submit(*prepared).await, SubmitResult::Operation(_)));
}

#[tokio::test]
async fn what_is_no_longer_disturbed_is_no_reason_to_ask_again_but_what_is_now_disturbed_is() {
    let desk = Desk::new().await;
    let destroy = desk.orders(|addon_id, addon| Command::DestroyAddon { addon_id, addon });
    let quiet = desk.prepare(destroy).await;
    desk.server.db(|db| db.work("orders", "back_up", None).state = "queued".into());
    // Also where the platform's record can't be read.
    let broken = Fault::Say(500, Vec::new(), "{}".into());
    desk.server.fail(Method::GET, "/v1/operations", 3, broken);
    let SubmitResult::Changed { what, .. } = desk.submit(quiet.clone()).await else { panic!() };
    assert_eq!(what, ["What the command does is not what it did when it was shown."]);
    let SubmitResult::Changed { what, prepared } = desk.submit(quiet).await else { panic!() };
    assert!(matches!(what.as_slice(), [one] if one.contains("asked for back up of orders")), "{what:?}");
    desk.server.db(|db| db.end_work("done", None));
    assert!(matches!(desk.submit(*prepared).await, SubmitResult::Operation(_)));
}

#[tokio::test]
async fn what_cannot_be_is_refused_before_it_is_sent() {
    let desk = Desk::new().await;
    let backup = desk.with_replacement();
    let gone = desk.server.journal_folder().with_file_name("gone.pgdump");
    for (command, expected) in [
        (desk.restore("bkp_99"), "There is no backup bkp_99 any more."),
        (
            Command::Restore(RestoreBackup {
                backup_id: backup,
                of: None,
                name: "orders".into(),
                team: None,
                service: "postgresql".into(),
                plan: "small".into(),
            }),
            "There is an add-on called orders already.",
        ),
        (
            desk.orders(|addon_id, addon| Command::ChangePlan {
                addon_id,
                addon,
                service: "postgresql".into(),
                plan: "huge".into(),
            }),
            "It has: small, large.",
        ),
        (
            desk.orders(|addon_id, addon| Command::Rename { addon_id, addon, name: "restored".into() }),
            "There is an add-on called restored already.",
        ),
        (Command::UploadBackup { service: "postgresql".into(), file: gone, size: 1 }, "can't be read"),
    ] {
        let error = door::prepare(&desk.connection, None, command).await.unwrap_err();
        assert!(error.message.contains(expected), "{error}");
    }
    assert_eq!(desk.server.writes(), 0);
}
