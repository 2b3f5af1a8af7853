//! The door: what is shown is what is sent, once, with its intent on disk first.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::Method;
use jiff::SignedDuration;

use attache::model::{Change, Command, Operation, Outcome, ProfileName, Risk, VariableValue, Verdict};
use attache::platform::{Connection, connect};
use attache::store::{Entry, Journal, Prepared, SubmitResult, Watch, door};

use super::standin::{Fault, StandIn};
use super::writes::create;
use super::{connection, impatient, settings};

/// The door with everything around it.
pub(super) struct Desk {
    pub(super) server: StandIn,
    pub(super) connection: Connection,
    pub(super) journal: Journal,
}

impl Desk {
    pub(super) async fn new() -> Self {
        let server = StandIn::start().await;
        let connection = connection(&server.profile());
        let journal = Journal::open(&server.journal_folder()).unwrap();
        Self { server, connection, journal }
    }

    pub(super) async fn prepare(&self, command: Command) -> Prepared {
        door::prepare(&self.connection, Some(&self.journal), command).await.unwrap()
    }

    pub(super) async fn submit(&self, prepared: Prepared) -> SubmitResult {
        door::submit(&self.connection, &self.journal, &ProfileName("local".into()), prepared).await
    }

    pub(super) async fn run(&self, command: Command) -> Operation {
        match self.submit(self.prepare(command).await).await {
            SubmitResult::Operation(operation) => *operation,
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn follow(&self, operation: &Operation) -> Operation {
        let followed = door::follow(&self.connection, &self.journal, operation).await.unwrap().operation;
        let is_recorded = |judged: &attache::model::Judgement| judged.looks == 1;
        if followed.outcome.judged().is_none_or(is_recorded) {
            let recorded = self.recorded(operation);
            assert_eq!(recorded, Operation { updated_at: recorded.updated_at, ..followed.clone() });
        }
        followed
    }

    fn unfinished(&self) -> Vec<Operation> {
        let profile = ProfileName("local".into());
        let mut watch = Watch::new(self.journal.clone(), profile, self.connection.endpoint.clone());
        let told = watch.look(jiff::Timestamp::now()).unwrap().operations.into_iter().map(|told| told.operation);
        told.filter(|operation| !operation.outcome.is_end() || operation.is_unsettled()).collect()
    }

    pub(super) fn recorded(&self, operation: &Operation) -> Operation {
        self.recorded_entry(operation).operation
    }

    fn recorded_entry(&self, operation: &Operation) -> Entry {
        self.journal.get(&operation.id).unwrap().unwrap()
    }

    pub(super) fn attach(&self, alias: Option<&str>) -> Command {
        let addon_id = self.server.db(|db| db.addon("orders").unwrap().id.clone());
        Command::Attach {
            addon_id,
            addon: "orders".into(),
            app: "billing".into(),
            alias: alias.map(str::to_owned),
            confirm: None,
            credential: None,
        }
    }

    pub(super) fn detach(&self) -> Command {
        let (addon_id, attachment_id) = self.server.db(|db| {
            let orders = db.addon("orders").unwrap();
            (orders.id.clone(), orders.attachments[0].id.clone())
        });
        Command::Detach { attachment_id, addon_id, addon: "orders".into(), app: "storefront".into(), alias: None }
    }

    pub(super) fn destroy(&self) -> Command {
        let addon_id = self.server.db(|db| db.addon("orders").unwrap().id.clone());
        Command::DestroyAddon { addon_id, addon: "orders".into() }
    }
}

/// Waits for a condition that something else brings about.
async fn eventually(what: &str, condition: impl Fn() -> bool) {
    let wait = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(30), wait).await.is_ok(), "never: {what}");
}

#[tokio::test]
async fn an_add_on_is_made_and_followed_to_ready() {
    let desk = Desk::new().await;
    let prepared = desk.prepare(create("new", Some("billing"))).await;
    assert_eq!(prepared.effects.risk(), Risk::Interrupts);
    assert!(prepared.effects.changes.contains(&Change::Variable {
        app: "billing".into(),
        name: "EXTRA_DATABASE_URL".into(),
        before: VariableValue::Absent,
        after: VariableValue::From("new".into()),
    }));
    let SubmitResult::Operation(operation) = desk.submit(prepared).await else { panic!() };
    assert_eq!(operation.outcome, Outcome::Accepted);
    assert!(operation.addon_id.is_some());
    assert_eq!(desk.unfinished().len(), 1);
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Accepted);
    desk.server.db(|db| db.set_state("new", "ready", None));
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Done);
    assert!(desk.unfinished().is_empty());
    assert_eq!(desk.server.writes(), 1);
}

#[tokio::test]
async fn an_add_on_that_could_not_be_made_says_why() {
    let desk = Desk::new().await;
    let operation = desk.run(create("new", None)).await;
    desk.server.db(|db| db.set_state("new", "failed", Some("initdb: no space left")));
    let Outcome::Failed { message } = desk.follow(&operation).await.outcome else { panic!() };
    assert_eq!(message, "new could not be made: initdb: no space left");
}

#[tokio::test]
async fn a_destroyed_add_on_is_followed_until_the_platform_itself_says_it_is_gone() {
    let desk = Desk::new().await;
    let prepared = desk.prepare(desk.destroy()).await;
    assert_eq!(prepared.effects.risk(), Risk::Destroys);
    assert_eq!(prepared.effects.apps(), ["storefront"]);
    let SubmitResult::Operation(operation) = desk.submit(prepared).await else { panic!() };
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Accepted);
    let page = Fault::Say(404, Vec::new(), "<h1>nginx</h1>".into());
    desk.server.fail(Method::GET, "/v1/operations", 1, page);
    assert!(door::follow(&desk.connection, &desk.journal, &operation).await.is_err());
    assert_eq!(desk.recorded(&operation).outcome, Outcome::Accepted);
    desk.server.db(|db| db.remove("orders"));
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Done);
}

#[tokio::test]
async fn attaching_and_detaching_are_done_when_acknowledged() {
    let desk = Desk::new().await;
    for command in [desk.attach(Some("REPORTING")), desk.detach()] {
        let operation = desk.run(command).await;
        assert_eq!(operation.outcome, Outcome::Done);
        assert_eq!(desk.recorded(&operation).outcome, Outcome::Done);
    }
    for command in [Command::CreateApp { app: "shop".into(), team: None }, Command::DestroyApp { app: "shop".into() }] {
        assert_eq!(desk.run(command).await.outcome, Outcome::Done);
    }
}

#[tokio::test]
async fn the_intent_is_on_disk_before_the_request_arrives() {
    let desk = Desk::new().await;
    let journal = desk.journal.clone();
    let looks = Arc::new(AtomicUsize::new(0));
    desk.server.on_write({
        let looks = looks.clone();
        move |seen| {
            let operation = journal.list(9).unwrap().pop().expect("no intent is on disk");
            let entry = journal.get(&operation.id).unwrap().unwrap();
            assert!(entry.is_driven && entry.sent_at().is_some());
            assert_eq!(seen.headers["idempotency-key"], entry.intent.idempotency_key.as_str());
            assert_eq!(entry.intent.account.as_deref(), Some("alice"));
            looks.fetch_add(1, Ordering::SeqCst);
        }
    });
    desk.run(create("new", None)).await;
    assert_eq!(looks.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_target_that_changed_is_shown_again_and_nothing_is_sent() {
    type Meanwhile = fn(&mut super::standin::db::Db);
    let attach_elsewhere: Meanwhile = |db| {
        db.attach(&serde_json::json!({"attachment": {"addon": "orders", "app": "billing", "alias": "OTHER"}}));
    };
    let detach: Meanwhile = |db| db.addon("orders").unwrap().attachments.clear();
    let fail: Meanwhile = |db| db.set_state("orders", "failed", None);
    let plan: Meanwhile = |db| db.addon("orders").unwrap().plan = "large".into();
    let recreate: Meanwhile = |db| db.addon("orders").unwrap().created_at += SignedDuration::from_secs(9);
    for (meanwhile, expected) in [
        (attach_elsewhere, "orders is now attached to billing as OTHER."),
        (detach, "orders is no longer attached to storefront."),
        (fail, "orders is failed now; it was ready."),
        (plan, "orders is postgresql:large now; it was postgresql:small."),
        (recreate, "orders is another add-on of the same name now."),
    ] {
        let desk = Desk::new().await;
        let prepared = desk.prepare(desk.destroy()).await;
        desk.server.db(meanwhile);
        let SubmitResult::Changed { what, prepared } = desk.submit(prepared).await else { panic!("{expected}") };
        assert_eq!(what[0], expected);
        assert_eq!(desk.server.writes(), 0);
        assert!(desk.journal.list(9).unwrap().is_empty());
        assert!(matches!(desk.submit(*prepared).await, SubmitResult::Operation(_)), "confirmed anew");
    }
}

#[tokio::test]
async fn a_variable_that_came_meanwhile_is_shown() {
    let desk = Desk::new().await;
    let prepared = desk.prepare(desk.attach(None)).await;
    assert_eq!(prepared.effects.risk(), Risk::Interrupts);
    desk.server.db(|db| db.app("billing").unwrap().own.push(("PGHOST".into(), "x".into())));
    let SubmitResult::Changed { what, prepared } = desk.submit(prepared).await else { panic!() };
    assert_eq!(what, ["billing has the variable PGHOST now."]);
    assert_eq!(prepared.effects.risk(), Risk::Destroys, "a variable in use would be taken over");
    assert_eq!(desk.server.writes(), 0);
}

#[tokio::test]
async fn what_cannot_be_is_refused_before_it_is_sent() {
    let desk = Desk::new().await;
    let Command::CreateAddon(good) = create("new", Some("billing")) else { panic!() };
    let valkey = Command::CreateAddon(attache::model::CreateAddon { service: "valkey".into(), ..good.clone() });
    let unknown_plan = Command::CreateAddon(attache::model::CreateAddon { plan: "huge".into(), ..good.clone() });
    let unknown_app = Command::CreateAddon(attache::model::CreateAddon { app: Some("nope".into()), ..good });
    for (command, expected) in [
        (create("orders", None), "There is an add-on called orders already."),
        (valkey, "Install valkey-server."),
        (unknown_plan, "It has: small, large."),
        (unknown_app, "There are: storefront, billing."),
        (Command::CreateApp { app: "billing".into(), team: None }, "There is an app called billing already."),
        (Command::DestroyApp { app: "nope".into() }, "There is no app called nope."),
        (Command::DestroyAddon { addon_id: "add_99".into(), addon: "gone".into() }, "gone does not exist any more."),
    ] {
        let error = door::prepare(&desk.connection, Some(&desk.journal), command).await.unwrap_err();
        assert!(error.message.contains(expected), "{error}");
    }
    let prepared = desk.prepare(desk.destroy()).await;
    desk.server.db(|db| db.remove("orders"));
    let SubmitResult::NotSent(why) = desk.submit(prepared).await else { panic!() };
    assert_eq!(why, "The add-on orders does not exist any more. Nothing was sent.");
    assert_eq!(desk.server.writes(), 0);
}

#[tokio::test]
async fn without_a_writer_or_a_journal_nothing_is_sent() {
    let mut desk = Desk::new().await;
    let prepared = desk.prepare(create("new", None)).await;
    std::fs::remove_dir(desk.journal.dir()).unwrap();
    let SubmitResult::NotSent(why) = desk.submit(prepared.clone()).await else { panic!() };
    assert!(why.ends_with("so nothing was sent."), "{why}");
    desk.connection.writer = None;
    let SubmitResult::NotSent(why) = desk.submit(prepared).await else { panic!() };
    assert!(why.contains("read-only"), "{why}");
    assert_eq!(desk.server.writes(), 0);
}

#[tokio::test]
async fn why_a_profile_was_unlocked_is_recorded_with_the_write() {
    let mut desk = Desk::new().await;
    let operation = desk.run(create("plain", None)).await;
    assert_eq!(desk.recorded_entry(&operation).intent.reason, None);
    let mut profile = desk.server.profile();
    profile.read_only = Some(attache::model::ReadOnly::Configured);
    let locked = connect(&profile, settings()).unwrap();
    assert!(locked.writer.is_none());
    desk.connection = attache::platform::unlock(&profile, settings(), &locked, "INC-4711").unwrap();
    let operation = desk.run(create("urgent", None)).await;
    assert_eq!(desk.recorded_entry(&operation).intent.reason.as_deref(), Some("INC-4711"));
}

#[tokio::test]
async fn a_refusal_is_recorded_as_failed() {
    let desk = Desk::new().await;
    let body = r#"{"error":"variable_clash","message":"billing has PGHOST."}"#;
    desk.server.fail(Method::POST, "/v1/attachments", 1, Fault::Say(409, Vec::new(), body.into()));
    let operation = desk.run(desk.attach(None)).await;
    assert_eq!(operation.outcome, Outcome::Failed { message: "billing has PGHOST. (409 variable_clash)".into() });
    assert_eq!(desk.recorded(&operation).outcome, operation.outcome);
}

#[tokio::test]
async fn a_lost_answer_is_found_out_where_there_is_evidence() {
    let desk = Desk::new().await;
    let lost = |path| desk.server.fail(Method::POST, path, 1, Fault::ActAndCut);
    lost("/v1/addons");
    let operation = desk.run(create("new", None)).await;
    assert!(matches!(operation.outcome, Outcome::Unknown { .. }), "{operation:?}");
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Accepted, "it is there, and being made");
    desk.server.db(|db| db.set_state("new", "ready", None));
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Done);
    lost("/v1/attachments");
    let operation = desk.run(desk.attach(Some("EXTRA"))).await;
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Done);
    desk.server.fail(Method::DELETE, "/v1/", 2, Fault::ActAndCut);
    let operation = desk.run(desk.detach()).await;
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Done);
    let operation = desk.run(desk.destroy()).await;
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Accepted);
    assert_eq!(desk.server.writes(), 4, "nothing was sent twice");
}

#[tokio::test]
async fn not_seen_is_not_did_not_happen() {
    let desk = Desk::new().await;
    desk.server.fail(Method::POST, "/v1/", 2, Fault::Cut);
    desk.server.fail(Method::DELETE, "/v1/", 2, Fault::Cut);
    for command in [create("new", None), desk.attach(None), desk.detach(), desk.destroy()] {
        let operation = desk.run(command).await;
        let followed = desk.follow(&operation).await;
        let judged = followed.outcome.judged().unwrap_or_else(|| panic!("{followed:?}"));
        assert!(judged.words.contains("may still come"), "{}", judged.words);
        assert_eq!((judged.verdict, judged.looks), (Verdict::NotSeen, 1));
    }
    assert_eq!(desk.server.writes(), 4);
}

#[tokio::test]
async fn an_older_add_on_of_the_name_is_no_evidence() {
    let desk = Desk::new().await;
    desk.server.fail(Method::POST, "/v1/addons", 1, Fault::ActAndCut);
    let operation = desk.run(create("new", None)).await;
    desk.server.db(|db| db.addon("new").unwrap().created_at -= SignedDuration::from_mins(30));
    let followed = desk.follow(&operation).await;
    assert!(followed.outcome.judged().unwrap().words.contains("before we sent"));
}

#[tokio::test]
async fn nobody_who_stops_waiting_loses_the_outcome() {
    let desk = Desk::new().await;
    let patient = connect(&desk.server.profile(), impatient()).unwrap();
    desk.server.fail(Method::POST, "/v1/addons", 1, Fault::ActAndHang);
    let prepared = desk.prepare(create("new", None)).await;
    let local = ProfileName("local".into());
    tokio::select! {
        _result = door::submit(&patient, &desk.journal, &local, prepared) => panic!("it was to hang"),
        () = eventually("the request arrives", || desk.server.writes() == 1) => {}
    }
    let outcome = || desk.journal.list(1).unwrap().pop().unwrap().outcome;
    eventually(
        "the outcome is recorded",
        || matches!(outcome(), Outcome::Unknown { message, .. } if message.contains("did not answer")),
    )
    .await;
    assert_eq!(desk.server.writes(), 1);
}

#[tokio::test]
async fn writes_to_one_app_go_one_after_another() {
    let desk = Desk::new().await;
    let hasty = connect(&desk.server.profile(), impatient()).unwrap();
    desk.server.fail(Method::POST, "/v1/attachments", 1, Fault::Hang);
    let overlaps = Arc::new(AtomicUsize::new(0));
    desk.server.on_write({
        let (journal, overlaps) = (desk.journal.clone(), overlaps.clone());
        move |_| {
            let driven = journal.list(9).unwrap().iter().filter(|one| one.outcome == Outcome::Intended).count();
            overlaps.fetch_max(driven, Ordering::SeqCst);
        }
    });
    let first = desk.prepare(desk.attach(Some("ONE"))).await;
    let second = desk.prepare(create("new", Some("billing"))).await;
    let local = ProfileName("local".into());
    let (one, two) = tokio::join!(
        door::submit(&hasty, &desk.journal, &local, first),
        door::submit(&hasty, &desk.journal, &local, second)
    );
    assert!(matches!((one, two), (SubmitResult::Operation(_), SubmitResult::Operation(_))));
    assert_eq!((desk.server.writes(), overlaps.load(Ordering::SeqCst)), (2, 1));
}

#[tokio::test]
async fn what_another_process_drives_is_left_to_it() {
    let desk = Desk::new().await;
    let operation = desk.run(create("new", None)).await;
    desk.server.db(|db| db.set_state("new", "ready", None));
    let driver = desk.journal.drive(&operation.id).unwrap().unwrap();
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Accepted);
    drop(driver);
    assert_eq!(desk.follow(&operation).await.outcome, Outcome::Done);
}

#[tokio::test]
async fn the_journal_holds_no_secret() {
    let server = StandIn::on_tcp(Some("t0psecret")).await;
    let desk = Desk {
        connection: connection(&server.profile()),
        journal: Journal::open(&server.journal_folder()).unwrap(),
        server,
    };
    desk.run(desk.attach(Some("REPORTING"))).await;
    for file in std::fs::read_dir(desk.journal.dir()).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(text.contains("REPORTING") && text.contains(&desk.server.url()), "{text}");
        assert!(!text.contains("t0psecret") && !text.contains("secret of"), "{text}");
    }
}
