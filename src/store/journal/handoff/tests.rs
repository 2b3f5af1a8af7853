use super::*;
use crate::model::{Goal, Late, RestoreBackup, RestoreGoal, Step};
use crate::store::journal::Driver;

const AT: &str = "https://paas.example/v1";

struct Two {
    _folder: tempfile::TempDir,
    here: Journal,
    there: Journal,
}

fn two() -> Two {
    let folder = tempfile::tempdir().unwrap();
    let open = |name: &str| Journal::open(&folder.path().join(name)).unwrap();
    Two { here: open("here"), there: open("there"), _folder: folder }
}

fn profile() -> ProfileName {
    ProfileName("work".into())
}

fn take(journal: &Journal, text: &str) -> Result<Adopted, JournalError> {
    adopt(journal, &profile(), "local", AT, text)
}

fn begin(journal: &Journal, command: Command) -> Driver {
    let mut intent = Intent::new(ProfileName("local".into()), "local", AT, command, Timestamp::UNIX_EPOCH);
    intent.account = Some("ada".into());
    let mut driver = journal.begin(intent).unwrap();
    driver.record(RecordKind::Sent).unwrap();
    driver
}

fn destroy() -> Command {
    Command::DestroyAddon { addon_id: "add_1".into(), addon: "orders".into() }
}

fn line_of(two: &Two) -> (OperationId, String) {
    let id = begin(&two.here, destroy()).operation().id.clone();
    let line = hand_off(&two.here, &id).unwrap();
    (id, line)
}

/// A letter as an enemy writes it.
fn forged(change: impl FnOnce(&mut Letter)) -> String {
    let two = two();
    let mut letter = read(&line_of(&two).1).unwrap();
    change(&mut letter);
    write(&letter).unwrap()
}

fn of(letter: &mut Letter) -> &mut Handed {
    match &mut letter.what {
        What::Operation(handed) => handed,
        What::Procedure(_) => panic!("it is an operation"),
    }
}

#[test]
fn what_is_adopted_counts_as_sent_then_and_as_unknown_until_the_platform_shows_it() {
    let two = two();
    let (id, line) = line_of(&two);
    let was = two.here.get(&id).unwrap().unwrap();
    assert!(line.starts_with("attache operations resume attache-1:") && line.len() < 1_000, "{line}");
    let adopted = take(&two.there, &line).unwrap();
    assert!(adopted.is_new && !adopted.is_course);
    let entry = two.there.get(&id).unwrap().unwrap();
    assert!(matches!(entry.operation.outcome, Outcome::Unknown { .. }), "{:?}", entry.operation);
    assert_eq!((entry.sent_at(), &entry.intent.command), (was.sent_at(), &destroy()));
    assert_eq!(entry.intent.account.as_deref(), Some("ada"));
    assert_eq!(entry.intent.idempotency_key, was.intent.idempotency_key);
    assert_eq!(entry.intent.profile, profile());
    assert!(matches!(entry.records.last().unwrap().kind, RecordKind::Adopted { .. }));
}

#[test]
fn the_same_text_pasted_twice_adopts_once() {
    let two = two();
    let (id, line) = line_of(&two);
    take(&two.there, &line).unwrap();
    let lines = two.there.get(&id).unwrap().unwrap().records.len();
    assert!(!take(&two.there, &line).unwrap().is_new);
    assert_eq!(two.there.get(&id).unwrap().unwrap().records.len(), lines);
    assert!(!take(&two.here, &line).unwrap().is_new, "nor where it was begun");
    assert_eq!(two.there.list(9).unwrap().len(), 1);
}

#[test]
fn a_torn_or_changed_text_is_refused_and_a_wrapped_one_is_read() {
    let two = two();
    let (_, line) = line_of(&two);
    let text = line.rsplit(' ').next().unwrap();
    for torn in [&text[..text.len() - 1], &text[..60], "attache-1:", &text.replacen('a', "b", 3), &format!("{text}A")] {
        if torn == text {
            continue;
        }
        let why = take(&two.there, torn).unwrap_err().0;
        assert!(why.contains("checksum") || why.contains("attache-1:") || why.contains("version"), "{torn}: {why}");
    }
    assert!(take(&two.there, "attache-9:abc").unwrap_err().0.contains("version"));
    assert!(take(&two.there, "hello").unwrap_err().0.contains("no hand-off"));
    assert_eq!(two.there.list(9).unwrap(), []);
    let (head, tail) = text.split_at(40);
    assert!(take(&two.there, &format!("  'attache operations resume '{head}\n   {tail}'\n")).unwrap().is_new);
}

#[test]
fn another_platform_or_endpoint_is_refused() {
    let two = two();
    let (_, line) = line_of(&two);
    for (platform, endpoint) in [("local", "https://other.example/v1"), ("heroku", AT)] {
        let why = adopt(&two.there, &profile(), platform, endpoint, &line).unwrap_err().0;
        assert!(why.contains(AT) && why.contains("profile"), "{why}");
    }
    assert_eq!(two.there.list(9).unwrap(), []);
}

#[test]
fn what_could_steer_a_terminal_or_a_path_is_refused() {
    for text in [
        forged(|letter| letter.by = "eve\u{1b}[2J".into()),
        forged(|letter| of(letter).key = "\u{202e}".into()),
        forged(|letter| of(letter).command = Command::DestroyApp { app: "a\nb".into() }),
        forged(|letter| of(letter).account = Some("x".repeat(WORD + 1))),
        forged(|letter| of(letter).id = OperationId("../../../../../etc/passwd".into())),
        forged(|letter| {
            of(letter).command =
                Command::UploadBackup { service: "postgresql".into(), file: "/etc/shadow".into(), size: 1 };
        }),
    ] {
        let two = two();
        let why = take(&two.there, &text).unwrap_err().0;
        assert!(!why.contains('\u{1b}') && !why.contains('\n'), "{why:?}");
        assert_eq!(two.there.list(9).unwrap(), []);
    }
}

#[test]
fn what_was_sent_in_the_future_would_never_be_found_so_it_is_refused() {
    let two = two();
    let hour = SignedDuration::from_hours(1);
    let why = take(&two.there, &forged(|letter| of(letter).sent = now() + hour)).unwrap_err().0;
    assert!(why.contains("clock"), "{why}");
    assert!(take(&two.there, &forged(|letter| of(letter).sent = now() - hour)).is_err(), "sent before it was intended");
}

#[test]
fn an_id_that_is_taken_by_something_else_is_left_alone() {
    let two = two();
    let (id, line) = line_of(&two);
    let mut letter = read(&line).unwrap();
    of(&mut letter).command = Command::DestroyApp { app: "shop".into() };
    assert!(take(&two.here, &write(&letter).unwrap()).unwrap_err().0.contains("another operation"));
    assert_eq!(two.here.get(&id).unwrap().unwrap().intent.command, destroy());
}

#[test]
fn what_is_over_or_was_never_sent_is_not_handed_over() {
    let two = two();
    let mut driver = begin(&two.here, destroy());
    driver.record(RecordKind::End { outcome: Outcome::Done, evidence: None, asks: None }).unwrap();
    let id = driver.operation().id.clone();
    assert!(hand_off(&two.here, &id).unwrap_err().0.contains("done"));
    assert!(
        hand_off(&two.here, &OperationId("20261120T025900Z-00000001".into())).unwrap_err().0.contains("no operation")
    );
}

fn step(act: Act, title: &str, is_optional: bool) -> Step {
    Step { act, title: title.into(), done: title.to_lowercase(), is_optional }
}

fn restore() -> Command {
    Command::Restore(RestoreBackup {
        backup_id: "b_1".into(),
        of: Some("orders".into()),
        name: "orders-restored".into(),
        team: Some("sandbox".into()),
        service: "postgresql".into(),
        plan: "standard-0".into(),
    })
}

fn procedure() -> Procedure {
    let goal = RestoreGoal {
        addon_id: "add_1".into(),
        addon: "orders".into(),
        backup_id: Some("b_1".into()),
        backup_started_at: None,
        backup_size: None,
        good_moment: None,
        replacement: "orders-restored".into(),
        way: crate::model::Way::Replacement,
    };
    let copy = Command::BackUp { addon_id: "add_1".into(), addon: "orders".into(), label: Some("broken".into()) };
    let file = "/home/ada/orders.pgdump".into();
    Procedure {
        goal: Goal::Restore(goal),
        steps: vec![
            step(Act::Send { command: Box::new(copy) }, "Copy the broken state", true),
            step(Act::Download { backup_id: "b_1".into(), file }, "Download the good one", true),
            step(Act::Send { command: Box::new(restore()) }, "Make the replacement", false),
            step(Act::Check, "Check it", false),
            step(Act::Late { late: Late::SwitchOver }, "Switch the apps over", false),
            step(Act::CleanUp, "Clean up", true),
        ],
    }
}

fn begun(two: &Two) -> (OperationId, OperationId) {
    use crate::store::journal::PartOf;
    let plan = Plan::new(ProfileName("local".into()), "local", AT, procedure());
    let (course, wheel) = two.here.begin_course(plan).unwrap();
    two.here.mark(&wheel, Mark::Skipped { step: 0 }).unwrap();
    two.here.mark(&wheel, Mark::Skipped { step: 1 }).unwrap();
    let intent = Intent::new(ProfileName("local".into()), "local", AT, restore(), Timestamp::UNIX_EPOCH);
    let operation = intent.id.clone();
    let mut driver = two.here.begin_part(&PartOf { wheel, step: 2, part: 0 }, intent).unwrap();
    driver.record(RecordKind::Sent).unwrap();
    (course.id, operation)
}

#[test]
fn a_procedure_goes_over_with_what_was_begun_and_its_place_is_told_by_the_platform_alone() {
    let two = two();
    let (id, operation) = begun(&two);
    let line = hand_off(&two.here, &id).unwrap();
    assert!(line.len() < 2_500, "{}", line.len());
    let adopted = take(&two.there, &line).unwrap();
    assert!(adopted.is_new && adopted.is_course);
    let course = two.there.course(&id).unwrap().unwrap();
    assert_eq!(course.procedure, procedure());
    assert_eq!(course.steps[0].state, StepState::Skipped);
    assert!(matches!(course.steps[2].state, StepState::Unknown(_)), "{:?}", course.steps[2]);
    assert_eq!(course.next(), crate::model::Next::Follow { step: 2, operation: operation.clone() });
    assert_eq!(two.there.list(9).unwrap().len(), 1);
    assert!(!take(&two.there, &line).unwrap().is_new);
    // The platform shows it: the next step is a person's.
    let end = RecordKind::End { outcome: Outcome::Done, evidence: None, asks: None };
    two.there.drive(&operation).unwrap().unwrap().record(end).unwrap();
    let course = two.there.course(&id).unwrap().unwrap();
    assert_eq!(course.next(), crate::model::Next::Person { step: 3 });
}

#[test]
fn no_file_is_written_where_another_machine_said() {
    let two = two();
    let (id, _) = begun(&two);
    let mut letter = read(&hand_off(&two.here, &id).unwrap()).unwrap();
    let What::Procedure(handed) = &mut letter.what else { panic!("it is a procedure") };
    handed.marks.retain(|marked| marked.mark != Mark::Skipped { step: 1 });
    take(&two.there, &write(&letter).unwrap()).unwrap();
    assert_eq!(two.there.course(&id).unwrap().unwrap().steps[1].state, StepState::Skipped);
}

fn bound(step: usize, command: Command) -> Mark {
    Mark::Bound { step, commands: vec![command], apps: Vec::new(), is_back: false }
}

#[test]
fn no_step_of_a_hand_off_does_what_no_procedure_does() {
    let two = two();
    let (id, _) = begun(&two);
    let mut letter = read(&hand_off(&two.here, &id).unwrap()).unwrap();
    let What::Procedure(handed) = &mut letter.what else { panic!("it is a procedure") };
    let command = Command::DestroyAddon { addon_id: "add_9".into(), addon: "billing".into() };
    handed.procedure.steps[0].act = Act::Send { command: Box::new(command) };
    assert!(take(&two.there, &write(&letter).unwrap()).unwrap_err().0.contains("no procedure has"));
}

#[test]
fn nobody_can_claim_by_text_that_a_command_is_done() {
    for mark in [
        Mark::Done { step: 2, message: "made".into() },
        Mark::Done { step: 4, message: "moved".into() },
        Mark::Over { is_reached: true, message: String::new() },
        Mark::Skipped { step: 99 },
        Mark::Skipped { step: 4 },
        Mark::Skipped { step: 2 },
        Mark::PartSkipped { step: 2, part: 0 },
        // What somebody made up: another add-on is destroyed, or switched, with the word that is given for the restore.
        bound(4, Command::DestroyAddon { addon_id: "add_9".into(), addon: "billing".into() }),
        bound(4, Command::MoveAttachments { from_id: "a".into(), from: "x".into(), to_id: "b".into(), to: "y".into() }),
        bound(2, Command::DestroyAddon { addon_id: "add_1".into(), addon: "orders".into() }),
        bound(
            3,
            Command::Attach {
                addon_id: "a".into(),
                addon: "orders".into(),
                app: "shop".into(),
                alias: None,
                confirm: None,
                credential: None,
            },
        ),
        Mark::Begun { step: 2, part: 0, operation: OperationId("20261120T025900Z-00000001".into()) },
    ] {
        let two = two();
        let (id, _) = begun(&two);
        let mut letter = read(&hand_off(&two.here, &id).unwrap()).unwrap();
        let What::Procedure(handed) = &mut letter.what else { panic!("it is a procedure") };
        handed.marks.push(Marked { at: now(), mark: mark.clone() });
        assert!(take(&two.there, &write(&letter).unwrap()).is_err(), "{mark:?}");
        assert_eq!(two.there.course(&id).unwrap(), None);
    }
}

fn in_place(backup_id: &str, addon_id: &str, addon: &str) -> Procedure {
    let mut procedure = procedure();
    let command = Command::RestoreInto {
        backup_id: backup_id.into(),
        of: Some("orders".into()),
        addon_id: addon_id.into(),
        addon: addon.into(),
    };
    let Goal::Restore(goal) = &mut procedure.goal else { unreachable!() };
    (goal.way, goal.replacement) = (crate::model::Way::InPlace, "orders".into());
    procedure.steps = vec![step(Act::Send { command: Box::new(command) }, "Replace the data", false)];
    procedure
}

fn destruction(addon_id: &str, addon: &str) -> Procedure {
    let detach = Command::Detach {
        attachment_id: "att_1".into(),
        addon_id: "add_1".into(),
        addon: "orders".into(),
        app: "billing".into(),
        alias: None,
    };
    let mut procedure = Procedure::destruction(
        "add_1",
        "orders",
        &[detach, Command::DestroyAddon { addon_id: "add_1".into(), addon: "orders".into() }],
    )
    .unwrap();
    let last = Command::DestroyAddon { addon_id: addon_id.into(), addon: addon.into() };
    procedure.steps[1].act = Act::Send { command: Box::new(last) };
    procedure
}

#[test]
fn a_restore_in_place_and_a_destruction_go_over_and_none_of_something_else() {
    let goes = |procedure: Procedure| {
        let two = two();
        let plan = Plan::new(ProfileName("local".into()), "local", AT, procedure.clone());
        let (course, _) = two.here.begin_course(plan).unwrap();
        let line = hand_off(&two.here, &course.id).unwrap();
        let adopted = take(&two.there, &line).map(|adopted| adopted.id);
        adopted.map(|id| assert_eq!(two.there.course(&id).unwrap().unwrap().procedure, procedure))
    };
    goes(in_place("b_1", "add_1", "orders")).unwrap();
    goes(destruction("add_1", "orders")).unwrap();
    for foreign in [
        in_place("b_2", "add_1", "orders"),
        in_place("b_1", "add_9", "orders"),
        in_place("b_1", "add_1", "billing-db"),
        destruction("add_9", "orders"),
        destruction("add_1", "billing-db"),
    ] {
        let error = goes(foreign.clone()).unwrap_err();
        assert!(error.0.contains("a step that no procedure has"), "{foreign:?}: {error}");
    }
    // What fills a replacement never fills what the apps use.
    let mut filled = procedure();
    let into =
        Command::RestoreInto { backup_id: "b_1".into(), of: None, addon_id: "add_1".into(), addon: "orders".into() };
    filled.steps[2].act = Act::Send { command: Box::new(into) };
    assert!(goes(filled).is_err());
}
