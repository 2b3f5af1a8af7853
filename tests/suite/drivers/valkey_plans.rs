//! Other plans and other passwords for a running Valkey.

use attache::local::catalog;
use attache::local::services::Counted;
use attache::local::services::secrets;
use attache::model::Plan;
use redis::Commands;
use secrecy::ExposeSecret;

use super::bench::{Bench, as_platform_user, this_test};
use super::valkey_backups::{admin, app, bench, info};
use crate::support::eventually::eventually;

fn plan(name: &str) -> Plan {
    let offers = catalog::offers().unwrap();
    offers.iter().find(|offer| offer.name == "valkey").unwrap().plan(Some(name)).unwrap().clone()
}

fn has_aof(bench: &Bench) -> bool {
    bench.folder().join("data/appendonlydir").exists()
}

fn value(bench: &Bench) -> Option<String> {
    app(bench).get("order").unwrap()
}

#[test]
fn a_plan_changes_both_ways_and_loses_nothing() {
    as_platform_user(this_test!(), async {
        let mut bench = bench("cache");
        bench.provision().await;
        assert!(!bench.driver.restarts_for_plan());
        let pid = bench.server().pid();
        // Up and down and up again: each change finds what the last one left.
        for round in ["1001", "1002"] {
            app(&bench).set::<_, _, ()>("order", round).unwrap();
            bench.driver.check_fit(&bench.instance, &plan("standard")).await.unwrap();
            bench.instance.plan = plan("standard");
            for _ in 0..2 {
                bench.driver.apply_plan(&bench.instance).await.unwrap();
            }
            assert_eq!(bench.server().pid(), pid, "nothing was stopped");
            assert_eq!(value(&bench).as_deref(), Some(round));
            let mut server = admin(&bench);
            assert_eq!(info(&mut server, "maxmemory"), "268435456");
            assert_eq!(info(&mut server, "maxmemory_policy"), "noeviction");
            assert_eq!(info(&mut server, "aof_enabled"), "1");

            bench.driver.check_fit(&bench.instance, &plan("cache")).await.unwrap();
            bench.instance.plan = plan("cache");
            for _ in 0..2 {
                bench.driver.apply_plan(&bench.instance).await.unwrap();
            }
            assert_eq!(bench.server().pid(), pid);
            assert_eq!(value(&bench).as_deref(), Some(round));
            let mut server = admin(&bench);
            assert_eq!(info(&mut server, "maxmemory"), "67108864");
            assert_eq!(info(&mut server, "maxmemory_policy"), "allkeys-lru");
            assert_eq!(info(&mut server, "aof_enabled"), "0");
            assert!(!has_aof(&bench), "a cache writes nothing");
        }
        // Durable means it: of a plan that was changed to, too.
        bench.driver.check_fit(&bench.instance, &plan("small")).await.unwrap();
        bench.instance.plan = plan("small");
        bench.driver.apply_plan(&bench.instance).await.unwrap();
        bench.kill_server().await;
        bench.driver.resume(&bench.instance).await.unwrap();
        assert_eq!(value(&bench).as_deref(), Some("1002"));
        // And a cache is emptied by a restart, whatever it was before.
        bench.instance.plan = plan("cache");
        bench.driver.apply_plan(&bench.instance).await.unwrap();
        bench.driver.stop(&bench.instance).await.unwrap();
        bench.driver.resume(&bench.instance).await.unwrap();
        assert_eq!(value(&bench), None);
    });
}

#[test]
fn a_server_that_stops_in_the_middle_of_a_change_has_lost_nothing() {
    as_platform_user(this_test!(), async {
        let mut bench = bench("cache");
        bench.provision().await;
        app(&bench).set::<_, _, ()>("order", "1001").unwrap();
        // To a plan that keeps what is written: stopped before the plan is applied, as by a platform that goes down.
        bench.driver.check_fit(&bench.instance, &plan("small")).await.unwrap();
        app(&bench).set::<_, _, ()>("order", "1002").unwrap();
        bench.driver.stop(&bench.instance).await.unwrap();
        // Undone: the old plan.
        bench.restart_platform();
        bench.driver.resume(&bench.instance).await.unwrap();
        assert_eq!(value(&bench).as_deref(), Some("1002"));
        bench.driver.apply_plan(&bench.instance).await.unwrap();
        assert!(!has_aof(&bench));
        // Once more, and through.
        bench.driver.check_fit(&bench.instance, &plan("small")).await.unwrap();
        bench.driver.stop(&bench.instance).await.unwrap();
        bench.instance.plan = plan("small");
        bench.driver.resume(&bench.instance).await.unwrap();
        bench.driver.apply_plan(&bench.instance).await.unwrap();
        assert_eq!(value(&bench).as_deref(), Some("1002"));
        // Back to a cache, stopped before and after.
        bench.driver.check_fit(&bench.instance, &plan("cache")).await.unwrap();
        bench.driver.stop(&bench.instance).await.unwrap();
        bench.instance.plan = plan("cache");
        bench.driver.resume(&bench.instance).await.unwrap();
        assert_eq!(value(&bench).as_deref(), Some("1002"));
        // That change is undone, too, before it was applied.
        bench.driver.stop(&bench.instance).await.unwrap();
        bench.instance.plan = plan("small");
        bench.driver.resume(&bench.instance).await.unwrap();
        bench.driver.apply_plan(&bench.instance).await.unwrap();
        assert_eq!(value(&bench).as_deref(), Some("1002"));
        bench.kill_server().await;
        bench.driver.resume(&bench.instance).await.unwrap();
        assert_eq!(value(&bench).as_deref(), Some("1002"));
    });
}

#[test]
fn a_plan_that_is_too_small_is_refused() {
    as_platform_user(this_test!(), async {
        let mut bench = bench("standard");
        bench.provision().await;
        let large = "x".repeat(1 << 20);
        let mut pipe = redis::pipe();
        (0..80).for_each(|n| {
            pipe.set(n, &large).ignore();
        });
        pipe.query::<()>(&mut app(&bench)).unwrap();
        for smaller in ["small", "cache"] {
            let error = bench.driver.check_fit(&bench.instance, &plan(smaller)).await.unwrap_err();
            assert!(error.message.contains(&format!("of memory; {smaller} has 64 MiB.")), "{error}");
        }
        // Written after it was looked at: the change itself refuses, and evicts nothing.
        bench.instance.plan = plan("cache");
        assert!(bench.driver.apply_plan(&bench.instance).await.is_err());
        assert_eq!(redis::cmd("DBSIZE").query::<usize>(&mut app(&bench)).unwrap(), 80);
        assert_eq!(info(&mut admin(&bench), "maxmemory_policy"), "noeviction");
    });
}

#[test]
fn an_old_password_and_what_came_in_with_it_are_out() {
    as_platform_user(this_test!(), async {
        let mut bench = bench("small");
        bench.provision().await;
        let old = bench.value("REDIS_URL");
        let mut inside = app(&bench);
        inside.set::<_, _, ()>("order", "1001").unwrap();
        bench.instance.settings.password = secrets::password();
        for _ in 0..2 {
            bench.driver.change_password(&bench.instance).await.unwrap();
        }
        assert!(inside.get::<_, String>("order").is_err(), "a connection with the old password was ended");
        let refused =
            |url: &str| redis::Client::open(url).unwrap().get_connection().err().map(|error| error.to_string());
        assert!(refused(&old).is_some());
        assert_eq!(value(&bench).as_deref(), Some("1001"));
        // Neither a killed server nor a new platform knows the old one any more.
        bench.kill_server().await;
        bench.restart_platform();
        bench.driver.resume(&bench.instance).await.unwrap();
        assert!(refused(&old).is_some());
        assert_eq!(value(&bench).as_deref(), Some("1001"));
        let secret = bench.instance.settings.password.expose_secret();
        assert!(bench.own_files().iter().all(|(_, text)| !text.contains(secret)));
    });
}

#[test]
fn usage_counts_the_app_and_not_the_platform() {
    as_platform_user(this_test!(), async {
        let bench = bench("small");
        bench.provision().await;
        let figure = async |name: &str| {
            let all: Vec<Counted> = bench.driver.usage(&bench.instance).await.unwrap();
            all.iter().find(|counted| counted.name == name).unwrap().value
        };
        eventually("nobody is connected", async || figure("connections").await == 0).await;
        assert_eq!(figure("keys").await, 0);
        let before = figure("memory").await;
        let mut first = app(&bench);
        let _second = app(&bench);
        // One that has said nothing yet is a connection as well.
        let _silent = std::net::TcpStream::connect(("127.0.0.1", bench.instance.settings.port)).unwrap();
        first.set::<_, _, ()>("large", "x".repeat(1 << 20)).unwrap();
        eventually("three are connected", async || figure("connections").await == 3).await;
        assert_eq!(figure("keys").await, 1);
        assert!(figure("memory").await > before + (1 << 20));
    });
}
