//! `attache profiles …`: the ways in, and whether one of them leads there.

mod check;
mod list;

use clap::{Args, Subcommand};

use super::Failure;
use crate::config::Wanted;

/// `attache profiles …`
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct ProfilesArgs {
    /// One JSON document instead of a table
    #[arg(long)]
    pub json: bool,
    /// What to do; without it, the profiles are listed
    #[command(subcommand)]
    pub action: Option<ProfilesAction>,
}

/// What to do with profiles.
#[derive(Clone, Debug, Subcommand)]
pub enum ProfilesAction {
    /// Go through one: is its endpoint reached, its credential accepted, what may it do. Nothing is changed
    Check {
        /// The profile, or an offered platform; the one that --profile or --platform names, or the default, otherwise
        name: Option<String>,
        /// One JSON document instead of lines
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(args: &ProfilesArgs, wanted: &Wanted) -> Result<(), Failure> {
    match &args.action {
        None => list::run(args.json, wanted),
        Some(ProfilesAction::Check { name, json }) => check::run(name.as_deref(), *json, wanted).await,
    }
}
