//! Moving attachments: all or nothing, one release for each app, and what is missing is said.

use serde_json::{Value, json};

use super::refused;
use crate::local::db::DbError;
use crate::local::db::{attachments, schedules};
use crate::local::engine::rules::{NewPromotion, NewSchedule};
use crate::local::engine::tests::fake::{Fault, Platform, new_addon};
use crate::local::engine::{Refusal, Write};
use crate::model::Origin;

fn promote(platform: &Platform, to: &str, from: Option<&str>) -> Result<Value, Refusal> {
    platform.write(Write::Promote(to.to_owned(), NewPromotion { from: from.map(str::to_owned) }))
}

/// `orders` in two apps, once under an alias, and `replacement`, ready, in none.
fn platform() -> Platform {
    let platform = Platform::new();
    platform.create("orders", Some("billing")).unwrap();
    platform.create("replacement", None).unwrap();
    for name in ["orders", "replacement"] {
        platform.wait_for(name, Some("ready"));
    }
    platform.attach("orders", "billing", Some("REPORTING")).unwrap();
    platform.attach("orders", "storefront", None).unwrap();
    platform
}

fn attached(platform: &Platform, addon: &str) -> Vec<(String, Option<String>, bool)> {
    let id = platform.row(addon).id;
    let read = move |state: &rusqlite::Connection| attachments::of_addon(state, &id);
    let rows = platform.block_on(platform.engine().db.read(read)).unwrap();
    rows.into_iter().map(|row| (row.app, row.alias, row.released)).collect()
}

#[test]
fn all_attachments_move_with_one_release_for_each_app_and_the_source_stays() {
    let platform = platform();
    let before = attached(&platform, "orders");
    let body = promote(&platform, "replacement", Some("orders")).unwrap();
    assert_eq!(attached(&platform, "replacement"), before);
    assert!(attached(&platform, "orders").is_empty());
    assert_eq!(platform.row("orders").state.word(), "ready");
    for app in ["billing", "storefront"] {
        let releases = platform.releases(app);
        assert_eq!(releases.last().unwrap(), "Switch from orders to replacement");
        let switches = releases.iter().filter(|release| release.starts_with("Switch")).count();
        assert_eq!(switches, 1, "one release, however many attachments");
    }
    assert_eq!(body["attachments"].as_array().unwrap().len(), 3);
    assert!(body["attachments"].as_array().unwrap().iter().all(|row| row["addon"]["name"] == "replacement"));
    assert_eq!(body["releases"].as_array().unwrap().len(), 2);
    assert_eq!(body["missing"], json!([]));

    let (status, code, _) = refused(promote(&platform, "replacement", Some("orders")));
    assert_eq!((status, code), (409, "nothing_to_move"), "there is nothing left to move");
}

#[test]
fn without_a_name_it_is_the_add_on_that_it_was_restored_from() {
    let platform = platform();
    let (_, code, message) = refused(promote(&platform, "replacement", None));
    assert_eq!(code, "nothing_to_move");
    assert!(message.contains("--from"), "{message}");
    let set_origin = |addon_id: Option<String>| {
        let id = platform.row("replacement").id;
        let origin = Origin { backup_id: "bak_1".to_owned(), addon_id, addon: Some("orders".to_owned()) };
        let origin = serde_json::to_string(&origin).unwrap();
        let write = move |state: &rusqlite::Transaction<'_>| {
            let sql = "UPDATE addons SET restored_from = ?2 WHERE id = ?1";
            state.execute(sql, [id, origin]).map(drop).map_err(DbError::from)
        };
        platform.block_on(platform.engine().db.write(write)).unwrap();
    };
    set_origin(Some("add_gone".to_owned()));
    let (_, code, message) = refused(promote(&platform, "replacement", None));
    assert_eq!(code, "nothing_to_move");
    assert!(message.contains("orders") && message.contains("is gone"), "{message}");
    set_origin(Some(platform.row("orders").id));
    promote(&platform, "replacement", None).unwrap();
    assert!(attached(&platform, "orders").is_empty());
}

#[test]
fn what_would_leave_an_app_without_a_database_is_refused_and_nothing_moves() {
    let platform = platform();
    let before = attached(&platform, "orders");
    let mut cache = new_addon("cache", "valkey", None);
    cache.plan = Some("cache".to_owned());
    platform.write(Write::CreateAddon(cache)).unwrap();
    platform.wait_for("cache", Some("ready"));
    platform.set_fault(Some(Fault::Fail("check")));
    platform.create("broken", None).unwrap();
    platform.wait_for("broken", Some("failed"));
    for (to, from, expected) in [
        ("broken", "orders", "not_ready"),
        ("cache", "orders", "other_service"),
        ("orders", "orders", "nothing_to_move"),
        ("orders", "replacement", "nothing_to_move"),
        ("nothing", "orders", "not_found"),
        ("replacement", "nothing", "not_found"),
    ] {
        assert_eq!(refused(promote(&platform, to, Some(from))).1, expected, "{to} from {from}");
        assert_eq!(attached(&platform, "orders"), before);
    }
}

#[test]
fn a_clash_in_one_app_keeps_all_attachments_where_they_are() {
    let platform = platform();
    // The rules of attaching do not let this come about; the move must not rely on that.
    let (id, app) = (platform.row("replacement").id, "storefront".to_owned());
    let clash = move |state: &rusqlite::Transaction<'_>| {
        let app = crate::local::db::apps::find_app(state, &app)?.unwrap().id;
        let new = attachments::NewAttachment { addon_id: &id, app_id: &app, alias: None, released: true, author: "x" };
        attachments::insert(state, &new).map(drop)
    };
    platform.block_on(platform.engine().db.write(clash)).unwrap();
    let before = attached(&platform, "orders");
    let (status, code, message) = refused(promote(&platform, "replacement", Some("orders")));
    assert_eq!((status, code), (409, "variable_clash"));
    assert!(message.contains("storefront"), "{message}");
    assert_eq!(attached(&platform, "orders"), before, "also the ones of the other app");
    assert!(!platform.releases("billing").iter().any(|release| release.starts_with("Switch")));
}

#[test]
fn an_app_that_never_had_the_sources_variables_gets_the_replacements() {
    let platform = Platform::new();
    platform.create("replacement", None).unwrap();
    platform.wait_for("replacement", Some("ready"));
    platform.set_fault(Some(Fault::Fail("check")));
    platform.create("orders", Some("billing")).unwrap();
    platform.wait_for("orders", Some("failed"));
    assert!(!attached(&platform, "orders")[0].2);
    promote(&platform, "replacement", Some("orders")).unwrap();
    assert!(attached(&platform, "replacement")[0].2, "it has them now");
    assert_eq!(platform.releases("billing"), ["Switch from orders to replacement"]);
}

#[test]
fn what_the_replacement_lacks_is_said() {
    let platform = Platform::new();
    for (name, plan) in [("orders", "standard-0"), ("replacement", "dev")] {
        let mut new = new_addon(name, "postgresql", None);
        new.plan = Some(plan.to_owned());
        platform.write(Write::CreateAddon(new)).unwrap();
        platform.wait_for(name, Some("ready"));
    }
    platform.attach("orders", "billing", None).unwrap();
    let daily = NewSchedule { hour: 3, time_zone: "Europe/Berlin".to_owned() };
    platform.write(Write::ScheduleBackups("orders".to_owned(), Some(daily))).unwrap();
    let body = promote(&platform, "replacement", Some("orders")).unwrap();
    let missing: Vec<_> = body["missing"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    assert_eq!(
        missing,
        [
            "orders is backed up each day at 03:00 Europe/Berlin, replacement is not. Give it a schedule with: attache backups schedule replacement",
            "Of replacement only 2 backups are kept, of orders 25.",
            "Backups of replacement are kept for 7 days only, those of orders for 14.",
            "The plan of replacement (dev) allows less than that of orders (standard-0): connections 10 instead of 60, shared_memory 16 MiB instead of 64 MiB, work_mem 4 MiB instead of 8 MiB, storage 512 MiB instead of 10 GiB.",
            "replacement stops when nobody is connected (plan dev), orders does not.",
        ]
    );
    let id = platform.row("orders").id;
    let kept = platform.block_on(platform.engine().db.read(move |state| schedules::find(state, &id))).unwrap();
    assert!(kept.is_some(), "the source is as it was");
}
