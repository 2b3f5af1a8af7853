//! `attache backups download …`

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use super::file::Part;
use super::subject::Subject;
use crate::model::{Backup, size};
use crate::platform::{Download, Platform};
use crate::verbs::{Context, Exit, Failure, json as document, output};

/// How often it is told how far it is.
const INTERVAL: Duration = Duration::from_secs(2);

/// Where it is to go, and how it is told.
pub(super) struct Wanted {
    pub(super) output: Option<PathBuf>,
    pub(super) force: bool,
    pub(super) json: bool,
}

pub(super) async fn run(name: &str, id: &str, wanted: &Wanted, context: &Context) -> Result<(), Failure> {
    let reader = context.reader()?;
    let subject = Subject::find(reader.as_ref(), name).await?;
    let backup = subject.finished(id)?;
    let download = reader.download(&backup.id).await?;
    let target = target(backup, download.extension.as_deref(), wanted.output.as_deref());
    let failed = |message: String| Failure::new(Exit::Failed, message);
    let mut part = Part::begin(&target, wanted.force).map_err(failed)?;
    let checksum = fetch(download, backup, &mut part).await?;
    let bytes = part.size();
    part.put_into_place().map_err(failed)?;
    if wanted.json {
        let body = json!({
            "backup": document::backup(backup), "file": target, "size": bytes, "checksum": checksum,
        });
        return Ok(output::json(&body)?);
    }
    let verdict = if checksum.is_some() { "its checksum is right" } else { "the platform tells no checksum" };
    let shown = target.display();
    Ok(output::line(&format!("Backup {} is in {shown} ({}, {verdict}).", backup.id, size(bytes)))?)
}

/// Fetches a backup into a new file; says in words what came.
///
/// # Errors
/// When the file is there already, or not all of it came as told: then nothing of it is kept.
pub(in crate::verbs) async fn download_to(reader: &dyn Platform, id: &str, file: &Path) -> Result<String, Failure> {
    let backup = reader.backup(id).await?.value;
    let download = reader.download(id).await?;
    let failed = |message: String| Failure::new(Exit::Failed, message);
    let mut part = Part::begin(file, false).map_err(failed)?;
    let checksum = fetch(download, &backup, &mut part).await?;
    let bytes = part.size();
    part.put_into_place().map_err(failed)?;
    let verdict = if checksum.is_some() { "checksum right" } else { "no checksum told" };
    Ok(format!("{} in {}, {verdict}", size(bytes), file.display()))
}

/// Writes all bytes and compares them with whatever was told of them, in the list and with the bytes. Gives the checksum
/// where one was told.
async fn fetch(download: Download, backup: &Backup, part: &mut Part) -> Result<Option<String>, Failure> {
    let sizes = [download.size, backup.size];
    let checksums = [download.checksum.clone(), backup.checksum.clone()];
    tokio::select! {
        written = write(download, sizes[0].or(sizes[1]), part) => written?,
        signal = ended_by_signal() => {
            signal?;
            return Err(Failure::new(Exit::Failed, "It was broken off. Nothing of it was kept."));
        }
    }
    let differs = |what: String| Err(Failure::new(Exit::Failed, format!("{what} Nothing of it was kept; try again.")));
    let is = part.size();
    if let Some(told) = sizes.into_iter().flatten().find(|told| *told != is) {
        return differs(format!("Backup {} is {told} bytes, but {is} came.", backup.id));
    }
    // A kind of checksum that we don't know can't be compared.
    let mut told = checksums.into_iter().flatten().filter(|told| told.starts_with("sha256:")).peekable();
    if told.peek().is_none() {
        return Ok(None);
    }
    let is = part.checksum();
    match told.find(|told| !told.eq_ignore_ascii_case(&is)) {
        Some(told) => differs(format!("Backup {} came with the checksum {is}, but it has {told}.", backup.id)),
        None => Ok(Some(is)),
    }
}

async fn write(mut download: Download, total: Option<u64>, part: &mut Part) -> Result<(), Failure> {
    let mut told = Instant::now();
    while let Some(bytes) = download.bytes.next().await {
        part.write(&bytes?).map_err(|message| Failure::new(Exit::Failed, message))?;
        if told.elapsed() >= INTERVAL {
            told = Instant::now();
            let of = total.map_or(String::new(), |total| format!(" of {}", size(total)));
            output::note(&format!("{}{of}", size(part.size())));
        }
    }
    Ok(())
}

/// Ends when somebody asks the program to end, so that the file it was writing goes with it.
async fn ended_by_signal() -> std::io::Result<()> {
    let mut signals =
        [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?, signal(SignalKind::hangup())?];
    let [int, term, hup] = &mut signals;
    tokio::select! {
        _ = int.recv() => {}
        _ = term.recv() => {}
        _ = hup.recv() => {}
    }
    Ok(())
}

/// The file to write. Names from a platform never lead out of the folder.
fn target(backup: &Backup, extension: Option<&str>, output: Option<&Path>) -> PathBuf {
    let clean = |text: &str| -> String {
        let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        text.chars().filter(is_plain).collect()
    };
    let of = clean(backup.addon.as_deref().unwrap_or("uploaded"));
    let at = backup.started_at.map_or(String::new(), |at| at.strftime("-%Y%m%dT%H%M%SZ").to_string());
    let extension = extension.map(clean).filter(|extension| !extension.is_empty());
    let name = format!("{of}{at}-{}.{}", clean(&backup.id), extension.as_deref().unwrap_or("backup"));
    match output {
        None => PathBuf::from(name),
        Some(folder) if folder.is_dir() => folder.join(name),
        Some(file) => file.to_owned(),
    }
}
