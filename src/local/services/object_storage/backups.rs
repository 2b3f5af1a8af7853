//! Backups of buckets, add-ons made from them, and their new keys.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::ObjectStorage;
use super::archive::ArchiveError;
use super::archive::read::{Archive, Nowhere, Sink};
use super::archive::write;
use super::store::fill::{Filling, Given};
use super::store::frozen::Frozen;
use super::store::record::Segment;
use super::store::{Store, StoreError};
use super::tenants::Tenant;
use crate::local::services::{Counted, Instance, StepError, Tally, disk, limit};
use crate::model::{Plan, size};

impl ObjectStorage {
    /// Writes the bucket as of this moment to a new file.
    pub(super) async fn back_up(
        &self,
        instance: &Instance,
        file: &Path,
        progress: &Tally,
    ) -> Result<String, StepError> {
        let tenant = self.served(instance)?;
        let (file, progress) = (file.to_owned(), progress.clone());
        let totals = blocking(move |stop| {
            let frozen = Frozen::take(&tenant.store)?;
            let taken_ms = super::store::now_ms();
            let folder = file.parent().unwrap_or(&file);
            disk::check(folder, frozen.totals()?.bytes, "a copy of the bucket").map_err(|error| unfit(&error))?;
            let out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file)?;
            write::write(&tenant.bucket, &frozen, taken_ms, out, &progress, stop)
        });
        let totals = totals.await.map_err(|error| told(instance, "copied", &error))?;
        Ok(format!("Copied {} objects, {}, as of one moment.", totals.objects, size(totals.bytes)))
    }

    /// Puts what a copy holds in the place of everything that the bucket holds, in one commit.
    pub(super) async fn fill(&self, instance: &Instance, file: &Path, progress: &Tally) -> Result<String, StepError> {
        let tenant = self.served(instance)?;
        let (plan, file, progress) = (instance.plan.clone(), file.to_owned(), progress.clone());
        let filled = blocking(move |stop| fill(&tenant.store, &plan, &file, &progress, stop));
        let (objects, bytes) = filled.await.map_err(|error| told(instance, "filled", &error))?;
        Ok(format!("Put {objects} objects, {}, in place.", size(bytes)))
    }

    pub(super) async fn measure(&self, instance: &Instance) -> Result<Vec<Counted>, StepError> {
        let tenant = self.served(instance)?;
        let counted = blocking(move |_| Ok((tenant.store.bytes_used()?, tenant.store.objects()?)));
        let (bytes, objects) = counted.await.map_err(|error| told(instance, "measured", &error))?;
        Ok(vec![
            Counted { name: "storage", value: bytes, unit: "bytes" },
            Counted { name: "objects", value: objects, unit: "count" },
        ])
    }

    pub(super) async fn fits(&self, instance: &Instance, plan: &Plan) -> Result<String, StepError> {
        let used = self.measure(instance).await?.first().map_or(0, |storage| storage.value);
        match limit(plan, "storage") {
            Some(most) if used > most => Err(StepError::plain(format!(
                "Bucket {} holds {}; {} has {}. Delete objects, or take a larger plan.",
                instance.settings.database,
                size(used),
                plan.name,
                size(most)
            ))),
            _ => Ok(format!("Bucket {} holds {}.", instance.settings.database, size(used))),
        }
    }

    /// The new secret key is valid and the old one dead when this returns.
    pub(super) async fn rekey(&self, instance: &Instance) -> Result<String, StepError> {
        let (tenants, settings) = (self.tenants.clone(), instance.settings.clone());
        let changed = blocking(move |_| Ok(tenants.rekey(&settings)));
        if !changed.await.map_err(|error| told(instance, "given a new key", &error))? {
            return Err(not_served(instance));
        }
        let settings = &instance.settings;
        Ok(format!("The key pair {} of bucket {} has a new secret key.", settings.user, settings.database))
    }

    fn served(&self, instance: &Instance) -> Result<Arc<Tenant>, StepError> {
        self.tenants.by_access_key(&instance.settings.user).ok_or_else(|| not_served(instance))
    }
}

/// Reads all of a copy.
pub(super) async fn check(file: &Path) -> Result<String, StepError> {
    let file = file.to_owned();
    let checked = blocking(move |stop| {
        let (input, length) = open(&file)?;
        let mut archive = Archive::open(input, length, stop)?;
        let head = archive.head.clone();
        archive.files(&mut Nowhere, |_, _| ())?;
        archive.objects(|_| Ok(()))?;
        Ok(head)
    });
    let head = checked.await.map_err(|error| StepError::plain(error.to_string()))?;
    Ok(format!("Read {} objects, {}; every checksum is right.", head.objects, size(head.bytes)))
}

/// Writes the files of a copy into the store.
struct IntoStore {
    filling: Filling,
    names: Vec<String>,
    file: Option<File>,
}

impl Sink for IntoStore {
    fn begin(&mut self) -> Result<(), ArchiveError> {
        let (name, file) = self.filling.file()?;
        self.names.push(name);
        self.file = Some(file);
        Ok(())
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        match &mut self.file {
            Some(file) => Ok(file.write_all(bytes)?),
            None => Err(StoreError::Interrupted.into()),
        }
    }
}

fn fill(
    store: &Arc<Store>,
    plan: &Plan,
    file: &Path,
    progress: &Tally,
    stop: &CancellationToken,
) -> Result<(u64, u64), ArchiveError> {
    let (input, length) = open(file)?;
    let mut archive = Archive::open(input, length, stop)?;
    let (objects, bytes, files) = (archive.head.objects, archive.head.bytes, archive.head.files);
    if let Some(most) = limit(plan, "storage").filter(|most| bytes > *most) {
        return Err(ArchiveError::Unfit(format!(
            "The backup does not fit: it has {}, and the plan {} has {}. Restore it on a larger plan.",
            size(bytes),
            plan.name,
            size(most)
        )));
    }
    disk::check(store.folder(), bytes, "what the backup holds").map_err(|error| unfit(&error))?;
    progress.tell(|now| (now.total, now.unit) = (Some(files), Some("files".to_owned())));
    let mut sink = IntoStore { filling: Filling::begin(store), names: Vec::new(), file: None };
    archive.files(&mut sink, |bytes, done| {
        progress.tell(|now| (now.bytes, now.done) = (Some(bytes), Some(done)));
    })?;
    let IntoStore { filling, names, .. } = sink;
    filling.commit(|commit| {
        archive.objects(|object| {
            let named = |(at, size): &(usize, u64)| Some(Segment { blob: names.get(*at)?.clone(), size: *size });
            let segments: Option<Vec<Segment>> = object.files.iter().map(named).collect();
            let line = &object.line;
            Ok(commit.add(&Given {
                key: &line.key,
                etag: &line.etag,
                modified_ms: line.modified_ms,
                meta: &line.meta,
                checksums: &line.checksums,
                segments: &segments.ok_or(StoreError::Interrupted)?,
            })?)
        })
    })?;
    Ok((objects, bytes))
}

fn open(file: &Path) -> Result<(File, u64), ArchiveError> {
    let input = File::open(file)?;
    let length = input.metadata()?.len();
    Ok((input, length))
}

/// Runs on a thread that may block, until nobody waits for it any more.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce(&CancellationToken) -> Result<T, ArchiveError> + Send + 'static,
) -> Result<T, ArchiveError> {
    let stop = CancellationToken::new();
    let _when_dropped = stop.clone().drop_guard();
    tokio::task::spawn_blocking(move || work(&stop)).await.unwrap_or_else(|_| Err(StoreError::Interrupted.into()))
}

fn not_served(instance: &Instance) -> StepError {
    StepError::plain(format!("Bucket {} is not being served.", instance.settings.database))
}

fn told(instance: &Instance, what: &str, error: &ArchiveError) -> StepError {
    match error {
        ArchiveError::Refused(_) | ArchiveError::Unfit(_) => StepError::plain(error.to_string()),
        _ => StepError::plain(format!("Bucket {} could not be {what}: {error}", instance.settings.database)),
    }
}

fn unfit(error: &StepError) -> ArchiveError {
    ArchiveError::Unfit(error.message.clone())
}
