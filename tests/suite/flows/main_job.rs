//! The main job: create → live provisioning → ready → attach → detach → destroy, all from the keyboard.

use attache::app::modal::{Gate, Modal};
use attache::model::{Command, Outcome, Risk, State};

use super::stage::{Setting, Stage};

#[test]
fn an_addon_is_made_used_and_destroyed_from_the_keyboard() {
    let mut stage = Stage::with(&["uploads"]);
    assert_eq!(stage.names(), ["uploads"]);

    // Service → plan → name, app and alias → summary.
    stage.keys("C<enter><enter>");
    let Some(Modal::Create(form)) = stage.state.modals.last() else { panic!("no form") };
    assert_eq!(
        (form.service.as_str(), form.plan.as_str()),
        ("postgresql", "small"),
        "the default plan is under the cursor"
    );
    assert!(form.name.value().starts_with("postgresql-"), "a name is suggested: {}", form.name.value());
    stage.keys("<c-u>orders<enter>sto<tab><enter>");
    let confirm = stage.confirm().expect("the summary");
    assert_eq!(confirm.risk(), Risk::Interrupts, "the app gets a release");
    assert!(matches!(confirm.gate, Gate::Key));
    let shown = format!("{:?}", confirm.prepared.effects);
    assert!(shown.contains("DATABASE_URL") && shown.contains("storefront"), "{shown}");
    stage.look();
    stage.keys("y");
    assert_eq!(stage.fake.submits.len(), 1);
    assert!(stage.state.modals.is_empty(), "the form went with its confirmation");
    assert_eq!(stage.selected(), "orders", "the cursor goes to what was made");
    assert_eq!(stage.state.detail().map(|addon| &addon.state), Some(&State::Provisioning));

    // Its timeline is followed live until it is ready.
    let id = stage.fake.addon("orders").key.id.clone();
    assert_eq!(stage.state.timeline(&id).len(), 1);
    stage.fake.event("orders", "start_server", attache::model::EventStatus::Started);
    stage.wait(1_500);
    assert_eq!(stage.state.timeline(&id).len(), 2);
    assert_eq!(stage.state.open_operations().count(), 1);
    stage.fake.make_ready("orders");
    stage.wait(1_500);
    assert_eq!(stage.state.detail().map(|addon| &addon.state), Some(&State::Ready));
    assert_eq!(stage.state.timeline(&id).len(), 3);
    assert_eq!(stage.state.open_operations().count(), 0, "the operation was followed to its end");

    // Attached to a second app under an alias.
    stage.keys("Abilling<enter>REPORTING<enter>");
    stage.look();
    stage.keys("y");
    assert_eq!(stage.state.detail().expect("selected").attachments.items().len(), 2);
    stage.keys("/reporting_pghost<enter>");
    assert_eq!(stage.names(), ["orders"], "found by a variable that its alias gives");
    stage.keys("<esc>");

    // Detached: there are two, so which one is asked.
    stage.keys("X");
    assert!(matches!(stage.state.modals.last(), Some(Modal::PickAttachment(_))));
    stage.keys("j<enter>");
    stage.look();
    stage.keys("y");
    let left = stage.state.detail().expect("selected").attachments.items();
    assert_eq!(left.iter().map(|one| one.app.as_str()).collect::<Vec<_>>(), ["storefront"]);

    // Destroyed, by its name.
    stage.keys("D");
    assert!(matches!(stage.confirm().expect("asked").gate, Gate::Typed(_)));
    stage.look();
    stage.keys("orders<enter>");
    assert_eq!(
        stage.fake.submits.last(),
        Some(&Command::DestroyAddon { addon_id: id.to_string(), addon: "orders".into() })
    );
    assert_eq!(stage.state.selected_row().map(|row| &row.addon.state), Some(&State::Deprovisioning));
    stage.fake.vanish("orders");
    stage.wait(2_500);
    assert_eq!(stage.names(), ["uploads"]);
    assert_eq!(stage.selected(), "uploads", "the cursor is on the neighbour");
    let outcomes: Vec<_> = stage.state.operations.values().map(|operation| &operation.outcome).collect();
    assert!(outcomes.iter().all(|outcome| **outcome == Outcome::Done), "{outcomes:?}");
    assert_eq!(stage.fake.submits.len(), 4);
}

#[test]
fn what_only_adds_takes_a_button_that_must_be_reached() {
    let mut stage = Stage::with(&[]);
    stage.keys("C<enter><enter><enter><enter><enter>");
    assert!(matches!(stage.confirm().expect("the summary").gate, Gate::Button(_)));
    stage.keys("<enter>");
    assert!(stage.fake.submits.is_empty(), "Enter on Cancel cancels");
    assert!(matches!(stage.state.modals.last(), Some(Modal::Create(_))), "and what was filled in is still there");
    stage.keys("<enter><tab><enter>");
    assert_eq!(stage.fake.submits.len(), 1);
}

#[test]
fn what_would_be_refused_is_said_in_the_form_and_never_confirmed() {
    let mut stage = Stage::with(&["orders"]);
    stage.fake.refusal = Some("billing has PGHOST already: choose an alias.".into());
    stage.keys("Abilling<enter><enter>");
    let Some(Modal::Attach(form)) = stage.state.modals.last() else { panic!("no form: {:?}", stage.state.modals) };
    assert_eq!(form.error.as_deref(), Some("billing has PGHOST already: choose an alias."));
    stage.fake.refusal = None;
    stage.keys("REPORTING<enter>");
    assert!(stage.confirm().is_some(), "what was put right is shown as ever");
    assert!(stage.fake.submits.is_empty());
}

#[test]
fn a_refused_command_leaves_the_form_with_the_reason() {
    let mut stage = Stage::with(&["orders"]);
    stage.fake.outcome = Some(Outcome::Failed { message: "The name is taken.".into() });
    stage.keys("C<enter><enter><enter><enter><enter><tab><enter>");
    let Some(Modal::Create(form)) = stage.state.modals.last() else { panic!("the form is gone") };
    assert_eq!(form.error.as_deref(), Some("The name is taken."));
    assert!(stage.state.errors.iter().any(|error| error.text.contains("The name is taken.")));
}

#[test]
fn forms_say_the_rule_and_go_to_the_field() {
    let mut stage = Stage::with(&["orders"]);
    stage.keys("C<enter><enter><c-u>Bad_Name<enter><enter><enter>");
    let Some(Modal::Create(form)) = stage.state.modals.last() else { panic!("no form") };
    assert!(form.error.as_deref().is_some_and(|error| error.contains("lower-case letters")), "{:?}", form.error);
    stage.keys("<c-u>good<enter><enter>lower<enter>");
    let Some(Modal::Create(form)) = stage.state.modals.last() else { panic!("no form") };
    assert!(form.error.as_deref().is_some_and(|error| error.contains("upper-case")), "{:?}", form.error);
    stage.keys("<esc><esc><down><enter>");
    let Some(Modal::Create(form)) = stage.state.modals.last() else { panic!("no form") };
    assert_eq!(form.error.as_deref(), Some("No valkey-server was found."), "a service that can't be had says why");
    stage.keys("<esc>A<enter><enter>");
    let Some(Modal::Attach(form)) = stage.state.modals.last() else { panic!("no form") };
    assert!(form.error.as_deref().is_some_and(|error| error.contains("Name the app")), "{:?}", form.error);
    assert!(stage.fake.submits.is_empty());
}

#[test]
fn an_unknown_outcome_is_shown_as_unknown_and_stays_so() {
    let mut stage = Stage::open(Setting::default(), |fake| {
        fake.with_addon("orders", &[("storefront", None)]);
    });
    stage.fake.outcome = Some(Outcome::unknown("The connection was cut."));
    stage.keys("X");
    stage.look();
    stage.keys("y");
    assert!(stage.notice().contains("outcome unknown"), "{}", stage.notice());
    stage.wait(20_000);
    assert_eq!(stage.state.open_operations().count(), 1);
    assert_eq!(stage.fake.submits.len(), 1, "and it is not sent again");
}

#[test]
fn an_unknown_outcome_is_looked_into_until_it_is_known() {
    let mut stage = Stage::open(Setting::default(), |fake| {
        fake.with_addon("orders", &[]);
    });
    stage.fake.outcome = Some(Outcome::unknown("The connection was cut."));
    stage.keys("D");
    stage.look();
    stage.keys("orders<enter>");
    stage.wait(20_000);
    let told = |stage: &Stage| stage.state.activity.iter().filter(|line| line.text.contains("unknown")).count();
    assert_eq!((stage.state.open_operations().count(), told(&stage)), (1, 1), "looking in vain is no news");
    stage.fake.vanish("orders");
    stage.wait(20_000);
    let outcomes: Vec<_> = stage.state.operations.values().map(|operation| &operation.outcome).collect();
    assert_eq!(outcomes, [&Outcome::Done]);
    assert_eq!(stage.fake.submits.len(), 1);
}

#[test]
fn an_unknown_outcome_is_sent_again_only_from_the_palette_and_with_its_name_typed_anew() {
    let mut stage = Stage::open(Setting::default(), |fake| {
        fake.with_addon("orders", &[]);
    });
    stage.keys(":send-again<enter>");
    assert!(stage.notice().contains("No operation's outcome is unknown"), "{}", stage.notice());
    stage.keys("<esc>");
    stage.fake.outcome = Some(Outcome::unknown("The connection was cut."));
    stage.keys("D");
    stage.look();
    stage.keys("orders<enter>");
    stage.wait(20_000);
    assert_eq!(stage.fake.submits.len(), 1);
    stage.fake.outcome = None;
    stage.keys(":send-again<enter>");
    let confirm = stage.state.modals.last().and_then(Modal::as_confirm).expect("it is confirmed like the first time");
    assert_eq!(confirm.typed(), Some(""));
    assert_eq!(stage.fake.submits.len(), 1, "nothing is sent by asking");
    stage.look();
    stage.keys("<enter>");
    assert_eq!(stage.fake.submits.len(), 1, "the name is not typed");
    stage.keys("orders<enter>");
    assert_eq!(stage.fake.submits.len(), 2);
    assert_eq!(stage.fake.sent[0].0, stage.fake.sent[1].0, "it is the same operation");
    assert_eq!(stage.state.operations.len(), 1);
    assert!(!stage.state.operations.values().any(attache::model::Operation::is_unsettled));
    stage.keys(":send-again<enter>");
    assert!(stage.notice().contains("No operation's outcome is unknown"), "what is known is not sent again");
}
