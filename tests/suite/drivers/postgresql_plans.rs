//! What PostgreSQL add-ons use, and other plans for them.

use attache::local::services::Counted;
use attache::model::Plan;

use super::bench::{Bench, as_platform_user, this_test};
use super::psql::{admin, refuses, says, session};
use crate::support::eventually::eventually;

/// The plan `small` with other limits than the catalog's.
fn small(limits: &[(&str, u64)]) -> Plan {
    Bench::limited("postgresql", "small", limits).instance.plan.clone()
}

#[test]
fn use_is_counted_by_the_names_of_the_plans_limits() {
    as_platform_user(this_test!(), async {
        let bench = Bench::new("postgresql", "small");
        bench.provision().await;
        let url = bench.value("DATABASE_URL");
        let figures = async || {
            let figures = bench.driver.usage(&bench.instance).await.unwrap();
            let [
                Counted { name: "connections", value: connections, unit: "count" },
                Counted { name: "storage", value: storage, unit: "bytes" },
            ] = figures[..]
            else {
                panic!("{figures:?}")
            };
            (connections, storage)
        };
        eventually("nobody but us is connected", async || figures().await.0 == 0).await;
        let (_, empty) = figures().await;
        let held = [session(&url).await, session(&url).await];
        // Also one that takes our name.
        held[0].batch_execute("SET application_name = 'attache'").await.unwrap();
        let _ours = admin(&bench).await;
        assert_eq!(figures().await.0, 2);
        says(
            &url,
            "CREATE TABLE orders (note text); INSERT INTO orders SELECT repeat('x', 1000) FROM generate_series(1, 9000)",
        );
        let (_, filled) = figures().await;
        let size: u64 = says(&url, "SELECT pg_database_size(current_database())").parse().unwrap();
        assert_eq!(filled, size);
        assert!(filled > empty + 9_000_000, "{empty} {filled}");

        bench.driver.stop(&bench.instance).await.unwrap();
        bench.driver.usage(&bench.instance).await.unwrap_err();
    });
}

#[test]
fn another_plan_must_have_room_for_the_data() {
    as_platform_user(this_test!(), async {
        let bench = Bench::new("postgresql", "standard-0");
        bench.provision().await;
        let url = bench.value("DATABASE_URL");
        let size: u64 = says(&url, "SELECT pg_database_size(current_database())").parse().unwrap();
        let tight = small(&[("storage", size - 1), ("connections", 1)]);
        let error = bench.driver.check_fit(&bench.instance, &tight).await.unwrap_err();
        assert!(
            error.message.starts_with("The plan small has room for ")
                && error.message.contains(" the data of postgresql-calm-otter takes "),
            "{error}"
        );
        let roomy = small(&[("connections", 1)]);
        eventually("nobody is connected", async || {
            let said = bench.driver.check_fit(&bench.instance, &roomy).await.unwrap();
            said.ends_with(" of data fit the plan small.")
        })
        .await;
        let _held = [session(&url).await, session(&url).await];
        let said = bench.driver.check_fit(&bench.instance, &roomy).await.unwrap();
        assert!(said.contains(" 2 connections are open, and it allows 1: "), "{said}");
    });
}

#[test]
fn another_plan_is_made_true() {
    as_platform_user(this_test!(), async {
        let mut bench = Bench::new("postgresql", "standard-0");
        bench.provision().await;
        let url = bench.value("DATABASE_URL");
        says(&url, "CREATE TABLE orders (id int)");
        bench.instance.plan = small(&[("connections", 2)]);
        bench.driver.stop(&bench.instance).await.unwrap();
        bench.driver.resume(&bench.instance).await.unwrap();
        for _ in 0..2 {
            let said = bench.driver.apply_plan(&bench.instance).await.unwrap();
            assert_eq!(said, "Role postgresql_calm_otter with at most 2 connections.");
        }
        let held = [session(&url).await, session(&url).await];
        assert!(refuses(&url, "SELECT 1").contains("too many connections for role"));
        assert_eq!(held[0].query_one("SHOW shared_buffers", &[]).await.unwrap().get::<_, &str>(0), "16MB");
        assert_eq!(held[0].query_one("SHOW max_connections", &[]).await.unwrap().get::<_, &str>(0), "10");
        bench.copied().await;
    });
}
