//! The same verbs without a screen: tables for people, one JSON document for programs, the exit code for scripts. They
//! read and write through the same client, journal and door as the dashboard, and never start a platform by themselves.

mod addons;
mod apps;
mod args;
mod backups;
mod config;
mod context;
mod exit;
mod find;
mod json;
mod operations;
mod output;
mod releases;
mod wait;
mod write;

pub use args::{VerbArgs, split_colon_spelling};
pub use context::Context;
pub use exit::{Exit, Failure};

use crate::config::Wanted;

/// Runs one verb to its end. What went wrong is said on standard error.
pub async fn run(verb: VerbArgs, wanted: &Wanted) -> Exit {
    match dispatch(verb, wanted).await {
        Ok(()) => Exit::Done,
        Err(failure) => {
            output::note(&format!("attache: {}", failure.message));
            failure.exit
        }
    }
}

async fn dispatch(verb: VerbArgs, wanted: &Wanted) -> Result<(), Failure> {
    match verb {
        VerbArgs::Addons(args) => addons::run(args, &Context::for_verb(wanted)?).await,
        VerbArgs::Apps(args) => apps::run(args, &Context::for_verb(wanted)?).await,
        VerbArgs::Backups(args) => backups::run(args, &Context::for_verb(wanted)?).await,
        VerbArgs::Config(args) => config::run(&args, &Context::for_verb(wanted)?).await,
        VerbArgs::Releases(args) => releases::run(&args, &Context::for_verb(wanted)?).await,
        // What was done from this machine is read from the journal alone: it needs no platform, and so no profile.
        VerbArgs::Operations(args) => operations::list(&args),
    }
}
