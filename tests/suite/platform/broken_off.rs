//! The real platform with real servers, killed before and after every step of every operation: it is started again each
//! time, and in the end everything that was asked for has happened, once.
//!
//! One run of each service's life meets every point: the platform kills itself at each point that it has not been killed at
//! before, and remembers that on disk. It is this very program, so that nothing of it is in the one that people use.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use attache::local::api::{Api, Limits, serve_unix};
use attache::local::db::{Db, PlatformLock};
use attache::local::engine::operations::{Checkpoint, Kind, Side};
use attache::local::engine::{Engine, Parts};
use attache::local::services::{Step, registry};
use attache::local::{catalog, user};
use rustix::process::{Pid, Signal, getpid, kill_process};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::client::*;
use crate::support::home::{Home, RunAs};

const FOLDER: &str = "ATTACHE_TEST_PLATFORM";
const BROKEN: &str = "broken-off";
const ANSWERS: &str = "the platform answers";

/// The platform that kills itself. Started by the tests below, never by itself.
#[test]
#[ignore = "started by the tests that break it off"]
fn child_platform() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let _lock = PlatformLock::take(&folder).unwrap();
        let parts = Parts {
            platform: folder.clone(),
            db: Db::open(&folder).unwrap(),
            offers: catalog::offers().unwrap(),
            drivers: registry(),
            probe_interval: Duration::from_secs(3600),
            checkpoint: killing(folder.join(BROKEN)),
        };
        let engine = Engine::start(parts).await.unwrap();
        let api = Api::new(Arc::clone(&engine), "tester".to_owned(), Limits::default());
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        serve_unix(&api, &folder.join("run/api.sock"), &stop, &tasks).unwrap();
        println!("{ANSWERS}");
        let mut term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).unwrap();
        term.recv().await;
        stop.cancel();
        engine.shut_down(Duration::from_secs(60)).await.unwrap();
    });
}

/// Whoever looks whether it is to be killed.
static KILLING: Mutex<()> = Mutex::new(());

/// Kills this process at every point where it was not killed before.
fn killing(file: PathBuf) -> Checkpoint {
    Arc::new(move |kind: Kind, step: Step, side: Side| {
        let point = format!("{} {step} {side:?}", kind.word());
        // Two may come to a point at once: the other one is killed while it waits, and has written nothing.
        let _alone = KILLING.lock().unwrap();
        let known = std::fs::read_to_string(&file).unwrap_or_default();
        if known.lines().any(|line| line == point) {
            return;
        }
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(&file).unwrap();
        file.write_all(format!("{point}\n").as_bytes()).unwrap();
        file.sync_all().unwrap();
        kill_process(getpid(), Signal::KILL).unwrap();
        loop {
            std::thread::park();
        }
    })
}

/// A platform that is started again whenever it was killed, until it is stopped.
struct Kept {
    home: Home,
    is_over: Arc<AtomicBool>,
    keeper: Option<std::thread::JoinHandle<usize>>,
    keys: u32,
}

fn start(folder: &Path) -> Child {
    let mut command = Command::new("/proc/self/exe");
    command
        .args(["--exact", "platform::broken_off::child_platform", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .current_dir("/")
        .stdout(Stdio::piped())
        .stdin(Stdio::null());
    if user::is_root() {
        user::find(user::PLATFORM_USER).unwrap().run(&mut command);
    }
    let mut child = command.spawn().unwrap();
    // Until it answers, or is killed before.
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
    while let Some(Ok(line)) = out.next() {
        if line.contains(ANSWERS) {
            break;
        }
    }
    // What it prints at its end has to go somewhere.
    std::thread::spawn(move || out.for_each(drop));
    child
}

impl Kept {
    fn new() -> Self {
        let home = Home::new_as(RunAs::OrdinaryUser);
        // The real binary makes the folders as they are to be.
        home.platform_up();
        home.line("platform down").expect(0);
        let is_over = Arc::new(AtomicBool::new(false));
        let (folder, over) = (home.platform_folder(), Arc::clone(&is_over));
        let keeper = std::thread::spawn(move || {
            let mut kills = 0;
            loop {
                let mut child = start(&folder);
                std::fs::write(folder.join("pid-of-the-test"), child.id().to_string()).unwrap();
                let status = child.wait().unwrap();
                if over.load(Ordering::SeqCst) {
                    assert!(status.success(), "it stops in order: {status}");
                    return kills;
                }
                assert_eq!(status.signal(), Some(9), "it ends by nothing but the kill: {status}");
                kills += 1;
            }
        });
        Self { home, is_over, keeper: Some(keeper), keys: 0 }
    }

    /// An answer, however often the platform is killed before it gives one. A write is repeated under its key.
    fn ask(&mut self, method: &str, path: &str, body: &Value) -> Answer {
        self.keys += 1;
        let key = format!("key-{}", self.keys);
        let text = if body.is_null() { String::new() } else { body.to_string() };
        until(&format!("an answer to {method} {path}"), || {
            let keeper = self.keeper.as_ref().unwrap();
            assert!(!keeper.is_finished(), "the platform has ended for good");
            try_send(&self.home, method, path, &[("Idempotency-Key", &key)], text.as_bytes())
        })
    }

    fn get(&mut self, path: &str) -> Value {
        self.ask("GET", path, &Value::Null).expect(200)
    }

    /// Asks for something that takes steps, and waits for its end: the state and the message of its operation.
    fn carry_out(&mut self, method: &str, path: &str, body: &Value) -> (Value, String, Value) {
        let answer = self.ask(method, path, body).expect(202);
        let id = answer["operation"]["id"].as_str().unwrap().to_owned();
        let ended = loop {
            let operation = self.get(&format!("/v1/operations/{id}"))["operation"].clone();
            if ["done", "failed"].contains(&operation["state"].as_str().unwrap()) {
                break operation;
            }
        };
        self.check_folders();
        (answer, ended["state"].as_str().unwrap().to_owned(), ended["message"].clone())
    }

    #[track_caller]
    fn done(&mut self, method: &str, path: &str, body: &Value) -> Value {
        let (answer, state, message) = self.carry_out(method, path, body);
        assert_eq!(state, "done", "{method} {path}: {message}");
        answer
    }

    /// No folder without a row and no row without its folder; no file of a backup without a row, and no finished backup
    /// without its file. Looked at between two operations.
    fn check_folders(&mut self) {
        let names = |folder: PathBuf| -> BTreeSet<String> {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
        };
        let folder = self.home.platform_folder();
        let rows = self.get("/v1/addons")["addons"].clone();
        let ids: BTreeSet<String> =
            rows.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(names(folder.join("addons")), ids, "folders and rows of add-ons");
        let mut files = BTreeSet::new();
        for owner in names(folder.join("backups")) {
            files.extend(names(folder.join("backups").join(owner)));
        }
        let rows = self.get("/v1/backups")["backups"].clone();
        for row in rows.as_array().unwrap().iter().filter(|row| row["state"] == "finished") {
            let id = row["id"].as_str().unwrap();
            let own = files.iter().filter(|file| file.starts_with(id)).count();
            assert_eq!(own, 2, "a finished backup has its file and its manifest: {id} in {files:?}");
            files.retain(|file| !file.starts_with(id));
        }
        assert!(files.is_empty(), "files without a finished backup: {files:?}");
    }

    /// Ends it, and gives how often it was killed, and where.
    fn stop(mut self) -> (usize, BTreeSet<String>) {
        let folder = self.home.platform_folder();
        self.is_over.store(true, Ordering::SeqCst);
        let pid: i32 = std::fs::read_to_string(folder.join("pid-of-the-test")).unwrap().parse().unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), Signal::TERM).unwrap();
        let kills = self.keeper.take().unwrap().join().unwrap();
        let left = processes_in(&folder);
        assert!(left.is_empty(), "processes of the platform outlive it: {left:?}");
        let points = std::fs::read_to_string(folder.join(BROKEN)).unwrap();
        (kills, points.lines().map(str::to_owned).collect())
    }
}

/// A test that failed must not leave a platform that is started again and again.
impl Drop for Kept {
    fn drop(&mut self) {
        let Some(keeper) = self.keeper.take() else { return };
        self.is_over.store(true, Ordering::SeqCst);
        until("the end of the platform", || {
            let pid = std::fs::read_to_string(self.home.platform_folder().join("pid-of-the-test")).ok()?;
            let _ = kill_process(Pid::from_raw(pid.parse().ok()?)?, Signal::KILL);
            keeper.is_finished().then_some(())
        });
        let _ = keeper.join();
    }
}

/// The command lines of processes that work in a folder or name it.
fn processes_in(folder: &Path) -> Vec<String> {
    let folder = folder.to_str().unwrap();
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter_map(|process| {
            let path = process.path();
            let line = std::fs::read(path.join("cmdline")).ok()?;
            let line = String::from_utf8_lossy(&line).replace('\0', " ");
            let works_in = std::fs::read_link(path.join("cwd")).is_ok_and(|cwd| cwd.starts_with(folder));
            (works_in || line.contains(folder)).then_some(line)
        })
        .collect()
}

/// Every point was met on both sides.
fn check_points(service: &str, kills: usize, points: &BTreeSet<String>, kinds: &[&str]) {
    println!("{service}: killed {kills} times, at {} points", points.len());
    assert_eq!(kills, points.len(), "one kill at each point");
    for point in points {
        let other = match point.strip_suffix("Before") {
            Some(step) => format!("{step}After"),
            None => format!("{}Before", point.strip_suffix("After").unwrap()),
        };
        assert!(points.contains(&other), "{point}, and not {other}");
    }
    for kind in kinds {
        assert!(points.iter().any(|point| point.split(' ').next() == Some(kind)), "{kind} was never broken off");
    }
}

fn values(platform: &mut Kept, addon: &str) -> std::collections::HashMap<String, String> {
    let variables = platform.get(&format!("/v1/addons/{addon}/config_vars?reveal=true"));
    let variables = variables["config_vars"].as_array().unwrap().clone();
    variables
        .iter()
        .map(|one| (one["name"].as_str().unwrap().to_owned(), one["value"].as_str().unwrap().to_owned()))
        .collect()
}

fn sql(platform: &mut Kept, addon: &str, statement: &str) -> String {
    let values = values(platform, addon);
    let mut command = Command::new("psql");
    command.args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement]);
    command.envs(values.iter().filter(|(name, _)| name.starts_with("PG")));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A life in which every kind of operation occurs. `fill` and `count` write and read what must not be lost.
fn live(
    platform: &mut Kept,
    service: &str,
    [plan, larger]: [&str; 2],
    fill: impl Fn(&mut Kept, &str),
    count: impl Fn(&mut Kept, &str) -> String,
) {
    let sleeps = plan == "dev";
    let addon = json!({ "addon": { "service": service, "plan": plan, "name": "orders", "app": "billing" } });
    platform.done("POST", "/v1/addons", &addon);
    fill(platform, "orders");
    let expected = count(platform, "orders");
    if sleeps {
        platform.done("POST", "/v1/addons/orders/sleep", &Value::Null);
        platform.done("POST", "/v1/addons/orders/wake", &Value::Null);
    }
    let backup = platform.done("POST", "/v1/addons/orders/backups", &Value::Null)["backup"].clone();
    let id = backup["id"].as_str().unwrap().to_owned();
    let restore = json!({ "restore": { "name": "copy", "plan": plan } });
    platform.done("POST", &format!("/v1/backups/{id}/restore"), &restore);
    assert_eq!(count(platform, "copy"), expected, "what was backed up is what was restored");

    if plan != larger {
        platform.done("PATCH", "/v1/addons/orders", &json!({ "addon": { "plan": larger } }));
    }
    platform.done("POST", "/v1/addons/orders/rotate_credentials", &Value::Null);
    platform.done("POST", "/v1/addons/orders/restart", &Value::Null);
    platform.done("PATCH", "/v1/addons/orders", &json!({ "addon": { "name": "orders-2" } }));
    assert_eq!(count(platform, "orders-2"), expected, "nothing of all that loses anything");
    let releases = platform.get("/v1/apps/billing/releases")["releases"].as_array().unwrap().len();
    assert_eq!(releases, 2, "one for the attachment, one for the new password, and none twice");

    spoil(platform, &id);
    let restore = json!({ "restore": { "name": "never", "plan": plan } });
    let (_, state, message) = platform.carry_out("POST", &format!("/v1/backups/{id}/restore"), &restore);
    assert_eq!(state, "failed", "{message}");
    let list = platform.get("/v1/addons")["addons"].to_string();
    assert!(!list.contains("\"never\""), "a restore that fails leaves no add-on: {list}");

    platform.done("DELETE", &format!("/v1/backups/{id}"), &Value::Null);
    platform.done("DELETE", "/v1/addons/copy", &Value::Null);
    platform.done("DELETE", "/v1/addons/orders-2", &Value::Null);
}

/// Damages a backup's file in the middle.
fn spoil(platform: &Kept, id: &str) {
    let backups = platform.home.platform_folder().join("backups");
    for owner in std::fs::read_dir(backups).unwrap().flatten() {
        for file in std::fs::read_dir(owner.path()).unwrap().flatten() {
            let name = file.file_name().into_string().unwrap();
            if name.starts_with(id) && !name.ends_with(".json") {
                let mut bytes = std::fs::read(file.path()).unwrap();
                let middle = bytes.len() / 2;
                for byte in bytes.iter_mut().skip(middle).take(64) {
                    *byte ^= 0x55;
                }
                std::fs::write(file.path(), bytes).unwrap();
            }
        }
    }
}

const KINDS: &[&str] = &["create", "back_up", "restore", "rotate", "restart", "rename", "delete_backup", "destroy"];

#[test]
fn postgresql_survives_a_kill_at_every_point() {
    let mut platform = Kept::new();
    let fill = |platform: &mut Kept, addon: &str| {
        let made =
            "CREATE TABLE orders AS SELECT n AS id, repeat('order', 20) AS text FROM generate_series(1, 2000) AS n";
        sql(platform, addon, made);
    };
    let count = |platform: &mut Kept, addon: &str| sql(platform, addon, "SELECT count(*), sum(id) FROM orders");
    live(&mut platform, "postgresql", ["dev", "small"], fill, count);
    let (kills, points) = platform.stop();
    check_points("postgresql", kills, &points, &[KINDS, &["sleep", "wake", "change_plan"]].concat());
}

#[test]
fn valkey_survives_a_kill_at_every_point() {
    let redis = |platform: &mut Kept, addon: &str, words: &[&str]| {
        let url = values(platform, addon)["REDIS_URL"].clone();
        let (user, rest) = url.strip_prefix("redis://").unwrap().split_once(':').unwrap();
        let (password, address) = rest.split_once('@').unwrap();
        let port = address.split_once(':').unwrap().1.split_once('/').unwrap().0;
        let mut command = Command::new("redis-cli");
        command.args(["-h", "127.0.0.1", "-p", port, "--user", user]).env("REDISCLI_AUTH", password).args(words);
        String::from_utf8(command.output().unwrap().stdout).unwrap().trim().to_owned()
    };
    let mut platform = Kept::new();
    let fill = |platform: &mut Kept, addon: &str| {
        assert_eq!(redis(platform, addon, &["MSET", "a", "1", "b", "2", "c", "3"]), "OK");
    };
    let count = |platform: &mut Kept, addon: &str| redis(platform, addon, &["MGET", "a", "b", "c"]);
    live(&mut platform, "valkey", ["small", "standard"], fill, count);
    let (kills, points) = platform.stop();
    check_points("valkey", kills, &points, &[KINDS, &["change_plan"]].concat());
}

#[test]
fn buckets_survive_a_kill_at_every_point() {
    let mut platform = Kept::new();
    live(&mut platform, "object-storage", ["standard", "standard"], |_, _| {}, |_, _| String::new());
    let (kills, points) = platform.stop();
    check_points("object-storage", kills, &points, KINDS);
}
