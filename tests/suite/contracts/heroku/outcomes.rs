//! Through the door: what is shown, what is followed to its end, and what an unknown outcome is judged by.

use std::time::Duration;

use axum::http::Method;

use attache::model::{Change, Command, Judgement, Operation, Outcome, Risk, VariableValue, Verdict};
use attache::platform::Asks;
use attache::store::{SubmitResult, door};

use super::Desk;
use super::matrix::{
    attach, back_up, cancel, change_plan, create, delete_backup, destroy, detach, rename, restore_into, rotate,
    schedule, take_database,
};
use crate::stand_ins::heroku::Heroku;
use crate::stand_ins::{Fault, World};

fn new_redis() -> Command {
    Command::CreateAddon(create("new", "hobby", "heroku-redis", "mini"))
}

impl Desk {
    /// Sends it, and loses the answer; Heroku does it, does it not, or does it later.
    async fn lose(&self, command: Command, fault: Fault) -> Operation {
        for method in [Method::POST, Method::PATCH, Method::DELETE] {
            self.fail(method, "/", 1, fault.clone());
        }
        let before = self.writes();
        let what = command.sentence();
        let operation = self.run(command).await;
        self.forget_faults();
        assert!(matches!(operation.outcome, Outcome::Unknown { .. }), "{what}: {operation:?}");
        assert_eq!(self.writes(), before + 1, "{what}");
        operation
    }

    /// What a look comes to; nothing is ever sent again.
    async fn verdict(&self, operation: &Operation) -> Outcome {
        let writes = self.writes();
        let outcome = self.follow(operation).await.outcome;
        assert_eq!(self.writes(), writes, "nothing was sent again");
        outcome
    }

    async fn judged(&self, operation: &Operation) -> Judgement {
        let outcome = self.verdict(operation).await;
        outcome.judged().unwrap_or_else(|| panic!("{}: {outcome:?}", operation.command.sentence())).clone()
    }
}

#[tokio::test]
async fn an_add_on_is_made_and_followed_to_ready_or_to_its_failure() {
    let desk = Desk::new().await;
    let prepared = desk.prepare(new_redis()).await;
    assert_eq!(prepared.effects.risk(), Risk::Interrupts, "{:#?}", prepared.effects);
    let operation = desk.run(new_redis()).await;
    assert_eq!(operation.outcome, Outcome::Accepted);
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Accepted);
    desk.world(|world| world.advance(2));
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Done);
    desk.world(|world| world.switches.provisioning_fails = true);
    let operation = desk.run(Command::CreateAddon(create("second", "hobby", "heroku-redis", "mini"))).await;
    desk.world(|world| world.advance(2));
    let Outcome::Failed { message } = desk.follow(&operation).await.outcome else { panic!() };
    assert!(message.contains("second"), "{message}");
    let at_once = desk.run(Command::CreateAddon(create("logs", "hobby", "papertrail", "fixa"))).await;
    assert_eq!(desk.follow(&at_once).await.outcome, Outcome::Done);
    assert_eq!(desk.writes(), 3);
}

#[tokio::test]
async fn a_destroying_that_goes_on_is_followed_until_heroku_knows_it_no_more() {
    let desk = Desk::new().await;
    desk.world(|world| {
        world.addon_mut("kafka-billing").unwrap().state = "provisioned".into();
        world.attach("billing", "kafka-billing", "KAFKA", None);
        world.app_mut("billing").unwrap().needs_second_factor = false;
    });
    let prepared = desk.prepare(destroy(&desk, "kafka-billing")).await;
    assert_eq!(prepared.effects.risk(), Risk::Destroys);
    assert_eq!(prepared.effects.apps(), ["billing"]);
    let SubmitResult::Operation(operation) = desk.submit(prepared).await else { panic!() };
    assert_eq!(operation.outcome, Outcome::Accepted);
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Accepted);
    // A page of somebody between is not Heroku saying that it is gone.
    let id = desk.id("kafka-billing");
    desk.fail(Method::GET, format!("/addons/{id}"), 9, Fault::Say(404, Vec::new(), "<h1>nginx</h1>".into()));
    assert!(door::follow(&desk.connection, &desk.journal, &operation).await.is_err());
    desk.forget_faults();
    desk.world(|world| world.advance(6));
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Done);
    let at_once = desk.run(destroy(&desk, "papertrail-storefront")).await;
    assert_eq!(desk.follow(&at_once).await.outcome, Outcome::Done);
}

#[tokio::test]
async fn a_name_that_moves_is_shown_as_destroying_and_what_is_asked_is_kept() {
    let desk = Desk::new().await;
    let command = attach(&desk, "postgresql-follower", "storefront", "DATABASE", None);
    let prepared = desk.prepare(command.clone()).await;
    assert_eq!(prepared.effects.risk(), Risk::Destroys, "{:#?}", prepared.effects);
    assert!(prepared.effects.changes.contains(&Change::Variable {
        app: "storefront".into(),
        name: "DATABASE_URL".into(),
        before: VariableValue::From("postgresql-storefront".into()),
        after: VariableValue::From("postgresql-follower".into()),
    }));
    let operation = desk.run(command).await;
    assert!(matches!(&operation.outcome, Outcome::Failed { .. }), "{operation:?}");
    assert_eq!(operation.asks, Some(Asks::Confirmation { word: "storefront".into() }));
    let kept = desk.journal.get(&operation.id).unwrap().unwrap().operation;
    assert_eq!(kept.asks, operation.asks);
    let prepared = desk.prepare(take_database(&desk)).await;
    assert_eq!(prepared.effects.risk(), Risk::Destroys);
    let SubmitResult::Operation(operation) = desk.submit(prepared).await else { panic!() };
    assert_eq!(operation.outcome, Outcome::Done);
}

#[tokio::test]
async fn the_last_attachment_is_refused_before_it_is_sent() {
    let desk = Desk::new().await;
    let prepared = desk.prepare(detach(&desk, "redis-storefront", "storefront", "REDIS")).await;
    let why = prepared.effects.refusal().unwrap_or_else(|| panic!("{:#?}", prepared.effects));
    assert!(why.contains("last"), "{why}");
    let other = desk.prepare(detach(&desk, "postgresql-storefront", "reports", "STOREFRONT_DB")).await;
    assert_eq!(other.effects.refusal(), None, "{:#?}", other.effects);
    assert_eq!(desk.run(other.command).await.outcome, Outcome::Done);
}

/// Every command, what it takes to be sent, and whether Heroku goes on with it.
fn commands(desk: &Desk) -> Vec<(Command, bool)> {
    desk.world(|world| {
        world.attach("hobby", "redis-storefront", "SHARED", None);
        world.app_mut("billing").unwrap().needs_second_factor = false;
    });
    vec![
        (new_redis(), true),
        (attach(desk, "redis-storefront", "billing", "CACHE", None), false),
        (detach(desk, "redis-storefront", "hobby", "SHARED"), false),
        (take_database(desk), false),
        (destroy(desk, "papertrail-storefront"), false),
        (rename(desk), false),
        (change_plan(desk), false),
        (Command::Maintenance { app: "storefront".into(), is_on: true }, false),
        (Command::RollBack { app: "storefront".into(), release: "v2".into() }, false),
        (back_up(desk, "postgresql-storefront"), true),
        (restore_into(desk, "storefront::b002", "postgresql-staging"), true),
        (cancel(desk), false),
        (delete_backup(desk), false),
        (schedule(desk, "postgresql-storefront", Some(3)), false),
        (schedule(desk, "postgresql-storefront", None), false),
    ]
}

async fn count() -> usize {
    commands(&Desk::new().await).len()
}

#[tokio::test]
async fn what_happened_is_found_out_for_every_command() {
    for place in 0..count().await {
        let desk = Desk::new().await;
        let (command, goes_on) = commands(&desk).remove(place);
        let what = command.sentence();
        let operation = desk.lose(command, Fault::ActAndCut).await;
        let outcome = desk.verdict(&operation).await;
        let expected = if goes_on { Outcome::Accepted } else { Outcome::Done };
        assert_eq!(outcome, expected, "{what}");
        if goes_on {
            desk.world(|world| world.advance(3));
            assert_eq!(desk.verdict(&operation).await, Outcome::Done, "{what}");
        }
    }
}

#[tokio::test]
async fn what_is_not_seen_may_still_come_and_is_found_when_it_has() {
    for place in 0..count().await {
        let desk = Desk::new().await;
        let (command, goes_on) = commands(&desk).remove(place);
        let what = command.sentence();
        let operation = desk.lose(command, Fault::CutAndActLate(None)).await;
        let judged = desk.judged(&operation).await;
        assert_eq!(judged.verdict, Verdict::NotSeen, "{what}: {}", judged.words);
        assert!(judged.words.contains("may still come"), "{what}: {}", judged.words);
        // It acts late.
        desk.release().await;
        let expected = if goes_on { Outcome::Accepted } else { Outcome::Done };
        assert_eq!(desk.verdict(&operation).await, expected, "{what}");
    }
}

#[tokio::test]
async fn what_leaves_no_trace_is_never_taken_for_done_or_for_not_seen() {
    for name in ["postgresql-storefront", "redis-storefront"] {
        for fault in [Fault::ActAndCut, Fault::Cut] {
            let desk = Desk::new().await;
            let operation = desk.lose(rotate(&desk, name), fault).await;
            assert_eq!(desk.judged(&operation).await.verdict, Verdict::CantTell, "{name}");
        }
    }
}

#[tokio::test]
async fn what_somebody_else_made_is_not_ours() {
    let desk = Desk::new().await;
    let operation = desk.lose(back_up(&desk, "postgresql-storefront"), Fault::ActAndCut).await;
    desk.world(|world| {
        let uuid = world.transfer("postgresql-storefront", crate::stand_ins::heroku::data::transfers::Kind::Backup);
        assert!(!uuid.is_empty());
    });
    let judged = desk.judged(&operation).await;
    assert_eq!(judged.verdict, Verdict::CantTell, "of two nobody knows which is ours: {}", judged.words);
    // An add-on of our name that was there before we sent.
    let desk = Desk::new().await;
    let operation = desk.lose(new_redis(), Fault::Cut).await;
    desk.world(|world| world.seed("hobby", "heroku-redis", "mini", "new"));
    let judged = desk.judged(&operation).await;
    assert_eq!(judged.verdict, Verdict::NotSeen, "{}", judged.words);
}

#[tokio::test]
async fn a_backup_is_followed_by_its_own_record() {
    let desk = Desk::new().await;
    let operation = desk.run(back_up(&desk, "postgresql-storefront")).await;
    assert_eq!((&operation.outcome, operation.work_id.as_deref()), (&Outcome::Accepted, Some("storefront::b009")));
    desk.world(|world| world.advance(2));
    let followed = door::follow(&desk.connection, &desk.journal, &operation).await.unwrap();
    assert_eq!(followed.operation.outcome, Outcome::Accepted);
    assert!(followed.work.unwrap().progress.unwrap().done.unwrap() > 0);
    desk.world(|world| world.advance(1));
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Done);
    desk.world(|world| world.switches.transfers_fail = true);
    let operation = desk.run(restore_into(&desk, "storefront::b002", "postgresql-staging")).await;
    desk.world(|world| world.advance(3));
    let Outcome::Failed { message } = desk.follow(&operation).await.outcome else { panic!() };
    assert!(message.contains("no space left"), "{message}");
}

#[tokio::test]
async fn a_restore_into_another_says_that_its_data_is_lost() {
    let desk = Desk::new().await;
    let prepared = desk.prepare(restore_into(&desk, "storefront::b002", "postgresql-staging")).await;
    assert_eq!(prepared.effects.risk(), Risk::Destroys);
    let failed = door::prepare(
        &desk.connection,
        Some(&desk.journal),
        restore_into(&desk, "storefront::b003", "postgresql-staging"),
    );
    match failed.await {
        Ok(prepared) => assert!(prepared.effects.refusal().is_some(), "{:#?}", prepared.effects),
        Err(error) => assert!(error.message.contains("b003"), "{error}"),
    }
}

#[tokio::test]
async fn writes_to_one_app_go_one_after_another() {
    let desk = Desk::new().await;
    desk.fail(Method::POST, "/", 9, Fault::Delay(Some(Duration::from_millis(100))));
    let first = desk.prepare(attach(&desk, "redis-storefront", "hobby", "ONE", None)).await;
    let second = desk.prepare(new_redis()).await;
    let third = desk.prepare(attach(&desk, "postgresql-staging", "hobby", "TWO", None)).await;
    let (one, two, three) = tokio::join!(desk.submit(first), desk.submit(second), desk.submit(third));
    let sent = [one, two, three].iter().filter(|one| matches!(one, SubmitResult::Operation(_))).count();
    // Whoever comes later may find the app changed by who came before, and is asked anew.
    assert!(sent >= 1 && desk.writes() == sent, "{sent}");
    assert_eq!(desk.most_writes_at_once(), 1);
    let desk = Desk::over(Heroku::small(), super::settings()).await;
    desk.fail(Method::POST, "/", 9, Fault::Delay(None));
    let first = desk.prepare(attach(&desk, "redis-storefront", "hobby", "ONE", None)).await;
    let second = desk.prepare(attach(&desk, "postgresql-staging", "reports", "TWO", None)).await;
    let (one, two, ()) = tokio::join!(desk.submit(first), desk.submit(second), async {
        desk.until_waiting(2).await;
        desk.release().await;
    });
    assert!(matches!((one, two), (SubmitResult::Operation(_), SubmitResult::Operation(_))));
    assert_eq!(desk.most_writes_at_once(), 2, "those to two apps go at once");
}
