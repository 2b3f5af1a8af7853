//! What is asked of which profile, and what becomes of the answers.

use std::time::Duration;

use attache::app::{Action, Query, Reply};
use attache::model::{Owner, State as AddonState};
use attache::platform::{Budget, Fresh, ReadError, ReadErrorKind};

use super::house::{at, profile, snapshot, timed_out};
use super::*;

fn word(house: &House, name: &str) -> &'static str {
    let combined = house.state.combined.as_ref().unwrap();
    let source = combined.sources.iter().find(|source| source.choice.name.as_str() == name).unwrap();
    house.state.source_link(source).word()
}

#[test]
fn each_profile_is_asked_by_itself_and_the_entered_one_not_twice() {
    let mut house = House::open((120, 40), profiles(), own());
    assert_eq!(house.looked.len(), 0, "nothing is looked at before it is shown");
    house.keys("0");
    let asked: Vec<&str> = house.looks.iter().map(|(_, profile, _)| profile.as_str()).collect();
    assert_eq!(asked, ["acme", "acme-staging", "seen"], "one that can't be entered and one that was found are not");
    house.answer("acme", &acme());
    assert_eq!(house.names(), ["notes-db", "scratch", "analytics-db", "orders-db", "session-cache"]);
    assert_eq!((word(&house, "acme"), word(&house, "acme-staging")), ("live", "connecting"));
    assert_eq!((word(&house, "local"), word(&house, "ork"), word(&house, "heroku")), ("live", "closed", "closed"));
}

#[test]
fn a_found_credential_is_used_by_nobody_who_did_not_ask() {
    let mut house = whole((120, 40));
    house.keys("r");
    house.pass(300);
    assert_eq!((house.lists("heroku"), house.lists("ork")), (0, 0));
    assert!(house.caches.iter().all(|(name, _)| name.as_str() != "heroku"), "{:?}", house.caches);
}

#[test]
fn each_is_asked_as_often_as_its_own_platform_bears_and_less_without_the_focus() {
    let mut house = whole((120, 40));
    let pace = profiles()[1].words.pace.list.as_secs();
    for _ in 0..10 {
        house.pass(pace / 2);
        house.answer("acme", &acme());
    }
    assert_eq!(house.lists("acme"), 1 + 5, "not more often than every {pace} s");
    assert_eq!(house.lists("seen"), 2, "its next question was never answered: it waits for that");
    house.act(Action::Focus(false));
    let before = house.lists("acme");
    for _ in 0..36 {
        house.pass(10);
        house.answer("acme", &acme());
    }
    assert!((4..=6).contains(&(house.lists("acme") - before)), "every 60 s: {}", house.lists("acme") - before);
}

#[test]
fn a_failing_profile_keeps_its_rows_and_does_not_slow_the_others() {
    let mut house = whole((120, 40));
    let pace = profiles()[1].words.pace.list.as_secs();
    house.pass(pace);
    house.fail("acme", &timed_out());
    house.answer("acme-staging", &staging());
    assert_eq!((word(&house, "acme"), word(&house, "acme-staging")), ("STALE", "live"));
    let names = house.names();
    assert!(names.contains(&"session-cache"), "an error never empties anything: {names:?}");
    let row = (0..names.len()).filter_map(|index| house.state.combined_row(index));
    let row = row.into_iter().find(|row| row.row.addon.name == "session-cache").unwrap();
    assert_eq!(row.as_of, Some(at("2026-11-20T03:14:07Z")));
    assert_eq!(house.state.combined.as_ref().unwrap().total().addons(), 8);
    // It waits longer from try to try; the other one is asked as ever.
    let (failing, well) = (house.lists("acme"), house.lists("acme-staging"));
    for _ in 0..60 {
        house.pass(5);
        house.fail("acme", &timed_out());
        house.answer("acme-staging", &staging());
    }
    assert!(house.lists("acme") - failing <= 14, "{}", house.lists("acme") - failing);
    assert!(house.lists("acme-staging") - well >= 9, "{}", house.lists("acme-staging") - well);
    assert!(house.names().contains(&"session-cache"));
    // It answers again.
    house.keys("r");
    house.answer("acme", &acme());
    assert_eq!(word(&house, "acme"), "live");
}

#[test]
fn a_profile_that_was_never_read_is_unreadable_and_not_empty() {
    let mut house = House::open((120, 40), profiles(), own());
    house.keys("0");
    house.fail("acme", &ReadError::new(ReadErrorKind::Unauthorized, "The token was not accepted."));
    assert_eq!(word(&house, "acme"), "UNREADABLE");
    let total = house.state.combined.as_ref().unwrap().total();
    assert_eq!(total.count_words(), "2 add-ons, 5 profiles unread");
}

#[test]
fn a_list_that_shrinks_is_kept_beside_a_warning_until_the_next_agrees() {
    let mut house = whole((120, 40));
    house.pass(60);
    house.answer("acme", &[]);
    assert!(house.names().contains(&"session-cache"));
    let combined = house.state.combined.as_ref().unwrap();
    assert_eq!(house.state.source_shrink(&combined.sources[1]).unwrap().absent.len(), 3);
    house.pass(60);
    house.answer("acme", &[]);
    assert!(house.names().contains(&"session-cache"), "missing, until its own read says that it is gone");
    let asked = house.looks.iter().any(|(_, _, query)| *query == Query::Addon("id-session-cache".to_owned()));
    assert!(asked, "which is asked for");
    let gone = ReadError::new(ReadErrorKind::NotFound, "There is no such add-on.");
    house.answer_by("acme", |query, _| matches!(query, Query::Addon(_)).then(|| (Err(gone.clone()), None)));
    assert!(!house.names().contains(&"session-cache"));
}

#[test]
fn a_budget_that_ends_ends_the_asking_of_that_profile_alone() {
    let mut house = whole((120, 40));
    house.pass(60);
    house.answer_with("acme", &acme(), Some(Budget { remaining: 100, of: 4_500 }));
    house.answer("acme-staging", &staging());
    let (spent, well) = (house.lists("acme"), house.lists("acme-staging"));
    for _ in 0..20 {
        house.pass(10);
        house.answer("acme", &acme());
        house.answer("acme-staging", &staging());
    }
    assert_eq!(house.lists("acme"), spent, "nothing is asked while there is hardly anything left");
    assert!(house.lists("acme-staging") > well + 3);
}

#[test]
fn where_lists_tell_no_states_they_are_asked_app_by_app_what_is_seen_first() {
    let mut profiles = profiles();
    profiles.truncate(2);
    profiles[1].words.list_tells_states = false;
    let mut many: Vec<Addon> = (0..60)
        .map(|number| {
            let app = format!("app-{number:02}");
            let mut one = addon("acme", &format!("db-{number:02}"), "postgresql", None, &[&app]);
            one.state = AddonState::Unknown("not asked yet".into());
            one
        })
        .collect();
    let mut house = House::open((120, 40), profiles, own());
    house.keys("0");
    house.answer("acme", &many);
    let asked = |house: &House| -> Vec<String> {
        let apps = house.looked.iter().filter_map(|(_, _, query)| match query {
            Query::AddonsOf(app) => Some(app.clone()),
            _ => None,
        });
        apps.collect()
    };
    assert_eq!(asked(&house).len(), 3, "only so many at once");
    assert_eq!(asked(&house)[0], "app-00");
    many.iter_mut().for_each(|one| one.state = AddonState::Ready);
    let states = |house: &mut House| {
        house.answer_by("acme", |query, at| {
            let Query::AddonsOf(app) = query else { return None };
            let value = many.iter().filter(|one| one.owner == Owner::App(app.clone().into())).cloned().collect();
            Some((Ok(Reply::AddonsOf(Fresh { value, at, etag: None })), None))
        });
    };
    house.keys("G");
    states(&mut house);
    assert_eq!(asked(&house)[3], "app-27", "then those about the cursor: {:?}", asked(&house));
    for _ in 0..60 {
        states(&mut house);
    }
    assert_eq!(asked(&house).len(), 60, "each once");
}

#[test]
fn what_was_seen_before_is_shown_first_and_never_over_an_answer() {
    let mut house = House::open((120, 40), profiles(), own());
    house.keys("0");
    let names: Vec<&str> = house.caches.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["acme", "acme-staging", "seen"]);
    let choices = profiles();
    house.answer("acme-staging", &staging());
    let mut elsewhere = choices[3].clone();
    elsewhere.endpoint = "https://another.example.com".to_owned();
    house.act(Action::Caches(vec![
        snapshot(&choices[1], acme(), "2026-11-18T21:30:00Z"),
        snapshot(&choices[2], Vec::new(), "2026-11-18T21:30:00Z"),
        snapshot(&elsewhere, seen(), "2026-11-18T21:30:00Z"),
    ]));
    assert_eq!((word(&house, "acme"), word(&house, "acme-staging")), ("cached", "live"));
    assert_eq!(word(&house, "seen"), "connecting", "what was seen at another address is of no use");
    assert_eq!(house.names().iter().filter(|name| **name == "orders-db").count(), 2);
    house.fail("acme", &timed_out());
    assert_eq!(word(&house, "acme"), "STALE");
    assert!(house.names().contains(&"session-cache"));
    house.keys("<esc>0");
    assert_eq!(house.caches.len(), 3, "they are read once");
}

#[test]
fn the_cursor_stays_on_its_add_on_whatever_comes_and_goes() {
    let mut house = whole((120, 40));
    house.keys("/orders staging<enter>");
    assert_eq!(house.chosen(), "orders-db");
    house.keys("<esc>");
    let of = |house: &House| house.state.combined.as_ref().unwrap().selected.clone().unwrap().profile;
    assert_eq!((house.chosen(), of(&house)), ("orders-db", profile("acme-staging")), "the filter goes, it stays");
    house.keys("ssss");
    assert_eq!(of(&house), profile("acme-staging"), "whatever the order");
    house.pass(60);
    let mut more = acme();
    more.extend((0..5).map(|number| addon("acme", &format!("aaa-{number}"), "postgresql", None, &[])));
    house.answer("acme", &more);
    assert_eq!((house.chosen(), of(&house)), ("orders-db", profile("acme-staging")));
    house.keys("<enter>");
    assert!(matches!(house.state.context(), attache::app::keymap::Context::Sheet));
    house.keys("<esc>y");
    house.keys("<enter>");
    assert_eq!(house.copied, ["orders-db"]);
}

#[test]
fn rows_are_found_by_profile_and_put_in_order_by_what_needs_a_look() {
    let mut house = whole((120, 40));
    house.keys("/watasu<enter>");
    assert_eq!(house.names(), ["ledger-db", "left-over-db"]);
    assert_eq!(
        house.state.combined.as_ref().unwrap().total().price_words("≥"),
        "price unknown, 2 unpriced",
        "what the filter lets through"
    );
    house.keys("<esc>");
    let total = house.state.combined.as_ref().unwrap().total();
    assert_eq!(total.price_words("≥"), "≥ $258/mo, 4 unpriced");
    assert_eq!(total.count_words(), "8 add-ons, of those this machine has seen, 2 profiles unread");
    let first = |house: &mut House, word: &str| {
        for _ in 0..8 {
            if house.state.combined.as_ref().unwrap().sort.word() == word {
                break;
            }
            house.keys("s");
        }
        house.names()[0].to_owned()
    };
    for (word, name) in [
        ("name", "analytics-db"),
        ("apps", "left-over-db"),
        ("state", "analytics-db"),
        ("price", "orders-db"),
        ("last backup", "scratch"),
        ("profile", "notes-db"),
    ] {
        assert_eq!(first(&mut house, word), name, "{word}");
    }
}

#[test]
fn closing_gives_up_what_was_asked_and_what_was_read_is_old_when_it_is_opened_later() {
    let mut house = whole((120, 40));
    house.pass(60);
    let waiting = house.looks.len();
    assert!(waiting >= 3, "{waiting}");
    house.keys("<esc>");
    assert_eq!(house.cancelled.len(), waiting);
    assert!(!house.state.shows_combined());
    let asked = house.looked.len();
    house.pass(300);
    assert_eq!(house.looked.len(), asked, "nobody looks");
    house.keys("0");
    assert_eq!(word(&house, "acme"), "cached", "it was read five minutes ago");
    assert!(house.looked.len() > asked);
    assert!(house.now.mono > Duration::from_secs(300));
}
