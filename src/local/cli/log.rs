//! The platform's log: one file, and the one before it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Beyond this size the next start begins a new file.
const LARGE: u64 = 8 * 1024 * 1024;

/// The log file of a platform.
pub(super) fn path(platform: &Path) -> PathBuf {
    platform.join("log").join("platform.log")
}

/// Sends what the platform has to say, and its defects, to its log file.
pub(super) fn begin(platform: &Path) -> std::io::Result<()> {
    let file = open(&path(platform))?;
    // s3s tells every refused request of a client as an error; what fails on our side, the object storage tells itself.
    let ours = || Targets::new().with_default(LevelFilter::INFO).with_target("s3s", LevelFilter::OFF);
    let filter = std::env::var("RUST_LOG").ok().and_then(|wanted| wanted.parse().ok()).unwrap_or_else(ours);
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_target(false).with_writer(Mutex::new(file));
    // A second platform in one process (a test) shares the first one's log.
    let _ = tracing_subscriber::registry().with(lines).with(filter).try_init();
    let earlier = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!("defect: {panic}");
        earlier(panic);
    }));
    Ok(())
}

fn open(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    if fs::metadata(path).is_ok_and(|file| file.len() > LARGE) {
        fs::rename(path, path.with_extension("log.1"))?;
    }
    OpenOptions::new().append(true).create(true).mode(0o600).open(path)
}
