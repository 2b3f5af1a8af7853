//! Copies that become new PostgreSQL add-ons.

use std::fs;

use attache::local::services::Tally;
use attache::local::supervisor::Process;

use super::bench::{Bench, as_platform_user, this_test};
use super::postgresql_hostile::with_statement;
use super::psql::{refuses, says, session};
use crate::support::eventually::eventually;

fn bench() -> Bench {
    Bench::new("postgresql", "small")
}

/// All that an app can make, the odd things among it.
const EVERYTHING: &str = r#"
    -- What frameworks do to begin afresh.
    DROP SCHEMA public CASCADE; CREATE SCHEMA public;
    CREATE EXTENSION citext; CREATE EXTENSION pgcrypto; COMMENT ON EXTENSION citext IS 'ours';
    CREATE SCHEMA "Odd ""name""";
    CREATE TYPE public.mood AS ENUM ('glad', 'sad');
    CREATE DOMAIN public.positive AS int CHECK (VALUE > 0);
    CREATE TABLE public.orders (
        id bigserial PRIMARY KEY, mail citext, amount public.positive, mood public.mood, note text,
        twice int GENERATED ALWAYS AS (amount * 2) STORED
    );
    INSERT INTO public.orders (mail, amount, mood, note)
        SELECT 'Jo' || n || '@example.org', n, 'glad', E'tab\t, line\n, back\\slash, \u00e4\u20ac\U0001F600, \\.'
        FROM generate_series(1, 500) n;
    CREATE INDEX ON public.orders (lower(mail::text));
    CREATE TABLE "Odd ""name"""."line
break" (id int); INSERT INTO "Odd ""name"""."line
break" VALUES (7);
    CREATE FUNCTION public.count_orders() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM public.orders';
    CREATE VIEW public.glad AS SELECT * FROM public.orders WHERE mood = 'glad';
    CREATE MATERIALIZED VIEW public.sums AS SELECT sum(amount) AS all_of_it FROM public.orders;
    CREATE TABLE public.parts (id int, part int) PARTITION BY LIST (part);
    CREATE TABLE public.part_1 PARTITION OF public.parts FOR VALUES IN (1); INSERT INTO public.parts VALUES (1, 1);
    CREATE UNLOGGED TABLE public.fast (id int); INSERT INTO public.fast VALUES (1);
    -- Rows and large objects that even their owner may not read.
    CREATE TABLE public.hidden (id int); INSERT INTO public.hidden VALUES (1), (2);
    ALTER TABLE public.hidden ENABLE ROW LEVEL SECURITY; ALTER TABLE public.hidden FORCE ROW LEVEL SECURITY;
    CREATE TABLE public.locked (id int); INSERT INTO public.locked VALUES (1);
    REVOKE ALL ON public.locked FROM CURRENT_USER;
    SELECT lo_from_bytea(4711, '\xdeadbeef'); REVOKE ALL ON LARGE OBJECT 4711 FROM CURRENT_USER;
    SELECT setval('public.orders_id_seq', 9000);
    -- Settings that a copy must not stumble over.
    ALTER DATABASE postgresql_calm_otter SET search_path = "Odd ""name""", public;
    ALTER DATABASE postgresql_calm_otter SET default_transaction_read_only = off;
    ALTER DATABASE postgresql_calm_otter SET statement_timeout = '7s';
    ALTER DATABASE postgresql_calm_otter SET bytea_output = 'escape';
    ALTER DATABASE postgresql_calm_otter SET datestyle = 'German, DMY';
"#;

const DIGEST: &str = r#"
    SELECT count(*), md5(string_agg(o::text, '|' ORDER BY id)) FROM public.orders o;
    SELECT id FROM "Odd ""name"""."line
break";
    SELECT public.count_orders(), (SELECT count(*) FROM public.glad), (SELECT all_of_it FROM public.sums);
    SELECT (SELECT count(*) FROM public.parts), (SELECT count(*) FROM public.fast);
    ALTER TABLE public.hidden NO FORCE ROW LEVEL SECURITY;
    SELECT count(*) FROM public.hidden;
    GRANT SELECT ON public.locked TO CURRENT_USER;
    SELECT count(*) FROM public.locked;
    GRANT SELECT ON LARGE OBJECT 4711 TO CURRENT_USER;
    SELECT encode(lo_get(4711), 'hex');
    SELECT nextval('public.orders_id_seq') > 9000;
    SELECT obj_description(oid, 'pg_extension') FROM pg_extension WHERE extname = 'citext';
"#;

#[test]
fn everything_an_app_can_make_comes_back() {
    as_platform_user(this_test!(), async {
        let (bench, target) = (bench(), bench());
        bench.provision().await;
        says(&bench.value("DATABASE_URL"), EVERYTHING);
        let file = bench.copied().await;

        target.provision().await;
        let progress = Tally::default();
        let said = target.driver.load(&target.instance, &file, &progress).await.unwrap();
        assert!(said.starts_with("Loaded the rows of 6 tables and 5 settings: the database takes "), "{said}");
        let told = progress.now();
        assert_eq!((told.done, told.total, told.unit.as_deref()), (Some(6), Some(6), Some("tables")));
        target.step("check").await.unwrap();
        let (old, new) = (bench.value("DATABASE_URL"), target.value("DATABASE_URL"));
        let before = says(&old, DIGEST);
        assert!(before.contains("deadbeef") && before.contains("\n500|"), "{before}");
        assert_eq!(says(&new, DIGEST), before);
        let settings = "SHOW search_path; SHOW statement_timeout; SHOW datestyle; SHOW bytea_output";
        assert_eq!(says(&new, settings), says(&old, settings));
        let strangers =
            "SELECT count(*) FROM pg_class WHERE relowner <> 'postgresql_calm_otter'::regrole AND oid > 16383";
        assert_eq!(says(&new, strangers), "0", "all of it is the app's own");
    });
}

#[test]
fn thousands_of_tables_are_copied_and_loaded() {
    as_platform_user(this_test!(), async {
        let (bench, target) = (bench(), bench());
        bench.provision().await;
        let create = "DO $$ BEGIN FOR n IN 1..3000 LOOP EXECUTE format('CREATE TABLE t%s (id int)', n); \
            IF n % 500 = 0 THEN COMMIT; END IF; END LOOP; END $$";
        says(&bench.value("DATABASE_URL"), create);
        let file = bench.copied().await;
        target.provision().await;
        target.driver.load(&target.instance, &file, &Tally::default()).await.unwrap();
        assert_eq!(
            says(&target.value("DATABASE_URL"), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"),
            "3000"
        );
    });
}

#[test]
fn loading_begins_anew_whatever_an_earlier_try_has_left() {
    as_platform_user(this_test!(), async {
        let (bench, target) = (bench(), bench());
        bench.provision().await;
        let url = bench.value("DATABASE_URL");
        says(&url, "CREATE TABLE orders (id int); INSERT INTO orders SELECT generate_series(1, 1000)");
        let slow = with_statement(&bench, "SELECT pg_catalog.pg_sleep(36000)").await;
        says(&url, "DROP TABLE bait");
        let file = bench.copied().await;
        target.provision().await;
        let url = target.value("DATABASE_URL");

        // A try that is broken off in the middle: its archive makes it wait.
        let (driver, instance) = (target.another_driver(), target.instance.clone());
        let broken = tokio::spawn(async move { driver.load(&instance, &slow, &Tally::default()).await });
        let tools = || Process::of(&["pg_restore"], &target.folder().canonicalize().unwrap()).unwrap();
        eventually("pg_restore is at work", async || !tools().is_empty()).await;
        broken.abort();
        assert!(broken.await.unwrap_err().is_cancelled());
        eventually("pg_restore has ended", async || tools().is_empty()).await;
        assert!(!target.folder().join("pg_restore.pass").exists());

        target.driver.load(&target.instance, &file, &Tally::default()).await.unwrap();
        assert_eq!(says(&url, "SELECT count(*) FROM orders"), "1000");

        // A try that was whole, and whose end was not written down; meanwhile the app has come in, with all its connections.
        says(&url, "CREATE TABLE strange (id int); INSERT INTO orders VALUES (1)");
        let mut held = Vec::new();
        for _ in 0..20 {
            held.push(session(&url).await);
        }
        target.driver.load(&target.instance, &file, &Tally::default()).await.unwrap();
        assert_eq!(says(&url, "SELECT count(*) FROM orders"), "1000");
        assert!(refuses(&url, "TABLE strange").contains("does not exist"));
        assert!(held[0].query("SELECT 1", &[]).await.is_err(), "who was in the old database is out");
    });
}

#[test]
fn more_data_than_the_plan_has_room_for_is_not_loaded() {
    as_platform_user(this_test!(), async {
        let bench = bench();
        bench.provision().await;
        let url = bench.value("DATABASE_URL");
        says(
            &url,
            "CREATE TABLE orders (id int, note text); INSERT INTO orders SELECT n, repeat('x', 900) FROM generate_series(1, 40000) n",
        );
        let file = bench.copied().await;
        let room = 20 << 20;
        let target = Bench::limited("postgresql", "small", &[("storage", room)]);
        target.provision().await;
        let error = target.driver.load(&target.instance, &file, &Tally::default()).await.unwrap_err();
        assert!(
            error.message.starts_with("The plan small has room for 20 MiB, and the data of the backup takes ")
                && error.message.ends_with(" MiB. Choose a larger plan."),
            "{error}"
        );
        target.step("check").await.unwrap();
    });
}

#[test]
fn a_damaged_copy_is_not_loaded() {
    as_platform_user(this_test!(), async {
        let (bench, target) = (bench(), bench());
        bench.provision().await;
        let url = bench.value("DATABASE_URL");
        says(&url, "CREATE TABLE orders (id int); INSERT INTO orders SELECT generate_series(1, 10000)");
        let file = bench.copied().await;
        let whole = fs::read(&file).unwrap();
        fs::write(&file, &whole[..whole.len() - 2000]).unwrap();
        target.provision().await;
        let error = target.driver.load(&target.instance, &file, &Tally::default()).await.unwrap_err();
        assert!(error.message.starts_with("pg_restore failed (exit status: 1): "), "{error}");
        assert_eq!(
            says(&target.value("DATABASE_URL"), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"),
            "0"
        );
    });
}
