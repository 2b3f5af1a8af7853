//! A file on its way to a platform: one request, one connection, one try, and no copy of the file in memory.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::Body;
use reqwest::Method;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

use super::failure::Failure;
use super::read::shown;
use super::{Answer, Http, reply};
use crate::model::printable;
use crate::platform::{ReadError, ReadErrorKind, SubmitError};

/// How much of the file is read at a time.
const CHUNK: usize = 256 << 10;

/// A file to be sent, and how large it was when it was looked at.
pub(in crate::platform) struct Outgoing<'a> {
    pub(in crate::platform) file: &'a Path,
    pub(in crate::platform) size: u64,
}

impl Http {
    /// Posts a file, once. There is no limit on the whole, but one on each time in which nothing moves.
    pub(in crate::platform) async fn upload(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        outgoing: Outgoing<'_>,
        idempotency_key: &str,
    ) -> Result<Answer, SubmitError> {
        let unreadable = |why| SubmitError::NotSent(ReadError::new(ReadErrorKind::Unreachable, why));
        let file = open(&outgoing).await.map_err(unreadable)?;
        let moved = Arc::new(AtomicU64::new(0));
        let counted = moved.clone();
        // Exactly what was announced: a file that grows meanwhile is cut, one that shrinks ends the request unfinished.
        let bytes = ReaderStream::with_capacity(file.take(outgoing.size), CHUNK).inspect(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        let request = self
            .writing(&self.upload, Method::POST, path, query, idempotency_key)?
            .header(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"))
            .header(CONTENT_LENGTH, outgoing.size)
            .body(Body::wrap_stream(bytes));
        let request = self.built(request)?;
        let shown = shown(&Method::POST, path, query);
        let unknown = |failure: Failure| failure.of_a_write(&self.target, &self.settings).of(&shown);
        let exchange = async {
            let response = self.upload.execute(request).await;
            let response = response.map_err(|error| unknown(Failure::of(&error, &self.target)))?;
            reply::take(response, &shown, self).await.map_err(|failure| unknown(failure.after_sending()))
        };
        tokio::select! {
            answer = exchange => answer,
            () = stalled(&moved, self.settings.write_overall) => Err(unknown(Failure::TimedOut)),
        }
    }
}

/// Opens the file that was looked at. A sentence where it is another one by now.
async fn open(outgoing: &Outgoing<'_>) -> Result<File, String> {
    let name = printable(&outgoing.file.display().to_string());
    let unreadable = |error: std::io::Error| format!("The file {name} can't be read: {error}. Nothing was sent.");
    // Looked at before it is opened: opening a pipe would wait for its other end.
    let found = tokio::fs::metadata(outgoing.file).await.map_err(unreadable)?;
    if !found.is_file() {
        return Err(format!("{name} is not a file. Nothing was sent."));
    }
    let file = File::open(outgoing.file).await.map_err(unreadable)?;
    let size = file.metadata().await.map_err(unreadable)?.len();
    if size != outgoing.size {
        return Err(format!(
            "The file {name} has {size} bytes now; it had {} when it was looked at. Nothing was sent.",
            outgoing.size
        ));
    }
    Ok(file)
}

/// Ends when nothing has moved for that long.
async fn stalled(moved: &AtomicU64, patience: Duration) {
    let mut before = moved.load(Ordering::Relaxed);
    loop {
        tokio::time::sleep(patience).await;
        let now = moved.load(Ordering::Relaxed);
        if now == before {
            return;
        }
        before = now;
    }
}
