//! No credential that Heroku tells comes out of us: neither in what is shown, nor in an error, an effect or the journal; and the
//! token goes to nobody but whom the profile names.

use axum::http::Method;
use serde_json::{Value, json};

use attache::model::Command;
use attache::platform::connect;

use super::super::settings;
use super::super::told::Told;
use super::matrix::{back_up, cancel, create, delete_backup, destroy, restore_into, rotate, schedule, take_database};
use super::{Desk, TOKEN, profile};
use crate::stand_ins::heroku::world::{CODE, PLANTED};
use crate::stand_ins::{Fault, World};

fn told() -> Told {
    Told::new(&[PLANTED, TOKEN, CODE])
}

/// Reads everything that there is to read of a database; what failed is told, too.
async fn read_all(desk: &Desk, told: &mut Told) -> usize {
    let reader = &desk.connection.reader;
    let mut failed = 0;
    macro_rules! tell {
        ($read:expr) => {
            match $read.await {
                Ok(value) => told.both(&value),
                Err(error) => {
                    failed += 1;
                    told.error(&error);
                }
            }
        };
    }
    let id = desk.id("postgresql-storefront");
    tell!(async { reader.account().await.map(|one| one.name) });
    tell!(reader.apps());
    tell!(reader.catalog());
    tell!(reader.addons_in_full());
    tell!(async { reader.addons_of("storefront").await.map(|fresh| fresh.value) });
    for name in [
        "postgresql-storefront",
        "postgresql-follower",
        "redis-storefront",
        "postgresql-reports",
        "papertrail-storefront",
    ] {
        tell!(async { reader.addon(name).await.map(|fresh| fresh.value) });
    }
    tell!(reader.backups(&id));
    tell!(reader.all_backups());
    tell!(async { reader.backup("storefront::b003").await.map(|fresh| fresh.value) });
    tell!(async { reader.works(Some(&id)).await.map(|fresh| fresh.value) });
    tell!(reader.work("storefront::b003"));
    tell!(reader.usage(&id));
    tell!(reader.config_var_names("storefront"));
    tell!(reader.releases("storefront"));
    for variables in [reader.config_vars("storefront").await, reader.addon_values(&id).await] {
        match variables {
            Ok(variables) => told.shown(&variables),
            Err(error) => told.error(&error),
        }
    }
    match reader.download("storefront::b002").await {
        Ok(download) => told.shown(&(download.size, download.checksum, download.extension)),
        Err(error) => {
            failed += 1;
            told.error(&error);
        }
    }
    for name in ["postgresql-storefront", "redis-storefront"] {
        let Ok(addon) = reader.addon(name).await else { continue };
        for action in reader.actions(&addon.value) {
            told.shown(&action);
            match reader.read_action(&addon.value.key.id, &action.name, None).await {
                Ok(answer) => told.shown(&answer),
                Err(error) => told.error(&error),
            }
        }
    }
    failed
}

#[tokio::test]
async fn nothing_that_is_read_holds_a_credential() {
    let desk = Desk::new().await;
    let mut told = told();
    assert_eq!(read_all(&desk, &mut told).await, 0, "{:#?}", told.texts);
    told.holds_no_secret("reads");
    assert!(
        told.texts.iter().any(|text| text.contains("Continuous Protection") || text.contains("continuous protection"))
    );
}

/// Everything that is shown of the data API's words, with a credential in it.
fn told_by_the_data_api(url: &str) -> Value {
    json!({
        "info": [{"name": "Status", "values": [url]}, {"name": "Followers", "values": [url], "resolve_db_name": true}],
        "waiting?": true, "message": url, "error?": true, "num": 2, "from_type": "pg_dump", "to_type": "gof3r",
        "finished_at": "2026-11-21 03:00:00 +0000", "succeeded": false, "to_url": url, "resource_url": url,
        "logs": [{"level": "error", "message": format!("pg_dump: cannot connect to {url}")}],
    })
}

#[tokio::test]
async fn nor_does_an_error_whatever_the_body_says() {
    let url = format!("postgres://u:p{PLANTED}@h.example.com:5432/d");
    let said =
        json!({"id": "internal", "message": format!("could not connect to {url}"), "url": url, "resource_url": url});
    for (status, body) in [
        (500, said.to_string()),
        (422, said.to_string()),
        (400, format!("<h1>{url}</h1>")),
        (200, told_by_the_data_api(&url).to_string()),
        (200, json!([{"name": {"x": url}, "num": url}]).to_string()),
        (200, format!("{{\"resource_url\": \"{url}")),
    ] {
        let desk = Desk::new().await;
        desk.addons().await;
        desk.fail(Method::GET, "/", usize::MAX, Fault::Say(status, Vec::new(), body.clone()));
        desk.fail(Method::POST, "/", usize::MAX, Fault::Say(status, Vec::new(), body.clone()));
        let mut told = told();
        assert!(read_all(&desk, &mut told).await > 5, "{status} {body}");
        for command in [back_up(&desk, "postgresql-storefront"), rotate(&desk, "postgresql-storefront")] {
            match desk.send(&command).await {
                Ok(receipt) => told.shown(&receipt),
                Err(error) => told.error(error.reason()),
            }
        }
        told.holds_no_secret(&format!("{status} {body}"));
    }
}

#[tokio::test]
async fn nor_does_what_is_shown_sent_and_journaled() {
    let desk = Desk::new().await;
    desk.addons().await;
    let mut told = told();
    for command in [
        Command::CreateAddon(create("new", "hobby", "heroku-redis", "mini")),
        take_database(&desk),
        back_up(&desk, "postgresql-storefront"),
        restore_into(&desk, "storefront::b002", "postgresql-staging"),
        schedule(&desk, "postgresql-storefront", Some(3)),
        rotate(&desk, "postgresql-storefront"),
        rotate(&desk, "redis-storefront"),
        cancel(&desk),
        delete_backup(&desk),
        destroy(&desk, "redis-storefront"),
    ] {
        let prepared = desk.prepare(command).await;
        told.shown(&prepared);
        let result = desk.submit(prepared).await;
        told.shown(&result);
        desk.world(|world| world.advance(1));
    }
    assert!(desk.writes() >= 8, "{:?}", told.texts);
    let restored = desk.seen().into_iter().find(|seen| seen.target.ends_with("/restores")).unwrap();
    assert!(restored.body["backup_url"].as_str().unwrap().contains(PLANTED), "it is sent all the same");
    let mut files = 0;
    for file in std::fs::read_dir(desk.journal.dir()).unwrap() {
        told.texts.push(String::from_utf8_lossy(&std::fs::read(file.unwrap().path()).unwrap()).into_owned());
        files += 1;
    }
    assert!(files >= 8);
    told.holds_no_secret("writes");
}

#[tokio::test]
async fn a_signed_address_does_not_come_out_and_the_token_does_not_go_there() {
    let other = Desk::new().await;
    let there = format!("{}/public-backups/x?X-Amz-Signature={PLANTED}", other.url);
    for fault in [
        Fault::Cut,
        Fault::Say(403, Vec::new(), format!("<Error>{there}</Error>")),
        Fault::Say(404, Vec::new(), String::new()),
        Fault::Say(302, vec![("location", "http://169.254.169.254/".into())], String::new()),
        Fault::Say(500, Vec::new(), "oops".into()),
    ] {
        let desk = Desk::new().await;
        let signed = json!({"url": there, "expires_at": "2026-11-21 04:00:00 +0000"}).to_string();
        desk.fail(Method::POST, "/client/", 1, Fault::Say(200, Vec::new(), signed));
        other.fail(Method::GET, "/public-backups/", 9, fault.clone());
        let error = desk.connection.reader.download("storefront::b002").await.err().unwrap();
        other.forget_faults();
        let mut told = told();
        told.error(&error);
        told.holds_no_secret(&format!("{fault:?}"));
    }
    assert!(other.seen().iter().all(|seen| !seen.headers.contains_key("authorization")));
    assert!(other.count(Method::GET, "/public-backups/") >= 5);
}

#[tokio::test]
async fn the_token_goes_where_the_profile_leads_and_is_redirected_nowhere() {
    let (platform, data, other) = (Desk::new().await, Desk::new().await, Desk::new().await);
    let connection = connect(&profile(&platform.url, Some(&data.url)), settings()).unwrap();
    let backups = connection.reader.backups(&platform.id("postgresql-storefront")).await.unwrap();
    assert_eq!(backups.list.len(), 6);
    assert!(platform.seen().iter().all(|seen| !seen.target.starts_with("/client")));
    assert!(data.seen().iter().all(|seen| seen.target.starts_with("/client")));
    for status in [301, 302, 303, 307, 308] {
        let there = vec![("location", format!("{}/addons", other.url))];
        for from in [&platform, &data] {
            from.fail(Method::GET, "/", 9, Fault::Say(status, there.clone(), String::new()));
        }
        assert!(connection.reader.apps().await.is_err());
        assert!(connection.reader.work("storefront::b002").await.is_err());
        platform.forget_faults();
        data.forget_faults();
    }
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn a_token_is_not_sent_in_the_clear_to_another_machine() {
    let desk = Desk::new().await;
    for (url, data) in
        [("http://api.heroku.example.com", None), (desk.url.as_str(), Some("http://data.heroku.example.com"))]
    {
        let Err(error) = connect(&profile(url, data), settings()) else { panic!("{url} {data:?} was taken") };
        assert!(error.to_string().contains("https://") && !error.to_string().contains(TOKEN), "{error}");
    }
    assert_eq!(desk.connections(), 0);
}

#[tokio::test]
async fn the_stand_in_does_tell_what_is_looked_for_here() {
    // Otherwise the tests above would find nothing in nothing.
    let desk = Desk::new().await;
    for target in [
        "/apps/storefront/config-vars",
        "/addons/postgresql-storefront/config",
        "/client/v11/apps/storefront/transfers",
        "/client/v11/databases/postgresql-storefront",
        "/postgres/v0/databases/postgresql-storefront/credentials",
        "/redis/v0/databases/redis-storefront",
    ] {
        assert!(desk.get(target, &[]).await.text().contains(PLANTED), "{target}");
    }
    let id = desk.id("postgresql-reports");
    assert!(desk.get(&format!("/data/postgres/v1/{id}/credentials"), &[]).await.text().contains(PLANTED));
}
