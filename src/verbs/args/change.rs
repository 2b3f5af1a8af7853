//! What changes an add-on that is there: `attache addons upgrade | rename | rotate | …`

use clap::{Args, Subcommand};

use super::WriteArgs;
use super::backups::WaitArgs;

/// What to change.
#[derive(Clone, Debug, Subcommand)]
pub enum ChangeAction {
    /// Make every app that uses one add-on use another; with --app, one app alone
    Promote {
        /// The add-on that gets the apps
        name: String,
        /// The add-on that loses them; otherwise the one that NAME was restored from
        #[arg(long, value_name = "NAME")]
        from: Option<String>,
        /// This app alone: NAME becomes the one that it uses for its service, where the platform has that
        #[arg(long, value_name = "APP", conflicts_with = "from")]
        app: Option<String>,
        /// What the app knows it by then: DATABASE, where the platform has such names
        #[arg(long = "as", value_name = "NAME", requires = "app")]
        as_name: Option<String>,
        #[command(flatten)]
        write: WriteArgs,
    },
    /// Give an add-on another plan, larger or smaller
    Upgrade {
        /// The add-on's name
        name: String,
        /// The plan it is to have
        #[arg(long, value_name = "PLAN")]
        plan: String,
        #[command(flatten)]
        wait: WaitArgs,
        #[command(flatten)]
        write: WriteArgs,
    },
    /// Give an add-on another name
    Rename {
        /// The add-on's name
        name: String,
        /// Its name from now on
        new: String,
        #[command(flatten)]
        write: WriteArgs,
    },
    /// Give an add-on another password; its apps get it in a release, the old one is refused
    Rotate(ActArgs),
    /// Stop an add-on's server and start it again
    Restart(ActArgs),
    /// Stop an add-on's server until it is used again
    Sleep(ActArgs),
    /// Start a sleeping add-on's server
    Wake(ActArgs),
}

/// What a change takes that needs no more than the add-on.
#[derive(Clone, Debug, Args)]
pub struct ActArgs {
    /// The add-on's name
    pub name: String,
    /// Whether to wait, and for how long.
    #[command(flatten)]
    pub wait: WaitArgs,
    /// How this write is confirmed and told.
    #[command(flatten)]
    pub write: WriteArgs,
}
