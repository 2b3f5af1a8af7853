//! A bucket of its own for a test, in this process or in one that may be killed.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use attache::local::catalog;
use attache::local::services::object_storage::ObjectStorage;
use attache::local::services::object_storage::client::Client;
use attache::local::services::{Driver as _, Instance, Settings};

const FOLDER: &str = "ATTACHE_TEST_BUCKET";

/// An add-on that the driver knows nothing of yet.
pub(super) fn new_instance(storage: &ObjectStorage, folder: &Path, name: &str) -> Instance {
    instance(folder, name, storage.allocate(name, 0))
}

fn instance(folder: &Path, name: &str, settings: Settings) -> Instance {
    std::fs::create_dir_all(folder).unwrap();
    let offers = catalog::offers().unwrap();
    let plan = offers.iter().find(|offer| offer.name == "object-storage").unwrap().plan(None).unwrap().clone();
    Instance { id: format!("add_{name}"), name: name.to_owned(), folder: folder.to_owned(), plan, settings }
}

/// All steps of provisioning, as the engine runs them.
pub(super) async fn provision(storage: &ObjectStorage, instance: &Instance) {
    for step in storage.steps() {
        storage.run_step(*step, instance).await.unwrap();
    }
}

/// The keys of an add-on at that port.
pub(super) fn client(instance: &Instance, port: u16) -> Client {
    let settings = &instance.settings;
    Client {
        port,
        bucket: settings.database.clone(),
        access_key: settings.user.clone(),
        secret_key: settings.password.clone(),
    }
}

/// A server in a process of its own: this test binary, running [`serve`].
pub(super) struct Server {
    child: Child,
    /// The server ends when this closes, so that it never outlives a test that failed.
    _stdin: ChildStdin,
    pub(super) client: Client,
}

impl Server {
    /// Provisions the bucket in that folder at the first start, and resumes it at each later one.
    pub(super) fn start(folder: &Path) -> Self {
        Self::run(folder, Command::new(std::env::current_exe().unwrap()))
    }

    /// The same, where no file may grow beyond `blocks` of 512 bytes: the kernel then refuses writes as on a full disk.
    pub(super) fn start_with_small_disk(folder: &Path, blocks: u32) -> Self {
        let mut shell = Command::new("sh");
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        shell.args(["-c", &script]).arg(std::env::current_exe().unwrap());
        Self::run(folder, shell)
    }

    fn run(folder: &Path, mut command: Command) -> Self {
        let mut child = command
            .args(["--exact", "buckets::server::serve", "--ignored", "--nocapture"])
            .env(FOLDER, folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Its own line may follow the harness's on the same one.
        let port =
            lines.find_map(|line| line.unwrap().split_once("listening on ").map(|(_, port)| port.parse().unwrap()));
        let client = client(&saved_instance(folder), port.expect("the server ended before it listened"));
        Self { child, _stdin: stdin, client }
    }

    /// The most memory that it ever had, in KiB.
    pub(super) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// `kill -9`.
    pub(super) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Gone already, where the test killed it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn saved_instance(folder: &Path) -> Instance {
    let settings = std::fs::read(folder.join("settings.json")).unwrap();
    instance(folder, "uploads", serde_json::from_slice(&settings).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the server process of other tests"]
async fn serve() {
    let folder = std::path::PathBuf::from(std::env::var_os(FOLDER).expect("run by other tests only"));
    let storage = ObjectStorage::new();
    storage.open(0).await.unwrap();
    if folder.join("settings.json").exists() {
        storage.resume(&saved_instance(&folder)).await.unwrap();
    } else {
        let new = new_instance(&storage, &folder, "uploads");
        std::fs::write(folder.join("settings.json"), serde_json::to_vec(&new.settings).unwrap()).unwrap();
        provision(&storage, &new).await;
    }
    println!("listening on {}", storage.port());
    tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0])).await.unwrap().unwrap();
}
