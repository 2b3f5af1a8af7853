//! `object-storage`: S3 inside the platform's process. The protocol is the crate `s3s`, the storage our own.
//!
//! One add-on is one bucket and one key pair, which opens nothing else. All share one listener on 127.0.0.1; which bucket
//! a request means is said by its path, and whether it may, by its signature.

mod archive;
mod backups;
pub mod client;
mod driver;
mod keys;
mod s3;
mod server;
pub mod store;
mod tenants;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use s3s::service::S3ServiceBuilder;

use super::{Instance, Settings};
use client::Client;
use s3::Buckets;
use server::Server;
use store::{Store, StoreError, Swept};
use tenants::{Tenant, Tenants};

/// The service and its driver: made once, then given its port by `open`.
#[derive(Debug, Default)]
pub struct ObjectStorage {
    tenants: Tenants,
    server: RwLock<Option<Arc<Server>>>,
    opening: tokio::sync::Mutex<()>,
}

impl ObjectStorage {
    /// A service that does not listen yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Listens on that port of 127.0.0.1 (0: any free one), unless it listens already.
    ///
    /// # Errors
    /// When the port can't be had.
    pub async fn listen(&self, port: u16) -> io::Result<u16> {
        if let Some(server) = self.server() {
            return Ok(server.port);
        }
        let mut builder = S3ServiceBuilder::new(Buckets { tenants: self.tenants.clone() });
        builder.set_auth(self.tenants.clone());
        builder.set_access(self.tenants.clone());
        let server = Server::start(port, builder.build()).await?;
        let port = server.port;
        *self.server.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(server));
        Ok(port)
    }

    /// Takes no more requests, lets those under way end for a moment, and closes all buckets.
    pub async fn shut_down(&self) {
        let server = self.server.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(server) = server {
            server.stop().await;
        }
        self.tenants.clear();
    }

    /// The port that it listens on; 0 when it does not.
    pub fn port(&self) -> u16 {
        self.server().map_or(0, |server| server.port)
    }

    fn server(&self) -> Option<Arc<Server>> {
        self.server.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Opens an add-on's storage and serves it; nothing to do when it is served already. `create` makes what is not there.
    async fn register(&self, instance: &Instance, create: bool) -> Result<Option<Swept>, StoreError> {
        let settings = &instance.settings;
        // One at a time: two openings of one folder would sweep each other's files.
        let _one = self.opening.lock().await;
        if self.tenants.by_access_key(&settings.user).is_some() {
            return Ok(None);
        }
        let folder = data_folder(&instance.folder);
        let opened =
            tokio::task::spawn_blocking(move || if create { Store::create(&folder) } else { Store::open(&folder) });
        let (store, swept) = opened.await.unwrap_or(Err(StoreError::Interrupted))?;
        self.tenants.add(Tenant::new(settings, store, swept.lost));
        Ok(Some(swept))
    }

    fn client(&self, settings: &Settings) -> Client {
        Client {
            port: self.port(),
            bucket: settings.database.clone(),
            access_key: settings.user.clone(),
            secret_key: settings.password.clone(),
        }
    }
}

/// Where an add-on's storage is, in its folder.
fn data_folder(folder: &Path) -> PathBuf {
    folder.join("data")
}
