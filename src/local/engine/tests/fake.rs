//! A driver that keeps a file as its server, and breaks off, fails or hangs where a test wants it to.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::local::catalog;
use crate::local::db::{Db, PlatformLock};
use crate::local::engine::operations;
use crate::local::engine::rules::{NewAddon, NewAttachment};
use crate::local::engine::services::locked;
use crate::local::engine::{Engine, Parts, Refusal, Reply, Write, WriteRequest};
use crate::local::services::{Availability, BackupFormat, Driver, Instance, Settings, Step, StepError, Tally};
use crate::model::{Endpoint, Health, Plan};

pub(super) const STEPS: &[Step] = &[Step::InitCluster, Step::StartServer, Step::Check];

/// What a copy begins with.
pub(super) const COPIED: &str = "COPY\n";

/// What goes wrong, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Never ends, and has done nothing yet.
    HangBefore(&'static str),
    /// Has done its work, and never comes to say so.
    HangAfter(&'static str),
    /// Does its work and ends well, once the test lets it.
    Wait(&'static str),
    Fail(&'static str),
    /// The port is taken, this many times.
    PortTaken(&'static str, usize),
    Panic(&'static str),
}

#[derive(Default)]
pub(super) struct World {
    pub(super) fault: Mutex<Option<Fault>>,
    pub(super) missing: Mutex<Option<String>>,
    /// Every call, in order.
    pub(super) calls: Mutex<Vec<String>>,
    /// How often any add-on was asked for its health.
    pub(super) probes: AtomicUsize,
    /// Told when a hanging step is reached.
    pub(super) hangs: tokio::sync::Notify,
    /// Lets a waiting step go on.
    pub(super) goes_on: tokio::sync::Notify,
}

pub(super) struct Fake {
    pub(super) service: &'static str,
    pub(super) world: Arc<World>,
}

fn failed(message: &str, port_taken: bool) -> StepError {
    StepError { message: message.to_owned(), log: vec!["FATAL: the server's own words".to_owned()], port_taken }
}

impl World {
    pub(super) fn calls(&self) -> Vec<String> {
        locked(&self.calls).clone()
    }

    async fn meet(&self, step: &str, work: impl Fn()) -> Result<(), StepError> {
        let fault = *locked(&self.fault);
        match fault {
            Some(Fault::HangBefore(at)) if at == step => self.hang().await,
            Some(Fault::HangAfter(at)) if at == step => {
                work();
                self.hang().await
            }
            Some(Fault::Wait(at)) if at == step => {
                self.hangs.notify_one();
                self.goes_on.notified().await;
                work();
                Ok(())
            }
            Some(Fault::Fail(at)) if at == step => Err(failed("It did not work.", false)),
            Some(Fault::PortTaken(at, times)) if at == step && times > 0 => {
                *locked(&self.fault) = Some(Fault::PortTaken(at, times - 1));
                Err(failed("The port is taken.", true))
            }
            Some(Fault::Panic(at)) if at == step => panic!("a defect in a driver"),
            _ => {
                work();
                Ok(())
            }
        }
    }

    async fn hang(&self) -> ! {
        self.hangs.notify_one();
        std::future::pending().await
    }
}

#[async_trait]
impl Driver for Fake {
    fn service(&self) -> &'static str {
        self.service
    }

    fn availability(&self) -> Availability {
        match locked(&self.world.missing).clone() {
            Some(reason) => Availability::Missing(reason),
            None => Availability::Available { program: Some("/bin/fake 1.0".to_owned()) },
        }
    }

    fn config_vars(&self) -> &'static [&'static str] {
        if self.service == "valkey" { &["REDIS_URL"] } else { &["DATABASE_URL", "PGPASSWORD"] }
    }

    fn steps(&self) -> &'static [Step] {
        STEPS
    }

    fn allocate(&self, addon_name: &str, port: u16) -> Settings {
        Settings {
            port,
            user: "app".to_owned(),
            password: SecretString::from("s3cret-of-the-app"),
            admin_password: SecretString::from("s3cret-of-the-platform"),
            database: addon_name.replace('-', "_"),
        }
    }

    fn needs_port(&self) -> bool {
        true
    }

    async fn run_step(&self, step: Step, instance: &Instance) -> Result<String, StepError> {
        let step = step.name();
        locked(&self.world.calls).push(format!("{step} {} {}", instance.name, instance.settings.port));
        assert!(instance.folder.join("manifest.json").exists(), "the folder comes before the first step");
        self.world.meet(step, || fs::write(instance.folder.join(step), "done").unwrap()).await?;
        Ok(format!("{step} ended"))
    }

    async fn resume(&self, instance: &Instance) -> Result<String, StepError> {
        locked(&self.world.calls).push(format!("resume {} {}", instance.name, instance.settings.port));
        self.world.meet("resume", || fs::write(instance.folder.join("start_server"), "again").unwrap()).await?;
        Ok("adopted".to_owned())
    }

    async fn probe(&self, instance: &Instance) -> Health {
        self.world.probes.fetch_add(1, Ordering::SeqCst);
        if instance.folder.join("start_server").exists() { Health::Ok } else { Health::Failing("no server".to_owned()) }
    }

    fn ended(&self, instance: &Instance) -> Option<StepError> {
        let runs = instance.folder.join("start_server").exists();
        (!runs).then(|| failed("The server does not run; its log ends with: FATAL: the server's own words", false))
    }

    async fn stop(&self, instance: &Instance) -> Result<(), StepError> {
        locked(&self.world.calls).push(format!("stop {}", instance.name));
        drop(fs::remove_file(instance.folder.join("start_server")));
        Ok(())
    }

    async fn retire(&self, instance: &Instance) -> Result<(), StepError> {
        locked(&self.world.calls).push(format!("retire {} folder={}", instance.name, instance.folder.exists()));
        self.world.meet("retire", || drop(fs::remove_file(instance.folder.join("start_server")))).await
    }

    fn endpoint(&self, instance: &Instance) -> Endpoint {
        let Settings { port, user, database, .. } = &instance.settings;
        Endpoint {
            host: "127.0.0.1".to_owned(),
            port: *port,
            database: Some(database.clone()),
            user: Some(user.clone()),
        }
    }

    fn values(&self, instance: &Instance) -> Vec<(&'static str, SecretString)> {
        let url = format!("fake://127.0.0.1:{}", instance.settings.port);
        self.config_vars().iter().map(|name| (*name, SecretString::from(url.clone()))).collect()
    }

    fn log_file(&self, instance: &Instance) -> Option<PathBuf> {
        Some(instance.folder.join("server.log"))
    }

    fn backup_format(&self, plan: &Plan) -> Result<BackupFormat, String> {
        match plan.name.as_str() {
            "cache" => Err("A cache has nothing to keep.".to_owned()),
            _ => Ok(BackupFormat { extension: "copy", name: "copy of the data file" }),
        }
    }

    async fn copy(&self, instance: &Instance, file: &Path, progress: &Tally) -> Result<String, StepError> {
        locked(&self.world.calls).push(format!("copy {}", instance.name));
        assert!(!file.exists(), "a copy begins anew");
        // What an interrupted copy leaves is half of it.
        fs::write(file, COPIED).unwrap();
        progress.tell(|told| told.bytes = Some(COPIED.len() as u64));
        let data = fs::read(instance.folder.join("data")).unwrap_or_default();
        self.world.meet("copy", || fs::write(file, [COPIED.as_bytes(), &data].concat()).unwrap()).await?;
        Ok("copied".to_owned())
    }

    async fn check_copy(&self, file: &Path, scratch: &Path) -> Result<String, StepError> {
        locked(&self.world.calls).push("check_copy".to_owned());
        assert!(scratch.is_dir(), "the tool has a place of its own");
        self.world.meet("check_copy", || ()).await?;
        match fs::read_to_string(file).unwrap().strip_prefix(COPIED) {
            Some(data) => Ok(format!("{} bytes of data", data.len())),
            None => Err(failed("It is not a copy.", false)),
        }
    }

    async fn load(&self, instance: &Instance, file: &Path, progress: &Tally) -> Result<String, StepError> {
        locked(&self.world.calls).push(format!("load {}", instance.name));
        progress.tell(|told| told.bytes = Some(1));
        let data = fs::read_to_string(file).unwrap().split_off(COPIED.len());
        self.world.meet("load", || fs::write(instance.folder.join("data"), &data).unwrap()).await?;
        Ok("loaded".to_owned())
    }
}

/// A platform that can be killed: its engine lives on a runtime of its own, which is dropped in the middle of everything.
pub(super) struct Platform {
    folder: tempfile::TempDir,
    pub(super) world: Arc<World>,
    running: Option<(Runtime, Arc<Engine>, PlatformLock)>,
}

impl Platform {
    pub(super) fn new() -> Self {
        let mut platform =
            Self { folder: tempfile::tempdir().unwrap(), world: Arc::new(World::default()), running: None };
        platform.start();
        platform
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn set_fault(&self, fault: Option<Fault>) {
        *locked(&self.world.fault) = fault;
    }

    pub(super) fn start(&mut self) {
        assert!(self.running.is_none());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let lock = PlatformLock::take(self.folder.path()).unwrap();
        let fake = |service| Arc::new(Fake { service, world: Arc::clone(&self.world) }) as Arc<dyn Driver>;
        let parts = Parts {
            platform: self.folder.path().to_owned(),
            db: Db::open(self.folder.path()).unwrap(),
            offers: catalog::offers().unwrap(),
            drivers: vec![fake("postgresql"), fake("valkey")],
            probe_interval: Duration::from_millis(20),
            checkpoint: operations::unwatched(),
        };
        let engine = runtime.block_on(Engine::start(parts)).unwrap();
        self.running = Some((runtime, engine, lock));
    }

    /// As by `kill -9`: whatever was going on is never heard of again.
    pub(super) fn kill(&mut self) {
        let (runtime, engine, lock) = self.running.take().unwrap();
        runtime.shutdown_timeout(Duration::from_secs(10));
        assert_eq!(Arc::strong_count(&engine), 1, "a task outlived the runtime");
        drop(engine);
        drop(lock);
    }

    pub(super) fn restart(&mut self) {
        self.kill();
        self.start();
    }

    pub(super) fn engine(&self) -> &Arc<Engine> {
        &self.running.as_ref().unwrap().1
    }

    pub(super) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        let limited = async { tokio::time::timeout(Duration::from_secs(30), future).await.expect("it took too long") };
        self.running.as_ref().unwrap().0.block_on(limited)
    }

    pub(super) fn send(&self, write: Write, key: Option<(&str, &str)>) -> Result<Reply, Refusal> {
        let idempotency = key.map(|(key, fingerprint)| (key.to_owned(), fingerprint.to_owned()));
        self.block_on(self.engine().write(WriteRequest { write, by: "tester".to_owned(), idempotency }))
    }

    pub(super) fn write(&self, write: Write) -> Result<Value, Refusal> {
        self.send(write, None).map(|reply| reply.body)
    }

    pub(super) fn create(&self, name: &str, app: Option<&str>) -> Result<Value, Refusal> {
        self.write(Write::CreateAddon(new_addon(name, "postgresql", app)))
    }

    pub(super) fn attach(&self, addon: &str, app: &str, alias: Option<&str>) -> Result<Value, Refusal> {
        self.write(Write::Attach(NewAttachment {
            addon: addon.to_owned(),
            app: app.to_owned(),
            alias: alias.map(str::to_owned),
        }))
    }

    /// Waits until a condition holds that the engine brings about.
    pub(super) fn until(&self, mut holds: impl FnMut() -> bool) {
        self.block_on(async {
            while !holds() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        });
    }

    /// Waits until the add-on is in this state; `None` for gone.
    pub(super) fn wait_for(&self, addon: &str, state: Option<&str>) {
        let addon = addon.to_owned();
        self.block_on(async {
            loop {
                let key = addon.clone();
                let find = move |db: &rusqlite::Connection| crate::local::db::addons::find(db, &key);
                let row = self.engine().db.read(find).await.unwrap();
                if row.map(|row| row.state.word()) == state {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        });
    }

    /// `step status` of every event, in order.
    pub(super) fn events(&self, addon: &str) -> Vec<String> {
        let addon = addon.to_owned();
        let read = move |db: &rusqlite::Connection| {
            let row = crate::local::db::addons::find(db, &addon)?.expect("the add-on is there");
            crate::local::db::events::list(db, &row.id, 0, i64::MAX)
        };
        let events = self.block_on(self.engine().db.read(read)).unwrap();
        events.iter().map(|event| format!("{} {}", event.step, event.status)).collect()
    }

    /// `description` of every release of an app, oldest first.
    pub(super) fn releases(&self, app: &str) -> Vec<String> {
        let app = app.to_owned();
        let read = move |db: &rusqlite::Connection| {
            let row = crate::local::db::apps::find_app(db, &app)?.expect("the app is there");
            crate::local::db::releases::list(db, &row.id, i64::MAX, i64::MAX)
        };
        let releases = self.block_on(self.engine().db.read(read)).unwrap();
        releases.iter().rev().map(|release| release.description.clone()).collect()
    }

    pub(super) fn row(&self, addon: &str) -> crate::local::db::addons::AddonRow {
        let addon = addon.to_owned();
        let find = move |db: &rusqlite::Connection| crate::local::db::addons::find(db, &addon);
        self.block_on(self.engine().db.read(find)).unwrap().expect("the add-on is there")
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        if self.running.is_some() && !std::thread::panicking() {
            self.kill();
        }
    }
}

pub(super) fn new_addon(name: &str, service: &str, app: Option<&str>) -> NewAddon {
    NewAddon {
        name: Some(name.to_owned()),
        team: None,
        service: service.to_owned(),
        plan: None,
        app: app.map(str::to_owned),
        alias: None,
    }
}
