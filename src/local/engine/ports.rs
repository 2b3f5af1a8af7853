//! Whether a port is free right now.

use std::net::{Ipv4Addr, TcpListener};

/// Tries to listen there, which is the only true answer.
pub(super) fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}
