//! The door before orkestr: sent once, followed to its end, and where the answer was lost, judged by what is there.

use axum::http::Method;
use serde_json::Value;

use attache::model::{Command, Operation, Outcome, Verdict, WorkState};
use attache::platform::{ReadErrorKind, SubmitError};
use attache::store::SubmitResult;

use super::desk::{Desk, create, submit};
use crate::stand_ins::Fault;

fn accepted(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Accepted | Outcome::Done)
}

fn failed(operation: &Operation) -> &str {
    match &operation.outcome {
        Outcome::Failed { message } => message,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_add_on_is_made_and_followed_until_it_stands() {
    let desk = Desk::new().await;
    let operation = desk.run(create("docs", "events", "redis", None)).await;
    assert_eq!(operation.outcome, Outcome::Accepted);
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Accepted);
    desk.advance(2);
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Done);
    let operation = desk.run(create("docs", "doomed", "redis", Some("DOOMED_URL"))).await;
    desk.advance(2);
    let operation = desk.follow(&operation).await;
    assert!(!failed(&operation).is_empty(), "{operation:?}");
    assert_eq!(desk.server.api.writes(), 2);
    desk.server.api.world(|world| world.switches.creates_at_once = true);
    let operation = desk.run(create("docs", "ready", "redis", Some("READY_URL"))).await;
    assert!(accepted(&operation.outcome));
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Done);
}

#[tokio::test]
async fn a_backup_whose_id_nobody_tells_is_found_in_the_list_and_followed() {
    let desk = Desk::new().await;
    let operation = desk.run(desk.server.back_up("shop", "orders")).await;
    assert_eq!(operation.outcome, Outcome::Accepted);
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Accepted, "it is running");
    desk.advance(2);
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Done);
    desk.server.api.world(|world| world.switches.backups_fail = true);
    let operation = desk.run(desk.server.back_up("blog", "comments")).await;
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Accepted, "it is found");
    desk.advance(2);
    assert!(!failed(&desk.follow(&operation).await).is_empty());
    assert_eq!(desk.server.api.writes(), 2);
}

#[tokio::test]
async fn an_add_on_is_gone_when_its_own_read_says_so() {
    let desk = Desk::new().await;
    desk.server.api.world(|world| world.switches.deletion_lasts = 2);
    let operation = desk.run(desk.server.destroy("shop", "search")).await;
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Accepted);
    desk.advance(2);
    let mut outcome = desk.follow(&operation).await.outcome;
    if outcome == Outcome::Accepted {
        // Twice, before it is believed.
        outcome = desk.follow(&operation).await.outcome;
    }
    assert_eq!(outcome, Outcome::Done);
}

#[tokio::test]
async fn a_redeploy_is_followed_step_by_step_until_it_is_live() {
    let desk = Desk::new().await;
    let operation = desk.run(desk.server.redeploy("docs", "production")).await;
    assert_eq!(operation.outcome, Outcome::Accepted);
    let id = desk.connection.reader.deployments("docs", None).await.unwrap()[0].id.clone();
    let mut walked = Vec::new();
    for _ in 0..7 {
        let work = desk.connection.reader.work(&id).await.unwrap();
        walked.push((work.word.clone().unwrap(), work.step.clone().unwrap_or_default()));
        assert_eq!(desk.follow(&operation).await.outcome, Outcome::Accepted, "{walked:?}");
        desk.advance(1);
    }
    let told: Vec<_> = walked.iter().map(|(word, step)| (word.as_str(), step.as_str())).collect();
    assert_eq!(
        told,
        [
            ("queued", ""),
            ("building", "clone"),
            ("building", "analyze"),
            ("building", "build"),
            ("deploying", "deploy"),
            ("deploying", "health_check"),
            ("deploying", "finalize"),
        ]
    );
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Done);
    let work = desk.connection.reader.work(&id).await.unwrap();
    assert!(work.state == WorkState::Done && work.ended_at.is_some(), "{work:?}");
    assert_eq!(desk.server.api.writes(), 1);
}

#[tokio::test]
async fn one_that_fails_says_where_and_its_log_why() {
    let desk = Desk::new().await;
    let operation = desk.run(desk.server.redeploy("blog", "preview")).await;
    desk.advance(9);
    let operation = desk.follow(&operation).await;
    assert!(failed(&operation).contains("build"), "{operation:?}");
    let preview = desk.server.environment("blog", "preview");
    let id = desk.connection.reader.deployments("blog", Some(&preview)).await.unwrap()[0].id.clone();
    let log = desk.connection.reader.work_log(&id).await.unwrap().join("\n");
    assert!(log.contains("[build] ") && log.contains("missing script: build"), "{log}");
    assert!(!log.contains('\u{1b}'), "{log:?}");
    let production = desk.connection.reader.environments("blog").await.unwrap();
    assert!(production[0].live_since.get().unwrap().is_some(), "what ran before goes on running");
}

#[tokio::test]
async fn a_roll_back_is_a_new_deployment_of_an_old_image() {
    let desk = Desk::new().await;
    let operation = desk.run(desk.server.roll_back()).await;
    assert_eq!(operation.outcome, Outcome::Accepted);
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Accepted);
    desk.advance(5);
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Done);
    let newest = desk.connection.reader.deployments("shop", None).await.unwrap()[0].clone();
    assert_eq!((newest.kind.as_str(), newest.steps.len()), ("rollback", 3));
    assert_eq!(desk.server.api.writes(), 1);
}

#[tokio::test]
async fn automatic_backups_are_flipped_once_or_not_at_all() {
    let desk = Desk::new().await;
    let is_on = || desk.server.api.world(|world| world.project("shop").addon("orders").has_auto_backup);
    submit(&desk.connection, &desk.server.switch("shop", "orders", true)).await.unwrap();
    assert_eq!((desk.server.api.writes(), is_on()), (0, true), "on already: nothing is sent");
    let operation = desk.run(desk.server.switch("shop", "orders", false)).await;
    assert!(accepted(&operation.outcome), "{operation:?}");
    assert_eq!((desk.follow(&operation).await.outcome, desk.server.api.writes(), is_on()), (Outcome::Done, 1, false));
    let operation = desk.run(desk.server.switch("shop", "orders", true)).await;
    assert_eq!((desk.follow(&operation).await.outcome, desk.server.api.writes(), is_on()), (Outcome::Done, 2, true));
    // Somebody flipped it at the same moment: it is said, and not flipped back.
    let target = format!("/api/v1/projects/{}", desk.server.project("shop"));
    let both = Fault::Say(200, Vec::new(), r#"{"addon": "orders", "auto_backup_enabled": true}"#.into());
    desk.server.api.fail(Method::PATCH, target.clone(), 1, both);
    let error = submit(&desk.connection, &desk.server.switch("shop", "orders", false)).await.unwrap_err();
    assert!(matches!(&error, SubmitError::Refused(error) if error.message.contains("somebody else")), "{error:?}");
    assert_eq!(desk.server.api.writes(), 3);
    // How it is can't be read: nothing is flipped blindly.
    desk.server.api.fail(Method::GET, target, 9, Fault::Say(500, Vec::new(), String::new()));
    let error = submit(&desk.connection, &desk.server.switch("shop", "orders", false)).await.unwrap_err();
    assert!(matches!(error, SubmitError::NotSent(_)), "{error:?}");
    assert_eq!(desk.server.api.writes(), 3);
}

/// Those whose outcome is told by what is there.
fn provable(desk: &Desk) -> Vec<Command> {
    let server = &desk.server;
    vec![
        create("docs", "events", "redis", None),
        server.back_up("shop", "orders"),
        server.delete_backup(),
        server.switch("blog", "comments", true),
        server.redeploy("docs", "production"),
        server.destroy("shop", "search"),
    ]
}

#[tokio::test]
async fn what_happened_though_its_answer_was_lost_is_found() {
    for fault in [Fault::ActAndCut, Fault::ActAndCutInBody, Fault::ActAndSay(503, "<html>")] {
        let desk = Desk::new().await;
        for command in provable(&desk) {
            let what = format!("{} ({fault:?})", command.sentence());
            let is_empty = matches!(command, Command::DestroyAddon { .. } | Command::DeleteBackup { .. });
            if is_empty && matches!(fault, Fault::ActAndCutInBody) {
                continue;
            }
            let operation = desk.lose(command, fault.clone()).await;
            let outcome = desk.look(&operation).await;
            assert!(accepted(&outcome), "{what}: {outcome:?}");
            desk.advance(9);
        }
    }
}

#[tokio::test]
async fn what_did_not_happen_is_not_seen_and_what_comes_late_is_found_then() {
    let desk = Desk::new().await;
    for command in provable(&desk) {
        let what = command.sentence();
        let operation = desk.lose(command, Fault::CutAndActLate(None)).await;
        let judged = desk.judged(&operation).await;
        assert_eq!(judged.verdict, Verdict::NotSeen, "{what}: {}", judged.words);
        desk.server.api.release().await;
        let outcome = desk.look(&operation).await;
        assert!(accepted(&outcome), "{what}: {outcome:?}");
        desk.advance(9);
    }
}

#[tokio::test]
async fn of_two_new_backups_or_deployments_nobody_can_tell_which_is_ours() {
    let desk = Desk::new().await;
    let lost = desk.lose(desk.server.back_up("shop", "orders"), Fault::Cut).await;
    let backups = format!(
        "/api/v1/projects/{}/addons/{}/backups",
        desk.server.project("shop"),
        desk.server.addon("shop", "orders")
    );
    for _ in 0..2 {
        assert_eq!(desk.server.ask(Method::POST, &backups, Value::Null).await.status, 202);
        desk.advance(2);
    }
    let judged = desk.judged(&lost).await;
    assert_eq!(judged.verdict, Verdict::CantTell, "{}", judged.words);
    let lost = desk.lose(desk.server.redeploy("docs", "production"), Fault::Cut).await;
    let deployments = format!("/api/v1/projects/{}/deployments", desk.server.project("docs"));
    for _ in 0..2 {
        assert_eq!(desk.server.ask(Method::POST, &deployments, Value::Null).await.status, 201);
    }
    let judged = desk.judged(&lost).await;
    assert_eq!(judged.verdict, Verdict::CantTell, "{}", judged.words);
}

#[tokio::test]
async fn a_refusal_is_the_platforms_own_sentence_and_an_end() {
    let desk = Desk::new().await;
    desk.server.api.world(|world| world.project("shop").addon("orders").backups_today = 10);
    let operation = desk.run(desk.server.back_up("shop", "orders")).await;
    assert!(failed(&operation).contains("daily limit of manual backups"), "{operation:?}");
    let prepared = desk.prepare(create("docs", "events", "redis", None)).await;
    // Somebody takes the name between the second reading and our request.
    let taken = Fault::Say(409, Vec::new(), r#"{"detail": "An add-on named 'events' already exists."}"#.into());
    desk.server.api.fail(Method::POST, "/", 1, taken);
    let SubmitResult::Operation(operation) = desk.submit(prepared).await else { panic!() };
    assert!(failed(&operation).contains("already exists"), "{operation:?}");
    assert_eq!(desk.server.api.writes(), 2);
}

#[tokio::test]
async fn what_a_new_add_on_does_is_told_before_it_is_sent() {
    let desk = Desk::new().await;
    let prepared = desk.prepare(create("shop", "more", "postgres", None)).await;
    let told = format!("{:?}", prepared.effects);
    for words in ["DATABASE_URL", "next deployment", "no prices", "the server decides"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let prepared = desk.prepare(desk.server.destroy("shop", "orders")).await;
    assert!(prepared.effects.risk() >= attache::model::Risk::Destroys, "{:?}", prepared.effects);
    assert_eq!(desk.server.api.writes(), 0);
    let gone = desk.connection.reader.work("00000000-0000-4000-8000-000000000000").await.unwrap_err();
    assert_eq!(gone.kind, ReadErrorKind::NotFound);
}
