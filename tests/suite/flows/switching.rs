//! From one profile into another: what survives, what goes on, what is refused.

use attache::app::modal::Modal;
use attache::app::{Action, Look, ProfileChoice};
use attache::model::*;
use attache::platform::Words;
use attache::store::SubmitResult;

use super::fake::{Fake, Fault};
use super::play::Play;
use super::stage::{Setting, Stage, start_of_time};

fn choice(name: &str, danger: Danger) -> ProfileChoice {
    ProfileChoice {
        name: ProfileName(name.into()),
        words: Words::LOCAL,
        endpoint: format!("https://{name}.example.com"),
        account: AccountTag(name.into()),
        danger,
        read_only: None,
        backup_max_age: attache::config::BACKUP_MAX_AGE,
        trouble: None,
    }
}

/// A dashboard on the profile `local`, from which `work` may be entered.
fn stage(setting: Setting) -> Stage {
    let mut stage = Stage::open(setting, |fake| {
        fake.with_addon("orders", &[("storefront", None)]);
    });
    stage.state.profiles = vec![choice("local", Danger::None), choice("work", Danger::Production)];
    stage
}

fn platform(name: &str, addons: &[&str]) -> Fake {
    let mut fake = Fake::new(start_of_time());
    fake.profile = ProfileName(name.into());
    addons.iter().for_each(|addon| {
        fake.with_addon(addon, &[]);
    });
    fake
}

fn production() -> Setting {
    Setting { danger: Danger::Production, ..Setting::default() }
}

/// Chooses `work` in the switcher.
fn choose(stage: &mut Stage) {
    stage.keys("pj<enter>");
    assert!(matches!(stage.state.modals.last(), Some(Modal::Entering(name)) if name.as_str() == "work"));
}

#[test]
fn p_lists_the_profiles_and_enter_asks_for_one() {
    let mut stage = stage(Setting::default());
    stage.state.profiles[1].trouble = Some("It has no token.".into());
    stage.keys("p");
    let Some(Modal::Menu(menu)) = stage.state.modals.last() else { panic!("no list") };
    assert_eq!(menu.cursor, 0, "on the one that is shown");
    assert!(menu.items[0].detail.starts_with("shown now"), "{:?}", menu.items[0]);
    assert!(menu.items[1].detail.starts_with("PROD"), "{:?}", menu.items[1]);
    assert_eq!(menu.items[1].disabled.as_deref(), Some("It has no token."));
    stage.keys("j<enter>");
    assert_eq!(stage.notice(), "It has no token.");
    assert!(!stage.fake.other.contains(&"enter"));
    stage.keys("k<enter>");
    assert!(stage.notice().contains("is the profile that is shown"), "{}", stage.notice());
    stage.state.profiles[1].trouble = None;
    choose(&mut stage);
    assert!(stage.fake.other.contains(&"enter"));
    stage.keys("CDq");
    assert!(matches!(stage.state.modals.last(), Some(Modal::Entering(_))), "nothing else is done meanwhile");
    stage.keys("<esc>");
    assert!(stage.state.modals.is_empty());
    assert!(stage.state.may_enter(&ProfileName("work".into())).is_none(), "it was given up");
}

#[test]
fn another_profile_begins_as_at_the_start_and_the_screen_stays() {
    let mut stage = stage(Setting { size: (80, 24), ..Setting::default() });
    stage.state.ui.look = Look { color: false, unicode: false };
    stage.act(Action::Focus(true));
    stage.keys("/orde<enter>");
    choose(&mut stage);
    let revision = stage.state.revision();
    let work = platform("work", &["alpha", "omega"]);
    let omega = work.addon("omega").key.id.clone();
    let local = stage.enter(work, production(), Some(&omega));
    assert!(stage.state.revision() > revision, "it is painted");
    assert_eq!(stage.names(), ["alpha", "omega"]);
    assert_eq!(stage.selected(), "omega");
    assert!(stage.notice().contains("PRODUCTION"), "{}", stage.notice());
    assert!(stage.state.title().contains("PROD"), "{}", stage.state.title());
    assert_eq!(stage.state.ui.look, Look { color: false, unicode: false });
    assert_eq!(stage.state.ui.size, (80, 24));
    assert!(stage.state.ui.tells_focus && stage.state.modals.is_empty());
    assert_eq!(stage.state.profiles.len(), 2);
    // And back.
    stage.keys("pk<enter>");
    stage.enter(local, Setting::default(), None);
    assert_eq!(stage.names(), ["orders"]);
    assert!(!stage.state.title().contains("PROD"));
}

#[test]
fn an_add_on_that_is_gone_is_not_waited_for() {
    let mut stage = stage(Setting::default());
    choose(&mut stage);
    stage.enter(platform("work", &["alpha"]), production(), Some("add_99"));
    assert!(stage.notice().contains("no longer in the platform's list"), "{}", stage.notice());
    assert_eq!(stage.selected(), "alpha");
}

#[test]
fn what_cannot_be_entered_is_said_and_this_profile_stays() {
    let mut stage = stage(Setting::default());
    choose(&mut stage);
    let why = "token_command \"pass\" ended with exit status: 1.".to_owned();
    stage.act(Action::NotEntered { profile: ProfileName("work".into()), why });
    assert!(stage.notice().contains("work was not entered. token_command"), "{}", stage.notice());
    assert!(stage.state.modals.is_empty());
    assert_eq!(stage.names(), ["orders"]);
    assert_eq!(stage.state.errors.len(), 1);
}

#[test]
fn an_unlocked_profile_is_locked_again_once_it_was_left() {
    let mut stage = stage(Setting { read_only: Some(ReadOnly::Configured), ..Setting::default() });
    stage.keys("!local<enter>INC-4711<enter>");
    assert!(stage.state.session.unlocked.is_some());
    choose(&mut stage);
    let local = stage.enter(platform("work", &[]), production(), None);
    assert!(stage.state.session.unlocked.is_none());
    stage.keys("pk<enter>");
    stage.enter(local, Setting { read_only: Some(ReadOnly::Configured), ..Setting::default() }, None);
    assert!(stage.state.session.unlocked.is_none());
    assert!(stage.state.session.no_writes.as_deref().is_some_and(|why| why.contains("read-only")));
}

#[test]
fn a_write_goes_on_where_its_profile_was_left_and_its_end_is_told() {
    let mut stage = stage(Setting::default());
    stage.keys("X");
    stage.look();
    stage.fake.fault = Some(Fault::Hangs);
    stage.keys("y");
    let at = stage.fake.held.iter().position(|action| matches!(action, Action::Submitted { .. }));
    let late = stage.fake.held.remove(at.expect("it was sent"));
    stage.keys("<esc><esc>");
    choose(&mut stage);
    stage.enter(platform("work", &["alpha"]), production(), None);
    let Action::Submitted { id, result } = late else { panic!("{late:?}") };
    let SubmitResult::Operation(operation) = *result else { panic!("{result:?}") };
    let under_way = Operation { outcome: Outcome::Accepted, ..(*operation).clone() };
    // An answer that is meant for the state that is gone says nothing here.
    stage.act(Action::Submitted { id, result: Box::new(SubmitResult::Operation(operation.clone())) });
    assert!(stage.state.operations.is_empty());
    let local = ProfileName("local".into());
    let left = |operation| Action::Left {
        profile: ProfileName("local".into()),
        result: Box::new(SubmitResult::Operation(Box::new(operation))),
    };
    stage.act(left(under_way.clone()));
    assert!(stage.notice().starts_with("Profile local: "), "{}", stage.notice());
    assert!(stage.state.operations.is_empty(), "it is none of this profile");
    let parting = stage.state.parting().join("\n");
    assert!(parting.contains("Profile local: ") && parting.contains("attache operations wait"), "{parting}");
    stage.act(left(Operation { outcome: Outcome::Failed { message: "It broke.".into() }, ..under_way.clone() }));
    assert!(stage.state.errors.back().is_some_and(|error| error.text.contains("It broke.")));
    assert!(stage.state.left.is_empty() && stage.state.parting().is_empty());
    // Back where it was sent, it is an operation like any other.
    stage.keys("<esc>pk<enter>");
    let mut again = platform("local", &[]);
    again.with_addon("orders", &[]);
    stage.enter(again, Setting::default(), None);
    stage.act(Action::Left { profile: local, result: Box::new(SubmitResult::Operation(Box::new(under_way))) });
    assert_eq!(stage.state.operations.len(), 1);
}

#[test]
fn a_profile_whose_procedure_goes_on_from_here_is_not_left() {
    let mut play = Play::left(false);
    play.stage.state.profiles = vec![choice("local", Danger::None), choice("work", Danger::Production)];
    assert!(play.tracked().is_ours());
    assert_eq!(play.stage.state.cannot_leave(), None, "it waits for a person");
    play.open();
    play.stage.keys("<enter>");
    play.stage.look();
    play.stage.fake.fault = Some(Fault::Hangs);
    let name = play.stage.confirm().expect("a confirmation").name().to_owned();
    play.stage.keys("<tab><enter>");
    play.stage.keys(&format!("y{name}<enter>"));
    assert!(play.stage.state.cannot_leave().is_some_and(|why| why.contains("goes on from here")));
    play.stage.keys("<esc><esc><esc>pj<enter>");
    assert!(!play.stage.state.modals.iter().any(|modal| matches!(modal, Modal::Entering(_))));
}
