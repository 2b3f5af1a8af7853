//! How long to wait and how much to take. Settings, so that a test may use milliseconds.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// Limits of the HTTP clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// For a connection to be made.
    pub connect_timeout: Duration,
    /// For each next byte of an answer.
    pub read_timeout: Duration,
    /// For one read with all its tries.
    pub read_overall: Duration,
    /// For one write. Once it has passed, the outcome is unknown.
    pub write_overall: Duration,
    /// How often a read is tried again after its first try.
    pub read_retries: u32,
    /// The first wait between two tries; it doubles each time, with jitter.
    pub backoff: Duration,
    /// The longest wait between two tries that nobody asked for.
    pub backoff_limit: Duration,
    /// The largest answer that is read.
    pub body_limit: usize,
    /// How many pages of one list are read before it is given up.
    pub page_limit: u32,
    /// The folder in which an adapter keeps the names of what it has seen and no list has any more (Watasu); without one they
    /// last as long as the connection.
    pub memory: Option<PathBuf>,
}

impl Settings {
    /// For what somebody looks at: a platform that hangs is to be called stale while they still look. The next poll is
    /// another try anyway.
    pub fn watched() -> Self {
        Self { read_timeout: Duration::from_secs(5), read_overall: Duration::from_secs(8), ..Self::default() }
    }
}

impl Settings {
    /// With the state folder for what has to be remembered, where there is one.
    pub fn remembering(self, state: Option<&Path>) -> Self {
        Self { memory: state.map(Path::to_owned), ..self }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_secs(10),
            read_overall: Duration::from_secs(30),
            write_overall: Duration::from_secs(30),
            read_retries: 2,
            backoff: Duration::from_millis(100),
            backoff_limit: Duration::from_secs(2),
            body_limit: 64 << 20,
            page_limit: 1000,
            memory: None,
        }
    }
}
