//! `attache run …`: a command with an app's config vars, restarted on each release of the app, and stopped while the app is
//! in maintenance, as in production.

mod backup;
mod environment;
mod family;
mod supervise;

use std::ffi::OsString;
use std::time::Duration;

use clap::Args;
use rustix::process::Signal;

use super::find::no_such;
use super::{Context, Failure, output};
use crate::model::App;
use crate::platform::Platform;

use supervise::{End, Running};

/// Between two looks at the app. A platform on this machine bears it.
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
    /// Run the command once: neither a release nor maintenance ends it
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
    context.check_may_write(&format!("The config vars of {} let a command write, so nothing was run.", args.app))?;
    let reader = context.reader()?;
    // A misspelt app is told before anything is backed up.
    let mut seen = look(reader.as_ref(), &args.app).await?;
    let backup = match &args.backup {
        Some(name) => {
            let backup = backup::take(name, &args.confirm, context).await?;
            // What was attached meanwhile counts.
            seen = look(reader.as_ref(), &args.app).await?;
            Some(backup)
        }
        None => None,
    };
    // What runs once is somebody's own errand: maintenance is often what it is for.
    let is_kept = !args.once && backup.is_none();
    let mut signals = supervise::Signals::listen()?;
    let mut looks = Looks { reader: reader.as_ref(), app: &args.app, is_lost: false };
    let mut running = if is_kept && seen.is_in_maintenance {
        output::note(&format!("attache: {}: the command waits until that has ended.", seen.maintenance(&args.app)));
        None
    } else {
        Some(start(args, context, reader.as_ref()).await?)
    };
    let end = loop {
        let now = match &mut running {
            Some(command) => tokio::select! {
                end = command.until_end(&mut signals) => break end?,
                now = looks.until_other_than(&seen), if is_kept => now,
            },
            None => tokio::select! {
                signal = signals.asked_to_end() => break End::Signal(signal),
                now = looks.until_other_than(&seen) => now,
            },
        };
        if let Some(sentence) = now.news(&seen, &args.app) {
            output::note(&format!("attache: {sentence}"));
        }
        seen = now;
        if let Some(command) = running.take()
            && let Some(signal) = command.stop(Duration::from_secs(args.grace), &mut signals).await?
        {
            break End::Signal(signal);
        }
        if !seen.is_in_maintenance {
            running = Some(start(args, context, reader.as_ref()).await?);
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

/// What a command of the app depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    /// The version of its newest release.
    release: Option<u64>,
    /// Whether it is known to be in maintenance.
    is_in_maintenance: bool,
    /// Since when and by whom, in words, where told.
    act: Option<String>,
}

impl From<&App> for Seen {
    fn from(app: &App) -> Self {
        Self { release: app.release, is_in_maintenance: app.is_in_maintenance(), act: app.maintenance_act() }
    }
}

impl Seen {
    /// That the app is in maintenance, or not any more, and since when by whom.
    fn maintenance(&self, app: &str) -> String {
        let is = if self.is_in_maintenance { "is" } else { "is no longer" };
        let act = self.act.as_ref().map_or_else(String::new, |act| format!(" ({act})"));
        format!("{app} {is} in maintenance{act}")
    }

    /// What is new since `before`, and what comes of it for the command; nothing while it stays stopped.
    fn news(&self, before: &Self, app: &str) -> Option<String> {
        match (before.is_in_maintenance, self.is_in_maintenance) {
            (true, true) => None,
            (false, true) => Some(format!("{}: the command is stopped until that has ended.", self.maintenance(app))),
            (true, false) => Some(format!("{}: the command is started with its config vars.", self.maintenance(app))),
            (false, false) => {
                let release = self.release.unwrap_or_default();
                Some(format!("{app} has release v{release}: the command is restarted with its config vars."))
            }
        }
    }

    /// Whether the command has to be told. Who switched maintenance on once more does not matter to it, and a release that is
    /// not told any more is none.
    fn differs_from(&self, before: &Self) -> bool {
        self.is_in_maintenance != before.is_in_maintenance || self.release.is_some() && self.release != before.release
    }
}

async fn look(reader: &dyn Platform, app: &str) -> Result<Seen, Failure> {
    let apps = reader.apps().await?;
    match apps.iter().find(|known| known.name == app) {
        Some(known) => Ok(known.into()),
        None => Err(no_such("app", app, apps.iter().map(|known| known.name.as_str()))),
    }
}

/// Looks at the app for as long as it takes. A platform that can't be asked is told once, and asked again.
struct Looks<'a> {
    reader: &'a dyn Platform,
    app: &'a str,
    is_lost: bool,
}

impl Looks<'_> {
    async fn until_other_than(&mut self, seen: &Seen) -> Seen {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let found = match self.reader.apps().await {
                Ok(apps) => apps.iter().find(|known| known.name == self.app).map(Seen::from),
                Err(error) => {
                    let is_lost = error.kind.is_no_answer();
                    let why = if is_lost { "The platform can't be reached" } else { "The platform can't be asked" };
                    self.lose(&format!(
                        "{why}, so a new release of {} is not noticed for now: {}",
                        self.app, error.message
                    ));
                    continue;
                }
            };
            match found {
                Some(now) => {
                    if std::mem::take(&mut self.is_lost) {
                        output::note("attache: the platform answers again; releases are noticed.");
                    }
                    if now.differs_from(seen) {
                        return now;
                    }
                }
                None if seen.is_in_maintenance => {
                    self.lose(&format!("The app {} is gone; the command stays stopped.", self.app));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(release: Option<u64>, is_in_maintenance: bool) -> Seen {
        Seen { release, is_in_maintenance, act: Some("since 2026-11-20 03:12:07Z by alice".into()) }
    }

    #[test]
    fn a_command_is_told_of_releases_and_of_maintenance_and_of_nothing_else() {
        let before = seen(Some(3), false);
        for same in [before.clone(), Seen { act: None, ..before.clone() }, seen(None, false)] {
            assert!(!same.differs_from(&before), "{same:?}");
        }
        for other in [seen(Some(4), false), seen(Some(3), true), seen(None, true)] {
            assert!(other.differs_from(&before), "{other:?}");
        }
        assert!(seen(Some(1), false).differs_from(&seen(None, false)), "the first release");
        let news = |now: Seen, before: Seen| now.news(&before, "shop");
        assert_eq!(
            news(seen(Some(3), true), before.clone()).unwrap(),
            "shop is in maintenance (since 2026-11-20 03:12:07Z by alice): the command is stopped until that has ended."
        );
        assert_eq!(news(seen(Some(4), true), seen(Some(3), true)), None, "it stays stopped");
        assert!(news(before.clone(), seen(Some(3), true)).unwrap().contains("is no longer in maintenance"));
        assert!(news(seen(Some(4), false), before).unwrap().contains("release v4: the command is restarted"));
    }
}
