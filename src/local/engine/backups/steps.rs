//! The steps about files: copying, checking, keeping, pushing out, deleting, and filling an add-on from one.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::operations::{Context, Ended};
use super::super::{Engine, rules, space};
use super::files::{self, Manifest, Place};
use super::retention::Keep;
use super::{busy, policy};
use crate::local::db::backups::{self, BackupRow};
use crate::local::db::{DbError, addons, stamp};
use crate::local::services::{Driver, StepError};
use crate::model::size;

/// What [`check_copy`] found, on its way into the row.
#[derive(Serialize, Deserialize)]
pub(super) struct Checked {
    pub(super) size: u64,
    pub(super) checksum: String,
}

/// What [`keep_copy`] wrote, on its way into the row.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) finished_at: String,
    pub(super) keep_until: Option<String>,
}

/// The backup that an operation is about.
pub(super) async fn backup(ctx: &Context) -> Result<BackupRow, StepError> {
    let id = ctx.operation.backup_id.clone().unwrap_or_default();
    let found = ctx.engine.db.read(move |state| backups::find(state, &id)).await;
    found.map_err(|error: DbError| StepError::plain(error.to_string()))?.ok_or_else(|| {
        StepError::plain("The platform knows nothing of the backup any more. Please report it.".to_owned())
    })
}

/// The driver of a backup's service, which need not have an add-on.
fn driver(ctx: &Context, row: &BackupRow) -> Result<Arc<dyn Driver>, StepError> {
    let none = || StepError::plain(format!("This program has no driver for the service {}.", row.service));
    ctx.services.driver(&row.service).cloned().ok_or_else(none)
}

/// Does something with files, away from the threads that must not wait for a disk.
async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StepError> + Send + 'static,
) -> Result<T, StepError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        Err(StepError::plain(format!("It broke off because of a defect in attache ({error}). Please report it.")))
    })
}

/// Writes the add-on's data into a file that does not bear the name of a backup yet.
pub(super) async fn copy_data(ctx: &Context) -> Result<Ended, StepError> {
    let row = backup(ctx).await?;
    let place = ctx.engine.place(&row);
    if space::check(&ctx.engine.platform).is_err() {
        return Err(StepError::plain(files::full(place.folder())));
    }
    let new = place.clone();
    on_disk(move || new.prepare()).await?;
    let copied = driver(ctx, &row)?.copy(&ctx.instance()?, &place.part, &ctx.tally).await;
    Ok(copied.map_err(|error| about_space(error, &place))?.into())
}

/// Says of a failure that comes of a full disk that it does.
fn about_space(error: StepError, place: &Place) -> StepError {
    let said = |text: &str| ["no space left", "disk is full", "quota exceeded"].iter().any(|word| text.contains(word));
    let is_full = std::iter::once(&error.message).chain(&error.log).any(|text| said(&text.to_lowercase()));
    if is_full { StepError { message: files::full(place.folder()), ..error } } else { error }
}

/// Reads all of it, with the server's own tool and for the checksum, once it is durable.
pub(super) async fn check_copy(ctx: &Context) -> Result<Ended, StepError> {
    let row = backup(ctx).await?;
    let (place, driver) = (ctx.engine.place(&row), driver(ctx, &row)?);
    let new = place.clone();
    on_disk(move || new.sync_part().and_then(|()| new.make_scratch())).await?;
    let checked = tokio::try_join!(driver.check_copy(&place.part, &place.scratch), digest(&place.part, "backup"));
    let old = place.clone();
    on_disk(move || {
        // What can't be removed now goes with the backup itself.
        let _ = old.remove_scratch();
        Ok(())
    })
    .await?;
    let (message, (bytes, checksum)) = checked.map_err(|error| about_space(error, &place))?;
    if ctx.operation.spec.text(rules::CHECKSUM).is_some_and(|sent| sent != checksum) {
        return Err(StepError::plain("The file is not what was sent: the disk has changed it. Send it again."));
    }
    let found = serde_json::to_value(Checked { size: bytes, checksum }).unwrap_or_default();
    Ok(Ended { message: format!("{} ({}).", message.trim_end_matches('.'), size(bytes)), found })
}

/// Reads all of a file for its size and checksum; dropped, it ends soon.
async fn digest(path: &Path, what: &str) -> Result<(u64, String), StepError> {
    struct Stop(Arc<AtomicBool>);
    impl Drop for Stop {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let stop = Stop(Arc::default());
    let (own, flag) = (path.to_owned(), Arc::clone(&stop.0));
    let read = tokio::task::spawn_blocking(move || files::digest(&own, || flag.load(Ordering::Relaxed)));
    let read = read.await.unwrap_or_else(|error| Err(io::Error::other(error)));
    read.map_err(|error| StepError::plain(format!("The {what} {} could not be read: {error}.", path.display())))
}

/// Gives the checked file its name, and writes down beside it what it is.
pub(super) async fn keep_copy(ctx: &Context) -> Result<Ended, StepError> {
    let row = backup(ctx).await?;
    let place = ctx.engine.place(&row);
    let finished = Timestamp::now();
    let keep = match &ctx.facts.addon {
        Some(addon) => policy::support(&ctx.services, addon).map(|(_, keep)| keep).unwrap_or_default(),
        None => Keep::of(&row.plan.limits),
    };
    let kept = Kept { finished_at: stamp(finished), keep_until: keep.until(finished).map(stamp) };
    let manifest = Manifest::of(&row, &kept.finished_at, kept.keep_until.as_deref())
        .ok_or_else(|| StepError::plain("The backup was not checked before it is kept. Please report it."))?;
    on_disk(move || place.keep(manifest.size).and_then(|()| place.write_manifest(&manifest))).await?;
    let message = match &kept.keep_until {
        Some(until) => format!("The backup is whole and durable; it is kept until {until}."),
        None => "The backup is whole and durable.".to_owned(),
    };
    Ok(Ended { message, found: serde_json::to_value(kept).unwrap_or_default() })
}

/// Deletes what the plan does not keep any more, now that there is a newer one.
pub(super) async fn evict(ctx: &Context) -> Result<Ended, StepError> {
    let (services, id) = (Arc::clone(&ctx.services), ctx.addon()?.id.clone());
    let marked = ctx.engine.record(move |state| {
        let Some(addon) = addons::find(state, &id)? else { return Ok(Vec::new()) };
        let keep = policy::support(&services, &addon).map(|(_, keep)| keep).unwrap_or_default();
        let finished = backups::finished(state, &addon.id)?;
        let mut gone = Vec::new();
        for row in keep.evicted(&finished) {
            let why = format!(
                "A newer backup pushed it out: the plan {} keeps {}.",
                addon.plan.name,
                keep.count.unwrap_or_default()
            );
            // One that is being read goes later.
            if !busy(state, &services, &row.id)? && backups::set_expired(state, &row.id, &why)? {
                gone.push(row.id.clone());
            }
        }
        Ok(gone)
    });
    let gone = marked.await.ok_or_else(|| StepError::plain("The platform is ending."))?;
    ctx.engine.sweep(Timestamp::now()).await;
    Ok(match gone.as_slice() {
        [] => "No older backup had to go.".to_owned(),
        gone => format!("Deleted what the plan does not keep any more: {}.", gone.join(", ")),
    }
    .into())
}

/// Deletes the files of a backup whose row says so.
pub(super) async fn delete_copy(ctx: &Context) -> Result<Ended, StepError> {
    let row = backup(ctx).await?;
    if !super::is_to_be_deleted(&row) {
        return Err(StepError::plain(format!("The backup {} is {} and was not deleted.", row.id, row.state.word())));
    }
    let place = ctx.engine.place(&row);
    on_disk(move || place.remove()).await?;
    Ok("The backup is deleted.".into())
}

/// Fills a new add-on from a backup that is still what it was when it was checked.
pub(super) async fn load(ctx: &Context) -> Result<Ended, StepError> {
    let row = backup(ctx).await?;
    let place = ctx.engine.place(&row);
    let (bytes, checksum) = digest(&place.file, "backup").await?;
    if row.size != Some(bytes) || row.checksum.as_ref() != Some(&checksum) {
        return Err(StepError::plain(format!(
            "The backup {} is damaged: its file {} is not what it was when it was checked. Restore another one.",
            row.id,
            place.file.display()
        )));
    }
    Ok(ctx.driver()?.load(&ctx.instance()?, &place.file, &ctx.tally).await?.into())
}

impl Engine {
    /// Where a backup is.
    pub fn place(&self, row: &BackupRow) -> Place {
        Place::of(&self.platform, &row.file)
    }
}
