//! Who gets into a PostgreSQL add-on, and how far.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};

use attache::local::services::Tally;
use secrecy::{ExposeSecret, SecretString};

use super::bench::{Bench, as_platform_user, this_test};
use super::psql::{admin, refuses, says, session};

fn bench() -> Bench {
    Bench::new("postgresql", "small")
}

#[test]
fn only_owners_get_into_a_database() {
    as_platform_user(this_test!(), async {
        let bench = bench();
        bench.provision().await;
        bench.copied().await;
        let admin = admin(&bench).await;
        admin.batch_execute("CREATE DATABASE beside").await.unwrap();
        bench.step("create_database").await.unwrap();
        let public = "SELECT string_agg(datname || ' ' || privilege_type, ', ')
            FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) WHERE grantee = 0 AND datname <> 'beside'";
        assert_eq!(admin.query_one(public, &[]).await.unwrap().get::<_, Option<String>>(0), None);

        let url = bench.value("DATABASE_URL");
        for other in ["postgres", "template1", "template0", "beside"] {
            let url = format!("{}{other}", url.strip_suffix("postgresql_calm_otter").unwrap());
            assert!(refuses(&url, "SELECT 1").contains("no pg_hba.conf entry"), "{other}");
        }
        let may = "SELECT string_agg(datname, ',') FROM pg_database WHERE has_database_privilege(datname, 'CONNECT') AND datname <> 'beside'";
        assert_eq!(says(&url, may), "postgresql_calm_otter", "were it not for pg_hba.conf");
        assert!(refuses(&url, "SELECT 1 FROM pg_authid").contains("permission denied"));
    });
}

#[test]
fn nobody_of_the_platforms_gets_into_the_apps_database_with_power() {
    as_platform_user(this_test!(), async {
        let bench = bench();
        bench.provision().await;
        bench.copied().await;
        let settings = &bench.instance.settings;
        let admin_url = |database: &str| {
            let password = settings.admin_password.expose_secret();
            format!("postgres://postgres:{password}@127.0.0.1:{}/{database}", settings.port)
        };
        says(&admin_url("postgres"), "SELECT 1");
        assert!(refuses(&admin_url(&settings.database), "SELECT 1").contains("no pg_hba.conf entry"));

        // The reader is let in for the time of a copy, and even then it is nobody.
        let admin = admin(&bench).await;
        let reader = bench.value("DATABASE_URL").replace("//postgresql_calm_otter:", "//attache_backup:");
        assert!(refuses(&reader, "SELECT 1").contains("password authentication failed"));
        admin.batch_execute("ALTER ROLE attache_backup LOGIN PASSWORD 'x'").await.unwrap();
        let reader = reader.replace(&bench.value("PGPASSWORD"), "x");
        says(&bench.value("DATABASE_URL"), "CREATE TABLE orders (id int)");
        says(&reader, "TABLE public.orders");
        for statement in [
            "INSERT INTO public.orders VALUES (1)",
            "CREATE TABLE public.mine (id int)",
            "CREATE SCHEMA mine",
            "SET ROLE postgres",
            "SET ROLE postgresql_calm_otter",
            "SELECT pg_read_file('/etc/passwd')",
            "COPY public.orders FROM PROGRAM 'cat'",
            "ALTER ROLE attache_backup SUPERUSER",
        ] {
            let refused = refuses(&reader, statement);
            assert!(refused.contains("permission denied") || refused.contains("must be superuser"), "{refused}");
        }
        bench.copied().await;
        assert!(refuses(&reader, "SELECT 1").contains("password authentication failed"));
    });
}

#[test]
fn only_scram_over_the_loopback_is_spoken() {
    as_platform_user(this_test!(), async {
        let bench = bench();
        bench.provision().await;
        let admin = admin(&bench).await;
        let rules = "SELECT string_agg(concat_ws(' ', type, database[1], user_name[1], address, netmask, auth_method), E'\\n' ORDER BY line_number)
            FROM pg_hba_file_rules WHERE error IS NULL";
        let rules: String = admin.query_one(rules, &[]).await.unwrap().get(0);
        let rule =
            |database: &str, user: &str| format!("host {database} {user} 127.0.0.1 255.255.255.255 scram-sha-256");
        let app = "postgresql_calm_otter";
        assert_eq!(rules, [rule(app, app), rule(app, "attache_backup"), rule("postgres", "postgres")].join("\n"));
        let verifiers =
            "SELECT count(*) FROM pg_authid WHERE rolcanlogin AND coalesce(rolpassword, '') NOT LIKE 'SCRAM-SHA-256$%'";
        assert_eq!(admin.query_one(verifiers, &[]).await.unwrap().get::<_, i64>(0), 0);
        let listening: String = admin.query_one("SHOW listen_addresses", &[]).await.unwrap().get(0);
        assert_eq!(listening, "127.0.0.1");
    });
}

#[test]
fn a_new_password_shuts_everybody_out_who_came_in_with_the_old_one() {
    as_platform_user(this_test!(), async {
        let mut bench = bench();
        bench.provision().await;
        let (old_url, server) = (bench.value("DATABASE_URL"), bench.server().pid());
        let (one, two) = (session(&old_url).await, session(&old_url).await);
        one.batch_execute("CREATE TABLE orders (id int)").await.unwrap();
        let mut half = half_let_in(&bench);

        bench.instance.settings.password = SecretString::from("another1another1");
        let said = bench.driver.change_password(&bench.instance).await.unwrap();
        assert_eq!(said, "Role postgresql_calm_otter has a new password; its 3 connections were ended.");
        for client in [one, two] {
            assert!(client.simple_query("SELECT 1").await.is_err());
        }
        half.set_nonblocking(true).unwrap();
        match half.read(&mut [0; 1024]) {
            Ok(0) => {}
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {}
            other => panic!("who knows the old password may still come in: {other:?}"),
        }
        assert!(refuses(&old_url, "SELECT 1").contains("password authentication failed"));
        assert_eq!(
            says(&bench.value("DATABASE_URL"), "SELECT count(*) FROM pg_tables WHERE tablename = 'orders'"),
            "1"
        );
        assert_eq!(bench.server().pid(), server, "the server ran on");

        let said = bench.driver.change_password(&bench.instance).await.unwrap();
        assert_eq!(said, "Role postgresql_calm_otter has a new password; it had no connection.");
        says(&bench.value("DATABASE_URL"), "SELECT 1");
        // The reader and we ourselves go on.
        bench.driver.copy(&bench.instance, &bench.backups().join("bak_1.part"), &Tally::default()).await.unwrap();
    });
}

/// A client of the app's that has said who it is, and waits before it proves that: the server has looked its password up.
fn half_let_in(bench: &Bench) -> TcpStream {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, bench.instance.settings.port)).unwrap();
    let names = b"user\0postgresql_calm_otter\0database\0postgresql_calm_otter\0\0";
    let mut message = (8 + names.len() as u32).to_be_bytes().to_vec();
    message.extend(196_608_u32.to_be_bytes());
    message.extend(names);
    stream.write_all(&message).unwrap();
    let mut answer = [0; 9];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!((answer[0], &answer[5..]), (b'R', &10_u32.to_be_bytes()[..]), "it asks for scram");
    let mut rest = vec![0; u32::from_be_bytes(answer[1..5].try_into().unwrap()) as usize - 8];
    stream.read_exact(&mut rest).unwrap();
    stream
}
