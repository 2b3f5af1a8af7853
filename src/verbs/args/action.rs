//! `attache addons actions | action …`

use std::path::PathBuf;

use clap::Args;

use super::WriteArgs;

/// `attache addons action …`
#[derive(Clone, Debug, Args)]
pub struct ActionArgs {
    /// The add-on's name or id
    pub name: String,
    /// The action's name; `attache addons actions NAME` lists those that are known
    pub action: String,
    /// What it is about, where it is about one of several: a role, a backup
    pub subject: Option<String>,
    /// The HTTP method, for an action that is not known
    #[arg(long, value_name = "METHOD", ignore_case = true, value_parser = ["GET", "POST", "PUT", "PATCH", "DELETE"])]
    pub method: Option<String>,
    /// What is told to it: KEY=VALUE for text, KEY:=JSON for anything else. Never a secret: others can read it
    #[arg(long = "field", value_name = "KEY=VALUE")]
    pub fields: Vec<String>,
    /// A file with what is told to it, as a JSON object; - is standard input
    #[arg(long, value_name = "FILE")]
    pub body_file: Option<PathBuf>,
    /// How this write is confirmed and told.
    #[command(flatten)]
    pub write: WriteArgs,
}
