use super::*;
use crate::model::{Act, Command, Goal, Outcome, RestoreBackup, RestoreGoal, Step};
use crate::store::journal::RecordKind;

fn copy() -> Command {
    Command::BackUp { addon_id: "add_1".into(), addon: "orders".into(), label: None }
}

fn restore() -> Command {
    Command::Restore(RestoreBackup {
        backup_id: "b1".into(),
        of: Some("orders".into()),
        name: "orders-2".into(),
        team: None,
        service: "postgresql".into(),
        plan: "small".into(),
    })
}

fn plan() -> Plan {
    let step = |act, title: &str, is_optional| Step { act, title: title.into(), done: title.into(), is_optional };
    let send = |command| Act::Send { command: Box::new(command) };
    let goal = Goal::Restore(RestoreGoal {
        addon_id: "add_1".into(),
        addon: "orders".into(),
        backup_id: Some("b1".into()),
        backup_started_at: None,
        backup_size: None,
        good_moment: None,
        replacement: "orders-2".into(),
        way: crate::model::Way::Replacement,
    });
    let steps = vec![
        step(send(copy()), "copy", true),
        step(send(restore()), "restore", false),
        step(Act::Check, "check", false),
    ];
    let profile = ProfileName("local".into());
    Plan::new(profile, "local", "https://ada:secret@platform/v1", Procedure { goal, steps })
}

fn journal() -> (tempfile::TempDir, Journal) {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(&folder.path().join("operations")).unwrap();
    (folder, journal)
}

fn intent(command: Command) -> Intent {
    Intent::new(ProfileName("local".into()), "local", "https://platform/v1", command, Timestamp::UNIX_EPOCH)
}

fn part(wheel: &Wheel, step: usize) -> PartOf {
    PartOf { wheel: wheel.clone(), step, part: 0 }
}

/// A command is begun, sent, and comes to this.
fn carried_out(journal: &Journal, wheel: &Wheel, step: usize, command: Command, outcome: Outcome) -> OperationId {
    let mut driver = journal.begin_part(&part(wheel, step), intent(command)).unwrap();
    driver.record(RecordKind::Sent).unwrap();
    driver.record(RecordKind::End { outcome, evidence: None, asks: None }).unwrap();
    driver.operation().id.clone()
}

fn read(journal: &Journal, id: &OperationId) -> Course {
    journal.course(id).unwrap().unwrap()
}

/// Puts other bytes in the place of some in a procedure's file.
fn patch(journal: &Journal, id: &OperationId, change: impl FnOnce(String) -> String) {
    let path = journal.course_path(id).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, change(text)).unwrap();
}

/// Makes it look as if another process had driven it, which is no more.
fn leave(journal: &Journal, id: &OperationId) {
    let ours = process::began(std::process::id()).unwrap();
    patch(journal, id, |text| {
        let left = text.replace(&format!("\"began\":{ours}"), "\"began\":1");
        assert_ne!(left, text);
        left
    });
}

#[test]
fn what_was_written_is_read_again_without_a_secret() {
    let (_folder, journal) = journal();
    let (course, wheel) = journal.begin_course(plan()).unwrap();
    assert!(wheel.drives(&course));
    assert_eq!((course.endpoint.as_str(), course.is_driver_alive), ("https://platform/v1", Some(true)));
    carried_out(&journal, &wheel, 0, copy(), Outcome::Done);
    journal.mark(&wheel, Mark::Skipped { step: 0 }).unwrap();
    let again = read(&journal, &course.id);
    assert_eq!(again.next(), Next::Send { step: 1, part: 0, command: Box::new(restore()) });
    let listed = journal.courses(&course.profile, &course.endpoint).unwrap();
    assert_eq!(listed, [again]);
    assert!(journal.courses(&course.profile, "https://elsewhere/v1").unwrap().is_empty());
    assert_eq!(journal.list(9).unwrap().len(), 1, "it is no operation of its own");
}

#[test]
fn a_command_is_begun_at_most_once() {
    let (_folder, journal) = journal();
    let (_, wheel) = journal.begin_course(plan()).unwrap();
    let mut driver = journal.begin_part(&part(&wheel, 0), intent(copy())).unwrap();
    let refused = |what: &str| {
        let error = journal.begin_part(&part(&wheel, 0), intent(copy())).unwrap_err();
        assert!(error.0.contains("not sent once more"), "{what}: {error}");
    };
    refused("while it is driven");
    driver.record(RecordKind::Sent).unwrap();
    drop(driver);
    refused("while its outcome is not known");
    assert_eq!(journal.list(9).unwrap().len(), 1);
}

#[test]
fn another_attempt_is_made_only_of_what_is_known_to_have_done_nothing() {
    for (outcome, may) in [
        (Outcome::Failed { message: "No room.".into() }, true),
        (Outcome::NotSent { message: "Not sent.".into() }, true),
        (Outcome::Done, false),
        (Outcome::Unknown { message: "Cut.".into(), judged: None }, false),
    ] {
        let (_folder, journal) = journal();
        let (course, wheel) = journal.begin_course(plan()).unwrap();
        let first = carried_out(&journal, &wheel, 0, copy(), outcome.clone());
        let again = journal.begin_part(&part(&wheel, 0), intent(copy()));
        assert_eq!(again.is_ok(), may, "{outcome:?}");
        if let Ok(again) = again {
            let known = read(&journal, &course.id).steps[0].parts[0].operation.clone().unwrap();
            assert_eq!(known.id, again.operation().id);
            assert_ne!(known.id, first);
        }
    }
}

#[test]
fn nothing_is_begun_before_its_turn_or_in_the_place_of_something_else() {
    let (_folder, journal) = journal();
    let (_, wheel) = journal.begin_course(plan()).unwrap();
    let error = journal.begin_part(&part(&wheel, 1), intent(restore())).unwrap_err();
    assert!(error.0.contains("turn has not come"), "{error}");
    let error = journal.begin_part(&part(&wheel, 0), intent(restore())).unwrap_err();
    assert!(error.0.contains("another command"), "{error}");
    assert!(journal.list(9).unwrap().is_empty());
}

#[test]
fn whoever_was_taken_over_from_can_do_nothing_more() {
    let (_folder, journal) = journal();
    let (course, first) = journal.begin_course(plan()).unwrap();
    let (taken, second) = journal.take_over(&course.id).unwrap();
    assert!(second.drives(&taken) && !first.drives(&taken));
    let error = journal.begin_part(&part(&first, 0), intent(copy())).unwrap_err();
    assert!(error.0.contains("has taken over"), "{error}");
    let error = journal.mark(&first, Mark::Skipped { step: 0 }).unwrap_err();
    assert!(error.0.contains("has taken over"), "{error}");
    assert!(journal.list(9).unwrap().is_empty());
    carried_out(&journal, &second, 0, copy(), Outcome::Done);
}

#[test]
fn only_what_nobody_drives_any_more_is_taken_unasked() {
    let (_folder, journal) = journal();
    let (course, _) = journal.begin_course(plan()).unwrap();
    assert_eq!(journal.take_if_left(&course.id).unwrap(), None, "its driver lives: it is this process");
    leave(&journal, &course.id);
    assert_eq!(read(&journal, &course.id).is_driver_alive, Some(false));
    let (taken, wheel) = journal.take_if_left(&course.id).unwrap().unwrap();
    assert!(wheel.drives(&taken));
    patch(&journal, &course.id, |text| {
        let host = Actor::from_env().host.unwrap();
        text.replace(&format!("\"host\":\"{host}\""), "\"host\":\"another-host\"")
    });
    assert_eq!(read(&journal, &course.id).is_driver_alive, None, "of another machine nothing can be told");
    assert_eq!(journal.take_if_left(&course.id).unwrap(), None);
}

#[test]
fn a_process_that_has_ended_and_waits_to_be_reaped_drives_nothing() {
    let mut command = std::process::Command::new("sh");
    let mut child = command.args(["-c", "read line"]).stdin(std::process::Stdio::piped()).spawn().unwrap();
    let pid = child.id();
    assert!(process::began(pid).is_some());
    drop(child.stdin.take());
    // It ends, and is not reaped: its record stays, with another state.
    let pid_of = rustix::process::Pid::from_child(&child);
    let ended = rustix::process::WaitIdOptions::EXITED | rustix::process::WaitIdOptions::NOWAIT;
    rustix::process::waitid(rustix::process::WaitId::Pid(pid_of), ended).unwrap();
    assert_eq!(process::began(pid), None);
    child.wait().unwrap();
}

#[test]
fn nothing_is_added_to_what_is_over() {
    let (_folder, journal) = journal();
    let (course, wheel) = journal.begin_course(plan()).unwrap();
    journal.mark(&wheel, Mark::Over { is_reached: false, message: "Enough.".into() }).unwrap();
    assert!(journal.mark(&wheel, Mark::Skipped { step: 0 }).unwrap_err().0.contains("is over"));
    assert!(journal.take_over(&course.id).unwrap_err().0.contains("is over"));
    assert!(journal.begin_part(&part(&wheel, 0), intent(copy())).is_err());
    leave(&journal, &course.id);
    assert_eq!(journal.take_if_left(&course.id).unwrap(), None);
}

#[test]
fn a_mark_that_would_not_be_true_is_not_written() {
    let (_folder, journal) = journal();
    let (course, wheel) = journal.begin_course(plan()).unwrap();
    carried_out(&journal, &wheel, 0, copy(), Outcome::Unknown { message: "Cut.".into(), judged: None });
    let before = read(&journal, &course.id);
    let error = journal.mark(&wheel, Mark::Skipped { step: 0 }).unwrap_err();
    assert!(error.0.contains("its end is not known yet"), "{error}");
    assert_eq!(read(&journal, &course.id), before);
}

#[test]
fn a_torn_line_was_never_acted_upon_and_spoils_none_after_it() {
    let (_folder, journal) = journal();
    let (course, wheel) = journal.begin_course(plan()).unwrap();
    let whole = read(&journal, &course.id);
    patch(&journal, &course.id, |text| text + r#"{"at":"2026-11-20T03:00:00Z","mark":"skip"#);
    assert_eq!(read(&journal, &course.id), whole);
    let course = journal.mark(&wheel, Mark::Skipped { step: 0 }).unwrap();
    assert_eq!(course.steps[0].state, StepState::Skipped);
    assert_eq!(read(&journal, &course.id), course);
}

#[test]
fn a_plan_that_is_not_whole_began_nothing() {
    let (_folder, journal) = journal();
    let (course, wheel) = journal.begin_course(plan()).unwrap();
    patch(&journal, &course.id, |text| text[..40].to_owned());
    assert_eq!(journal.course(&course.id).unwrap(), None);
    assert!(journal.mark(&wheel, Mark::Skipped { step: 0 }).is_err());
    assert!(journal.courses(&course.profile, &course.endpoint).unwrap().is_empty());
}

#[test]
fn a_line_of_a_later_version_stops_us_from_going_on() {
    let (_folder, journal) = journal();
    let (course, wheel) = journal.begin_course(plan()).unwrap();
    patch(&journal, &course.id, |text| text + "{\"at\":\"2026-11-20T03:00:00Z\",\"mark\":\"sent_twice\"}\n");
    assert!(journal.course(&course.id).unwrap_err().0.contains("does not understand"));
    assert!(journal.begin_part(&part(&wheel, 0), intent(copy())).is_err());
    assert!(journal.list(9).unwrap().is_empty());
}

#[test]
fn an_operation_that_cannot_be_read_is_not_taken_for_one_that_was_not_begun() {
    let (_folder, journal) = journal();
    let (course, wheel) = journal.begin_course(plan()).unwrap();
    let begun = carried_out(&journal, &wheel, 0, copy(), Outcome::Done);
    let path = journal.path(&begun).unwrap();
    std::fs::remove_file(&path).unwrap();
    // A folder in its place can't be read by anybody.
    std::fs::create_dir(&path).unwrap();
    assert!(journal.course(&course.id).is_err());
    assert!(journal.begin_part(&part(&wheel, 0), intent(copy())).is_err());
}

#[test]
fn ids_that_are_no_ids_lead_nowhere() {
    let (_folder, journal) = journal();
    assert!(journal.course(&OperationId("../../etc/passwd".into())).is_err());
    assert_eq!(journal.course(&OperationId::new(Timestamp::UNIX_EPOCH, 1)).unwrap(), None);
}

#[test]
fn procedures_are_kept_for_400_days_like_operations_and_the_newest_are_listed_first() {
    let (_folder, journal) = journal();
    let at = |text: &str| -> Timestamp { text.parse().unwrap() };
    for when in ["2024-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-03-01T00:00:00Z"] {
        let mut plan = plan();
        plan.at = at(when);
        plan.id = OperationId::new(plan.at, 7);
        journal.begin_course(plan).unwrap();
    }
    assert_eq!(journal.prune(at("2026-03-02T00:00:00Z")).unwrap(), 0, "operations are counted");
    let ids = |since| journal.newest_courses(9, since).unwrap().into_iter().map(|one| one.id.0).collect::<Vec<_>>();
    assert_eq!(ids(None), ["20260301T000000Z-00000007", "20260102T000000Z-00000007"]);
    assert_eq!(ids(Some(at("2026-02-01T00:00:00Z"))), ["20260301T000000Z-00000007"]);
}
