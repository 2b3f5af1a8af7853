//! Accepting connections.

use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Router, middleware};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::guard::{Gate, Peer, Token, gate};
use super::limits::Patient;
use super::{Api, routes, surrounded};
use crate::local::user;

/// How long a client may take to send the head of a request.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);
/// How long answers that are under way may take when the platform ends.
const LAST_ANSWERS: Duration = Duration::from_secs(5);
/// After a failed accept (no more file descriptors), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// What fits into a Unix socket's address on Linux, without the closing zero.
const LONGEST_SOCKET_PATH: usize = 107;

/// A connection's place among those that are held at once.
type Permit = Option<OwnedSemaphorePermit>;

/// Why it can't be listened.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The kernel has no room for the path.
    #[error(
        "The platform's socket would be {} ({} bytes), and a socket's path can have {LONGEST_SOCKET_PATH}. Set ATTACHE_HOME to a shorter folder.",
        .0.display(), .0.as_os_str().len()
    )]
    PathTooLong(PathBuf),
    /// The socket can't be made.
    #[error("The platform can't listen on {}: {}.", .0.display(), .1)]
    Unix(PathBuf, std::io::Error),
    /// Everybody on the network could ask.
    #[error(
        "{0} is not a loopback address: everybody on the network could reach the platform. Listen on 127.0.0.1, or add --insecure-listen if that is what you want."
    )]
    NotLoopback(SocketAddr),
    /// The address can't be had.
    #[error("The platform can't listen on {0}: {1}.")]
    Tcp(SocketAddr, std::io::Error),
}

/// Answers on the Unix socket until `stop`. The caller holds the platform's lock, so a socket that is there is a dead one.
///
/// # Errors
/// When the socket can't be made.
pub fn serve_unix(
    api: &Arc<Api>,
    path: &Path,
    stop: &CancellationToken,
    tasks: &TaskTracker,
) -> Result<(), ListenError> {
    if path.as_os_str().as_bytes().len() > LONGEST_SOCKET_PATH {
        return Err(ListenError::PathTooLong(path.to_owned()));
    }
    make_run_folder(path)?;
    let listener = bind_unix(path).map_err(|error| ListenError::Unix(path.to_owned(), error))?;
    let (routes, api) = (routes(api), Arc::clone(api));
    let (stop, tracker) = (stop.clone(), tasks.clone());
    tasks.spawn(async move {
        let places = Arc::new(Semaphore::new(api.limits.connections));
        while let Some((permit, accepted)) = stop.run_until_cancelled(next(&places, || listener.accept())).await {
            let Ok((stream, _)) = accepted else {
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            };
            let uid = stream.peer_cred().map(|credentials| credentials.uid()).ok();
            let name = uid.map_or_else(|| "unknown".to_owned(), user::name_of);
            let named = routes.clone().layer(Extension(Peer { name }));
            answer(stream, surrounded(named), &api, permit, &stop, &tracker);
        }
    });
    Ok(())
}

/// Makes the folder that the socket and the token are in, for its owner alone.
///
/// # Errors
/// When it can't be made.
pub fn make_run_folder(socket: &Path) -> Result<(), ListenError> {
    let Some(folder) = socket.parent() else { return Ok(()) };
    let made = match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => fs::set_permissions(folder, fs::Permissions::from_mode(0o700)),
    };
    made.map_err(|error| ListenError::Unix(socket.to_owned(), error))
}

fn bind_unix(path: &Path) -> std::io::Result<UnixListener> {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != ErrorKind::NotFound
    {
        return Err(error);
    }
    UnixListener::bind(path)
}

/// Answers on a TCP address until `stop`, to whoever has the token; gives the address it really has.
///
/// # Errors
/// When the address is not loopback and that was not allowed, or it can't be had.
pub async fn serve_tcp(
    api: &Arc<Api>,
    address: SocketAddr,
    allow_any: bool,
    token: Token,
    stop: &CancellationToken,
    tasks: &TaskTracker,
) -> Result<SocketAddr, ListenError> {
    if !address.ip().is_loopback() && !allow_any {
        return Err(ListenError::NotLoopback(address));
    }
    let failed = |error| ListenError::Tcp(address, error);
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    let (routes, api) = (routes(api), Arc::clone(api));
    let (stop, tracker) = (stop.clone(), tasks.clone());
    tasks.spawn(async move {
        let places = Arc::new(Semaphore::new(api.limits.connections));
        while let Some((permit, accepted)) = stop.run_until_cancelled(next(&places, || listener.accept())).await {
            let Ok((stream, _)) = accepted else {
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            };
            // The address that was dialled, also when we listen on all of them.
            let Ok(local) = stream.local_addr() else { continue };
            let gate_state = Gate { token: token.clone(), local };
            let guarded = routes.clone().layer(middleware::from_fn_with_state(gate_state, gate));
            answer(stream, surrounded(guarded), &api, permit, &stop, &tracker);
        }
    });
    Ok(bound)
}

/// The next connection, when there is room for one.
async fn next<T, F: Future<Output = T>>(places: &Arc<Semaphore>, accept: impl FnOnce() -> F) -> (Permit, T) {
    // Never closed, so there is a permit in the end.
    let permit = Arc::clone(places).acquire_owned().await.ok();
    (permit, accept().await)
}

fn answer<S>(stream: S, routes: Router, api: &Arc<Api>, permit: Permit, stop: &CancellationToken, tasks: &TaskTracker)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let stop = stop.clone();
    let stream = Patient::new(stream, api.limits.patience);
    tasks.spawn(async move {
        let _permit = permit;
        let mut server = hyper::server::conn::http1::Builder::new();
        server.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE);
        let connection = server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
        let mut connection = std::pin::pin!(connection);
        // A connection that breaks is the client's affair.
        let ended = stop.run_until_cancelled(connection.as_mut()).await;
        if ended.is_none() {
            connection.as_mut().graceful_shutdown();
            drop(tokio::time::timeout(LAST_ANSWERS, connection).await);
        }
    });
}
