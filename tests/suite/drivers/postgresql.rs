//! PostgreSQL clusters, whole lives of them.

use std::fs;
use std::io::{self, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use attache::model::Health;
use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::NoTls;

use super::bench::{Bench, as_platform_user, free_port, this_test};
use super::psql::{refuses, says};

fn bench() -> Bench {
    Bench::new("postgresql", "small")
}

#[test]
fn data_survives_a_killed_server_and_goes_with_the_add_on() {
    as_platform_user(this_test!(), async {
        let mut bench = bench();
        bench.provision().await;
        let url = bench.value("DATABASE_URL");
        says(&url, "CREATE TABLE orders (id int); INSERT INTO orders SELECT generate_series(1, 1000)");
        assert_eq!(bench.driver.probe(&bench.instance).await, Health::Ok);

        bench.kill_server().await;
        let Health::Failing(why) = bench.driver.probe(&bench.instance).await else { panic!("it can't be well") };
        assert!(why.contains("postgresql-calm-otter does not run"), "{why}");

        bench.restart_platform();
        let said = bench.driver.resume(&bench.instance).await.unwrap();
        assert!(said.starts_with("Server (pid "), "{said}");
        assert_eq!(says(&url, "SELECT count(*) FROM orders"), "1000");
        assert_eq!(bench.driver.probe(&bench.instance).await, Health::Ok);

        bench.driver.retire(&bench.instance).await.unwrap();
        assert!(bench.processes().is_empty());
        assert!(refuses(&url, "SELECT 1").contains("refused"));
        bench.driver.retire(&bench.instance).await.unwrap();
    });
}

#[test]
fn a_running_server_is_adopted_and_a_stopped_one_started() {
    as_platform_user(this_test!(), async {
        let mut bench = bench();
        bench.provision().await;
        let pid = bench.server().pid();

        bench.restart_platform();
        let said = bench.driver.resume(&bench.instance).await.unwrap();
        assert_eq!(said, format!("Adopted the running server (pid {pid}) on port {}.", bench.instance.settings.port));
        assert_eq!(bench.server().pid(), pid);

        bench.restart_platform();
        bench.driver.stop(&bench.instance).await.unwrap();
        assert!(bench.processes().is_empty());
        bench.driver.stop(&bench.instance).await.unwrap();

        bench.driver.resume(&bench.instance).await.unwrap();
        assert_ne!(bench.server().pid(), pid);
        let log = fs::read_to_string(bench.driver.log_file(&bench.instance).unwrap()).unwrap();
        assert!(log.contains("database system was shut down"), "stopped in order:\n{log}");
    });
}

#[test]
fn every_step_may_be_repeated_after_a_crash() {
    as_platform_user(this_test!(), async {
        let bench = bench();
        // An initdb that was cut off: some files, and no whole cluster.
        fs::create_dir_all(bench.folder().join("data.new/base")).unwrap();
        fs::write(bench.folder().join("data.new/PG_VERSION"), "15\n").unwrap();
        for step in bench.driver.steps() {
            bench.step(step.name()).await.unwrap_or_else(|error| panic!("{step}: {error}"));
            bench.step(step.name()).await.unwrap_or_else(|error| panic!("{step} again: {error}"));
        }
        assert!(!bench.folder().join("data.new").exists());
        says(&bench.value("DATABASE_URL"), "CREATE TABLE kept (id int)");
        bench.provision().await;
        assert_eq!(says(&bench.value("DATABASE_URL"), "SELECT count(*) FROM kept"), "0");
    });
}

#[test]
fn the_plans_connections_are_enforced_and_the_platform_still_gets_in() {
    as_platform_user(this_test!(), async {
        let bench = bench();
        bench.provision().await;
        let url = bench.value("DATABASE_URL");
        let mut held = Vec::new();
        for _ in 0..20 {
            let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
            tokio::spawn(connection);
            held.push(client);
        }
        let refused = refuses(&url, "SELECT 1");
        assert!(refused.contains("too many connections for role"), "{refused}");
        assert_eq!(bench.driver.probe(&bench.instance).await, Health::Ok);
        assert_eq!(held[0].query_one("SHOW shared_buffers", &[]).await.unwrap().get::<_, &str>(0), "16MB");
        assert_eq!(held[0].query_one("SHOW work_mem", &[]).await.unwrap().get::<_, &str>(0), "4MB");
        assert_eq!(held[0].query_one("SHOW data_checksums", &[]).await.unwrap().get::<_, &str>(0), "on");
    });
}

#[test]
fn the_apps_role_reaches_its_own_database_and_nothing_else() {
    as_platform_user(this_test!(), async {
        let bench = bench();
        bench.provision().await;
        let url = bench.value("DATABASE_URL");
        assert_eq!(
            says(&url, "CREATE SCHEMA mine; CREATE TABLE mine.t (id int); SELECT current_user"),
            "postgresql_calm_otter"
        );
        for forbidden in [
            "CREATE ROLE other",
            "CREATE DATABASE other",
            "ALTER ROLE postgresql_calm_otter CONNECTION LIMIT -1",
            "ALTER ROLE postgresql_calm_otter SUPERUSER",
            "SET ROLE postgres",
            "SELECT pg_read_file('/etc/passwd')",
            "COPY (SELECT 1) TO PROGRAM 'cat'",
            "CREATE TABLE p (l text); COPY p FROM '/etc/passwd'",
            "ALTER SYSTEM SET max_connections = 500",
            "SELECT rolpassword FROM pg_authid",
        ] {
            let refused = refuses(&url, forbidden);
            assert!(refused.contains("permission denied") || refused.contains("must be superuser"), "{refused}");
        }
        let password = bench.value("PGPASSWORD");
        let other_database = format!("{}postgres", url.strip_suffix("postgresql_calm_otter").unwrap());
        assert!(refuses(&other_database, "SELECT 1").contains("no pg_hba.conf entry"));
        let wrong_password = url.replace(&password, "wrong");
        assert!(refuses(&wrong_password, "SELECT 1").contains("password authentication failed"));
        let stranger = url.replace("//postgresql_calm_otter", "//postgres");
        assert!(refuses(&stranger, "SELECT 1").contains("no pg_hba.conf entry"));
    });
}

#[test]
fn no_password_is_in_a_file_a_log_or_a_command_line() {
    as_platform_user(this_test!(), async {
        let bench = bench();
        bench.provision().await;
        let settings = &bench.instance.settings;
        let secrets = [settings.password.expose_secret(), settings.admin_password.expose_secret()];
        let holds = |text: &str| secrets.iter().any(|secret| text.contains(*secret));
        let files = bench.own_files();
        assert!(files.iter().any(|(path, text)| path.ends_with("server.log") && text.contains("ready to accept")));
        for (path, text) in files {
            assert!(!holds(&text), "{}", path.display());
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
        }
        for process in bench.processes() {
            for about in ["cmdline", "environ"] {
                let text = fs::read(format!("/proc/{}/{about}", process.pid())).unwrap_or_default();
                assert!(!holds(&String::from_utf8_lossy(&text)));
            }
        }
        let environment = fs::read_to_string(format!("/proc/{}/environ", bench.server().pid())).unwrap();
        let names: Vec<&str> = environment.split_terminator('\0').filter_map(|pair| pair.split('=').next()).collect();
        assert!(names.iter().all(|name| ["LC_ALL", "PATH"].contains(name) || name.starts_with("PG")), "{names:?}");
    });
}

#[test]
fn a_taken_port_is_told_and_another_one_taken() {
    as_platform_user(this_test!(), async {
        let mut bench = bench();
        let squatter = TcpListener::bind((Ipv4Addr::LOCALHOST, bench.instance.settings.port)).unwrap();
        bench.step("init_cluster").await.unwrap();
        bench.step("configure").await.unwrap();
        let error = bench.step("start_server").await.unwrap_err();
        assert!(error.port_taken, "{error:?}");
        assert!(error.message.contains("could not create any TCP/IP sockets"), "{error}");
        assert!(error.log.iter().any(|line| line.contains("Address already in use")), "{error:?}");

        bench.instance.settings.port = free_port();
        bench.step("start_server").await.unwrap();
        drop(squatter);
        for step in ["create_role", "create_database", "check"] {
            bench.step(step).await.unwrap();
        }
        assert_eq!(says(&bench.value("DATABASE_URL"), "SHOW port"), bench.instance.settings.port.to_string());

        // A ready add-on that is given another port moves there, though its server runs.
        bench.instance.settings.port = free_port();
        bench.driver.resume(&bench.instance).await.unwrap();
        assert_eq!(says(&bench.value("DATABASE_URL"), "SHOW port"), bench.instance.settings.port.to_string());
    });
}

#[test]
fn a_stranger_on_the_port_is_not_taken_for_ours_and_sees_no_password() {
    as_platform_user(this_test!(), async {
        let mut bench = bench();
        bench.provision().await;
        let stranger = TcpListener::bind((Ipv4Addr::LOCALHOST, free_port())).unwrap();
        stranger.set_nonblocking(true).unwrap();
        // First while our own server runs, but elsewhere; then while it does not run at all.
        bench.instance.settings.port = stranger.local_addr().unwrap().port();
        for _ in 0..2 {
            assert!(matches!(bench.driver.probe(&bench.instance).await, Health::Failing(_)));
            for step in ["create_role", "create_database", "check"] {
                assert!(bench.step(step).await.is_err());
            }
            for process in bench.processes() {
                process.signal(rustix::process::Signal::KILL).unwrap();
            }
        }
        assert!(bench.driver.resume(&bench.instance).await.unwrap_err().port_taken);
        assert_eq!(stranger.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock, "nobody has called");
    });
}

#[test]
fn another_cluster_on_the_port_is_not_taken_for_ours() {
    as_platform_user(this_test!(), async {
        let (ours, mut other) = (bench(), bench());
        ours.provision().await;
        ours.driver.stop(&ours.instance).await.unwrap();
        // The same names, passwords and port: only the folder tells them apart.
        other.instance.settings = ours.instance.settings.clone();
        other.provision().await;
        assert_eq!(other.driver.probe(&other.instance).await, Health::Ok);
        assert!(matches!(ours.driver.probe(&ours.instance).await, Health::Failing(_)));
        ours.driver.retire(&ours.instance).await.unwrap();
        assert_eq!(other.driver.probe(&other.instance).await, Health::Ok, "retiring ours leaves the other alone");
    });
}

#[test]
fn a_pid_file_that_names_a_stranger_does_not_stop_the_start() {
    as_platform_user(this_test!(), async {
        let bench = bench();
        bench.provision().await;
        bench.kill_server().await;
        // The number was given to another process of the same user meanwhile.
        let mut stranger = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let pid_file = bench.folder().join("data/postmaster.pid");
        let text = fs::read_to_string(&pid_file).unwrap();
        let (_, rest) = text.split_once('\n').unwrap();
        fs::write(&pid_file, format!("{}\n{rest}", stranger.id())).unwrap();

        bench.driver.resume(&bench.instance).await.unwrap();
        assert_eq!(bench.driver.probe(&bench.instance).await, Health::Ok);
        assert!(stranger.try_wait().unwrap().is_none(), "the stranger lives");
        drop(stranger.stdin.take());
        stranger.stdout.take().unwrap().read_to_end(&mut Vec::new()).unwrap();
        assert!(stranger.wait().unwrap().success());
    });
}

#[test]
fn an_initdb_that_fails_is_quoted() {
    as_platform_user(this_test!(), async {
        let bench = bench();
        fs::write(bench.folder().join("server.log"), "").unwrap();
        fs::set_permissions(bench.folder(), fs::Permissions::from_mode(0o500)).unwrap();
        let error = bench.step("init_cluster").await.unwrap_err();
        fs::set_permissions(bench.folder(), fs::Permissions::from_mode(0o700)).unwrap();
        assert!(error.message.starts_with("initdb failed (exit status: 1): initdb: error: could not"), "{error}");
        assert!(error.message.contains("Permission denied"), "{error}");
        assert!(error.log.iter().any(|line| line.contains("Permission denied")), "{error:?}");
        assert!(!error.port_taken);
        bench.provision().await;
    });
}

#[test]
fn a_folder_without_a_cluster_is_not_started_empty() {
    as_platform_user(this_test!(), async {
        let bench = bench();
        bench.provision().await;
        bench.driver.stop(&bench.instance).await.unwrap();
        fs::rename(bench.folder().join("data"), bench.folder().join("elsewhere")).unwrap();
        let error = bench.driver.resume(&bench.instance).await.unwrap_err();
        assert!(error.message.contains("is missing or is no PostgreSQL cluster"), "{error}");
        assert!(!bench.folder().join("data").exists());
    });
}

#[test]
fn a_shell_in_the_folder_outlives_the_add_on() {
    as_platform_user(this_test!(), async {
        let bench = bench();
        bench.provision().await;
        let mut visitor = Command::new("cat").current_dir(bench.folder()).stdin(Stdio::piped()).spawn().unwrap();
        bench.driver.retire(&bench.instance).await.unwrap();
        assert!(visitor.try_wait().unwrap().is_none());
        drop(visitor.stdin.take());
        assert!(visitor.wait().unwrap().success());
    });
}

#[test]
fn a_role_gets_its_new_password_when_the_step_is_repeated() {
    as_platform_user(this_test!(), async {
        let mut bench = bench();
        bench.provision().await;
        let old = bench.value("DATABASE_URL");
        bench.instance.settings.password = SecretString::from("another1");
        bench.step("create_role").await.unwrap();
        bench.step("check").await.unwrap();
        assert!(refuses(&old, "SELECT 1").contains("password authentication failed"));
    });
}
