//! What the combined list looks like.

use attache::app::{Action, Look};
use attache::platform::{ReadError, ReadErrorKind};

use super::house::{snapshot, timed_out};
use super::*;
use crate::screens::paint;

macro_rules! look {
    ($name:expr, $state:expr) => {
        insta::assert_snapshot!($name, paint::screen(&$state))
    };
}

/// One live, one from the disk, one that fails over what was seen, one that tells less, one closed, one found.
fn mixed(size: (u16, u16)) -> House {
    let mut house = House::open(size, profiles(), own());
    house.keys("0");
    let choices = profiles();
    house.act(Action::Caches(vec![
        snapshot(&choices[1], acme(), "2026-11-20T03:08:55Z"),
        snapshot(&choices[2], staging(), "2026-11-18T21:30:00Z"),
    ]));
    house.fail("acme", &timed_out());
    house.answer("seen", &seen());
    house.keys("/orders prod<enter><esc>");
    house
}

#[test]
fn at_every_size() {
    for (columns, rows) in [(120, 40), (80, 24), (40, 12)] {
        look!(format!("several_{columns}x{rows}"), mixed((columns, rows)).state);
    }
}

#[test]
fn without_colours_and_without_unicode() {
    for (name, color, unicode) in [("mono", false, true), ("ascii", true, false)] {
        for (columns, rows) in [(120, 40), (40, 12)] {
            let mut house = mixed((columns, rows));
            house.state.ui.look = Look { color, unicode };
            look!(format!("several_{name}_{columns}x{rows}"), house.state);
        }
    }
}

#[test]
fn a_row_described() {
    for (columns, rows) in [(120, 40), (80, 24), (40, 12)] {
        let mut house = mixed((columns, rows));
        house.keys("<enter>");
        look!(format!("several_described_{columns}x{rows}"), house.state);
    }
}

#[test]
fn a_filter_typed_and_one_that_nothing_fits() {
    let mut house = mixed((80, 24));
    house.keys("/acme");
    look!("several_filter_80x24", house.state);
    house.keys("xyz<enter>");
    look!("several_filter_nothing_80x24", house.state);
}

#[test]
fn before_anything_is_known_and_with_more_profiles_than_lines() {
    let none = House::open((80, 24), profiles(), Vec::new());
    let mut none = none;
    none.keys("0");
    look!("several_nothing_yet_80x24", none.state);
    let mut many = profiles();
    many.extend((0..7).map(|number| choice(&format!("team-{number}"), PlatformKind::Akkeris, Danger::Production)));
    let mut house = House::open((120, 40), many, own());
    house.keys("0");
    for number in 0..6 {
        house.answer(&format!("team-{number}"), &[]);
    }
    house.fail("team-6", &ReadError::new(ReadErrorKind::Unauthorized, "The token was not accepted."));
    look!("several_many_120x40", house.state);
}

#[test]
fn a_state_is_never_cut() {
    for columns in 40..=130 {
        let rows = if columns < 60 { 12 } else { 24 };
        let mut house = whole((columns, rows));
        house.pass(60);
        let mut going = acme();
        going.iter_mut().for_each(|one| one.state = AddonState::Deprovisioning);
        house.answer("acme", &going);
        let shown = paint::symbols(&paint::cells(&house.state));
        assert!(shown.contains("▾ deprovisioning"), "{columns}:\n{shown}");
    }
}
