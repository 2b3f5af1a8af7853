//! No credential that orkestr tells comes out of us: neither in what is shown, nor in an error, an effect or the journal; and
//! the token goes to nobody but whom the profile names.

use axum::http::Method;
use serde_json::{Value, json};

use attache::platform::connect;

use super::Orkestr;
use super::desk::{Desk, create, submit};
use crate::contracts::settings;
use crate::contracts::told::Told;
use crate::stand_ins::Fault;
use crate::stand_ins::orkestr::seed;
use crate::stand_ins::orkestr::world::PLANTED;

fn told() -> Told {
    Told::new(&[PLANTED, seed::TEAM])
}

/// Reads everything that there is to read; how much of it failed.
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
    let id = desk.server.addon("shop", "orders");
    let deployment = desk.server.api.world(|world| world.project("shop").deployments[0].id.clone());
    tell!(async { reader.account().await.map(|one| one.name) });
    tell!(reader.apps());
    tell!(reader.addons_in_full());
    tell!(async { reader.addons_of("shop").await.map(|fresh| fresh.value) });
    tell!(async { reader.addon(&id).await.map(|fresh| fresh.value) });
    tell!(reader.backups(&id));
    tell!(async { reader.works(None).await.map(|fresh| fresh.value) });
    tell!(reader.work(&deployment));
    tell!(reader.work_log(&deployment));
    tell!(reader.deployments("shop", None));
    tell!(reader.config_var_names("shop"));
    match reader.environments("shop").await {
        Ok(environments) => told.shown(&environments),
        Err(error) => told.error(&error),
    }
    for variables in [reader.config_vars("shop").await, reader.addon_values(&id).await] {
        match variables {
            Ok(variables) => told.shown(&variables),
            Err(error) => told.error(&error),
        }
    }
    match reader.download(&desk.server.backup(0)).await {
        Ok(download) => told.shown(&(download.size, download.checksum, download.extension)),
        Err(error) => told.error(&error),
    }
    failed
}

#[tokio::test]
async fn nothing_that_is_read_holds_a_credential() {
    let desk = Desk::new().await;
    desk.server.api.world(|world| world.switches.lists_tell_all = true);
    let mut told = told();
    assert_eq!(read_all(&desk, &mut told).await, 0, "{:#?}", told.texts);
    told.holds_no_secret("reads");
    assert!(told.texts.iter().any(|text| text.contains("DATABASE_URL")), "the names are");
}

#[tokio::test]
async fn nor_does_an_error_whatever_the_body_says() {
    let url = format!("postgresql://app:p{PLANTED}@h.example.com:5432/d");
    let signed = format!("https://s3.example.com/b/x.dump?X-Amz-Signature={PLANTED}");
    for (status, body) in [
        (500, json!({"detail": format!("could not connect to {url}")}).to_string()),
        (409, json!({"detail": format!("could not connect to {url}"), "code": signed}).to_string()),
        (422, json!({"detail": [{"loc": ["body", url], "msg": signed}]}).to_string()),
        (400, format!("<h1>{url}</h1>")),
        (200, format!("{{\"connection_url\": \"{url}")),
        (200, json!({"addons": [{"id": {"x": url}, "name": url}]}).to_string()),
    ] {
        let desk = Desk::new().await;
        desk.connection.reader.addons_in_full().await.unwrap();
        for method in [Method::GET, Method::POST] {
            desk.server.api.fail(method, "/", usize::MAX, Fault::Say(status, Vec::new(), body.clone()));
        }
        let mut told = told();
        assert!(read_all(&desk, &mut told).await > 5, "{status} {body}");
        if let Err(error) = submit(&desk.connection, &desk.server.back_up("shop", "orders")).await {
            told.error(error.reason());
        }
        told.holds_no_secret(&format!("{status} {body}"));
    }
}

#[tokio::test]
async fn nor_does_what_is_shown_sent_and_journaled() {
    let desk = Desk::new().await;
    let mut told = told();
    let server = &desk.server;
    for command in [
        create("docs", "events", "redis", None),
        server.back_up("shop", "orders"),
        server.delete_backup(),
        server.switch("shop", "orders", false),
        server.redeploy("docs", "production"),
        server.roll_back(),
        server.destroy("shop", "search"),
    ] {
        let prepared = desk.prepare(command).await;
        told.shown(&prepared);
        let result = desk.submit(prepared).await;
        told.shown(&result);
        desk.advance(9);
    }
    assert_eq!(desk.server.api.writes(), 7, "{:?}", told.texts);
    let mut files = 0;
    for file in std::fs::read_dir(desk.journal.dir()).unwrap() {
        told.texts.push(String::from_utf8_lossy(&std::fs::read(file.unwrap().path()).unwrap()).into_owned());
        files += 1;
    }
    assert!(files >= 7);
    told.holds_no_secret("writes");
}

#[tokio::test]
async fn the_token_goes_where_the_profile_leads_and_is_redirected_nowhere() {
    let (server, other) = (Orkestr::start().await, Orkestr::start().await);
    for status in [301, 302, 303, 307, 308] {
        let there = vec![("location", format!("{}/api/v1/projects", other.url))];
        server.api.fail(Method::GET, "/", 9, Fault::Say(status, there, String::new()));
        assert!(server.connection().reader.apps().await.is_err());
        server.api.forget_faults();
    }
    assert_eq!(other.api.connections(), 0);
    let profile = attache::config::Profile {
        endpoint: attache::config::Endpoint::Url("http://api.orkestr.example.com".into()),
        ..server.profile()
    };
    let Err(error) = connect(&profile, settings()) else { panic!("in the clear to another machine") };
    assert!(error.to_string().contains("https://") && !error.to_string().contains(seed::TEAM), "{error}");
}

#[tokio::test]
async fn the_stand_in_does_tell_what_is_looked_for_here() {
    // Otherwise the tests above would find nothing in nothing.
    let server = Orkestr::start().await;
    let shop = format!("/api/v1/projects/{}", server.project("shop"));
    let orders = format!("{shop}/addons/{}", server.addon("shop", "orders"));
    for target in [
        orders.clone(),
        format!("{orders}/backups/{}/download", server.backup(0)),
        format!("{shop}/env-vars"),
        format!("{shop}/environments/{}/env-vars", server.environment("shop", "production")),
    ] {
        assert!(server.ask(Method::GET, &target, Value::Null).await.text().contains(PLANTED), "{target}");
    }
}
