//! `attache backups download …`

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use super::subject::Subject;
use crate::model::{Backup, size};
use crate::platform::{Download, Platform};
use crate::store::download::{self, Broken, Downloaded, Part};
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

/// Fetches it until it is there or somebody asks the program to end.
async fn fetch(download: Download, backup: &Backup, part: &mut Part) -> Result<Option<String>, Failure> {
    let mut told = Instant::now();
    let progress = |(bytes, total): Downloaded| {
        if told.elapsed() >= INTERVAL {
            told = Instant::now();
            let of = total.map_or(String::new(), |total| format!(" of {}", size(total)));
            output::note(&format!("{}{of}", size(bytes)));
        }
    };
    tokio::select! {
        fetched = download::fetch(download, backup, part, progress) => fetched.map_err(|broken| match broken {
            Broken::Read(error) => error.into(),
            Broken::File(sentence) => Failure::new(Exit::Failed, sentence),
        }),
        signal = ended_by_signal() => {
            signal?;
            Err(Failure::new(Exit::Failed, "It was broken off. Nothing of it was kept."))
        }
    }
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
