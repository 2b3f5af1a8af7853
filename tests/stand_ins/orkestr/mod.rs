//! orkestr: the platform API as the vendor's own client (orkestr-cli 0.5.3) uses it, and the object store that its download
//! links lead to, on a port of its own. Written from that client's source and what is published.
//!
//! The author's inventions, as no source tells them: the words of status (but `queued`, `building`, `deploying`, `live`,
//! `failed`, `running`), of triggers, scopes and steps; the keys of backup info and of the summary; how large a daily
//! quota of backups is; texts of errors. Where the vendor's client leaves two readings open, a switch tells which.
//!
//! Left out: login in a browser, functions, registry, domains, git connections.

mod account;
mod addons;
mod backups;
mod containers;
mod deployments;
mod environments;
mod exchange;
mod front;
mod groups;
mod project;
mod projects;
mod routes;
pub(crate) mod seed;
pub(crate) mod store;
pub(crate) mod world;

use std::sync::{Arc, Mutex};

use axum::Router;

pub(crate) use store::Store;
pub(crate) use world::Orkestr;

/// The platform's API.
pub(crate) fn router() -> Router<Arc<Mutex<Orkestr>>> {
    Router::new().fallback(front::answer)
}
