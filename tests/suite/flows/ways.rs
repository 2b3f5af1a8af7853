//! What takes several commands, and what can't be taken back: destructions that detach first, and data replaced in place.

use attache::app::modal::{Gate, Modal};
use attache::model::*;

use super::stage::{Setting, Stage};

/// Orders is used by two apps, and can't be destroyed before neither does.
fn kept() -> Stage {
    Stage::open(Setting::default(), |fake| {
        fake.with_addon("orders", &[("storefront", None), ("billing", Some("ORDERS"))]);
        fake.rig.is_kept_by_apps = true;
    })
}

fn sent(stage: &Stage) -> Vec<Verb> {
    stage.fake.submits.iter().map(Command::verb).collect()
}

fn say(stage: &mut Stage, keys: &str) {
    stage.look();
    stage.keys(keys);
    stage.wait(3_000);
}

#[test]
fn what_can_not_be_destroyed_while_it_is_attached_is_detached_first_and_confirmed_once() {
    let mut stage = kept();
    stage.keys("D");
    stage.wait(1_000);
    let confirm = stage.confirm().expect("one confirmation for all of it");
    let verbs: Vec<Verb> = confirm.all().map(|one| one.command.verb()).collect();
    assert_eq!(verbs, [Verb::Detach, Verb::Detach, Verb::Destroy]);
    let apps: Vec<Option<&str>> = confirm.all().map(|one| one.command.app()).collect();
    assert_eq!(apps, [Some("storefront"), Some("billing"), None]);
    assert!(matches!(confirm.gate, Gate::Typed(_)) && confirm.name() == "orders", "{:?}", confirm.gate);
    say(&mut stage, "y<enter>");
    say(&mut stage, "<back>order<enter>");
    assert!(sent(&stage).is_empty(), "that is not its name");
    say(&mut stage, "s<enter>");
    stage.wait(6_000);
    assert_eq!(sent(&stage), [Verb::Detach, Verb::Detach, Verb::Destroy]);
    let course = stage.state.courses.values().next().expect("a procedure");
    assert!(matches!(course.next(), Next::Follow { step: 2, .. }), "{}", course.place());
    stage.fake.vanish("orders");
    stage.wait(6_000);
    let course = stage.state.courses.values().next().expect("a procedure");
    assert_eq!(course.end, Some((true, String::new())), "{}", course.place());
}

#[test]
fn it_stops_at_the_first_that_fails_and_destroys_nothing() {
    let mut stage = kept();
    stage.fake.rig.fails = vec![("billing".into(), Outcome::Failed { message: "It is busy.".into() })];
    stage.keys("D");
    stage.wait(1_000);
    say(&mut stage, "orders<enter>");
    stage.wait(60_000);
    assert_eq!(sent(&stage), [Verb::Detach, Verb::Detach]);
    let course = stage.state.courses.values().next().expect("a procedure");
    assert!(matches!(course.next(), Next::Decide { step: 1, part: Some(0), .. }), "{}", course.place());
    assert!(matches!(course.steps[0].state, StepState::Done(_)), "what was done is told");
    // Tried again it is confirmed again; then the destruction too.
    stage.keys("<enter>");
    stage.wait(1_000);
    assert!(matches!(stage.state.modals.last(), Some(Modal::Menu(_))), "{:?}", stage.state.modals);
    assert_eq!(sent(&stage).len(), 2);
}

#[test]
fn where_one_command_does_it_it_stays_one() {
    let mut stage = kept();
    stage.fake.rig.is_kept_by_apps = false;
    stage.keys("D");
    stage.wait(1_000);
    assert_eq!(stage.confirm().expect("a confirmation").all().count(), 1);
    say(&mut stage, "orders<enter>");
    assert_eq!(sent(&stage), [Verb::Destroy]);
    assert!(stage.state.courses.is_empty());
}

#[test]
fn nothing_is_replaced_in_place_without_its_typed_name() {
    let mut stage = Stage::open(Setting::default(), |fake| {
        fake.with_addon("orders", &[("storefront", None)]);
        fake.with_backup("b1", "orders", BackupState::Finished, 1);
        fake.rig.is_in_place = true;
    });
    stage.keys("R<enter>");
    stage.wait(3_000);
    stage.keys("<enter>");
    stage.wait(3_000);
    let wizard = stage.state.restore_wizard().expect("the wizard");
    assert_eq!(wizard.way.read.as_ref().expect("it was read").goal.way, Way::InPlace);
    stage.keys("<enter>");
    stage.wait(1_000);
    let confirm = stage.confirm().expect("a confirmation");
    assert!(matches!(confirm.gate, Gate::Typed(_)) && confirm.name() == "orders", "{:?}", confirm.gate);
    for keys in ["y", "<enter>", "<tab><enter>", "b1<enter>"] {
        say(&mut stage, keys);
        assert!(sent(&stage).is_empty(), "{keys}");
        say(&mut stage, "<back><back><back>");
    }
    say(&mut stage, "orders<enter>");
    // The copy comes first, and has to be finished.
    assert_eq!(sent(&stage), [Verb::BackUp]);
    let now = stage.fake.now;
    for backup in stage.fake.backups.iter_mut().filter(|backup| backup.state == BackupState::Pending) {
        (backup.state, backup.finished_at) = (BackupState::Finished, Some(now));
    }
    stage.wait(6_000);
    assert_eq!(sent(&stage), [Verb::BackUp, Verb::RestoreInto]);
}
