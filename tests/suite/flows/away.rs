//! Nobody looks: what is told, and what is not.

use attache::app::Action;

use super::stage::{Setting, Stage};

/// `orders` is destroyed from here on; the platform takes its time.
fn destroying(before: impl FnOnce(&mut Stage)) -> Stage {
    let mut stage = Stage::open(Setting::default(), |fake| {
        fake.with_addon("orders", &[]);
    });
    before(&mut stage);
    stage.keys("D");
    stage.look();
    stage.keys("orders<enter>");
    assert_eq!(stage.fake.submits.len(), 1);
    assert!(stage.fake.told.is_empty(), "it has not ended");
    stage
}

#[test]
fn an_end_is_told_once_while_the_terminal_has_no_focus_and_never_while_it_has() {
    let mut stage = destroying(|stage| stage.act(Action::Focus(true)));
    stage.act(Action::Focus(false));
    stage.fake.vanish("orders");
    stage.wait(130_000);
    assert_eq!(stage.fake.told, ["Destroy orders: done"]);

    let mut stage = destroying(|stage| stage.act(Action::Focus(false)));
    stage.act(Action::Focus(true));
    stage.wait(60_000);
    stage.fake.vanish("orders");
    stage.wait(130_000);
    assert!(stage.fake.told.is_empty(), "somebody looks, however long it took");
}

#[test]
fn a_terminal_that_never_tells_of_its_focus_is_told_of_what_took_long_alone() {
    for (waited, told) in [(2_000, 0), (30_000, 1)] {
        let mut stage = destroying(|_| {});
        stage.wait(waited);
        stage.fake.vanish("orders");
        stage.wait(10_000);
        assert_eq!(stage.fake.told.len(), told, "{waited} ms");
    }
}

#[test]
fn the_title_names_the_last_of_what_runs_and_counts_where_a_total_is_known() {
    let mut stage = Stage::open(Setting::default(), |fake| {
        fake.with_addon("orders", &[]);
    });
    assert_eq!(stage.state.title(), "attache: local");
    stage.keys("D");
    stage.look();
    stage.keys("orders<enter>");
    assert_eq!(stage.state.title(), "attache: local, 1 running (Destroy orders)");
    let parting = stage.state.parting();
    assert_eq!(parting.len(), 1);
    assert!(
        parting[0].starts_with("Destroy orders: goes on at the platform. `attache operations wait 2026"),
        "{parting:?}"
    );
    stage.fake.vanish("orders");
    stage.wait(10_000);
    assert_eq!(stage.state.title(), "attache: local");
    assert!(stage.state.parting().is_empty());
}

#[test]
fn the_title_says_the_danger_and_where_it_is() {
    let setting = Setting { danger: attache::model::Danger::Production, ..Setting::default() };
    let stage = Stage::open(setting, |_| {});
    assert_eq!(stage.state.title(), "attache: PROD local");
}

#[test]
fn what_is_said_at_the_start_is_said_once_and_can_be_read_again() {
    let mut stage = Stage::open(Setting::default(), |_| {});
    let now = attache::app::Now { wall: jiff::Timestamp::now(), mono: std::time::Duration::ZERO };
    stage.state.say("Found, not entered: heroku.".to_owned(), now);
    let notice = stage.state.ui.notice.as_ref().map(|notice| notice.text.clone());
    assert_eq!(notice.as_deref(), Some("Found, not entered: heroku."));
    assert_eq!(stage.state.activity.iter().filter(|line| line.text.contains("Found, not entered")).count(), 1);
}

#[test]
fn an_outcome_that_is_not_known_is_not_told_as_going_on() {
    let mut stage = Stage::open(Setting::default(), |fake| {
        fake.with_addon("orders", &[("storefront", None)]);
    });
    stage.fake.outcome = Some(attache::model::Outcome::unknown("The connection was cut."));
    stage.keys("X");
    stage.look();
    stage.keys("y");
    let parting = stage.state.parting();
    assert!(parting[0].contains("whether it happened is not known"), "{parting:?}");
    assert_eq!(stage.state.title(), "attache: local", "nothing runs that is known to");
}
