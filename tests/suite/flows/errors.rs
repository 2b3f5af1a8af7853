//! What fails, looked at, remembered, copied; and what is told by which clock.

use attache::app::modal::Modal;
use attache::app::{Action, Link, Query, Subject};
use attache::model::Outcome;
use attache::platform::{Exchange, ReadError, ReadErrorKind};
use attache::store::poll::Topic;
use jiff::SignedDuration;
use proptest::prelude::*;

use super::fake::{Fault, error};
use super::stage::{Setting, Stage};

fn is_backups(query: &Query) -> bool {
    matches!(query, Query::Backups(_))
}

fn broken() -> ReadError {
    error(ReadErrorKind::ServerError(500), "The platform answered with an error of its own (500).")
}

#[test]
fn one_failing_part_says_since_when_and_when_next_and_the_rest_goes_on() {
    let mut stage = Stage::with(&["orders", "uploads"]);
    stage.fake.fault = Some(Fault::Some(is_backups, broken()));
    stage.wait(30_000);
    assert!(matches!(stage.state.link(), Link::Live(_)), "{:?}", stage.state.link());
    let id = stage.state.detail().expect("a row").key.id.clone();
    let fresh = stage.state.store.fresh(&Topic::Backups(id.to_string())).expect("asked").clone();
    assert_eq!(fresh.word(), "stale");
    assert!(fresh.failures > 1 && fresh.next_try.expect("a time") > stage.now().wall, "{fresh:?}");
    assert!(stage.state.backups(&id).is_some(), "what was read stays");
    let entries: Vec<_> = stage.state.errors.iter().collect();
    let [entry] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((entry.part.as_str(), entry.times), ("the backups of orders", fresh.failures));
    assert!(entry.over.is_none());
    let revision = stage.state.revision();
    stage.wait(900);
    assert_eq!(stage.state.revision(), revision, "nothing ticks");
    stage.fake.fault = None;
    stage.wait(70_000);
    assert_eq!(stage.state.store.fresh(&Topic::Backups(id.to_string())).expect("asked").word(), "live");
    assert!(stage.state.errors[0].over.is_some(), "it is over");
    stage.fake.fault = Some(Fault::Some(is_backups, broken()));
    stage.wait(10_000);
    assert_eq!(stage.state.errors.len(), 2, "what was well between is another time");
}

#[test]
fn parts_that_fail_in_turns_are_counted_each_by_itself() {
    let mut stage = Stage::with(&["orders"]);
    let is = |query: &Query| matches!(query, Query::Backups(_) | Query::Events { .. } | Query::Usage(_));
    stage.fake.fault = Some(Fault::Some(is, broken()));
    stage.wait(60_000);
    let parts: Vec<&str> = stage.state.errors.iter().map(|entry| entry.part.as_str()).collect();
    assert_eq!(parts.len(), 3, "{parts:?}");
    assert!(stage.state.errors.iter().all(|entry| entry.times > 1), "{:?}", stage.state.errors);
}

#[test]
fn a_platform_that_cant_be_reached_is_one_error_and_not_one_for_each_part() {
    let mut stage = Stage::with(&["orders"]);
    stage.fake.fault = Some(Fault::Reads(ReadErrorKind::Dns));
    stage.wait(60_000);
    let entries: Vec<_> = stage.state.errors.iter().collect();
    let [entry] = entries.as_slice() else { panic!("{entries:?}") };
    let Link::Down { failures, .. } = stage.state.link() else { panic!("{:?}", stage.state.link()) };
    assert_eq!((&entry.subject, entry.times), (&Subject::Link, failures));
}

#[test]
fn a_404_of_a_part_asks_for_the_addon_itself_and_counts_when_it_stays() {
    let mut stage = Stage::with(&["orders", "uploads"]);
    stage.fake.asked.clear();
    stage.fake.fault = Some(Fault::Some(is_backups, error(ReadErrorKind::NotFound, "There is no such thing.")));
    stage.wait(5_200);
    assert!(stage.state.errors.is_empty(), "it may just be going: {:?}", stage.state.errors);
    stage.wait(30_000);
    assert_eq!(stage.state.errors.len(), 1, "but it is there, and has lost its backups");
    assert_eq!(stage.names(), ["orders", "uploads"]);
    // Its own read says that it is gone.
    stage.fake.fault = None;
    stage.fake.addons.retain(|addon| addon.name != "orders");
    stage.wait(30_000);
    assert_eq!(stage.names(), ["uploads"]);
    assert_eq!(stage.state.errors.len(), 1, "what is gone is no error: {:?}", stage.state.errors);
}

#[test]
fn e_lists_the_newest_first_opens_one_and_copies_its_report() {
    let mut stage = Stage::with(&["orders"]);
    stage.act(Action::Copied(Err("An older one.".into())));
    let told = broken().of(Exchange {
        request: "GET /v1/addons/add_1/backups".into(),
        status: Some(500),
        request_id: Some("req_4711".into()),
        at: Some("2026-11-20T03:00:09Z".parse().expect("a time")),
        field: None,
        asks: None,
        retry_after: None,
    });
    stage.fake.fault = Some(Fault::Some(is_backups, told));
    stage.wait(12_000);
    stage.keys("e");
    let newest = stage.state.errors_shown()[0].id;
    assert_eq!(stage.state.errors_shown()[0].part, "the backups of orders");
    stage.keys("y");
    let report = stage.fake.copied.pop().expect("a report");
    for line in [
        "platform  local at a Unix socket of this machine",
        "profile   local",
        "part      the backups of orders",
        "error     The platform answered with an error of its own (500).",
        "kind      server error, status 500",
        "request   GET /v1/addons/add_1/backups, id req_4711",
        "answered  2026-11-20 03:00:09Z by the platform's clock",
        "link now  live",
    ] {
        assert!(report.lines().any(|known| known == line), "{line}\n{report}");
    }
    assert!(report.starts_with(concat!("attache   ", env!("CARGO_PKG_VERSION"), " on ")), "{report}");
    assert!(report.contains("times in a row, first 03:00:"), "{report}");
    // The cursor stays on its error, whatever else fails.
    stage.keys("<down><enter>");
    let open = |stage: &Stage| match stage.state.modals.last() {
        Some(Modal::Errors(view)) => (view.is_open, view.chosen),
        other => panic!("{other:?}"),
    };
    let (is_open, chosen) = open(&stage);
    assert!(is_open && chosen.is_some() && chosen != Some(newest));
    stage.act(Action::Copied(Err("A newer one.".into())));
    assert_eq!(open(&stage), (true, chosen));
    stage.keys("y");
    assert!(stage.fake.copied.pop().expect("a report").contains("error     An older one."));
    stage.keys("<esc>");
    assert!(!open(&stage).0, "back to the list");
    stage.keys("<esc>");
    assert!(stage.state.modals.is_empty());
    assert!(stage.fake.submits.is_empty());
}

#[test]
fn what_was_refused_is_among_the_errors_with_what_it_was() {
    let mut stage = Stage::open(Setting::default(), |fake| {
        fake.with_addon("orders", &[("storefront", None)]);
    });
    stage.fake.outcome =
        Some(Outcome::Failed { message: "alias: billing has that one. (409 alias_taken, request req_9)".into() });
    stage.keys("X");
    stage.look();
    stage.keys("y");
    let entry = stage.state.errors.back().expect("an error").clone();
    assert!(entry.text.contains("(409 alias_taken, request req_9)"), "{entry:?}");
    assert_eq!((entry.subject.clone(), entry.part.contains("orders")), (Subject::Act, true), "{entry:?}");
    // Nothing was sent, and the form says why: it can be read again all the same.
    stage.fake.refusal = Some("plan: the platform would refuse this.".into());
    stage.keys("X");
    let last = stage.state.errors.back().expect("an error");
    assert_eq!(last.text, "plan: the platform would refuse this.");
}

#[test]
fn errors_are_bounded() {
    let mut stage = Stage::with(&["orders"]);
    for number in 0..700 {
        stage.act(Action::Copied(Err(format!("Error {number}."))));
    }
    assert_eq!(stage.state.errors.len(), 500);
    assert_eq!(stage.state.errors_shown()[0].text, "Error 699.");
}

#[test]
fn ages_are_told_by_the_platforms_clock_and_a_large_difference_is_said_once() {
    let mut stage = Stage::with(&["orders"]);
    let told = |stage: &Stage| stage.state.activity.iter().filter(|line| line.text.contains("clock")).count();
    stage.act(Action::Skewed(SignedDuration::from_secs(5)));
    assert_eq!(stage.state.clock(), stage.now().wall + SignedDuration::from_secs(5));
    assert_eq!(told(&stage), 0, "not worth a word");
    stage.act(Action::Skewed(SignedDuration::from_secs(252)));
    assert_eq!(stage.state.clock(), stage.now().wall + SignedDuration::from_secs(252));
    let words = "This machine's clock is 4 m 12 s behind the platform's; ages are told by the platform's.";
    assert!(stage.notice().starts_with(words), "{}", stage.notice());
    stage.act(Action::Skewed(SignedDuration::from_secs(255)));
    assert_eq!(told(&stage), 1, "said once");
    stage.fake.fault = Some(Fault::Some(is_backups, broken()));
    stage.wait(6_000);
    let entry = stage.state.errors.back().expect("an error");
    assert!(entry.at > stage.now().wall, "errors, too, are told by it");
    stage.act(Action::Skewed(SignedDuration::from_secs(-4_000)));
    assert!(
        stage.notice().starts_with("This machine's clock is 1 h 6 m ahead of the platform's"),
        "{}",
        stage.notice()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whoever puts a secret into an address, by whatever way it comes in: it is in no report.
    #[test]
    fn no_report_holds_what_an_address_gives_away(
        secret in "[a-zA-Z0-9]{12,24}",
        name in "(token|access_token|api_key|password|X-Amz-Signature)",
        place in 0..4usize,
    ) {
        let address = format!("https://anna:{secret}@h.example.com/x?a=1&{name}={secret}&b=2");
        let mut stage = Stage::with(&["orders"]);
        if place == 3 {
            stage.state.session.endpoint = address.clone();
        }
        let error = match place {
            0 => error(ReadErrorKind::ServerError(500), &format!("It broke at {address}.")),
            1 => broken().of(Exchange { request: format!("GET {address}"), ..Exchange::default() }),
            2 => error(ReadErrorKind::Refused { status: 409, code: address.clone() }, "No."),
            _ => broken(),
        };
        stage.fake.fault = Some(Fault::Some(is_backups, error));
        stage.wait(6_000);
        stage.act(Action::Copied(Err(format!("The copy of {address} failed."))));
        stage.keys("ey<down>y");
        prop_assert_eq!(stage.fake.copied.len(), 2);
        for report in &stage.fake.copied {
            prop_assert!(!report.contains(&secret) && report.contains("h.example.com") | (place == 1), "{}", report);
        }
    }
}

#[test]
fn a_cache_that_can_not_be_written_stands_among_the_errors_once_and_disturbs_nobody() {
    let mut stage = Stage::with(&["orders"]);
    let why = "The cache /closed/seen-local.json can't be written: Permission denied.";
    let notice = stage.notice().to_owned();
    for _ in 0..3 {
        stage.act(Action::NotCached(why.to_owned()));
    }
    let entries: Vec<_> = stage.state.errors.iter().collect();
    let [entry] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((entry.text.as_str(), entry.times), (why, 3));
    assert_eq!(stage.notice(), notice);
}
