use jiff::SignedDuration;

use super::*;
use crate::model::{Act, Late, inverse};
use crate::model::{
    Course, CreateAddon, Goal, Mark, Next, Operation, OperationId, Outcome, Procedure, RestoreGoal, Step, StepState,
    Verdict, Way,
};
use crate::store::door::{self, RestoreWish};
use crate::store::{Intent, Journal, PartOf, Plan, Prepared, RecordKind, SubmitResult};

fn journal() -> (tempfile::TempDir, Journal) {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(&folder.path().join("operations")).unwrap();
    (folder, journal)
}

fn profile() -> ProfileName {
    ProfileName("work".into())
}

/// Orders is shop's own and also billing's, where carts is beside it.
fn shared() -> Pretend {
    let orders =
        addon("orders", "shop", vec![row("orders", "shop", true, true), row("orders", "billing", false, true)]);
    let carts =
        addon("carts", "billing", vec![row("carts", "billing", true, false), row("carts", "shop", false, false)]);
    Pretend::new(vec![orders, carts])
}

fn destroy(name: &str) -> Command {
    Command::DestroyAddon { addon_id: format!("id_{name}"), addon: name.into() }
}

fn make_primary(name: &str, app: &str) -> Command {
    let (addon_id, addon) = (format!("id_{name}"), name.to_owned());
    Command::MakePrimary { addon_id, addon, app: app.into(), attachment_id: None, name: "postgresql".into() }
}

fn restore_into(name: &str) -> Command {
    let (addon_id, addon) = (format!("id_{name}"), name.to_owned());
    Command::RestoreInto { backup_id: "b1".into(), of: Some(addon.clone()), addon_id, addon }
}

fn create(name: &str) -> Command {
    Command::CreateAddon(CreateAddon {
        name: name.into(),
        team: None,
        service: "postgresql".into(),
        plan: "premium-0".into(),
        app: Some("shop".into()),
        alias: None,
        options: Default::default(),
        confirm: None,
    })
}

/// An operation of which the answer was lost, as the journal has it.
fn lost(pretend: &Pretend, journal: &Journal, command: Command) -> Operation {
    let connection = pretend.connection();
    let intent = Intent::new(profile(), "akkeris", &connection.endpoint, command, Timestamp::now());
    let mut driver = journal.begin(intent).unwrap();
    driver.record(RecordKind::Sent).unwrap();
    let outcome = Outcome::unknown("The answer was lost.");
    driver.record(RecordKind::End { outcome, evidence: None, asks: None }).unwrap();
    driver.operation().clone()
}

async fn judged(pretend: &Pretend, journal: &Journal, operation: &Operation) -> (Option<Verdict>, String) {
    let followed = door::follow(&pretend.connection(), journal, operation).await.unwrap().operation;
    match &followed.outcome {
        Outcome::Done | Outcome::Accepted => (Some(Verdict::Happened), followed.outcome.word().to_owned()),
        outcome => (outcome.judged().map(|one| one.verdict), outcome.told().unwrap_or_default()),
    }
}

#[tokio::test]
async fn what_an_app_has_beside_it_is_read_and_who_serves_it_is_recorded_for_the_way_back() {
    let (pretend, (_folder, journal)) = (shared(), journal());
    let connection = pretend.connection();
    let prepared = door::prepare(&connection, Some(&journal), make_primary("carts", "shop")).await.unwrap();
    let names: Vec<&str> = prepared.situation.neighbours.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["orders", "carts"]);
    assert_eq!(prepared.situation.source.as_ref().map(|one| one.name.as_str()), Some("orders"));
    assert!(prepared.situation.app.is_some());
    let SubmitResult::Operation(operation) = door::submit(&connection, &journal, &profile(), prepared).await else {
        panic!("nothing has changed")
    };
    assert_eq!(operation.outcome, Outcome::Done);
    let addons = pretend.with(|world| world.addons.clone());
    let back = inverse(&operation, |id| addons.iter().find(|one| one.key.id == id)).unwrap();
    // The owner's own row has no id to act by.
    assert_eq!(back, make_primary("orders", "shop"));
}

#[tokio::test]
async fn another_primary_or_another_neighbour_has_to_be_confirmed_anew() {
    let (pretend, (_folder, journal)) = (shared(), journal());
    let connection = pretend.connection();
    let shown = door::prepare(&connection, Some(&journal), make_primary("carts", "shop")).await.unwrap();
    pretend.with(|world| world.addons.push(addon("third", "shop", vec![row("third", "shop", true, false)])));
    let result = door::submit(&connection, &journal, &profile(), shown.clone()).await;
    let SubmitResult::Changed { what, .. } = result else { panic!("{result:?}") };
    assert_eq!(what, ["third has come to shop."]);
    pretend.with(|world| world.addons.pop());
    pretend.with(|world| world.apps[0].facts = vec![Fact::new("compliance", "socs")]);
    let result = door::submit(&connection, &journal, &profile(), shown).await;
    let SubmitResult::Changed { what, .. } = result else { panic!("{result:?}") };
    assert!(what[0].starts_with("The compliance of shop is"), "{what:?}");
    assert!(pretend.with(|world| world.sent.is_empty()));
}

#[tokio::test]
async fn of_one_read_that_finds_nothing_it_is_not_said_that_it_was_destroyed() {
    let (pretend, (_folder, journal)) = (shared(), journal());
    let operation = lost(&pretend, &journal, destroy("orders"));
    pretend.with(|world| world.blind = 1);
    let (verdict, words) = judged(&pretend, &journal, &operation).await;
    assert_eq!(verdict, Some(Verdict::CantTell), "{words}");
    assert!(words.contains("gone at one reading and there at the next"), "{words}");
    pretend.with(|world| world.addons.retain(|one| one.name != "orders"));
    let reads = pretend.with(|world| std::mem::take(&mut world.reads));
    assert_eq!(reads, 2);
    assert_eq!(judged(&pretend, &journal, &operation).await.0, Some(Verdict::Happened));
    assert_eq!(pretend.with(|world| world.reads), 2, "it is read twice before that is believed");
}

#[tokio::test]
async fn one_that_reads_deprovisioned_is_gone() {
    let (pretend, (_folder, journal)) = (shared(), journal());
    let operation = lost(&pretend, &journal, destroy("orders"));
    pretend.with(|world| world.addon("orders").state = State::Gone);
    assert_eq!(judged(&pretend, &journal, &operation).await.0, Some(Verdict::Happened));
}

#[tokio::test]
async fn where_names_are_no_proof_plan_app_and_time_are_and_of_two_nobody_can_tell() {
    let (pretend, (_folder, journal)) = (shared(), journal());
    pretend.with(|world| {
        let mut older = addon("fresh", "shop", vec![row("fresh", "shop", true, false)]);
        older.key.id = "id_older".into();
        world.addons.push(older);
    });
    let operation = lost(&pretend, &journal, create("fresh"));
    let (verdict, words) = judged(&pretend, &journal, &operation).await;
    assert_eq!(verdict, Some(Verdict::NotSeen), "{words}");
    let Command::CreateAddon(asked) = create("fresh") else { unreachable!() };
    let another = lost(&pretend, &journal, create("fresh"));
    pretend.with(|world| world.carry_out(&Command::CreateAddon(asked.clone())));
    assert_eq!(judged(&pretend, &journal, &operation).await.0, Some(Verdict::Happened));
    pretend.with(|world| world.carry_out(&Command::CreateAddon(asked)));
    let (verdict, words) = judged(&pretend, &journal, &another).await;
    assert_eq!(verdict, Some(Verdict::CantTell), "{words}");
}

#[tokio::test]
async fn a_name_is_taken_where_its_own_app_has_it_and_nowhere_else() {
    let pretend = shared();
    let connection = pretend.connection();
    let rename = |name: &str| Command::Rename { addon_id: "id_carts".into(), addon: "carts".into(), name: name.into() };
    // Orders is shop's: billing may have one of that name, and its own in other letters is no clash with itself.
    for free in ["orders", "CARTS", "other"] {
        door::prepare(&connection, None, rename(free)).await.unwrap();
    }
    pretend.with(|world| world.addons.push(addon("books", "billing", Vec::new())));
    let error = door::prepare(&connection, None, rename("Books")).await.unwrap_err();
    assert!(error.message.contains("billing has an add-on called books already"), "{error}");
}

#[tokio::test]
async fn a_primary_is_judged_by_who_serves_the_app() {
    let (pretend, (_folder, journal)) = (shared(), journal());
    let operation = lost(&pretend, &journal, make_primary("carts", "shop"));
    assert_eq!(judged(&pretend, &journal, &operation).await.0, Some(Verdict::NotSeen));
    pretend.with(|world| world.carry_out(&make_primary("carts", "shop")));
    assert_eq!(judged(&pretend, &journal, &operation).await.0, Some(Verdict::Happened));
}

#[tokio::test]
async fn a_copy_is_ours_where_one_was_begun_since_and_of_two_nobody_can_tell() {
    let (pretend, (_folder, journal)) = (shared(), journal());
    let copy = Command::BackUp { addon_id: "id_orders".into(), addon: "orders".into(), label: None };
    let (first, second) = (lost(&pretend, &journal, copy.clone()), lost(&pretend, &journal, copy));
    let hour_ago = Timestamp::now() - SignedDuration::from_hours(1);
    pretend.with(|world| world.backups.push(backup("b0", "orders", BackupState::Finished, Some(hour_ago))));
    assert_eq!(judged(&pretend, &journal, &first).await.0, Some(Verdict::NotSeen));
    let mut scheduled = backup("a1", "orders", BackupState::Running, Some(Timestamp::now()));
    scheduled.trigger = Some("scheduled".into());
    pretend.with(|world| world.backups.push(scheduled));
    assert_eq!(judged(&pretend, &journal, &first).await.0, Some(Verdict::NotSeen), "a schedule is not us");
    pretend.with(|world| world.backups.push(backup("b1", "orders", BackupState::Pending, None)));
    assert_eq!(judged(&pretend, &journal, &first).await.0, Some(Verdict::Happened));
    pretend.with(|world| world.backups.push(backup("b2", "orders", BackupState::Running, Some(Timestamp::now()))));
    assert_eq!(judged(&pretend, &journal, &second).await.0, Some(Verdict::CantTell));
}

#[tokio::test]
async fn what_leaves_no_trace_can_not_be_told() {
    let (pretend, (_folder, journal)) = (shared(), journal());
    let restart = Command::Restart { addon_id: "id_orders".into(), addon: "orders".into() };
    let rotate = Command::Rotate { addon_id: "id_orders".into(), addon: "orders".into() };
    for command in [restart, rotate] {
        let operation = lost(&pretend, &journal, command);
        assert_eq!(judged(&pretend, &journal, &operation).await.0, Some(Verdict::CantTell));
    }
}

#[tokio::test]
async fn what_has_ended_without_anybody_watching_is_not_called_running() {
    let (pretend, (_folder, journal)) = (shared(), journal());
    pretend
        .with(|world| world.backups.push(backup("b1", "orders", BackupState::Finished, Some(Timestamp::UNIX_EPOCH))));
    let connection = pretend.connection();
    let shown = door::prepare(&connection, Some(&journal), restore_into("orders")).await.unwrap();
    let SubmitResult::Operation(taken) = door::submit(&connection, &journal, &profile(), shown).await else {
        panic!("nothing has changed")
    };
    let beside = async || {
        let shown = door::prepare(&connection, Some(&journal), destroy("orders")).await.unwrap();
        shown.situation.around.journaled.items().iter().map(|one| one.operation.id.clone()).collect::<Vec<_>>()
    };
    pretend.with(|world| world.addon("orders").state = State::Provisioning);
    assert_eq!(beside().await, std::slice::from_ref(&taken.id), "it is under way");
    pretend.with(|world| world.addon("orders").state = State::Ready);
    assert_eq!(beside().await, Vec::<OperationId>::new());
    assert_eq!(journal.get(&taken.id).unwrap().unwrap().operation.outcome, Outcome::Done, "and that is on record");
}

#[tokio::test]
async fn data_that_is_replaced_shows_in_the_state_and_its_end_only_after_that_was_seen() {
    let (pretend, (_folder, journal)) = (shared(), journal());
    pretend
        .with(|world| world.backups.push(backup("b1", "orders", BackupState::Finished, Some(Timestamp::UNIX_EPOCH))));
    let connection = pretend.connection();
    let operation = lost(&pretend, &journal, restore_into("orders"));
    // Nothing has changed since we sent.
    assert_eq!(judged(&pretend, &journal, &operation).await.0, Some(Verdict::NotSeen));
    pretend.with(|world| world.addon("orders").updated_at = None);
    assert_eq!(judged(&pretend, &journal, &operation).await.0, Some(Verdict::CantTell));
    let shown = door::prepare(&connection, Some(&journal), restore_into("orders")).await.unwrap();
    assert_eq!(shown.situation.backup.as_ref().map(|one| one.id.as_str()), Some("b1"));
    let SubmitResult::Operation(taken) = door::submit(&connection, &journal, &profile(), shown).await else {
        panic!("nothing has changed")
    };
    assert_eq!(taken.outcome, Outcome::Accepted);
    // Queued: the state is still the one before.
    pretend.with(|world| world.addon("orders").state = State::Ready);
    let queued = door::follow(&connection, &journal, &taken).await.unwrap().operation;
    assert_eq!(queued.outcome, Outcome::Accepted, "that it is ready says nothing yet");
    pretend.with(|world| world.addon("orders").state = State::Provisioning);
    let seen = door::follow(&connection, &journal, &taken).await.unwrap().operation;
    assert_eq!(seen.outcome, Outcome::Accepted);
    pretend.with(|world| world.addon("orders").state = State::Ready);
    assert_eq!(door::follow(&connection, &journal, &taken).await.unwrap().operation.outcome, Outcome::Done);
}

fn begin(journal: &Journal, pretend: &Pretend, procedure: Procedure) -> (Course, crate::store::Wheel) {
    journal.begin_course(Plan::new(profile(), "akkeris", &pretend.connection().endpoint, procedure)).unwrap()
}

async fn send(
    pretend: &Pretend,
    journal: &Journal,
    wheel: &crate::store::Wheel,
    prepared: Prepared,
    (step, part): (usize, usize),
) -> SubmitResult {
    let part_of = PartOf { wheel: wheel.clone(), step, part };
    door::submit_part(&pretend.connection(), journal, &profile(), prepared, part_of).await
}

fn course(journal: &Journal, id: &OperationId) -> Course {
    journal.course(id).unwrap().unwrap()
}

#[tokio::test]
async fn a_destruction_is_shown_as_one_and_sent_one_after_another() {
    let (pretend, (_folder, journal)) = (shared(), journal());
    let connection = pretend.connection();
    let alone = door::prepare(&connection, Some(&journal), destroy("orders")).await.unwrap();
    assert!(alone.effects.refusal().is_some());
    let commands = door::destruction(&connection, "id_orders").await.unwrap();
    let procedure = Procedure::destruction("id_orders", "orders", &commands).unwrap();
    assert_eq!(procedure.first_commands(), commands, "all of it is confirmed together");
    let shown = door::prepare_all(&connection, Some(&journal), commands).await.unwrap();
    assert!(shown.iter().all(|one| one.effects.refusal().is_none()), "{shown:?}");
    let (began, wheel) = begin(&journal, &pretend, procedure);
    // Not before its turn.
    let early = send(&pretend, &journal, &wheel, shown[1].clone(), (1, 0)).await;
    assert!(matches!(early, SubmitResult::NotSent(_) | SubmitResult::Changed { .. }), "{early:?}");
    assert!(pretend.with(|world| world.sent.is_empty()));
    for (step, prepared) in shown.into_iter().enumerate() {
        let result = send(&pretend, &journal, &wheel, prepared, (step, 0)).await;
        let SubmitResult::Operation(operation) = result else { panic!("{step}: {result:?}") };
        assert_eq!(operation.outcome, Outcome::Done);
    }
    let verbs: Vec<Verb> = pretend.with(|world| world.sent.iter().map(Command::verb).collect());
    assert_eq!(verbs, [Verb::Detach, Verb::Destroy]);
    assert_eq!(course(&journal, &began.id).next(), Next::Finish);
}

#[tokio::test]
async fn nothing_is_destroyed_while_it_is_attached_whatever_the_record_says() {
    let (pretend, (_folder, journal)) = (shared(), journal());
    let connection = pretend.connection();
    let commands = door::destruction(&connection, "id_orders").await.unwrap();
    let procedure = Procedure::destruction("id_orders", "orders", &commands).unwrap();
    let shown = door::prepare_all(&connection, Some(&journal), commands).await.unwrap();
    let (_, wheel) = begin(&journal, &pretend, procedure);
    // The platform says that it did, and did not.
    let result = send(&pretend, &journal, &wheel, shown[0].clone(), (0, 0)).await;
    assert!(matches!(result, SubmitResult::Operation(_)), "{result:?}");
    pretend.with(|world| world.rows("orders").push(row("orders", "billing", false, false)));
    let result = send(&pretend, &journal, &wheel, shown[1].clone(), (1, 0)).await;
    assert!(!matches!(result, SubmitResult::Operation(_)), "{result:?}");
    // Nor where exactly that is what was shown.
    let now = door::prepare(&connection, Some(&journal), destroy("orders")).await.unwrap();
    let result = send(&pretend, &journal, &wheel, now, (1, 0)).await;
    assert!(matches!(&result, SubmitResult::NotSent(why) if why.contains("attached to billing")), "{result:?}");
    assert_eq!(pretend.with(|world| world.sent.len()), 1);
}

#[tokio::test]
async fn it_stops_at_the_first_that_fails_and_says_what_was_done() {
    let (pretend, (_folder, journal)) = (shared(), journal());
    let connection = pretend.connection();
    let commands = door::destruction(&connection, "id_orders").await.unwrap();
    let procedure = Procedure::destruction("id_orders", "orders", &commands).unwrap();
    let shown = door::prepare_all(&connection, Some(&journal), commands).await.unwrap();
    let (began, wheel) = begin(&journal, &pretend, procedure);
    let busy = ReadError::new(ReadErrorKind::ServerError(503), "It is busy.");
    pretend.with(|world| world.answers.push(SubmitError::Refused(busy)));
    send(&pretend, &journal, &wheel, shown[0].clone(), (0, 0)).await;
    let after = course(&journal, &began.id);
    assert!(matches!(after.next(), Next::Decide { step: 0, part: Some(0), .. }), "{}", after.place());
    let result = send(&pretend, &journal, &wheel, shown[1].clone(), (1, 0)).await;
    assert!(!matches!(result, SubmitResult::Operation(_)), "{result:?}");
    assert_eq!(pretend.with(|world| world.sent.len()), 1);
}

fn switching(pretend: &Pretend, journal: &Journal) -> (Course, crate::store::Wheel) {
    let goal = RestoreGoal {
        addon_id: "id_orders".into(),
        addon: "orders".into(),
        backup_id: Some("b1".into()),
        backup_started_at: None,
        backup_size: None,
        good_moment: None,
        replacement: "carts".into(),
        way: Way::Replacement,
    };
    let step = |act| Step { act, title: "It".into(), done: "done".into(), is_optional: false };
    let Command::CreateAddon(make) = create("carts") else { unreachable!() };
    let make = step(Act::Send { command: Box::new(Command::CreateAddon(make)) });
    let switch = step(Act::Late { late: Late::SwitchOver });
    let (began, wheel) =
        begin(journal, pretend, Procedure { goal: Goal::Restore(goal), steps: vec![make.clone(), switch] });
    // What was made is told by the platform.
    let Act::Send { command } = make.act else { unreachable!() };
    let intent = Intent::new(profile(), "akkeris", "http://127.0.0.1:9", *command, Timestamp::now());
    let mut driver = journal.begin_part(&PartOf { wheel: wheel.clone(), step: 0, part: 0 }, intent).unwrap();
    driver.record(RecordKind::Sent).unwrap();
    let addon_id = Some("id_carts".into());
    let none = None::<String>;
    let line = RecordKind::Acknowledged {
        addon_id,
        request_id: none.clone(),
        is_under_way: false,
        work_id: none.clone(),
        backup_id: none,
    };
    driver.record(line).unwrap();
    (course(journal, &began.id), wheel)
}

#[tokio::test]
async fn apps_are_switched_one_by_one_and_judged_by_what_serves_them() {
    let (pretend, (_folder, journal)) = (shared(), journal());
    let connection = pretend.connection();
    let (began, wheel) = switching(&pretend, &journal);
    assert_eq!(began.replacement_id(), Some("id_carts"));
    let (commands, apps) = door::bind(&connection, &began, 1).await.unwrap();
    assert_eq!((commands.len(), apps.as_slice()), (2, &["billing".to_owned(), "shop".to_owned()][..]));
    let shown = door::prepare_all(&connection, Some(&journal), commands.clone()).await.unwrap();
    journal.mark(&wheel, Mark::Bound { step: 1, commands, apps, is_back: false }).unwrap();
    for (part, prepared) in shown.into_iter().enumerate() {
        let result = send(&pretend, &journal, &wheel, prepared, (1, part)).await;
        assert!(matches!(result, SubmitResult::Operation(_)), "what we did to one app is no change: {result:?}");
    }
    let at = course(&journal, &began.id);
    // Orders stays attached to both, as somebody else's would: what counts is who serves them.
    let moved = door::verify(&connection, &at, 1).await.unwrap();
    assert!(moved.iter().all(|one| one.is_moved == Known::Is(Ok(()))), "{moved:?}");
    pretend.with(|world| world.carry_out(&make_primary("orders", "shop")));
    let moved = door::verify(&connection, &at, 1).await.unwrap();
    let Mark::Failed { message, .. } = door::verdict(&at, 1, &moved) else { panic!("{moved:?}") };
    assert!(message.contains("1/2 apps moved") && message.contains("shop: not moved"), "{message}");
    let (back, apps) = door::bind_back(&connection, &at, 1).await.unwrap();
    assert_eq!((back.len(), apps.len()), (2, 2));
    assert!(back.iter().all(|command| command.target() == "orders"), "{back:?}");
}

#[tokio::test]
async fn in_place_it_has_no_switch_and_says_what_brings_the_data_back() {
    let pretend = shared();
    pretend
        .with(|world| world.backups.push(backup("b1", "orders", BackupState::Finished, Some(Timestamp::UNIX_EPOCH))));
    let wish = RestoreWish {
        addon_id: Some("id_orders".into()),
        backup_id: "b1".into(),
        good_moment: None,
        replacement: "orders-restored".into(),
        plan: None,
        team: None,
        file: "/home/ada/orders.backup".into(),
        way: None,
    };
    let connection = pretend.connection();
    let plan = door::plan_restore(&connection, &wish).await.unwrap();
    assert_eq!((plan.goal.way, plan.goal.replacement.as_str()), (Way::InPlace, "orders"));
    let acts: Vec<&Act> = plan.offers.iter().map(|offer| &offer.step.act).collect();
    assert!(acts.contains(&&Act::Send { command: Box::new(restore_into("orders")) }), "{acts:?}");
    assert!(!acts.iter().any(|act| matches!(act, Act::Late { .. })), "{acts:?}");
    assert!(plan.offers[0].is_chosen && plan.offers[0].why.contains("comes back from this copy alone"));
    let stops = plan.offers.iter().filter(|one| one.step.title.starts_with("Stop the writers")).count();
    assert_eq!(stops, 2);
    assert!(plan.does.iter().any(|text| text.contains("no app is switched over")), "{:?}", plan.does);
    let cannot: Vec<bool> = plan.ways.iter().map(|offer| offer.cannot.is_some()).collect();
    assert_eq!(cannot, [true, false, true]);
    let asked = RestoreWish { way: Some(Way::Replacement), ..wish };
    let error = door::plan_restore(&connection, &asked).await.unwrap_err();
    assert!(error.message.contains("It makes no replacement of a backup."), "{error}");
    let procedure = plan.procedure();
    assert_eq!(procedure.first_commands().last(), Some(&restore_into("orders")));
    let (_folder, journal) = journal();
    let (began, _) = begin(&journal, &pretend, procedure);
    assert_eq!(began.replacement_id(), Some("id_orders"));
    assert!(began.steps.iter().all(|status| status.state == StepState::Waiting));
}

#[tokio::test]
async fn nothing_is_sent_while_the_platform_is_not_ready_for_it_and_that_is_asked_again_before_it_leaves() {
    let (_folder, journal) = journal();
    let pretend = shared();
    let connection = pretend.connection();
    let command = make_primary("carts", "billing");
    let ready = |why| pretend.0.lock().unwrap().not_ready = why;
    ready(Some("They don't agree."));
    let refused = door::prepare(&connection, Some(&journal), command.clone()).await.unwrap_err();
    assert_eq!(refused.message, "They don't agree.");
    ready(None);
    let prepared = door::prepare(&connection, Some(&journal), command).await.unwrap();
    ready(Some("They differ by now."));
    let result = door::submit(&connection, &journal, &profile(), prepared).await;
    assert!(matches!(&result, SubmitResult::NotSent(why) if why.contains("They differ by now.")), "{result:?}");
    assert!(pretend.0.lock().unwrap().sent.is_empty() && journal.list(9).unwrap().is_empty());
}
