//! Backups: the server saves its data as of one moment, and that file becomes the copy.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;

use super::client::{Admin, Info};
use super::files::{self, data, dump};
use super::server;
use crate::local::services::{Instance, StepError, Tally, disk};
use crate::local::supervisor::{self, unwritable};
use crate::model::size;

/// How often a save that goes on is looked at.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How often a save is begun again that somebody else has ended.
const ATTEMPTS: usize = 5;

/// How long a save that was told to end may take to do so.
const END_GRACE: Duration = Duration::from_secs(10);

/// Ends the save that goes on when it is dropped before its end: nobody wants the file any more.
struct Saving<'a> {
    instance: &'a Instance,
    has_ended: bool,
}

impl Drop for Saving<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            // A rewrite of the append-only file, had one begun just now, is begun again by the server.
            for writer in server::writers(self.instance).unwrap_or_default() {
                let _ = writer.signal(Signal::USR1);
            }
        }
    }
}

/// Saves, and moves what was saved to `file`.
pub(super) async fn copy(instance: &Instance, file: &Path, progress: &Tally) -> Result<String, StepError> {
    let mut admin = Admin::connect(instance).await?;
    for _ in 0..ATTEMPTS {
        if save(instance, &mut admin, progress).await? {
            let (from, to) = (dump(instance), file.to_owned());
            let bytes = tokio::task::spawn_blocking(move || take(&from, &to))
                .await
                .unwrap_or_else(|_| Err(io::Error::other("it was interrupted")))
                .map_err(|error| unwritable(file, &error))?;
            progress.tell(|now| {
                now.bytes = Some(bytes);
                now.done = now.total;
            });
            return Ok(format!("Valkey saved {} as of one moment.", size(bytes)));
        }
    }
    Err(StepError::plain(format!(
        "Each of {ATTEMPTS} saves of {} was ended before its time: its app empties it (FLUSHALL) again and again. Try again when it does not.",
        instance.name
    )))
}

/// Ends the save that an earlier process of ours began, and removes what it wrote.
pub(super) async fn end_leftovers(instance: &Instance) -> Result<(), StepError> {
    let writers = server::writers(instance)?;
    // Where no server runs there is none to find; the next start ends what such a one left running, and removes the files.
    if writers.is_empty() && server::ended(instance).is_some() {
        return Ok(());
    }
    if !writers.is_empty() {
        let is_rewrite = match Admin::connect(instance).await {
            Ok(mut admin) => admin.info().await.is_ok_and(|info| info.number("rdb_bgsave_in_progress") == Some(0)),
            Err(_) => false,
        };
        if is_rewrite {
            return Ok(());
        }
        supervisor::end("Valkey's save", &writers, &[(Signal::USR1, END_GRACE), (Signal::KILL, END_GRACE)]).await?;
    }
    files::remove_saves(&data(instance))
}

/// One save. False when it was ended from outside, which `FLUSHALL` does: there is nothing wrong then but no file either.
async fn save(instance: &Instance, admin: &mut Admin, progress: &Tally) -> Result<bool, StepError> {
    let data = data(instance);
    let mut look = tokio::time::interval(LOOK_EVERY);
    let mark = server::log(instance).end();
    let mut saving = loop {
        look.tick().await;
        let info = admin.info().await?;
        if is_busy(&info) {
            // Above all a rewrite of the append-only file; only one of them goes on at a time.
            continue;
        }
        let held = info.needed("used_memory")?.saturating_sub(info.number("used_memory_startup").unwrap_or(0));
        disk::check(&data, held, "a copy of what is in memory")?;
        // That the file is there again is the proof that this save has ended well: LASTSAVE counts in whole seconds, and
        // the last status stays good when a save is ended from outside.
        files::remove_saves(&data)?;
        let keys = info.keys();
        progress.tell(|now| {
            (now.bytes, now.done, now.total, now.unit) = (Some(0), Some(0), Some(keys), Some("keys".to_owned()));
        });
        // Before the command: when we are dropped while it is being sent, the save may begin all the same.
        let mut saving = Saving { instance, has_ended: false };
        let Err(error) = admin.ask::<String>(&["BGSAVE"]).await else { break saving };
        saving.has_ended = true;
        // Where a rewrite has begun in between, it is waited for.
        if !is_busy(&admin.info().await?) {
            return Err(error);
        }
    };
    loop {
        look.tick().await;
        let info = admin.info().await?;
        if info.number("rdb_bgsave_in_progress") != Some(0) {
            progress.tell(|now| {
                now.bytes = files::being_saved(&data).or(now.bytes);
                now.done = info.number("current_save_keys_processed").or(now.done);
                now.total = info.number("current_save_keys_total").filter(|total| *total > 0).or(now.total);
            });
            continue;
        }
        saving.has_ended = true;
        if info.field("rdb_last_bgsave_status") != Some("ok") {
            return Err(
                server::log(instance).explain(&format!("The data of {} could not be saved", instance.name), mark)
            );
        }
        return Ok(dump(instance).exists());
    }
}

/// Whether something is being written already.
fn is_busy(info: &Info) -> bool {
    ["rdb_bgsave_in_progress", "aof_rewrite_in_progress", "aof_rewrite_scheduled", "module_fork_in_progress"]
        .iter()
        .any(|name| info.number(name).unwrap_or(0) != 0)
}

/// Moves the saved file, so that no later save can replace it under our hands. Gives its size.
fn take(from: &Path, to: &Path) -> io::Result<u64> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            fs::copy(from, to)?;
            fs::remove_file(from)?;
        }
        renamed => renamed?,
    }
    fs::set_permissions(to, Permissions::from_mode(0o600))?;
    Ok(fs::metadata(to)?.len())
}
