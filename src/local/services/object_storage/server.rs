//! The one listener for all buckets, on 127.0.0.1.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_RANGE, CONTENT_TYPE, EXPECT, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use s3s::service::S3Service;
use s3s::{Body, S3Error, s3_error};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use super::keys;

/// Names the process that answers, so that a probe can tell it from another that took its port.
pub(super) const HOST_ID: &str = "x-amz-id-2";
/// How long a client may take to send the head of a request.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// How long a client may take to stop sending what nobody wants.
const LINGER: Duration = Duration::from_secs(30);
/// How long requests under way may take to end when the platform stops.
const GRACE: Duration = Duration::from_secs(3);

/// A running listener.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) port: u16,
    pub(super) host_id: String,
    stop: CancellationToken,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Server {
    /// Listens on that port of 127.0.0.1; 0 is any free one.
    pub(super) async fn start(port: u16, service: S3Service) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let port = listener.local_addr()?.port();
        let (host_id, stop) = (keys::random_hex(), CancellationToken::new());
        let task = tokio::spawn(accept(listener, service, host_id.clone(), stop.clone()));
        Ok(Self { port, host_id, stop, task: Mutex::new(Some(task)) })
    }

    /// Takes no more connections, lets requests under way end for a moment, and is gone.
    pub(super) async fn stop(&self) {
        self.stop.cancel();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            // It ends in any case; a panic in it has nothing to say to who stops it.
            let _ = task.await;
        }
    }
}

async fn accept(listener: TcpListener, service: S3Service, host_id: String, stop: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, service.clone(), host_id.clone(), stop.clone()));
                }
                Err(error) => {
                    // Out of file descriptors, most often: wait for one instead of spinning.
                    tracing::warn!(%error, "the object storage could not accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
        }
    }
    drop(listener);
    let ended = tokio::time::timeout(GRACE, async { while connections.join_next().await.is_some() {} }).await;
    if ended.is_err() {
        connections.shutdown().await;
    }
}

async fn serve(stream: TcpStream, service: S3Service, host_id: String, stop: CancellationToken) {
    // Small answers must not wait for more.
    let _ = stream.set_nodelay(true);
    let answer = service_fn(move |request| {
        let (service, host_id) = (service.clone(), host_id.clone());
        Box::pin(async move { Ok::<_, Infallible>(answer(&service, request, &host_id).await) })
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .serve_connection(TokioIo::new(stream), answer);
    let ended = tokio::select! {
        ended = poll_fn(|cx| connection.poll_without_shutdown(cx)) => ended,
        () = stop.cancelled() => {
            std::pin::Pin::new(&mut connection).graceful_shutdown();
            poll_fn(|cx| connection.poll_without_shutdown(cx)).await
        }
    };
    match ended {
        Ok(()) => {
            let stream = connection.into_parts().io.into_inner();
            tokio::select! {
                () = linger(stream) => {}
                () = stop.cancelled() => {}
            }
        }
        // A client that went away; nothing that its requests wrote is half there.
        Err(error) => tracing::debug!(%error, "a connection to the object storage ended early"),
    }
}

/// Says that no more will come and reads on until the client has heard it. To close while the client still sends the body of
/// a request that was refused would reset the connection, and the refusal would be lost with it.
async fn linger(mut stream: TcpStream) {
    let read_on = async {
        let mut discarded = vec![0; 64 * 1024];
        stream.shutdown().await?;
        while stream.read(&mut discarded).await? > 0 {}
        io::Result::Ok(())
    };
    // However it ends, the connection is over.
    let _ = tokio::time::timeout(LINGER, read_on).await;
}

async fn answer(service: &S3Service, request: Request<Incoming>, host_id: &str) -> Response<Body> {
    let (is_head, expects) = (request.method() == Method::HEAD, request.headers().contains_key(EXPECT));
    let answered = if is_form(&request) {
        // s3s would take the whole form into memory before it looks at the signature.
        s3_error!(NotImplemented, "Uploads by HTML form are not implemented by this object storage.").to_http_response()
    } else {
        match service.call(request.map(Body::from)).await {
            Ok(answer) => Ok(answer),
            Err(error) => {
                tracing::error!(error = ?error, "the object storage could not answer a request");
                s3_error!(InternalError, "The answer could not be written.").to_http_response()
            }
        }
    };
    let mut answer = answered.unwrap_or_else(|_: S3Error| {
        let mut bare = Response::new(Body::empty());
        *bare.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        bare
    });
    if is_head && answer.status() == StatusCode::OK && answer.headers().contains_key(CONTENT_RANGE) {
        // s3s says 206 for a GET only.
        *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    if expects && !answer.status().is_success() {
        // Whether the body was sent is now unclear, so no other request may follow it. (botocore takes the answer to the next
        // one for this one.)
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    let id = keys::random_hex()[..16].to_ascii_uppercase();
    for (name, value) in [("x-amz-request-id", id.as_str()), (HOST_ID, host_id)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer
}

fn is_form<B>(request: &Request<B>) -> bool {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    request.method() == Method::POST
        && content_type.trim_start().to_ascii_lowercase().starts_with("multipart/form-data")
}
