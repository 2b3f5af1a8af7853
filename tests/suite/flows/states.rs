//! How add-ons stand, where the list does not tell it: asked app by app, what is to be seen first; and a budget that ends.

use attache::app::{Action, Query};
use attache::model::{Owner, State};
use attache::platform::{Budget, ReadErrorKind, Words};

use super::fake::{Fault, error};
use super::stage::{Setting, Stage, words};

/// Lists that tell no states, at the pace of the local platform.
fn silent() -> Words {
    Words { list_tells_states: false, ..words() }
}

/// So many apps with an add-on each, on a platform whose list does not tell how they stand.
fn many(count: usize) -> Stage {
    Stage::open(Setting { words: silent(), ..Setting::default() }, |fake| {
        fake.elsewhere.is_list_silent = true;
        for number in 0..count {
            let app = format!("app-{number:03}");
            fake.with_addon(&format!("db-{number:03}"), &[(&app, None)]);
            fake.addons[number].owner = Owner::App(app.into());
        }
    })
}

fn asked_of(stage: &Stage) -> Vec<&str> {
    let apps = stage.fake.asked.iter().filter_map(|query| match query {
        Query::AddonsOf(app) => Some(app.as_str()),
        _ => None,
    });
    apps.collect()
}

#[test]
fn each_app_is_asked_once_the_rows_to_be_seen_first() {
    let mut stage = many(100);
    stage.wait(1_000);
    let asked: Vec<String> = asked_of(&stage).into_iter().map(str::to_owned).collect();
    assert_eq!(asked.len(), 100, "{asked:?}");
    assert_eq!(asked[0], "app-000");
    assert!(stage.state.store.addons.iter().all(|row| row.addon.state == State::Ready));
    stage.fake.asked.clear();
    stage.keys("G");
    stage.wait(10_000);
    let near = asked_of(&stage).first().is_some_and(|app| *app >= "app-080");
    assert!(near, "those about the cursor: {:?}", asked_of(&stage));
}

#[test]
fn only_so_many_are_asked_at_once() {
    let mut stage = many(0);
    for number in 0..40 {
        let app = format!("app-{number:03}");
        stage.fake.with_addon(&format!("db-{number:03}"), &[]);
        stage.fake.addons[number].owner = Owner::App(app.into());
    }
    stage.wait(9_000);
    stage.fake.asked.clear();
    stage.fake.elsewhere.are_states_late = true;
    stage.wait(2_000);
    assert_eq!(asked_of(&stage).len(), 6, "the others wait for the first: {:?}", stage.fake.asked);
    stage.fake.elsewhere.are_states_late = false;
    stage.release();
    assert_eq!(asked_of(&stage).len(), 40);
}

#[test]
fn a_list_does_not_take_away_what_is_known() {
    let mut stage = many(3);
    stage.wait(1_000);
    stage.fake.addons[1].state = State::Unreachable(Box::new(State::Ready));
    stage.fake.addons[1].state_reason = Some("its broker does not answer".into());
    stage.wait(25_000);
    let row = |stage: &Stage, at: usize| stage.state.store.addons.at(at).unwrap().addon.state.clone();
    assert_eq!(row(&stage, 0), State::Ready);
    assert_eq!(row(&stage, 1).word(), "unreachable");
    let changes = stage.state.activity.iter().filter(|line| line.text.contains("unknown")).count();
    assert_eq!(changes, 0, "nothing came and went: {:?}", stage.state.activity);
    // An answer that leaves one out says nothing of it.
    let gone = stage.fake.addons.remove(1);
    stage.fake.elsewhere.left_out = Some(gone);
    stage.wait(25_000);
    assert_eq!(row(&stage, 1).word(), "unreachable", "it stays, as it was told last");
}

#[test]
fn a_budget_that_ends_is_told_once_and_nothing_but_what_was_begun_is_asked() {
    let mut stage = many(3);
    stage.wait(1_000);
    let budget = |remaining| Action::Budget(Some(Budget { remaining, of: 4_500 }));
    stage.act(budget(4_400));
    assert_eq!(stage.state.session.budget, None, "there is enough: no word");
    stage.act(budget(2_103));
    let shown = stage.state.revision();
    stage.act(budget(2_102));
    assert_eq!(stage.state.revision(), shown, "nothing ticks");
    stage.act(budget(100));
    assert!(stage.notice().contains("Only 100 requests are left"), "{}", stage.notice());
    stage.fake.asked.clear();
    stage.wait(120_000);
    assert_eq!(stage.fake.asked, [], "nothing is asked");
    stage.keys("r");
    assert!(!stage.fake.asked.is_empty(), "but when a person asks");
    stage.fake.asked.clear();
    stage.wait(400_000);
    assert!(stage.fake.asked.iter().any(|query| matches!(query, Query::Addons { .. })), "whether there are more");
    stage.act(budget(4_500));
    stage.wait(15_000);
    assert!(asked_of(&stage).len() >= 3, "everything as before");
}

#[test]
fn a_budget_that_ends_never_keeps_a_command_back() {
    let mut stage = Stage::with(&["orders"]);
    stage.act(Action::Budget(Some(Budget { remaining: 1, of: 4_500 })));
    stage.keys("B");
    stage.keys("<tab><enter>");
    assert_eq!(stage.fake.submits.len(), 1);
    let follows = stage.fake.follows;
    stage.wait(70_000);
    assert!(stage.fake.follows > follows, "and what was begun is followed");
}

#[test]
fn what_a_platform_does_not_have_is_no_part_that_fails() {
    let mut stage = Stage::with(&["orders"]);
    let kind = ReadErrorKind::Refused { status: 501, code: "unsupported".into() };
    let none = error(kind, "This platform keeps no timeline.");
    stage.fake.fault = Some(Fault::Some(|query| matches!(query, Query::Events { .. }), none));
    stage.wait(10_000);
    stage.fake.asked.clear();
    stage.wait(60_000);
    assert!(!stage.fake.asked.iter().any(|query| matches!(query, Query::Events { .. })), "it is not asked again");
    assert_eq!(stage.state.errors.len(), 0, "{:?}", stage.state.errors);
}
