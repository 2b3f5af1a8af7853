//! Archives and databases that were made to harm whoever reads them.

use std::fs;
use std::path::PathBuf;

use attache::local::services::Tally;
use attache::model::Health;

use super::bench::{Bench, as_platform_user, this_test};
use super::psql::{admin, refuses, says};

/// An archive that carries any statement: written over the bait in the copy of a database that has one.
pub(super) async fn with_statement(bench: &Bench, statement: &str) -> PathBuf {
    let bait = "x".repeat(1000);
    says(
        &bench.value("DATABASE_URL"),
        &format!("CREATE TABLE IF NOT EXISTS bait (line text); COMMENT ON TABLE bait IS '{bait}'"),
    );
    let file = bench.copied().await;
    let mut bytes = fs::read(&file).unwrap();
    let written = format!("COMMENT ON TABLE public.bait IS '{bait}';\n");
    let at = bytes.windows(written.len()).position(|window| window == written.as_bytes()).unwrap();
    bytes[at..at + written.len()].copy_from_slice(format!("{statement:<width$}", width = written.len()).as_bytes());
    let hostile = bench.backups().join("hostile.pgdump");
    fs::write(&hostile, bytes).unwrap();
    fs::remove_file(file).unwrap();
    hostile
}

#[test]
fn an_archive_can_not_leave_its_role() {
    as_platform_user(this_test!(), async {
        let (bench, target) = (Bench::new("postgresql", "small"), Bench::new("postgresql", "small"));
        bench.provision().await;
        target.provision().await;
        let mark = target.scratch().join("mark");
        let mark = mark.display();
        let admin = admin(&target).await;
        let cluster = "SELECT (SELECT string_agg(a::text, '|' ORDER BY oid) FROM pg_authid a WHERE rolname <> 'postgresql_calm_otter'),
            (SELECT string_agg(m::text, '|') FROM pg_auth_members m),
            (SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls FROM pg_roles
             WHERE rolname = 'postgresql_calm_otter')::text,
            (SELECT string_agg(s::text, '|') FROM pg_db_role_setting s WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = 'postgres')),
            (SELECT string_agg(f::text, '|') FROM pg_file_settings f)";
        let state = async || {
            let row = admin.query_one(cluster, &[]).await.unwrap();
            (0..row.len()).map(|column| row.get::<_, Option<String>>(column)).collect::<Vec<_>>()
        };
        let before = state().await;
        let mut otherwise = Vec::new();
        for statement in [
            &format!("COPY public.bait FROM PROGRAM 'touch {mark}'"),
            &format!("COPY public.bait TO '{mark}'"),
            "COPY public.bait FROM '/etc/passwd'",
            "CREATE ROLE evil SUPERUSER LOGIN PASSWORD 'evil'",
            "ALTER ROLE postgresql_calm_otter SUPERUSER",
            "ALTER ROLE postgresql_calm_otter CONNECTION LIMIT -1",
            "ALTER ROLE postgres PASSWORD 'evil'",
            "ALTER ROLE postgres SET search_path = evil",
            "GRANT pg_execute_server_program TO postgresql_calm_otter",
            "SET ROLE postgres",
            "SET SESSION AUTHORIZATION postgres",
            "ALTER SYSTEM SET archive_command = 'evil'",
            "SET session_preload_libraries = 'evil'",
            "ALTER DATABASE postgresql_calm_otter SET session_preload_libraries = 'evil'",
            "ALTER DATABASE postgres SET search_path = evil",
            "CREATE DATABASE evil",
            "CREATE EXTENSION file_fdw SCHEMA public",
            "CREATE EXTENSION dblink SCHEMA public",
            "CREATE EXTENSION pg_stat_statements SCHEMA public",
            "SELECT pg_catalog.pg_read_file('/etc/passwd')",
            "SELECT pg_catalog.pg_ls_dir('/')",
            "SELECT pg_catalog.lo_import('/etc/passwd')",
            "SELECT pg_catalog.lo_export(1, '/tmp/evil')",
            "SELECT pg_catalog.pg_reload_conf()",
            "LOAD '/tmp/evil'",
            "CREATE FUNCTION public.evil() RETURNS int LANGUAGE c AS '/tmp/evil'",
            "CREATE FUNCTION public.evil() RETURNS text LANGUAGE internal AS 'pg_read_file_all'",
            "CREATE FUNCTION public.evil() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; \
             CREATE EVENT TRIGGER evil ON ddl_command_start EXECUTE FUNCTION public.evil()",
            "CREATE SUBSCRIPTION evil CONNECTION 'host=127.0.0.1' PUBLICATION evil",
            "UPDATE pg_catalog.pg_authid SET rolsuper = true",
            "CREATE TABLE pg_catalog.evil (id int)",
            "CREATE TABLE postgres.public.evil (id int)",
            "COMMIT; RESET ALL; RESET ROLE; RESET SESSION AUTHORIZATION; ALTER ROLE postgresql_calm_otter SUPERUSER",
        ] {
            let file = with_statement(&bench, statement).await;
            let error = target.driver.load(&target.instance, &file, &Tally::default()).await;
            let error = error.expect_err(statement);
            let reasons = [
                "permission denied",
                "must be superuser",
                "must be owner",
                "must have admin option",
                // Nor outside of one: the app's role is no superuser there either.
                "cannot run inside a transaction block",
                "could not access file",
                "not implemented",
                "does not exist",
                "is not permitted",
                "is not allowed",
            ];
            if !reasons.iter().any(|reason| error.message.contains(reason)) {
                otherwise.push(format!("{statement}: {error}"));
            }
            assert_eq!(state().await, before, "{statement}");
        }
        assert!(otherwise.is_empty(), "refused for other reasons: {otherwise:#?}");
        assert!(!target.scratch().join("mark").exists());
    });
}

#[test]
fn what_an_archive_may_do_stays_within_its_role() {
    as_platform_user(this_test!(), async {
        let (bench, target) = (Bench::new("postgresql", "small"), Bench::new("postgresql", "small"));
        bench.provision().await;
        target.provision().await;
        let url = target.value("DATABASE_URL");
        // A function with the rights of its owner, who is the app.
        let file = with_statement(
            &bench,
            "CREATE FUNCTION public.who() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT current_user::text'",
        )
        .await;
        target.driver.load(&target.instance, &file, &Tally::default()).await.unwrap();
        assert_eq!(says(&url, "SELECT public.who()"), "postgresql_calm_otter");

        // A role may change its own password; the settings' own counts all the same.
        let file = with_statement(&bench, "ALTER ROLE postgresql_calm_otter PASSWORD 'evil'").await;
        target.driver.load(&target.instance, &file, &Tally::default()).await.unwrap();
        target.step("check").await.unwrap();
        let evil = url.replace(&target.value("PGPASSWORD"), "evil");
        assert!(refuses(&evil, "SELECT 1").contains("password authentication failed"));
    });
}

/// Functions, operators and settings that are taken for the server's own by whoever does not look closely. Each writes down
/// who has run it.
const TRAPS: &str = r#"
    CREATE SCHEMA trap;
    CREATE TABLE trap.caught (who text);
    CREATE FUNCTION trap.caught(what text) RETURNS text LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO trap.caught VALUES (session_user::text || ' by ' || what); RETURN what; END $$;
    CREATE FUNCTION trap.current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT trap.caught('current_setting') $$;
    CREATE FUNCTION trap.set_config(text, text, boolean) RETURNS text LANGUAGE sql AS $$ SELECT trap.caught('set_config') $$;
    CREATE FUNCTION trap.pg_database_size(name) RETURNS bigint LANGUAGE sql AS $$ SELECT 1 FROM trap.caught('size') $$;
    CREATE FUNCTION trap.name_eq(name, text) RETURNS boolean LANGUAGE sql AS $$ SELECT trap.caught('name=') <> '' $$;
    CREATE OPERATOR trap.= (LEFTARG = name, RIGHTARG = text, FUNCTION = trap.name_eq);
    CREATE FUNCTION trap.char_eq("char", text) RETURNS boolean LANGUAGE sql AS $$ SELECT trap.caught('char=') <> '' $$;
    CREATE OPERATOR trap.= (LEFTARG = "char", RIGHTARG = text, FUNCTION = trap.char_eq);
    CREATE OPERATOR trap.<> (LEFTARG = "char", RIGHTARG = text, FUNCTION = trap.char_eq);
    CREATE OPERATOR trap.!~ (LEFTARG = name, RIGHTARG = text, FUNCTION = trap.name_eq);
    CREATE VIEW trap.pg_stat_activity AS SELECT trap.caught('view') AS usename, ''::text AS backend_type;
    CREATE VIEW trap.pg_class AS SELECT trap.caught('pg_class') AS relname;
    CREATE VIEW trap.pg_roles AS SELECT trap.caught('pg_roles') AS rolname;
    CREATE TABLE public.orders (id int, late text DEFAULT trap.caught('default'), CHECK (id > 0));
    INSERT INTO public.orders VALUES (1, 'x'), (2, 'y');
    ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY; ALTER TABLE public.orders FORCE ROW LEVEL SECURITY;
    CREATE POLICY trap ON public.orders USING (trap.caught('policy') <> '');
    CREATE INDEX ON public.orders ((late || 'z'));
    CREATE RULE trap AS ON UPDATE TO public.orders DO ALSO SELECT trap.caught('rule');
    CREATE VIEW public.view AS SELECT trap.caught('a view');
    ALTER DATABASE postgresql_calm_otter SET search_path = trap, public, pg_catalog;
    ALTER DATABASE postgresql_calm_otter SET role = postgresql_calm_otter;
    ALTER DATABASE postgresql_calm_otter SET row_security = on;
    ALTER ROLE postgresql_calm_otter SET search_path = trap, pg_catalog;
    ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC;
    GRANT ALL ON SCHEMA trap TO PUBLIC; GRANT ALL ON ALL TABLES IN SCHEMA trap TO PUBLIC;
"#;

#[test]
fn the_platform_runs_nothing_that_an_app_has_left() {
    as_platform_user(this_test!(), async {
        let bench = Bench::new("postgresql", "small");
        bench.provision().await;
        let url = bench.value("DATABASE_URL");
        says(&url, TRAPS);
        // They do work: the app itself runs into them.
        says(&url, "SET search_path = trap, pg_catalog; SELECT current_setting('port')");
        assert_eq!(says(&url, "TABLE trap.caught"), "postgresql_calm_otter by current_setting");
        says(&url, "TRUNCATE trap.caught");

        assert_eq!(bench.driver.probe(&bench.instance).await, Health::Ok);
        bench.driver.usage(&bench.instance).await.unwrap();
        bench.driver.check_fit(&bench.instance, &bench.instance.plan).await.unwrap();
        bench.driver.apply_plan(&bench.instance).await.unwrap();
        bench.driver.change_password(&bench.instance).await.unwrap();
        let file = bench.copied().await;
        for step in bench.driver.steps() {
            bench.step(step.name()).await.unwrap();
        }
        assert_eq!(says(&url, "SELECT * FROM trap.caught"), "", "nobody was caught");

        // The copy holds what the policy hides; who loads it is the app's role.
        let target = Bench::new("postgresql", "small");
        target.provision().await;
        target.driver.load(&target.instance, &file, &Tally::default()).await.unwrap();
        let url = target.value("DATABASE_URL");
        assert_eq!(says(&url, "SELECT count(*) FROM trap.caught WHERE who NOT LIKE 'postgresql_calm_otter %'"), "0");
        assert_eq!(
            says(&url, "ALTER TABLE public.orders NO FORCE ROW LEVEL SECURITY; SELECT count(*) FROM public.orders"),
            "2"
        );
    });
}
