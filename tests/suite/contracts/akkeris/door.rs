//! The door before Akkeris: sent once, followed to its end, and where the answer was lost, judged by what is there.

use attache::model::{Command, Known, Operation, Outcome, Verdict};
use attache::store::SubmitResult;

use super::desk::{Desk, create};
use crate::stand_ins::Fault;
use crate::stand_ins::World as _;

fn accepted(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Accepted | Outcome::Done)
}

/// Whether something happened, by a look at it.
async fn has_happened(desk: &Desk, operation: &Operation) -> bool {
    accepted(&desk.look(operation).await)
}

#[tokio::test]
async fn an_add_on_is_made_and_followed_until_its_broker_says_that_it_stands() {
    let desk = Desk::new().await;
    let operation = desk.run(create("mail-dev", "mailbox", "akkeris-postgresql:standard-0")).await;
    assert_eq!(operation.outcome, Outcome::Accepted);
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Accepted);
    desk.server.world(|world| world.advance(2));
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Done);
    let operation = desk.run(create("mail-dev", "fails", "akkeris-postgresql:doomed")).await;
    desk.server.world(|world| world.advance(2));
    let Outcome::Failed { message } = desk.follow(&operation).await.outcome else { panic!("{operation:?}") };
    assert!(message.contains("could not be made"), "{message}");
    assert_eq!(desk.server.writes(), 2);
}

#[tokio::test]
async fn what_goes_on_is_followed_to_its_end() {
    let desk = Desk::new().await;
    for command in [
        desk.server.change_plan("orders", "akkeris-postgresql:premium-1"),
        desk.server.restore("orders"),
        desk.server.on("orders", |addon_id, addon| Command::Restart { addon_id, addon }),
    ] {
        let what = command.sentence();
        let operation = desk.run(command).await;
        assert_eq!(operation.outcome, Outcome::Accepted, "{what}");
        assert_eq!(desk.follow(&operation).await.outcome, Outcome::Accepted, "{what}");
        desk.server.world(|world| world.advance(3));
        assert_eq!(desk.follow(&operation).await.outcome, Outcome::Done, "{what}");
    }
    let operation = desk.run(desk.server.back_up("orders")).await;
    assert_eq!(operation.outcome, Outcome::Accepted);
    desk.server.world(|world| world.advance(2));
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Done);
    assert_eq!(desk.server.writes(), 4);
}

/// Those whose outcome is told by what is there.
fn provable(desk: &Desk) -> Vec<Command> {
    let server = &desk.server;
    vec![
        create("mail-dev", "mailbox", "akkeris-postgresql:standard-0"),
        create("mail-dev", "visits", "akkeris-redis:small"),
        server.attach("reporting", "blog-dev", Some("reports")),
        server.make_primary("reporting", "shop-dev", None),
        server.rename("sessions", "Visits"),
        server.change_plan("orders", "akkeris-postgresql:premium-1"),
        server.back_up("ledger"),
        server.restore("ledger"),
        server.detach("orders", "blog-dev"),
        Command::Maintenance { app: "blog-dev".into(), is_on: true },
        server.destroy("uploads"),
    ]
}

/// Nothing holds what is to be destroyed.
fn make_way(desk: &Desk) {
    desk.server.world(|world| world.addon("uploads").attachments.truncate(1));
}

#[tokio::test]
async fn what_happened_though_its_answer_was_lost_is_found() {
    for fault in [Fault::ActAndCut, Fault::ActAndCutHalfWay, Fault::ActAndSay(503, "Service Unavailable Error")] {
        let desk = Desk::new().await;
        make_way(&desk);
        for command in provable(&desk) {
            let what = format!("{} ({fault:?})", command.sentence());
            let operation = desk.lose(command, fault.clone()).await;
            let outcome = desk.look(&operation).await;
            assert!(accepted(&outcome), "{what}: {outcome:?}");
            desk.server.world(|world| world.advance(2));
        }
    }
}

#[tokio::test]
async fn what_did_not_happen_is_not_seen_and_never_said_not_to_have_happened() {
    let desk = Desk::new().await;
    make_way(&desk);
    for command in provable(&desk) {
        let what = command.sentence();
        let is_restore = matches!(command, Command::RestoreInto { .. });
        let operation = desk.lose(command, Fault::Cut).await;
        let judged = desk.judged(&operation).await;
        // One that is over leaves no trace, so that one that never was can't be told from it.
        let expected = if is_restore { Verdict::CantTell } else { Verdict::NotSeen };
        assert_eq!(judged.verdict, expected, "{what}: {}", judged.words);
    }
}

#[tokio::test]
async fn what_is_done_late_is_not_seen_first_and_found_when_it_came() {
    let desk = Desk::new().await;
    make_way(&desk);
    for command in provable(&desk) {
        let what = command.sentence();
        let is_restore = matches!(command, Command::RestoreInto { .. });
        let operation = desk.lose(command, Fault::CutAndActLate(None)).await;
        let judged = desk.judged(&operation).await;
        let expected = if is_restore { Verdict::CantTell } else { Verdict::NotSeen };
        assert_eq!(judged.verdict, expected, "{what}: {}", judged.words);
        desk.server.release().await;
        assert!(has_happened(&desk, &operation).await, "{what}");
        desk.server.world(|world| world.advance(2));
    }
}

#[tokio::test]
async fn what_leaves_no_trace_can_t_be_told() {
    for fault in [Fault::Cut, Fault::ActAndCut] {
        let desk = Desk::new().await;
        for command in [
            desk.server.on("orders", |addon_id, addon| Command::Restart { addon_id, addon }),
            desk.server.on("keys", |addon_id, addon| Command::Rotate { addon_id, addon }),
        ] {
            let what = command.sentence();
            let operation = desk.lose(command, fault.clone()).await;
            assert_eq!(desk.judged(&operation).await.verdict, Verdict::CantTell, "{what} ({fault:?})");
        }
    }
}

#[tokio::test]
async fn an_add_on_of_the_same_name_is_ours_only_by_plan_and_time() {
    let desk = Desk::new().await;
    // Others of that name come to be between the look at what there is and the request: ours is one more, or not there.
    let command = || create("bank-prod", "store", "akkeris-redis:small");
    let lost = desk.lose(command(), Fault::Cut).await;
    assert_eq!(desk.judged(&lost).await.verdict, Verdict::NotSeen);
    let made = desk.lose(command(), Fault::ActAndCut).await;
    assert!(has_happened(&desk, &made).await);
    // A second one that may be ours: nothing tells which.
    desk.server
        .write(
            axum::http::Method::POST,
            "/apps/bank-prod/addons",
            serde_json::json!({"plan": "akkeris-redis:small", "attachment": {"name": "store"}}),
        )
        .await;
    assert_eq!(desk.judged(&lost).await.verdict, Verdict::CantTell);
}

#[tokio::test]
async fn a_destroyed_add_on_is_gone_only_when_its_own_read_says_so() {
    let desk = Desk::new().await;
    make_way(&desk);
    let operation = desk.lose(desk.server.destroy("uploads"), Fault::Cut).await;
    desk.server.world(|world| world.addon("uploads").is_reachable = false);
    let judged = desk.judged(&operation).await;
    assert_eq!(judged.verdict, Verdict::NotSeen, "its broker is away, which says nothing: {}", judged.words);
    desk.server.world(|world| world.addons.retain(|addon| addon.attachments[0].name != "uploads"));
    assert!(has_happened(&desk, &operation).await);
}

#[tokio::test]
async fn a_refusal_is_the_platforms_own_sentence_and_an_end() {
    let desk = Desk::new().await;
    let prepared = desk.prepare(desk.server.rename("orders", "orders2")).await;
    // Somebody destroys it between the second reading and our request.
    let fault = Fault::Say(
        404,
        vec![("content-type", "application/json".into())],
        "The specified service x was not found.".into(),
    );
    desk.server.fail(axum::http::Method::PATCH, "/", 1, fault);
    let SubmitResult::Operation(operation) = desk.submit(prepared).await else { panic!() };
    let Outcome::Failed { message } = &operation.outcome else { panic!("{operation:?}") };
    assert!(message.contains("The specified service x was not found."), "{message}");
    assert_eq!(desk.server.writes(), 1);
}

#[tokio::test]
async fn what_changed_since_it_was_shown_is_shown_again_and_nothing_is_sent() {
    let desk = Desk::new().await;
    let prepared = desk.prepare(desk.server.change_plan("orders", "akkeris-postgresql:premium-1")).await;
    desk.server.world(|world| world.promote_by_name("reporting"));
    let SubmitResult::Changed { .. } = desk.submit(prepared).await else { panic!("it was sent") };
    assert_eq!(desk.server.writes(), 0);
}

#[tokio::test]
async fn what_another_person_did_is_told_around_a_command() {
    let desk = Desk::new().await;
    let target = format!("/apps/shop-dev/addons/{}", desk.server.id("orders"));
    let body = r#"{"attachment": {"name": "orders"}}"#;
    desk.server.ask_as("Bearer admin", axum::http::Method::PATCH, &target, body).await;
    let posts = format!("/apps/blog-dev/addons/{}", desk.server.id("posts"));
    desk.server.ask_as("Bearer admin", axum::http::Method::DELETE, &posts, "").await;
    let prepared = desk.prepare(desk.server.detach("orders", "blog-dev")).await;
    assert_eq!(prepared.situation.around.account, Known::Is("Una User".into()));
    desk.server.world(|world| world.audits = None);
    let prepared = desk.prepare(desk.server.detach("orders", "blog-dev")).await;
    assert!(matches!(prepared.situation.around.works, Known::Unknown(_)), "where it is not set up, it is unknown");
}
