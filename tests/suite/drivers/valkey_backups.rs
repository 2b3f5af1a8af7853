//! Copies of Valkey's data, while apps go on writing, and add-ons made from them.

use std::fs;
use std::path::{Path, PathBuf};

use attache::local::services::Tally;
use attache::model::Health;
use redis::Commands;
use secrecy::ExposeSecret;

use super::bench::{Bench, as_platform_user, free_port, this_test};
use crate::support::eventually::eventually;

pub(super) fn bench(plan: &str) -> Bench {
    Bench::new("valkey", plan)
}

/// A connection of the app's.
pub(super) fn app(bench: &Bench) -> redis::Connection {
    redis::Client::open(bench.value("REDIS_URL")).unwrap().get_connection().unwrap()
}

/// A connection of the platform's own user.
pub(super) fn admin(bench: &Bench) -> redis::Connection {
    let settings = &bench.instance.settings;
    let url = format!("redis://default:{}@127.0.0.1:{}", settings.admin_password.expose_secret(), settings.port);
    redis::Client::open(url).unwrap().get_connection().unwrap()
}

pub(super) fn info(connection: &mut redis::Connection, name: &str) -> String {
    let text: String = redis::cmd("INFO").query(connection).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.unwrap_or_else(|| panic!("no {name} in {text}")).trim().to_owned()
}

/// A folder beside the add-on's, as backups have one.
fn backups(bench: &Bench) -> PathBuf {
    let folder = bench.folder().parent().unwrap().join("backups");
    fs::create_dir_all(&folder).unwrap();
    folder
}

async fn copy(bench: &Bench, name: &str) -> PathBuf {
    let file = backups(bench).join(name);
    bench.driver.copy(&bench.instance, &file, &Tally::default()).await.unwrap();
    file
}

async fn check(bench: &Bench, file: &Path) -> Result<String, String> {
    let scratch = tempfile::tempdir().unwrap();
    bench.driver.check_copy(file, scratch.path()).await.map_err(|error| error.message)
}

/// Makes each key take this many microseconds to save, so that a save can be met in the middle.
fn slow_down_saves(bench: &Bench, microseconds: u32) {
    let set =
        redis::cmd("CONFIG").arg("SET").arg("rdb-key-save-delay").arg(microseconds).query::<()>(&mut admin(bench));
    set.unwrap();
}

fn fill(bench: &Bench, keys: usize) {
    let mut pipe = redis::pipe();
    (0..keys).for_each(|n| {
        pipe.set(format!("key:{n}"), "x".repeat(100)).ignore();
    });
    pipe.query::<()>(&mut app(bench)).unwrap();
}

fn keys(bench: &Bench) -> usize {
    redis::cmd("DBSIZE").query(&mut app(bench)).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn everything_comes_back_from_a_backup_and_stays_durable() {
    as_platform_user(this_test!(), async {
        let source = bench("small");
        source.provision().await;
        let mut theirs = app(&source);
        for command in [
            &["SET", "plain", "text \u{fc} \u{65e5}"][..],
            &["SET", "dies", "late", "EX", "100000"],
            &["RPUSH", "list", "a", "b", "c"],
            &["HSET", "hash", "f", "1", "g", "2"],
            &["SADD", "set", "a", "b"],
            &["ZADD", "sorted", "1.5", "a", "2", "b"],
            &["XADD", "stream", "1-1", "f", "v"],
            &["PFADD", "visitors", "a", "b", "c"],
            &["SELECT", "3"],
            &["SET", "elsewhere", "3"],
        ] {
            let mut asked = redis::Cmd::new();
            asked.arg(command).query::<redis::Value>(&mut theirs).unwrap();
        }
        let progress = Tally::default();
        let file = backups(&source).join("bak_1.part");
        source.driver.copy(&source.instance, &file, &progress).await.unwrap();
        let told = progress.now();
        assert_eq!(told.bytes, Some(file.metadata().unwrap().len()));
        assert_eq!((told.done, told.total, told.unit.as_deref()), (Some(9), Some(9), Some("keys")));
        assert_eq!(check(&source, &file).await.unwrap(), "Read 9 keys; its checksum is right.");
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(names(&source.folder().join("data")), ["appendonlydir"], "nothing of it stays in the data folder");
        // The add-on may be gone.
        source.driver.retire(&source.instance).await.unwrap();

        let mut other = bench("small");
        other.provision().await;
        let before = fs::read(&file).unwrap();
        let progress = Tally::default();
        let said = other.driver.load(&other.instance, &file, &progress).await.unwrap();
        assert!(said.starts_with("Read 9 keys, "), "{said}");
        assert_eq!(progress.now().done, Some(9));
        other.step("check").await.unwrap();
        let mut ours = app(&other);
        assert_eq!(ours.get::<_, String>("plain").unwrap(), "text \u{fc} \u{65e5}");
        assert!(ours.ttl::<_, i64>("dies").unwrap() > 90_000);
        assert_eq!(ours.lrange::<_, Vec<String>>("list", 0, -1).unwrap(), ["a", "b", "c"]);
        assert_eq!(ours.hget::<_, _, String>("hash", "g").unwrap(), "2");
        assert_eq!(ours.scard::<_, usize>("set").unwrap(), 2);
        assert_eq!(ours.zscore::<_, _, f64>("sorted", "a").unwrap(), 1.5);
        assert_eq!(redis::cmd("XLEN").arg("stream").query::<usize>(&mut ours).unwrap(), 1);
        assert_eq!(ours.pfcount::<_, usize>("visitors").unwrap(), 3);
        redis::cmd("SELECT").arg(3).query::<()>(&mut ours).unwrap();
        assert_eq!(ours.get::<_, String>("elsewhere").unwrap(), "3");

        // From here on it is an add-on like any other: what is written is kept, also of what was restored.
        ours.set::<_, _, ()>("later", "1").unwrap();
        assert_eq!(info(&mut admin(&other), "aof_enabled"), "1");
        assert_eq!(names(&other.folder().join("data")), ["appendonlydir"]);
        eventually("the write is on disk", async || info(&mut admin(&other), "aof_pending_bio_fsync") == "0").await;
        other.kill_server().await;
        other.restart_platform();
        other.driver.resume(&other.instance).await.unwrap();
        let mut ours = app(&other);
        redis::cmd("SELECT").arg(3).query::<()>(&mut ours).unwrap();
        assert_eq!(ours.get::<_, String>("later").unwrap(), "1");
        redis::cmd("SELECT").arg(0).query::<()>(&mut ours).unwrap();
        assert_eq!(ours.hget::<_, _, String>("hash", "g").unwrap(), "2");
        assert_eq!(fs::read(&file).unwrap(), before, "the backup is as it was");
    });
}

#[test]
fn a_copy_is_of_one_moment_while_an_app_writes() {
    as_platform_user(this_test!(), async {
        let source = bench("small");
        source.provision().await;
        fill(&source, 2000);
        slow_down_saves(&source, 100);
        let begun: usize = app(&source).incr("first", 1).unwrap();
        app(&source).incr::<_, _, ()>("second", 1).unwrap();
        let url = source.value("REDIS_URL");
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let writer = std::thread::spawn(move || {
            let mut connection = redis::Client::open(url).unwrap().get_connection().unwrap();
            while let Err(std::sync::mpsc::TryRecvError::Empty) = stopped.try_recv() {
                redis::pipe().atomic().incr("first", 1).incr("second", 1).query::<()>(&mut connection).unwrap();
            }
        });
        let file = copy(&source, "bak_1").await;
        drop(stop);
        writer.join().unwrap();
        let end: usize = app(&source).get("first").unwrap();
        // A later save is none of the copy's business.
        let before = fs::read(&file).unwrap();
        redis::cmd("BGSAVE").query::<()>(&mut admin(&source)).unwrap();
        eventually("the other save has ended", async || info(&mut admin(&source), "rdb_bgsave_in_progress") == "0")
            .await;
        assert_eq!(fs::read(&file).unwrap(), before);

        let other = bench("small");
        other.provision().await;
        other.driver.load(&other.instance, &file, &Tally::default()).await.unwrap();
        let (first, second): (usize, usize) = (app(&other).get("first").unwrap(), app(&other).get("second").unwrap());
        assert_eq!(first, second, "between two transactions");
        assert!((begun..end).contains(&first), "{begun} {first} {end}");
    });
}

#[test]
fn a_save_that_an_app_ends_by_emptying_the_store_is_begun_anew() {
    as_platform_user(this_test!(), async {
        let source = bench("small");
        source.provision().await;
        fill(&source, 2000);
        // An older copy lies where the server saves; it must never be taken for the new one.
        redis::cmd("SAVE").query::<()>(&mut admin(&source)).unwrap();
        assert!(source.folder().join("data/dump.rdb").exists());
        slow_down_saves(&source, 100_000);
        let file = backups(&source).join("bak_1");
        let emptied = async {
            eventually("a save goes on", async || info(&mut admin(&source), "rdb_bgsave_in_progress") == "1").await;
            slow_down_saves(&source, 0);
            redis::cmd("FLUSHALL").query::<()>(&mut app(&source)).unwrap();
            app(&source).set::<_, _, ()>("new", "1").unwrap();
        };
        let progress = Tally::default();
        let (copied, ()) = tokio::join!(source.driver.copy(&source.instance, &file, &progress), emptied);
        copied.unwrap();
        let said = check(&source, &file).await.unwrap();
        assert!(["Read 0 keys", "Read 1 keys"].iter().any(|start| said.starts_with(start)), "{said}");
    });
}

#[test]
fn a_copy_that_nobody_wants_any_more_ends() {
    as_platform_user(this_test!(), async {
        let source = std::sync::Arc::new(bench("small"));
        source.provision().await;
        fill(&source, 2000);
        slow_down_saves(&source, 100_000);
        let data = source.folder().join("data");
        let (theirs, file) = (std::sync::Arc::clone(&source), backups(&source).join("bak_1"));
        let to = file.clone();
        let copying = tokio::spawn(async move { theirs.driver.copy(&theirs.instance, &to, &Tally::default()).await });
        eventually("a save goes on", async || source.processes().len() == 2).await;
        copying.abort();
        assert!(copying.await.unwrap_err().is_cancelled());
        eventually("the save has ended", async || source.processes().len() == 1).await;
        eventually("its file is gone", async || names(&data) == ["appendonlydir"]).await;
        assert!(!file.exists());
        assert_eq!(source.driver.probe(&source.instance).await, Health::Ok);

        // What a platform that was killed left running is ended by the next one.
        redis::cmd("BGSAVE").query::<()>(&mut admin(&source)).unwrap();
        assert_eq!(source.processes().len(), 2);
        source.driver.end_leftovers(&source.instance, &backups(&source)).await.unwrap();
        assert_eq!(source.processes().len(), 1, "the server itself runs on");
        assert_eq!(names(&data), ["appendonlydir"]);
        slow_down_saves(&source, 0);
        let file = copy(&source, "bak_2").await;
        assert_eq!(check(&source, &file).await.unwrap(), "Read 2000 keys; its checksum is right.");
    });
}

#[test]
fn only_whole_backups_pass_the_check() {
    as_platform_user(this_test!(), async {
        let source = bench("small");
        source.provision().await;
        fill(&source, 500);
        let file = copy(&source, "bak_1").await;
        let whole = fs::read(&file).unwrap();
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        let port = free_port();
        let settings = format!("REDIS\nport {port}\nbind 127.0.0.1\n").into_bytes();
        let not_rdb = "The file is no backup of Valkey or Redis: it does not begin as an RDB file does.";
        for (what, bytes, reason) in [
            ("empty", Vec::new(), not_rdb),
            ("text", b"hello, this is a text file\n".to_vec(), not_rdb),
            ("settings of a server", settings, not_rdb),
            ("a dump of PostgreSQL", b"PGDMP\x01\x0e\x00\x04\x08".to_vec(), not_rdb),
            ("half", whole[..whole.len() / 2].to_vec(), "The file is no whole RDB file, says "),
            ("without its end", whole[..whole.len() - 9].to_vec(), "The file is no whole RDB file, says "),
            ("one bit", flipped, "The file is no whole RDB file, says "),
            ("of a later server", [b"REDIS9999", &whole[9..]].concat(), "The file is no whole RDB file, says "),
        ] {
            let broken = backups(&source).join("broken");
            fs::write(&broken, bytes).unwrap();
            let said = check(&source, &broken).await.unwrap_err();
            assert!(said.starts_with(reason) && said.ends_with('.') && !said.contains("key:"), "{what}: {said}");
            assert!(source.driver.load(&source.instance, &broken, &Tally::default()).await.is_err(), "{what}");
        }
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "no server has read it as its settings");
        assert_eq!(keys(&source), 500, "what was refused has touched nothing");
    });
}

#[test]
fn a_restore_that_was_broken_off_begins_anew() {
    as_platform_user(this_test!(), async {
        let source = bench("small");
        source.provision().await;
        fill(&source, 3000);
        let file = copy(&source, "bak_1").await;

        let mut other = bench("small");
        other.provision().await;
        app(&other).set::<_, _, ()>("left over", "of an earlier try").unwrap();
        other.driver.load(&other.instance, &file, &Tally::default()).await.unwrap();
        assert_eq!(keys(&other), 3000, "nothing of before is left");
        let data = other.folder().join("data");
        // Wherever it is broken off, the next try ends well; the server is whatever it was then.
        for stage in ["copied", "started", "read", "rewritten"] {
            app(&other).set::<_, _, ()>("left over", stage).unwrap();
            let old = other.server().pid();
            let tally = Tally::default();
            let loading = other.driver.load(&other.instance, &file, &tally);
            let reached = eventually(stage, async || match stage {
                "copied" => data.join("dump.rdb").exists(),
                "started" => other.processes().iter().any(|process| process.pid() != old),
                "read" => tally.now().bytes.is_some_and(|bytes| bytes > 0),
                _ => {
                    data.join("appendonlydir").exists() && other.processes().iter().all(|process| process.pid() != old)
                }
            });
            tokio::select! {
                biased;
                () = reached => {}
                loaded = loading => drop(loaded.unwrap()),
            }
            other.restart_platform();
            other.driver.resume(&other.instance).await.unwrap();
            other.driver.load(&other.instance, &file, &Tally::default()).await.unwrap();
            assert_eq!(keys(&other), 3000, "{stage}");
            other.kill_server().await;
            other.driver.resume(&other.instance).await.unwrap();
            assert_eq!(keys(&other), 3000, "{stage}: durable");
        }
    });
}

#[test]
fn what_the_plan_can_not_hold_is_not_restored() {
    as_platform_user(this_test!(), async {
        let source = bench("small");
        source.provision().await;
        fill(&source, 30_000);
        let file = copy(&source, "bak_1").await;
        let mut other = bench("small");
        let memory = other.instance.plan.limits.iter_mut().find(|limit| limit.name == "memory").unwrap();
        memory.value = 3 << 20;
        other.provision().await;
        let error = other.driver.load(&other.instance, &file, &Tally::default()).await.unwrap_err();
        assert!(error.message.contains("takes more than the 3 MiB of memory that the plan small has"), "{error}");
        assert!(other.processes().is_empty());
    });
}
