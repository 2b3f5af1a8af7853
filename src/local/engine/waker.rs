//! Keeps the port of a sleeping add-on: who connects is held until its server runs again, and is then led to it.

use std::collections::HashMap;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::Engine;
use super::operations::{self, Kind};
use super::services::locked;
use crate::local::db::addons::{self, AddonRow, AddonState};
use crate::local::db::operations as rows;
use crate::local::services::Driver;

/// How many connections of one add-on are held; more are closed at once.
const MOST_HELD: usize = 256;
/// After a connection could not be accepted, such as for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Who wakes an add-on that somebody connects to.
const BY: &str = "attache";

/// The ports that are listened on, and who is held there; by the add-on's id.
#[derive(Default)]
pub(super) struct Wakers {
    listening: Mutex<HashMap<String, Listening>>,
    held: Mutex<HashMap<String, Vec<TcpStream>>>,
}

/// One port that is listened on.
struct Listening {
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Engine {
    /// Listens on the port of a sleeping add-on; on another one, with everything that follows from it, where that is taken.
    pub(super) async fn listen_for(self: &Arc<Self>, row: &AddonRow, driver: &Arc<dyn Driver>) {
        if !driver.needs_port() || locked(&self.wakers.listening).contains_key(&row.id) {
            return;
        }
        let mut row = row.clone();
        for _ in 0..super::drive::PORT_ATTEMPTS {
            match TcpListener::bind((Ipv4Addr::LOCALHOST, row.settings.port)).await {
                Ok(listener) => return self.hold_on(&row.id, listener),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => match self.move_port(&row, driver).await {
                    Some(moved) => row = moved,
                    None => return,
                },
                Err(error) => {
                    // The watch comes back to it.
                    tracing::error!(addon = row.name, port = row.settings.port, "can't be listened for: {error}");
                    return;
                }
            }
        }
    }

    fn hold_on(self: &Arc<Self>, id: &str, listener: TcpListener) {
        let stop = self.stopping.child_token();
        let (engine, key, stopped) = (Arc::clone(self), id.to_owned(), stop.clone());
        let task = self.tasks.spawn(async move {
            while let Some(accepted) = stopped.run_until_cancelled(listener.accept()).await {
                match accepted {
                    Ok((connection, _)) => engine.hold(&key, connection).await,
                    Err(error) => {
                        tracing::warn!(addon = key, "a connection could not be accepted: {error}");
                        stopped.run_until_cancelled(tokio::time::sleep(ACCEPT_PAUSE)).await;
                    }
                }
            }
        });
        locked(&self.wakers.listening).insert(id.to_owned(), Listening { stop, task });
    }

    async fn hold(self: &Arc<Self>, id: &str, connection: TcpStream) {
        let is_first = {
            let mut all = locked(&self.wakers.held);
            let held = all.entry(id.to_owned()).or_default();
            if held.len() >= MOST_HELD {
                return;
            }
            held.push(connection);
            held.len() == 1
        };
        if !is_first {
            return;
        }
        let key = id.to_owned();
        let asked = self.record(move |state| {
            let Some(row) = addons::find(state, &key)? else { return Ok(()) };
            let waits = rows::unfinished_of(state, &key)?.iter().any(|operation| operation.kind == Kind::Wake);
            if row.state == AddonState::Sleeping && !waits {
                operations::ask_for(state, Kind::Wake, &row, rows::Spec::default(), BY)?;
            }
            Ok(())
        });
        if asked.await.is_some() {
            self.take_up(id);
        }
    }

    /// Leaves the add-on's port to its server; who is held stays held. When this returns nothing of ours listens there.
    pub(super) async fn stop_listening(&self, id: &str) {
        let listening = locked(&self.wakers.listening).remove(id);
        if let Some(Listening { stop, task }) = listening {
            stop.cancel();
            let _ = task.await;
        }
    }

    /// Leads whoever is held to the server, which runs now.
    pub(super) fn let_in(self: &Arc<Self>, row: &AddonRow) {
        let held = locked(&self.wakers.held).remove(&row.id).unwrap_or_default();
        let port = row.settings.port;
        for mut connection in held {
            let stopping = self.stopping.clone();
            self.tasks.spawn(async move {
                let lead = async {
                    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
                    server.set_nodelay(true)?;
                    connection.set_nodelay(true)?;
                    tokio::io::copy_bidirectional(&mut connection, &mut server).await
                };
                if let Some(Err(error)) = stopping.run_until_cancelled(lead).await {
                    tracing::debug!(port, "a held connection ended: {error}");
                }
            });
        }
    }

    /// Lets go of whoever is held: the server does not come.
    pub(super) fn let_go(&self, id: &str) {
        drop(locked(&self.wakers.held).remove(id));
    }
}
