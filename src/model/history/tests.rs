use super::*;
use crate::model::{Goal, Mark, Marked, Procedure, RestoreGoal, WorkState};

fn at(text: &str) -> Timestamp {
    format!("2026-11-20T{text}Z").parse().unwrap()
}

fn operation(command: Command, work_id: Option<&str>) -> Operation {
    Operation {
        child: None,
        id: OperationId::new(at("03:00:00"), 7),
        profile: ProfileName("local".into()),
        command,
        started_at: at("03:00:00"),
        updated_at: at("03:01:00"),
        outcome: Outcome::Done,
        addon_id: None,
        work_id: work_id.map(str::to_owned),
        backup_id: None,
        is_noted: false,
        before: None,
        asks: None,
    }
}

fn attach() -> Command {
    Command::Attach {
        addon_id: "add_1".into(),
        addon: "orders".into(),
        app: "billing".into(),
        alias: None,
        confirm: None,
        credential: None,
    }
}

fn work(id: &str, kind: &str, by: &str) -> Work {
    Work {
        word: None,
        app: None,
        environment: None,
        steps: Vec::new(),
        id: id.into(),
        kind: kind.into(),
        addon_id: Some("add_1".into()),
        addon: Some("orders".into()),
        backup_id: None,
        state: WorkState::Done,
        step: None,
        message: None,
        by: Some(by.into()),
        created_at: Some(at("03:00:01")),
        started_at: Some(at("03:00:02")),
        ended_at: Some(at("03:00:50")),
        progress: None,
    }
}

fn release(version: u64, when: &str, description: &str) -> (String, Release) {
    let by = Some("ada".to_owned());
    ("billing".into(), Release { version, description: description.into(), by, created_at: Some(at(when)) })
}

fn rows(ours: &[&Operation], works: &[Work], releases: &[(String, Release)]) -> Vec<String> {
    let ours: Vec<Ours<'_>> =
        ours.iter().map(|operation| Ours { operation, by: Some("bob on here"), is_here: true }).collect();
    let word = |row: Deed| format!("{} {} {}", row.source.word(), row.by.unwrap_or_default(), row.sentence);
    deeds(&ours, &[], works, releases, at("04:00:00")).into_iter().map(word).collect()
}

#[test]
fn a_work_of_the_same_id_is_the_same_act() {
    let ours = operation(attach(), Some("op_1"));
    let works = [work("op_1", "attach", "ada"), work("op_2", "back_up", "eve")];
    assert_eq!(
        rows(&[&ours], &works, &[]),
        ["platform eve Back up orders", "both bob on here Attach orders to billing"]
    );
    // Elsewhere the same id is another act.
    let elsewhere = [Ours { operation: &ours, by: None, is_here: false }];
    assert_eq!(deeds(&elsewhere, &[], &works, &[], at("04:00:00")).len(), 3);
}

#[test]
fn a_release_is_no_second_act_only_where_app_name_and_time_say_so() {
    let ours = operation(attach(), None);
    let of = |release| rows(&[&ours], &[], &[release]).len();
    assert_eq!(of(release(7, "03:00:30", "Attach orders")), 1);
    assert_eq!(of(release(7, "03:00:30", "Attach orders-2")), 2, "another add-on");
    assert_eq!(of(release(7, "03:09:00", "Attach orders")), 2, "at another time");
    let mut elsewhere = release(7, "03:00:30", "Attach orders");
    elsewhere.0 = "storefront".into();
    assert_eq!(of(elsewhere), 2, "of another app");
    let copy = operation(Command::BackUp { addon_id: "add_1".into(), addon: "orders".into(), label: None }, None);
    assert_eq!(rows(&[&copy], &[], &[release(7, "03:00:30", "Attach orders")]).len(), 2, "a backup releases nothing");
}

#[test]
fn a_release_of_somebody_elses_work_is_theirs() {
    let theirs = release(7, "03:00:30", "Attach orders (created)");
    assert_eq!(
        rows(&[], &[work("op_1", "create", "ada")], std::slice::from_ref(&theirs)),
        ["platform ada Create orders"]
    );
    let rows = rows(&[], &[work("op_1", "create", "eve")], &[theirs]);
    assert_eq!(rows, ["platform ada Release v7 of billing", "platform eve Create orders"], "by another: another act");
}

#[test]
fn a_procedure_is_one_row_with_its_place_and_its_operations_belong_to_it() {
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
    let ours = operation(attach(), Some("op_1"));
    let step = crate::model::Step {
        act: crate::model::Act::Send { command: Box::new(attach()) },
        title: "Attach it".into(),
        done: "attached".into(),
        is_optional: false,
    };
    let procedure = Procedure { goal: Goal::Restore(goal), steps: vec![step] };
    let id = OperationId::new(at("02:59:00"), 1);
    let profile = ProfileName("local".into());
    let mut course = Course::new(id.clone(), profile, "/s".into(), "ada on b".into(), at("02:59:00"), procedure);
    let begun = Mark::Begun { step: 0, part: 0, operation: ours.id.clone() };
    course.push(Marked { at: at("03:00:00"), mark: begun }, |_| Some(ours.clone()));
    let mine = [Ours { operation: &ours, by: None, is_here: true }];
    let releases = [release(7, "03:00:30", "Attach orders")];
    let rows = deeds(&mine, &[&course], &[work("op_1", "attach", "ada")], &releases, at("04:00:00"));
    assert_eq!(rows.iter().map(|row| &row.id).collect::<Vec<_>>(), [&DeedId::Course(id)]);
    assert_eq!(rows[0].message.as_deref(), Some("1/1: attached 03:01Z"));
    assert!(course_lines(&course)[1].1.contains(ours.id.as_str()));
}
