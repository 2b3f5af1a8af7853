//! Taking a file as a backup: it is written to disk as it comes, whole and durable before the request becomes a row.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use futures_util::StreamExt;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::guard::Peer;
use super::limits::too_many;
use super::params::Params;
use super::{Api, writes};
use crate::local::db::new_id;
use crate::local::engine::backups::files::{self, Place};
use crate::local::engine::rules::Upload;
use crate::local::engine::services::Services;
use crate::local::engine::{Engine, Refusal, Reply, Write, WriteRequest};
use crate::model::{printable, size};

/// What is left free of the disk, as long as it is not more than half of what is free.
const LEFT_FREE: u64 = 1 << 30;
/// The longest file name that is taken note of.
const LONGEST_NAME: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UploadParams {
    service: String,
    name: Option<String>,
}

pub(super) async fn upload(
    State(api): State<Arc<Api>>,
    Extension(peer): Extension<Peer>,
    Params(params): Params<UploadParams>,
    request: Request,
) -> writes::Answer {
    let key = writes::idempotency_key(request.headers())?;
    let length = length(request.headers())?;
    let extension = extension(&api.engine.services, &params.service)?;
    let name = file_name(params.name.as_deref())?;
    let platform = api.engine.services.platform();
    check_room(platform, length)?;
    let permit = Arc::clone(&api.transfers).try_acquire_owned();
    let permit = permit.map_err(|_| too_many("transfers of files", api.limits.transfers))?;

    let id = new_id("bak");
    let part = Part::new(Place::of(platform, &files::name(None, &id, extension)))?;
    let (parts, body) = request.into_parts();
    let checksum = receive(body, &part, length, api.limits.patience).await?;
    let target = parts.uri.path_and_query().map_or(parts.uri.path(), |target| target.as_str());
    let idempotency = key.map(|key| (key, writes::fingerprint(&parts.method, target, &checksum)));
    let hex: String = checksum.iter().map(|byte| format!("{byte:02x}")).collect();
    let upload = Upload {
        id,
        service: params.service,
        name,
        file: part.path.clone(),
        size: length,
        checksum: format!("sha256:{hex}"),
    };
    let request = WriteRequest { write: Write::UploadBackup(upload), by: peer.name, idempotency };
    let engine = Arc::clone(&api.engine);
    // As for every write: a client that hangs up does not stop between the row and setting it to work.
    writes::answer(tokio::spawn(async move {
        let _permit = permit;
        write(&engine, request, part).await
    }))
    .await
}

/// Writes the row, and leaves the file to it; a file that got no row goes.
async fn write(engine: &Arc<Engine>, request: WriteRequest, part: Part) -> Result<Reply, Refusal> {
    let id = match &request.write {
        Write::UploadBackup(upload) => upload.id.clone(),
        _ => String::new(),
    };
    let reply = engine.write(request).await?;
    // A key that was used before is answered with the backup that was made then.
    if reply.body["backup"]["id"] == id.as_str() {
        part.leave();
    }
    Ok(reply)
}

fn length(headers: &HeaderMap) -> Result<u64, Refusal> {
    let bad = |message| Refusal::new(400, "bad_request", message);
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    match length {
        Some(0) => Err(bad("The file is empty, so it is no backup.")),
        Some(length) => Ok(length),
        None => Err(bad("A file is sent with its Content-Length. Nothing was taken.")),
    }
}

/// How a backup's file of that service is called; refused before anything is sent where there are none.
fn extension(services: &Services, service: &str) -> Result<&'static str, Refusal> {
    let Some((offer, driver)) = services.find(service) else {
        let names: Vec<_> = services.entries().iter().map(|(offer, _)| offer.name.as_str()).collect();
        let message = format!("There is no service {:?}. The services are: {}.", printable(service), names.join(", "));
        return Err(Refusal::invalid("unknown_service", message));
    };
    let plan = offer.plan(None).ok_or_else(|| Refusal::invalid("not_supported", format!("{service} has no plans.")))?;
    let format = driver.backup_format(plan).map_err(|why| Refusal::invalid("not_supported", why))?;
    Ok(format.extension)
}

fn file_name(name: Option<&str>) -> Result<Option<String>, Refusal> {
    match name {
        Some(name) if name.len() > LONGEST_NAME => {
            let message = format!("The name of the file is longer than {LONGEST_NAME} bytes.");
            Err(Refusal::new(400, "bad_request", message))
        }
        name => Ok(name.filter(|name| !name.is_empty()).map(printable)),
    }
}

/// Refuses what would fill the disk.
fn check_room(platform: &Path, length: u64) -> Result<(), Refusal> {
    let Ok(stat) = rustix::fs::statvfs(platform) else { return Ok(()) };
    let free = stat.f_bavail.saturating_mul(stat.f_frsize);
    let room = free.saturating_sub(LEFT_FREE).max(free / 2);
    if length <= room {
        return Ok(());
    }
    let message = format!(
        "The file has {} and there is room for {} (the disk that holds {} has {} free). Nothing was taken.",
        size(length),
        size(room),
        platform.display(),
        size(free)
    );
    Err(Refusal::new(413, "too_large", message))
}

/// A file on its way; gone with this, unless it is left to its row.
struct Part {
    path: PathBuf,
    folder: PathBuf,
    is_left: bool,
}

impl Part {
    fn new(place: Place) -> Result<Self, Refusal> {
        place.prepare().map_err(|error| Refusal::new(500, "internal", error.message))?;
        let folder = place.folder().to_owned();
        Ok(Self { path: place.part, folder, is_left: false })
    }

    fn leave(mut self) {
        self.is_left = true;
    }

    fn failed(&self, error: &io::Error) -> Refusal {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Refusal::disk_full(format!(
                "The disk that holds {} is full: the file was not taken. Free some space and send it again.",
                self.folder.display()
            )),
            _ => Refusal::new(500, "internal", format!("{} can't be written: {error}.", self.path.display())),
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.is_left {
            // Whatever can't be removed now goes at the next start: no row names it.
            drop(std::fs::remove_file(&self.path));
        }
    }
}

/// Writes all of the body to the file, durably; gives its SHA-256.
async fn receive(body: Body, part: &Part, length: u64, patience: Duration) -> Result<[u8; 32], Refusal> {
    let failed = |error: io::Error| part.failed(&error);
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part.path).map_err(failed)?;
    let mut file = tokio::fs::File::from_std(file);
    let (mut body, mut digest, mut came) = (body.into_data_stream(), Sha256::new(), 0);
    while let Some(chunk) = next(&mut body, patience).await? {
        came += chunk.len() as u64;
        digest.update(&chunk);
        file.write_all(&chunk).await.map_err(failed)?;
    }
    if came != length {
        let message = format!("{came} bytes of {length} came, so nothing was taken. Send the file again.");
        return Err(Refusal::new(400, "bad_request", message));
    }
    file.flush().await.map_err(failed)?;
    file.sync_all().await.map_err(failed)?;
    let folder = part.folder.clone();
    let synced = tokio::task::spawn_blocking(move || File::open(folder)?.sync_all()).await;
    synced.unwrap_or_else(|_| Err(ErrorKind::Interrupted.into())).map_err(failed)?;
    Ok(digest.finalize().into())
}

async fn next(body: &mut axum::body::BodyDataStream, patience: Duration) -> Result<Option<Bytes>, Refusal> {
    match tokio::time::timeout(patience, body.next()).await {
        Ok(None) => Ok(None),
        Ok(Some(Ok(chunk))) => Ok(Some(chunk)),
        Ok(Some(Err(_))) => {
            let message = "The file did not come to its end, so nothing was taken. Send it again.";
            Err(Refusal::new(400, "bad_request", message))
        }
        Err(_) => {
            let message =
                format!("Nothing more of the file came for {patience:?}, so nothing was taken. Send it again.");
            Err(Refusal::new(408, "timeout", message))
        }
    }
}
