//! `attache platform …`: starting, stopping and looking at the local platform.

mod ask;
mod down;
mod folder;
mod log;
mod logs;
mod recover;
mod serve;
mod status;
mod up;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::config::{PathsError, PlatformPaths};

pub use up::{Started, start};

/// Run the local platform: real PostgreSQL, Valkey and S3 buckets on this machine
#[derive(Debug, Args)]
pub struct PlatformArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub command: PlatformCommand,
}

/// The commands of `attache platform`.
#[derive(Debug, Subcommand)]
pub enum PlatformCommand {
    /// Start it in the background; it outlives this terminal
    Up(ListenArgs),
    /// Stop it and every server of its add-ons; the data stays
    Down(FolderArgs),
    /// Tell whether it runs, since when, and how its add-ons are
    Status {
        /// One JSON document
        #[arg(long)]
        json: bool,
    },
    /// Show the last lines of its log, or of an add-on's
    Logs {
        /// How many lines
        #[arg(short = 'n', long, value_name = "N", default_value_t = 100)]
        lines: usize,
        /// The add-on whose log to show
        addon: Option<String>,
    },
    /// Rebuild a state file that is damaged or lost from what lies beside it
    Recover(FolderArgs),
    /// Run it in the foreground until Ctrl-C
    Serve(ServeArgs),
}

/// Where else than on its Unix socket the platform listens.
#[derive(Clone, Debug, Default, Args)]
pub struct ListenArgs {
    /// Also answer on this address, to whoever has the token in the file run/token of the platform's folder
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// Let --listen be an address that others on the network can reach
    #[arg(long, requires = "listen")]
    pub insecure_listen: bool,
}

/// Which platform is meant.
#[derive(Clone, Debug, Default, Args)]
pub struct FolderArgs {
    /// The platform's folder; given to ourselves when we become another user.
    #[arg(long, hide = true)]
    pub folder: Option<PathBuf>,
}

/// How to serve.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    /// Where else to listen.
    #[command(flatten)]
    pub listen: ListenArgs,
    /// Which platform.
    #[command(flatten)]
    pub folder: FolderArgs,
    /// In a session of its own; given by `up`.
    #[arg(long, hide = true)]
    pub background: bool,
}

/// Why a command failed: a sentence, and the exit code that goes with it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct CliError {
    /// What happened, to what, and what to do.
    pub message: String,
    /// The exit code: 1 failed, 2 wrong usage, 4 timed out, 6 not reached.
    pub code: u8,
}

impl CliError {
    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 1 }
    }

    /// The exit code.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl From<PathsError> for CliError {
    fn from(error: PathsError) -> Self {
        Self { message: error.to_string(), code: 2 }
    }
}

/// Carries out one command. Blocks; call it without a tokio runtime around it. `paths` is where the platform of this user is,
/// or why there is no such place.
///
/// # Errors
/// Why it failed, with the exit code.
pub fn run(args: PlatformArgs, paths: Result<PlatformPaths, PathsError>) -> Result<ExitCode, CliError> {
    match args.command {
        PlatformCommand::Up(listen) => up::up(&paths?, &listen),
        PlatformCommand::Down(FolderArgs { folder }) => down::down(&with_folder(paths, folder)?),
        PlatformCommand::Status { json } => status::status(&paths?, json),
        PlatformCommand::Logs { lines, addon } => logs::logs(&paths?, lines, addon.as_deref()),
        PlatformCommand::Recover(FolderArgs { folder }) => recover::recover(&with_folder(paths, folder)?),
        PlatformCommand::Serve(args) => {
            let paths = with_folder(paths, args.folder.folder.clone())?;
            serve::serve(&paths, &args)
        }
    }
}

fn with_folder(paths: Result<PlatformPaths, PathsError>, folder: Option<PathBuf>) -> Result<PlatformPaths, PathsError> {
    folder.map_or(paths, |folder| Ok(PlatformPaths { folder }))
}

/// Prints one line on standard output.
fn say(line: &str) -> Result<(), CliError> {
    match writeln!(std::io::stdout(), "{line}") {
        // `attache platform logs | head` is no failure.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(CliError::failed(format!("Standard output can't be written: {error}.")))
        }
        _ => Ok(()),
    }
}
