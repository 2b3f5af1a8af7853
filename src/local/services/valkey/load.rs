//! Restoring: a new add-on's server reads a copy, and goes on as its plan says.

use std::fs;
use std::io;
use std::path::Path;

use super::check::{self, Contents};
use super::client::{self, Admin, Info};
use super::config::{APP, Limits, Start, app_rules};
use super::files::{self, data, dump};
use super::plan;
use super::save::LOOK_EVERY;
use super::server;
use crate::local::programs::Program;
use crate::local::services::{Instance, StepError, Tally};
use crate::local::supervisor::{self, Process, unwritable};
use crate::model::size;

/// Empties the add-on and fills it from a copy. Wherever an earlier try ended, this begins anew.
pub(super) async fn load(
    instance: &Instance,
    program: &Program,
    file: &Path,
    progress: &Tally,
) -> Result<String, StepError> {
    let limits = Limits::of(&instance.plan);
    let contents = count(instance, program, file).await?;
    // Only a file of that size was promised; the memory that it takes is known when it has been read.
    let length = fs::metadata(file).map_err(|error| unwritable(file, &error))?.len();
    progress.tell(|now| {
        (now.bytes, now.done, now.total, now.unit) = (Some(0), Some(0), Some(contents.keys), Some("keys".to_owned()));
    });
    server::retire(instance).await?;
    lay_ready(instance, file).await?;
    // With an append-only file it would read that and not the copy. The app's user comes when everything is there.
    server::write_config(instance, program, Start { append_only: false, lets_app_in: false })?;
    let (process, mark) = server::launch(instance, program).await?;
    let info = wait_until_read(instance, &process, mark, limits, progress).await?;
    compare(contents, &info)?;
    let mut admin = Admin::connect(instance).await?;
    if limits.write_loss.is_some() {
        plan::keep_writes(instance, &mut admin).await?;
    }
    files::remove_saves(&data(instance))?;
    server::write_config(instance, program, server::as_planned(limits))?;
    let_app_in(instance, &mut admin).await?;
    progress.tell(|now| (now.bytes, now.done) = (Some(length), now.total));
    Ok(format!("Read {} keys, {} of memory.", info.keys(), size(info.needed("used_memory")?)))
}

/// Gives the app's user its rights and its password, and takes whatever it had.
pub(super) async fn let_app_in(instance: &Instance, admin: &mut Admin) -> Result<(), StepError> {
    let rules = app_rules(&instance.settings.password);
    let words: Vec<&str> = ["ACL", "SETUSER", APP].into_iter().chain(rules.iter().map(String::as_str)).collect();
    admin.ask(&words).await
}

async fn count(instance: &Instance, program: &Program, file: &Path) -> Result<Contents, StepError> {
    let log = files::real_folder(instance).join("check.log");
    let contents = check::check(program, file, &log).await;
    // It may be gone, or stay: it holds what the checker said of the file, and is written anew by the next check.
    let _ = fs::remove_file(&log);
    contents
}

/// An empty data folder with nothing in it but the copy, under the name by which the server reads it.
async fn lay_ready(instance: &Instance, file: &Path) -> Result<(), StepError> {
    let (data, dump, file) = (data(instance), dump(instance), file.to_owned());
    let work = move || {
        match fs::remove_dir_all(&data) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unwritable(&data, &error)),
            _ => {}
        }
        supervisor::private_folder(&data)?;
        // The server only reads it, and replaces it when it saves: the copy itself can't be harmed through a second name.
        fs::hard_link(&file, &dump)
            .or_else(|_| fs::copy(&file, &dump).map(drop))
            .map_err(|error| unwritable(&dump, &error))
    };
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(StepError::plain("Loading was interrupted.")))
}

/// Waits until the copy is read. A server does not keep to its `maxmemory` while it reads, so we do that.
async fn wait_until_read(
    instance: &Instance,
    process: &Process,
    mark: u64,
    limits: Limits,
    progress: &Tally,
) -> Result<Info, StepError> {
    let mut look = tokio::time::interval(LOOK_EVERY);
    loop {
        look.tick().await;
        let info = match client::ask(instance).await {
            Ok(info) => info,
            Err(_) if process.has_ended() => {
                return Err(server::log(instance).explain("Valkey ended while it read the backup", mark));
            }
            Err(error) => return Err(error),
        };
        let used = info.needed("used_memory")?;
        if used > limits.memory {
            server::retire(instance).await?;
            return Err(StepError::plain(format!(
                "The backup does not fit: it takes more than the {} of memory that the plan {} has. Restore it on a larger plan.",
                size(limits.memory),
                instance.plan.name
            )));
        }
        progress.tell(|now| now.bytes = info.number("loading_loaded_bytes").or(now.bytes));
        if !info.is_loading() {
            return Ok(info);
        }
    }
}

/// Whether as many keys came as the copy has; those whose time has run out may be missing.
fn compare(contents: Contents, info: &Info) -> Result<(), StepError> {
    let (there, least) = (info.keys(), contents.keys.saturating_sub(contents.expires));
    if (least..=contents.keys).contains(&there) {
        return Ok(());
    }
    Err(StepError::plain(format!(
        "The backup has {} keys, {} of which have a time to live, but the server has read {there}.",
        contents.keys, contents.expires
    )))
}
