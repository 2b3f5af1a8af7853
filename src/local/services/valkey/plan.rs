//! Plans, changed while the server runs: nothing that is only in memory is lost on the way, whichever way it goes.

use super::client::{Admin, Info};
use super::config::Limits;
use super::files::{self, data};
use super::save::LOOK_EVERY;
use super::server;
use crate::local::programs::Program;
use crate::local::services::{Counted, Instance, StepError, disk};
use crate::model::{Plan, size};

/// What it uses just now.
pub(super) async fn usage(instance: &Instance) -> Result<Vec<Counted>, StepError> {
    let mut admin = Admin::connect(instance).await?;
    let info = admin.info().await?;
    if info.is_loading() {
        return Err(StepError::plain(format!("The server of {} is still reading its data.", instance.name)));
    }
    Ok(vec![
        Counted { name: "connections", value: admin.connections().await?, unit: "count" },
        Counted { name: "memory", value: info.needed("used_memory")?, unit: "bytes" },
        Counted { name: "keys", value: info.keys(), unit: "count" },
    ])
}

/// Whether what is in memory fits the other plan; and, where that one keeps what is written and this one does not, makes
/// the server write everything down at once. From then on the data outlives whatever stops the server during the change.
pub(super) async fn check_fit(instance: &Instance, plan: &Plan) -> Result<String, StepError> {
    let mut admin = Admin::connect(instance).await?;
    let (now, new) = (Limits::of(&instance.plan), Limits::of(plan));
    let used = fits(instance, &admin.info().await?, new, &plan.name)?;
    let mut said = format!("{} of memory are used; {} has {}.", size(used), plan.name, size(new.memory));
    if new.write_loss.is_some() && now.write_loss.is_none() {
        if let Err(error) = keep_writes(instance, &mut admin).await {
            // As it was: the plan that it has promises that nothing is written.
            forget_writes(instance, &mut admin).await?;
            return Err(error);
        }
        said.push_str(" What is in memory is on disk now, too.");
    }
    Ok(said)
}

/// Makes the plan true in the running server, and in the file that the next start goes by.
pub(super) async fn apply(instance: &Instance, program: &Program) -> Result<String, StepError> {
    let mut admin = Admin::connect(instance).await?;
    let limits = Limits::of(&instance.plan);
    let info = admin.info().await?;
    if limits.memory < info.needed("maxmemory")? {
        // Looked at again: the app has gone on, and a cache would evict what is too much at once.
        fits(instance, &info, limits, &instance.plan.name)?;
    }
    admin.set("maxmemory", &limits.memory.to_string()).await?;
    admin.set("maxmemory-policy", limits.policy()).await?;
    admin.set("appendfsync", limits.sync()).await?;
    if limits.write_loss.is_some() {
        keep_writes(instance, &mut admin).await?;
    } else {
        forget_writes(instance, &mut admin).await?;
    }
    server::configure(instance, program)
}

/// Turns the append-only file on and waits until everything is in it. Nothing to do where it is.
pub(super) async fn keep_writes(instance: &Instance, admin: &mut Admin) -> Result<(), StepError> {
    let data = data(instance);
    let mark = server::log(instance).end();
    let info = admin.info().await?;
    if info.number("aof_enabled") != Some(1) {
        disk::check(&data, info.needed("used_memory")?, "an append-only file of what is in memory")?;
        // One of earlier days would be taken for the new one by the look below.
        files::remove_aof(&data)?;
        admin.set("appendonly", "yes").await?;
    }
    let mut look = tokio::time::interval(LOOK_EVERY);
    loop {
        look.tick().await;
        let info = admin.info().await?;
        if info.field("aof_last_bgrewrite_status") != Some("ok") {
            let what = format!("The append-only file of {} could not be written", instance.name);
            return Err(server::log(instance).explain(&what, mark));
        }
        let is_written =
            ["aof_rewrite_in_progress", "aof_rewrite_scheduled"].iter().all(|name| info.number(name) == Some(0));
        if is_written && files::has_whole_aof(&data) {
            return Ok(());
        }
    }
}

/// Turns the append-only file off and removes it.
async fn forget_writes(instance: &Instance, admin: &mut Admin) -> Result<(), StepError> {
    admin.set("appendonly", "no").await?;
    files::remove_aof(&data(instance))?;
    files::remove_saves(&data(instance))
}

/// What is used, when it fits.
fn fits(instance: &Instance, info: &Info, limits: Limits, plan: &str) -> Result<u64, StepError> {
    if info.is_loading() {
        return Err(StepError::plain(format!("The server of {} is still reading its data.", instance.name)));
    }
    let used = info.needed("used_memory")?;
    if used <= limits.memory {
        return Ok(used);
    }
    Err(StepError::plain(format!(
        "{} uses {} of memory; {plan} has {}. Delete keys, or take a larger plan.",
        instance.name,
        size(used),
        size(limits.memory)
    )))
}
