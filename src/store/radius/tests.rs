use super::*;
use crate::model::{AppEffect, Effects, Release, VariableValue};
use crate::platform::{Around, RequestPreview, Situation};

fn at(text: &str) -> Timestamp {
    format!("2026-11-20T{text}Z").parse().unwrap()
}

fn prepared(command: Command, changes: Vec<Change>, around: Around) -> Prepared {
    Prepared {
        command,
        effects: Effects { changes },
        request: RequestPreview { request: "POST /v1/x".into(), body: None, cli: "attache x".into() },
        situation: Situation { around, ..Situation::default() },
        read_at: at("03:14:07"),
        again: None,
    }
}

fn restart() -> Command {
    Command::Restart { addon_id: "add_1".into(), addon: "orders".into() }
}

fn takes(name: &str, before: VariableValue, after: VariableValue) -> Change {
    Change::Variable { app: "shop".into(), name: name.into(), before, after }
}

fn all(radius: &Radius) -> String {
    radius.text(|_, _| true).join("\n")
}

#[test]
fn what_was_written_since_is_told_with_how_long_that_is() {
    let lost = Change::LosesWrites { addon: "orders".into(), since: Some(at("02:00:00")), why: "not in b1".into() };
    let untold = Change::LosesWrites { addon: "jobs".into(), since: None, why: "not in b2".into() };
    let text = all(&Radius::of(&[prepared(restart(), vec![lost, untold], Around::default())]));
    assert!(text.contains("Writes since 02:00Z, 1 h 14 m: not in b1."), "{text}");
    assert!(text.contains("Writes to jobs since a time that is not told: not in b2."), "{text}");
}

#[test]
fn variables_that_are_taken_over_are_counted_and_what_comes_or_goes_is_not() {
    let from = |name: &str| VariableValue::From(name.into());
    let changes = vec![
        Change::App { app: "shop".into(), effect: AppEffect::Release, detail: "attached".into() },
        takes("A", from("old"), from("new")),
        takes("B", VariableValue::Own, from("new")),
        takes("C", VariableValue::Absent, from("new")),
        takes("D", from("old"), VariableValue::Absent),
        takes("E", from("old"), VariableValue::Unknown),
    ];
    let radius = Radius::of(&[prepared(restart(), changes, Around::default())]);
    assert_eq!((radius.apps, radius.variables, radius.taken_over), (Some(1), Some(5), 3));
    let alarm = radius.sections.iter().find(|section| section.part == Part::Variables).unwrap();
    assert!(alarm.is_alarming);
    assert!(radius.summary().contains(&(Tone::Bad, "3 taken over".into())));
}

#[test]
fn what_nobody_told_is_never_counted_as_none() {
    for changes in [vec![], vec![Change::Unknown("which apps use it".into())]] {
        let radius = Radius::of(&[prepared(restart(), changes, Around::default())]);
        assert_eq!((radius.apps, radius.variables), (None, None));
        assert_eq!(radius.summary()[0], (Tone::Bad, "apps touched: unknown".into()));
        assert!(radius.has(Part::Unknown));
    }
}

#[test]
fn an_app_that_is_deleted_is_touched() {
    let gone = Change::LosesData("App shop.".into());
    let radius = Radius::of(&[prepared(Command::DestroyApp { app: "shop".into() }, vec![gone], Around::default())]);
    assert_eq!(radius.summary()[0], (Tone::Strong, "1 app".into()));
}

#[test]
fn a_backup_that_is_pushed_out_is_lost_and_is_not_called_data() {
    let evicted = Change::EvictsBackup { id: "b1".into(), started_at: Some(at("02:00:00")) };
    let radius = Radius::of(&[prepared(restart(), vec![evicted.clone()], Around::default())]);
    let facts: Vec<String> = radius.summary().into_iter().map(|(_, fact)| fact).collect();
    assert_eq!(facts, ["no app touched", "1 backup pushed out"]);
    let both = vec![evicted, Change::LosesData("All.".into())];
    let radius = Radius::of(&[prepared(restart(), both, Around::default())]);
    assert!(radius.summary().iter().any(|(_, fact)| fact == "data is lost"));
}

#[test]
fn of_many_releases_the_newest_are_told_and_the_rest_is_counted() {
    let release = |version: u64| Release {
        version,
        description: format!("Deploy {version}"),
        by: Some("alice".into()),
        created_at: Some(at(&format!("02:{version:02}:00"))),
    };
    let releases = vec![("shop".to_owned(), Known::Is((1..=8).rev().map(release).collect::<Vec<_>>()))];
    let around = Around { account: Known::Is("alice".into()), releases, ..Around::default() };
    let text = all(&Radius::of(&[prepared(restart(), vec![Change::Disturbs("It.".into())], around)]));
    assert!(text.contains("shop v8 02:08Z alice (your account): Deploy 8"), "{text}");
    assert!(text.contains("shop v4 ") && !text.contains("shop v3 "), "{text}");
    assert!(text.contains("and 3 older releases of shop since 02:01Z"), "{text}");
}

#[test]
fn what_could_not_be_read_is_said_with_the_reason_and_nobody_is_said_to_be_away() {
    let around = Around {
        works: Known::Unknown("it answered 503.".into()),
        releases: vec![("shop".into(), Known::Unknown("it answered 503.".into()))],
        ..Around::default()
    };
    let text = all(&Radius::of(&[prepared(restart(), vec![Change::Disturbs("It.".into())], around)]));
    assert!(text.contains("What the platform is doing to it is not known: it answered 503."), "{text}");
    assert!(text.contains("shop releases unknown: it answered 503"), "{text}");
    assert!(!text.contains("Nobody else"), "{text}");
}
