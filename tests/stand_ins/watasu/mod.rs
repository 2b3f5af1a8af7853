//! A stand-in for Watasu's read-only MCP server. The transport is the protocol's; the URIs of its resources are documented; what
//! they hold is not, so the payloads here are a guess that can take several forms ([`Form`]), and a client that reads all of them
//! is as well off as one can be.
//!
//! What writes is a scripted `watasu` command; it acts on the same world over `/_control/` (`control.rs`).

mod control;
mod payload;
mod rpc;
mod seed;
mod world;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::{any, post};

pub(crate) use world::{Attachment, Form, World};

/// Everything that it answers to.
pub(crate) fn router() -> Router<Arc<Mutex<World>>> {
    Router::new()
        .route("/mcp", post(rpc::answer).fallback(rpc::no_stream))
        .route("/_control/{*what}", any(control::answer))
}
