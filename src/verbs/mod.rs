//! The same verbs without a screen: tables for people, one JSON document for programs, the exit code for scripts. They
//! read and write through the same client, journal and door as the dashboard, and never start a platform by themselves.

mod addons;
mod apps;
mod args;
mod backups;
mod config;
mod connect;
mod context;
mod deployments;
mod exit;
mod find;
mod json;
mod operations;
mod output;
mod procedure;
mod profiles;
mod releases;
mod report;
mod run;
mod secret;
mod wait;
mod write;

pub use args::{DrillArgs, RestoreToArgs, VerbArgs, split_colon_spelling};
pub use connect::ConnectArgs;
pub use context::Context;
pub use exit::{Exit, Failure};
pub use profiles::ProfilesArgs;
pub use report::{ReportAbout, ReportArgs};
pub use run::RunArgs;

use crate::config::Wanted;

/// Runs one verb to its end and gives the exit code: ours, or that of the command that it ran. What went wrong is said on
/// standard error.
pub async fn run(verb: VerbArgs, wanted: &Wanted) -> u8 {
    let ended = match verb {
        VerbArgs::Run(args) => run_command(&args, wanted).await,
        verb => dispatch(verb, wanted).await.map(|()| Exit::Done.code()),
    };
    ended.unwrap_or_else(|failure| {
        failure.message.lines().for_each(|line| output::note(&format!("attache: {line}")));
        failure.code()
    })
}

async fn run_command(args: &run::RunArgs, wanted: &Wanted) -> Result<u8, Failure> {
    run::run(args, &Context::for_verb(wanted)?).await
}

async fn dispatch(verb: VerbArgs, wanted: &Wanted) -> Result<(), Failure> {
    match verb {
        VerbArgs::Addons(args) => addons::run(args, &Context::for_verb(wanted)?).await,
        VerbArgs::Apps(args) => apps::run(args, &Context::for_verb(wanted)?).await,
        VerbArgs::Backups(args) => backups::run(args, &Context::for_verb(wanted)?).await,
        VerbArgs::Config(args) => config::run(&args, &Context::for_verb(wanted)?).await,
        VerbArgs::Releases(args) => releases::run(&args, &Context::for_verb(wanted)?).await,
        VerbArgs::Deployments(args) => deployments::run(&args, &Context::for_verb(wanted)?).await,
        // The journal alone will do where there is no platform, and so no profile.
        VerbArgs::Operations(args) => operations::run(&args, wanted).await,
        VerbArgs::Restore(args) => procedure::restore(&args, &Context::for_verb(wanted)?).await,
        VerbArgs::Drill(args) => procedure::drill(&args, &Context::for_verb(wanted)?).await,
        VerbArgs::Run(args) => run_command(&args, wanted).await.map(drop),
        // The list needs no platform, and none is meant by it.
        VerbArgs::Profiles(args) => profiles::run(&args, wanted).await,
        VerbArgs::Report(args) => report::run(&args, wanted).await,
        VerbArgs::Connect(args) => connect::run(&args, &Context::for_verb(wanted)?).await,
    }
}
