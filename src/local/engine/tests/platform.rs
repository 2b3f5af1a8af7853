//! A platform for tests, which runs nothing but the [fake driver](super::fake::Fake) and can be killed.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::runtime::Runtime;

use super::fake::{Fake, Fault, World};
use crate::local::catalog;
use crate::local::db::operations::{Filter, OperationRow};
use crate::local::db::{Db, DbError, PlatformLock};
use crate::local::engine::rules::{NewAddon, NewAttachment};
use crate::local::engine::services::locked;
use crate::local::engine::{Engine, Parts, Refusal, Reply, Write, WriteRequest};
use crate::local::services::Driver;
use crate::local::services::release_log::ReleaseLog;
use crate::model::Plan;

/// A platform that can be killed: its engine lives on a runtime of its own, which is dropped in the middle of everything.
pub(in crate::local) struct Platform {
    folder: tempfile::TempDir,
    pub(super) world: Arc<World>,
    change_plan: fn(&mut Plan),
    running: Option<(Runtime, Arc<Engine>, PlatformLock)>,
}

impl Platform {
    pub(in crate::local) fn new() -> Self {
        Self::with_plans(|_| ())
    }

    /// One whose plans are not quite those of the catalog.
    pub(super) fn with_plans(change: fn(&mut Plan)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut platform = Self { folder, world: Arc::new(World::default()), change_plan: change, running: None };
        platform.start();
        platform
    }

    pub(in crate::local) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(in crate::local) fn set_fault(&self, fault: Option<Fault>) {
        *locked(&self.world.fault) = fault;
    }

    pub(in crate::local) fn start(&mut self) {
        assert!(self.running.is_none());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let lock = PlatformLock::take(self.folder.path()).unwrap();
        let fake = |service| Arc::new(Fake { service, world: Arc::clone(&self.world) }) as Arc<dyn Driver>;
        let mut offers = catalog::offers().unwrap();
        offers.iter_mut().flat_map(|offer| &mut offer.plans).for_each(self.change_plan);
        let world = Arc::clone(&self.world);
        let parts = Parts {
            platform: self.folder.path().to_owned(),
            db: Db::open(self.folder.path()).unwrap(),
            offers,
            drivers: vec![fake("postgresql"), fake("valkey"), Arc::new(ReleaseLog)],
            probe_interval: Duration::from_millis(20),
            checkpoint: Arc::new(move |kind, step, side| world.come_by((kind, step, side))),
        };
        let engine = runtime.block_on(Engine::start(parts)).unwrap();
        self.running = Some((runtime, engine, lock));
    }

    /// As by `kill -9`: whatever was going on is never heard of again.
    pub(in crate::local) fn kill(&mut self) {
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

    pub(in crate::local) fn engine(&self) -> &Arc<Engine> {
        &self.running.as_ref().unwrap().1
    }

    pub(in crate::local) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
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

    pub(in crate::local) fn create(&self, name: &str, app: Option<&str>) -> Result<Value, Refusal> {
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
    pub(in crate::local) fn until(&self, mut holds: impl FnMut() -> bool) {
        let began = std::time::Instant::now();
        while !holds() {
            assert!(began.elapsed() < Duration::from_secs(30), "it took too long");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits until the rows say so.
    pub(super) fn until_read(&self, holds: fn(&rusqlite::Connection) -> Result<bool, DbError>) {
        self.block_on(async {
            while !self.engine().db.read(holds).await.unwrap() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        });
    }

    /// Waits until the add-on is in this state; `None` for gone.
    pub(in crate::local) fn wait_for(&self, addon: &str, state: Option<&str>) {
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

    pub(super) fn operation(&self, id: &str) -> OperationRow {
        let id = id.to_owned();
        let find = move |db: &rusqlite::Connection| crate::local::db::operations::find(db, &id);
        self.block_on(self.engine().db.read(find)).unwrap().expect("the operation is there")
    }

    /// All of them, oldest first.
    pub(super) fn operations(&self) -> Vec<OperationRow> {
        let list =
            |db: &rusqlite::Connection| crate::local::db::operations::list(db, &Filter::default(), i64::MAX, i64::MAX);
        let mut rows = self.block_on(self.engine().db.read(list)).unwrap();
        rows.reverse();
        rows
    }

    /// Waits until an operation has ended.
    pub(super) fn wait_for_end(&self, id: &str) -> OperationRow {
        self.block_on(async {
            loop {
                let key = id.to_owned();
                let find = move |db: &rusqlite::Connection| crate::local::db::operations::find(db, &key);
                let row = self.engine().db.read(find).await.unwrap().expect("the operation is there");
                if !row.state.is_unfinished() {
                    return row;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        })
    }

    /// The add-on as `/v1` tells it.
    pub(super) fn told(&self, addon: &str) -> serde_json::Value {
        let (row, services) = (self.row(addon), Arc::clone(&self.engine().services));
        let tell = move |db: &rusqlite::Connection| crate::local::engine::documents::addon(db, &services, &row);
        self.block_on(self.engine().db.read(tell)).unwrap()
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
        } else if let Some((runtime, ..)) = self.running.take() {
            // The test has failed; whoever is held in a step is not waited for.
            runtime.shutdown_background();
        }
    }
}

pub(in crate::local) fn new_addon(name: &str, service: &str, app: Option<&str>) -> NewAddon {
    NewAddon {
        name: Some(name.to_owned()),
        team: None,
        service: service.to_owned(),
        plan: None,
        app: app.map(str::to_owned),
        alias: None,
    }
}
