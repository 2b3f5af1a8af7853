//! One add-on on a bench: a folder of its own, a driver, and no server left behind.

use std::collections::BTreeSet;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::{Duration, Instant};

use attache::local::programs::Places;
use attache::local::services::postgresql::PostgreSql;
use attache::local::services::valkey::Valkey;
use attache::local::services::{Driver, Instance, Step, StepError, Tally};
use attache::local::supervisor::Process;
use attache::local::{catalog, ports, user};
use rustix::process::Signal;
use secrecy::ExposeSecret;

/// Under which names servers and their helpers run.
const SERVERS: &[&str] = &["postgres", "initdb", "pg_dump", "pg_restore", "redis-server", "valkey-server"];

/// The full name of the test function that this stands in, as the test runner takes it.
macro_rules! this_test {
    () => {{
        fn here() {}
        let name = std::any::type_name_of_val(&here).trim_end_matches("::here");
        name.split_once("::").expect("a test is in a module").1
    }};
}
pub(super) use this_test;

/// Runs a test's body as a user who may run servers: ourselves, or, when root runs the tests, the platform's own user, as
/// whom this very program is started again for this one test. `/proc/self/exe` leads there past folders of root's own.
// What the child printed is this test's own output.
#[allow(clippy::print_stdout)]
pub(super) fn as_platform_user(test: &str, body: impl Future<Output = ()>) {
    if user::is_root() {
        let platform = user::find(user::PLATFORM_USER).unwrap_or_else(|error| panic!("{error}"));
        let mut again = Command::new("/proc/self/exe");
        again.args(["--exact", test, "--nocapture", "--include-ignored", "--test-threads=1"]).current_dir("/");
        let output = platform.run(&mut again).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let cried = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "as {}:\n{said}\n{cried}", platform.name);
        assert!(said.contains("1 passed"), "no such test: {test}\n{said}");
        print!("{said}");
        return;
    }
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(body);
}

/// One add-on and the driver that makes it.
pub(super) struct Bench {
    pub(super) driver: Box<dyn Driver>,
    pub(super) instance: Instance,
    folder: tempfile::TempDir,
}

impl Bench {
    pub(super) fn new(service: &str, plan: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("attache drivers ").tempdir().unwrap();
        let driver = driver(service);
        let offers = catalog::offers().unwrap();
        let offer = offers.iter().find(|offer| offer.name == service).unwrap();
        let name = format!("{service}-calm-otter");
        let settings = driver.allocate(&name, free_port());
        let own = folder.path().join("add_1");
        std::fs::create_dir(&own).unwrap();
        let plan = offer.plan(Some(plan)).unwrap().clone();
        let instance = Instance { id: "add_1".to_owned(), name, folder: own, plan, settings };
        Self { driver, instance, folder }
    }

    /// An add-on whose plan has other limits than the catalog's.
    pub(super) fn limited(service: &str, plan: &str, limits: &[(&str, u64)]) -> Self {
        let mut bench = Self::new(service, plan);
        for (name, value) in limits {
            bench.instance.plan.limits.iter_mut().find(|limit| limit.name == *name).unwrap().value = *value;
        }
        bench
    }

    /// The folder of its backups, there.
    pub(super) fn backups(&self) -> PathBuf {
        let backups = self.folder.path().join("backups/add_1");
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&backups).unwrap();
        backups
    }

    /// A private folder for a tool.
    pub(super) fn scratch(&self) -> PathBuf {
        let scratch = self.folder.path().join("scratch");
        std::fs::create_dir_all(&scratch).unwrap();
        scratch
    }

    /// A copy that was made and checked.
    pub(super) async fn copied(&self) -> PathBuf {
        let file = self.backups().join("bak_1.part");
        self.driver.copy(&self.instance, &file, &Tally::default()).await.unwrap_or_else(|error| panic!("{error:?}"));
        self.driver.check_copy(&file, &self.scratch()).await.unwrap_or_else(|error| panic!("{error:?}"));
        file
    }

    /// The platform after a restart: a driver that remembers nothing.
    pub(super) fn restart_platform(&mut self) {
        self.driver = driver(self.driver.service());
    }

    /// A driver that may be taken elsewhere.
    pub(super) fn another_driver(&self) -> Arc<dyn Driver> {
        driver(self.driver.service()).into()
    }

    pub(super) fn folder(&self) -> &Path {
        &self.instance.folder
    }

    pub(super) async fn step(&self, step: &str) -> Result<String, StepError> {
        let step = Step::from_name(step).expect("a step of that name");
        self.driver.run_step(step, &self.instance).await
    }

    /// All steps, each of which must succeed.
    pub(super) async fn provision(&self) {
        for step in self.driver.steps() {
            self.step(step.name()).await.unwrap_or_else(|error| panic!("{step}: {error}\n{:#?}", error.log));
        }
    }

    pub(super) fn value(&self, name: &str) -> String {
        let values = self.driver.values(&self.instance);
        let names: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, self.driver.config_vars());
        values.iter().find(|(known, _)| *known == name).unwrap().1.expose_secret().to_owned()
    }

    /// The processes that belong to the add-on.
    pub(super) fn processes(&self) -> Vec<Process> {
        Process::of(SERVERS, &self.folder().canonicalize().unwrap()).unwrap()
    }

    /// The process that listens on the add-on's port.
    pub(super) fn server(&self) -> Process {
        let port = self.instance.settings.port;
        self.processes().into_iter().find(|process| process.listens_on(port)).expect("the server runs")
    }

    /// What happens when the kernel kills the server, without any of its workers.
    pub(super) async fn kill_server(&self) {
        let server = self.server();
        server.signal(Signal::KILL).unwrap();
        assert!(server.ended(tokio::time::Instant::now() + Duration::from_secs(60)).await);
    }

    /// The files of the add-on's own folder, but not below it, as text.
    pub(super) fn own_files(&self) -> Vec<(PathBuf, String)> {
        let entries = std::fs::read_dir(self.folder()).unwrap().map(|entry| entry.unwrap().path());
        entries
            .filter(|path| path.is_file())
            .map(|path| (path.clone(), std::fs::read_to_string(path).unwrap()))
            .collect()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let real = self.folder.path().canonicalize().unwrap();
        let give_up = Instant::now() + Duration::from_secs(60);
        loop {
            let left = Process::of(SERVERS, &real).unwrap();
            if left.is_empty() || Instant::now() > give_up {
                return;
            }
            for process in left {
                let _ = process.signal(Signal::KILL);
            }
        }
    }
}

/// A port that no other test of this run gets.
pub(super) fn free_port() -> u16 {
    ports::allocate(&BTreeSet::new()).unwrap()
}

/// Runs a client program and gives its status and both outputs.
pub(super) fn client(program: &str, arguments: &[&str]) -> (bool, String) {
    let Output { status, stdout, stderr } = Command::new(program)
        .args(arguments)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .current_dir("/")
        .process_group(0)
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}; scripts/setup --test installs it"));
    let text = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    (status.success(), text.trim().to_owned())
}

fn driver(service: &str) -> Box<dyn Driver> {
    match service {
        "postgresql" => Box::new(PostgreSql::new(Places::here())),
        "valkey" => Box::new(Valkey::new(Places::here())),
        other => panic!("no driver {other}"),
    }
}
