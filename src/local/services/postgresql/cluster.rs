//! One cluster: its folder, its files, its server process.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::Signal;
use tokio::time::Instant;

use super::config::{self, ADMIN};
use crate::local::programs::{Places, Program};
use crate::local::services::{Instance, StepError};
use crate::local::supervisor::{self, Log, Process};
use crate::local::user::{self, UserError};

/// How long `initdb` may take on a slow disk.
const INIT_LIMIT: Duration = Duration::from_secs(300);

/// How long a server may take until it is ready; after a crash it replays its log first.
const START_LIMIT: Duration = Duration::from_secs(120);

/// A fast stop writes a checkpoint.
const STOP_GRACE: Duration = Duration::from_secs(60);

/// How long a process may take to go when it has nothing to save.
const END_GRACE: Duration = Duration::from_secs(10);

/// Under which names the processes of a cluster run.
const PROCESS_NAMES: &[&str] = &["postgres", "initdb"];

/// One add-on's cluster.
pub(super) struct Cluster<'a> {
    pub(super) instance: &'a Instance,
    places: &'a Places,
    newest: &'a Program,
    folder: PathBuf,
    log: Log,
}

/// What the server writes into `postmaster.pid`.
struct PidFile {
    pid: u32,
    port: Option<u16>,
    is_ready: bool,
}

impl<'a> Cluster<'a> {
    pub(super) fn new(instance: &'a Instance, places: &'a Places, newest: &'a Program) -> Self {
        Self { instance, places, newest, folder: real_folder(instance), log: log(instance) }
    }

    /// Where the data is.
    pub(super) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The add-on's own folder, as the kernel names it.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The processes of the cluster's server.
    pub(super) fn processes(&self) -> Result<Vec<Process>, StepError> {
        processes(&self.folder)
    }

    /// Makes the cluster: in a folder of another name, renamed when it is whole. What a crash left half made has that other
    /// name, and nothing else is ever removed here.
    pub(super) async fn init(&self) -> Result<String, StepError> {
        let whole = format!("A PostgreSQL {} cluster in UTF8 with data checksums.", self.newest.version);
        if self.data().exists() {
            return Ok(whole);
        }
        supervisor::private_folder(&self.folder)?;
        let half = self.folder.join("data.new");
        // An initdb that outlived us would go on writing into the folder that we are about to make.
        end_leftovers(&self.folder).await?;
        remove_folder(&half)?;
        let mut command = self.newest.sibling("initdb").command();
        command
            .args(["--username", ADMIN, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8"])
            .arg("--data-checksums")
            // Through a pipe, the password never is in a file.
            .arg("--pwfile=/dev/stdin")
            .arg("--pgdata")
            .arg(&half);
        let password = &self.instance.settings.admin_password;
        supervisor::run("initdb", command, password, &self.log, INIT_LIMIT).await.map_err(explain_init)?;
        fs::rename(&half, self.data()).map_err(|error| supervisor::unwritable(&self.data(), &error))?;
        fs::File::open(&self.folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| supervisor::unwritable(&self.folder, &error))?;
        Ok(whole)
    }

    /// Writes the server's settings from plan and port.
    pub(super) fn configure(&self) -> Result<String, StepError> {
        if !self.data().join("PG_VERSION").exists() {
            return Err(StepError::plain(format!(
                "The data folder {} of {} is missing or is no PostgreSQL cluster, so its server can't be started.",
                self.data().display(),
                self.instance.name
            )));
        }
        for (name, text) in [
            ("postgresql.conf", config::server_settings(self.instance)),
            ("pg_hba.conf", config::who_may_connect(&self.instance.settings)),
        ] {
            let path = self.data().join(name);
            supervisor::write_private(&path, &text).map_err(|error| supervisor::unwritable(&path, &error))?;
        }
        let limits = config::Limits::of(&self.instance.plan);
        Ok(format!(
            "{} connections, {} MiB of shared memory, scram passwords over 127.0.0.1 only.",
            limits.connections,
            limits.shared_memory >> 20
        ))
    }

    /// Adopts the cluster's running server, or starts one.
    pub(super) async fn ensure_running(&self) -> Result<String, StepError> {
        let port = self.instance.settings.port;
        if let Some(process) = server(&self.folder)? {
            if read_pid_file(&self.folder).and_then(|file| file.port) == Some(port) {
                self.wait_until_ready(&process).await?;
                return Ok(format!("Adopted the running server (pid {}) on port {port}.", process.pid()));
            }
            stop(self.instance).await?;
        }
        end_leftovers(&self.folder).await?;
        self.drop_misleading_pid_file()?;
        self.configure()?;
        let mut command = self.program()?.command();
        command.arg("-D").arg(self.data());
        let process =
            supervisor::start("PostgreSQL", command, &self.log, START_LIMIT, |process| self.is_ready(process)).await?;
        Ok(format!("Server (pid {}) is ready on port {port}.", process.pid()))
    }

    /// The running server, which must be this cluster's own and listen where it should: only then a password is sent there.
    pub(super) fn answering_server(&self) -> Result<Process, StepError> {
        let (name, port) = (&self.instance.name, self.instance.settings.port);
        let Some(process) = server(&self.folder)? else {
            return Err(self.log.not_running(name));
        };
        if !process.listens_on(port) {
            let pid = process.pid();
            return Err(StepError::plain(format!("The server of {name} (pid {pid}) does not listen on port {port}.")));
        }
        Ok(process)
    }

    fn is_ready(&self, process: &Process) -> bool {
        read_pid_file(&self.folder).is_some_and(|file| file.pid == process.pid() && file.is_ready)
            && process.listens_on(self.instance.settings.port)
    }

    async fn wait_until_ready(&self, process: &Process) -> Result<(), StepError> {
        let deadline = Instant::now() + START_LIMIT;
        let mut look = tokio::time::interval(Duration::from_millis(20));
        loop {
            look.tick().await;
            if self.is_ready(process) {
                return Ok(());
            }
            if process.has_ended() || Instant::now() >= deadline {
                let pid = process.pid();
                let what = format!("The running server (pid {pid}) of {} did not get ready", self.instance.name);
                return Err(self.log.explain(&what, 0));
            }
        }
    }

    /// The server leaves its pid file behind when it is killed. It copes with that, unless another process of the same user
    /// has got that number since: then it takes that one for itself and refuses to start.
    fn drop_misleading_pid_file(&self) -> Result<(), StepError> {
        let Some(file) = read_pid_file(&self.folder) else { return Ok(()) };
        // No process of this cluster is left (the caller has seen to it), so whoever has that number is a stranger.
        if Process::open(file.pid).is_ok_and(|process| process.is_none()) {
            return Ok(());
        }
        let path = self.data().join("postmaster.pid");
        fs::remove_file(&path).map_err(|error| supervisor::unwritable(&path, &error))
    }

    /// The server program of the version that made the cluster: no other can read its files.
    pub(super) fn program(&self) -> Result<Program, StepError> {
        let made_by = fs::read_to_string(self.data().join("PG_VERSION")).unwrap_or_default();
        self.places.postgresql_of(made_by.trim(), self.newest).map_err(StepError::plain)
    }
}

/// That the server of an add-on does not run. Where that can't be told, it is not said.
pub(super) fn ended(instance: &Instance) -> Option<StepError> {
    let running = server(&real_folder(instance)).ok()?;
    running.is_none().then(|| log(instance).not_running(&instance.name))
}

/// Stops the server of an add-on in order and waits until all its processes are gone.
pub(super) async fn stop(instance: &Instance) -> Result<(), StepError> {
    end_server(instance, &[(Signal::INT, STOP_GRACE), (Signal::QUIT, END_GRACE), (Signal::KILL, END_GRACE)]).await
}

/// Ends the server of an add-on without saving anything and waits until all its processes are gone.
pub(super) async fn retire(instance: &Instance) -> Result<(), StepError> {
    end_server(instance, &[(Signal::QUIT, END_GRACE), (Signal::KILL, END_GRACE)]).await
}

async fn end_server(instance: &Instance, signals: &[(Signal, Duration)]) -> Result<(), StepError> {
    let folder = real_folder(instance);
    if let Some(process) = server(&folder)? {
        supervisor::end("PostgreSQL", &[process], signals).await?;
    }
    end_leftovers(&folder).await
}

/// The log of an add-on's server.
pub(super) fn log(instance: &Instance) -> Log {
    let secrets = vec![instance.settings.password.clone(), instance.settings.admin_password.clone()];
    Log::new(instance.folder.join("server.log"), secrets)
}

/// The folder as the kernel names it, by which its processes are found.
pub(super) fn real_folder(instance: &Instance) -> PathBuf {
    instance.folder.canonicalize().unwrap_or_else(|_| instance.folder.clone())
}

fn processes(folder: &Path) -> Result<Vec<Process>, StepError> {
    Process::of(PROCESS_NAMES, folder)
        .map_err(|error| StepError::plain(format!("The processes of this machine could not be listed: {error}.")))
}

/// The postmaster: the process that the pid file names, if it truly belongs to this cluster.
fn server(folder: &Path) -> Result<Option<Process>, StepError> {
    let Some(file) = read_pid_file(folder) else { return Ok(None) };
    Ok(processes(folder)?.into_iter().find(|process| process.pid() == file.pid))
}

/// Ends what runs in the folder without a server above it: workers of a server that was killed, a server that had not yet
/// written its pid file, an `initdb` that outlived us.
async fn end_leftovers(folder: &Path) -> Result<(), StepError> {
    loop {
        let left = processes(folder)?;
        if left.is_empty() {
            return Ok(());
        }
        supervisor::end("PostgreSQL", &left, &[(Signal::QUIT, END_GRACE), (Signal::KILL, END_GRACE)]).await?;
    }
}

fn read_pid_file(folder: &Path) -> Option<PidFile> {
    let text = fs::read_to_string(folder.join("data/postmaster.pid")).ok()?;
    let mut lines = text.lines();
    let pid = lines.next()?.trim().parse().ok()?;
    let port = lines.nth(2).and_then(|line| line.trim().parse().ok());
    let is_ready = lines.nth(3).is_some_and(|line| line.trim() == "ready");
    Some(PidFile { pid, port, is_ready })
}

fn remove_folder(path: &Path) -> Result<(), StepError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(supervisor::unwritable(path, &error)),
        _ => Ok(()),
    }
}

/// Says in our words what `initdb` says of a uid that nobody has.
fn explain_init(error: StepError) -> StepError {
    if error.log.iter().any(|line| line.contains("could not look up effective user ID")) {
        return StepError { message: UserError::NoEntry(user::own_uid()).to_string(), ..error };
    }
    error
}
