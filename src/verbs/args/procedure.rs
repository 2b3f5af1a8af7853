//! `attache restore …` and `attache drill …`

use std::path::PathBuf;

use clap::Args;

use super::WriteArgs;
use crate::app::Opening;

/// `attache restore …`: on a terminal the dashboard opens at the restore, unless one of the flags below `--before` is given.
#[derive(Clone, Debug, Args)]
pub struct RestoreToArgs {
    /// The database: its name, APP/VARIABLE, APP/ALIAS, an alias, an app, or HOST:PORT. Looked for on the screen otherwise
    #[arg(value_name = "APP/VARIABLE|NAME")]
    pub target: Option<String>,
    /// The last good moment: 02:40, 02:40Z, -35m, or a release such as v57. The newest backup that was begun before it is
    /// taken. Needed unless --backup names one
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true, conflicts_with = "resume")]
    pub before: Option<String>,
    /// This backup, also if it was begun after the last good moment
    #[arg(long, value_name = "ID", conflicts_with = "resume")]
    pub backup: Option<String>,
    /// The name of the replacement; one is made up otherwise
    #[arg(long, value_name = "NAME", conflicts_with = "resume")]
    pub name: Option<String>,
    /// The plan of the replacement; otherwise that of the add-on
    #[arg(long, value_name = "PLAN", conflicts_with = "resume")]
    pub plan: Option<String>,
    /// Replace the data of the add-on itself, where the platform does that: no replacement, no switch, and no way back but
    /// the copy of the broken state. Needs --confirm NAME
    #[arg(long, conflicts_with_all = ["resume", "name", "plan", "fork"])]
    pub in_place: bool,
    /// Make the replacement as a fork of the add-on as it was at the last good moment, where the plan has that
    #[arg(long, conflicts_with = "resume", requires = "before")]
    pub fork: bool,
    /// No copy of the broken state
    #[arg(long, conflicts_with = "resume")]
    pub no_copy: bool,
    /// Fetch the good backup into this file, too
    #[arg(long, value_name = "FILE", conflicts_with = "resume")]
    pub download: Option<PathBuf>,
    /// Put the apps into maintenance until they are switched over
    #[arg(long, conflicts_with = "resume")]
    pub stop_writers: bool,
    /// Roll back each app whose release is newer than the last good moment
    #[arg(long, conflicts_with = "resume")]
    pub roll_back: bool,
    /// Go on with this procedure instead of beginning one
    #[arg(long, value_name = "ID")]
    pub resume: Option<String>,
    /// Switch the apps over, too; without it, the replacement is made and that is all. Needs --confirm REPLACEMENT. Of a
    /// restore in place: go on after the check
    #[arg(long)]
    pub switch: bool,
    /// With --resume: also while a living process, or one on another machine, drives it; that one watches from then on
    #[arg(long, requires = "resume")]
    pub take_over: bool,
    /// With --resume: try again what failed
    #[arg(long, requires = "resume", conflicts_with_all = ["skip", "stop"])]
    pub again: bool,
    /// With --resume: leave out the step that is next, where the goal can be reached without it
    #[arg(long, requires = "resume", conflicts_with = "stop")]
    pub skip: bool,
    /// With --resume: stop; what was done stays as it is
    #[arg(long, requires = "resume", conflicts_with = "switch")]
    pub stop: bool,
    /// Stop waiting for any one step after this many seconds (exit code 4); the platform goes on
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    pub timeout: u64,
    /// How the writes are confirmed and told.
    #[command(flatten)]
    pub write: WriteArgs,
}

impl RestoreToArgs {
    /// Where the dashboard opens with what was said.
    pub fn opening(&self) -> Opening {
        Opening::Restore { what: self.target.clone().unwrap_or_default(), before: self.before.clone() }
    }

    /// Whether nothing but where and when was said, so that the rest can be asked on a screen.
    pub fn leaves_questions(&self) -> bool {
        let Self { target: _, before: _, backup, name, plan, no_copy, download, stop_writers, roll_back, .. } = self;
        let has_answers = backup.is_some() || name.is_some() || plan.is_some() || download.is_some();
        let is_told = self.in_place
            || self.fork
            || *no_copy
            || *stop_writers
            || *roll_back
            || self.switch
            || self.resume.is_some();
        !(has_answers || is_told || self.write.json || self.write.confirm.is_some())
    }
}

/// `attache drill …`
#[derive(Clone, Debug, Args)]
pub struct DrillArgs {
    /// The add-on's name
    #[arg(required_unless_present = "resume")]
    pub name: Option<String>,
    /// Go on with this drill instead of beginning one
    #[arg(long, value_name = "ID", conflicts_with = "name")]
    pub resume: Option<String>,
    /// With --resume: also while a living process, or one on another machine, drives it
    #[arg(long, requires = "resume")]
    pub take_over: bool,
    /// Stop waiting for any one step after this many seconds (exit code 4); the platform goes on
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    pub timeout: u64,
    /// How it is confirmed and told.
    #[command(flatten)]
    pub write: WriteArgs,
}
