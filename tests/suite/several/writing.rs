//! Looking is combined, writing is not: a key that writes enters the profile of its row, and proposes nothing.

use super::house::profile;
use super::*;

const WRITES: [(&str, &str); 10] = [
    ("C", "create an add-on there"),
    ("A", "attach orders-db to an app"),
    ("X", "detach orders-db from an app"),
    ("B", "back orders-db up"),
    ("R", "restore orders-db"),
    ("P", "switch apps to orders-db"),
    ("U", "change the plan of orders-db"),
    ("D", "destroy orders-db"),
    ("m", "see all that can be done with orders-db"),
    ("!", "unlock or lock it"),
];

#[test]
fn a_key_that_writes_enters_the_profile_of_its_row_and_proposes_nothing() {
    for (key, _) in WRITES {
        let mut house = whole((120, 40));
        house.keys("/orders prod<enter>");
        assert_eq!((house.names(), house.chosen()), (vec!["orders-db"], "orders-db"));
        house.keys(key);
        assert_eq!(house.writes, [""; 0], "{key}");
        assert_eq!(house.entered, [(profile("acme"), Some("id-orders-db".to_owned()))], "{key}");
    }
}

#[test]
fn on_a_row_of_the_entered_profile_it_goes_to_the_panes_and_says_what_to_press() {
    for (key, deed) in WRITES {
        let mut profiles = profiles();
        profiles[0].danger = Danger::Staging;
        let mut own = own();
        own[1].name = "orders-db".into();
        let mut house = House::open((120, 40), profiles, own);
        house.keys("0/orders local<enter>");
        house.keys(key);
        assert_eq!(house.writes, [""; 0], "{key}");
        assert_eq!(house.entered, [], "{key}: it is entered already");
        assert!(!house.state.shows_combined(), "{key}");
        assert_eq!(house.state.selected_row().unwrap().addon.name, "orders-db", "{key}");
        let words = format!("Entered local (staging): press {key} again to {deed}.");
        assert_eq!(house.notice(), words);
    }
    let mut house = whole((120, 40));
    house.keys("/scratch<enter>D");
    assert_eq!(house.writes, [""; 0]);
    house.keys("D");
    assert_eq!(house.writes, ["Destroy scratch"], "the second key is one of the panes");
}

#[test]
fn a_profile_that_cannot_be_entered_says_why() {
    let mut profiles = profiles();
    profiles[1].trouble = None;
    let mut house = House::open((120, 40), profiles, own());
    house.keys("0");
    house.answer("acme", &acme());
    house.keys("/orders<enter>");
    // It came to be in trouble after it was looked at.
    house.state.combined.as_mut().unwrap().sources[1].choice.trouble = Some("Its token is gone.".to_owned());
    house.keys("D");
    assert_eq!((house.entered.len(), house.writes.len()), (0, 0));
    assert_eq!(house.notice(), "acme can't be entered: Its token is gone.");
}

#[test]
fn without_a_row_no_key_writes_or_enters() {
    let mut house = whole((120, 40));
    house.keys("/nothing of that name<enter>");
    house.keys("CAXBRPUDm!");
    assert_eq!((house.entered.len(), house.writes.len()), (0, 0));
}

#[test]
fn pasted_text_and_typed_letters_go_into_the_filter_alone() {
    let mut house = whole((120, 40));
    house.keys("/D");
    house.act(attache::app::Action::Paste("RXD".to_owned()));
    assert_eq!(house.state.combined.as_ref().unwrap().filter.input.value(), "DRXD");
    assert_eq!((house.entered.len(), house.writes.len()), (0, 0));
}

#[test]
fn the_list_survives_the_way_into_a_profile_and_says_what_to_press_there() {
    let mut house = whole((120, 40));
    let acme_choice = profiles()[1].clone();
    house.keys("/orders prod<enter>D");
    house.enter(&acme_choice, "id-orders-db", acme());
    assert_eq!(house.notice(), "Entered acme (production): press D again to destroy orders-db.");
    assert_eq!(house.state.selected_row().unwrap().addon.name, "orders-db", "its rows were just looked at");
    assert!(!house.state.store.addons.fresh.is_live(), "and count as seen before until it answers itself");
    assert!(!house.state.shows_combined());
    house.go_on(&acme_choice);
    assert_eq!(house.writes, [""; 0]);
    house.keys("D");
    assert_eq!(house.writes, ["Destroy orders-db"]);
    // Back to all of them: the one that was left is looked at now, the one that was entered is not.
    house.keys("<esc>0");
    assert_eq!(house.names(), ["orders-db"], "and the filter still holds");
    house.keys("/<esc>");
    house.looks.clear();
    house.keys("r");
    assert!(house.names().contains(&"notes-db"), "{:?}", house.names());
    let (local, acme) = (house.lists("local"), house.lists("acme"));
    assert_eq!((local, acme), (1, 1), "acme was asked when the list was opened first");
}

#[test]
fn what_was_asked_for_is_said_of_that_profile_alone() {
    let mut house = whole((120, 40));
    house.keys("/orders prod<enter>D");
    // It is given up, and another profile is entered in another way.
    house.keys("<esc><esc>");
    house.keys("<esc>0");
    let staging_choice = profiles()[2].clone();
    house.state.modals.push(attache::app::modal::Modal::Entering(staging_choice.name.clone()));
    house.enter(&staging_choice, "id-orders-db", staging());
    assert!(!house.notice().contains("press"), "{}", house.notice());
}
