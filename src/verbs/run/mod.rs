//! `attache run …`: a command with an app's config vars, restarted on each release of the app, as in production.

mod backup;
mod environment;
mod family;
mod supervise;

use std::ffi::OsString;
use std::time::Duration;

use clap::Args;
use rustix::process::Signal;

use super::find::no_such;
use super::{Context, Exit, Failure, output};
use crate::platform::{Platform, ReadErrorKind};

use supervise::{End, Running};

/// Between two looks at the app's newest release. A platform on this machine bears it.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// `attache run …`
#[derive(Clone, Debug, Args)]
pub struct RunArgs {
    /// The app whose config vars the command gets
    #[arg(long, value_name = "APP")]
    pub app: String,
    /// Back up this add-on first, and run the command once, only if the backup has finished
    #[arg(long, value_name = "NAME")]
    pub backup: Option<String>,
    /// The add-on's name, where a backup that pushes another out has to be confirmed (a production profile)
    #[arg(long, value_name = "NAME", requires = "backup")]
    pub confirm: Option<String>,
    /// Run the command once: a release does not restart it
    #[arg(long)]
    pub once: bool,
    /// How long the command may take to end after SIGTERM, before it is killed for a restart
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub grace: u64,
    /// The command with its arguments, after --
    #[arg(last = true, required = true, value_name = "CMD")]
    pub command: Vec<OsString>,
}

/// Runs the command to its end; gives its exit code (128 and the signal's number for one that a signal ended).
pub(super) async fn run(args: &RunArgs, context: &Context) -> Result<u8, Failure> {
    if context.profile.read_only {
        return Err(Failure::new(
            Exit::Failed,
            format!(
                "Profile {} is read-only, and the config vars of {} let a command write. Nothing was run.",
                context.profile.name, args.app
            ),
        ));
    }
    let reader = context.reader()?;
    // A misspelt app is told before anything is backed up.
    let mut release = newest_release(reader.as_ref(), &args.app).await?;
    let backup = match &args.backup {
        Some(name) => {
            let backup = backup::take(name, &args.confirm, context).await?;
            // What was attached meanwhile counts.
            release = newest_release(reader.as_ref(), &args.app).await?;
            Some(backup)
        }
        None => None,
    };
    let restarts = !args.once && backup.is_none();
    let mut signals = supervise::Signals::listen()?;
    let mut running = start(args, context, reader.as_ref()).await?;
    let mut looks = Looks { reader: reader.as_ref(), app: &args.app, is_lost: false };
    let end = loop {
        let ended = tokio::select! {
            end = running.until_end(&mut signals) => Some(end?),
            newer = looks.newer_than(release), if restarts => {
                output::note(&format!("attache: {} has release v{newer}: the command is restarted with its config vars.", args.app));
                release = Some(newer);
                None
            }
        };
        match ended {
            Some(end) => break end,
            None => {
                if let Some(signal) = running.stop(Duration::from_secs(args.grace), &mut signals).await? {
                    break End::Signal(signal);
                }
                running = start(args, context, reader.as_ref()).await?;
            }
        }
    };
    if let Some(backup) = backup
        && end.code() != 0
    {
        output::note(&backup.advice(&end, context));
    }
    Ok(end.code())
}

async fn start(args: &RunArgs, context: &Context, reader: &dyn Platform) -> Result<Running, Failure> {
    let variables = reader.config_vars(&args.app).await?;
    if variables.is_empty() {
        output::note(&format!("attache: {} has no config vars; the command runs without any of it.", args.app));
    }
    let environment = environment::of_command(&variables, context.profile.token.as_ref());
    Running::start(&args.command, environment)
}

async fn newest_release(reader: &dyn Platform, app: &str) -> Result<Option<u64>, Failure> {
    let apps = reader.apps().await?;
    match apps.iter().find(|known| known.name == app) {
        Some(known) => Ok(known.release),
        None => Err(no_such("app", app, apps.iter().map(|known| known.name.as_str()))),
    }
}

/// Looks for a newer release for as long as it takes. A platform that can't be asked is told once, and asked again.
struct Looks<'a> {
    reader: &'a dyn Platform,
    app: &'a str,
    is_lost: bool,
}

impl Looks<'_> {
    async fn newer_than(&mut self, release: Option<u64>) -> u64 {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let found = match self.reader.apps().await {
                Ok(apps) => apps.into_iter().find(|known| known.name == self.app).map(|known| known.release),
                Err(error) => {
                    let why = match error.kind {
                        ReadErrorKind::Unreachable | ReadErrorKind::TimedOut => "The platform can't be reached",
                        _ => "The platform can't be asked",
                    };
                    self.lose(&format!(
                        "{why}, so a new release of {} is not noticed for now: {}",
                        self.app, error.message
                    ));
                    continue;
                }
            };
            match found {
                Some(newest) => {
                    if std::mem::take(&mut self.is_lost) {
                        output::note("attache: the platform answers again; releases are noticed.");
                    }
                    match (newest, release) {
                        (Some(newest), Some(known)) if newest != known => return newest,
                        (Some(newest), None) => return newest,
                        _ => {}
                    }
                }
                None => self
                    .lose(&format!("The app {} is gone; the command goes on with the config vars it has.", self.app)),
            }
        }
    }

    fn lose(&mut self, sentence: &str) {
        if !std::mem::replace(&mut self.is_lost, true) {
            output::note(&format!("attache: {sentence}"));
        }
    }
}

/// How a signal is called on a command line.
fn signal_name(signal: Signal) -> String {
    format!("signal {}", signal.as_raw())
}
