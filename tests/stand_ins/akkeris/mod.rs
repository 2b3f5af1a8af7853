//! A stand-in for an Akkeris platform as a person reaches it: the front API and the controller behind it (4.2.0), with a
//! region and its brokers. Written from recorded exchanges with a running server; what is inferred says so.
//!
//! Where the exchanges and the description of them differ, the exchanges are followed: the list of all attachments has the
//! owners' rows, and no `primary`; those of an app have neither.
//!
//! Left out: gzip, streams of logs, deliveries of web hooks, the controller's own token.

mod actions;
mod addons;
mod apps;
mod around;
mod attachments;
mod catalog;
mod config;
mod front;
mod routes;
mod seed;
mod world;

use std::sync::{Arc, Mutex};

use axum::Router;

pub(crate) use world::{Addon, Attachment, Backup, Phase, Wanted, World};

/// Everything that it answers to.
pub(crate) fn router() -> Router<Arc<Mutex<World>>> {
    Router::new().fallback(front::answer)
}
