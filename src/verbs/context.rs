//! What a verb works with.

use std::io::IsTerminal;
use std::sync::Arc;

use super::{Exit, Failure};
use crate::config::{ConfigFile, Endpoint, Notify, Paths, Profile, Resolved, Wanted, resolve};
use crate::model::{Danger, ReadOnly};
use crate::platform::{Connection, Platform, Settings, connect};
use crate::store::Journal;

/// Where things are, and which profile is meant.
pub struct Context {
    /// The folders.
    pub paths: Paths,
    /// The profile.
    pub profile: Profile,
    /// The configuration.
    pub file: ConfigFile,
    /// How somebody who looks elsewhere is told of an end.
    pub notify: Notify,
    /// What lies around that could have been opened instead, where nothing was named.
    pub notice: Option<String>,
}

impl Context {
    /// Finds folders and profile.
    ///
    /// # Errors
    /// [`Exit::Usage`] when the configuration or the flags are no good.
    pub fn find(wanted: &Wanted) -> Result<(Self, bool), Failure> {
        let paths = wanted.paths()?;
        let file = ConfigFile::load(paths.config.as_deref())?;
        let env = |name: &str| std::env::var(name).ok();
        let Resolved { profile, is_named, notice } = resolve(wanted, &file, &paths, &env)?;
        let notify = Notify::decide(&file, &env)?;
        Ok((Self { paths, profile, file, notify, notice }, is_named))
    }

    /// For a verb: as [`Context::find`], but where nobody looks (no terminal, or `CI` is set) the profile has to be named,
    /// so that a script never acts on a platform that happened to be the default of the day.
    ///
    /// # Errors
    /// [`Exit::Usage`] when the configuration or the flags are no good, or nothing was named where it has to be.
    pub fn for_verb(wanted: &Wanted) -> Result<Self, Failure> {
        let (context, is_named) = Self::find(wanted)?;
        let has_terminal =
            std::io::stdin().is_terminal() || std::io::stdout().is_terminal() || std::io::stderr().is_terminal();
        let is_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
        if is_named || (has_terminal && !is_ci) {
            return Ok(context);
        }
        let why = if is_ci { "CI is set" } else { "there is no terminal" };
        Err(Failure::new(
            Exit::Usage,
            format!(
                "No profile is named, and {why}, so nobody would see which one was taken. Add --profile local (or another), or set ATTACHE_PROFILE=local."
            ),
        ))
    }

    /// The way into the platform.
    ///
    /// # Errors
    /// When the endpoint is no good.
    pub fn connect(&self) -> Result<Connection, Failure> {
        Ok(connect(&self.profile, Settings::default().remembering(self.paths.state.as_deref()))?)
    }

    /// Refuses what writes, or lets somebody write, through a read-only profile. `so` says what was not done because of that.
    ///
    /// # Errors
    /// [`Exit::Failed`], the one code for this, when the profile is read-only.
    pub fn check_may_write(&self, so: &str) -> Result<(), Failure> {
        let Some(read_only) = self.profile.read_only else { return Ok(()) };
        let way_out = match read_only {
            // What the flag wants is said by its name.
            ReadOnly::Configured | ReadOnly::Flag => String::new(),
            ReadOnly::Found => self.profile.cannot_unlock().map_or_else(String::new, |why| format!(" {why}")),
        };
        let message = format!("Profile {} is read-only: {}. {so}{way_out}", self.profile.name, read_only.source());
        Err(Failure::new(Exit::Failed, message))
    }

    /// The reading half of the way into the platform.
    ///
    /// # Errors
    /// When the endpoint is no good.
    pub fn reader(&self) -> Result<Arc<dyn Platform>, Failure> {
        Ok(self.connect()?.reader)
    }

    /// The journal, without which nothing is written.
    ///
    /// # Errors
    /// [`Exit::Failed`] when there is no folder for it, or it can't be written.
    pub fn journal(&self) -> Result<Journal, Failure> {
        let folder = self.paths.operations().map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
        Ok(Journal::open(&folder)?)
    }

    /// Which platform and profile a write goes to, for standard error.
    pub fn destination(&self) -> String {
        let danger = match self.profile.danger {
            Danger::None => "",
            Danger::Staging => ", STAGING",
            Danger::Production => ", PRODUCTION",
        };
        let endpoint = match &self.profile.endpoint {
            Endpoint::Unix(_) => String::new(),
            url @ Endpoint::Url(_) => format!(" at {url}"),
        };
        format!("{} (profile {}{danger}){endpoint}", self.profile.platform.name(), self.profile.name)
    }
}
