//! How often everything is read: told where somebody looks, for every profile, and never wider than the screen.

use std::time::Duration;

use attache::app::Action;
use attache::app::modal::{Modal, Sheet, SheetKind};
use attache::platform::Budget;

use super::*;
use crate::screens::paint;

/// Two profiles of one Heroku account, one of them entered; orkestr with many projects, and a local one.
fn house(size: (u16, u16)) -> House {
    let mut staging = choice("acme-staging", PlatformKind::Heroku, Danger::Staging);
    let acme = choice("acme", PlatformKind::Heroku, Danger::Production);
    staging.account = acme.account.clone();
    let profiles = vec![
        acme,
        staging,
        choice("ork", PlatformKind::Orkestr, Danger::Production),
        choice("local", PlatformKind::Local, Danger::None),
    ];
    House::open(size, profiles, super::acme())
}

fn projects() -> Vec<Addon> {
    let one = |at: usize| addon("ork", &format!("db-{at:02}"), "postgres", None, &[format!("app-{at:02}").as_str()]);
    (0..40).map(one).collect()
}

fn look_at_it(house: &mut House) {
    house.state.modals.push(Modal::Sheet(Sheet { kind: SheetKind::Polling, scroll: 0 }));
    house.act(Action::Deadline);
}

/// The combined list is open, and orkestr has told its projects.
fn all(size: (u16, u16)) -> House {
    let mut house = house(size);
    house.keys("0");
    house.answer("ork", &projects());
    house.answer("local", &own());
    look_at_it(&mut house);
    house
}

#[test]
fn all_of_it_is_told_at_every_size() {
    for (columns, rows) in [(120, 40), (80, 24), (40, 12)] {
        let house = all((columns, rows));
        insta::assert_snapshot!(format!("polled_{columns}x{rows}"), paint::screen(&house.state));
    }
}

#[test]
fn a_budget_that_makes_it_slower_is_told_in_the_status_line_and_does_not_tick() {
    for (columns, rows) in [(120, 40), (80, 24), (40, 12)] {
        let mut house = house((columns, rows));
        assert_eq!(house.state.slowed(), (None, None));
        house.act(Action::Budget(Some(Budget { remaining: 1_125, of: 4_500 })));
        // Where there is room for the list alone, no details are read.
        let told = ((columns > 40).then_some(Duration::from_secs(30)), Some(Duration::from_secs(60)));
        assert_eq!(house.state.slowed(), told, "half as often with half of the half");
        insta::assert_snapshot!(format!("polled_slower_{columns}x{rows}"), paint::screen(&house.state));
        let revision = house.state.revision();
        for _ in 0..10 {
            house.pass(1);
        }
        assert_eq!((house.state.revision(), house.state.slowed()), (revision, told));
    }
}

#[test]
fn what_is_told_of_a_profile_that_nobody_looks_at_says_so() {
    let mut house = house((120, 40));
    house.keys(":polling<enter>");
    let told: Vec<(String, usize)> =
        house.state.polled.iter().map(|polled| (polled.place.clone(), polled.parts.len())).collect();
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(told[0].1 > 3 && told[1..].iter().all(|(_, parts)| *parts == 0), "{told:?}");
    assert_eq!(house.state.polled[0].with, [house::profile("acme-staging")]);
    assert!(house.state.polled[2].with.is_empty());
}

#[test]
fn a_profile_that_is_entered_while_it_is_looked_at_is_not_asked_twice() {
    let mut house = house((120, 40));
    house.keys("0");
    let (id, ..) = house.looks.iter().find(|(_, profile, _)| profile.as_str() == "local").cloned().unwrap();
    let local = choice("local", PlatformKind::Local, Danger::None);
    house.state.modals = vec![Modal::Entering(local.name.clone())];
    house.enter(&local, "id-notes-db", own());
    house.own.clear();
    house.go_on(&local);
    assert!(house.state.store.addons.fresh.is_never(), "it was not asked a second time");
    house.own = own();
    let timed_out = house::timed_out();
    house.act(Action::Looked { id, profile: local.name.clone(), reply: Err(timed_out), budget: None, requests: 1 });
    house.pass(2);
    assert_eq!(house.state.store.addons.iter().count(), 2, "it is asked as its own from then on");
}
