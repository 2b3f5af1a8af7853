//! Valkey or Redis servers, whole lives of them.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;

use attache::model::Health;
use secrecy::ExposeSecret;

use super::bench::{Bench, as_platform_user, client, free_port, this_test};

fn bench(plan: &str) -> Bench {
    Bench::new("valkey", plan)
}

/// What a command answers, with the add-on's own client program and URL.
fn redis(url: &str, command: &[&str]) -> String {
    let mut arguments = vec!["--no-auth-warning", "-u", url];
    arguments.extend(command);
    client("redis-cli", &arguments).1
}

#[test]
fn durable_data_survives_a_killed_server_and_goes_with_the_add_on() {
    as_platform_user(this_test!(), async {
        let mut bench = bench("small");
        bench.provision().await;
        let url = bench.value("REDIS_URL");
        assert_eq!(redis(&url, &["SET", "order", "1001"]), "OK");
        assert_eq!(bench.driver.probe(&bench.instance).await, Health::Ok);

        bench.kill_server().await;
        assert!(matches!(bench.driver.probe(&bench.instance).await, Health::Failing(_)));
        bench.restart_platform();
        let said = bench.driver.resume(&bench.instance).await.unwrap();
        assert!(said.starts_with("Server (pid "), "{said}");
        assert_eq!(redis(&url, &["GET", "order"]), "1001");
        assert_eq!(bench.driver.probe(&bench.instance).await, Health::Ok);

        bench.driver.retire(&bench.instance).await.unwrap();
        assert!(bench.processes().is_empty());
        assert!(redis(&url, &["PING"]).contains("Connection refused"));
        bench.driver.retire(&bench.instance).await.unwrap();
    });
}

#[test]
fn a_cache_keeps_nothing_and_evicts() {
    as_platform_user(this_test!(), async {
        let bench = bench("cache");
        bench.provision().await;
        let url = bench.value("REDIS_URL");
        let info = redis(&url, &["INFO", "memory"]);
        assert!(info.contains("maxmemory:67108864"), "{info}");
        assert!(info.contains("maxmemory_policy:allkeys-lru"), "{info}");
        assert!(redis(&url, &["INFO", "persistence"]).contains("aof_enabled:0"));
        assert_eq!(redis(&url, &["SET", "page", "x"]), "OK");
        bench.driver.stop(&bench.instance).await.unwrap();
        assert_eq!(fs::read_dir(bench.folder().join("data")).unwrap().count(), 0);
        bench.driver.resume(&bench.instance).await.unwrap();
        assert_eq!(redis(&url, &["GET", "page"]), "");
    });
}

#[test]
fn a_running_server_is_adopted() {
    as_platform_user(this_test!(), async {
        let mut bench = bench("small");
        bench.provision().await;
        let pid = bench.server().pid();
        bench.restart_platform();
        let said = bench.driver.resume(&bench.instance).await.unwrap();
        assert_eq!(said, format!("Adopted the running server (pid {pid}) on port {}.", bench.instance.settings.port));
        bench.provision().await;
        assert_eq!(bench.server().pid(), pid, "steps that are repeated leave it running");
    });
}

#[test]
fn a_durable_store_refuses_what_it_can_not_hold() {
    as_platform_user(this_test!(), async {
        let mut bench = bench("small");
        let memory = bench.instance.plan.limits.iter_mut().find(|limit| limit.name == "memory").unwrap();
        memory.value = 2 << 20;
        bench.provision().await;
        let url = bench.value("REDIS_URL");
        let large = "x".repeat(100_000);
        let refused = (0..100).map(|n| redis(&url, &["SET", &n.to_string(), &large])).find(|answer| answer != "OK");
        assert!(refused.as_deref().is_some_and(|answer| answer.starts_with("OOM")), "{refused:?}");
        assert_eq!(redis(&url, &["STRLEN", "0"]), "100000", "what was kept stays");
        let info = redis(&url, &["INFO", "stats"]);
        assert!(info.contains("evicted_keys:0"), "{info}");
    });
}

#[test]
fn the_apps_user_keeps_to_its_data() {
    as_platform_user(this_test!(), async {
        let bench = bench("small");
        bench.provision().await;
        let url = bench.value("REDIS_URL");
        assert_eq!(redis(&url, &["ACL", "WHOAMI"]), "app");
        for allowed in [&["KEYS", "*"][..], &["FLUSHDB"], &["FLUSHALL"], &["CLIENT", "LIST"], &["SORT", "none"]] {
            assert!(!redis(&url, allowed).contains("NOPERM"), "{allowed:?}");
        }
        for forbidden in [
            &["CONFIG", "GET", "requirepass"][..],
            &["CONFIG", "SET", "dir", "/tmp"],
            &["ACL", "LIST"],
            &["SAVE"],
            &["SHUTDOWN", "NOSAVE"],
            &["REPLICAOF", "127.0.0.1", "1"],
            &["MODULE", "LIST"],
            &["MONITOR"],
            &["CLIENT", "KILL", "TYPE", "normal"],
        ] {
            assert!(redis(&url, forbidden).contains("NOPERM"), "{forbidden:?}");
        }
        let wrong = url.replace(bench.instance.settings.password.expose_secret(), "wrong");
        assert!(redis(&wrong, &["GET", "x"]).contains("NOAUTH"));
        let nobody = format!("redis://127.0.0.1:{}/0", bench.instance.settings.port);
        assert!(redis(&nobody, &["GET", "x"]).contains("NOAUTH"));
    });
}

#[test]
fn no_password_is_in_a_file_or_a_command_line() {
    as_platform_user(this_test!(), async {
        let bench = bench("small");
        bench.provision().await;
        let settings = &bench.instance.settings;
        let secrets = [settings.password.expose_secret(), settings.admin_password.expose_secret()];
        let files = bench.own_files();
        assert!(files.iter().any(|(path, _)| path.ends_with("valkey.conf")));
        for (path, text) in files {
            assert!(!secrets.iter().any(|secret| text.contains(*secret)), "{}", path.display());
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
        }
        let line = fs::read_to_string(format!("/proc/{}/cmdline", bench.server().pid())).unwrap();
        assert!(!secrets.iter().any(|secret| line.contains(*secret)));
    });
}

#[test]
fn a_taken_port_is_told_and_another_one_taken() {
    as_platform_user(this_test!(), async {
        let mut bench = bench("small");
        let squatter = TcpListener::bind((Ipv4Addr::LOCALHOST, bench.instance.settings.port)).unwrap();
        bench.step("configure").await.unwrap();
        let error = bench.step("start_server").await.unwrap_err();
        assert!(error.port_taken, "{error:?}");
        assert!(error.log.iter().any(|line| line.contains("Address already in use")), "{error:?}");

        bench.instance.settings.port = free_port();
        bench.step("start_server").await.unwrap();
        bench.step("check").await.unwrap();
        drop(squatter);

        let before = bench.server();
        bench.instance.settings.port = free_port();
        bench.driver.resume(&bench.instance).await.unwrap();
        assert!(before.has_ended(), "two servers must not write to one folder");
        assert_eq!(redis(&bench.value("REDIS_URL"), &["PING"]), "PONG");
    });
}

#[test]
fn a_stranger_on_the_port_is_not_taken_for_ours_and_sees_no_password() {
    as_platform_user(this_test!(), async {
        let mut bench = bench("small");
        bench.provision().await;
        let stranger = TcpListener::bind((Ipv4Addr::LOCALHOST, free_port())).unwrap();
        stranger.set_nonblocking(true).unwrap();
        // First while our own server runs, but elsewhere; then while it does not run at all.
        bench.instance.settings.port = stranger.local_addr().unwrap().port();
        for _ in 0..2 {
            assert!(matches!(bench.driver.probe(&bench.instance).await, Health::Failing(_)));
            assert!(bench.step("check").await.is_err());
            for process in bench.processes() {
                process.signal(rustix::process::Signal::KILL).unwrap();
            }
        }
        assert!(bench.driver.resume(&bench.instance).await.unwrap_err().port_taken);
        assert_eq!(stranger.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock, "nobody has called");
    });
}

#[test]
fn another_server_on_the_port_is_not_taken_for_ours() {
    as_platform_user(this_test!(), async {
        let (ours, mut other) = (bench("small"), bench("small"));
        ours.provision().await;
        ours.kill_server().await;
        other.instance.settings = ours.instance.settings.clone();
        other.provision().await;
        assert!(matches!(ours.driver.probe(&ours.instance).await, Health::Failing(_)));
        ours.driver.retire(&ours.instance).await.unwrap();
        assert_eq!(other.driver.probe(&other.instance).await, Health::Ok, "retiring ours leaves the other alone");
    });
}

#[test]
fn a_missing_data_folder_is_not_started_empty() {
    as_platform_user(this_test!(), async {
        let bench = bench("small");
        bench.provision().await;
        bench.driver.stop(&bench.instance).await.unwrap();
        fs::remove_dir_all(bench.folder().join("data")).unwrap();
        let error = bench.driver.resume(&bench.instance).await.unwrap_err();
        assert!(error.message.contains("is missing, so its server can't be started"), "{error}");
    });
}

#[test]
fn a_server_that_refuses_to_stop_is_ended_all_the_same() {
    as_platform_user(this_test!(), async {
        let bench = bench("small");
        bench.provision().await;
        // Its folder goes under it: from now on it can save nothing.
        fs::remove_dir_all(bench.folder().join("data")).unwrap();
        bench.driver.retire(&bench.instance).await.unwrap();
        assert!(bench.processes().is_empty());
    });
}
