//! How much of everything one client, or all together, may take up.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use super::Api;
use crate::local::engine::Refusal;

/// The most of everything.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long one request may take, and how long the transfer of a file may stand still.
    pub patience: Duration,
    /// How many requests are carried out at once.
    pub requests: usize,
    /// How many files of backups come and go at once.
    pub transfers: usize,
    /// How many connections each listener holds; the next ones wait to be accepted.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { patience: Duration::from_secs(30), requests: 128, transfers: 16, connections: 256 }
    }
}

/// Nothing was done because so much is being done already.
pub(super) fn too_many(what: &str, limit: usize) -> Refusal {
    let message = format!("The platform has {limit} {what} under way already, so nothing was done. Try again soon.");
    Refusal::new(429, "too_many_requests", message)
}

/// Around requests that were let in: no more than so many at once.
pub(super) async fn counted(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    match api.requests.try_acquire() {
        Ok(_permit) => next.run(request).await,
        Err(_) => too_many("requests", api.limits.requests).into_response(),
    }
}

/// Around every request but the upload of a file: a time limit.
pub(super) async fn timed(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(api.limits.patience, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let message = format!(
                "The request took longer than {:?} and was given up; look before sending it again.",
                api.limits.patience
            );
            Refusal::new(408, "timeout", message).into_response()
        }
    }
}

/// A connection whose other end must go on taking what is written: an answer may take long, but not stand still.
pub(super) struct Patient<S> {
    stream: S,
    patience: Duration,
    /// Runs while a write waits.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl<S> Patient<S> {
    pub(super) fn new(stream: S, patience: Duration) -> Self {
        Self { stream, patience, deadline: None }
    }

    /// Passes on how a write went, or ends it when it has waited too long.
    fn watch<T>(&mut self, cx: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.deadline = None;
            return outcome;
        }
        let patience = self.patience;
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        ready!(deadline.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch(cx, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.watch(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(cx);
        self.watch(cx, outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn a_write_that_nobody_takes_ends_and_one_that_goes_on_does_not() {
        let (ours, mut theirs) = tokio::io::duplex(4);
        let mut ours = Patient::new(ours, Duration::from_millis(100));
        let reader = tokio::spawn(async move {
            let mut taken = [0; 12];
            for byte in &mut taken {
                *byte = theirs.read_u8().await.unwrap();
            }
            (taken, theirs)
        });
        ours.write_all(b"123456789012").await.unwrap();
        let (taken, _theirs) = reader.await.unwrap();
        assert_eq!(&taken, b"123456789012");
        assert!(ours.deadline.is_none(), "what went on has no deadline left");
        let error = ours.write_all(b"12345678").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
