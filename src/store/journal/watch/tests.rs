use super::*;
use crate::model::{Command, Goal, Mark, Procedure, RestoreGoal};
use crate::store::journal::{Driver, Intent, Plan, Record, RecordKind};

struct Folder {
    _folder: tempfile::TempDir,
    journal: Journal,
}

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("operations")).unwrap();
        Self { _folder: folder, journal }
    }

    fn watch(&self) -> Watch {
        Watch::new(self.journal.clone(), ProfileName("local".into()), "/s".into())
    }

    fn intent(hours_ago: i64, number: u32) -> Intent {
        let command = Command::CreateApp { app: format!("app-{number}"), team: None };
        let mut intent = Intent::new(ProfileName("local".into()), "local", "/s", command, Timestamp::UNIX_EPOCH);
        intent.at = Timestamp::now() - SignedDuration::from_hours(hours_ago);
        intent.id = OperationId::new(intent.at, number);
        intent
    }

    /// An operation that began so many hours ago and was sent.
    fn begin(&self, hours_ago: i64, number: u32) -> Driver {
        let mut driver = self.journal.begin(Self::intent(hours_ago, number)).unwrap();
        driver.record(RecordKind::Sent).unwrap();
        driver
    }

    /// One that is over. Nothing waits for the disk, so that there can be many.
    fn ended(&self, hours_ago: i64, number: u32) {
        let intent = Self::intent(hours_ago, number);
        let mut lines = serde_json::to_string(&intent).unwrap();
        for kind in [RecordKind::Sent, done()] {
            lines.push('\n');
            lines += &serde_json::to_string(&Record { at: intent.at, kind }).unwrap();
        }
        std::fs::write(self.journal.path(&intent.id).unwrap(), lines + "\n").unwrap();
    }

    fn plan(&self) -> Plan {
        let goal = RestoreGoal {
            addon_id: "add_1".into(),
            addon: "orders".into(),
            backup_id: None,
            backup_started_at: None,
            backup_size: None,
            good_moment: None,
            replacement: "orders-restored".into(),
            way: crate::model::Way::Replacement,
        };
        let procedure = Procedure { goal: Goal::Restore(goal), steps: Vec::new() };
        Plan::new(ProfileName("local".into()), "local", "/s", procedure)
    }
}

fn done() -> RecordKind {
    RecordKind::End { outcome: Outcome::Done, evidence: None, asks: None }
}

fn later(seconds: i64) -> Timestamp {
    Timestamp::now() + SignedDuration::from_secs(seconds)
}

fn look(watch: &mut Watch) -> Vec<String> {
    let mut words = Vec::new();
    for told in watch.look(Timestamp::now()).unwrap().operations {
        assert!(!told.by.is_empty());
        words.push(format!("{} {}", told.operation.command.target(), told.operation.outcome.word()));
    }
    words.sort();
    words
}

#[test]
fn what_another_process_begins_and_ends_is_told_once() {
    let folder = Folder::new();
    let mut watch = folder.watch();
    assert_eq!(look(&mut watch), [""; 0]);
    let mut driver = folder.begin(0, 1);
    assert_eq!(look(&mut watch), ["app-1 intended"]);
    assert_eq!(look(&mut watch), [""; 0], "nothing is new");
    driver.record(done()).unwrap();
    assert_eq!(look(&mut watch), ["app-1 done"]);
    assert_eq!(look(&mut watch), [""; 0]);
}

#[test]
fn whoever_sent_it_and_ended_without_a_word_is_noticed_though_the_file_is_as_it_was() {
    let folder = Folder::new();
    let mut watch = folder.watch();
    let driver = folder.begin(0, 1);
    assert_eq!(look(&mut watch), ["app-1 intended"]);
    drop(driver);
    assert_eq!(look(&mut watch), ["app-1 unknown"]);
}

#[test]
fn a_note_of_another_process_is_told() {
    let folder = Folder::new();
    let mut watch = folder.watch();
    let id = folder.begin(0, 1).operation().id.clone();
    assert_eq!(look(&mut watch), ["app-1 unknown"]);
    folder.journal.note(&id).unwrap();
    let told = watch.look(Timestamp::now()).unwrap().operations;
    assert!(told[0].operation.is_noted);
}

#[test]
fn a_file_whose_intent_is_being_written_is_told_once_it_is_whole() {
    let folder = Folder::new();
    let mut watch = folder.watch();
    folder.ended(0, 1);
    let from = folder.journal.dir().read_dir().unwrap().next().unwrap().unwrap().path();
    let whole = std::fs::read(&from).unwrap();
    std::fs::write(&from, &whole[..10]).unwrap();
    assert_eq!(look(&mut watch), [""; 0]);
    std::fs::write(&from, whole).unwrap();
    assert_eq!(look(&mut watch), ["app-1 done"]);
}

#[test]
fn the_newest_that_are_over_and_all_that_are_open_are_told_at_first() {
    let folder = Folder::new();
    for number in 0..130 {
        folder.ended(2 + i64::from(number), number);
    }
    let old = folder.begin(160, 500).operation().id.clone();
    folder.begin(24 * 8, 501);
    let told = folder.watch().look(Timestamp::now()).unwrap();
    let ids: Vec<&OperationId> = told.operations.iter().map(|told| &told.operation.id).collect();
    assert_eq!(ids.len(), HISTORY + 1, "the hundred newest, and the open one");
    assert!(ids[0] > ids[99], "the newest first");
    assert!(ids.contains(&&old), "of unknown outcome since less than a week");
    assert!(told.is_whole);
}

#[test]
fn a_folder_of_many_files_is_read_in_several_looks() {
    let folder = Folder::new();
    for number in 0..(AT_ONCE as u32 + 20) {
        folder.ended(0, number);
    }
    let mut watch = folder.watch();
    assert!(!watch.look(Timestamp::now()).unwrap().is_whole);
    assert!(watch.look(Timestamp::now()).unwrap().is_whole);
}

#[test]
fn a_folder_that_did_not_change_is_not_listed_again_and_what_is_over_is_not_read_again() {
    let folder = Folder::new();
    folder.ended(0, 1);
    let mut watch = folder.watch();
    watch.look(later(60)).unwrap();
    assert!(watch.folder.is_some() && watch.open.is_empty(), "{watch:?}");
    // A name that is there counts as unread: were the folder listed, it would be told again.
    watch.seen.clear();
    assert_eq!(watch.look(later(61)).unwrap().operations, []);
    folder.ended(0, 2);
    assert_eq!(watch.look(later(62)).unwrap().operations.len(), 2, "a changed folder is listed");
}

#[test]
fn a_folder_that_changed_just_now_is_listed_again() {
    let folder = Folder::new();
    folder.ended(0, 1);
    let mut watch = folder.watch();
    watch.look(Timestamp::now()).unwrap();
    assert_eq!(watch.folder, None, "what comes within the same tick of the clock would be missed");
}

#[test]
fn other_profiles_and_endpoints_are_left_alone() {
    let folder = Folder::new();
    folder.begin(0, 1);
    let other = |profile: &str, endpoint: &str| {
        let mut watch = Watch::new(folder.journal.clone(), ProfileName(profile.into()), endpoint.into());
        watch.look(Timestamp::now()).unwrap().operations.len()
    };
    assert_eq!((other("local", "/s"), other("local", "/other"), other("work", "/s")), (1, 0, 0));
}

#[test]
fn procedures_are_told_with_every_step_of_others() {
    let folder = Folder::new();
    let mut watch = folder.watch();
    watch.look(Timestamp::now()).unwrap();
    let (course, wheel) = folder.journal.begin_course(folder.plan()).unwrap();
    let courses = |watch: &mut Watch| watch.look(Timestamp::now()).unwrap().courses;
    assert_eq!(courses(&mut watch)[0].id, course.id);
    assert_eq!(courses(&mut watch), []);
    folder.journal.take_over(&course.id).unwrap();
    assert_eq!(courses(&mut watch).len(), 1, "another drives it");
    assert!(folder.journal.mark(&wheel, Mark::Skipped { step: 0 }).is_err());
    let (_, wheel) = folder.journal.take_over(&course.id).unwrap();
    let over = Mark::Over { is_reached: true, message: String::new() };
    folder.journal.mark(&wheel, over).unwrap();
    assert!(courses(&mut watch)[0].end.is_some());
    assert_eq!(courses(&mut watch), []);
    assert_eq!(folder.watch().look(Timestamp::now()).unwrap().courses.len(), 1, "it ended within a day");
    assert_eq!(folder.watch().look(later(90_000)).unwrap().courses, []);
}
