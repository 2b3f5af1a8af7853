//! Two dashboards over one journal, and the list of what was done.

use attache::app::Query;
use attache::app::modal::Modal;
use attache::model::{Command, DeedId, Operation, OperationId, Outcome, ProfileName, Work, WorkState};
use attache::store::{Driver, Intent, Journal, RecordKind, Watch};

use super::stage::{Setting, Stage, start_of_time};

fn journal() -> (tempfile::TempDir, Journal) {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = Journal::open(&folder.path().join("operations")).expect("a journal");
    (folder, journal)
}

fn watching(journal: &Journal) -> Stage {
    Stage::open(Setting::default(), |fake| {
        fake.with_addon("orders", &[("billing", None)]);
        fake.watch = Some(Watch::new(journal.clone(), ProfileName("local".into()), "unix".into()));
    })
}

/// Another process is about to send a command.
fn begin(journal: &Journal, app: &str) -> Driver {
    let command = Command::CreateApp { app: app.into(), team: None };
    let intent = Intent::new(ProfileName("local".into()), "local", "unix", command, start_of_time());
    let mut driver = journal.begin(intent).expect("it is written");
    driver.record(RecordKind::Sent).expect("it is written");
    driver
}

fn done() -> RecordKind {
    RecordKind::End { outcome: Outcome::Done, evidence: None, asks: None }
}

fn words(stage: &Stage) -> Vec<&str> {
    stage.state.operations.values().map(|operation| operation.outcome.word()).collect()
}

#[test]
fn what_one_process_begins_and_ends_all_dashboards_show_without_a_restart() {
    let (_folder, journal) = journal();
    let mut both = [watching(&journal), watching(&journal)];
    let mut driver = begin(&journal, "shop");
    for stage in &mut both {
        stage.wait(10_500);
        assert_eq!(words(stage), ["intended"]);
        assert!(!stage.state.by.is_empty(), "and by whom");
    }
    driver.record(done()).expect("it is written");
    for stage in &mut both {
        stage.wait(2_100);
        assert_eq!(words(stage), ["done"], "while something is open it is looked often");
        assert!(stage.notice().contains("Create app shop: done"), "{}", stage.notice());
        // The notice goes by itself.
        stage.wait(9_000);
        let revision = stage.state.revision();
        stage.wait(60_000);
        assert_eq!(stage.state.revision(), revision, "and told once");
    }
    // A later one reads what there is, and brings up nothing that is over.
    let late = watching(&journal);
    assert_eq!(words(&late), ["done"]);
    assert!(late.state.activity.iter().all(|line| !line.text.contains("ended")), "{:?}", late.state.activity);
}

#[test]
fn what_was_left_unknown_is_brought_up_at_the_start_and_a_note_elsewhere_settles_it_here() {
    let (_folder, journal) = journal();
    let id = begin(&journal, "shop").operation().id.clone();
    let mut stage = watching(&journal);
    assert!(stage.state.has_journal);
    assert!(stage.state.activity.iter().any(|line| line.text.contains("1 operation has not ended yet")));
    assert_eq!(stage.state.open_operations().count(), 1);
    journal.note(&id).expect("it is noted");
    stage.wait(2_100);
    assert_eq!(stage.state.open_operations().count(), 0);
}

#[test]
fn a_known_end_is_not_taken_back_by_what_was_read_a_moment_before() {
    let (_folder, journal) = journal();
    let mut driver = begin(&journal, "shop");
    let mut stage = watching(&journal);
    let id = driver.operation().id.clone();
    let ended = Operation { outcome: Outcome::Done, ..driver.operation().clone() };
    stage.state.operations.insert(id.clone(), ended);
    driver.record(RecordKind::Progress { message: "Half of it.".into() }).expect("it is written");
    stage.wait(30_000);
    assert_eq!(stage.state.operations[&id].outcome, Outcome::Done);
}

fn operation(number: u32, outcome: Outcome) -> Operation {
    let at = start_of_time() - jiff::SignedDuration::from_mins(i64::from(number));
    Operation {
        child: None,
        id: OperationId::new(at, number),
        profile: ProfileName("local".into()),
        command: Command::CreateApp { app: format!("app-{number}"), team: None },
        started_at: at,
        updated_at: at,
        outcome,
        addon_id: None,
        work_id: None,
        backup_id: None,
        is_noted: false,
        before: None,
        asks: None,
    }
}

fn with(operations: Vec<Operation>) -> Stage {
    Stage::open(Setting { operations, ..Setting::default() }, |fake| {
        fake.with_addon("orders", &[("billing", None)]);
        fake.works.push(Work {
            word: None,
            app: None,
            environment: None,
            steps: Vec::new(),
            id: "op_9".into(),
            kind: "back_up".into(),
            addon_id: Some("add_1".into()),
            addon: Some("orders".into()),
            backup_id: None,
            state: WorkState::Done,
            step: None,
            message: None,
            by: Some("eve".into()),
            created_at: Some(start_of_time()),
            started_at: None,
            ended_at: None,
            progress: None,
        });
    })
}

fn chosen(stage: &Stage) -> String {
    stage.state.chosen_deed().map_or_else(String::new, |deed| deed.id.to_string())
}

#[test]
fn the_open_ones_come_first_and_the_cursor_stays_with_its_operation() {
    let mut stage = with(vec![operation(5, Outcome::Done), operation(9, Outcome::unknown("It was cut off."))]);
    stage.keys("o");
    let rows: Vec<String> = stage.state.past().iter().map(|row| row.sentence.clone()).collect();
    assert_eq!(rows, ["Create app app-9", "Back up orders", "Create app app-5"]);
    stage.keys("jj");
    let before = chosen(&stage);
    assert!(before.ends_with("00000005"), "{before}");
    stage.fake.journal.operations =
        vec![attache::store::Told { operation: operation(1, Outcome::Done), by: "eve".into() }];
    stage.wait(11_000);
    assert_eq!(stage.state.past().len(), 4);
    assert_eq!(chosen(&stage), before);
    stage.keys("<enter>");
    let is_open = matches!(stage.state.modals.last(), Some(Modal::Operations(view)) if view.is_open);
    assert!(is_open && stage.fake.other.contains(&"read entry"));
    stage.keys("<esc><esc>");
    assert!(stage.state.modals.is_empty());
}

#[test]
fn the_platforms_record_is_asked_for_only_while_somebody_looks() {
    let mut stage = with(Vec::new());
    let asked = |stage: &Stage| {
        stage.fake.asked.iter().filter(|query| matches!(query, Query::Works | Query::Releases(_))).count()
    };
    stage.wait(60_000);
    assert_eq!(asked(&stage), 0);
    stage.keys("o");
    assert_eq!(asked(&stage), 2, "the record, and the releases of the one app at hand");
    let theirs = stage.state.chosen_deed().expect("a row");
    assert_eq!((theirs.id, theirs.by.as_deref()), (DeedId::Work("op_9".into()), Some("eve")));
    stage.keys("<esc>");
    let before = asked(&stage);
    stage.wait(60_000);
    assert_eq!(asked(&stage), before);
}

#[test]
fn what_cannot_be_done_with_the_chosen_one_is_said() {
    let mut stage = with(vec![operation(9, Outcome::unknown("It was cut off.")), operation(5, Outcome::Done)]);
    let unknown = operation(9, Outcome::Done);
    stage.fake.sent.push((unknown.id, unknown.command));
    stage.keys("oH");
    assert_eq!(stage.fake.other.iter().filter(|what| **what == "hand off").count(), 1);
    stage.keys("jH");
    assert!(stage.notice().contains("Only the platform has a record of it"), "{}", stage.notice());
    stage.keys("ju");
    assert!(!stage.notice().is_empty() || !stage.state.modals.is_empty());
    stage.keys("<esc>oGH");
    assert!(stage.notice().contains("nothing to hand over"), "{}", stage.notice());
    stage.keys("GS");
    assert!(stage.notice().contains("outcome is known"), "{}", stage.notice());
    assert_eq!(stage.fake.other.iter().filter(|what| **what == "hand off").count(), 1);
    stage.keys("gT");
    assert!(stage.notice().contains("no driver to take over from"), "{}", stage.notice());
    assert!(stage.confirm().is_none());
    stage.keys("gS");
    assert!(stage.confirm().is_some(), "what may not have happened is confirmed anew: {}", stage.notice());
    assert!(stage.fake.submits.is_empty());
}

#[test]
fn of_the_operations_that_are_over_the_newest_are_kept_with_what_is_known_of_them() {
    let mut stage = with(Vec::new());
    let told = |number| attache::store::Told { operation: operation(number, Outcome::Done), by: "eve".into() };
    stage.fake.journal.operations = (1..=400).map(told).collect();
    let work = stage.fake.works[0].clone();
    for told in &stage.fake.journal.operations {
        stage.state.works.insert(told.operation.id.clone(), work.clone());
    }
    stage.wait(31_000);
    let sizes = (stage.state.operations.len(), stage.state.by.len(), stage.state.works.len());
    assert_eq!(sizes, (200, 200, 200));
    assert!(stage.state.operations.contains_key(&operation(1, Outcome::Done).id), "the newest is kept");
}
