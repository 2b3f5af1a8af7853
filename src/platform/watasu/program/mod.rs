//! The `watasu` program: the documented way to change add-ons on Watasu, and to read their backups (its handbook). It is started
//! with words and never through a shell, in a session of its own, with an environment of its own and without a terminal; what
//! it prints goes through the same cleaning as the text of a server.

mod accord;
mod argv;
mod ask;
mod backup_id;
mod copies;
mod download;
mod environment;
mod said;
#[cfg(test)]
mod tests;
mod writer;

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use process_wrap::tokio::{ChildWrapper, CommandWrap, ProcessSession};

use crate::config::Profile;
use crate::platform::Settings;
use crate::platform::http::Redactor;

pub(super) use accord::Accord;
pub(super) use argv::{argv, why_undocumented};
pub(super) use backup_id::BackupId;
pub(super) use writer::ProgramWriter;

/// Its name on PATH.
const NAME: &str = "watasu";

/// How it is found and run. It is looked for each time, so that it may be installed while we run.
#[derive(Debug)]
pub(super) struct Program {
    /// The absolute folders of PATH, in their order.
    folders: Vec<PathBuf>,
    /// All that it gets of our environment.
    environment: Vec<(OsString, OsString)>,
    cleaner: Redactor,
    settings: Settings,
}

impl Program {
    /// With what this process was started with.
    pub(super) fn new(profile: &Profile, settings: Settings) -> Arc<Self> {
        Arc::new(Self::with(std::env::vars_os(), Redactor::new(profile.token.as_ref()), settings))
    }

    fn with(variables: impl IntoIterator<Item = (OsString, OsString)>, cleaner: Redactor, settings: Settings) -> Self {
        let environment = environment::allowed(variables);
        let path = environment.iter().find(|(name, _)| name == "PATH").map(|(_, value)| value.clone());
        // A folder that depends on where we stand could hold anybody's program.
        let folders = std::env::split_paths(&path.unwrap_or_default()).filter(|folder| folder.is_absolute()).collect();
        Self { folders, environment, cleaner, settings }
    }

    /// Where it is.
    ///
    /// # Errors
    /// A sentence, when it is in no folder of PATH.
    pub(super) fn path(&self) -> Result<PathBuf, String> {
        let is_program = |path: &PathBuf| {
            std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
        };
        self.folders.iter().map(|folder| folder.join(NAME)).find(is_program).ok_or_else(|| {
            "The program watasu is not on PATH, and nothing else changes add-ons on Watasu. Install it \
             (https://docs.watasu.io/cli/install/) and log in with: watasu login"
                .to_owned()
        })
    }

    /// Starts it, in a session of its own. Whatever becomes of us, it goes on; who waits for it hears how it ended.
    fn start<W: AsRef<OsStr>>(
        &self,
        path: &Path,
        words: impl IntoIterator<Item = W>,
        folder: &Path,
        (stdout, stderr): (Stdio, Stdio),
    ) -> std::io::Result<Box<dyn ChildWrapper>> {
        let mut command = CommandWrap::with_new(path, |command| {
            command
                .arg0(NAME)
                .args(words)
                .env_clear()
                .envs(self.environment.iter().map(|(name, value)| (name, value)))
                .current_dir(folder)
                .stdin(Stdio::null())
                .stdout(stdout)
                .stderr(stderr);
        });
        // Its wrapper would wait for all that it starts, too.
        Ok(command.wrap(ProcessSession).spawn()?.into_inner())
    }
}
