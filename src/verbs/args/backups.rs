//! `attache backups …`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::WriteArgs;

/// `attache backups …`
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct BackupsArgs {
    /// One JSON document instead of a table
    #[arg(long)]
    pub json: bool,
    /// What to do; without it, all backups are listed, also those of add-ons that are gone
    #[command(subcommand)]
    pub action: Option<BackupsAction>,
}

/// What to do with backups.
#[derive(Clone, Debug, Subcommand)]
pub enum BackupsAction {
    /// List the backups of an add-on, and how they are made and kept
    List {
        /// The add-on's name or id; it may be gone. `uploaded` lists those made of files
        name: String,
        /// One JSON document instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Copy an add-on's data
    Capture {
        /// The add-on's name
        name: String,
        /// What people are to know this copy by: up to 60 characters, shown with it everywhere
        #[arg(long, value_name = "TEXT")]
        label: Option<String>,
        #[command(flatten)]
        wait: WaitArgs,
        #[command(flatten)]
        write: WriteArgs,
    },
    /// Fetch a backup as a file
    Download {
        /// The name or id of the add-on it was taken of, which may be gone
        name: String,
        /// The backup's id, or `latest`
        id: String,
        /// Where to put it: a file, or a folder
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Replace the file if it is there
        #[arg(long)]
        force: bool,
        /// One JSON document instead of a sentence
        #[arg(long)]
        json: bool,
    },
    /// Delete a backup
    Delete {
        /// The name or id of the add-on it was taken of, which may be gone
        name: String,
        /// The backup's id
        id: String,
        #[command(flatten)]
        write: WriteArgs,
    },
    /// Stop a backup or a restore that is under way
    Cancel {
        /// The name or id of the add-on that it is about
        name: String,
        /// Its id
        id: String,
        #[command(flatten)]
        write: WriteArgs,
    },
    /// Say when an add-on is backed up by itself, or show it
    Schedule {
        /// The add-on's name
        name: String,
        /// Daily at this full hour: 3 or 03:00
        #[arg(long, value_name = "HOUR", conflicts_with = "off")]
        at: Option<String>,
        /// The time zone of that hour, such as Europe/Berlin; this machine's when none is named
        #[arg(long, value_name = "ZONE", requires = "at")]
        time_zone: Option<String>,
        /// Not any more
        #[arg(long)]
        off: bool,
        #[command(flatten)]
        write: WriteArgs,
    },
    /// Switch an add-on's automatic backups on or off, where that is all that can be said of when
    Auto {
        /// The add-on's name
        name: String,
        /// Whether it is to be backed up by itself
        #[arg(value_enum)]
        switch: super::Switch,
        #[command(flatten)]
        write: WriteArgs,
    },
    /// Make a new add-on from a backup, or from a file; the old one stays as it is
    Restore(RestoreArgs),
}

/// `attache backups restore …`
#[derive(Clone, Debug, Args)]
pub struct RestoreArgs {
    /// The name or id of the add-on the backup was taken of, which may be gone
    #[arg(value_name = "NAME", required_unless_present = "file", requires = "id")]
    pub of: Option<String>,
    /// The backup's id, or `latest`
    pub id: Option<String>,
    /// A file on this machine instead of a backup: it is uploaded, checked and restored
    #[arg(long, value_name = "PATH", requires = "service", conflicts_with_all = ["of", "id"])]
    pub file: Option<PathBuf>,
    /// The service whose file it is, such as postgresql
    #[arg(long, value_name = "SERVICE", requires = "file")]
    pub service: Option<String>,
    /// The name of the new add-on; one is made up otherwise
    #[arg(long = "name", value_name = "NAME")]
    pub new: Option<String>,
    /// Its plan; otherwise that of the backup, or the service's usual one
    #[arg(long, value_name = "PLAN")]
    pub plan: Option<String>,
    /// Replace the data of this add-on, which is there, instead of making a new one. What is in it is gone: needs --confirm
    #[arg(long, value_name = "NAME", conflicts_with_all = ["new", "plan", "file"])]
    pub into: Option<String>,
    /// Whether to wait, and for how long.
    #[command(flatten)]
    pub wait: WaitArgs,
    /// How this write is confirmed and told.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// Whether to wait for the end, and for how long.
#[derive(Clone, Copy, Debug, Args)]
pub struct WaitArgs {
    /// Wait until it has ended, telling each step
    #[arg(long)]
    pub wait: bool,
    /// Stop waiting after this many seconds (exit code 4); the platform goes on
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    pub timeout: u64,
}
