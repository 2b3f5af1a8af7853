//! `attache report …`: what is unattached, oversize or without a fresh backup, over several profiles. It only reads, through
//! connections that could not write.

mod backups;
mod csv;
mod document;
mod profiles;
mod reading;
mod waste;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::{Exit, Failure, output};
use crate::config::Wanted;
use profiles::Chosen;
use reading::Source;

/// `attache report …`
#[derive(Clone, Debug, Args)]
pub struct ReportArgs {
    /// About what
    #[command(subcommand)]
    pub about: ReportAbout,
}

/// What a report is about.
#[derive(Clone, Debug, Subcommand)]
pub enum ReportAbout {
    /// What is paid for and little used: unattached add-ons, plans far larger than what was seen of their use, and prices.
    /// Of all profiles whose token is at hand, or of those that are named: --profile work,staging
    Waste {
        /// In which form.
        #[command(flatten)]
        form: Form,
        /// Also add-ons with which nothing is the matter, where a table is printed
        #[arg(long)]
        all: bool,
    },
    /// How old the last finished backup of each add-on is, the worst first. Of all profiles whose token is at hand, or of those
    /// that are named: --profile work,staging
    Backups {
        /// In which form.
        #[command(flatten)]
        form: Form,
        /// End with exit code 1 where a backup is stale, or there is none although there could be, or it is not known
        #[arg(long)]
        check: bool,
    },
}

/// In which form it is printed.
#[derive(Clone, Copy, Debug, Args)]
pub struct Form {
    /// One JSON document instead of a table
    #[arg(long)]
    pub json: bool,
    /// Comma-separated values (RFC 4180) instead of a table, with all rows
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
}

/// In place of the add-ons of a profile that could not be read.
const NOT_READ: &str = "(not read)";

/// A report that is ready to be printed.
struct Printed {
    /// What the cells of a table are.
    headings: &'static [&'static str],
    /// Its rows.
    rows: Vec<Vec<String>>,
    /// What follows the table.
    lines: Vec<String>,
    /// The same for programs that take tables: what the cells are, in one word each.
    csv_headings: &'static [&'static str],
    csv_rows: Vec<Vec<String>>,
    document: Value,
    /// Why it ends badly although all of it could be read.
    verdict: Option<String>,
}

pub(super) async fn run(args: &ReportArgs, wanted: &Wanted) -> Result<(), Failure> {
    let chosen = profiles::choose(wanted)?;
    let (form, printed, sources) = match args.about {
        ReportAbout::Waste { form, all } => {
            let (found, sources) = waste::read(&chosen).await;
            let printed = waste::print(&found, &sources, &chosen, all);
            (form, printed, sources)
        }
        ReportAbout::Backups { form, check } => {
            let (found, sources) = backups::read(&chosen).await;
            let printed = backups::print(&found, &sources, &chosen, check);
            (form, printed, sources)
        }
    };
    if form.json {
        output::json(&printed.document)?;
    } else if form.csv {
        output::text(&csv::table(printed.csv_headings, &printed.csv_rows))?;
    } else {
        output::table(printed.headings, &printed.rows)?;
        printed.lines.iter().try_for_each(|line| output::line(line))?;
    }
    chosen.left_out.iter().for_each(|left| output::note(&format!("{} was left out: {}", left.name, left.why)));
    sources.iter().flat_map(|source| &source.notes).for_each(|note| output::note(note));
    sources.iter().filter_map(Source::cost).for_each(|cost| output::note(&cost));
    end(&chosen, &sources, printed.verdict)
}

/// Good, or why not: what could not be read makes a report incomplete, and so does what was looked for.
fn end(chosen: &Chosen, sources: &[Source], verdict: Option<String>) -> Result<(), Failure> {
    let failed: Vec<&Source> = sources.iter().filter(|source| source.error.is_some()).collect();
    let mut lines: Vec<String> = failed
        .iter()
        .filter_map(|source| {
            source.error.as_ref().map(|why| format!("Profile {} could not be read: {why}", source.name))
        })
        .collect();
    // Nobody was reached at all: there is no report.
    let is_reached = sources.is_empty() || sources.iter().any(|source| source.is_reached);
    if !failed.is_empty() && failed.len() < sources.len() {
        lines.push(format!("The report has the other {} of {} profiles.", sources.len() - failed.len(), sources.len()));
    }
    if sources.is_empty() {
        let named = if chosen.left_out.is_empty() { "" } else { " What was left out stands above." };
        lines.push(format!("There is no profile that could be entered without asking, so nothing was read.{named}"));
    }
    lines.extend(verdict);
    if lines.is_empty() {
        return Ok(());
    }
    Err(Failure::new(if is_reached { Exit::Failed } else { Exit::NotReached }, lines.join("\n")))
}
