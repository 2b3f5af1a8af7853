//! Copies of PostgreSQL add-ons: that they get made, that a bad one is seen, and that nothing is left behind.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use attache::local::programs::Places;
use attache::local::services::{Driver, Tally};
use attache::local::supervisor::Process;
use attache::model::Progress;
use secrecy::ExposeSecret;
use tokio_postgres::Client;

use super::bench::{Bench, as_platform_user, this_test};
use super::psql::{says, session};
use crate::support::eventually::eventually;

fn bench() -> Bench {
    Bench::new("postgresql", "small")
}

fn tools(folder: &Path) -> Vec<Process> {
    Process::of(&["pg_dump", "pg_restore"], &folder.canonicalize().unwrap()).unwrap()
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A copy that waits for a table which the given session holds for itself.
async fn held_up(bench: &Bench, driver: Arc<dyn Driver>, holder: &Client) -> tokio::task::JoinHandle<()> {
    holder.batch_execute("BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let (instance, file) = (bench.instance.clone(), bench.backups().join("bak_1.part"));
    let copy = tokio::spawn(async move {
        let ended = driver.copy(&instance, &file, &Tally::default()).await;
        panic!("it ended though the table is held: {ended:?}");
    });
    eventually("pg_dump waits for the table", async || {
        let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'orders'::regclass";
        holder.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) == 1
    })
    .await;
    copy
}

#[test]
fn a_copy_is_made_while_the_app_holds_all_of_its_connections() {
    as_platform_user(this_test!(), async {
        let bench = bench();
        bench.provision().await;
        let url = bench.value("DATABASE_URL");
        says(
            &url,
            "CREATE TABLE orders (id int); INSERT INTO orders SELECT generate_series(1, 1000); CREATE TABLE b (i int)",
        );
        let mut held = Vec::new();
        for _ in 0..20 {
            held.push(session(&url).await);
        }
        let (file, progress) = (bench.backups().join("bak_1.part"), Tally::default());
        let said = bench.driver.copy(&bench.instance, &file, &progress).await.unwrap();
        assert!(said.contains("with the rows of 2 tables, by pg_dump 1"), "{said}");
        let bytes = file.metadata().unwrap().len();
        assert_eq!(
            progress.now(),
            Progress { bytes: Some(bytes), done: Some(2), total: Some(2), unit: Some("tables".to_owned()) }
        );
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let said = bench.driver.check_copy(&file, &bench.scratch()).await.unwrap();
        assert!(said.starts_with("A copy of PostgreSQL 1") && said.contains("the rows of 2 tables"), "{said}");

        let reader = "SELECT rolsuper, rolcanlogin, rolcreaterole FROM pg_roles WHERE rolname = 'attache_backup'";
        let row = held[0].query_one(reader, &[]).await.unwrap();
        assert_eq!([row.get::<_, bool>(0), row.get(1), row.get(2)], [false; 3], "no superuser, and nobody gets in");
        assert_eq!(files(bench.folder()), ["data", "server.log"], "no password is left");
        // Once more, over a file that a crash has left.
        bench.copied().await;
    });
}

#[test]
fn a_copy_that_is_broken_off_leaves_neither_process_nor_file() {
    as_platform_user(this_test!(), async {
        let bench = bench();
        bench.provision().await;
        let holder = session(&bench.value("DATABASE_URL")).await;
        holder.batch_execute("CREATE TABLE orders (id int)").await.unwrap();
        let copy = held_up(&bench, bench.another_driver(), &holder).await;
        assert_eq!(tools(bench.folder()).len(), 1);
        assert_eq!(files(bench.folder()), ["data", "pg_dump.pass", "server.log"]);

        copy.abort();
        assert!(copy.await.unwrap_err().is_cancelled());
        eventually("pg_dump has ended", async || tools(bench.folder()).is_empty()).await;
        assert!(files(&bench.backups()).is_empty());
        assert_eq!(files(bench.folder()), ["data", "server.log"]);
        holder.batch_execute("ROLLBACK").await.unwrap();
        bench.copied().await;
    });
}

#[test]
fn no_password_is_told_to_anybody_while_a_copy_is_made() {
    as_platform_user(this_test!(), async {
        let bench = bench();
        bench.provision().await;
        let holder = session(&bench.value("DATABASE_URL")).await;
        holder.batch_execute("CREATE TABLE orders (id int)").await.unwrap();
        let copy = held_up(&bench, bench.another_driver(), &holder).await;
        let pass_file = bench.folder().join("pg_dump.pass");
        assert_eq!(pass_file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let line = fs::read_to_string(&pass_file).unwrap();
        let once = line.trim().strip_prefix("*:*:*:*:").unwrap();
        let settings = &bench.instance.settings;
        let secrets = [once, settings.password.expose_secret(), settings.admin_password.expose_secret()];
        for process in tools(bench.folder()).iter().chain(&bench.processes()) {
            for about in ["cmdline", "environ"] {
                let text = fs::read(format!("/proc/{}/{about}", process.pid())).unwrap();
                let text = String::from_utf8_lossy(&text);
                assert!(!secrets.iter().any(|secret| text.contains(secret)), "{about}");
            }
        }
        let environment = fs::read_to_string(format!("/proc/{}/environ", tools(bench.folder())[0].pid())).unwrap();
        let names: Vec<&str> = environment.split_terminator('\0').filter_map(|pair| pair.split('=').next()).collect();
        assert_eq!(names, ["LC_ALL", "PATH", "PGPASSFILE"]);
        let log = fs::read_to_string(bench.driver.log_file(&bench.instance).unwrap()).unwrap();
        assert!(!secrets.iter().any(|secret| log.contains(secret)));
        copy.abort();
    });
}

/// A `pg_dump` as a platform that was killed leaves it: at work on a copy, and held up.
fn left_behind(bench: &Bench, folder: &Path) -> Child {
    let dump = Places::here().postgresql().unwrap().sibling("pg_dump");
    let file = bench.backups().canonicalize().unwrap().join("bak_1.part");
    let mut command = dump.command();
    command.current_dir(folder).env("PGPASSWORD", bench.value("PGPASSWORD")).arg("-Fc").arg("--file").arg(file);
    command.arg("--dbname").arg(bench.value("DATABASE_URL").replace(&format!(":{}@", bench.value("PGPASSWORD")), "@"));
    command.stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn what_a_killed_platform_has_left_is_ended() {
    as_platform_user(this_test!(), async {
        let bench = bench();
        bench.provision().await;
        let holder = session(&bench.value("DATABASE_URL")).await;
        holder.batch_execute("CREATE TABLE orders (id int)").await.unwrap();
        holder.batch_execute("BEGIN; LOCK TABLE orders").await.unwrap();
        let waiting = async |count: i64| {
            eventually("so many wait for the table", async || {
                let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'orders'::regclass";
                holder.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) == count
            })
            .await;
        };
        // One is found by the folder that it works in, the other by the file that it writes.
        let mut left = [left_behind(&bench, bench.folder()), left_behind(&bench, Path::new("/"))];
        fs::write(bench.folder().join("pg_dump.pass"), "*:*:*:*:x\n").unwrap();
        waiting(2).await;
        bench.driver.end_leftovers(&bench.instance, &bench.backups()).await.unwrap();
        for child in &mut left {
            assert!(child.try_wait().unwrap().is_some(), "it has ended");
        }
        assert_eq!(files(bench.folder()), ["data", "server.log"]);
        bench.driver.end_leftovers(&bench.instance, &bench.backups()).await.unwrap();

        // Another copy ends it as well, before it writes a byte.
        let mut left = left_behind(&bench, Path::new("/"));
        waiting(1).await;
        let copy = tokio::spawn({
            let (driver, instance) = (bench.another_driver(), bench.instance.clone());
            let file = bench.backups().join("bak_1.part");
            async move { driver.copy(&instance, &file, &Tally::default()).await }
        });
        let mut said = String::new();
        left.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(!left.wait().unwrap().success());
        holder.batch_execute("ROLLBACK").await.unwrap();
        copy.await.unwrap().unwrap();
        bench.driver.check_copy(&bench.backups().join("bak_1.part"), &bench.scratch()).await.unwrap();
    });
}

#[test]
fn a_person_who_reads_a_copy_is_left_alone() {
    as_platform_user(this_test!(), async {
        let bench = bench();
        bench.provision().await;
        let file = bench.copied().await;
        let restore = Places::here().postgresql().unwrap().sibling("pg_restore");
        // It waits for the rest of its list, which comes through a pipe.
        let mut reader = Command::new(restore.path)
            .args(["-l", "--use-list=/dev/stdin"])
            .arg(&file)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        bench.driver.end_leftovers(&bench.instance, &bench.backups()).await.unwrap();
        assert!(reader.try_wait().unwrap().is_none(), "it lives");
        drop(reader.stdin.take());
        assert!(reader.wait().unwrap().success());
    });
}

/// A copy most of which is rows that can't be packed any smaller.
async fn mostly_rows(bench: &Bench) -> Vec<u8> {
    bench.provision().await;
    says(
        &bench.value("DATABASE_URL"),
        "CREATE EXTENSION pgcrypto; CREATE TABLE orders (id int, b bytea);
         INSERT INTO orders SELECT n, gen_random_bytes(1000) FROM generate_series(1, 40) n",
    );
    fs::read(bench.copied().await).unwrap()
}

#[test]
fn a_copy_that_was_cut_off_anywhere_is_refused() {
    as_platform_user(this_test!(), async {
        let bench = bench();
        let whole = mostly_rows(&bench).await;
        let file = bench.backups().join("cut.pgdump");
        // Everywhere near both ends, and here and there between.
        let cuts = (0..24).chain((24..whole.len() - 48).step_by(431)).chain(whole.len() - 48..whole.len());
        for cut in cuts {
            fs::write(&file, &whole[..cut]).unwrap();
            let refused = bench.driver.check_copy(&file, &bench.scratch()).await;
            let message = refused.expect_err(&format!("cut at {cut} of {}", whole.len())).message;
            assert!(message.starts_with("The file is "), "{message}");
        }
        fs::write(&file, &whole).unwrap();
        bench.driver.check_copy(&file, &bench.scratch()).await.unwrap();
    });
}

#[test]
fn a_bit_that_flipped_in_the_rows_is_seen() {
    as_platform_user(this_test!(), async {
        let bench = bench();
        let whole = mostly_rows(&bench).await;
        let file = bench.backups().join("flipped.pgdump");
        // The rows are last, and packed to about half of their 80 KB as text.
        assert!(whole.len() > 40_000);
        for at in (whole.len() - 40_000..whole.len()).step_by(797) {
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << (at % 8);
            fs::write(&file, flipped).unwrap();
            let refused = bench.driver.check_copy(&file, &bench.scratch()).await;
            assert!(refused.is_err(), "flipped at {at} of {}: {refused:?}", whole.len());
        }
    });
}

#[test]
fn what_is_no_archive_is_refused_in_a_sentence() {
    as_platform_user(this_test!(), async {
        let bench = bench();
        bench.provision().await;
        says(&bench.value("DATABASE_URL"), "CREATE TABLE orders (id int)");
        let dump = Places::here().postgresql().unwrap().sibling("pg_dump");
        for (format, looks) in [("plain", "it looks like a script of SQL"), ("tar", "it is a tar archive")] {
            let file = bench.backups().join(format);
            let mut command = dump.command();
            command.env("PGPASSWORD", bench.value("PGPASSWORD")).arg(format!("--format={format}"));
            let made = command.arg("--file").arg(&file).arg("--dbname").arg(bench.value("DATABASE_URL")).status();
            assert!(made.unwrap().success());
            let message = bench.driver.check_copy(&file, &bench.scratch()).await.unwrap_err().message;
            assert!(message.contains(looks) && message.ends_with("pg_dump --format=custom"), "{message}");
        }
        let mut newer = fs::read(bench.copied().await).unwrap();
        newer[6] = 250;
        let file = bench.backups().join("newer");
        fs::write(&file, newer).unwrap();
        let message = bench.driver.check_copy(&file, &bench.scratch()).await.unwrap_err().message;
        assert!(
            message.contains("by a newer pg_dump") && message.ends_with("install a newer PostgreSQL."),
            "{message}"
        );
    });
}

#[test]
fn a_copy_of_a_server_that_does_not_run_fails_in_a_sentence() {
    as_platform_user(this_test!(), async {
        let bench = bench();
        bench.provision().await;
        bench.driver.stop(&bench.instance).await.unwrap();
        let file = bench.backups().join("bak_1.part");
        let error = bench.driver.copy(&bench.instance, &file, &Tally::default()).await.unwrap_err();
        assert!(error.message.contains("postgresql-calm-otter does not run"), "{error}");
        assert!(files(&bench.backups()).is_empty());
    });
}
