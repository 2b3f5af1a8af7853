//! orkestr: the stand-in before the vendor's own client, and our adapter before the stand-in.

mod client;
mod desk;
mod door;
mod errors;
mod manners;
mod matrix;
mod reads;
mod secrets;

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::http::Method;
use serde_json::Value;

use crate::stand_ins::Rig;
use crate::stand_ins::orkestr::{self, Store, seed};
use crate::support::plain::{self, Came};

/// A loopback address that no other server of this process has, and any port: requests are counted by endpoint for a minute,
/// and the system gives a port out again that another test has used up.
fn its_own() -> String {
    static SERVERS: AtomicU32 = AtomicU32::new(0);
    let address = Ipv4Addr::new(127, 1, 0, 0).to_bits() + SERVERS.fetch_add(1, Ordering::Relaxed);
    format!("{}:0", Ipv4Addr::from_bits(address))
}

/// A running stand-in with the small world, and the store of its backups.
pub(super) struct Orkestr {
    pub(super) api: Rig<orkestr::Orkestr>,
    pub(super) store: Rig<Store>,
    pub(super) url: String,
    pub(super) store_url: String,
}

impl Orkestr {
    pub(super) async fn start() -> Self {
        Self::over(orkestr::Orkestr::small).await
    }

    pub(super) async fn over(world: impl FnOnce(String) -> orkestr::Orkestr) -> Self {
        let (store, store_url) = Rig::on_tcp("127.0.0.1:0", Store::default(), orkestr::store::router()).await.unwrap();
        let (api, url) = Rig::on_tcp(&its_own(), world(store_url.clone()), orkestr::router()).await.unwrap();
        Self { api, store, url, store_url }
    }

    /// Ids by name.
    pub(super) fn project(&self, name: &str) -> String {
        self.api.world(|world| world.project(name).id.clone())
    }

    pub(super) fn addon(&self, project: &str, name: &str) -> String {
        self.api.world(|world| world.project(project).addon(name).id.clone())
    }

    pub(super) fn environment(&self, project: &str, name: &str) -> String {
        self.api.world(|world| world.project(project).environment(name).id.clone())
    }

    /// A request as it stands.
    async fn ask_as(&self, token: &str, method: Method, target: &str, body: &str) -> Came {
        let token = format!("Bearer {token}");
        let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
        plain::send(&self.url, method, target, &headers, body).await.unwrap()
    }

    async fn ask(&self, method: Method, target: &str, body: Value) -> Came {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.ask_as(seed::TEAM, method, target, &body).await
    }
}
