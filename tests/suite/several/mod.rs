//! Several profiles in one list: what is asked of which, what is kept of those that fail, and that nothing is written from there.

mod house;
mod looking;
mod polled;
mod screens;
mod writing;

use attache::app::ProfileChoice;
use attache::config::PlatformKind;
use attache::model::{Addon, Danger, ReadOnly, State as AddonState, Verb};

use house::{House, addon, backed_up, choice, priced};

/// The profiles of the tests: the entered one, two of production, one of staging, one that can't be entered, and a credential
/// that was found.
fn profiles() -> Vec<ProfileChoice> {
    let mut ork = choice("ork", PlatformKind::Orkestr, Danger::Production);
    ork.trouble = Some("It has no token. Set ORKESTR_API_TOKEN.".to_owned());
    let mut found = choice("heroku", PlatformKind::Heroku, Danger::Production);
    found.read_only = Some(ReadOnly::Found);
    vec![
        choice("local", PlatformKind::Local, Danger::None),
        choice("acme", PlatformKind::Heroku, Danger::Production),
        choice("acme-staging", PlatformKind::Heroku, Danger::Staging),
        choice("seen", PlatformKind::Watasu, Danger::Production),
        ork,
        found,
    ]
}

fn own() -> Vec<Addon> {
    vec![
        backed_up(addon("local", "notes-db", "postgresql", Some("small"), &["notes"]), Some("2026-11-20T02:00:00Z")),
        backed_up(addon("local", "scratch", "valkey", Some("cache"), &[]), None),
    ]
}

fn acme() -> Vec<Addon> {
    let mut failed = addon("acme", "analytics-db", "heroku-postgresql", Some("standard-0"), &["analytics"]);
    failed.state = AddonState::Failed;
    let mut cache = addon("acme", "session-cache", "heroku-redis", Some("mini"), &["storefront", "billing", "admin"]);
    let none = "Its backups are made by nobody: it is a cache.".to_owned();
    cache.cannot = vec![(Verb::ListBackups, none.clone()), (Verb::BackUp, none)].into();
    vec![
        priced(addon("acme", "orders-db", "heroku-postgresql", Some("standard-2"), &["storefront"]), 20_000, "USD"),
        priced(failed, 5_000, "USD"),
        priced(backed_up(cache, None), 300, "USD"),
    ]
}

fn staging() -> Vec<Addon> {
    vec![priced(addon("acme-staging", "orders-db", "heroku-postgresql", Some("mini"), &["storefront-st"]), 500, "USD")]
}

fn seen() -> Vec<Addon> {
    let db = addon("seen", "ledger-db", "postgresql", None, &["ledger"]);
    vec![backed_up(db, Some("2026-11-17T02:00:00Z")), addon("seen", "left-over-db", "postgresql", None, &[])]
}

/// The combined list over all of them, as it stands once those answered that do.
fn whole(size: (u16, u16)) -> House {
    let mut house = House::open(size, profiles(), own());
    house.keys("0");
    house.answer("acme", &acme());
    house.answer("acme-staging", &staging());
    house.answer("seen", &seen());
    house
}
