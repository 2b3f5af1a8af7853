//! A driver that keeps a file as its server, and breaks off, fails or hangs where a test wants it to.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

pub(in crate::local) use super::platform::{Platform, new_addon};
use crate::local::engine::operations::{Kind, Side};
use crate::local::engine::services::locked;
use crate::local::services::{Availability, BackupFormat, Counted, Driver, Instance, Settings, Step, StepError, Tally};
use crate::model::{Endpoint, Health, Plan};

pub(super) const STEPS: &[Step] = &[Step::InitCluster, Step::StartServer, Step::Check];

/// What a copy begins with.
pub(in crate::local) const COPIED: &str = "COPY\n";

/// What goes wrong, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::local) enum Fault {
    /// Never ends, and has done nothing yet.
    HangBefore(&'static str),
    /// Has done its work, and never comes to say so.
    HangAfter(&'static str),
    /// Does its work and ends well, once the test lets it.
    Wait(&'static str),
    Fail(&'static str),
    /// There is no room for what it writes.
    Full(&'static str),
    /// It fails with the new plan or password, and works with the old one.
    FailNew(&'static str),
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
    /// Where the engine is broken off, once, and how often it comes by there before.
    pub(super) breakpoint: Mutex<Option<(Point, usize)>>,
    /// Where it has come by.
    pub(super) points: Mutex<Vec<Point>>,
    /// Where the engine stands still until it is let go.
    pub(super) stall: Mutex<Option<Point>>,
    stalled: Condvar,
    /// Every server truly listens on its port, and says the add-on's name to whoever connects.
    pub(super) listens: AtomicBool,
    servers: Mutex<HashMap<String, AbortHandle>>,
    /// How many are connected, where it can be told.
    pub(super) connections: Mutex<Option<u64>>,
    /// How many passwords were made up.
    passwords: AtomicUsize,
}

/// A side of a step of a kind.
pub(super) type Point = (Kind, Step, Side);

/// The password of an add-on until it is rotated.
const FIRST_PASSWORD: &str = "s3cret-of-the-app-0";

pub(super) struct Fake {
    pub(super) service: &'static str,
    pub(super) world: Arc<World>,
}

/// A driver that nothing is kept of.
pub(super) fn any() -> Fake {
    Fake { service: "postgresql", world: Arc::default() }
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
            Some(Fault::Full(at)) if at == step => Err(failed("could not write: No space left on device", false)),
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

    /// Breaks off whoever comes by at the breakpoint: nothing is heard of that task any more.
    pub(super) fn come_by(&self, point: Point) {
        locked(&self.points).push(point);
        let is_here = |(at, passes): &mut (Point, usize)| {
            let is_now = *at == point && *passes == 0;
            *passes = passes.saturating_sub(usize::from(*at == point));
            is_now
        };
        if locked(&self.breakpoint).take_if(is_here).is_some() {
            self.hangs.notify_one();
            // Without a word on standard error.
            std::panic::resume_unwind(Box::new("broken off"));
        }
        if *locked(&self.stall) == Some(point) {
            self.hangs.notify_one();
            tokio::task::block_in_place(|| {
                let stall = locked(&self.stall);
                drop(self.stalled.wait_while(stall, |stall| *stall == Some(point)).unwrap());
            });
        }
    }

    /// Lets the engine go on where it stands still.
    pub(super) fn let_go(&self) {
        *locked(&self.stall) = None;
        self.stalled.notify_all();
    }

    async fn meet_new(&self, step: &'static str, is_new: bool, work: impl Fn()) -> Result<(), StepError> {
        if is_new && *locked(&self.fault) == Some(Fault::FailNew(step)) {
            return Err(failed("It does not work like this.", false));
        }
        self.meet(step, work).await
    }

    /// Where servers truly listen: starts one, if it does not run.
    async fn serve(&self, instance: &Instance) -> Result<(), StepError> {
        let runs = locked(&self.servers).get(&instance.id).is_some_and(|server| !server.is_finished());
        if runs || !self.listens.load(Ordering::SeqCst) {
            return Ok(());
        }
        let listener = TcpListener::bind(("127.0.0.1", instance.settings.port)).await;
        let listener = listener.map_err(|error| failed(&format!("The port: {error}."), true))?;
        let name = instance.name.clone();
        let server = tokio::spawn(async move {
            while let Ok((mut connection, _)) = listener.accept().await {
                let greeting = format!("{name} is here\n");
                tokio::spawn(async move { connection.write_all(greeting.as_bytes()).await });
            }
        });
        locked(&self.servers).insert(instance.id.clone(), server.abort_handle());
        Ok(())
    }

    async fn end_server(&self, instance: &Instance) {
        drop(fs::remove_file(instance.folder.join("start_server")));
        let server = locked(&self.servers).remove(&instance.id);
        if let Some(server) = server {
            server.abort();
            while !server.is_finished() {
                tokio::task::yield_now().await;
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
            password: SecretString::from(format!(
                "s3cret-of-the-app-{}",
                self.world.passwords.fetch_add(1, Ordering::SeqCst)
            )),
            admin_password: SecretString::from("s3cret-of-the-platform"),
            database: addon_name.replace('-', "_"),
        }
    }

    fn needs_port(&self) -> bool {
        true
    }

    async fn run_step(&self, step: Step, instance: &Instance) -> Result<String, StepError> {
        if step == Step::StartServer {
            self.world.serve(instance).await?;
        }
        let step = step.name();
        locked(&self.world.calls).push(format!("{step} {} {}", instance.name, instance.settings.port));
        assert!(instance.folder.join("manifest.json").exists(), "the folder comes before the first step");
        self.world.meet(step, || fs::write(instance.folder.join(step), "done").unwrap()).await?;
        Ok(format!("{step} ended"))
    }

    async fn resume(&self, instance: &Instance) -> Result<String, StepError> {
        locked(&self.world.calls).push(format!("resume {} {}", instance.name, instance.settings.port));
        let is_new = instance.plan.name != "small";
        self.world
            .meet_new("resume", is_new, || fs::write(instance.folder.join("start_server"), "again").unwrap())
            .await?;
        self.world.serve(instance).await?;
        Ok("adopted".to_owned())
    }

    async fn probe(&self, instance: &Instance) -> Health {
        self.world.probes.fetch_add(1, Ordering::SeqCst);
        if instance.folder.join("start_server").exists() { Health::Ok } else { Health::Failing("no server".into()) }
    }

    fn ended(&self, instance: &Instance) -> Option<StepError> {
        let runs = instance.folder.join("start_server").exists();
        (!runs).then(|| failed("The server does not run; its log ends with: FATAL: the server's own words", false))
    }

    async fn stop(&self, instance: &Instance) -> Result<(), StepError> {
        locked(&self.world.calls).push(format!("stop {}", instance.name));
        self.world.meet("stop", || ()).await?;
        self.world.end_server(instance).await;
        Ok(())
    }

    async fn retire(&self, instance: &Instance) -> Result<(), StepError> {
        locked(&self.world.calls).push(format!("retire {} folder={}", instance.name, instance.folder.exists()));
        self.world.meet("retire", || drop(fs::remove_file(instance.folder.join("start_server")))).await?;
        self.world.end_server(instance).await;
        Ok(())
    }

    fn endpoint(&self, instance: &Instance) -> Option<Endpoint> {
        let Settings { port, user, database, .. } = &instance.settings;
        Some(Endpoint {
            host: "127.0.0.1".to_owned(),
            port: *port,
            database: Some(database.clone()),
            user: Some(user.clone()),
        })
    }

    fn values(&self, instance: &Instance) -> Vec<(&'static str, SecretString)> {
        let url = format!("fake://127.0.0.1:{}", instance.settings.port);
        self.config_vars().iter().map(|name| (*name, SecretString::from(url.clone()))).collect()
    }

    fn log_file(&self, instance: &Instance) -> Option<PathBuf> {
        Some(instance.folder.join("server.log"))
    }

    async fn usage(&self, _: &Instance) -> Result<Vec<Counted>, StepError> {
        let connections = *locked(&self.world.connections);
        Ok(connections.map(|value| Counted { name: "connections", value, unit: "count" }).into_iter().collect())
    }

    async fn check_fit(&self, instance: &Instance, plan: &Plan) -> Result<String, StepError> {
        // The row has its old plan, unless somebody else has had it changed to the same one meanwhile.
        if instance.plan.name == plan.name {
            return Err(failed("It has that plan already.", false));
        }
        self.world.meet("check_fit", || ()).await?;
        Ok("it fits".to_owned())
    }

    async fn apply_plan(&self, instance: &Instance) -> Result<String, StepError> {
        let plan = instance.plan.name.clone();
        let apply = || fs::write(instance.folder.join("plan"), &plan).unwrap();
        self.world.meet_new("apply_plan", plan != "small", apply).await?;
        Ok(format!("{plan} is true"))
    }

    async fn change_password(&self, instance: &Instance) -> Result<String, StepError> {
        assert!(instance.folder.join("start_server").exists(), "the server runs");
        let password = instance.settings.password.expose_secret();
        fs::write(instance.folder.join("password"), password).unwrap();
        self.world.meet_new("change_password", password != FIRST_PASSWORD, || ()).await?;
        Ok("the password is another one".to_owned())
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
