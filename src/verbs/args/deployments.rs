//! `attache deployments …`

use clap::{Args, Subcommand};

/// `attache deployments …`
#[derive(Clone, Debug, Args)]
pub struct DeploymentsArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: DeploymentsAction,
}

/// What to do with deployments.
#[derive(Clone, Debug, Subcommand)]
pub enum DeploymentsAction {
    /// List an app's deployments, newest first
    List {
        /// The app
        app: String,
        /// Only those of this environment, by its name or id
        #[arg(long, value_name = "ENVIRONMENT")]
        environment: Option<String>,
        /// One JSON document instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Show one deployment with its steps
    Show {
        /// Its id
        id: String,
        /// One JSON document instead of lines
        #[arg(long)]
        json: bool,
    },
    /// Show what a deployment has written, step by step
    Log {
        /// Its id
        id: String,
        /// One JSON document instead of lines
        #[arg(long)]
        json: bool,
    },
}
