use std::os::unix::fs::PermissionsExt;

use proptest::prelude::*;

use super::*;
use crate::model::{Asks, Command, CreateAddon, Judgement, Outcome, ProfileName, Verdict};

fn intent(endpoint: &str) -> Intent {
    let command = Command::CreateAddon(CreateAddon {
        name: "postgresql-calm-otter".into(),
        team: Some("sandbox".into()),
        service: "postgresql".into(),
        plan: "small".into(),
        app: Some("storefront".into()),
        alias: None,
        confirm: None,
        options: std::collections::BTreeMap::new(),
    });
    Intent::new(ProfileName("local".into()), "local", endpoint, command, Timestamp::UNIX_EPOCH)
}

fn acknowledged(is_under_way: bool) -> RecordKind {
    RecordKind::Acknowledged {
        addon_id: Some("add_1".into()),
        request_id: None,
        is_under_way,
        work_id: None,
        backup_id: None,
    }
}

fn end(outcome: Outcome) -> RecordKind {
    RecordKind::End { outcome, evidence: None, asks: None }
}

fn journal() -> (tempfile::TempDir, Journal) {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(&folder.path().join("operations")).unwrap();
    (folder, journal)
}

/// Those that have to be followed.
fn open(journal: &Journal, profile: &str, endpoint: &str) -> Vec<OperationId> {
    let mut watch = Watch::new(journal.clone(), ProfileName(profile.into()), endpoint.into());
    let told = watch.look(Timestamp::now()).unwrap().operations.into_iter().map(|told| told.operation);
    told.filter(|one| !one.outcome.is_end() || one.is_unsettled()).map(|one| one.id).collect()
}

fn outcome(journal: &Journal, id: &OperationId) -> Outcome {
    journal.get(id).unwrap().unwrap().operation.outcome
}

#[test]
fn folder_and_files_are_private() {
    let (_folder, journal) = journal();
    let driver = journal.begin(intent("/run/api.sock")).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(journal.dir()), 0o700);
    assert_eq!(mode(&journal.path(&driver.operation().id).unwrap()), 0o600);
    std::fs::set_permissions(journal.dir(), Permissions::from_mode(0o755)).unwrap();
    Journal::open(journal.dir()).unwrap();
    assert_eq!(mode(journal.dir()), 0o700);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = Journal::open(&file.path().join("operations")).unwrap_err();
    assert!(error.0.contains(file.path().to_str().unwrap()), "{error}");
    assert!(error.0.contains("--state-dir DIR"), "{error}");
}

#[test]
fn an_unknown_outcome_that_was_noted_is_not_brought_up_again_and_stays_unknown() {
    let (_folder, journal) = journal();
    let mut driver = journal.begin(intent("/run/api.sock")).unwrap();
    let id = driver.operation().id.clone();
    driver.record(RecordKind::Sent).unwrap();
    assert!(journal.note(&id).unwrap_err().0.contains("another process"), "it is still being sent");
    drop(driver);
    let unfinished = || open(&journal, "local", "/run/api.sock").len();
    assert_eq!(unfinished(), 1);
    assert!(journal.note(&id).unwrap().is_noted);
    assert_eq!(unfinished(), 0);
    let entry = journal.get(&id).unwrap().unwrap();
    assert!(matches!(entry.operation.outcome, Outcome::Unknown { .. }), "{:?}", entry.operation.outcome);
    assert!(matches!(entry.records.last().unwrap().kind, RecordKind::Noted { .. }), "and who noted it is kept");
    let lines = entry.records.len();
    journal.note(&id).unwrap();
    assert_eq!(journal.get(&id).unwrap().unwrap().records.len(), lines, "once is enough");
    // What is found out later still counts.
    journal.drive(&id).unwrap().unwrap().record(end(Outcome::Done)).unwrap();
    assert_eq!(outcome(&journal, &id), Outcome::Done);
}

#[test]
fn an_operation_is_readable_by_others_while_it_is_driven() {
    let (_folder, journal) = journal();
    let mut driver = journal.begin(intent("/run/api.sock")).unwrap();
    let id = driver.operation().id.clone();
    driver.record(RecordKind::Sent).unwrap();
    let entry = journal.get(&id).unwrap().unwrap();
    assert!(entry.is_driven);
    assert_eq!(entry.operation.outcome, Outcome::Intended);
    assert!(journal.drive(&id).unwrap().is_none(), "a second driver got in");
    driver.record(acknowledged(true)).unwrap();
    drop(driver);
    let entry = journal.get(&id).unwrap().unwrap();
    assert_eq!((entry.operation.outcome, entry.is_driven), (Outcome::Accepted, false));
    assert_eq!(entry.operation.addon_id.as_deref(), Some("add_1"));
    journal.drive(&id).unwrap().unwrap().record(end(Outcome::Done)).unwrap();
    assert_eq!(outcome(&journal, &id), Outcome::Done);
}

#[test]
fn what_an_abandoned_operation_came_to_depends_on_whether_it_left() {
    let (_folder, journal) = journal();
    let kept = journal.begin(intent("/s")).unwrap().operation().id.clone();
    assert!(matches!(outcome(&journal, &kept), Outcome::NotSent { .. }));
    let mut driver = journal.begin(intent("/s")).unwrap();
    driver.record(RecordKind::Sent).unwrap();
    let left = driver.operation().id.clone();
    drop(driver);
    assert!(matches!(outcome(&journal, &left), Outcome::Unknown { .. }));
    let unfinished = |profile, endpoint| open(&journal, profile, endpoint);
    assert_eq!(unfinished("local", "/s"), [left]);
    assert_eq!(unfinished("local", "/other"), []);
    assert_eq!(unfinished("work", "/s"), []);
}

#[test]
fn a_line_that_cannot_be_read_is_never_taken_for_not_sent() {
    let (_folder, journal) = journal();
    let id = journal.begin(intent("/s")).unwrap().operation().id.clone();
    let path = journal.path(&id).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend_from_slice(b"{\"record\":\"something newer\"}\n");
    std::fs::write(&path, bytes).unwrap();
    assert!(matches!(outcome(&journal, &id), Outcome::Unknown { .. }));
}

#[test]
fn a_known_end_stands_and_an_unknown_one_may_be_resolved() {
    let (_folder, journal) = journal();
    let mut driver = journal.begin(intent("/s")).unwrap();
    driver.record(RecordKind::Sent).unwrap();
    driver.record(end(Outcome::unknown("It was cut off."))).unwrap();
    driver.record(end(Outcome::Done)).unwrap();
    driver.record(end(Outcome::Failed { message: "No.".into() })).unwrap();
    let id = driver.operation().id.clone();
    drop(driver);
    assert_eq!(outcome(&journal, &id), Outcome::Done);
}

#[test]
fn a_line_after_a_torn_one_is_read() {
    let (_folder, journal) = journal();
    let mut driver = journal.begin(intent("/s")).unwrap();
    driver.record(RecordKind::Sent).unwrap();
    let id = driver.operation().id.clone();
    drop(driver);
    let path = journal.path(&id).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend_from_slice(b"{\"at\":\"2026");
    std::fs::write(&path, bytes).unwrap();
    journal.drive(&id).unwrap().unwrap().record(end(Outcome::Done)).unwrap();
    assert_eq!(outcome(&journal, &id), Outcome::Done);
}

#[test]
fn no_password_of_an_endpoint_is_written() {
    let (_folder, journal) = journal();
    for endpoint in ["https://alice:hunter2@example.net/v1", "https://hunter2@example.net", "http://a:hunter2@x@h/"] {
        let driver = journal.begin(intent(endpoint)).unwrap();
        let bytes = std::fs::read_to_string(journal.path(&driver.operation().id).unwrap()).unwrap();
        assert!(!bytes.contains("hunter2"), "{bytes}");
        assert!(bytes.contains("\"endpoint\":\"http"), "{bytes}");
    }
}

#[test]
fn the_newest_come_first_and_the_oldest_go() {
    let (_folder, journal) = journal();
    let at = |text: &str| -> Timestamp { text.parse().unwrap() };
    for when in ["2026-01-02T00:00:00Z", "2026-03-01T00:00:00Z", "2024-01-01T00:00:00Z"] {
        let mut intent = intent("/s");
        intent.at = at(when);
        intent.id = OperationId::new(intent.at, 7);
        journal.begin(intent).unwrap();
    }
    let ids = |limit| journal.list(limit).unwrap().into_iter().map(|o| o.id.0).collect::<Vec<_>>();
    assert_eq!(ids(2), ["20260301T000000Z-00000007", "20260102T000000Z-00000007"]);
    assert_eq!(journal.prune(at("2026-03-02T00:00:00Z")).unwrap(), 1);
    assert_eq!(ids(9).len(), 2);
}

#[test]
fn the_folder_of_an_operation_is_nobody_elses_and_goes_with_it() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, journal) = journal();
    let mut old = intent("/s");
    old.at = "2025-01-01T00:00:00Z".parse().unwrap();
    old.id = OperationId::new(old.at, 1);
    let new = intent("/s");
    let [kept, gone] = [new, old].map(|intent| {
        let id = intent.id.clone();
        journal.begin(intent).unwrap();
        let made = journal.make_folder(&id).unwrap();
        std::fs::write(made.join("output"), "x").unwrap();
        made
    });
    assert_eq!(std::fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(journal.list(9).unwrap().len(), 2, "they are no operations");
    assert_eq!(journal.prune(Timestamp::now()).unwrap(), 1);
    assert!(kept.exists() && !gone.exists());
}

#[test]
fn what_a_program_carries_out_is_under_way_although_nobody_drives_it_any_more() {
    let (_folder, journal) = journal();
    let intent = intent("/s");
    let id = intent.id.clone();
    let mut driver = journal.begin(intent).unwrap();
    driver.record(RecordKind::Sent).unwrap();
    let child = super::process::child(std::process::id(), Path::new("/tmp/output"));
    driver.record(RecordKind::Started { child: child.clone() }).unwrap();
    drop(driver);
    let operation = journal.get(&id).unwrap().unwrap().operation;
    assert_eq!((operation.outcome, operation.child.as_ref()), (Outcome::Accepted, Some(&child)));
    assert_eq!(super::process::is_running(&child), Some(true));
    let began = child.began.map(|began| began + 1);
    let another = crate::model::ChildProcess { began, ..child.clone() };
    assert_eq!(super::process::is_running(&another), Some(false), "another process has its number now");
    let elsewhere = crate::model::ChildProcess { host: "another.example".into(), ..child };
    assert_eq!(super::process::is_running(&elsewhere), None);
}

#[test]
fn nothing_older_than_asked_for_is_read() {
    let (_folder, journal) = journal();
    let at = |text: &str| -> Timestamp { text.parse().unwrap() };
    for (when, number) in [("2026-03-01T00:00:00Z", 1), ("2026-03-01T00:00:01.500Z", 2), ("2026-03-02T00:00:00Z", 3)] {
        let mut intent = intent("/s");
        intent.at = at(when);
        intent.id = OperationId::new(intent.at, number);
        journal.begin(intent).unwrap();
    }
    let since = |when| journal.entries(9, Some(at(when))).unwrap().len();
    assert_eq!((since("2026-02-01T00:00:00Z"), since("2026-03-01T00:00:01.500Z")), (3, 2));
    assert_eq!(since("2026-03-01T00:00:01.600Z"), 1, "by what is recorded, not by the second in its name");
    // By its name the oldest is too old; were it read, it would count.
    let file = |id: &str| journal.path(&OperationId(id.into())).unwrap();
    std::fs::copy(file("20260302T000000Z-00000003"), file("20260301T000000Z-00000001")).unwrap();
    assert_eq!(since("2026-03-01T00:00:01Z"), 2);
}

#[test]
fn within_one_second_the_newest_come_first_too() {
    let (_folder, journal) = journal();
    for (milliseconds, random) in [(100, 9), (200, 1), (300, 5)] {
        let mut intent = intent("/s");
        intent.at = Timestamp::from_millisecond(1_800_000_000_000 + milliseconds).unwrap();
        intent.id = OperationId::new(intent.at, random);
        journal.begin(intent).unwrap();
    }
    let randoms = |limit| {
        let id = |operation: Operation| operation.id.0.chars().last();
        journal.list(limit).unwrap().into_iter().filter_map(id).collect::<String>()
    };
    assert_eq!((randoms(9).as_str(), randoms(1).as_str()), ("519", "5"));
}

#[test]
fn an_id_never_leaves_the_folder() {
    let (folder, journal) = journal();
    let outside = format!("../{}", "a".repeat(ID_LENGTH - 3));
    let good = journal.begin(intent("/s")).unwrap().operation().id.clone();
    let path = folder.path().join(&outside[3..]).with_extension(EXTENSION);
    std::fs::copy(journal.path(&good).unwrap(), path).unwrap();
    for bad in [outside.as_str(), "../../etc/passwd", ""] {
        assert_eq!(journal.get(&OperationId(bad.into())).unwrap(), None);
        assert!(journal.drive(&OperationId(bad.into())).is_err());
    }
}

fn judged(words: String, looks: u32) -> RecordKind {
    let at = record::now();
    RecordKind::Judged { judgement: Judgement { verdict: Verdict::NotSeen, words, at, looks, since: at } }
}

fn asks() -> impl Strategy<Value = Option<Asks>> {
    let word = "[a-z-]{1,9}";
    proptest::option::of(prop_oneof![
        word.prop_map(|word| Asks::Confirmation { word }),
        proptest::option::of(word).prop_map(|app| Asks::SecondFactor { app }),
    ])
}

#[test]
fn what_the_platform_wants_before_it_does_it_is_kept_and_older_lines_have_none() {
    let (_folder, journal) = journal();
    let mut driver = journal.begin(intent("/s")).unwrap();
    let id = driver.operation().id.clone();
    driver.record(RecordKind::Sent).unwrap();
    let asks = Some(Asks::Confirmation { word: "orders".into() });
    let outcome = Outcome::Failed { message: "It costs money.".into() };
    driver.record(RecordKind::End { outcome, evidence: None, asks: asks.clone() }).unwrap();
    drop(driver);
    assert_eq!(journal.get(&id).unwrap().unwrap().operation.asks, asks);
    let older = r#"{"at":"2026-11-20T03:14:07Z","record":"end","outcome":"failed","message":"No.","evidence":null}"#;
    let older: Record = serde_json::from_str(older).unwrap();
    assert!(matches!(older.kind, RecordKind::End { asks: None, .. }));
}

fn record_kind() -> impl Strategy<Value = RecordKind> {
    let message = "[a-zA-Z \"\\\\\n{}é]{0,20}";
    let outcome = prop_oneof![
        Just(Outcome::Done),
        message.prop_map(|message| Outcome::Failed { message }),
        message.prop_map(Outcome::unknown),
        message.prop_map(|message| Outcome::NotSent { message }),
    ];
    prop_oneof![
        Just(RecordKind::Sent),
        any::<bool>().prop_map(acknowledged),
        message.prop_map(|message| RecordKind::Progress { message }),
        (message, 1..9u32).prop_map(|(words, looks)| judged(words, looks)),
        Just(RecordKind::Resent { actor: Actor::default() }),
        (outcome, proptest::option::of(message), asks()).prop_map(|(outcome, evidence, asks)| RecordKind::End {
            outcome,
            evidence,
            asks
        }),
    ]
}

proptest! {
    #[test]
    fn any_prefix_of_a_file_reads_back_as_an_earlier_state(
        kinds in proptest::collection::vec(record_kind(), 0..8),
        cut in 0.0..=1.0f64,
    ) {
        let mut lines = vec![serde_json::to_vec(&intent("/s")).unwrap()];
        for kind in kinds {
            lines.push(serde_json::to_vec(&Record { at: record::now(), kind }).unwrap());
        }
        let mut whole = Vec::new();
        let mut states = vec![None];
        for line in &lines {
            whole.extend_from_slice(line);
            whole.push(b'\n');
            states.push(Entry::parse(&whole, false));
            prop_assert!(states.last().unwrap().is_some());
        }
        let prefix = &whole[..(whole.len() as f64 * cut) as usize];
        let complete = prefix.iter().filter(|byte| **byte == b'\n').count();
        prop_assert_eq!(&Entry::parse(prefix, false), &states[complete]);
        let last = states.last().unwrap().as_ref().unwrap();
        prop_assert_eq!(last.records.len(), lines.len() - 1);
        prop_assert_eq!(last.damaged, 0);
    }
}

#[test]
fn a_folder_that_others_may_exchange_is_told_and_a_private_one_is_not() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("it's open");
    let journal = Journal::open(&state.join("operations")).unwrap();
    assert_eq!(journal.doubt(), None);
    for (mode, is_told) in [(0o777, true), (0o770, true), (0o702, true), (0o1777, false), (0o755, false)] {
        std::fs::set_permissions(&state, std::fs::Permissions::from_mode(mode)).unwrap();
        let doubt = journal.doubt();
        assert_eq!(doubt.is_some(), is_told, "{mode:o}: {doubt:?}");
        assert!(doubt.is_none_or(|doubt| doubt.contains("Run: chmod go-w '")), "{mode:o}");
    }
}

#[test]
fn what_stands_in_the_place_of_the_folder_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("operations");
    std::os::unix::fs::symlink(folder.path().join("gone"), &link).unwrap();
    let error = Journal::open(&link).unwrap_err().to_string();
    assert!(error.contains("a link that leads nowhere") && error.contains("--state-dir DIR"), "{error}");
}
