//! Reading Heroku.

use std::time::Duration;

use axum::http::Method;
use futures_util::TryStreamExt;
use secrecy::ExposeSecret;

use attache::model::{Addon, BackupState, Capability, Health, Known, Owner, State, Verb, WorkState};
use attache::platform::{Conditional, ReadErrorKind, connect};

use super::super::{impatient, settings};
use super::{Desk, profile};
use crate::stand_ins::heroku::Heroku;
use crate::stand_ins::heroku::data::public;
use crate::stand_ins::{Fault, World};

fn say(status: u16, body: &str) -> Fault {
    Fault::Say(status, Vec::new(), body.to_owned())
}

#[tokio::test]
async fn who_teams_and_apps_are_read() {
    let desk = Desk::new().await;
    let reader = &desk.connection.reader;
    let account = reader.account().await.unwrap();
    assert!(account.name == "ada@example.com" || account.name == "Ada", "{account:?}");
    let teams: Vec<String> = reader.teams().await.unwrap().into_iter().map(|team| team.name).collect();
    assert!(teams.contains(&"acme".into()) && teams.contains(&"acme-data".into()), "{teams:?}");
    let apps = reader.apps().await.unwrap();
    let app = |name: &str| apps.iter().find(|app| app.name == name).unwrap();
    assert_eq!(apps.len(), 5, "not what the token does not see");
    assert_eq!(app("storefront").team.as_deref(), Some("acme"));
    assert_eq!(app("storefront-staging").maintenance, Known::Is(true));
    assert_eq!((app("reports").fact("space"), app("reports").fact("generation")), (Some("acme-private"), Some("fir")));
}

#[tokio::test]
async fn the_whole_account_is_two_requests_joined_here() {
    let desk = Desk::new().await;
    let addons = desk.addons().await;
    assert_eq!(desk.seen().len(), 2, "{:?}", desk.seen());
    let addon = |name: &str| addons.iter().find(|addon| addon.name == name).unwrap();
    assert_eq!(addons.len(), 14, "not the partner's");
    let database = addon("postgresql-storefront");
    assert_eq!((&database.owner, database.team.as_deref()), (&Owner::App("storefront".into()), Some("acme")));
    assert_eq!((database.service.as_str(), database.plan.as_deref()), ("heroku-postgresql", Some("standard-0")));
    assert_eq!(database.state, State::Ready);
    assert!(matches!(database.health, Health::Unknown(_)), "provisioned says nothing of it");
    let mut on: Vec<_> =
        database.attachments.items().iter().map(|one| (one.app.as_str(), one.alias.as_deref().unwrap())).collect();
    on.sort_unstable();
    assert_eq!(on, [("reports", "STOREFRONT_DB"), ("storefront", "DATABASE")]);
    assert_eq!(database.attachments.items()[0].config_vars.items(), ["STOREFRONT_DB_URL"]);
    let price = |name: &str| addon(name).price.get().map(|price| price.cents_per_month);
    assert_eq!(price("papertrail-storefront"), Some(500), "what is paid, not what the plan costs");
    assert_eq!(price("inference-reports"), None, "metered is not free");
    assert_eq!(price("connect-reports"), None, "nor is a contract");
    for (name, state) in [
        ("redis-staging", State::Provisioning),
        ("kafka-billing", State::Deprovisioning),
        ("adminium-staging", State::Other("suspended".into())),
    ] {
        assert_eq!(addon(name).state, state, "{name}");
    }
    assert!(!addon("bucketeer-hobby").state.is_ready() && addon("bucketeer-hobby").state_word == "deprovisioned");
    let headers = |path: &str| desk.seen().into_iter().find(|seen| seen.path() == path).unwrap().headers;
    assert_eq!(headers("/addons")["accept"], "application/vnd.heroku+json; version=3.sdk");
    assert_eq!(headers("/addons")["accept-expansion"], "addon_service,plan");
    assert_eq!(headers("/addon-attachments")["accept-inclusion"], "addon:plan,config_vars");
    assert!(headers("/addons")["range"].to_str().unwrap().contains("max=1000"));
}

#[tokio::test]
async fn a_refresh_of_nearly_a_thousand_add_ons_is_two_reads() {
    let desk = Desk::over(Heroku::large(999), settings()).await;
    let Conditional::Changed(fresh) = desk.connection.reader.addons(None).await.unwrap() else { panic!() };
    let first = desk.seen().len();
    assert_eq!(fresh.value.len(), 999);
    assert!(fresh.value.iter().all(|addon| addon.attachments.items().len() == 1));
    let again = desk.connection.reader.addons(fresh.etag.as_deref()).await.unwrap();
    let second = desk.seen().len() - first;
    println!("999 add-ons: {first} reads, {second} when nothing has changed");
    assert!(matches!(again, Conditional::Unchanged(_)));
    assert_eq!((first, second), (2, 2));
    let statuses = |desk: &Desk| desk.seen().iter().filter(|seen| seen.headers.contains_key("if-none-match")).count();
    assert_eq!(statuses(&desk), 2, "both are conditional");
    // One of two lists has changed.
    desk.world(|world| world.addon_mut("addon-0007").unwrap().state = "deprovisioning".into());
    let Conditional::Changed(fresh) = desk.connection.reader.addons(fresh.etag.as_deref()).await.unwrap() else {
        panic!()
    };
    assert_eq!(fresh.value.len(), 999);
    assert_eq!(desk.seen().len() - first - second, 2, "also when one of both has changed");
    assert!(fresh.value.iter().any(|one| one.name == "addon-0007" && one.state == State::Deprovisioning));
    let attached = |addons: &[Addon]| addons.iter().filter(|addon| addon.attachments.items().len() == 1).count();
    assert_eq!(attached(&fresh.value), 999, "those that did not come again stay where they are");
    // Now the other one.
    desk.world(|world| {
        let id = world.addon("addon-0007").unwrap().id.clone();
        world.attachments.retain(|row| row.addon != id);
    });
    let Conditional::Changed(fresh) = desk.connection.reader.addons(fresh.etag.as_deref()).await.unwrap() else {
        panic!()
    };
    assert_eq!((fresh.value.len(), attached(&fresh.value)), (999, 998));
    assert!(fresh.value.iter().any(|one| one.name == "addon-0007" && one.state == State::Deprovisioning));
}

#[tokio::test]
async fn lists_over_several_pages_are_read_to_the_last() {
    let desk = Desk::over(Heroku::large(2345), settings()).await;
    let addons = desk.addons().await;
    assert_eq!(addons.len(), 2345);
    assert!(addons.iter().all(|addon| addon.attachments.items().len() == 1), "none is lost between two pages");
    assert_eq!((desk.count(Method::GET, "/addons"), desk.count(Method::GET, "/addon-attachments")), (3, 3));
    let Conditional::Changed(fresh) = desk.connection.reader.addons(None).await.unwrap() else { panic!() };
    assert_eq!(fresh.value, addons, "from memory: each page says by its tag that it is as it was");
    let conditions = desk.seen().iter().filter(|seen| seen.headers.contains_key("if-none-match")).count();
    assert_eq!(conditions, 6);
    let again = desk.connection.reader.addons(fresh.etag.as_deref()).await.unwrap();
    assert!(matches!(again, Conditional::Unchanged(_)), "all tags stand for the whole");
}

#[tokio::test]
async fn a_list_without_an_end_is_given_up() {
    let desk = Desk::new().await;
    let page = Fault::Say(206, vec![("next-range", "id ]again..; max=1000".into())], "[]".into());
    desk.fail(Method::GET, "/apps", usize::MAX, page);
    let error = desk.connection.reader.apps().await.unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::Nonsense);
    assert!(desk.count(Method::GET, "/apps") <= 3, "the same range came again");
}

#[tokio::test]
async fn each_refusal_is_told_apart() {
    let refused = |status: u16, code: &str| ReadErrorKind::Refused { status, code: code.to_owned() };
    let body = |id: &str| format!("{{\"id\":\"{id}\",\"message\":\"Heroku's own sentence.\"}}");
    for (status, body, kind, words) in [
        (400, body("bad_request"), refused(400, "bad_request"), "Heroku's own sentence."),
        (401, body("unauthorized"), ReadErrorKind::Unauthorized, "HEROKU_API_KEY"),
        (402, body("delinquent"), refused(402, "delinquent"), "Heroku's own sentence."),
        (403, body("forbidden"), ReadErrorKind::Forbidden, "Heroku's own sentence."),
        (403, body("suspended"), ReadErrorKind::Forbidden, "Heroku's own sentence."),
        (404, body("not_found"), ReadErrorKind::NotFound, "Heroku's own sentence."),
        (406, body("not_acceptable"), refused(406, "not_acceptable"), "Heroku's own sentence."),
        (409, body("conflict"), refused(409, "conflict"), "Heroku's own sentence."),
        (410, body("gone"), ReadErrorKind::NotFound, "Heroku's own sentence."),
        (422, body("verification_needed"), refused(422, "verification_needed"), "Heroku's own sentence."),
        (429, body("rate_limit"), ReadErrorKind::RateLimited(None), ""),
        (404, "<h1>nginx</h1>".into(), ReadErrorKind::Nonsense, "is not an answer of this platform"),
        (200, "<h1>Sign in to WiFi</h1>".into(), ReadErrorKind::Nonsense, "at line 1"),
        (301, String::new(), refused(301, "http_301"), "is not followed"),
    ] {
        let desk = Desk::new().await;
        desk.fail(Method::GET, "/account", 1, say(status, &body));
        let error = desk.connection.reader.account().await.unwrap_err();
        assert_eq!(error.kind, kind, "{status} {body} {error}");
        assert!(error.message.contains(words), "{status} {body}: {error}");
        assert_eq!(desk.count(Method::GET, "/account"), 1, "{status} {body}");
    }
}

#[tokio::test]
async fn several_of_one_identifier_are_named() {
    let desk = Desk::new().await;
    let error = desk.connection.reader.addon("heroku-postgresql").await.unwrap_err();
    assert!(
        matches!(&error.kind, ReadErrorKind::Refused { status: 422, code } if code == "multiple_matches"),
        "{error:?}"
    );
    assert!(error.message.contains("postgresql-storefront") && error.message.contains("postgresql-billing"), "{error}");
}

#[tokio::test]
async fn a_read_is_tried_again_within_limits_and_a_hanging_one_given_up() {
    for (fault, kind) in [
        (say(500, "oops"), ReadErrorKind::ServerError(500)),
        (say(503, "<h1>Application error</h1>"), ReadErrorKind::ServerError(503)),
        (Fault::Cut, ReadErrorKind::CutOff),
        (Fault::ActAndCutInBody, ReadErrorKind::CutOff),
        (Fault::ActAndCutHalfWay, ReadErrorKind::CutOff),
    ] {
        let desk = Desk::new().await;
        desk.fail(Method::GET, "/apps", 2, fault.clone());
        assert_eq!(desk.connection.reader.apps().await.unwrap().len(), 5, "{fault:?}");
        assert_eq!(desk.count(Method::GET, "/apps"), 3, "{fault:?}");
        desk.fail(Method::GET, "/apps", 9, fault.clone());
        assert_eq!(desk.connection.reader.apps().await.unwrap_err().kind, kind, "{fault:?}");
    }
    let desk = Desk::over(Heroku::small(), impatient()).await;
    desk.fail(Method::GET, "/apps", 9, Fault::Hang);
    assert_eq!(desk.connection.reader.apps().await.unwrap_err().kind, ReadErrorKind::TimedOut);
    let desk = Desk::new().await;
    desk.fail(Method::GET, "/apps", 1, Fault::Delay(None));
    let (apps, ()) = tokio::join!(desk.connection.reader.apps(), async {
        desk.until_waiting(1).await;
        desk.release().await;
    });
    assert_eq!(apps.unwrap().len(), 5, "slow is not broken");
}

#[tokio::test]
async fn the_budget_falls_and_an_empty_one_is_said() {
    let desk = Desk::new().await;
    let reader = &desk.connection.reader;
    reader.apps().await.unwrap();
    let budget = reader.budget().unwrap();
    assert_eq!((budget.remaining, budget.of), (4499, 4500));
    reader.apps().await.unwrap();
    assert_eq!(reader.budget().unwrap().remaining, 4498);
    desk.world(|world| world.switches.remaining = 0);
    let error = reader.apps().await.unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::RateLimited(None));
    assert_eq!(desk.count(Method::GET, "/apps"), 3, "it is not asked again at once");
    assert_eq!(reader.budget().unwrap().remaining, 0);
    reader.backups(&desk.id("postgresql-storefront")).await.unwrap_err();
}

#[tokio::test]
async fn services_are_read_without_their_plans_and_plans_when_they_are_wanted() {
    let desk = Desk::new().await;
    let reader = &desk.connection.reader;
    let catalog = reader.catalog().await.unwrap();
    let postgres = catalog.service("heroku-postgresql").unwrap();
    assert!(postgres.are_plans_unread && postgres.backups == Known::Is(Capability::Can));
    assert!(catalog.service("adminium").unwrap().unavailable.is_some());
    assert_eq!(desk.seen().len(), 1);
    let plans = reader.plans("heroku-postgresql").await.unwrap();
    let price =
        |name: &str| plans.iter().find(|plan| plan.name == name).unwrap().price.get().map(|one| one.cents_per_month);
    assert_eq!((price("standard-0"), price("shield-0"), price("advanced-beta")), (Some(5000), None, None));
    assert!(plans.iter().any(|plan| plan.is_default && plan.name == "essential-0"));
}

#[tokio::test]
async fn variables_are_read_by_name_and_their_values_when_a_person_asks() {
    let desk = Desk::new().await;
    let reader = &desk.connection.reader;
    let names = reader.config_var_names("storefront").await.unwrap();
    let of = |name: &str| names.iter().find(|one| one.name == name).unwrap().addon.as_deref();
    assert_eq!((of("DATABASE_URL"), of("SECRET_KEY_BASE")), (Some("postgresql-storefront"), None));
    let values = reader.config_vars("storefront").await.unwrap();
    let one = values.iter().find(|one| one.name.name == "SECRET_KEY_BASE").unwrap();
    assert_eq!(one.value.expose_secret(), "pl4nted-of-the-app");
}

#[tokio::test]
async fn releases_are_read_newest_first_with_who_made_them() {
    let desk = Desk::new().await;
    let releases = desk.connection.reader.releases("storefront").await.unwrap();
    let told: Vec<_> = releases.iter().map(|one| (one.version, one.by.as_deref())).collect();
    assert_eq!(told, [(3, Some("ada@example.com")), (2, Some("grace@example.com")), (1, Some("ada@example.com"))]);
}

#[tokio::test]
async fn backups_are_read_with_how_they_are_kept_and_every_kind_is_told_apart() {
    let desk = Desk::new().await;
    let reader = &desk.connection.reader;
    let backups = reader.backups(&desk.id("postgresql-storefront")).await.unwrap();
    let told: Vec<_> = backups.list.iter().map(|one| (one.id.as_str(), one.state.word())).collect();
    assert_eq!(
        told,
        [
            ("storefront::b008", "running"),
            ("storefront::a007", "finished"),
            ("storefront::a004", "finished"),
            ("storefront::b003", "failed"),
            ("storefront::b002", "finished"),
            ("storefront::b001", "finished"),
        ],
        "restores and copies are none"
    );
    let policy = backups.policy.as_ref().unwrap();
    let schedule = policy.schedule.as_ref().unwrap();
    assert_eq!((policy.keep_count, schedule.hour, schedule.time_zone.as_str()), (Some(25), 2, "UTC"));
    assert_eq!(backups.list[1].message.as_deref(), Some("Finished with 2 warnings."));
    let progress = backups.list[0].progress.as_ref().unwrap();
    assert_eq!((progress.done, progress.total, progress.unit.as_deref()), (Some(4), Some(25), Some("MiB")));
    assert_eq!(backups.list[1].trigger.as_deref(), Some("scheduled"));
    let one = reader.backup("storefront::b002").await.unwrap().value;
    assert_eq!((one.state, one.size), (BackupState::Finished, Some(13_421_772)));
    for id in ["storefront::r005", "storefront::b099", "nope::b001", "b002"] {
        assert_eq!(reader.backup(id).await.unwrap_err().kind, ReadErrorKind::NotFound, "{id}");
    }
    let all = reader.all_backups().await.unwrap();
    assert_eq!(all.iter().filter(|one| one.addon.as_deref() == Some("postgresql-staging")).count(), 1);
    assert_eq!(all.len(), 7);
}

#[tokio::test]
async fn what_goes_on_is_followed_with_its_progress() {
    let desk = Desk::new().await;
    let reader = &desk.connection.reader;
    let works = reader.works(Some(&desk.id("postgresql-storefront"))).await.unwrap().value;
    let of = |kind: &str| works.iter().filter(|work| work.kind == kind).count();
    assert_eq!((of("back_up"), of("restore")), (6, 1), "{works:#?}");
    let running = reader.work("storefront::b008").await.unwrap();
    assert_eq!(running.state, WorkState::Running);
    desk.world(|world| world.advance(3));
    assert_eq!(reader.work("storefront::b008").await.unwrap().state, WorkState::Done);
    let failed = reader.work("storefront::b003").await.unwrap();
    assert_eq!((failed.state, failed.message.as_deref()), (WorkState::Failed, Some("could not write: no space left")));
}

#[tokio::test]
async fn a_backup_comes_from_its_signed_address() {
    let desk = Desk::new().await;
    let download = desk.connection.reader.download("storefront::b002").await.unwrap();
    assert_eq!(download.size, Some(13_421_772));
    let bytes: Vec<bytes::Bytes> = download.bytes.try_collect().await.unwrap();
    assert_eq!(bytes.concat(), public::bytes(13_421_772));
    let there = desk.seen().into_iter().find(|seen| seen.path().starts_with("/public-backups/")).unwrap();
    assert!(!there.headers.contains_key("authorization"), "the address alone is the right to it");
    for id in ["storefront::b003", "storefront::b099"] {
        assert!(desk.connection.reader.download(id).await.is_err(), "{id}");
    }
}

#[tokio::test]
async fn how_a_database_is_comes_with_the_one_that_is_looked_at() {
    let desk = Desk::new().await;
    let database = desk.addon("postgresql-storefront").await;
    assert_eq!(database.health, Health::Ok);
    for (name, value) in [
        ("pg version", "16.4"),
        ("connections", "12/120"),
        ("continuous protection", "On"),
        ("maintenance window", "Sundays 22:30"),
        ("wait status", "available"),
    ] {
        assert_eq!(database.fact(name), Some(value), "{name}: {:?}", database.facts);
    }
    let waiting = desk.addon("postgresql-billing").await;
    assert!(matches!(&waiting.health, Health::Failing(words) if words.contains("60%")), "{:?}", waiting.health);
    assert_eq!(desk.addon("redis-storefront").await.health, Health::Ok);
    let usage = desk.connection.reader.usage(&desk.id("postgresql-storefront")).await.unwrap();
    let figure = |name: &str| usage.figures.iter().find(|one| one.name == name).unwrap();
    assert_eq!((&figure("connections").value, figure("connections").limit), (&Known::Is(12), Some(120)));
    assert_eq!(figure("tables").value, Known::Is(42));
}

#[tokio::test]
async fn without_the_data_api_the_core_works_and_says_what_is_missing() {
    let desk = Desk::new().await;
    desk.world(|world| world.switches.data_is_down = true);
    let reader = &desk.connection.reader;
    assert_eq!(desk.addons().await.len(), 14);
    let database = desk.addon("postgresql-storefront").await;
    assert!(matches!(&database.health, Health::Unknown(why) if why.contains("data API")), "{:?}", database.health);
    assert!(database.cannot(Verb::BackUp).unwrap().contains("data API"), "{:?}", database.cannot);
    assert_eq!(database.cannot(Verb::Destroy), None);
    let error = reader.backups(&desk.id("postgresql-storefront")).await.unwrap_err();
    assert!(error.message.contains("data API") && error.message.contains("the rest goes on"), "{error}");
    // One that is not named at all.
    let connection = connect(&profile(&desk.url, None), settings()).unwrap();
    assert!(
        matches!(connection.reader.capability(Verb::BackUp), Capability::Cannot(why) if why.contains("data_endpoint"))
    );
    assert_eq!(connection.reader.capability(Verb::Attach), Capability::Can);
    assert_eq!(connection.reader.addon("postgresql-storefront").await.unwrap().value.name, "postgresql-storefront");
    // It comes back.
    desk.world(|world| world.switches.data_is_down = false);
    assert_eq!(reader.backups(&desk.id("postgresql-storefront")).await.unwrap().list.len(), 6);
    assert_eq!(desk.addon("postgresql-storefront").await.health, Health::Ok);
}

#[tokio::test]
async fn a_data_api_that_does_not_listen_or_hangs_keeps_nobody_from_the_rest() {
    let desk = Desk::new().await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let hanging = Desk::new().await;
    hanging.fail(Method::GET, "/client/", usize::MAX, Fault::Hang);
    for data in [format!("http://{closed}"), hanging.url.clone()] {
        let reader = connect(&profile(&desk.url, Some(&data)), impatient()).unwrap().reader;
        assert_eq!(reader.addons_in_full().await.unwrap().len(), 14, "{data}");
        let database = reader.addon("postgresql-storefront").await.unwrap().value;
        assert_eq!((&database.state, database.attachments.items().len()), (&State::Ready, 2), "{data}");
        assert!(matches!(&database.health, Health::Unknown(why) if why.contains("data API")), "{:?}", database.health);
        assert!(database.cannot(Verb::BackUp).is_some() && database.cannot(Verb::Destroy).is_none(), "{data}");
        let error = reader.backups(&database.key.id).await.unwrap_err();
        assert!(error.message.contains("the rest goes on"), "{error}");
    }
}

#[tokio::test]
async fn html_of_the_data_api_is_an_answer() {
    let desk = Desk::new().await;
    desk.addons().await;
    let id = desk.id("postgresql-storefront");
    let page = "<!DOCTYPE html><html><body><h1>Not Found</h1></body></html>";
    desk.fail(Method::GET, format!("/client/v11/databases/{id}"), 9, say(404, page));
    let error = desk.connection.reader.usage(&id).await.unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::NotFound);
    assert!(error.message.contains("no such database"), "{error}");
    let database = desk.addon("postgresql-storefront").await;
    assert!(matches!(database.health, Health::Unknown(_)) && database.state == State::Ready);
}

#[tokio::test]
async fn a_wait_that_was_asked_for_is_handed_on() {
    let desk = Desk::new().await;
    desk.fail(Method::GET, "/apps", 1, Fault::rate_limit(Some(3600)));
    let error = desk.connection.reader.apps().await.unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::RateLimited(Some(Duration::from_secs(3600))));
    assert_eq!(desk.count(Method::GET, "/apps"), 1);
}
