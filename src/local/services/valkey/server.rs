//! One add-on's server process and its files.

use std::path::PathBuf;
use std::time::Duration;

use rustix::process::Signal;
use tokio::time::Instant;

use super::client;
use super::config::{self, Limits, Start};
use super::files::{self, data, real_folder};
use crate::local::programs::{Program, VALKEY_PROCESSES};
use crate::local::services::{Instance, StepError};
use crate::local::supervisor::{self, Log, Process};

/// How long a server may take until it is ready; it reads its append-only file first.
const START_LIMIT: Duration = Duration::from_secs(120);

/// An orderly stop writes what is not yet in the append-only file.
const STOP_GRACE: Duration = Duration::from_secs(30);

/// How long a killed process may take to go.
const END_GRACE: Duration = Duration::from_secs(10);

/// Writes the configuration file and makes the data folder.
pub(super) fn configure(instance: &Instance, program: &Program) -> Result<String, StepError> {
    supervisor::private_folder(&data(instance))?;
    let limits = Limits::of(&instance.plan);
    write_config(instance, program, as_planned(limits))?;
    let kept = match limits.write_loss {
        Some(0) => "every write is on disk before it is acknowledged".to_owned(),
        Some(_) => "writes go to an append-only file, synced each second".to_owned(),
        None => "nothing is written to disk, least recently used keys are evicted".to_owned(),
    };
    Ok(format!("{} MiB of memory; {kept}.", limits.memory >> 20))
}

/// As the plan has it.
pub(super) fn as_planned(limits: Limits) -> Start {
    Start { append_only: limits.write_loss.is_some(), lets_app_in: true }
}

/// Adopts the add-on's running server, or starts one.
pub(super) async fn ensure_running(instance: &Instance, program: &Program) -> Result<String, StepError> {
    let port = instance.settings.port;
    if let Some(process) = listening(instance)? {
        wait_until_loaded(instance, &process, 0).await?;
        return Ok(format!("Adopted the running server (pid {}) on port {port}.", process.pid()));
    }
    // One that listens elsewhere, or nowhere yet, must not write to the same files.
    stop(instance).await?;
    let (limits, data) = (Limits::of(&instance.plan), data(instance));
    if limits.write_loss.is_some() && !data.exists() {
        return Err(StepError::plain(format!(
            "The data folder {} of {} is missing, so its server can't be started.",
            data.display(),
            instance.name
        )));
    }
    configure(instance, program)?;
    // What a backup left behind is older than what the server knew, and no data of the add-on's.
    files::remove_saves(&data)?;
    let mut start = as_planned(limits);
    if !start.append_only && files::has_aof(&data) {
        // On a plan that keeps nothing, such a file is there only while the plan is being changed: what is in memory goes
        // over to the other plan by it. `apply_plan` removes it.
        start.append_only = true;
        write_config(instance, program, start)?;
    }
    let (process, mark) = launch(instance, program).await?;
    wait_until_loaded(instance, &process, mark).await?;
    Ok(format!("Server (pid {}) is ready on port {port}.", process.pid()))
}

/// Starts the server by its configuration file; it may still be reading its data. Also gives where its log began.
pub(super) async fn launch(instance: &Instance, program: &Program) -> Result<(Process, u64), StepError> {
    let port = instance.settings.port;
    let mut command = program.command();
    command.arg(config_file(instance));
    let log = log(instance);
    let mark = log.end();
    let process = supervisor::start("Valkey", command, &log, START_LIMIT, |process| process.listens_on(port)).await?;
    Ok((process, mark))
}

/// The add-on's own server, if it listens where it should. Looked up before a password is sent there.
pub(super) fn answering(instance: &Instance) -> Result<Process, StepError> {
    let (name, port) = (&instance.name, instance.settings.port);
    let running = processes(instance)?;
    if running.is_empty() {
        return Err(log(instance).not_running(name));
    }
    let found = running.into_iter().find(|process| process.listens_on(port));
    found.ok_or_else(|| StepError::plain(format!("The server of {name} does not listen on port {port}.")))
}

/// That the server does not run. Where that can't be told, it is not said.
pub(super) fn ended(instance: &Instance) -> Option<StepError> {
    let running = processes(instance).ok()?;
    running.is_empty().then(|| log(instance).not_running(&instance.name))
}

/// Stops the server in order and waits until it is gone.
///
/// A server refuses to stop when it can't save; what an append-only file holds is then safe all the same.
pub(super) async fn stop(instance: &Instance) -> Result<(), StepError> {
    end(instance, &[(Signal::TERM, STOP_GRACE), (Signal::KILL, END_GRACE)]).await
}

/// Ends the server without a last save and waits until it is gone.
pub(super) async fn retire(instance: &Instance) -> Result<(), StepError> {
    end(instance, &[(Signal::KILL, END_GRACE)]).await
}

/// The log of an add-on's server.
pub(super) fn log(instance: &Instance) -> Log {
    let secrets = vec![instance.settings.password.clone(), instance.settings.admin_password.clone()];
    Log::new(instance.folder.join("server.log"), secrets)
}

async fn end(instance: &Instance, signals: &[(Signal, Duration)]) -> Result<(), StepError> {
    loop {
        let left = processes(instance)?;
        if left.is_empty() {
            return Ok(());
        }
        supervisor::end("Valkey", &left, signals).await?;
    }
}

async fn wait_until_loaded(instance: &Instance, process: &Process, mark: u64) -> Result<(), StepError> {
    let deadline = Instant::now() + START_LIMIT;
    let mut look = tokio::time::interval(Duration::from_millis(10));
    loop {
        look.tick().await;
        let answer = client::ask(instance).await;
        match answer {
            Ok(info) if !info.is_loading() && info.pid() == Some(process.pid()) => return Ok(()),
            _ if process.has_ended() => {
                return Err(log(instance).explain("Valkey ended while it read its data", mark));
            }
            Err(error) if Instant::now() >= deadline => return Err(error),
            Ok(_) if Instant::now() >= deadline => {
                return Err(log(instance).explain("Valkey did not finish reading its data", mark));
            }
            _ => {}
        }
    }
}

fn listening(instance: &Instance) -> Result<Option<Process>, StepError> {
    let port = instance.settings.port;
    Ok(processes(instance)?.into_iter().find(|process| process.listens_on(port)))
}

/// What the add-on's server has running to write a file: a save, or a rewrite of its append-only file. One at a time.
pub(super) fn writers(instance: &Instance) -> Result<Vec<Process>, StepError> {
    let all = processes(instance)?;
    let port = instance.settings.port;
    let Some(server) = all.iter().find(|process| process.listens_on(port)).map(Process::pid) else {
        return Ok(Vec::new());
    };
    Ok(all.into_iter().filter(|process| process.parent() == Some(server)).collect())
}

fn processes(instance: &Instance) -> Result<Vec<Process>, StepError> {
    Process::of(&VALKEY_PROCESSES, &real_folder(instance))
        .map_err(|error| StepError::plain(format!("The processes of this machine could not be listed: {error}.")))
}

/// Writes what the next start goes by.
pub(super) fn write_config(instance: &Instance, program: &Program, start: Start) -> Result<(), StepError> {
    let path = config_file(instance);
    let text = config::text(instance, program, &data(instance), start);
    supervisor::write_private(&path, &text).map_err(|error| supervisor::unwritable(&path, &error))
}

fn config_file(instance: &Instance) -> PathBuf {
    real_folder(instance).join("valkey.conf")
}
