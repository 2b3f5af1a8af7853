//! Giving the file of a backup away. It is leased for as long as it goes, so that it is not deleted meanwhile.

use std::io::ErrorKind;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use futures_util::Stream;
use tokio::io::AsyncReadExt;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::io::ReaderStream;

use super::limits::too_many;
use super::params::NoQuery;
use super::respond::has_seen;
use super::{Api, reads};
use crate::local::db::backups::{BackupRow, BackupState};
use crate::local::engine::Refusal;
use crate::local::engine::backups::files::Place;
use crate::local::engine::backups::leases::Lease;

/// How much is read at once.
const CHUNK: usize = 256 * 1024;

pub(super) async fn download(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    Path(backup): Path<String>,
    _: NoQuery,
) -> reads::Answer {
    let services = &api.engine.services;
    // First the lease, then the look: what is finished now stays so.
    let lease = services.leases.take(&backup);
    let row = reads::backups::find(&api, backup).await?;
    let (size, checksum) = whole(&row)?;
    let tag = format!("\"{checksum}\"");
    if has_seen(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let permit = Arc::clone(&api.transfers).try_acquire_owned();
    let permit = permit.map_err(|_| too_many("transfers of files", api.limits.transfers))?;

    let path = Place::of(services.platform(), &row.file).file;
    let unreadable = |why: &dyn std::fmt::Display| {
        let message = format!("The file {} of the backup {} can't be read: {why}.", path.display(), row.id);
        Refusal::new(500, "internal", message)
    };
    let file = tokio::fs::File::open(&path).await.map_err(|error| unreadable(&error))?;
    let found = file.metadata().await.map_err(|error| unreadable(&error))?.len();
    if found != size {
        return Err(unreadable(&format!("it has {found} bytes and should have {size}")));
    }
    let stream = ReaderStream::with_capacity(file.take(size), CHUNK);
    let body = Body::from_stream(Leased { stream, left: size, _lease: lease, _permit: permit });
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_LENGTH, size.to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file_name(&row))),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::ETAG, tag),
    ];
    Ok((headers, body).into_response())
}

/// Size and checksum of a finished backup.
fn whole(row: &BackupRow) -> Result<(u64, &str), Refusal> {
    match (row.state, row.size, &row.checksum) {
        (BackupState::Finished, Some(size), Some(checksum)) => Ok((size, checksum)),
        (state, ..) => {
            let message = format!("The backup {} is {}: there is no finished file of it.", row.id, state.word());
            Err(Refusal::conflict("backup_not_finished", message))
        }
    }
}

/// Such as `orders-2026-11-20-bak_1f0c….pgdump`.
fn file_name(row: &BackupRow) -> String {
    let of = row.addon.as_deref().unwrap_or(&row.service);
    let day = row.created_at.split('T').next().unwrap_or_default();
    let extension = row.file.rsplit_once('.').map_or("backup", |(_, extension)| extension);
    let name = format!("{of}-{day}-{}.{extension}", row.id);
    name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect()
}

/// A file that goes out, with what keeps it there.
struct Leased<S> {
    stream: S,
    left: u64,
    _lease: Lease,
    _permit: OwnedSemaphorePermit,
}

impl<S: Stream<Item = std::io::Result<bytes::Bytes>> + Unpin> Stream for Leased<S> {
    type Item = std::io::Result<bytes::Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = std::task::ready!(Pin::new(&mut self.stream).poll_next(cx));
        Poll::Ready(match next {
            Some(Ok(chunk)) => {
                self.left = self.left.saturating_sub(chunk.len() as u64);
                Some(Ok(chunk))
            }
            // Cut short behind our back: the client must not take it for the whole file.
            None if self.left > 0 => Some(Err(ErrorKind::UnexpectedEof.into())),
            other => other,
        })
    }
}
