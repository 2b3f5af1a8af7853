//! Names, aliases, clashes, and which write makes which release.

use serde_json::json;

use super::fake::{Fault, Platform, new_addon};
use crate::local::db::DbError;
use crate::local::db::apps::{AppRow, find_app};
use crate::local::engine::Write;
use crate::local::engine::rules::{AppChange, NewAddon, NewApp};
use crate::local::engine::services::locked;

fn refused(result: Result<serde_json::Value, crate::local::engine::Refusal>) -> (u16, &'static str, String) {
    let refusal = result.unwrap_err();
    (refusal.status, refusal.code, refusal.message)
}

#[test]
fn bad_requests_are_refused_with_the_way_out_and_leave_nothing() {
    let platform = Platform::new();
    let create = |change: fn(&mut NewAddon)| {
        let mut new = new_addon("orders", "postgresql", None);
        change(&mut new);
        refused(platform.write(Write::CreateAddon(new)))
    };
    let (status, code, message) = create(|new| new.name = Some("Orders".into()));
    assert_eq!((status, code), (422, "invalid_name"));
    assert!(message.contains("lower-case letters"), "{message}");
    let (status, code, message) = create(|new| new.plan = Some("huge".into()));
    assert_eq!((status, code), (422, "unknown_plan"));
    assert!(message.contains("small, standard-0, standard-1"), "{message}");
    let (status, code, message) = create(|new| new.service = "mysql".into());
    assert_eq!((status, code), (422, "unknown_service"));
    assert!(message.contains("postgresql, valkey"), "{message}");
    assert_eq!(create(|new| new.app = Some("nowhere".into())).1, "not_found");
    assert_eq!(create(|new| new.team = Some("nobody".into())).1, "not_found");
    assert_eq!(create(|new| new.alias = Some("REPORTING".into())).1, "invalid_alias");
    let (_, code, message) = create(|new| (new.app, new.alias) = (Some("billing".into()), Some("reporting".into())));
    assert_eq!(code, "invalid_alias");
    assert!(message.contains("Try REPORTING"), "{message}");
    *locked(&platform.world.missing) = Some("Not here. Install it with: sudo apt install fake".into());
    let (status, code, message) = create(|_| {});
    assert_eq!((status, code), (422, "service_unavailable_here"));
    assert!(message.contains("sudo apt install fake"), "{message}");
    let rows = platform.block_on(platform.engine().db.read(crate::local::db::addons::all)).unwrap();
    assert!(rows.is_empty());
    assert!(platform.world.calls().is_empty());
}

#[test]
fn a_clash_names_every_variable_and_an_alias_is_the_way_out() {
    let platform = Platform::new();
    platform.create("orders", Some("billing")).unwrap();
    platform.create("users", None).unwrap();
    platform.wait_for("orders", Some("ready"));
    platform.wait_for("users", Some("ready"));
    let refusal = platform.attach("users", "billing", None).unwrap_err();
    assert_eq!((refusal.status, refusal.code), (409, "variable_clash"));
    assert_eq!(refusal.details, Some(json!({ "variables": ["DATABASE_URL", "PGPASSWORD"] })));
    assert!(refusal.message.contains("--as"), "{}", refusal.message);
    assert!(refusal.message.contains("from orders"), "{}", refusal.message);
    let body = platform.attach("users", "billing", Some("REPORTING")).unwrap();
    assert_eq!(body["attachment"]["config_vars"], json!(["REPORTING_DATABASE_URL", "REPORTING_PGPASSWORD"]));
    assert_eq!(body["release"]["version"], 2);
    assert_eq!(refused(platform.attach("users", "billing", Some("REPORTING"))).1, "already_attached");
    platform.attach("users", "billing", Some("SECOND")).unwrap();
    assert_eq!(refused(platform.attach("users", "nowhere", None)).1, "not_found");
    assert_eq!(refused(platform.attach("nothing", "billing", None)).1, "not_found");
}

#[test]
fn a_variable_that_is_only_promised_clashes_too() {
    let platform = Platform::new();
    platform.set_fault(Some(Fault::HangBefore("init_cluster")));
    platform.create("orders", Some("billing")).unwrap();
    assert_eq!(refused(platform.create("users", Some("billing"))).1, "variable_clash");
}

#[test]
fn releases_come_when_the_app_gets_or_loses_variables_and_not_before() {
    let platform = Platform::new();
    platform.set_fault(Some(Fault::HangBefore("check")));
    platform.create("orders", Some("billing")).unwrap();
    platform.block_on(platform.world.hangs.notified());
    let early = platform.attach("orders", "storefront", Some("A")).unwrap();
    assert_eq!(early["release"], json!(null));
    let id = early["attachment"]["id"].as_str().unwrap().to_owned();
    let gone = platform.write(Write::Detach(id.clone())).unwrap();
    assert_eq!(gone["release"], json!(null));
    assert!(platform.releases("storefront").is_empty());
    assert_eq!(refused(platform.write(Write::Detach(id))).1, "not_found");
    let mut platform = platform;
    platform.kill();
    platform.set_fault(None);
    platform.start();
    platform.wait_for("orders", Some("ready"));
    let late = platform.attach("orders", "storefront", Some("B")).unwrap();
    assert_eq!(late["release"]["description"], "Attach orders as B");
    platform.attach("orders", "storefront", Some("C")).unwrap();
    platform.write(Write::DestroyAddon("orders".into())).unwrap();
    assert_eq!(
        platform.releases("storefront"),
        ["Attach orders as B", "Attach orders as C", "Detach orders (destroyed)"],
        "one release, however many attachments"
    );
    platform.wait_for("orders", None);
}

#[test]
fn an_app_goes_and_its_add_ons_stay() {
    let platform = Platform::new();
    platform.create("orders", Some("billing")).unwrap();
    platform.wait_for("orders", Some("ready"));
    platform.write(Write::DestroyApp("billing".into())).unwrap();
    assert_eq!(platform.row("orders").state.word(), "ready");
    assert_eq!(refused(platform.write(Write::DestroyApp("billing".into()))).1, "not_found");
    let again = NewApp { name: "billing".into(), team: None };
    platform.write(Write::CreateApp(again.clone())).unwrap();
    assert_eq!(refused(platform.write(Write::CreateApp(again))).1, "name_taken");
    assert!(platform.releases("billing").is_empty(), "a new app of the old name starts anew");
    platform.attach("orders", "billing", None).unwrap();
}

#[test]
fn maintenance_lasts_says_since_when_and_by_whom_and_makes_no_release() {
    let mut platform = Platform::new();
    platform.create("orders", Some("billing")).unwrap();
    platform.wait_for("orders", Some("ready"));
    let switch = |platform: &Platform, maintenance| {
        platform.write(Write::ChangeApp("billing".into(), AppChange { maintenance })).unwrap()["app"].clone()
    };
    let app = |platform: &Platform| -> AppRow {
        let read = platform.engine().db.read(|state| find_app(state, "billing"));
        platform.block_on(read).map_err(|error: DbError| error).unwrap().unwrap()
    };
    let before = app(&platform);
    assert!(!before.maintenance && before.maintenance_since.is_none() && before.maintenance_by.is_none());
    let told = switch(&platform, true);
    assert_eq!((&told["maintenance"], told["maintenance_by"].is_string()), (&json!(true), true), "{told}");
    platform.restart();
    let on = app(&platform);
    assert!(on.maintenance && on.release == before.release, "{on:?}");
    assert_eq!(switch(&platform, true)["maintenance_since"], told["maintenance_since"], "it is so since then");
    let off = switch(&platform, false);
    assert_eq!(off["maintenance"], json!(false));
    assert_ne!(off["maintenance_since"], told["maintenance_since"]);
    assert_eq!(refused(platform.write(Write::ChangeApp("nope".into(), AppChange { maintenance: true }))).0, 404);
}

#[test]
fn a_name_is_taken_until_its_add_on_is_gone() {
    let platform = Platform::new();
    platform.create("orders", None).unwrap();
    assert_eq!(refused(platform.create("orders", None)).1, "name_taken");
    platform.wait_for("orders", Some("ready"));
    platform.set_fault(Some(Fault::HangBefore("retire")));
    platform.write(Write::DestroyAddon("orders".into())).unwrap();
    platform.block_on(platform.world.hangs.notified());
    let (_, code, message) = refused(platform.create("orders", None));
    assert_eq!(code, "name_taken");
    assert!(message.contains("still being destroyed"), "{message}");
    let again = platform.write(Write::DestroyAddon("orders".into())).unwrap();
    assert_eq!(again["addon"]["state"], "deprovisioning", "asking twice is no error");
}

#[test]
fn an_unnamed_add_on_gets_a_good_name() {
    let platform = Platform::new();
    let mut new = new_addon("", "valkey", None);
    new.name = None;
    let body = platform.write(Write::CreateAddon(new)).unwrap();
    let name = body["addon"]["name"].as_str().unwrap().to_owned();
    assert!(name.starts_with("valkey-"), "{name}");
    platform.wait_for(&name, Some("ready"));
}

#[test]
fn no_secret_is_in_any_answer_or_event() {
    let platform = Platform::new();
    let body = platform.create("orders", Some("billing")).unwrap();
    platform.wait_for("orders", Some("ready"));
    let row = platform.row("orders");
    assert!(!body.to_string().contains("s3cret"));
    assert!(!format!("{row:?}").contains("s3cret"));
    assert!(!format!("{:?}", platform.events("orders")).contains("s3cret"));
}
