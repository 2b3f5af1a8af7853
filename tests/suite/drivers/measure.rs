//! Figures, not tests: `scripts/measure` runs them and shows what they print.
#![allow(clippy::print_stdout)]

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use attache::local::programs::Places;
use attache::local::services::Tally;

use super::bench::{Bench, as_platform_user, this_test};
use super::psql::says;

const ROUNDS: usize = 5;

/// Prints what most runs took and what the best one took, which other work on the machine touches least; both against `bare`.
fn say(what: &str, taken: &mut [Duration], bare: Option<(Duration, Duration)>) -> (Duration, Duration) {
    taken.sort();
    let (median, best) = (taken[taken.len() / 2], taken[0]);
    let ratio = bare.map_or_else(String::new, |bare| {
        let times = |own: Duration, bare: Duration| own.as_secs_f64() / bare.as_secs_f64();
        format!("{:.2} (best {:.2}) × bare", times(median, bare.0), times(best, bare.1))
    });
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    println!("{what:<52} {:>11.0} ms  best {:.0} ms  {ratio}", ms(median), ms(best));
    (median, best)
}

/// A server's tool as a person would run it on the add-on.
fn bare(bench: &Bench, tool: &str, arguments: &[&str], file: &Path) -> Duration {
    let server = Places::here().postgresql().unwrap();
    let started = Instant::now();
    let status = Command::new(server.sibling(tool).path)
        .args(arguments)
        .arg(file)
        .env_clear()
        .env("PGPASSWORD", bench.value("PGPASSWORD"))
        .env("PGHOST", "127.0.0.1")
        .env("PGPORT", bench.value("PGPORT"))
        .env("PGUSER", bench.value("PGUSER"))
        .env("PGDATABASE", bench.value("PGDATABASE"))
        .current_dir("/")
        .process_group(0)
        .status()
        .unwrap();
    assert!(status.success());
    started.elapsed()
}

#[test]
#[ignore = "prints figures; scripts/measure runs it"]
fn postgresql_copies_and_restores() {
    as_platform_user(this_test!(), async {
        let bench = Bench::new("postgresql", "small");
        bench.provision().await;
        let url = bench.value("DATABASE_URL");
        says(
            &url,
            "CREATE TABLE orders (id bigint PRIMARY KEY, customer int, note text, placed timestamptz);
             INSERT INTO orders SELECT n, n % 5000, md5(n::text) || md5((n * 7)::text), now() FROM generate_series(1, 800000) n;
             CREATE INDEX ON orders (customer); ANALYZE orders",
        );
        println!(
            "PostgreSQL, a database of {}, median of {ROUNDS}",
            says(&url, "SELECT pg_size_pretty(pg_database_size(current_database()))")
        );

        let (by_hand, ours) = (bench.backups().join("by-hand"), bench.backups().join("bak_1.part"));
        let empty = Bench::new("postgresql", "small");
        empty.provision().await;
        let (mut dumps, mut copies) = (Vec::new(), Vec::new());
        for _ in 0..3 * ROUNDS {
            let _ = std::fs::remove_file(&by_hand);
            dumps.push(bare(&empty, "pg_dump", &["-Fc", "-Z1", "-f"], &by_hand));
            let started = Instant::now();
            empty.driver.copy(&empty.instance, &ours, &Tally::default()).await.unwrap();
            copies.push(started.elapsed());
        }
        drop(empty);
        let median = say("pg_dump -Fc -Z1 of an empty database", &mut dumps, None);
        say("our copy of it", &mut copies, Some(median));

        let (mut dumps, mut copies, mut checks) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let _ = std::fs::remove_file(&by_hand);
            dumps.push(bare(&bench, "pg_dump", &["-Fc", "-Z1", "-f"], &by_hand));
            let started = Instant::now();
            bench.driver.copy(&bench.instance, &ours, &Tally::default()).await.unwrap();
            copies.push(started.elapsed());
            let started = Instant::now();
            bench.driver.check_copy(&ours, &bench.scratch()).await.unwrap();
            checks.push(started.elapsed());
        }
        let median = say("pg_dump -Fc -Z1", &mut dumps, None);
        say("our copy", &mut copies, Some(median));
        say("our check of the copy", &mut checks, None);

        let options = ["-Fc", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", "-d"];
        let (mut restores, mut loads, mut ready, mut in_all) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let target = Bench::new("postgresql", "small");
            target.provision().await;
            let database = target.value("PGDATABASE");
            restores.push(bare(&target, "pg_restore", &[&options[..], &[&database]].concat(), &ours));
            drop(target);

            let started = Instant::now();
            let target = Bench::new("postgresql", "small");
            target.provision().await;
            ready.push(started.elapsed());
            let loading = Instant::now();
            target.driver.load(&target.instance, &ours, &Tally::default()).await.unwrap();
            loads.push(loading.elapsed());
            target.step("check").await.unwrap();
            in_all.push(started.elapsed());
        }
        let median = say("pg_restore, same options", &mut restores, None);
        say("our load", &mut loads, Some(median));
        say("an empty add-on, ready", &mut ready, None);
        say("a new add-on from the copy, ready", &mut in_all, None);
    });
}
