//! Sending again: what is recorded before it leaves, what its answer says and does not say, and when it is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::Method;
use jiff::{SignedDuration, Timestamp};

use attache::model::{Change, Judgement, Operation, OperationId, Outcome, ProfileName, Verdict};
use attache::platform::ReadError;
use attache::store::{Intent, Prepared, RecordKind, SubmitResult, door};

use super::door::Desk;
use super::standin::Fault;

impl Desk {
    async fn prepare_again(&self, operation: &Operation) -> Result<Prepared, ReadError> {
        let local = ProfileName("local".into());
        door::prepare_again(&self.connection, &self.journal, &local, &operation.id).await
    }

    /// An attachment whose request never came.
    async fn unseen(&self) -> Operation {
        self.server.fail(Method::POST, "/v1/attachments", 1, Fault::Cut);
        let operation = self.run(self.attach(Some("REPORTING"))).await;
        assert!(matches!(operation.outcome, Outcome::Unknown { .. }), "{operation:?}");
        operation
    }

    /// One that was sent so many days ago, was looked into so often since, and was last seen like that.
    fn old(&self, days: i64, looks: u32, verdict: Verdict) -> Operation {
        let now = Timestamp::now();
        let local = ProfileName("local".into());
        let command = self.attach(Some("REPORTING"));
        let mut intent = Intent::new(local, "local", &self.connection.endpoint, command, now);
        intent.at = now - SignedDuration::from_hours(24 * days);
        intent.id = OperationId::new(intent.at, looks);
        let mut driver = self.journal.begin(intent).unwrap();
        driver.record(RecordKind::Sent).unwrap();
        let outcome = Outcome::unknown("The connection was cut.");
        driver.record(RecordKind::End { outcome, evidence: None, asks: None }).unwrap();
        let since = now - SignedDuration::from_mins(5);
        let judgement = Judgement { verdict, words: "nothing was there.".into(), at: now, looks, since };
        driver.record(RecordKind::Judged { judgement }).unwrap();
        driver.operation().clone()
    }
}

#[tokio::test]
async fn that_it_is_sent_again_is_on_disk_before_it_leaves_and_it_leaves_with_its_own_key() {
    let desk = Desk::new().await;
    let operation = desk.unseen().await;
    let key = desk.journal.get(&operation.id).unwrap().unwrap().intent.idempotency_key;
    let prepared = desk.prepare_again(&operation).await.unwrap();
    assert_eq!(desk.server.writes(), 1, "nothing is sent by asking");
    assert!(matches!(prepared.effects.changes.last(), Some(Change::Note(note)) if note.contains("at most once")));
    let looks = Arc::new(AtomicUsize::new(0));
    desk.server.on_write({
        let (journal, id, looks) = (desk.journal.clone(), operation.id.clone(), looks.clone());
        move |seen| {
            let entry = journal.get(&id).unwrap().unwrap();
            assert!(entry.is_driven);
            assert!(matches!(entry.records.last().unwrap().kind, RecordKind::Resent { .. }), "{entry:?}");
            assert_eq!(seen.headers["idempotency-key"], key.as_str());
            looks.fetch_add(1, Ordering::SeqCst);
        }
    });
    let SubmitResult::Operation(sent) = desk.submit(prepared).await else { panic!() };
    assert_eq!((&sent.id, &sent.outcome, looks.load(Ordering::SeqCst)), (&operation.id, &Outcome::Done, 1));
    assert_eq!(desk.journal.list(9).unwrap().len(), 1, "it is one operation");
    let known = desk.prepare_again(&operation).await.unwrap_err();
    assert!(known.message.contains("took operation"), "{known}");
}

#[tokio::test]
async fn a_refusal_of_what_is_sent_again_says_nothing_of_the_first_time() {
    let desk = Desk::new().await;
    let busy = || Fault::Say(429, Vec::new(), r#"{"error":"too_many_requests","message":"Later."}"#.into());
    for fault in [busy(), Fault::Cut] {
        let operation = desk.unseen().await;
        let prepared = desk.prepare_again(&operation).await.unwrap();
        desk.server.fail(Method::POST, "/v1/attachments", 1, fault);
        let SubmitResult::Operation(sent) = desk.submit(prepared).await else { panic!() };
        assert!(matches!(sent.outcome, Outcome::Unknown { .. }), "{sent:?}");
        assert_eq!(sent.outcome.judged(), None, "what was seen before it left says nothing of it");
        assert_eq!(desk.recorded(&operation), *sent);
    }
}

#[tokio::test]
async fn a_key_that_may_be_forgotten_is_never_sent_and_a_new_command_only_after_many_looks() {
    let desk = Desk::new().await;
    let long_unseen = desk.old(8, 4, Verdict::NotSeen);
    let prepared = desk.prepare_again(&long_unseen).await.unwrap();
    assert_eq!(prepared.again, None, "it is a new command");
    assert!(matches!(prepared.effects.changes.last(), Some(Change::Note(note)) if note.contains("done twice")));
    // Even where that is not minded, the door does not send the old key.
    let forced = Prepared { again: Some(long_unseen.id.clone()), ..prepared.clone() };
    let SubmitResult::NotSent(why) = desk.submit(forced).await else { panic!() };
    assert!(why.contains("may have forgotten the key"), "{why}");
    for (looks, verdict) in [(1, Verdict::NotSeen), (9, Verdict::CantTell)] {
        let refused = desk.prepare_again(&desk.old(8, looks, verdict)).await.unwrap_err();
        assert!(refused.message.contains("healthy reads over at least"), "{refused}");
    }
    assert_eq!(desk.server.writes(), 0);
    let SubmitResult::Operation(sent) = desk.submit(prepared).await else { panic!() };
    assert_ne!(sent.id, long_unseen.id);
    assert_eq!(desk.server.writes(), 1);
}

#[tokio::test]
async fn what_another_process_works_on_or_another_endpoint_got_is_not_sent_again() {
    let mut desk = Desk::new().await;
    let operation = desk.unseen().await;
    let prepared = desk.prepare_again(&operation).await.unwrap();
    let driver = desk.journal.drive(&operation.id).unwrap().unwrap();
    assert!(desk.prepare_again(&operation).await.unwrap_err().message.contains("another process"));
    let SubmitResult::NotSent(why) = desk.submit(prepared).await else { panic!() };
    assert!(why.contains("Another process"), "{why}");
    drop(driver);
    desk.connection.endpoint = "/elsewhere/api.sock".into();
    assert!(desk.prepare_again(&operation).await.unwrap_err().message.contains("only there"));
    assert_eq!(desk.server.writes(), 1);
}
