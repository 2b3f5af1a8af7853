//! The actions that a service brings along: listed, read, filled in, confirmed; what is told to them is a secret.

use attache::app::Query;
use attache::app::modal::{Gate, Modal, SheetKind};
use attache::model::*;

use super::stage::{Setting, Stage};

fn action(name: &str, class: ActionClass, subject: Option<&str>, fields: Vec<ActionField>) -> ServiceAction {
    ServiceAction {
        name: name.into(),
        title: format!("Do {name}"),
        class,
        subject: subject.map(str::to_owned),
        fields,
        cannot: None,
        is_inferred: false,
    }
}

fn field(name: &str, is_required: bool, choices: &[&str], is_secret: bool) -> ActionField {
    let choices = choices.iter().map(|choice| (*choice).to_owned()).collect();
    ActionField { name: name.into(), told: format!("The {name}."), is_required, choices, is_secret }
}

fn stage(read_only: Option<ReadOnly>) -> Stage {
    Stage::open(Setting { read_only, ..Setting::default() }, |fake| {
        fake.with_addon("orders", &[("storefront", None)]);
        let mut busy = action("logs", ActionClass::Reads, None, Vec::new());
        busy.cannot = Some("This plan has no server of its own.".into());
        fake.elsewhere.actions = vec![
            action("roles", ActionClass::Reads, None, Vec::new()),
            action("backups/one", ActionClass::Reads, Some("backup"), Vec::new()),
            action("restart", ActionClass::Interrupts, None, Vec::new()),
            action("roles/set", ActionClass::Destroys, Some("role"), vec![field("password", true, &[], true)]),
            busy,
        ];
        fake.elsewhere.lines = vec!["report: ********".into()];
    })
}

/// Opens the list, and goes to the one at that place.
fn choose(stage: &mut Stage, at: usize) {
    stage.keys(":actions<enter>");
    stage.wait(500);
    assert!(matches!(stage.state.modals.last(), Some(Modal::Pick(_))), "{:?}", stage.state.modals);
    stage.keys(&"<down>".repeat(at));
    stage.keys("<enter>");
    stage.wait(500);
}

#[test]
fn one_that_only_reads_shows_what_it_says() {
    let mut stage = stage(None);
    choose(&mut stage, 0);
    let Some(Modal::Sheet(sheet)) = stage.state.modals.last() else { panic!("{:?}", stage.state.modals) };
    let SheetKind::Answer { topic, .. } = &sheet.kind else { panic!("{:?}", sheet.kind) };
    let answer = stage.state.store.action_answers[topic].value.as_ref().unwrap();
    assert_eq!((answer.lines.len(), answer.hidden), (1, 1));
    stage.keys("<esc><esc>");
    choose(&mut stage, 1);
    assert!(matches!(stage.state.modals.last(), Some(Modal::Run(_))), "which backup is asked first");
    stage.keys("<enter>");
    assert!(matches!(stage.state.modals.last(), Some(Modal::Run(form)) if form.error.is_some()));
    stage.keys("b7<enter>");
    stage.wait(500);
    let asked = Query::ActionAnswer {
        addon_id: stage.fake.addon("orders").key.id.to_string(),
        action: "backups/one".into(),
        subject: Some("b7".into()),
    };
    assert!(stage.fake.asked.contains(&asked), "{:?}", stage.fake.asked.last());
    assert_eq!(stage.fake.submits, [], "nothing was sent");
}

#[test]
fn one_that_writes_is_confirmed_and_its_secrets_are_printed_nowhere() {
    let mut stage = stage(None);
    choose(&mut stage, 3);
    stage.keys("report<enter>s3cr3t pw");
    let Some(modal @ Modal::Run(form)) = stage.state.modals.last() else { panic!("{:?}", stage.state.modals) };
    assert!(form.lines[1].is_secret);
    assert!(!format!("{modal:?}").contains("s3cr3t"), "{modal:?}");
    stage.keys("<enter>");
    let confirm = stage.confirm().expect("it is confirmed as any other command");
    assert!(matches!(confirm.gate, Gate::Typed(_)), "nobody told what it does");
    assert!(!format!("{:?}", confirm.prepared).contains("s3cr3t"));
    stage.look();
    stage.keys("orders<enter>");
    let [Command::RunAction(run)] = stage.fake.submits.as_slice() else { panic!("{:?}", stage.fake.submits) };
    assert_eq!((run.action.as_str(), run.subject.as_deref(), &run.method), ("roles/set", Some("report"), &None));
    let Some(ActionBody::Sent(body)) = &run.body else { panic!("{:?}", run.body) };
    assert_eq!(body["password"], "s3cr3t pw", "but it was sent as it was typed");
    assert!(stage.state.modals.is_empty(), "the form goes with it");
    assert!(!format!("{:?}", stage.state.operations).contains("s3cr3t"));
}

#[test]
fn what_the_platform_describes_takes_the_place_of_our_table() {
    let mut stage = stage(None);
    stage.fake.elsewhere.fields = Some(vec![field("kind", true, &["read", "write"], false)]);
    choose(&mut stage, 3);
    stage.keys("report<enter>re<enter>");
    stage.look();
    stage.keys("orders<enter>");
    let [Command::RunAction(RunAction { body: Some(body), .. })] = stage.fake.submits.as_slice() else {
        panic!("{:?}", stage.fake.submits)
    };
    assert_eq!(body.names(), ["kind"]);
}

#[test]
fn one_that_is_in_no_table_is_named_by_hand() {
    let mut stage = stage(None);
    choose(&mut stage, 5);
    stage.keys("restart<enter><enter><enter><enter>");
    assert!(matches!(stage.state.modals.last(), Some(Modal::Run(form)) if form.error.is_some()), "that one is known");
    stage.keys("-hard<enter><enter><enter>[1]<enter>");
    assert!(matches!(stage.state.modals.last(), Some(Modal::Run(form)) if form.error.is_some()), "no JSON object");
    stage.keys("<back><back><back>{\"n\":1}<enter>");
    stage.look();
    stage.keys("orders<enter>");
    let [Command::RunAction(run)] = stage.fake.submits.as_slice() else { panic!("{:?}", stage.fake.submits) };
    assert_eq!((run.action.as_str(), run.method.as_deref()), ("restart-hard", Some("POST")));
}

#[test]
fn what_cannot_be_run_says_why_and_a_locked_profile_may_still_read() {
    let mut stage = stage(Some(ReadOnly::Configured));
    choose(&mut stage, 4);
    assert!(stage.notice().contains("no server of its own"), "{}", stage.notice());
    stage.keys("<esc>");
    choose(&mut stage, 2);
    assert!(stage.notice().contains("read-only"), "{}", stage.notice());
    stage.keys("<esc>");
    choose(&mut stage, 0);
    assert!(matches!(stage.state.modals.last(), Some(Modal::Sheet(_))));
    assert_eq!(stage.fake.submits, []);
}
