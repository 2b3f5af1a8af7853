//! The command line of the verbs.

mod action;
mod backups;
mod change;
mod deployments;
mod operations;
mod procedure;

use clap::{Args, Subcommand};

use super::connect::ConnectArgs;
use super::profiles::ProfilesArgs;
use super::report::ReportArgs;
use super::run::RunArgs;
pub(super) use action::ActionArgs;
pub(super) use backups::{BackupsAction, BackupsArgs, RestoreArgs, WaitArgs};
pub(super) use change::{ActArgs, ChangeAction};
pub(super) use deployments::{DeploymentsAction, DeploymentsArgs};
pub(super) use operations::{FromSource, OperationsAction, OperationsArgs};
pub use procedure::{DrillArgs, RestoreToArgs};

/// One thing to do without a screen.
#[derive(Clone, Debug, Subcommand)]
pub enum VerbArgs {
    /// List, make, attach, change, follow and destroy add-ons
    Addons(AddonsArgs),
    /// List, make and destroy apps
    Apps(AppsArgs),
    /// List, make, fetch, delete, schedule and restore backups
    Backups(BackupsArgs),
    /// Show an app's config vars (values stay masked unless --reveal)
    Config(ConfigArgs),
    /// List an app's releases, newest first
    Releases(ReleasesArgs),
    /// List an app's deployments, show one step by step, or what it has written
    Deployments(DeploymentsArgs),
    /// List what was done, show one with all of its lines, follow it to its end, or adopt it from elsewhere
    Operations(OperationsArgs),
    /// Restore a database from the right backup and switch its apps over, step by step
    Restore(RestoreToArgs),
    /// Rehearse a restore: copy, replacement, look, destroy the replacement. No app is touched
    Drill(DrillArgs),
    /// Run a command with an app's config vars; each release of the app restarts it
    Run(RunArgs),
    /// Open an add-on with its own client, or show how it is reached
    Connect(ConnectArgs),
    /// List the ways in, with what was found on this machine, or check one of them
    Profiles(ProfilesArgs),
    /// Tell what is unattached, oversize or without a fresh backup, over several profiles
    Report(ReportArgs),
}

/// `attache addons …`
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct AddonsArgs {
    /// Only add-ons attached to this app
    #[arg(long, value_name = "APP")]
    pub app: Option<String>,
    /// Only add-ons of this team
    #[arg(long, value_name = "TEAM", conflicts_with = "app")]
    pub team: Option<String>,
    /// One JSON document instead of a table
    #[arg(long)]
    pub json: bool,
    /// What to do; without it, the add-ons are listed
    #[command(subcommand)]
    pub action: Option<AddonsAction>,
}

/// What to do with add-ons.
#[derive(Clone, Debug, Subcommand)]
pub enum AddonsAction {
    /// List the services that can be had
    Services {
        /// One JSON document instead of a table
        #[arg(long)]
        json: bool,
    },
    /// List the plans of a service
    Plans {
        /// The service, such as postgresql
        service: String,
        /// One JSON document instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Show one add-on
    Info {
        /// The add-on's name
        name: String,
        /// One JSON document instead of lines
        #[arg(long)]
        json: bool,
    },
    /// Make an add-on, perhaps attached to an app
    Create(CreateArgs),
    /// Give an add-on to an app
    Attach {
        /// The add-on's name
        name: String,
        /// The app that gets it
        #[arg(long, value_name = "APP")]
        app: String,
        /// The name of the attachment: REPORTING gives REPORTING_DATABASE_URL, or what the platform makes of it
        #[arg(long = "as", value_name = "ALIAS")]
        alias: Option<String>,
        /// The credential of the database that the app is to use; its default one where none is named
        #[arg(long, value_name = "CREDENTIAL")]
        credential: Option<String>,
        #[command(flatten)]
        write: WriteArgs,
    },
    /// Take an add-on from an app
    Detach {
        /// The add-on's name
        name: String,
        /// The app that loses it
        #[arg(long, value_name = "APP")]
        app: String,
        /// Which attachment, where the app has several of this add-on
        #[arg(long = "as", value_name = "ALIAS")]
        alias: Option<String>,
        #[command(flatten)]
        write: WriteArgs,
    },
    /// Wait until an add-on is ready, or has failed
    Wait {
        /// The add-on's name
        name: String,
        /// Give up after this many seconds (exit code 4)
        #[arg(long, value_name = "SECONDS", default_value_t = 600)]
        timeout: u64,
        /// One JSON document instead of lines
        #[arg(long)]
        json: bool,
    },
    /// Delete an add-on with all its data
    Destroy {
        /// The add-on's name
        name: String,
        /// Wait until it is gone
        #[arg(long)]
        wait: bool,
        /// Detach it first from every app that keeps the platform from destroying it; each is told before
        #[arg(long)]
        detach: bool,
        /// Go on with such a destruction that was broken off
        #[arg(long, value_name = "ID", conflicts_with = "detach")]
        resume: Option<String>,
        #[command(flatten)]
        write: WriteArgs,
    },
    #[command(flatten)]
    Change(ChangeAction),
    /// Show the last lines of the log of an add-on's server
    Logs {
        /// The add-on's name
        name: String,
        /// How many lines
        #[arg(short = 'n', long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
        lines: u32,
        /// Go on with what comes, until Ctrl-C
        #[arg(short, long)]
        follow: bool,
    },
    /// List the actions that an add-on's service brings along
    Actions {
        /// The add-on's name
        name: String,
        /// One JSON document instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Run one of them
    Action(ActionArgs),
    /// Show what an add-on uses of what its plan allows
    Usage {
        /// The add-on's name
        name: String,
        /// One JSON document instead of a table
        #[arg(long)]
        json: bool,
    },
}

/// `attache addons create …`
#[derive(Clone, Debug, Args)]
pub struct CreateArgs {
    /// SERVICE or SERVICE:PLAN, such as postgresql:small
    pub service: String,
    /// The app that gets it
    #[arg(long, value_name = "APP")]
    pub app: Option<String>,
    /// Prefix for each variable: REPORTING gives REPORTING_DATABASE_URL
    #[arg(long = "as", value_name = "ALIAS", requires = "app")]
    pub alias: Option<String>,
    /// Its name; one is made up otherwise
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// What the service is told beside its plan, as its documentation has it. Never a secret
    #[arg(long = "option", value_name = "KEY=VALUE")]
    pub options: Vec<String>,
    /// Make it a follower of this add-on: a copy that stays up to date and can only be read
    #[arg(long, value_name = "NAME", conflicts_with = "fork")]
    pub follow: Option<String>,
    /// Make it of the data of this add-on, as it is now or at a moment
    #[arg(long, value_name = "NAME")]
    pub fork: Option<String>,
    /// The moment of the data: 2026-11-20T03:00:00Z
    #[arg(long, value_name = "TIME", requires = "fork")]
    pub at: Option<String>,
    /// Wait until it is ready, or has failed
    #[arg(long)]
    pub wait: bool,
    /// Do nothing when it is there already (by --name, or by --app, service and --as)
    #[arg(long)]
    pub if_absent: bool,
    /// How this write is confirmed and told.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// What every write takes.
#[derive(Clone, Debug, Args)]
pub struct WriteArgs {
    /// The target's name, where the dashboard would want it typed; or the word that the platform asks for. May be repeated
    #[arg(long, value_name = "NAME")]
    pub confirm: Option<Vec<String>>,
    /// One JSON document instead of a sentence
    #[arg(long)]
    pub json: bool,
}

impl WriteArgs {
    /// Whether a name or word was given.
    pub fn is_confirmed_by(&self, name: &str) -> bool {
        self.confirm.iter().flatten().any(|given| given == name)
    }
}

/// `attache apps …`
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct AppsArgs {
    /// One JSON document instead of a table
    #[arg(long)]
    pub json: bool,
    /// What to do; without it, the apps are listed
    #[command(subcommand)]
    pub action: Option<AppsAction>,
}

/// What to do with apps.
#[derive(Clone, Debug, Subcommand)]
pub enum AppsAction {
    /// Make an app
    Create {
        /// Its name
        name: String,
        #[command(flatten)]
        write: WriteArgs,
    },
    /// Delete an app; its add-ons stay
    Destroy {
        /// Its name
        name: String,
        #[command(flatten)]
        write: WriteArgs,
    },
    /// Stop an app so that nothing of it writes (on), or start it again (off)
    Maintenance {
        /// Its name
        name: String,
        /// Whether it is to be in maintenance
        #[arg(value_enum)]
        switch: Switch,
        #[command(flatten)]
        write: WriteArgs,
    },
    /// Show one app, with its environments where the platform has such
    Info {
        /// Its name
        name: String,
        /// One JSON document instead of lines
        #[arg(long)]
        json: bool,
    },
    /// List what an app is deployed as, and which add-ons what runs there has yet to get
    Environments {
        /// Its name
        name: String,
        /// One JSON document instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Deploy an environment of an app again, so that what runs gets the variables of its add-ons
    Redeploy {
        /// Its name
        name: String,
        /// The environment, by its name or id; production where none is named
        #[arg(long, value_name = "ENVIRONMENT")]
        environment: Option<String>,
        #[command(flatten)]
        wait: WaitArgs,
        #[command(flatten)]
        write: WriteArgs,
    },
    /// Make an app run an earlier release again
    Rollback {
        /// Its name
        name: String,
        /// The earlier release: v57; where the platform has deployments, the id of one
        release: String,
        #[command(flatten)]
        wait: WaitArgs,
        #[command(flatten)]
        write: WriteArgs,
    },
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// `attache config …`
#[derive(Clone, Debug, Args)]
pub struct ConfigArgs {
    /// The app
    #[arg(long, value_name = "APP")]
    pub app: String,
    /// Names only, one per line
    #[arg(long, conflicts_with_all = ["json", "shell", "reveal"])]
    pub names: bool,
    /// One JSON document instead of a table
    #[arg(long, conflicts_with = "shell")]
    pub json: bool,
    /// Lines for a POSIX shell; without --reveal they are comments
    #[arg(long)]
    pub shell: bool,
    /// Show the values, which are secrets
    #[arg(long)]
    pub reveal: bool,
}

/// `attache releases …`
#[derive(Clone, Debug, Args)]
pub struct ReleasesArgs {
    /// The app
    #[arg(long, value_name = "APP")]
    pub app: String,
    /// One JSON document instead of a table
    #[arg(long)]
    pub json: bool,
}

/// The colon spelling of other platforms' command lines: `addons:create …` is `addons create …`.
///
/// Only the first word that is not a flag is looked at, so no argument of a verb is ever taken apart.
pub fn split_colon_spelling(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> Vec<std::ffi::OsString> {
    const GROUPS: [&str; 7] = ["addons", "apps", "platform", "operations", "backups", "profiles", "deployments"];
    let mut words = Vec::new();
    let mut is_found = false;
    let mut is_value = false;
    for (index, word) in arguments.into_iter().enumerate() {
        let text = word.to_str().unwrap_or_default();
        let is_flag = text.starts_with('-');
        if index > 0 && !is_found && !is_flag && !is_value {
            is_found = true;
            if let Some((group, verb)) = text.split_once(':')
                && GROUPS.contains(&group)
            {
                words.extend([group.into(), verb.into()]);
                continue;
            }
        }
        // The global flags that take a value, in the form without `=`.
        is_value = matches!(text, "--profile" | "--platform" | "--endpoint" | "--data-endpoint" | "--color");
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str) -> String {
        let words = split_colon_spelling(line.split(' ').map(std::ffi::OsString::from));
        words.iter().map(|word| word.to_str().unwrap()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn only_the_first_word_is_taken_apart() {
        assert_eq!(split("attache addons:create postgresql:small"), "attache addons create postgresql:small");
        assert_eq!(split("attache --profile a:b addons:info x"), "attache --profile a:b addons info x");
        assert_eq!(split("attache addons create postgresql:small"), "attache addons create postgresql:small");
        assert_eq!(split("attache other:thing"), "attache other:thing");
    }
}
