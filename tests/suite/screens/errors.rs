//! What fails: on the main screen, in the pane concerned, and in the list of errors.

use std::time::Duration;

use attache::app::{Action, Query};
use attache::model::{Danger, Operation, Outcome};
use attache::platform::{Exchange, ReadError, ReadErrorKind};
use crossterm::event::KeyCode;
use jiff::SignedDuration;

use super::look;
use super::modals::operations;
use super::world::{World, at};

const SIZES: [(u16, u16); 2] = [(120, 40), (80, 24)];

fn answered(error: ReadError, request: &str, status: u16, id: &str) -> ReadError {
    error.of(Exchange {
        request: request.into(),
        status: Some(status),
        request_id: Some(id.into()),
        at: Some(at("2026-11-20T03:14:21Z")),
        field: None,
        asks: None,
        retry_after: None,
    })
}

/// Each class of failure with a sentence as the HTTP layer writes it.
fn classes() -> Vec<(&'static str, ReadError)> {
    let host = "https://platform.example.com";
    let of = |kind, sentence: String| ReadError::new(kind, sentence);
    vec![
        (
            "dns",
            of(
                ReadErrorKind::Dns,
                format!(
                    "The name of {host} has no address (Name or service not known). Check the endpoint of profile work and this machine's DNS."
                ),
            ),
        ),
        (
            "tls",
            of(
                ReadErrorKind::Tls,
                format!(
                    "The certificate of {host} has expired, or this machine's clock is wrong. Check the clock (date -u); else its operators have to renew it. Nothing was sent."
                ),
            ),
        ),
        (
            "proxy",
            of(
                ReadErrorKind::Proxy,
                format!(
                    "{host} is reached through the proxy http://proxy.example.com:3128, which refused to connect us. Check the proxy, or name the host in NO_PROXY."
                ),
            ),
        ),
        (
            "timed_out",
            of(
                ReadErrorKind::TimedOut,
                format!("{host} did not answer within 5 s. It may be overloaded or hang; its logs say more."),
            ),
        ),
        (
            "unauthorized",
            of(
                ReadErrorKind::Unauthorized,
                format!(
                    "{host} did not accept the token from the variable HEROKU_API_KEY (401): it is wrong, revoked or has expired. Set it to a valid token and start attache again."
                ),
            ),
        ),
        (
            "forbidden",
            of(
                ReadErrorKind::Forbidden,
                format!(
                    "{host} does not allow this to the token from the token_command of profile work (403). Ask for the right, or use a profile whose token has it."
                ),
            ),
        ),
        (
            "rate_limited",
            of(
                ReadErrorKind::RateLimited(Some(Duration::from_secs(48))),
                format!("{host} was asked too often (429). It wants to be asked again at 03:15:10Z."),
            ),
        ),
        (
            "server_error",
            of(
                ReadErrorKind::ServerError(500),
                format!("{host} answered with an error of its own (500): The database is down."),
            ),
        ),
    ]
}

#[test]
fn each_class_of_failure_keeps_the_data_and_says_what_fails_since_when_and_when_it_is_tried_again() {
    for (name, error) in classes() {
        for (columns, rows) in SIZES {
            let mut world = World::of(columns, rows, "orders-db");
            world.failing = Some((|query| matches!(query, Query::Addons { .. }), error.clone()));
            for _ in 0..3 {
                world.pass(Duration::from_secs(15));
                world.answer();
            }
            assert_eq!(world.state.store.addons.len(), 12, "{name}: nothing is lost");
            look!(format!("failing_{name}_{columns}x{rows}"), world.state);
        }
    }
}

/// One part fails, all else is well.
fn part(columns: u16, rows: u16, is: fn(&Query) -> bool) -> World {
    let mut world = World::of(columns, rows, "orders-db");
    let request = "GET /v1/addons/add_ordersdb/backups";
    let error = ReadError::new(
        ReadErrorKind::ServerError(502),
        "https://platform.example.com answered with an error of its own (502): The gateway has lost its upstream.",
    );
    world.failing = Some((is, answered(error, request, 502, "req_4711")));
    for _ in 0..2 {
        world.pass(Duration::from_secs(20));
        world.answer();
    }
    world
}

#[test]
fn the_pane_whose_part_fails_says_so() {
    for (columns, rows) in SIZES {
        for (key, name, is) in [
            ('2', "addon", (|query| matches!(query, Query::Addon(_))) as fn(&Query) -> bool),
            ('3', "usage", |query| matches!(query, Query::Usage(_))),
            ('4', "events", |query| matches!(query, Query::Events { .. })),
            ('5', "backups", |query| matches!(query, Query::Backups(_))),
        ] {
            let mut world = part(columns, rows, is);
            world.press(KeyCode::Char(key));
            look!(format!("part_{name}_{columns}x{rows}"), world.state);
        }
    }
    let mut world = part(80, 24, |query| matches!(query, Query::Events { .. }));
    world.press(KeyCode::Char('t'));
    look!("part_timeline_sheet_80x24", world.state);
}

#[test]
fn an_operation_that_cant_be_followed_says_so() {
    let running: Vec<Operation> =
        operations().into_iter().filter(|operation| operation.outcome == Outcome::Accepted).collect();
    let mut world = World::opened(120, 40, "local", Danger::None, running.clone());
    world.answer();
    world.follow_fails(&ReadError::new(
        ReadErrorKind::ServerError(500),
        "The platform answered with an error of its own (500).",
    ));
    look!("part_operation_120x40", world.state);
}

/// Some errors of all kinds: one that is over, one that lasts, one of a command.
fn history(columns: u16, rows: u16) -> World {
    let mut world = World::of(columns, rows, "orders-db");
    world.broken = Some(classes().remove(3).1);
    for _ in 0..3 {
        world.pass(Duration::from_secs(15));
        world.answer();
    }
    world.broken = None;
    world.pass(Duration::from_secs(60));
    world.answer();
    let error = ReadError::new(
        ReadErrorKind::ServerError(502),
        "https://platform.example.com answered with an error of its own (502): The gateway has lost its upstream.",
    );
    let error = answered(error, "GET /v1/addons/add_ordersdb/backups", 502, "req_4711");
    world.failing = Some((|query| matches!(query, Query::Backups(_)), error));
    for _ in 0..2 {
        world.pass(Duration::from_secs(20));
        world.answer();
    }
    world.act(Action::Copied(Err("The terminal's clipboard can't be reached.".into())));
    world.state.ui.notice = None;
    world
}

#[test]
fn the_errors_and_one_of_them_in_full() {
    for (columns, rows) in SIZES {
        let mut world = World::of(columns, rows, "orders-db");
        world.press(KeyCode::Char('e'));
        look!(format!("errors_none_{columns}x{rows}"), world.state);
        let mut world = history(columns, rows);
        world.press(KeyCode::Char('e'));
        world.press(KeyCode::Down);
        look!(format!("errors_{columns}x{rows}"), world.state);
        world.press(KeyCode::Enter);
        look!(format!("error_in_full_{columns}x{rows}"), world.state);
    }
}

#[test]
fn a_clock_that_differs_is_said_once_and_stands_in_the_profile() {
    for (columns, rows) in SIZES {
        let mut world = World::of(columns, rows, "orders-db");
        world.act(Action::Skewed(SignedDuration::from_secs(252)));
        look!(format!("skew_{columns}x{rows}"), world.state);
        ":show-profile".chars().for_each(|c| world.press(KeyCode::Char(c)));
        world.press(KeyCode::Enter);
        look!(format!("skew_profile_{columns}x{rows}"), world.state);
    }
}

#[test]
fn a_list_that_lost_half_of_its_rows_is_kept_beside_a_warning() {
    for (columns, rows) in SIZES {
        let mut world = World::of(columns, rows, "reports-db");
        world.addons.truncate(5);
        world.pass(Duration::from_secs(15));
        world.answer_lists_only();
        assert_eq!(world.state.store.addons.len(), 12, "kept");
        look!(format!("doubted_{columns}x{rows}"), world.state);
        // The next list agrees: now they are missing.
        world.pass(Duration::from_secs(15));
        world.answer_lists_only();
        look!(format!("doubted_no_more_{columns}x{rows}"), world.state);
    }
}
