//! Running the platform, in this process.

use std::convert::Infallible;
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use rustix::fs::Mode;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{CliError, ListenArgs, ServeArgs, folder, log};
use crate::config::PlatformPaths;
use crate::local::api::{Api, Limits, Token, make_run_folder, serve_tcp, serve_unix};
use crate::local::catalog;
use crate::local::db::{Db, PlatformLock};
use crate::local::engine::operations::unwatched;
use crate::local::engine::{Engine, Parts};
use crate::local::services::registry;
use crate::local::user;

const PROBE_INTERVAL: Duration = Duration::from_secs(10);
/// How long a running step may take to end when the platform is asked to stop.
const PATIENCE: Duration = Duration::from_secs(60);
/// The API, the engine and the buckets wait more than they compute.
const WORKERS: usize = 2;

pub(super) fn serve(paths: &PlatformPaths, args: &ServeArgs) -> Result<ExitCode, CliError> {
    folder::prepare(&paths.folder)?;
    if user::is_root() {
        let never: Infallible = folder::become_platform_user(&paths.folder, &arguments(&paths.folder, args))?;
        match never {}
    }
    if args.background {
        // Already a leader (started by another supervisor): then nothing is to be left.
        let _ = rustix::process::setsid();
    }
    // Nothing that the platform or its servers make is for others.
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    std::env::set_current_dir("/")
        .map_err(|error| CliError::failed(format!("The folder / can't be entered: {error}.")))?;

    let lock = PlatformLock::take(&paths.folder).map_err(|error| CliError::failed(error.to_string()))?;
    log::begin(&paths.folder).map_err(|error| {
        CliError::failed(format!("The log {} can't be written: {error}.", log::path(&paths.folder).display()))
    })?;
    let user = user::current().map_err(|error| CliError::failed(error.to_string()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .map_err(|error| CliError::failed(format!("The platform can't start its threads: {error}.")))?;
    let outcome = runtime.block_on(run(paths, args, user.name));
    runtime.shutdown_timeout(Duration::from_secs(1));
    drop(lock);
    if let Err(error) = &outcome {
        tracing::error!("{error}");
    }
    outcome.map(|()| ExitCode::SUCCESS)
}

/// The same command for ourselves as another user, who has another home.
fn arguments(platform: &Path, args: &ServeArgs) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec!["platform".into(), "serve".into(), "--folder".into(), platform.into()];
    arguments.extend(listen_arguments(&args.listen));
    if args.background {
        arguments.push("--background".into());
    }
    arguments
}

pub(super) fn listen_arguments(listen: &ListenArgs) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = Vec::new();
    if let Some(address) = listen.listen {
        arguments.extend(["--listen".into(), address.to_string().into()]);
    }
    if listen.insecure_listen {
        arguments.push("--insecure-listen".into());
    }
    arguments
}

async fn run(paths: &PlatformPaths, args: &ServeArgs, user: String) -> Result<(), CliError> {
    let failed = |error: &dyn std::fmt::Display| CliError::failed(error.to_string());
    // From the first moment on, so that a signal during the start is not lost.
    let mut stops = Stops::new().map_err(|error| failed(&error))?;
    let db = Db::open(&paths.folder).map_err(|error| failed(&error))?;
    let offers = catalog::offers().map_err(|error| failed(&format!("The catalog is malformed: {error}")))?;
    let drivers = registry();
    let parts = Parts {
        platform: paths.folder.clone(),
        db,
        offers,
        drivers,
        probe_interval: PROBE_INTERVAL,
        checkpoint: unwatched(),
    };
    let engine = Engine::start(parts).await.map_err(|error| failed(&error))?;

    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let api = Api::new(Arc::clone(&engine), user, Limits::default());
    let listening = listen(&api, paths, args, &stop, &tasks).await;
    if listening.is_ok() {
        tracing::info!(socket = %paths.socket().display(), "the platform answers");
        announce(paths, args)?;
        stops.wait().await;
        tracing::info!("the platform stops");
    }
    stop.cancel();
    tasks.close();
    tasks.wait().await;
    let ended = tokio::select! {
        ended = engine.shut_down(PATIENCE) => ended,
        () = stops.wait() => Err(vec!["A second signal ended the platform before its servers were stopped.".to_owned()]),
    };
    drop(std::fs::remove_file(paths.socket()));
    listening?;
    ended.map_err(|sentences| CliError::failed(sentences.join(" ")))
}

async fn listen(
    api: &Arc<Api>,
    paths: &PlatformPaths,
    args: &ServeArgs,
    stop: &CancellationToken,
    tasks: &TaskTracker,
) -> Result<(), CliError> {
    let failed = |error: &dyn std::fmt::Display| CliError::failed(error.to_string());
    make_run_folder(&paths.socket()).map_err(|error| failed(&error))?;
    if let Some(address) = args.listen.listen {
        let token = Token::load_or_make(&paths.token()).map_err(|error| failed(&error))?;
        let bound = serve_tcp(api, address, args.listen.insecure_listen, token, stop, tasks).await;
        let bound = bound.map_err(|error| failed(&error))?;
        tracing::info!(address = %bound, "the platform also answers over TCP");
        if !args.background {
            let line = format!("Also on http://{bound}, with the token in {}.", paths.token().display());
            drop(writeln!(std::io::stderr(), "{line}"));
        }
    }
    // Last, because whoever waits for the platform looks here: it answers when it answers everywhere.
    serve_unix(api, &paths.socket(), stop, tasks).map_err(|error| failed(&error))
}

/// Says where it is; in the background, from now on there is nobody to say anything to.
fn announce(paths: &PlatformPaths, args: &ServeArgs) -> Result<(), CliError> {
    if !args.background {
        let socket = paths.socket();
        drop(writeln!(std::io::stderr(), "The platform answers on {}. Ctrl-C stops it.", socket.display()));
        return Ok(());
    }
    let nowhere = std::fs::OpenOptions::new().read(true).write(true).open("/dev/null");
    let nowhere = nowhere.map_err(|error| CliError::failed(format!("/dev/null can't be opened: {error}.")))?;
    let moved = rustix::stdio::dup2_stdout(&nowhere).and_then(|()| rustix::stdio::dup2_stderr(&nowhere));
    moved.map_err(|error| CliError::failed(format!("The terminal can't be let go: {error}.")))
}

/// The signals that end the platform.
struct Stops {
    term: Signal,
    int: Signal,
    hup: Signal,
}

impl Stops {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            int: signal(SignalKind::interrupt())?,
            hup: signal(SignalKind::hangup())?,
        })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.int.recv() => {}
            _ = self.hup.recv() => {}
        }
    }
}
