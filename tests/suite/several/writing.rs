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
        own[1].name = "orders-db".to_owned();
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
