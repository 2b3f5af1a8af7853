//! The command line of `attache operations`.

use clap::{Args, Subcommand, ValueEnum};

use super::WriteArgs;

/// `attache operations …`
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct OperationsArgs {
    /// One JSON document instead of a table
    #[arg(long)]
    pub json: bool,
    /// Only what began since: 2h, -35m, 02:40, 2026-11-19
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub since: Option<String>,
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
    /// Whose record: this machine's journal, the platform's own, or both
    #[arg(long, value_name = "SOURCE", value_enum, default_value_t = FromSource::All)]
    pub source: FromSource,
    /// What to do; without it, they are listed
    #[command(subcommand)]
    pub action: Option<OperationsAction>,
}

/// Whose record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FromSource {
    /// The journal of this machine.
    Journal,
    /// The platform's own record.
    Platform,
    /// Both, where one act is one row.
    All,
}

/// What to do with operations.
#[derive(Clone, Debug, Subcommand)]
pub enum OperationsAction {
    /// Show one with every line that was recorded
    Show {
        /// The id of an operation or a procedure of the journal, or of an operation of the platform
        id: String,
        /// One JSON document instead of lines
        #[arg(long)]
        json: bool,
    },
    /// Follow one to its end; a procedure until it needs a person (exit code 3) or is over
    Wait {
        /// The id of an operation or a procedure
        id: String,
        /// Give up after this many seconds (exit code 4)
        #[arg(long, value_name = "SECONDS", default_value_t = 600)]
        timeout: u64,
        /// One JSON document instead of a sentence
        #[arg(long)]
        json: bool,
    },
    /// Go on with what another account or machine began, by what the platform shows; nothing is sent
    Resume {
        /// The line that H in the dashboard's operations has copied, or the text in it
        line: String,
        /// One JSON document instead of sentences
        #[arg(long)]
        json: bool,
    },
    /// Send the way back from a finished operation, as a command of its own: attach again, move apps back, …
    Undo {
        /// The operation's id, as the list shows it
        id: String,
        #[command(flatten)]
        write: WriteArgs,
    },
    /// Send an operation of unknown outcome once more: with its own key where the platform takes one, which it then carries
    /// out at most once; as a new command where it was not seen for long enough
    SendAgain {
        /// The operation's id
        id: String,
        #[command(flatten)]
        write: WriteArgs,
    },
}
