//! For `scripts/soak`: how much is alive and kept. Where `ATTACHE_VITALS` names a file it is written each time the terminal
//! reports its size (SIGWINCH), and never by itself: looking costs nothing where nobody looks.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::PathBuf;

use crate::app::State;

use super::tasks::Tasks;

/// Where to write.
#[derive(Debug)]
pub(super) struct Vitals(Option<PathBuf>);

impl Vitals {
    pub(super) fn from_env(env: impl Fn(&str) -> Option<OsString>) -> Self {
        Self(env("ATTACHE_VITALS").filter(|path| !path.is_empty()).map(PathBuf::from))
    }

    /// Writes one line for each figure: its name, a tab, the count.
    pub(super) fn write(&self, state: &State, tasks: &Tasks) {
        let Some(path) = &self.0 else { return };
        let mut text = String::new();
        let alive = tokio::runtime::Handle::try_current().map_or(0, |runtime| runtime.metrics().num_alive_tasks());
        for (what, count) in [("tasks", alive)].into_iter().chain(tasks.sizes()).chain(state.sizes()) {
            // Nothing can go wrong with a text in memory.
            let _ = writeln!(text, "{what}\t{count}");
        }
        // Whoever waits for the file finds all of it.
        let beside = path.with_extension("new");
        if let Err(error) = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path)) {
            tracing::warn!(%error, path = %path.display(), "what is kept could not be told");
        }
    }
}
