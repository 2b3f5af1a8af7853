//! Going through a restore: step by step, broken off anywhere, taken over, gone wrong, taken back, stopped.

use attache::app::CourseNews;
use attache::app::modal::{Gate, Modal};
use attache::model::*;
use attache::platform::ReadErrorKind;

use super::fake::Fault;
use super::play::Play;

const WHOLE: [Verb; 3] = [Verb::BackUp, Verb::Restore, Verb::Promote];

#[test]
fn a_restore_goes_from_its_first_step_to_its_end() {
    let mut play = Play::left(false);
    play.go_on_until(|course| course.end.is_some());
    assert_eq!(play.course().end, Some((true, String::new())));
    assert_eq!(play.sent(), WHOLE);
    assert_eq!((play.uses("orders"), play.uses("orders-2")), (vec![], vec!["storefront", "billing"]));
    assert_eq!(play.stage.fake.rig.files.len(), 1);
}

#[test]
fn what_was_left_is_taken_at_the_start_and_sends_nothing_by_itself() {
    let mut play = Play::left(false);
    assert!(play.tracked().is_ours());
    let told = play.stage.state.activity.iter().any(|line| line.text.contains("0/6: next: Back up orders"));
    assert!(told, "{:?}", play.stage.state.activity);
    play.stage.wait(120_000);
    assert!(play.sent().is_empty());
}

#[test]
fn killed_at_every_turn_it_comes_to_the_same_end_and_nothing_is_sent_twice() {
    let mut play = Play::left(false);
    let mut turns = 0;
    while play.course().end.is_none() {
        play.go_on();
        play = play.killed();
        turns += 1;
        assert!(turns < 40, "{}", play.course().place());
    }
    assert!(turns >= 6, "{turns}");
    assert_eq!(play.course().end.as_ref().map(|(is_reached, _)| *is_reached), Some(true));
    assert_eq!(play.sent(), WHOLE);
    assert_eq!(play.uses("orders-2"), ["storefront", "billing"]);
    assert_eq!(play.stage.fake.rig.files.len(), 1);
}

#[test]
fn killed_between_confirming_and_the_end_of_the_restore_it_is_followed_and_not_sent_again() {
    let mut play = Play::left(false);
    play.go_on_until(|course| matches!(course.next(), Next::Follow { step: 2, .. }));
    play = play.killed();
    assert!(matches!(play.course().next(), Next::Follow { step: 2, .. }), "{}", play.course().place());
    play.end_work();
    assert_eq!(play.course().next(), Next::Person { step: 3 });
    assert_eq!(play.sent(), [Verb::BackUp, Verb::Restore]);
}

#[test]
fn the_switch_is_typed_and_by_itself() {
    let mut play = Play::at_the_switch(false);
    play.open();
    play.stage.wait(60_000);
    assert_eq!(play.sent(), [Verb::BackUp, Verb::Restore], "it waits for a person");
    play.stage.keys("<enter>");
    play.stage.look();
    let confirm = play.stage.confirm().unwrap();
    assert!(matches!(confirm.gate, Gate::Typed(_)) && confirm.name() == "orders-2", "{:?}", confirm.gate);
    assert_eq!(confirm.all().count(), 1);
    play.stage.keys("orders<enter>");
    assert_eq!(play.sent().len(), 2, "that was not its name");
    play.stage.keys("-2<enter>");
    play.stage.wait(3_000);
    assert_eq!(play.sent(), WHOLE);
}

#[test]
fn switched_over_is_said_only_after_every_app_was_read_again() {
    let mut play = Play::at_the_switch(false);
    play.stage.fake.rig.stays = vec!["billing".into()];
    play.go_on();
    assert!(matches!(play.course().next(), Next::Decide { step: 4, part: None, .. }), "{}", play.course().place());
    let StepState::Failed(message) = &play.course().steps[4].state else { panic!("{:?}", play.course().steps[4]) };
    assert!(message.starts_with("1/2 apps moved. billing: not moved. Its variable"), "{message}");
    play.stage.fake.rig.stays.clear();
    play.stage.keys("<enter>");
    play.pick("Read every app again");
    assert_eq!(play.course().at(), 5, "{}", play.course().place());
    assert_eq!(play.sent(), WHOLE, "reading again sends nothing");
}

#[test]
fn apps_that_can_not_be_read_are_read_again_later() {
    let mut play = Play::at_the_switch(false);
    play.open();
    play.stage.keys("<enter>");
    play.stage.look();
    play.stage.keys("orders-2");
    play.stage.fake.fault = Some(Fault::Reads(ReadErrorKind::Unreachable));
    play.stage.keys("<enter>");
    play.stage.wait(20_000);
    assert_eq!(play.sent(), WHOLE);
    assert_eq!(play.course().next(), Next::Verify { step: 4 }, "that nobody could look is no failure");
    assert!(play.tracked().drive.unwrap().problem.as_ref().unwrap().contains("could not be read again"));
    play.stage.fake.fault = None;
    play.stage.wait(6_000);
    assert_eq!(play.course().at(), 5, "{}", play.course().place());
}

#[test]
fn app_by_app_one_fails_and_is_tried_again_as_a_new_command() {
    let mut play = Play::at_the_switch(true);
    play.stage.fake.rig.fails = vec![("billing".into(), Outcome::Failed { message: "It is busy.".into() })];
    play.go_on();
    assert!(matches!(play.course().next(), Next::Decide { step: 4, part: Some(1), .. }), "{}", play.course().place());
    assert_eq!((play.uses("orders"), play.uses("orders-2")), (vec!["billing"], vec!["storefront"]));
    play.stage.wait(60_000);
    assert_eq!(play.sent().len(), 4, "nothing is tried again unasked");
    play.stage.keys("<enter>");
    play.pick("Continue: try again");
    assert!(matches!(play.stage.confirm().unwrap().gate, Gate::Typed(_)));
    play.say_yes();
    assert_eq!(play.course().at(), 5, "{}", play.course().place());
    assert_eq!(play.uses("orders-2"), ["storefront", "billing"]);
}

#[test]
fn app_by_app_one_fails_and_is_left_out() {
    let mut play = Play::at_the_switch(true);
    play.stage.fake.rig.fails = vec![("billing".into(), Outcome::Failed { message: "It is busy.".into() })];
    play.go_on();
    play.stage.keys("<enter>");
    play.pick("Continue without it");
    assert_eq!(play.course().at(), 5, "{}", play.course().place());
    let StepState::Done(message) = &play.course().steps[4].state else { panic!("{:?}", play.course().steps[4]) };
    assert_eq!(message, "1/2 apps moved; left out: billing");
    assert_eq!(play.uses("orders"), ["billing"]);
}

#[test]
fn app_by_app_what_went_over_is_moved_back() {
    let mut play = Play::at_the_switch(true);
    play.stage.fake.rig.fails = vec![("billing".into(), Outcome::Failed { message: "It is busy.".into() })];
    play.go_on();
    play.stage.keys("<enter>");
    play.pick("Move back the apps");
    play.stage.look();
    let confirm = play.stage.confirm().unwrap();
    assert!(matches!(confirm.gate, Gate::Typed(_)), "{:?}", confirm.gate);
    assert_eq!((confirm.all().count(), confirm.name()), (1, "orders"), "only what went over comes back");
    play.say_yes();
    assert_eq!(play.course().steps[4].state, StepState::TakenBack, "{}", play.course().place());
    assert_eq!((play.uses("orders").len(), play.uses("orders-2").len()), (2, 0));
}

#[test]
fn apps_that_were_switched_over_are_moved_back_later_and_over_again() {
    let mut play = Play::at_the_switch(false);
    play.go_on();
    assert_eq!(play.course().at(), 5, "{}", play.course().place());
    play.stage.keys("m");
    play.pick("Move the apps back");
    play.say_yes();
    assert_eq!(play.course().steps[4].state, StepState::TakenBack, "{}", play.course().place());
    assert_eq!(play.uses("orders"), ["storefront", "billing"]);
    play = play.killed();
    play.open();
    play.stage.keys("<enter>");
    play.pick("Do it anew");
    play.go_on();
    assert_eq!(play.uses("orders-2"), ["storefront", "billing"]);
    assert_eq!(play.sent(), [Verb::BackUp, Verb::Restore, Verb::Promote, Verb::Promote, Verb::Promote]);
}

#[test]
fn an_unknown_outcome_is_waited_for_and_nothing_goes_on() {
    let mut play = Play::left(false);
    play.open();
    play.stage.fake.outcome = Some(Outcome::unknown("The connection was cut."));
    play.go_on();
    assert!(matches!(play.course().next(), Next::Follow { step: 0, .. }), "{}", play.course().place());
    play.stage.wait(600_000);
    play.stage.keys("<enter>");
    play.stage.wait(3_000);
    assert_eq!(play.sent(), [Verb::BackUp]);
    play.stage.keys("m");
    let Some(Modal::Menu(menu)) = play.stage.state.modals.last() else { panic!("no menu") };
    let labels: Vec<&str> = menu.items.iter().map(|item| item.label.as_str()).collect();
    assert_eq!(labels, ["Stop here…"], "neither skipped nor tried again");
}

#[test]
fn what_changed_meanwhile_is_asked_anew() {
    let mut play = Play::left(false);
    play.open();
    play.stage.keys("<enter>");
    play.stage.look();
    play.stage.fake.addon_mut("orders").plan = Some("tiny".into());
    play.stage.keys("<tab><enter>");
    assert!(play.sent().is_empty());
    let changed = &play.stage.confirm().expect("it is asked anew").changed;
    assert!(changed[0].contains("not what it was"), "{changed:?}");
    play.say_yes();
    assert_eq!(play.sent(), [Verb::BackUp]);
}

#[test]
fn taken_over_in_the_middle_we_watch_and_can_take_it_back() {
    let mut play = Play::left(false);
    play.go_on_until(|course| course.at() == 2);
    play.open();
    play.stage.keys("<enter>");
    play.stage.look();
    let id = play.course().id.clone();
    let journal = play.stage.fake.real().clone();
    let (_, theirs) = journal.take_over(&id).unwrap();
    // What we confirm now comes too late.
    play.stage.keys("<tab><enter>");
    play.stage.wait(6_000);
    assert_eq!(play.sent(), [Verb::BackUp], "nothing is sent by whoever does not drive");
    assert!(!play.tracked().is_ours());
    assert!(play.stage.state.activity.iter().any(|line| line.text.contains("has taken over")));
    // What they do is seen here.
    journal.mark(&theirs, Mark::Failed { step: 2, message: "Not now.".into() }).unwrap();
    play.stage.wait(12_000);
    assert!(matches!(play.course().next(), Next::Decide { step: 2, .. }), "{}", play.course().place());
    play.open();
    play.stage.keys("G");
    play.stage.keys("T");
    play.pick("Take over");
    assert!(play.tracked().is_ours());
    assert!(journal.mark(&theirs, Mark::Again { step: 2 }).is_err());
    play.stage.keys("<enter>");
    play.pick("Try it again");
    play.go_on_until(|course| course.end.is_some());
    assert_eq!(play.sent(), WHOLE);
}

#[test]
fn stopping_is_asked_and_says_what_it_leaves() {
    let mut play = Play::at_the_switch(false);
    play.open();
    play.stage.keys("S<enter>");
    assert!(play.course().end.is_none(), "the first item is No");
    play.stage.keys("S");
    play.pick("Stop here");
    let (is_reached, message) = play.course().end.clone().unwrap();
    assert!(!is_reached && message.contains("next: Switch 2 apps"), "{message}");
    let what = ["orders is used by storefront, billing", "orders-2 is used by no app"];
    assert!(what.iter().all(|what| message.contains(what)), "{message}");
    play.stage.keys("<enter>");
    play.stage.wait(60_000);
    assert_eq!(play.sent(), [Verb::BackUp, Verb::Restore]);
    assert_eq!(play.uses("orders"), ["storefront", "billing"]);
}

#[test]
fn an_optional_step_is_skipped_and_one_that_is_needed_is_not() {
    let mut play = Play::left(false);
    play.open();
    play.stage.keys("m");
    play.pick("Skip");
    assert_eq!(play.course().steps[0].state, StepState::Skipped);
    play.go_on_until(|course| course.at() == 2);
    play.stage.keys("m");
    let Some(Modal::Menu(menu)) = play.stage.state.modals.last() else { panic!("no menu") };
    assert!(!menu.items.iter().any(|item| item.label.starts_with("Skip")), "{:?}", menu.items);
    assert!(!play.sent().contains(&Verb::BackUp));
}

#[test]
fn a_download_that_fails_is_decided_about() {
    let mut play = Play::left(false);
    play.stage.fake.rig.no_file = Some("The disk is full.".into());
    play.go_on_until(|course| matches!(course.next(), Next::Decide { .. }));
    play.stage.keys("<enter>");
    play.pick("Download it again");
    assert_eq!(play.course().at(), 2, "{}", play.course().place());
}

#[test]
fn a_test_app_is_attached_for_the_check_and_listed_to_be_detached() {
    let mut play = Play::left(false);
    play.go_on_until(|course| course.at() == 3);
    play.open();
    play.stage.fake.apps.push(App { id: "app_test".into(), name: "test".into(), ..play.stage.fake.apps[0].clone() });
    play.stage.wait(61_000);
    play.stage.keys("A");
    play.stage.keys("test<enter><enter>");
    play.say_yes();
    assert_eq!(play.uses("orders-2"), ["test"]);
    assert_eq!(play.course().next(), Next::Person { step: 3 }, "attaching is not checking");
    play.stage.keys("y");
    assert_eq!(play.stage.fake.copied, ["attache --profile local connect orders-2"]);
    play.stage.keys("G");
    play.stage.wait(1_000);
    play.go_on_until(|course| course.at() == 5);
    play.stage.wait(12_000);
    play.stage.keys("<enter>");
    let Some(Modal::Menu(menu)) = play.stage.state.modals.last() else { panic!("no menu") };
    let labels: Vec<&str> = menu.items.iter().map(|item| item.label.as_str()).collect();
    let way =
        ["Detach orders-2 from test", "Destroy orders…", "Delete backup", "Copy the line that removes it", "Done"];
    let found = way.iter().all(|way| labels.iter().any(|label| label.starts_with(way)));
    assert!(found, "{labels:?}");
    play.pick("Detach orders-2 from test");
    play.say_yes();
    assert!(!play.uses("orders-2").contains(&"test"));
}

#[test]
fn not_good_does_not_go_on() {
    let mut play = Play::left(false);
    play.go_on_until(|course| course.at() == 3);
    play.open();
    play.stage.keys("N");
    play.stage.wait(1_000);
    assert!(matches!(play.course().next(), Next::Decide { step: 3, .. }));
    play.stage.keys("G");
    play.stage.wait(1_000);
    assert!(matches!(play.course().next(), Next::Decide { step: 3, .. }), "that is decided in the menu");
    play.stage.keys("<enter>");
    play.pick("Check it again");
    play.stage.keys("G");
    play.stage.wait(1_000);
    assert_eq!(play.course().at(), 4);
}

#[test]
fn lower_case_keys_never_change_a_procedure() {
    let mut play = Play::left(false);
    play.go_on_until(|course| course.at() == 3);
    play.open();
    let before = play.course().clone();
    for key in "abdefghijklnoprstuvwxz".chars() {
        play.open();
        play.stage.keys(&key.to_string());
        play.stage.wait(1_000);
    }
    assert_eq!(*play.course(), before);
}

#[test]
fn what_the_platform_does_is_carried_to_the_screen() {
    let mut play = Play::left(false);
    let progress = Progress { done: Some(7), total: Some(20), unit: Some("tables".into()), bytes: Some(1 << 20) };
    play.stage.fake.rig.work = Some(super::rig::work("restore", Some(progress)));
    play.go_on_until(|course| matches!(course.next(), Next::Follow { step: 2, .. }));
    let known = play.stage.state.works.values().next().and_then(|work| work.progress.clone());
    assert_eq!(known.and_then(|progress| progress.done), Some(7));
    play.end_work();
    assert!(play.stage.state.works.is_empty(), "what has ended is not shown as going on");
}

#[test]
fn an_answer_to_another_question_changes_nothing() {
    let mut play = Play::left(false);
    let before = play.course().clone();
    let stray = attache::app::RequestId(9_999);
    for news in [
        CourseNews::Downloaded(stray, Ok("x".into())),
        CourseNews::Verified(stray, Ok(Vec::new())),
        CourseNews::Gathered(stray, Ok(attache::app::Gathered::default())),
    ] {
        play.stage.act(attache::app::Action::Course(Box::new(news)));
    }
    assert_eq!(*play.course(), before);
    assert!(play.sent().is_empty());
}

#[test]
fn after_something_went_wrong_what_was_confirmed_together_is_confirmed_anew() {
    for outcome in [Outcome::Failed { message: "It is busy.".into() }, Outcome::unknown("The connection was cut.")] {
        let mut play = Play::at_the_switch(true);
        play.stage.fake.rig.fails = vec![("storefront".into(), outcome.clone())];
        play.go_on();
        assert_eq!(play.sent().len(), 3, "{outcome:?}: the second app waits");
        if matches!(outcome, Outcome::Failed { .. }) {
            play.stage.keys("<enter>");
            play.pick("Continue without it");
        } else {
            // It comes to light much later that it happened.
            let operation = play.course().operations().last().unwrap().id.clone();
            let mut driver = play.stage.fake.real().drive(&operation).unwrap().unwrap();
            let end = attache::store::RecordKind::End { outcome: Outcome::Done, evidence: None, asks: None };
            driver.record(end).unwrap();
            drop(driver);
        }
        play.stage.wait(60_000);
        assert!(matches!(play.course().next(), Next::Send { step: 4, part: 1, .. }), "{}", play.course().place());
        assert_eq!(play.sent().len(), 3, "{outcome:?}: nothing more goes out unasked");
        play.go_on();
        assert_eq!(play.sent().len(), 4, "{outcome:?}");
    }
}
