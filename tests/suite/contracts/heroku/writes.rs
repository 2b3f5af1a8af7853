//! Writing to Heroku: one command, at most one request; and what Heroku asks before it does something.

use axum::http::Method;

use attache::config::Endpoint;
use attache::model::Command;
use attache::platform::{Asks, ReadErrorKind, SubmitError, connect};

use super::super::{impatient, settings};
use super::matrix::{attach, back_up, create, destroy, detach, take_database};
use super::{Desk, profile};
use crate::stand_ins::Fault;
use crate::stand_ins::heroku::Heroku;
use crate::stand_ins::heroku::world::CODE;

fn say(status: u16, body: &str) -> Fault {
    Fault::Say(status, Vec::new(), body.to_owned())
}

fn asks(error: &SubmitError) -> Option<&Asks> {
    assert!(matches!(error, SubmitError::Refused(_)), "{error:?}");
    error.reason().exchange.as_ref().unwrap().asks.as_ref()
}

#[tokio::test]
async fn one_request_whatever_goes_wrong() {
    let other = Desk::new().await;
    let there = |path: &str| vec![("location", format!("{}{path}", other.url))];
    for fault in [
        Fault::Cut,
        Fault::ActAndCut,
        Fault::ActAndCutInBody,
        Fault::ActAndCutHalfWay,
        Fault::Hang,
        Fault::ActAndHang,
        Fault::ActAndSay(202, "<h1>Welcome</h1>"),
        Fault::Say(301, there("/apps/hobby/addons"), String::new()),
        Fault::Say(303, there("/apps/hobby/addons"), String::new()),
        Fault::Say(307, there("/apps/hobby/addons"), String::new()),
        Fault::Say(308, there("/apps/hobby/addons"), String::new()),
        say(408, ""),
        say(500, r#"{"id":"internal_server_error","message":"It broke."}"#),
        say(502, "<h1>Bad gateway</h1>"),
        say(503, ""),
    ] {
        let desk = Desk::over(Heroku::small(), impatient()).await;
        desk.addons().await;
        for (command, path) in [
            (Command::CreateAddon(create("new", "hobby", "heroku-redis", "mini")), "/apps/hobby/addons".to_owned()),
            (back_up(&desk, "postgresql-storefront"), "/client/".to_owned()),
        ] {
            let before = desk.writes();
            desk.fail(Method::POST, path, 1, fault.clone());
            let error = desk.send(&command).await.unwrap_err();
            assert!(matches!(error, SubmitError::Unknown(_)), "{fault:?} {error:?}");
            assert!(error.to_string().to_lowercase().contains("it may or may not have happened."), "{error}");
            assert_eq!(desk.writes(), before + 1, "{fault:?}");
        }
    }
    assert_eq!(other.connections(), 0, "the token is never taken to another host");
}

#[tokio::test]
async fn a_refusal_is_no_unknown_outcome() {
    let body = |id: &str| format!("{{\"id\":\"{id}\",\"message\":\"Heroku's own sentence.\"}}");
    for (status, body, code) in [
        (400, body("bad_request"), Some("bad_request")),
        (401, body("unauthorized"), None),
        (402, body("delinquent"), Some("delinquent")),
        (403, body("forbidden"), None),
        (404, body("not_found"), None),
        (409, body("conflict"), Some("conflict")),
        (422, body("invalid_params"), Some("invalid_params")),
        (429, body("rate_limit"), None),
        (413, "<h1>Too large</h1>".into(), Some("http_413")),
    ] {
        let desk = Desk::new().await;
        desk.fail(Method::POST, "/apps/hobby/addons", 1, say(status, &body));
        let command = Command::CreateAddon(create("new", "hobby", "heroku-redis", "mini"));
        let error = desk.send(&command).await.unwrap_err();
        assert!(matches!(&error, SubmitError::Refused(_)) && error.code() == code, "{status} {error:?}");
        let exchange = error.reason().exchange.as_ref().unwrap();
        assert_eq!((exchange.request.as_str(), exchange.status), ("POST /apps/hobby/addons", Some(status)));
        assert_eq!(desk.writes(), 1);
    }
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let desk = Desk::new().await;
    let mut gone = profile(&desk.url, Some(&desk.url));
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    gone.endpoint = Endpoint::Url(format!("http://{closed}"));
    let connection = connect(&gone, settings()).unwrap();
    let command = Command::CreateAddon(create("new", "hobby", "heroku-redis", "mini"));
    let error = connection.writer.unwrap().submit(&command, "key").await.unwrap_err();
    assert!(matches!(&error, SubmitError::NotSent(why) if why.message.ends_with("Nothing was sent.")), "{error:?}");
    assert_eq!(desk.connections(), 0);
}

#[tokio::test]
async fn a_read_only_profile_has_no_writer() {
    let desk = Desk::new().await;
    let mut locked = profile(&desk.url, Some(&desk.url));
    locked.read_only = Some(attache::model::ReadOnly::Configured);
    assert!(connect(&locked, settings()).unwrap().writer.is_none());
}

#[tokio::test]
async fn the_word_is_asked_for_by_its_id_whatever_the_status() {
    for status in [423, 400] {
        let desk = Desk::new().await;
        desk.world(|world| world.switches.confirmation_status = status);
        let command = attach(&desk, "postgresql-follower", "storefront", "DATABASE", None);
        let error = desk.send(&command).await.unwrap_err();
        assert_eq!(asks(&error), Some(&Asks::Confirmation { word: "storefront".into() }), "{error:?}");
        assert_eq!(error.code(), Some("confirmation_required"));
        let Command::Attach { addon_id, addon, app, alias, credential, .. } = command else { panic!() };
        let word = |word: &str| Command::Attach {
            addon_id: addon_id.clone(),
            addon: addon.clone(),
            app: app.clone(),
            alias: alias.clone(),
            credential: credential.clone(),
            confirm: Some(word.into()),
        };
        // Whether a word is right is for Heroku to say.
        assert!(asks(&desk.send(&word("nonsense")).await.unwrap_err()).is_some());
        desk.send(&word("storefront")).await.unwrap();
        assert_eq!(desk.writes(), 3);
        let holder = desk.world(|world| world.attachment("storefront", "DATABASE").unwrap().addon.clone());
        assert_eq!(holder, desk.id("postgresql-follower"));
    }
    let desk = Desk::new().await;
    desk.world(|world| world.switches.create_asks = true);
    let mut new = create("new", "hobby", "heroku-redis", "mini");
    let error = desk.send(&Command::CreateAddon(new.clone())).await.unwrap_err();
    let Some(Asks::Confirmation { word }) = asks(&error).cloned() else { panic!("{error:?}") };
    new.confirm = Some(word);
    desk.send(&Command::CreateAddon(new)).await.unwrap();
    assert_eq!(desk.seen().last().unwrap().body["confirm"], "hobby");
}

#[tokio::test]
async fn a_second_factor_of_an_app_is_given_once_for_it() {
    let desk = Desk::new().await;
    let command = Command::Maintenance { app: "billing".into(), is_on: true };
    let error = desk.send(&command).await.unwrap_err();
    assert_eq!(asks(&error), Some(&Asks::SecondFactor { app: Some("billing".into()) }));
    let writer = desk.connection.writer.clone().unwrap();
    let wrong = writer.authorize("654321".to_owned().into(), Some("billing")).await.unwrap_err();
    assert!(matches!(wrong, SubmitError::Refused(_)) && !wrong.to_string().contains("654321"), "{wrong:?}");
    writer.authorize(CODE.to_owned().into(), Some("billing")).await.unwrap();
    desk.send(&command).await.unwrap();
    let sent: Vec<String> = desk.seen().iter().map(|seen| format!("{} {}", seen.method, seen.target)).collect();
    let (patch, put) = ("PATCH /apps/billing", "PUT /apps/billing/pre-authorizations");
    assert_eq!(sent, [patch, put, put, patch]);
    let with_code = |at: usize| desk.seen()[at].headers.contains_key("heroku-two-factor-code");
    assert_eq!([0, 1, 2, 3].map(with_code), [false, true, true, false]);
}

#[tokio::test]
async fn a_second_factor_for_no_app_goes_with_the_next_write_alone() {
    let desk = Desk::new().await;
    desk.world(|world| world.switches.wants_code = true);
    let command = Command::Maintenance { app: "hobby".into(), is_on: true };
    let error = desk.send(&command).await.unwrap_err();
    assert_eq!(asks(&error), Some(&Asks::SecondFactor { app: None }));
    let writer = desk.connection.writer.clone().unwrap();
    writer.authorize(CODE.to_owned().into(), None).await.unwrap();
    assert_eq!(desk.writes(), 1, "nothing is sent for it");
    desk.connection.reader.apps().await.unwrap();
    desk.send(&command).await.unwrap();
    let error = desk.send(&command).await.unwrap_err();
    assert!(asks(&error).is_some(), "it was used up");
    let carried = desk.seen().iter().filter(|seen| seen.headers.contains_key("heroku-two-factor-code")).count();
    assert_eq!(carried, 1, "and no read carried it");
}

#[tokio::test]
async fn an_ambiguous_target_is_refused_with_the_names() {
    let desk = Desk::new().await;
    let Command::Attach { app, alias, .. } = attach(&desk, "redis-storefront", "hobby", "SHARED", None) else {
        panic!()
    };
    let addon = "heroku-postgresql".to_owned();
    let command = Command::Attach { addon_id: addon.clone(), addon, app, alias, credential: None, confirm: None };
    let error = desk.send(&command).await.unwrap_err();
    assert_eq!(error.code(), Some("multiple_matches"), "{error:?}");
    assert!(error.to_string().contains("postgresql-storefront, postgresql-follower"), "{error}");
}

#[tokio::test]
async fn the_last_attachment_and_what_others_use_are_refused_by_heroku_too() {
    let desk = Desk::new().await;
    for command in [
        detach(&desk, "redis-storefront", "storefront", "REDIS"),
        destroy(&desk, "postgresql-storefront"),
        Command::ChangePlan {
            addon_id: desk.id("postgresql-storefront"),
            addon: "postgresql-storefront".into(),
            service: "heroku-postgresql".into(),
            plan: "premium-0".into(),
        },
    ] {
        let error = desk.send(&command).await.unwrap_err();
        assert_eq!(error.code(), Some("invalid_params"), "{}: {error:?}", command.sentence());
    }
    assert!(desk.world(|world| world.addon("postgresql-storefront").is_some()));
}

#[tokio::test]
async fn the_name_moves_and_the_app_gets_two_releases() {
    let desk = Desk::new().await;
    let before = desk.connection.reader.releases("storefront").await.unwrap()[0].version;
    desk.send(&take_database(&desk)).await.unwrap();
    let releases = desk.connection.reader.newest_releases("storefront").await.unwrap();
    assert_eq!(releases[0].version, before + 2);
    assert!(releases[1].description.starts_with("Detach DATABASE"), "{:?}", releases[1]);
    let addons = desk.addons().await;
    let names = |name: &str| {
        let addon = addons.iter().find(|addon| addon.name == name).unwrap();
        addon.attachments.items().iter().map(|one| one.alias.clone().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(names("postgresql-follower"), ["DATABASE", "HEROKU_POSTGRESQL_COBALT"]);
    assert_eq!(names("postgresql-storefront"), ["STOREFRONT_DB"]);
}

#[tokio::test]
async fn what_has_to_be_looked_up_and_is_not_there_sends_nothing() {
    let desk = Desk::new().await;
    let database = (desk.id("postgresql-staging"), "postgresql-staging".to_owned());
    for command in [
        Command::RollBack { app: "storefront".into(), release: "v99".into() },
        super::matrix::restore_into(&desk, "storefront::b099", "postgresql-staging"),
        super::matrix::schedule(&desk, "postgresql-staging", None),
        Command::CancelBackup { backup_id: "storefront-staging::b099".into(), addon_id: database.0, addon: database.1 },
    ] {
        let error = desk.send(&command).await.unwrap_err();
        assert!(matches!(&error, SubmitError::NotSent(why) if why.kind == ReadErrorKind::NotFound), "{error:?}");
    }
    assert_eq!(desk.writes(), 0);
    desk.world(|world| world.switches.data_is_down = true);
    let command = super::matrix::restore_into(&desk, "storefront::b002", "postgresql-staging");
    assert!(matches!(desk.send(&command).await.unwrap_err(), SubmitError::NotSent(_)));
    assert_eq!(desk.writes(), 0);
}

#[tokio::test]
async fn an_app_that_is_asked_about_by_no_name_is_not_sent() {
    let desk = Desk::new().await;
    let error = desk.send(&Command::Maintenance { app: "..".into(), is_on: true }).await.unwrap_err();
    assert!(matches!(error, SubmitError::NotSent(_)), "{error:?}");
    assert_eq!(desk.seen().len(), 0);
}
