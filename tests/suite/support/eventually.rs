//! Waiting for what another process or thread does.

use std::time::{Duration, Instant};

/// Far more than anything here takes: reached only when it never comes.
const LIMIT: Duration = Duration::from_secs(60);

/// Waits until the condition holds, by looking again and again.
pub(crate) async fn eventually(what: &str, condition: impl AsyncFn() -> bool) {
    let start = Instant::now();
    while !condition().await {
        assert!(start.elapsed() < LIMIT, "it never happened: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
